/** The second half of the road: messages that were read come to their outcomes, several in one transaction. */
import { strangersNear } from '../reply/withhold.ts';
import { decide } from './decide.ts';
import { quarantined } from './decision.ts';
import type { Desk } from './house.ts';
import { type Findings, lookUp } from './look-up.ts';
import type { ClaimedMessage, Committed, Decision, Journal } from './ports.ts';
import type { ReadMessage } from './read-message.ts';
import { areApart, sideBySide } from './side-by-side.ts';
import { isWorldTrouble } from './trouble.ts';

/** A message that killed its reader so often is quarantined (spec 2). */
const killsMax = 3;
/** Decisions taken again because a ticket changed under them; more means something else is wrong. */
const staleTriesMax = 5;

/** What is said of it once it stands. */
type Line = (journal: Journal) => void;
type Settled = PromiseSettledResult<readonly Line[]>;

/**
 * Decides them in their order, each knowing what those before it brought about, and commits them together. What goes
 * wrong with one stays with that one. The world's trouble means later: all go back, their bytes are safe, and the
 * trouble is thrown.
 */
export async function bringHome(desk: Desk, read: readonly ReadMessage[], now: () => Date): Promise<void> {
  const runs = sideBySide(read, desk.house.formProfiles);
  let settled: readonly Settled[];
  try {
    const done = await desk.store.together(
      runs.map((run) => (store) => settleRun({ ...desk, store }, run, now)),
    );
    settled = done.flatMap((one, index) =>
      one.status === 'fulfilled' ? one.value : runs[index]!.map(() => one),
    );
  } catch (error) {
    if (isWorldTrouble(error)) {
      await release(
        desk,
        read.map((one) => one.message),
      );
      throw error;
    }
    // Nobody can say whose fault it is, so each goes on alone.
    if (read.length > 1) for (const one of read) await bringHome(desk, [one], now);
    else for (const { message } of read) await fault(desk, message, error, now());
    return;
  }
  for (const [index, one] of settled.entries()) {
    if (one.status === 'fulfilled') for (const say of one.value) say(desk.journal);
    else await fault(desk, read[index]!.message, one.reason, now());
  }
  const trouble = read.find((one) => one.kind === 'failed' && isWorldTrouble(one.error));
  if (trouble?.kind === 'failed') throw trouble.error;
}

/** Back into the queue, as if they had not been taken. */
export async function release({ store }: Desk, messages: readonly ClaimedMessage[]): Promise<void> {
  for (const { id, token } of messages) await store.received.release(id, token, false);
}

/** All at once; when that cannot be, or something goes wrong with it, it is undone and each is settled alone. */
async function settleRun(
  desk: Desk,
  run: readonly ReadMessage[],
  now: () => Date,
): Promise<readonly Settled[]> {
  const [first] = run;
  if (run.length === 1) return [{ status: 'fulfilled', value: await settle(desk, first!, now) }];
  const { store } = desk;
  const letters = run.flatMap((one) => (one.kind === 'read' ? one : []));
  const [all] = await store.together([(inner) => decideAll({ ...desk, store: inner }, letters, now)]);
  if (all?.status === 'fulfilled') return all.value.map((value) => ({ status: 'fulfilled', value }));
  return store.together(run.map((one) => (inner) => settle({ ...desk, store: inner }, one, now)));
}

/** @throws when they turn out to have to do with one another, or a ticket changed meanwhile. */
async function decideAll(
  desk: Desk,
  letters: readonly Extract<ReadMessage, { kind: 'read' }>[],
  now: () => Date,
): Promise<readonly (readonly Line[])[]> {
  const at = now();
  const asked = await Promise.allSettled(letters.map((one) => findingsOf(desk, one, at)));
  const decisions = asked.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    const { strangers } = one.value;
    if (strangers !== null && strangersNear(strangers, letters.length)) throw new Error('a cap is near');
    return decide(one.value, desk.house, at);
  });
  if (!areApart(decisions)) throw new Error('they have to do with one another');
  const committed = await desk.store.commitAll(decisions);
  const lines: (readonly Line[])[] = [];
  for (const [index, one] of committed.entries()) {
    const { message } = letters[index]!;
    if (one.kind === 'stale') throw new Error('a ticket changed meanwhile');
    if (one.kind === 'twin')
      lines.push(await write(desk, message, duplicate(message, one.of, one.ticketId, at)));
    else lines.push(told(message, decisions[index]!, one));
  }
  return lines;
}

async function findingsOf(
  desk: Desk,
  { message, letter, limit, authentication, fax, forwarded }: Extract<ReadMessage, { kind: 'read' }>,
  at: Date,
): Promise<Findings> {
  const found = await lookUp(desk, message, letter, limit, authentication, at, fax);
  return { ...found, forwarded };
}

async function settle(desk: Desk, read: ReadMessage, now: () => Date): Promise<readonly Line[]> {
  const { message } = read;
  switch (read.kind) {
    case 'twin':
      return write(desk, message, duplicate(message, read.of.id, read.of.ticketId, now()));
    case 'other-lane':
      await desk.store.received.defer(message.id, message.token, 'fax');
      return [];
    case 'killed':
      return putBack(desk, message, `killed the reader: ${read.reason}`, now());
    case 'failed':
      if (!isWorldTrouble(read.error)) throw read.error;
      await release(desk, [message]);
      return [];
    case 'read':
      return decideOn(desk, read, now);
  }
}

async function decideOn(
  desk: Desk,
  read: Extract<ReadMessage, { kind: 'read' }>,
  now: () => Date,
): Promise<readonly Line[]> {
  const { message } = read;
  for (let tries = 0; tries < staleTriesMax; tries += 1) {
    const at = now();
    const decision = decide(await findingsOf(desk, read, at), desk.house, at);
    const committed = await desk.store.commit(decision);
    if (committed.kind === 'twin')
      return write(desk, message, duplicate(message, committed.of, committed.ticketId, at));
    if (committed.kind !== 'stale') return told(message, decision, committed);
  }
  throw new Error(
    `message ${message.id}: its ticket changed ${staleTriesMax} times while it was being decided`,
  );
}

/**
 * A fault of ours is counted like a death of the reader, so that one message cannot stand in the way of all others
 * for ever.
 */
async function fault(desk: Desk, message: ClaimedMessage, error: unknown, now: Date): Promise<void> {
  const { message: words, stack } = error as Error;
  desk.journal.error('message-failed', { message: message.id, error: stack });
  for (const say of await putBack(desk, message, `fault of the program: ${words}`, now)) say(desk.journal);
}

/** Back into the queue for another try; after the third death the message is quarantined and staff are told. */
async function putBack(
  desk: Desk,
  message: ClaimedMessage,
  reason: string,
  now: Date,
): Promise<readonly Line[]> {
  const kills = message.kills + 1;
  const said: Line = (journal) => journal.warn('message-put-back', { message: message.id, kills, reason });
  if (kills >= killsMax) {
    const decision = quarantined(message, desk.house, now, `${reason} (${kills} times)`);
    return [said, ...(await write(desk, message, decision))];
  }
  await desk.store.received.release(message.id, message.token, true);
  return [said];
}

async function write(desk: Desk, message: ClaimedMessage, decision: Decision): Promise<readonly Line[]> {
  return told(message, decision, await desk.store.commit(decision));
}

function told(message: ClaimedMessage, decision: Decision, committed: Committed): readonly Line[] {
  if (committed.kind === 'lost')
    return [(journal) => journal.warn('message-lost-to-other-worker', { message: message.id })];
  if (committed.kind !== 'done') return [];
  const { outcome, reason } = decision.received;
  const letters = decision.letters.length;
  const fields = { message: message.id, outcome, reason, ticket: committed.ref, letters };
  return [(journal) => journal.info('message-decided', fields)];
}

/** The same message by another way: noted on its ticket, nothing else happens (spec 2.1). */
function duplicate(message: ClaimedMessage, of: number, ticketId: number | null, now: Date): Decision {
  return {
    at: now.toISOString(),
    received: {
      id: message.id,
      token: message.token,
      outcome: 'duplicate',
      reason: `duplicate of message ${of}`,
      facts: null,
      duplicateOf: of,
    },
    ticket: ticketId === null ? { kind: 'none' } : { kind: 'attach', id: ticketId },
    earlier: [],
    letters: [],
    events: [
      {
        kind: 'message',
        actor: 'system',
        reason: `another delivery of message ${of} (${message.source.kind})`,
      },
    ],
    bounce: null,
  };
}
