import type { Knex } from 'knex';

/** What staff decide about a ticket by mail: the figure of its first answer, a merger, and senders they block. */
export async function up(trx: Knex.Transaction): Promise<void> {
  await trx.schema.alterTable('tickets', (t) => {
    t.bigInteger('first_answer_minutes');
    t.bigInteger('merged_into').references('tickets.id');
  });
  await trx.schema.createTable('blocked_senders', (t) => {
    t.text('address_id').primary();
    t.text('address').notNullable();
    t.text('reason').notNullable();
    t.text('at').notNullable();
    t.bigInteger('ticket_id').references('tickets.id');
  });
}
