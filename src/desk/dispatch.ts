/**
 * Letters leave: due, allowed by the calendar, looked at again, written down, handed over, settled. The
 * attempt is on disk before the network is touched, and the gate is asked again right before the body.
 */

import { businessDaysBetween } from '../calendar/business-day.ts';
import { dayOf } from '../calendar/jst.ts';
import { earliest, mayStart } from '../calendar/reception-hours.ts';
import { capReached, countedSince } from '../reply/withhold.ts';
import { isStaffMail, STAFF_KINDS } from '../ticket/ticket.ts';
import { aftermath, failureAftermath, nothing } from './aftermath.ts';
import { answerLeft, toldAgain, whyNotNow } from './answer-fate.ts';
import { word } from './compose-item.ts';
import { filesOf } from './compose-staff.ts';
import { enclosedFiles } from './enclosed.ts';
import { gateHours, type SendingDesk } from './house.ts';
import { type Occasion, occasionOf } from './occasion.ts';
import type { Aftermath, Delivery, OutboxItem, Refusal, Settlement } from './ports.ts';
import { nextAttempt } from './retry.ts';
import { superseded } from './superseded.ts';
import { isWorldTrouble } from './trouble.ts';

const dueMax = 50;
/** One pass looks at so many letters; the next tick goes on. */
const lookedMax = 1_000;
const minuteMs = 60_000;
/** A letter over a cap is looked at again after so long. */
const capWaitMs = 60 * 60_000;

/** Sends what is due now, in order and at the set rate. Ends early when `stopping`. Returns how many letters were settled. */
export async function dispatchDue(
  desk: SendingDesk,
  now: () => Date,
  stopping: () => boolean = () => false,
): Promise<number> {
  await recoverLetters(desk, now());
  let settled = 0;
  const looked = new Set<number>();
  let full = false;
  for (;;) {
    // Once the rate is reached, letters to customers stay due for a later pass; mail to staff is reached all the same.
    const kinds = full ? STAFF_KINDS : undefined;
    const due = await desk.store.outbox.due(now().toISOString(), dueMax + looked.size, kinds);
    const items = due.filter((item) => !looked.has(item.id));
    if (items.length === 0 || looked.size >= lookedMax) return settled;
    for (const item of items) {
      if (stopping()) return settled;
      looked.add(item.id);
      if (!isStaffMail(item.kind)) {
        full ||= await rateReached(desk, now());
        if (full) continue;
      }
      if (await dispatchOne(desk, item, now)) settled += 1;
    }
  }
}

async function rateReached(desk: SendingDesk, now: Date): Promise<boolean> {
  // A letter that left a full minute ago makes room for the next.
  const since = new Date(now.getTime() - minuteMs + 1).toISOString();
  // A clock that was set back leaves letters behind that seem to leave later: they are no reason to stand still till then.
  return (await desk.store.outbox.sentBetween(since, now.toISOString())) >= desk.house.perMinute;
}

async function recoverLetters(desk: SendingDesk, now: Date): Promise<void> {
  const changed = await desk.store.outbox.recover(now.toISOString(), (item) =>
    item.state === 'uncertain'
      ? failureAftermath(
          desk.house,
          item,
          { kind: 'uncertain', at: now.toISOString(), reason: item.reason ?? '' },
          now,
        ).letters
      : [],
  );
  for (const item of changed) {
    desk.journal.warn('letter-recovered', { letter: item.id, kind: item.kind, state: item.state });
  }
}

async function dispatchOne(desk: SendingDesk, item: OutboxItem, now: () => Date): Promise<boolean> {
  const { store, house, journal } = desk;
  const hours = gateHours(house, item.kind);
  const at = now();
  if (!mayStart(house.calendar, hours, at)) {
    await putOff(desk, item, at, at, 'outside reception hours');
    return false;
  }
  const occasion = await occasionOf(desk, item);
  const unwanted = superseded(occasion, house, dayOf(at));
  if (unwanted !== null) return putDown(desk, occasion, 'cancelled', unwanted, at);
  const waits = item.kind === 'answer' ? whyNotNow(occasion.ticket, item, occasion.messages) : null;
  if (waits !== null) return putDown(desk, occasion, 'held', waits, at);
  if (item.kind === 'answer' && occasion.undeliverable)
    return putDown(desk, occasion, 'failed', 'mail to this address bounced for good', at);
  const cap = await capOf(desk, item, at);
  if (cap !== null) {
    await putOff(desk, item, new Date(at.getTime() + capWaitMs), at, cap);
    return false;
  }
  const files = item.kind === 'answer' ? filesOf(desk, item) : enclosedFiles(desk, occasion);
  const wording = files.then((found) => word(desk, occasion, at, found));
  const worded = await wording.catch((error: Error) => {
    if (isWorldTrouble(error)) throw error;
    return error;
  });
  // A letter that cannot be worded is our fault: it is told, and does not stand in the way of the others.
  if (worded instanceof Error) {
    return putDown(desk, occasion, 'failed', `could not be worded: ${worded.message}`, at);
  }
  const { drafted, subject, envelopeFrom } = worded;
  if (drafted.kind === 'refused') return putDown(desk, occasion, 'failed', drafted.reason, at);
  const { messageId } = drafted.draft;
  const bytes = await desk.pack(drafted.draft);
  const attempt = { messageId, subject, bytes, at: at.toISOString() };
  const token = await store.outbox.begin(item.id, attempt);
  if (token === null) return false;
  const delivery = await desk.courier.deliver(
    { messageId, envelopeFrom, recipients: drafted.draft.recipients, bytes },
    async () => mayStart(house.calendar, hours, now()) && (await store.outbox.bodyBegins(item.id, token)),
  );
  const settlement = settlementOf(desk, item, delivery, now());
  const after = await consequences(desk, item, settlement, delivery, now());
  const kept = await store.outbox.settle(item.id, token, settlement, after);
  const fields = {
    letter: item.id,
    kind: item.kind,
    state: settlement.kind,
    reason: settlement.reason,
    kept,
  };
  if (settlement.kind === 'sent') journal.info('letter-sent', fields);
  else journal.warn('letter-not-sent', fields);
  return settlement.kind !== 'later';
}

/** Reminders fall due together: the caps of spec 5.2 hold for what leaves, not only for what is queued. */
async function capOf(desk: SendingDesk, item: OutboxItem, at: Date): Promise<string | null> {
  if (isStaffMail(item.kind) || item.kind === 'answer') return null;
  const { hour, day } = await desk.store.outbox.countTo(item.to, countedSince(at));
  return capReached({ queued: 0, hour, day });
}

/** Not now: at the first instant from `from` on that the calendar permits. */
async function putOff(
  desk: SendingDesk,
  item: OutboxItem,
  from: Date,
  now: Date,
  reason: string,
): Promise<void> {
  const notBefore = opening(desk, item, from);
  if (notBefore === item.notBefore) return;
  await desk.store.outbox.putAside(
    item.id,
    { kind: 'later', at: now.toISOString(), notBefore, reason },
    { ...nothing, letters: toldAgain(desk.house, item, notBefore, now) },
  );
}

/** A letter that does not leave at all: the reason stays with it and on the ticket, and staff hear of a failure. */
async function putDown(
  desk: SendingDesk,
  { item, ticket }: Occasion,
  kind: 'cancelled' | 'failed' | 'held',
  reason: string,
  now: Date,
): Promise<boolean> {
  const settlement: Settlement = { kind, at: now.toISOString(), reason };
  await desk.store.outbox.putAside(
    item.id,
    settlement,
    failureAftermath(desk.house, item, settlement, now, ticket),
  );
  desk.journal.info(`letter-${kind}`, { letter: item.id, kind: item.kind, reason });
  return true;
}

function settlementOf(desk: SendingDesk, item: OutboxItem, delivery: Delivery, now: Date): Settlement {
  const { reason } = delivery;
  const at = now.toISOString();
  switch (delivery.kind) {
    case 'sent':
    case 'uncertain':
      return { kind: delivery.kind, at, reason };
    case 'never':
      return { kind: 'failed', at, reason };
    case 'shut':
      return { kind: 'later', at, notBefore: opening(desk, item, now), reason };
    case 'later': {
      const due = typeof item.data['dueAt'] === 'string' ? item.data['dueAt'] : item.createdAt;
      const from = opening(desk, item, new Date(due)) ?? due;
      const businessDaysTried = businessDaysBetween(desk.house.calendar, new Date(from), now);
      const next = nextAttempt({ id: item.id, attempts: item.attempts + 1, businessDaysTried }, now);
      return next.kind === 'give-up'
        ? { kind: 'failed', at, reason: `${next.reason}: ${reason}` }
        : { kind: 'later', at, notBefore: opening(desk, item, new Date(next.notBefore)), reason };
    }
  }
}

/** The first instant from `at` on at which the letter may leave; null when the calendar does not know one. */
export function opening(desk: SendingDesk, item: OutboxItem, at: Date): string | null {
  return earliest(desk.house.calendar, gateHours(desk.house, item.kind), at)?.toISOString() ?? null;
}

async function consequences(
  desk: SendingDesk,
  item: OutboxItem,
  settlement: Settlement,
  delivery: Delivery,
  now: Date,
): Promise<Aftermath> {
  if (settlement.kind === 'later')
    return { ...nothing, letters: toldAgain(desk.house, item, settlement.notBefore, now) };
  const ticket = item.ticketId === null ? null : await desk.store.tickets.byId(item.ticketId);
  if (settlement.kind !== 'sent') return failureAftermath(desk.house, item, settlement, now, ticket);
  return letterLeft(desk, item, now, delivery.kind === 'sent' ? delivery.refused : []);
}

/** What follows when a letter is with its recipients. An answer counts from `leftAt`, what comes after another letter from now. */
export async function letterLeft(
  desk: SendingDesk,
  item: OutboxItem,
  now: Date,
  refused: readonly Refusal[] = [],
  leftAt = now,
): Promise<Aftermath> {
  const ticket = item.ticketId === null ? null : await desk.store.tickets.byId(item.ticketId);
  if (item.kind !== 'answer' || ticket === null) return aftermath(desk.house, item, ticket, now);
  const messages = await desk.store.received.ofTicket(ticket.id);
  return answerLeft(desk.house, item, ticket, messages, refused, leftAt);
}
