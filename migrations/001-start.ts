import type { Knex } from 'knex';

/**
 * The first schema. Instants are ISO text in UTC with milliseconds, so that they compare as text; days are
 * `YYYY-MM-DD`; booleans are 0 or 1; JSON is text; leases are milliseconds. All of these read back the same from
 * SQLite and PostgreSQL. `…_id` columns that are text hold a key folded to a length both can index.
 */
export async function up(trx: Knex.Transaction): Promise<void> {
  await registry(trx);
  await conversation(trx);
  await inbound(trx);
  await outbound(trx);
  await indexes(trx);
}

async function registry(trx: Knex.Transaction): Promise<void> {
  await trx.schema.createTable('contracts', (t) => {
    t.text('number').primary();
    t.text('customer').notNullable();
    t.text('product').notNullable();
    t.text('purchased_on').notNullable();
    t.text('status').notNullable();
    t.integer('customised').notNullable();
    t.text('imported_at').notNullable();
  });
  await trx.schema.createTable('service_periods', (t) => {
    t.bigIncrements('id');
    t.text('number').notNullable().references('contracts.number').onDelete('CASCADE');
    t.text('starts_on').notNullable();
    t.text('ends_on').notNullable();
    t.index(['number'], 'service_periods_number');
  });
  await trx.schema.createTable('contacts', (t) => {
    t.bigIncrements('id');
    t.text('number').notNullable().references('contracts.number').onDelete('CASCADE');
    for (const column of ['company', 'department', 'name', 'email', 'fax', 'phone'])
      t.text(column).notNullable();
    t.index(['number'], 'contacts_number');
    t.index(['email'], 'contacts_email');
  });
}

async function conversation(trx: Knex.Transaction): Promise<void> {
  await trx.schema.createTable('ref_counters', (t) => {
    t.text('day').primary();
    t.integer('last').notNullable();
  });
  await trx.schema.createTable('tickets', (t) => {
    t.bigIncrements('id');
    t.text('ref').notNullable().unique();
    t.text('state').notNullable();
    t.text('channel').notNullable();
    t.text('number');
    t.integer('verified').notNullable();
    t.text('subject').notNullable();
    t.text('opened_at').notNullable();
    t.text('closed_at');
    t.bigInteger('linked_to').references('tickets.id');
    t.bigInteger('repeat_of').references('tickets.id');
    t.text('category');
    t.text('assignee');
    t.integer('version').notNullable();
    t.index(['state'], 'tickets_state');
    t.index(['number'], 'tickets_number');
  });
  await trx.schema.createTable('participants', (t) => {
    t.bigInteger('ticket_id').notNullable().references('tickets.id');
    t.integer('position').notNullable();
    t.text('address').notNullable();
    t.text('name').notNullable();
    t.text('role').notNullable();
    t.primary(['ticket_id', 'position']);
  });
}

async function inbound(trx: Knex.Transaction): Promise<void> {
  await trx.schema.createTable('blobs', (t) => {
    t.text('digest').primary();
    t.binary('bytes').notNullable();
  });
  await trx.schema.createTable('received', (t) => {
    t.bigIncrements('id');
    t.text('received_at').notNullable();
    t.text('source_kind').notNullable();
    t.text('source_name').notNullable();
    t.text('return_path');
    t.text('recipients').notNullable();
    t.text('message_id');
    t.text('message_id_id');
    t.text('content_key').notNullable();
    t.text('content_key_id').notNullable();
    t.integer('quiet').notNullable();
    t.text('digest').notNullable().references('blobs.digest');
    t.text('outcome');
    t.text('reason');
    t.text('decided_at');
    t.bigInteger('ticket_id').references('tickets.id');
    t.bigInteger('duplicate_of').references('received.id');
    t.text('facts');
    t.text('from_id');
    t.text('text_digest');
    t.integer('encrypted').notNullable();
    t.integer('kills').notNullable();
    t.text('owner');
    t.text('token');
    t.bigInteger('lease_until');
    t.index(['message_id_id'], 'received_message_id');
    t.index(['ticket_id'], 'received_ticket');
    t.index(['digest'], 'received_digest');
    t.index(['from_id', 'text_digest', 'received_at'], 'received_same_text');
  });
  await trx.schema.createTable('content_keys', (t) => {
    t.text('content_key_id').primary();
    t.bigInteger('received_id').notNullable().references('received.id');
  });
}

async function outbound(trx: Knex.Transaction): Promise<void> {
  await trx.schema.createTable('outbox', (t) => {
    t.bigIncrements('id');
    t.text('kind').notNullable();
    t.bigInteger('ticket_id').references('tickets.id');
    t.bigInteger('received_id').references('received.id');
    t.text('to_address').notNullable();
    t.text('to_id').notNullable();
    t.text('once_key').notNullable();
    t.text('once_key_id').notNullable().unique();
    t.text('not_before');
    t.text('data').notNullable();
    t.text('state').notNullable();
    t.text('reason');
    t.integer('attempts').notNullable();
    t.text('created_at').notNullable();
    t.text('attempted_at');
    t.text('message_id');
    t.text('subject');
    t.text('sent_at');
    t.text('digest').references('blobs.digest');
    t.integer('body_begun').notNullable();
    t.text('owner');
    t.text('token');
    t.bigInteger('lease_until');
    t.index(['ticket_id'], 'outbox_ticket');
    t.index(['to_id', 'state'], 'outbox_to');
    t.index(['digest'], 'outbox_digest');
  });
  await trx.schema.createTable('undeliverable', (t) => {
    t.text('address_id').primary();
    t.text('address').notNullable();
    t.text('at').notNullable();
    t.bigInteger('outbox_id').notNullable().references('outbox.id');
  });
  await trx.schema.createTable('events', (t) => {
    t.bigIncrements('id');
    t.text('at').notNullable();
    t.text('actor').notNullable();
    t.text('kind').notNullable();
    t.text('reason').notNullable();
    t.bigInteger('ticket_id').references('tickets.id');
    t.bigInteger('received_id').references('received.id');
    t.bigInteger('outbox_id').references('outbox.id');
    t.index(['ticket_id'], 'events_ticket');
    t.index(['received_id'], 'events_received');
  });
}

/** Partial indexes keep the queues as short as what waits in them, however long the history grows. */
async function indexes(trx: Knex.Transaction): Promise<void> {
  await trx.raw('create index received_queue on received (received_at, id) where outcome is null');
  await trx.raw('create index received_owner on received (owner) where owner is not null');
  await trx.raw('create index received_encrypted on received (from_id, received_at) where encrypted = 1');
  await trx.raw("create index outbox_queue on outbox (not_before, id) where state = 'queued'");
  await trx.raw("create index outbox_sending on outbox (id) where state = 'sending'");
  await trx.raw("create index outbox_sent on outbox (sent_at) where state = 'sent'");
}
