import type { Knex } from 'knex';

/** What is watched is counted at every look; these stay as short as what they count. */
export async function up(trx: Knex.Transaction): Promise<void> {
  await trx.raw("create index outbox_failed on outbox (id) where state = 'failed'");
  await trx.raw("create index outbox_held on outbox (id) where state = 'held'");
  await trx.raw("create index received_quarantined on received (id) where outcome = 'quarantined'");
}
