/** The road of one inbound message: claim, read, look up, decide once, write once. */
import { authenticate } from './authenticate.ts';
import { decide } from './decide.ts';
import { quarantined } from './decision.ts';
import type { Desk } from './house.ts';
import { lookUp } from './look-up.ts';
import type { ClaimedMessage, Committed, Decision, Lane, Received } from './ports.ts';
import { bringsFax, readFax } from './read-fax.ts';
import { isWorldTrouble } from './trouble.ts';

/** A message that killed its reader so often is quarantined (spec 2). */
const killsMax = 3;
/** Decisions taken again because a ticket changed under them; more means something else is wrong. */
const staleTriesMax = 5;

/**
 * Takes the oldest waiting message of the lane, or the one named, to its outcome; null when there is nothing to do.
 * A mail that turns out to bring a fax is put into the other lane and comes back without an outcome.
 */
export async function receiveNext(
  desk: Desk,
  now: () => Date,
  which: Lane | number = 'mail',
): Promise<Received | null> {
  const message = await desk.store.received.claim(which);
  if (message === null) return null;
  try {
    await bringHome(desk, message, which === 'mail', now);
  } catch (error) {
    // The world's trouble means later: the message goes back, its bytes are safe. A fault of ours is counted like
    // a death of the reader, so that one message cannot stand in the way of all others for ever.
    if (isWorldTrouble(error)) {
      await desk.store.received.release(message.id, message.token, false);
      throw error;
    }
    desk.journal.error('message-failed', { message: message.id, error: (error as Error).stack });
    await putBack(desk, message, `fault of the program: ${(error as Error).message}`, now());
  }
  return desk.store.received.get(message.id);
}

async function bringHome(
  desk: Desk,
  message: ClaimedMessage,
  deferFax: boolean,
  now: () => Date,
): Promise<void> {
  const twin = await desk.store.received.twin(message.contentKey);
  if (twin !== null && twin.id !== message.id) {
    await write(desk, message, duplicate(message, twin.id, twin.ticketId, now()));
    return;
  }
  const reading = await desk.reader.read(message.raw);
  if (reading.kind === 'killed') {
    return putBack(desk, message, `killed the reader: ${reading.reason}`, now());
  }
  const { letter } = reading;
  const isFax = bringsFax(desk, letter);
  if (isFax && deferFax) return desk.store.received.defer(message.id, message.token, 'fax');
  const pages = isFax ? await readFax(desk, message, letter) : null;
  if (pages?.kind === 'killed') return putBack(desk, message, `killed the reader: ${pages.reason}`, now());
  const limit = message.partial ?? (reading.kind === 'limited' ? reading.limit : null);
  const authentication = await authenticate(desk, message, letter);
  for (let tries = 0; tries < staleTriesMax; tries += 1) {
    const at = now();
    const findings = await lookUp(desk, message, letter, limit, authentication, at, pages?.fax);
    const committed = await write(desk, message, decide(findings, desk.house, at));
    if (committed.kind === 'twin') {
      await write(desk, message, duplicate(message, committed.of, committed.ticketId, at));
    }
    if (committed.kind !== 'stale') return;
  }
  throw new Error(
    `message ${message.id}: its ticket changed ${staleTriesMax} times while it was being decided`,
  );
}

/** Back into the queue for another try; after the third death the message is quarantined and staff are told. */
async function putBack(desk: Desk, message: ClaimedMessage, reason: string, now: Date): Promise<void> {
  const kills = message.kills + 1;
  desk.journal.warn('message-put-back', { message: message.id, kills, reason });
  if (kills < killsMax) return desk.store.received.release(message.id, message.token, true);
  await write(desk, message, quarantined(message, desk.house, now, `${reason} (${kills} times)`));
}

async function write(desk: Desk, message: ClaimedMessage, decision: Decision): Promise<Committed> {
  const committed = await desk.store.commit(decision);
  if (committed.kind === 'done') {
    desk.journal.info('message-decided', {
      message: message.id,
      outcome: decision.received.outcome,
      reason: decision.received.reason,
      ticket: committed.ref,
      letters: decision.letters.length,
    });
  } else if (committed.kind === 'lost') {
    desk.journal.warn('message-lost-to-other-worker', { message: message.id });
  }
  return committed;
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
