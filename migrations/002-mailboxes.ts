import type { Knex } from 'knex';

/**
 * What is known of the mails of IMAP mailboxes. `state` is `accepted` (still to be marked as done on the server),
 * `done`, or `left` (stays where it is).
 */
export async function up(trx: Knex.Transaction): Promise<void> {
  await trx.schema.alterTable('received', (t) => {
    t.text('partial');
  });
  await trx.schema.createTable('mailbox_ledger', (t) => {
    t.text('mailbox').notNullable();
    t.text('account').notNullable();
    t.text('uid_validity').notNullable();
    t.bigInteger('uid').notNullable();
    t.bigInteger('received_id').references('received.id');
    t.text('state').notNullable();
    t.primary(['mailbox', 'uid_validity', 'uid']);
    t.index(['received_id'], 'mailbox_ledger_received');
  });
  await trx.raw(
    "create index mailbox_ledger_unsettled on mailbox_ledger (mailbox, uid_validity, uid) where state = 'accepted'",
  );
  await trx.raw(
    "create index received_imap on received (source_name, content_key_id) where source_kind = 'imap'",
  );
}
