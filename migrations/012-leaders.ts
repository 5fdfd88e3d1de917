import type { Knex } from 'knex';

/** Which process reads a mailbox. A row without an owner, or with one whose lease ended, is anybody's. */
export async function up(trx: Knex.Transaction): Promise<void> {
  await trx.schema.createTable('mailbox_leaders', (t) => {
    t.text('mailbox').primary();
    t.text('owner');
    t.text('token');
    t.bigInteger('lease_until');
  });
}
