import type { Knex } from 'knex';

/** What happened in a span of time is asked for every morning and every month, over all that was ever received. */
export async function up(trx: Knex.Transaction): Promise<void> {
  await trx.raw('create index received_decided on received (decided_at) where decided_at is not null');
  await trx.raw('create index events_at on events (at)');
  await trx.raw("create index outbox_digest_letters on outbox (id) where kind = 'digest'");
  await trx.raw("create index outbox_uncertain on outbox (id) where state = 'uncertain'");
}
