import type { Knex } from 'knex';

/** What of a message is searched, in one spelling (`inquiry/search-text.ts`); filled by the search itself. */
export async function up(trx: Knex.Transaction): Promise<void> {
  await trx.schema.createTable('search_texts', (t) => {
    t.bigInteger('received_id').primary().references('received.id');
    t.text('text').notNullable();
  });
}
