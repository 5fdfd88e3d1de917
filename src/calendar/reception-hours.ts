/**
 * Reception hours (受付時間, 約款 2(1)) and the gate for what leaves (spec 5.1). Windows are half-open: 12:00:00 and
 * 17:30:00 are closed. Nothing is started in the last 60 s of a window, so that the final dot of a slow relay
 * does not fall outside it; with exactly 60 s left nothing is started any more.
 */
import type { Closure } from './closures.ts';
import { addDays, type Day, dayOf, instantAt, isoJst } from './jst.ts';
import {
  type DayOff,
  dayOff,
  knownUntil,
  type Opening,
  openingsOn,
  type ReceptionCalendar,
} from './reception-calendar.ts';

export type { ReceptionCalendar, ReceptionWindow } from './reception-calendar.ts';

const lastStartMs = 60_000;

/** `outbox.hours.<kind>`: when letters of a kind may leave. */
export type GateHours = 'reception' | 'business-day' | 'always';

export interface ReceptionCheck {
  readonly open: boolean;
  /** ISO text with +09:00: the current window if open, else the next; null when no next one can be known. */
  readonly opensAt: string | null;
  readonly closesAt: string | null;
  readonly reason: 'open' | 'before-hours' | 'lunch' | 'after-hours' | DayOff;
}

/**
 * What the calendar says of an instant. A closed day names the first of weekend, holiday and closure that holds;
 * a day beyond the holiday table or `closuresKnownUntil` is `unknown` even when it is a Sunday.
 */
export function check(calendar: ReceptionCalendar, at: Date): ReceptionCheck {
  const off = dayOff(calendar, dayOf(at));
  const today = openingsOn(calendar, dayOf(at));
  const current = today.find(({ opensAt, closesAt }) => opensAt <= at && at < closesAt);
  const shown = current ?? nextOpening(calendar, at);
  const times = {
    opensAt: shown ? isoJst(shown.opensAt) : null,
    closesAt: shown ? isoJst(shown.closesAt) : null,
  };
  if (current) return { open: true, ...times, reason: 'open' };
  if (off !== null) return { open: false, ...times, reason: off };
  const begun = today.some(({ closesAt }) => closesAt <= at);
  const more = today.some(({ opensAt }) => at < opensAt);
  return { open: false, ...times, reason: !more ? 'after-hours' : begun ? 'lunch' : 'before-hours' };
}

/** The gate: whether a letter under these hours may be started now. On an unknown day only `always` may. */
export function mayStart(calendar: ReceptionCalendar, hours: GateHours, at: Date): boolean {
  if (hours === 'always') return true;
  return openingsFor(calendar, hours, dayOf(at)).some(({ opensAt, closesAt }) => {
    return opensAt <= at && at.getTime() < closesAt.getTime() - lastStartMs;
  });
}

/** The earliest instant at or after `at` that the gate permits; null when none can be known. */
export function earliest(calendar: ReceptionCalendar, hours: GateHours, at: Date): Date | null {
  if (mayStart(calendar, hours, at)) return at;
  for (const { opensAt } of openingsFrom(calendar, hours, dayOf(at))) {
    if (opensAt >= at && mayStart(calendar, hours, opensAt)) return opensAt;
  }
  return null;
}

/** When reception opens again after a closure, weekends, holidays and further closures passed over. */
export function reopensAt(calendar: ReceptionCalendar, closure: Closure): Date | null {
  return nextOpening(calendar, instantAt(closure.to, '24:00'))?.opensAt ?? null;
}

/** The first window that opens at or after the instant. */
function nextOpening(calendar: ReceptionCalendar, at: Date): Opening | null {
  for (const opening of openingsFrom(calendar, 'reception', dayOf(at))) {
    if (opening.opensAt >= at) return opening;
  }
  return null;
}

/** Openings from a day on, up to the first day nobody knows: beyond it even a window that seems sure is not next. */
function* openingsFrom(calendar: ReceptionCalendar, hours: GateHours, from: Day): Generator<Opening> {
  if (dayOff(calendar, from) === 'unknown') return;
  for (let day = from; day <= knownUntil(calendar); day = addDays(day, 1)) {
    yield* openingsFor(calendar, hours, day);
  }
}

/** A business day without a clock is one window of 24 hours: the same 60 s keep a letter from crossing midnight. */
function openingsFor(calendar: ReceptionCalendar, hours: GateHours, day: Day): readonly Opening[] {
  if (hours === 'reception') return openingsOn(calendar, day);
  if (dayOff(calendar, day) !== null) return [];
  return [{ opensAt: instantAt(day, '00:00'), closesAt: instantAt(day, '24:00') }];
}
