import type { Knex } from 'knex';
import type { Found, MessageFacts, TicketStore } from '../desk/ports.ts';
import { searchText } from '../inquiry/search-text.ts';
import type { Database } from './database.ts';
import { type Row, rowsOf } from './row.ts';

/** Messages spelt for the search in one transaction: others must get between. */
const batchMessages = 200;

type Sought = Parameters<TicketStore['search']>[0];

/**
 * Tickets in whose messages every word is found, newest first. Texts are spelt for the search here, when somebody
 * searches, and not when mail comes in; only what is new since the last search takes time. A scan of them needs no index that would
 * have to know where Japanese words end, and finds two characters as well as twenty.
 */
export async function search(db: Database, sought: Sought): Promise<readonly Found[]> {
  while ((await db.write(spell)) === batchMessages);
  return db.read((q) => find(q, db.dialect, sought));
}

async function spell(trx: Knex): Promise<number> {
  const rows: Row[] = await trx('received')
    .leftJoin('search_texts', 'search_texts.received_id', 'received.id')
    .whereNull('search_texts.received_id')
    .whereNotNull('received.facts')
    .orderBy('received.id')
    .limit(batchMessages)
    .select('received.id', 'received.facts');
  if (rows.length === 0) return 0;
  const ids = rows.map((row) => Number(row['id']));
  const pages: Row[] = await trx('fax_pages').whereIn('received_id', ids).orderBy(['received_id', 'page']);
  const spelt = rows.map((row) => {
    const id = Number(row['id']);
    const facts = JSON.parse(String(row['facts'])) as MessageFacts;
    const own = pages
      .filter((page) => Number(page['received_id']) === id)
      .map((page) => String(page['text']));
    return { received_id: id, text: partsOf([...wordsOf(facts), ...own]) };
  });
  // Two searches at once spell the same.
  await trx('search_texts').insert(spelt).onConflict('received_id').ignore();
  return rows.length;
}

/** A word stands in one part, never across two. */
function partsOf(texts: readonly string[]): string {
  return texts
    .map(searchText)
    .filter((one) => one !== '')
    .join(' | ');
}

/** Of a fax its pages are the text. */
function wordsOf(facts: MessageFacts): readonly string[] {
  const { subject, fromName, from, number, attachments, text, fax } = facts;
  return [
    ...[subject, fromName, from ?? '', number ?? ''],
    ...attachments.map(({ name }) => name),
    fax === undefined ? text : '',
  ];
}

async function find(
  q: Knex,
  dialect: Database['dialect'],
  { words, state, limit }: Sought,
): Promise<readonly Found[]> {
  const holds = dialect === 'postgres' ? 'strpos(s.text, ?) > 0' : 'instr(s.text, ?) > 0';
  const each = words.map(
    () =>
      `t.id in (select r.ticket_id from search_texts s join received r on r.id = s.received_id where ${holds})`,
  );
  const rows = rowsOf(
    await q.raw(
      `select t.id, t.ref from tickets t
        where ${[...each, ...(state === undefined ? [] : ['t.state = ?'])].join(' and ')}
        order by t.opened_at desc, t.id desc limit ?`,
      [...words, ...(state === undefined ? [] : [state]), limit],
    ),
  );
  const ids = rows.map((row) => Number(row['id']));
  const texts: Row[] = await q('search_texts')
    .join('received', 'received.id', 'search_texts.received_id')
    .whereIn('received.ticket_id', ids)
    .orderBy('received.id')
    .select('received.id', 'received.ticket_id', 'search_texts.text');
  return rows.map((row) => ({
    ref: String(row['ref']),
    messages: texts
      .filter((one) => Number(one['ticket_id']) === Number(row['id']))
      .map((one) => ({ id: Number(one['id']), text: String(one['text']) }))
      .filter(({ text }) => words.some((word) => text.includes(word))),
  }));
}
