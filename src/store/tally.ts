import type { Knex } from 'knex';
import type { Tally } from '../desk/ports.ts';
import { damagedBlobs } from './blobs.ts';
import { type Row, rowsOf } from './row.ts';

/** One kind of contradiction: each row found makes one sentence. */
interface Check {
  readonly sql: string;
  readonly say: (row: Row) => string;
}

const withTicket = "('ticket-opened', 'ticket-continued', 'held', 'review')";

/** Each check is one statement, so that a daemon at work beside the audit cannot make it contradict itself. */
const checks: readonly Check[] = [
  {
    sql: `select id from received where outcome is null
      and (decided_at is not null or ticket_id is not null or facts is not null)`,
    say: (row) => `Message ${row['id']} was decided but has no outcome.`,
  },
  {
    sql: 'select id, outcome from received where outcome is not null and (reason is null or decided_at is null)',
    say: (row) => `Message ${row['id']} has the outcome ${row['outcome']} without a reason or a time.`,
  },
  {
    sql: `select id, outcome from received where outcome in ${withTicket} and ticket_id is null`,
    say: (row) => `Message ${row['id']} has the outcome ${row['outcome']} but no ticket.`,
  },
  {
    sql: `select r.id, r.ticket_id from received r left join tickets t on t.id = r.ticket_id
      where r.ticket_id is not null and t.id is null`,
    say: (row) => `Message ${row['id']} belongs to ticket ${row['ticket_id']}, which does not exist.`,
  },
  {
    sql: `select t.id, t.ref from tickets t
      where t.merged_into is null and not exists (select 1 from received r where r.ticket_id = t.id)`,
    say: (row) => `Ticket ${row['id']} (${row['ref']}) has no message.`,
  },
  {
    sql: `select r.id, t.id as ticket_id, t.state from received r join tickets t on t.id = r.ticket_id
      where r.outcome = 'held' and t.state in ('open', 'answered', 'review')`,
    say: (row) =>
      `Message ${row['id']} is held for its number, but ticket ${row['ticket_id']} is ${row['state']}.`,
  },
  {
    sql: `select r.id, r.duplicate_of from received r left join received first on first.id = r.duplicate_of
      where (r.outcome = 'duplicate' and r.duplicate_of is null)
        or (r.duplicate_of is not null and (first.id is null or first.id = r.id))`,
    say: (row) => `Message ${row['id']} is a duplicate of ${row['duplicate_of'] ?? 'nothing'}.`,
  },
  {
    sql: `select r.id from received r left join content_keys k on k.content_key_id = r.content_key_id
      where r.outcome is not null and r.duplicate_of is null and (k.received_id is null or k.received_id <> r.id)`,
    say: (row) => `Message ${row['id']} was decided without holding its identity.`,
  },
  {
    sql: 'select r.id from received r left join blobs b on b.digest = r.digest where b.digest is null',
    say: (row) => `The raw bytes of message ${row['id']} are missing.`,
  },
  {
    sql: `select p.received_id, p.page from fax_pages p left join blobs b on b.digest = p.digest
      where p.digest is not null and b.digest is null`,
    say: (row) => `The picture of page ${row['page']} of message ${row['received_id']} is missing.`,
  },
  {
    sql: `select id from outbox where state = 'sent' and (message_id is null or sent_at is null)`,
    say: (row) => `Letter ${row['id']} was sent without a Message-ID or a time.`,
  },
  {
    sql: `select message_id, count(*) as letters, min(id) as first, max(id) as last from outbox
      where state = 'sent' and message_id is not null group by message_id having count(*) > 1`,
    say: (row) =>
      `${row['letters']} letters were sent under the Message-ID ${row['message_id']} (${row['first']} to ${row['last']}).`,
  },
  {
    sql: `select o.id from outbox o left join tickets t on t.id = o.ticket_id
        left join received r on r.id = o.received_id left join blobs b on b.digest = o.digest
      where (o.ticket_id is not null and t.id is null) or (o.received_id is not null and r.id is null)
        or (o.digest is not null and b.digest is null)`,
    say: (row) => `Letter ${row['id']} points to a ticket, message or bytes that do not exist.`,
  },
  {
    sql: `select id, state from outbox where state in ('failed', 'uncertain', 'cancelled') and reason is null`,
    say: (row) => `Letter ${row['id']} is ${row['state']} without a reason.`,
  },
  {
    sql: `select id from outbox where state = 'sending' and (token is null or message_id is null)`,
    say: (row) => `Letter ${row['id']} is being sent by nobody.`,
  },
];

/** The whole ledger, read row by row and blob by blob: minutes on a large store, and nothing is changed. */
export async function tally(q: Knex): Promise<Tally> {
  const counts: Row[] = rowsOf(
    await q.raw(`select 'accepted' as word, count(*) as n from received
      union all select coalesce(outcome, 'queued'), count(*) from received group by outcome`),
  );
  const {
    accepted = 0,
    queued = 0,
    ...outcomes
  } = Object.fromEntries(counts.map((row) => [String(row['word']), Number(row['n'])]));
  const contradictions: string[] = [];
  for (const check of checks) {
    const rows: Row[] = rowsOf(await q.raw(check.sql));
    contradictions.push(...rows.map(check.say));
  }
  for (const digest of await damagedBlobs(q)) contradictions.push(await damage(q, digest));
  return { accepted, queued, outcomes, contradictions };
}

async function damage(q: Knex, digest: string): Promise<string> {
  const messages: number[] = await q('received').where({ digest }).orderBy('id').pluck('id');
  const letters: number[] = await q('outbox').where({ digest }).orderBy('id').pluck('id');
  const pages: Row[] = await q('fax_pages').where({ digest }).orderBy(['received_id', 'page']);
  const owners = [
    ...messages.map((id) => `message ${id}`),
    ...letters.map((id) => `letter ${id}`),
    ...pages.map((row) => `page ${row['page']} of message ${row['received_id']}`),
  ];
  return `The kept bytes of ${owners.join(', ') || 'nothing'} do not match their digest ${digest}.`;
}
