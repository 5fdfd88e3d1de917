import type { Knex } from 'knex';

/**
 * Who handed a message over by SMTP or LMTP: whether it is one of `smtp.trustedPeers`, and the address of the server
 * the sender used. Null for mail fetched or read from a file, and for what was received before this step.
 */
export async function up(trx: Knex.Transaction): Promise<void> {
  await trx.schema.alterTable('received', (t) => {
    t.integer('peer_trusted');
    t.text('peer_client');
  });
}
