import type { Knex } from 'knex';

/**
 * Bytes that are no longer kept (`retention`). A row of `blobs` stays under its digest, empty, as long as a message or
 * a letter names it: what came once is known for ever.
 */
export async function up(trx: Knex.Transaction): Promise<void> {
  for (const table of ['received', 'outbox', 'blobs'])
    await trx.schema.alterTable(table, (t) => {
      t.text('purged_at');
    });
}
