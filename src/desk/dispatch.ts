/**
 * Letters leave: due, allowed by the calendar, looked at again, written down, handed over, settled. The
 * attempt is on disk before the network is touched, and the gate is asked again right before the body.
 */

import { businessDaysBetween } from '../calendar/business-day.ts';
import { earliest, mayStart } from '../calendar/reception-hours.ts';
import { aftermath, failureAftermath, nothing } from './aftermath.ts';
import { occasionOf, superseded, word } from './compose-item.ts';
import { gateHours, type SendingDesk } from './house.ts';
import type { Aftermath, Delivery, OutboxItem, Settlement } from './ports.ts';
import { nextAttempt } from './retry.ts';
import { isWorldTrouble } from './trouble.ts';

const dueMax = 50;
const minuteMs = 60_000;

/** Sends what is due now, in order and at the set rate. Returns how many letters were settled. */
export async function dispatchDue(desk: SendingDesk, now: () => Date): Promise<number> {
  await recoverLetters(desk, now());
  let settled = 0;
  const looked = new Set<number>();
  for (;;) {
    const items = (await desk.store.outbox.due(now().toISOString(), dueMax)).filter(
      (item) => !looked.has(item.id),
    );
    if (items.length === 0) return settled;
    for (const item of items) {
      looked.add(item.id);
      if (item.kind !== 'notification' && (await rateReached(desk, now()))) continue;
      if (await dispatchOne(desk, item, now)) settled += 1;
    }
  }
}

async function rateReached(desk: SendingDesk, now: Date): Promise<boolean> {
  const since = new Date(now.getTime() - minuteMs).toISOString();
  return (await desk.store.outbox.sentSince(since)) >= desk.house.perMinute;
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
    const notBefore = opening(desk, item, at);
    if (notBefore !== item.notBefore) {
      const settlement = {
        kind: 'later',
        at: at.toISOString(),
        notBefore,
        reason: 'outside reception hours',
      } as const;
      await store.outbox.putAside(item.id, settlement, nothing);
    }
    return false;
  }
  const occasion = await occasionOf(desk, item);
  const unwanted = superseded(occasion);
  if (unwanted !== null) return putDown(desk, item, 'cancelled', unwanted, at);
  const worded = await word(desk, occasion, at).catch((error: Error) => {
    if (isWorldTrouble(error)) throw error;
    return error;
  });
  // A letter that cannot be worded is our fault: it is told, and does not stand in the way of the others.
  if (worded instanceof Error) {
    return putDown(desk, item, 'failed', `could not be worded: ${worded.message}`, at);
  }
  const { drafted, subject, envelopeFrom } = worded;
  if (drafted.kind === 'refused') return putDown(desk, item, 'failed', drafted.reason, at);
  const { messageId } = drafted.draft;
  const bytes = await desk.pack(drafted.draft);
  const attempt = { messageId, subject, bytes, at: at.toISOString() };
  const token = await store.outbox.begin(item.id, attempt);
  if (token === null) return false;
  const delivery = await desk.courier.deliver(
    { messageId, envelopeFrom, recipients: [item.to], bytes },
    async () => mayStart(house.calendar, hours, now()) && (await store.outbox.bodyBegins(item.id, token)),
  );
  const settlement = settlementOf(desk, item, delivery, now());
  const after = await consequences(desk, item, settlement, now());
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

/** A letter that does not leave at all: the reason stays with it and on the ticket, and staff hear of a failure. */
async function putDown(
  desk: SendingDesk,
  item: OutboxItem,
  kind: 'cancelled' | 'failed',
  reason: string,
  now: Date,
): Promise<boolean> {
  const settlement: Settlement = { kind, at: now.toISOString(), reason };
  await desk.store.outbox.putAside(item.id, settlement, failureAftermath(desk.house, item, settlement, now));
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
      const businessDaysTried = businessDaysBetween(desk.house.calendar, new Date(due), now);
      const next = nextAttempt({ id: item.id, attempts: item.attempts + 1, businessDaysTried }, now);
      return next.kind === 'give-up'
        ? { kind: 'failed', at, reason: `${next.reason}: ${reason}` }
        : { kind: 'later', at, notBefore: opening(desk, item, new Date(next.notBefore)), reason };
    }
  }
}

/** The first instant from `at` on at which the letter may leave; null when the calendar does not know one. */
function opening(desk: SendingDesk, item: OutboxItem, at: Date): string | null {
  return earliest(desk.house.calendar, gateHours(desk.house, item.kind), at)?.toISOString() ?? null;
}

async function consequences(
  desk: SendingDesk,
  item: OutboxItem,
  settlement: Settlement,
  now: Date,
): Promise<Aftermath> {
  const ticket = item.ticketId === null ? null : await desk.store.tickets.byId(item.ticketId);
  if (settlement.kind === 'sent') return aftermath(desk.house, item, ticket, now);
  return failureAftermath(desk.house, item, settlement, now);
}
