import type { Knex } from 'knex';

/**
 * Restores of a backup. Between `backup_at` and `lost_at` another life of this store went on: what it sent and received
 * is not known here.
 */
export async function up(trx: Knex.Transaction): Promise<void> {
  await trx.schema.createTable('restores', (t) => {
    t.text('restored_at').primary();
    t.text('backup_at').notNullable();
    t.text('lost_at').notNullable();
  });
}
