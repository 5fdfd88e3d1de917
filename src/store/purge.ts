import type { Knex } from 'knex';
import type { Purged, PurgeOrder } from '../desk/ports.ts';
import type { Database } from './database.ts';
import { instant, type Row, rowsOf, textOrNull } from './row.ts';

/** Rows in one transaction: mail that comes in meanwhile waits for less than a moment. */
const batchRows = 100;
/** Pages of the SQLite file given back at once. */
const batchPages = 1_000;

/**
 * Messages whose bytes may go. What waits for a person keeps them: an undecided or quarantined message, a ticket whose
 * next step is ours or that waits for its number, and a mail whose files a letter is still to carry.
 */
const messagesDue = `from received r left join tickets t on t.id = r.ticket_id
  where r.id > ? and r.purged_at is null and r.received_at < ?
    and r.outcome is not null and r.outcome <> 'quarantined'
    and (t.id is null or t.state in ('answered', 'closed', 'rejected'))
    and not exists (select 1 from outbox o where o.received_id = r.id
      and o.state in ('queued', 'sending', 'held', 'uncertain'))`;
/** Letters that are done with: they quote customers, and carry their files to staff. */
const lettersDue = `from outbox o where o.id > ? and o.purged_at is null and o.digest is not null
  and o.state in ('sent', 'cancelled', 'failed') and coalesce(o.sent_at, o.created_at) < ?`;

/** Deletes bytes, recognised text and pictures of what is older than `before`; tickets, events and digests stay. */
export async function purge(db: Database, { before, at, dryRun, stopping }: PurgeOrder): Promise<Purged> {
  const [limit, now] = [instant(before), instant(at)];
  if (dryRun) return db.read((q) => due(q, limit));
  const done = { messages: 0, letters: 0, bytes: 0 };
  for (const [kind, batch] of [
    ['messages', purgeMessages],
    ['letters', purgeLetters],
  ] as const)
    for (let after: number | null = 0; after !== null && !stopping(); ) {
      const from: number = after;
      const { rows, last, bytes } = await db.write((trx) => batch(trx, from, limit, now));
      done[kind] += rows;
      done.bytes += bytes;
      after = last;
    }
  if (db.dialect === 'sqlite' && done.bytes > 0) await giveBack(db, stopping);
  return done;
}

async function due(q: Knex, before: string): Promise<Purged> {
  const one = async (sql: string): Promise<Row> => rowsOf(await q.raw(sql, [0, before]))[0]!;
  const size = (digest: string) =>
    `count(*) as n, coalesce(sum((select length(b.bytes) from blobs b where b.digest = ${digest})), 0) as bytes`;
  const [messages, letters] = [
    await one(`select ${size('r.digest')} ${messagesDue}`),
    await one(`select ${size('o.digest')} ${lettersDue}`),
  ];
  return {
    messages: Number(messages['n']),
    letters: Number(letters['n']),
    bytes: Number(messages['bytes']) + Number(letters['bytes']),
  };
}

interface Batch {
  readonly rows: number;
  /** Where the next begins; null when this was the last. */
  readonly last: number | null;
  readonly bytes: number;
}

async function purgeMessages(trx: Knex, after: number, before: string, now: string): Promise<Batch> {
  const rows = rowsOf(
    await trx.raw(
      `select r.id, r.digest, r.strip_digest, r.facts ${messagesDue} order by r.id limit ${batchRows}`,
      [after, before],
    ),
  );
  const ids = rows.map((row) => Number(row['id']));
  if (ids.length === 0) return { rows: 0, last: null, bytes: 0 };
  const pages: Row[] = await trx('fax_pages')
    .whereIn('received_id', ids)
    .whereNotNull('digest')
    .select('digest');
  const pictures = [...pages.map((row) => row['digest']), ...rows.map((row) => row['strip_digest'])].flatMap(
    (digest) => textOrNull(digest) ?? [],
  );
  await trx('fax_pages').whereIn('received_id', ids).update({ text: '', digest: null });
  await trx('received').whereIn('id', ids).update({ purged_at: now, strip_digest: null });
  for (const row of rows) await forgetRecognised(trx, row);
  return {
    rows: ids.length,
    last: ids.length < batchRows ? null : ids.at(-1)!,
    bytes:
      (await empty(
        trx,
        rows.map((row) => String(row['digest'])),
        now,
      )) + (await drop(trx, pictures)),
  };
}

/** What was recognised on a fax stands with its message as well, and among the texts that are searched. */
async function forgetRecognised(trx: Knex, row: Row): Promise<void> {
  const facts = row['facts'] === null ? null : JSON.parse(String(row['facts']));
  if (facts?.fax === undefined) return;
  const id = Number(row['id']);
  await trx('received')
    .where({ id })
    .update({ facts: JSON.stringify({ ...facts, text: '' }) });
  await trx('search_texts').where({ received_id: id }).delete();
}

async function purgeLetters(trx: Knex, after: number, before: string, now: string): Promise<Batch> {
  const rows = rowsOf(
    await trx.raw(`select o.id, o.digest ${lettersDue} order by o.id limit ${batchRows}`, [after, before]),
  );
  const ids = rows.map((row) => Number(row['id']));
  if (ids.length === 0) return { rows: 0, last: null, bytes: 0 };
  await trx('outbox').whereIn('id', ids).update({ purged_at: now });
  return {
    rows: ids.length,
    last: ids.length < batchRows ? null : ids.at(-1)!,
    bytes: await empty(
      trx,
      rows.map((row) => String(row['digest'])),
      now,
    ),
  };
}

/** Bytes nobody keeps any more go; the row stays and says so. Returns how many bytes. */
async function empty(trx: Knex, digests: readonly string[], now: string): Promise<number> {
  const free = await unkept(trx, digests);
  const bytes = await sizeOf(trx, free);
  await trx('blobs')
    .whereIn('digest', free)
    .update({ bytes: Buffer.alloc(0), purged_at: now });
  return bytes;
}

async function drop(trx: Knex, digests: readonly string[]): Promise<number> {
  const named: string[] = [
    ...(await trx('received')
      .whereIn('digest', [...digests])
      .pluck('digest')),
    ...(await trx('outbox')
      .whereIn('digest', [...digests])
      .pluck('digest')),
  ];
  const free = (await unkept(trx, digests)).filter((digest) => !named.includes(digest));
  const bytes = await sizeOf(trx, free);
  await trx('blobs').whereIn('digest', free).delete();
  return bytes;
}

/** Those no message, letter or page that is still kept has. */
async function unkept(trx: Knex, digests: readonly string[]): Promise<string[]> {
  const asked = [...new Set(digests)];
  const kept = new Set<string>([
    ...(await trx('received').whereIn('digest', asked).whereNull('purged_at').pluck('digest')),
    ...(await trx('outbox').whereIn('digest', asked).whereNull('purged_at').pluck('digest')),
    ...(await trx('fax_pages').whereIn('digest', asked).pluck('digest')),
    ...(await trx('received').whereIn('strip_digest', asked).pluck('strip_digest')),
  ]);
  return asked.filter((digest) => !kept.has(digest));
}

async function sizeOf(trx: Knex, digests: readonly string[]): Promise<number> {
  const row: Row | undefined = await trx('blobs')
    .whereIn('digest', [...digests])
    .first(trx.raw('coalesce(sum(length(bytes)), 0) as bytes'));
  return Number(row?.['bytes']);
}

/** The file shrinks in small steps, so that nobody waits for it. */
async function giveBack(db: Database, stopping: () => boolean): Promise<void> {
  while (!stopping()) {
    const [free] = rowsOf(await db.read((q) => q.raw('PRAGMA freelist_count')));
    const pages = Number(free?.['freelist_count']);
    if (!(pages > 0)) return;
    await db.read((q) => q.raw(`PRAGMA incremental_vacuum(${batchPages})`));
    const [left] = rowsOf(await db.read((q) => q.raw('PRAGMA freelist_count')));
    // A file made before auto_vacuum was set keeps its pages and uses them again.
    if (Number(left?.['freelist_count']) >= pages) return;
  }
}
