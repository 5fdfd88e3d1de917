/**
 * One pass over a mailbox: what is new is fetched in bounded groups, accepted, and only then marked as done
 * (spec 2.1). No command is awaited inside a running FETCH: that would wait for itself.
 */
import type { FetchMessageObject } from 'imapflow';
import type { Journal, MailboxLedger, Numbering } from '../desk/ports.ts';
import type { Connection } from './imap-connection.ts';
import { markDone } from './imap-done.ts';

/** UIDs looked at together, and the mails of one MOVE. */
const CHUNK_MAILS = 100;
/** One FETCH, and one transaction: 50,000 waiting mails never stand in memory together. */
const GROUP_MAILS_MAX = 50;
/** At first few: they are read while the others are still being fetched. */
const FIRST_GROUP_MAILS_MAX = 10;
const GROUP_BYTES_MAX = 8 * 1024 * 1024;
/** Headers kept of a mail that is older than `since`, or too large to fetch. */
const OLD_HEADER_BYTES = 16 * 1024;
const HEADER_BYTES = 256 * 1024;
/** Connections lost over one mail before its headers alone are taken: it must not stand in the way of the others. */
const FETCH_TRIES_MAX = 4;
const MARK_AGAIN_MS = 10 * 60_000;

export interface FetchedMail {
  readonly uid: number;
  readonly raw: Buffer;
  /** INTERNALDATE; null when the server gives none that can be read. */
  readonly receivedAt: Date | null;
  readonly kind: 'whole' | 'before-since' | 'too-large-to-fetch' | 'unfetchable';
}

export interface MailboxIntake {
  readonly ledger: MailboxLedger;
  /** The server told of new mail: it will be accepted in a moment. */
  expect(): void;
  /** The mailbox was looked through without trouble. */
  passed(): void;
  /** Whether it is this process that reads the mailbox, or another one. */
  leads(mine: boolean): void;
  /** Resolves when every mail is on disk, with its place. */
  accept(numbering: Numbering, mails: readonly FetchedMail[]): Promise<void>;
}

/** What one pass hands to the next on the same connection, and what outlives the connection. */
export interface Session {
  readonly connection: Connection;
  readonly intake: MailboxIntake;
  readonly log: Journal;
  readonly mailbox: string;
  readonly account: string;
  readonly since: Date | null;
  readonly done: string;
  readonly mailBytesMax: number;
  readonly stopping: () => boolean;
  /** Connections lost while this UID was being fetched. */
  readonly tries: Map<number, number>;
  /** UIDs only grow under one numbering: what lies below was looked at. */
  numbering: Numbering | null;
  seenUid: number;
  markAgainAt: number;
}

interface Waiting {
  readonly uid: number;
  readonly bytes: number;
  readonly receivedAt: Date | null;
}

const byUid = { uid: true } as const;

export async function takeWaiting(session: Session): Promise<void> {
  const { client } = session.connection;
  const numbering = await numberingOf(session);
  await settle(session, numbering);
  const found = await client.search({ uid: `${session.seenUid + 1}:*` }, byUid);
  if (!found) throw new Error(`the search for new mail failed (${session.connection.lastRefusal()})`);
  // `n:*` always names the last mail of the folder, however low its UID.
  const uids = found.filter((uid) => uid > session.seenUid).sort((a, b) => a - b);
  for (let at = 0; at < uids.length && !session.stopping(); at += CHUNK_MAILS) {
    const chunk = uids.slice(at, at + CHUNK_MAILS);
    const unknown = await session.intake.ledger.unknown(numbering, chunk);
    if (unknown.length > 0) await takeChunk(session, numbering, unknown);
    if (session.stopping()) return;
    await settle(session, numbering);
    session.seenUid = chunk.at(-1)!;
  }
}

/** A changed UIDVALIDITY makes all UIDs unknown; the ledger recognises the contents (threat 21). */
async function numberingOf(session: Session): Promise<Numbering> {
  const { mailbox: open } = session.connection.client;
  if (!open) throw new Error('the folder was closed');
  const uidValidity = open.uidValidity.toString();
  if (session.numbering?.uidValidity === uidValidity) return session.numbering;
  const numbering = { mailbox: session.mailbox, account: session.account, uidValidity };
  const dropped = await session.intake.ledger.begin(numbering, session.since?.toISOString() ?? null);
  if (dropped) {
    session.log.warn('mailbox-renumbered', { mailbox: session.mailbox, uidValidity });
    session.tries.clear();
  }
  session.numbering = numbering;
  session.seenUid = 0;
  return numbering;
}

async function takeChunk(session: Session, numbering: Numbering, uids: readonly number[]): Promise<void> {
  const waiting = await waitingOf(session, uids);
  const old = waiting.filter(({ receivedAt }) => isOld(session, receivedAt));
  if (old.length > 0) await takeHeaders(session, numbering, old, 'before-since', OLD_HEADER_BYTES);
  const wanted = waiting.filter(({ receivedAt }) => !isOld(session, receivedAt));
  const large = wanted.filter(({ bytes }) => bytes > session.mailBytesMax);
  for (const one of large) await takeHeaders(session, numbering, [one], 'too-large-to-fetch', HEADER_BYTES);
  const sound = wanted.filter(({ bytes }) => bytes <= session.mailBytesMax);
  for (const group of groups(sound, session)) {
    if (session.stopping()) return;
    await takeGroup(session, numbering, group);
  }
}

function isOld({ since }: Session, receivedAt: Date | null): boolean {
  return since !== null && receivedAt !== null && receivedAt < since;
}

async function waitingOf(session: Session, uids: readonly number[]): Promise<readonly Waiting[]> {
  const query = { uid: true, size: true, internalDate: true };
  const rows = await session.connection.client.fetchAll(uids.join(','), query, byUid);
  const asked = new Set(uids);
  const waiting = rows
    .filter((row) => asked.has(row.uid))
    .map((row) => ({ uid: row.uid, bytes: row.size ?? 0, receivedAt: instantOf(row) }));
  const there = new Set(waiting.map((one) => one.uid));
  for (const uid of uids) if (!there.has(uid)) gone(session, uid);
  return waiting;
}

function instantOf({ internalDate }: FetchMessageObject): Date | null {
  const at = new Date(internalDate ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** Groups of bounded size; a mail over which a connection was lost is fetched alone. */
function groups(waiting: readonly Waiting[], { tries, seenUid }: Session): readonly (readonly Waiting[])[] {
  const found: Waiting[][] = [];
  let bytes = 0;
  let open = false;
  for (const one of waiting) {
    const alone = tries.has(one.uid);
    const group = found.at(-1);
    const mailsMax = seenUid === 0 && found.length < 2 ? FIRST_GROUP_MAILS_MAX : GROUP_MAILS_MAX;
    const full = bytes + one.bytes > GROUP_BYTES_MAX || (group?.length ?? 0) >= mailsMax;
    if (group === undefined || !open || alone || full) {
      found.push([one]);
      bytes = 0;
    } else group.push(one);
    bytes += one.bytes;
    open = !alone;
  }
  return found;
}

async function takeGroup(session: Session, numbering: Numbering, group: readonly Waiting[]): Promise<void> {
  const { tries, mailBytesMax } = session;
  const [first] = group;
  if (group.length === 1 && (tries.get(first!.uid) ?? 0) >= FETCH_TRIES_MAX) {
    return takeHeaders(session, numbering, group, 'unfetchable', HEADER_BYTES);
  }
  for (const { uid } of group) tries.set(uid, (tries.get(uid) ?? 0) + 1);
  const rows = await sourcesOf(session, group);
  for (const { uid } of group) tries.delete(uid);
  if (rows === null) {
    for (const one of group.length > 1 ? group : []) await takeGroup(session, numbering, [one]);
    return;
  }
  const sources = new Map(rows.map((row) => [row.uid, row.source]));
  const mails: FetchedMail[] = [];
  for (const one of group) {
    const raw = sources.get(one.uid);
    // Of a mail deleted meanwhile some servers give NIL, which is no Buffer, whatever the types say.
    if (!Buffer.isBuffer(raw) || raw.length === 0) gone(session, one.uid);
    else if (raw.length > mailBytesMax)
      await takeHeaders(session, numbering, [one], 'too-large-to-fetch', HEADER_BYTES);
    else mails.push({ uid: one.uid, raw, receivedAt: one.receivedAt, kind: 'whole' });
  }
  if (mails.length > 0) await session.intake.accept(numbering, mails);
}

/**
 * Null when the server refuses the FETCH as a whole, as some do when one of its mails was deleted meanwhile: then each
 * is asked for alone. One mail that is refused and still there is a fault of the server.
 */
async function sourcesOf(
  session: Session,
  group: readonly Waiting[],
): Promise<readonly FetchMessageObject[] | null> {
  const { client } = session.connection;
  // A size the server only estimated must not break the bound: one byte more than allowed is asked for, and seen.
  const query = { uid: true, source: { maxLength: session.mailBytesMax + 1 } };
  try {
    return await client.fetchAll(uidsOf(group), query, byUid);
  } catch (error) {
    if (!client.usable) throw error;
    if (group.length > 1) return null;
    const there = await client.search({ uid: uidsOf(group) }, byUid);
    if (!there || there.length > 0) throw error;
    gone(session, group[0]!.uid);
    return null;
  }
}

/** Headers alone; the mail stays where it is. */
async function takeHeaders(
  session: Session,
  numbering: Numbering,
  waiting: readonly Waiting[],
  kind: Exclude<FetchedMail['kind'], 'whole'>,
  maxLength: number,
): Promise<void> {
  const query = { uid: true, bodyParts: [{ key: 'HEADER', maxLength }] };
  const rows = await session.connection.client.fetchAll(uidsOf(waiting), query, byUid);
  const headers = new Map(rows.map((row) => [row.uid, row.headers]));
  const mails: FetchedMail[] = [];
  for (const { uid, bytes, receivedAt } of waiting) {
    const raw = headers.get(uid);
    if (!Buffer.isBuffer(raw) || raw.length === 0) {
      gone(session, uid);
      continue;
    }
    if (kind !== 'before-since')
      session.log.warn('mail-left-on-server', { mailbox: session.mailbox, uid, bytes, reason: kind });
    mails.push({ uid, raw, receivedAt, kind });
  }
  if (mails.length > 0) await session.intake.accept(numbering, mails);
}

const uidsOf = (waiting: readonly Waiting[]) => waiting.map(({ uid }) => uid).join(',');

function gone({ log, mailbox }: Session, uid: number): void {
  log.info('mail-gone', { mailbox, uid, reason: 'deleted or moved before it was fetched' });
}

/** What was accepted is marked as done, also after a crash in between: the ledger knows it. */
async function settle(session: Session, numbering: Numbering): Promise<void> {
  const { connection, intake, mailbox, done, log } = session;
  while (performance.now() >= session.markAgainAt) {
    const uids = await intake.ledger.unsettled(numbering, CHUNK_MAILS);
    if (uids.length === 0) return;
    const marked = await markDone(connection, mailbox, uids, done, log);
    if (marked.length > 0) await intake.ledger.settled(numbering, marked);
    // A server that refuses both ways is asked again later; the ledger keeps the mails from being taken twice.
    if (marked.length < uids.length) session.markAgainAt = performance.now() + MARK_AGAIN_MS;
  }
}
