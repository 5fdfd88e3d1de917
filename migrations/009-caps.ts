import type { Knex } from 'knex';

/** First letters are counted by when they were written, for the caps on strangers; bounces by when they came. */
export async function up(trx: Knex.Transaction): Promise<void> {
  await trx.raw(
    "create index outbox_first_letters on outbox (created_at) where kind in ('neutral', 'request-number')",
  );
  await trx.raw("create index events_bounces on events (at) where kind = 'bounce'");
}
