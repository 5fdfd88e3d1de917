import type { Knex } from 'knex';

/**
 * Faxes. `lane` keeps the slow reading of pages (`fax`) out of the way of mail; `strip_digest` is the picture of the
 * place on page one where the number stands. Pages carry their text as recognised and their picture.
 */
export async function up(trx: Knex.Transaction): Promise<void> {
  await trx.schema.alterTable('received', (t) => {
    t.text('lane').notNullable().defaultTo('mail');
    t.text('strip_digest');
  });
  await trx.schema.createTable('fax_pages', (t) => {
    t.bigInteger('received_id').notNullable().references('received.id');
    t.integer('page').notNullable();
    t.text('outcome').notNullable();
    t.text('detail').notNullable();
    t.text('text').notNullable();
    t.integer('confidence').notNullable();
    t.integer('turned').notNullable();
    t.text('digest').references('blobs.digest');
    t.primary(['received_id', 'page']);
    t.index(['digest'], 'fax_pages_digest');
  });
  await trx.raw('drop index received_queue');
  await trx.raw('create index received_queue on received (lane, received_at, id) where outcome is null');
}
