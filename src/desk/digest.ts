/** The morning list to all staff (tone 9c): once on each business day, whoever starts, stops or works beside. */
import type { Day } from '../calendar/jst.ts';
import type { DigestFacts } from '../reply/staff-facts.ts';
import { digestDay, digestFacts, firstDigestSince } from './digest-facts.ts';
import type { Desk } from './house.ts';
import type { OutboxItem } from './ports.ts';
import { newLetter } from './queueing.ts';

/** A decision is committed a little after its time: each list counts up to a minute before it, the next one goes on there. */
const settledMs = 60_000;

/**
 * Queues the list of the day when it is due and nobody has queued it yet; its key holds the day, so that of several
 * processes one does. Missed at 8:45, it is made up for until the desk closes. Returns the day that is done, or null.
 */
export async function queueDigest({ house, store, journal }: Desk, now: Date): Promise<Day | null> {
  if (house.digest === null || house.staff.length === 0) return null;
  const day = digestDay(house.calendar, now);
  if (day === null) return null;
  const last = await store.outbox.last('digest');
  if (last?.data['day'] === day) return day;
  const until = last?.data['until'];
  const since = typeof until === 'string' ? until : firstDigestSince(house.calendar, day).toISOString();
  const data = { day, since, until: now.toISOString() };
  const letters = house.staff.map(({ address }) =>
    newLetter(house, now, 'digest', address, `digest:${day}:${address}`, data),
  );
  await store.outbox.add(now.toISOString(), letters);
  journal.info('digest-queued', { day, since, letters: letters.length });
  return day;
}

/** As it would leave now: what happened until it was queued, and how things stand. */
export async function digestNow(
  { house, store }: Desk,
  { data, createdAt }: OutboxItem,
  now: Date,
): Promise<DigestFacts> {
  const since = String(data['since'] ?? createdAt);
  const until = String(data['until'] ?? createdAt);
  return digestFacts(house.calendar, {
    since: new Date(since),
    until: new Date(until),
    now,
    happened: await store.overview.happened(earlier(since), earlier(until)),
    standing: await store.overview.standing(),
    overdueHours: house.digest?.overdueHours ?? 0,
    perMinute: house.perMinute,
  });
}

function earlier(instant: string): string {
  return new Date(Date.parse(instant) - settledMs).toISOString();
}
