/** What must be true when everything has settled, seen from outside: the feeder's notes, the sink, the store. */
import { simpleParser } from 'mailparser';
import { audit } from '../../src/desk/audit.ts';
import type { Desk } from '../../src/desk/house.ts';
import type { OutboxItem, Received, Store } from '../../src/desk/ports.ts';
import { isStaffMail } from '../../src/ticket/ticket.ts';
import type { SunkMail } from '../sink.ts';
import type { Fed } from './post.ts';

export interface Kills {
  /** After the second mark and before the record: each leaves exactly one letter uncertain. */
  readonly sure: number;
  /** Anywhere else, while letters leave beside it: each leaves at most one. */
  readonly maybe: number;
}

export interface Counts {
  readonly mails: number;
  readonly rows: number;
  readonly tickets: number;
  readonly letters: number;
  readonly arrived: number;
  readonly uncertain: number;
}

interface Arrived {
  readonly to: string;
  readonly subject: string;
  readonly messageId: string;
  readonly ref: string;
}

const staff = 'suzuki@example.jp';

export async function check(
  store: Store,
  mails: readonly Fed[],
  sunk: readonly SunkMail[],
  kills: Kills,
): Promise<{ readonly failures: readonly string[]; readonly counts: Counts }> {
  const failures: string[] = [];
  const fail = (...found: readonly string[]) => failures.push(...found);
  const rows = await allRows(store);
  const letters = await store.outbox.list();
  const arrived = await Promise.all(sunk.map(open));
  const ledger = await audit({ store } as Desk);
  if (ledger.difference !== 0) fail(`audit does not balance by ${ledger.difference}`);
  fail(...ledger.contradictions);
  if (ledger.queued > 0) fail(`${ledger.queued} messages are still queued`);
  const tickets = new Set<number>();
  for (const fed of mails) {
    const own = rows.filter((row) => row.messageId === fed.messageId);
    fail(...checkRows(fed, own));
    const first = own.find((row) => row.outcome !== 'duplicate');
    if (first?.ticketId == null) continue;
    if (tickets.has(first.ticketId)) fail(`${fed.messageId}: its ticket belongs to another mail`);
    tickets.add(first.ticketId);
    const ticket = await store.tickets.byId(first.ticketId);
    const ofTicket = letters.filter((letter) => letter.ticketId === first.ticketId);
    fail(...checkLetters(fed, ticket?.ref ?? '', ofTicket, arrived));
  }
  const listed = await store.tickets.list({});
  if (listed.length !== mails.length) fail(`${listed.length} tickets for ${mails.length} mails`);
  fail(...checkSink(letters, arrived));
  const uncertain = letters.filter((letter) => letter.state === 'uncertain').length;
  if (uncertain < kills.sure || uncertain > kills.sure + kills.maybe) {
    fail(
      `${uncertain} letters are uncertain after ${kills.sure} to ${kills.sure + kills.maybe} kills that make one so`,
    );
  }
  const counts = {
    mails: mails.length,
    rows: rows.length,
    tickets: listed.length,
    letters: letters.length,
    arrived: arrived.length,
    uncertain,
  };
  return { failures, counts };
}

/** One row with an outcome of its own, the others duplicates of it; none of them lost, none invented. */
function checkRows(fed: Fed, rows: readonly Received[]): readonly string[] {
  const found: string[] = [];
  const firsts = rows.filter((row) => row.outcome !== 'duplicate');
  if (firsts.length !== 1) found.push(`${fed.messageId}: decided ${firsts.length} times`);
  const [first] = firsts;
  if (first !== undefined && !['ticket-opened', 'held'].includes(String(first.outcome))) {
    found.push(`${fed.messageId}: ${first.outcome} (${first.reason})`);
  }
  if (rows.some((row) => row.ticketId !== first?.ticketId)) found.push(`${fed.messageId}: two tickets`);
  if (rows.length < fed.confirmed)
    found.push(`${fed.messageId}: lost, ${rows.length} rows for ${fed.confirmed} times 250`);
  if (rows.length > fed.tries)
    found.push(`${fed.messageId}: ${rows.length} rows for ${fed.tries} deliveries`);
  return found;
}

/** One letter to the customer: it arrived once at the right address, or it is uncertain and staff were told. */
function checkLetters(
  fed: Fed,
  ref: string,
  letters: readonly OutboxItem[],
  arrived: readonly Arrived[],
): readonly string[] {
  const found: string[] = [];
  const customers = letters.filter((letter) => !isStaffMail(letter.kind));
  const firsts = customers.filter((letter) => letter.kind !== 'reminder');
  const [letter] = firsts;
  if (letter === undefined || firsts.length !== 1)
    return [`${ref}: ${firsts.length} letters to the customer`];
  const atSink = arrived.filter((one) => one.ref === ref && one.to !== staff);
  if (atSink.length > 1)
    found.push(`${ref}: ${atSink.length} letters ("${letter.kind}") arrived twice at the customer`);
  if (atSink.some((one) => one.to !== fed.from)) found.push(`${ref}: a letter went to ${atSink[0]?.to}`);
  if (letter.state === 'sent' && atSink.length === 0)
    found.push(`${ref}: its letter is sent and did not arrive`);
  if (letter.state !== 'sent' && letter.state !== 'uncertain')
    found.push(`${ref}: its letter is ${letter.state}`);
  const told = letters.filter((one) => one.onceKey.startsWith(`notification:uncertain:${letter.id}:`));
  if (told.length !== (letter.state === 'uncertain' ? 1 : 0))
    found.push(`${ref}: staff were told ${told.length} times of a letter that is ${letter.state}`);
  // What follows from a sent letter is written with the record that it was sent.
  const reminds =
    letter.state === 'sent' && letter.data['remind'] === true && letter.kind === 'request-number';
  const reminders = customers.filter((one) => one.kind === 'reminder');
  if (reminders.length !== (reminds ? 1 : 0)) found.push(`${ref}: ${reminders.length} reminders wait`);
  return found;
}

/** No letter twice, by Message-ID and by what it says to whom; none that the outbox does not know. */
function checkSink(letters: readonly OutboxItem[], arrived: readonly Arrived[]): readonly string[] {
  const found = [
    ...doubles(arrived.map((one) => one.messageId)).map((id) => `the letter ${id} arrived twice`),
    ...doubles(arrived.map((one) => `"${one.subject}" to ${one.to}`)).map((what) => `${what} arrived twice`),
  ];
  const byId = new Map(letters.map((letter) => [letter.messageId, letter]));
  const ids = new Set(arrived.map((one) => one.messageId));
  for (const { messageId } of arrived) {
    const state = byId.get(messageId)?.state;
    if (state !== 'sent' && state !== 'uncertain')
      found.push(`${messageId} arrived, and the outbox says ${state}`);
  }
  for (const letter of letters) {
    if (letter.kind === 'reminder' && letter.state === 'queued') continue;
    if (letter.state !== 'sent' && letter.state !== 'uncertain')
      found.push(`letter ${letter.id} is ${letter.state}`);
    if (letter.state === 'sent' && !ids.has(letter.messageId ?? ''))
      found.push(`letter ${letter.id} is sent and did not arrive`);
  }
  return found;
}

function doubles(words: readonly string[]): readonly string[] {
  return [...new Set(words.filter((word, index) => words.indexOf(word) !== index))];
}

async function allRows(store: Store): Promise<readonly Received[]> {
  const { accepted } = await store.received.tally();
  const rows: Received[] = [];
  // Ids of undone transactions may be missing on PostgreSQL, so the count and not the id tells the end.
  for (let id = 1; rows.length < accepted && id < 100 + 10 * accepted; id += 1) {
    const row = await store.received.get(id);
    if (row !== null) rows.push(row);
  }
  return rows;
}

async function open({ to, raw }: SunkMail): Promise<Arrived> {
  const { subject = '', messageId = '' } = await simpleParser(raw);
  return { to: to[0] ?? '', subject, messageId, ref: /\[(R-\d{8}-\d{4,})\]/.exec(subject)?.[1] ?? '' };
}
