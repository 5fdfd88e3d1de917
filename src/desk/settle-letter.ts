/**
 * What an operator decides about a letter that could not be sent, or of which nobody knows whether it arrived (spec 5.4):
 * to send it again under the same Message-ID, or to say what became of it.
 */
import { dayOf } from '../calendar/jst.ts';
import { nothing } from './aftermath.ts';
import { toldAgain, whyNotNow } from './answer-fate.ts';
import { composeItem } from './compose-item.ts';
import { letterLeft, opening } from './dispatch.ts';
import type { SendingDesk } from './house.ts';
import { occasionOf } from './occasion.ts';
import type { OutboxItem, OutboxState } from './ports.ts';
import { superseded } from './superseded.ts';

const operator = 'operator';
const retriable: readonly OutboxState[] = ['uncertain', 'failed', 'held'];

/** The operator asked for something that cannot be; the text says what would be right. */
export class LetterRefused extends Error {
  override readonly name = 'LetterRefused';
}

/** Queued again, gated as any letter. Returns when it leaves at the earliest; null when the calendar does not know. */
export async function retryLetter(desk: SendingDesk, id: number, now: Date): Promise<string | null> {
  const item = await letterIn(desk, id, retriable, 'sent again');
  const occasion = await occasionOf(desk, item);
  const unwanted =
    superseded(occasion, desk.house, dayOf(now)) ??
    (item.kind === 'answer' ? whyNotNow(occasion.ticket, item, occasion.messages) : null) ??
    (item.kind === 'answer' && occasion.undeliverable ? 'mail to this address bounced for good' : null);
  if (unwanted !== null) throw new LetterRefused(`letter ${id} would not leave: ${unwanted}`);
  const notBefore = opening(desk, item, now);
  const settlement = {
    kind: 'later',
    at: now.toISOString(),
    notBefore,
    reason: `sent again by an operator; it was ${item.state}: ${item.reason ?? ''}`,
  } as const;
  const done = await desk.store.outbox.resolve(id, [item.state], settlement, {
    ...nothing,
    letters: toldAgain(desk.house, item, notBefore, now),
    events: [eventOf('letter-retried', item, `queued again; it was ${item.state}`)],
  });
  if (!done) throw changed(id);
  return notBefore;
}

/** Nothing is sent: the record says what a person found out, and what follows from it happens now. */
export async function settleLetter(
  desk: SendingDesk,
  id: number,
  delivered: boolean,
  now: Date,
): Promise<void> {
  const item = await letterIn(desk, id, delivered ? ['uncertain', 'failed'] : ['uncertain'], 'settled');
  // What a restore left uncertain may have been sent by the life that is lost, under this very Message-ID.
  if (delivered && item.state === 'failed' && item.attemptedAt === null)
    throw new LetterRefused(`letter ${id} was never handed over: it cannot have been delivered`);
  const words = delivered ? 'delivered' : 'not delivered';
  const after = delivered
    ? await letterLeft(desk, item, now, [], new Date(item.attemptedAt ?? now))
    : nothing;
  const settlement = {
    kind: delivered ? 'sent' : 'failed',
    at: now.toISOString(),
    reason: `${words}, says an operator; it was ${item.state}: ${item.reason ?? ''}`,
  } as const;
  const messageId = item.messageId ?? (delivered ? await messageIdOf(desk, item, now) : undefined);
  const told = {
    ...after,
    events: [eventOf('letter-settled', item, `${words}; it was ${item.state}`), ...after.events],
  };
  const done = await desk.store.outbox.resolve(id, [item.state], settlement, told, messageId);
  if (!done) throw changed(id);
}

async function messageIdOf(desk: SendingDesk, item: OutboxItem, now: Date): Promise<string> {
  const { drafted } = await composeItem(desk, item, now);
  if (drafted.kind === 'refused') throw new LetterRefused(`letter ${item.id}: ${drafted.reason}`);
  return drafted.draft.messageId;
}

async function letterIn(
  desk: SendingDesk,
  id: number,
  states: readonly OutboxState[],
  what: string,
): Promise<OutboxItem> {
  const item = await desk.store.outbox.get(id);
  if (item === null) throw new LetterRefused(`there is no letter ${id}; see uketsuke outbox list`);
  if (states.includes(item.state)) return item;
  throw new LetterRefused(
    `letter ${id} is ${item.state}${item.reason === null ? '' : ` (${item.reason})`}: only letters that are ${states.join(', ')} can be ${what}`,
  );
}

function eventOf(kind: string, item: OutboxItem, what: string) {
  return { kind, actor: operator, reason: `${item.kind} to ${item.to}: ${what}` };
}

function changed(id: number): Error {
  return new Error(`letter ${id} changed this very moment; see uketsuke outbox list and try again`);
}
