/**
 * The road of inbound messages: claim, read, look up, decide once, write once. Reading waits for a child process and
 * deciding for the database, so both go on at the same time: while the oldest are being decided, those behind them
 * are being read.
 */
import { bringHome, release } from './bring-home.ts';
import type { Desk } from './house.ts';
import type { ClaimedMessage, Lane, Received } from './ports.ts';
import { type ReadMessage, readMessage } from './read-message.ts';

/** Messages taken at once, the bytes they may have together, and with how few left in hand more are taken. */
interface Ahead {
  readonly messages: number;
  readonly bytes: number;
  readonly refillAt: number;
}

/** Well within a lease: what waits behind mails that hold the reader up stays ours. */
const renewMs = 60_000;

/** The reader of mail always has its next one; the pages of one fax keep a reader of faxes busy for long enough. */
function aheadOf({ house }: Desk, lane: Lane): Ahead {
  if (lane === 'mail' || lane === 'returned') return { messages: 32, bytes: 8 * 1024 * 1024, refillAt: 16 };
  if (lane === 'again') return { messages: 1, bytes: 0, refillAt: 0 };
  return { messages: house.faxesAtOnce, bytes: 32 * 1024 * 1024, refillAt: house.faxesAtOnce - 1 };
}

interface Told {
  /** When all that was in hand is decided; while a long queue is worked off, the outbox has its own ticks. */
  readonly decided: () => void;
  /** When messages were put into another lane. */
  readonly deferred: () => void;
}

interface InHand {
  readonly message: ClaimedMessage;
  readonly reading: Promise<void>;
  read: ReadMessage | null;
}

/**
 * Takes all that waits in the lane to its outcome, in the order of receipt; ends early when `stopping`. Mails that
 * turn out to bring a fax, and those the reader died of, are put into a lane of their own.
 */
export async function receiveWaiting(
  desk: Desk,
  lane: Lane,
  now: () => Date,
  stopping: () => boolean,
  told: Told,
): Promise<void> {
  const hand: InHand[] = [];
  const ahead = aheadOf(desk, lane);
  let more = true;
  let renewedAt = now().getTime();
  try {
    while (!stopping()) {
      // What a reading or a fault put back waits too, so nothing in hand is a reason to look again.
      if (hand.length === 0 || (more && hand.length <= ahead.refillAt)) {
        const claimed = await desk.store.received.claimSome(lane, ahead);
        more = claimed.length > 0;
        hand.push(...claimed.map((message) => begin(desk, message, lane)));
      }
      if (hand.length === 0) return;
      await hand[0]!.reading;
      const read = readAtHead(hand);
      await bringHome(desk, read, now);
      if (hand.length === 0) told.decided();
      if (now().getTime() - renewedAt > renewMs) {
        for (const { id, token } of hand.map(({ message }) => message))
          await desk.store.received.renew(id, token);
        renewedAt = now().getTime();
      }
      if (read.some(({ kind }) => kind === 'other-lane' || kind === 'killed')) told.deferred();
    }
  } finally {
    await release(
      desk,
      hand.map(({ message }) => message),
    );
  }
}

function begin(desk: Desk, message: ClaimedMessage, lane: Lane): InHand {
  const one: InHand = {
    message,
    read: null,
    reading: readMessage(desk, message, lane).then((read) => {
      one.read = read;
    }),
  };
  return one;
}

/** Those at the head of the queue that were read leave it: none is decided before one that came earlier. */
function readAtHead(hand: InHand[]): readonly ReadMessage[] {
  const end = hand.findIndex(({ read }) => read === null);
  return hand.splice(0, end < 0 ? hand.length : end).flatMap(({ read }) => read ?? []);
}

/** Takes the message of this id to its outcome, mail or fax, when it waits and nobody holds it. */
export async function receiveOne(desk: Desk, now: () => Date, id: number): Promise<Received | null> {
  const message = await desk.store.received.claim(id);
  if (message === null) return null;
  await bringHome(desk, [await readMessage(desk, message, 'fax')], now);
  return desk.store.received.get(id);
}
