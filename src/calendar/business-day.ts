/**
 * Business days (営業日, 約款 2(1)): Monday to Friday, no public holiday, no closure. A day beyond what is known is
 * neither a business day nor a day off, whatever its weekday: the answer is null or `unknown`, and nothing leaves.
 */
import { addDays, type Day, dayOf } from './jst.ts';
import { dayOff, knownUntil, openingsOn, type ReceptionCalendar } from './reception-calendar.ts';

/** Null when nobody can know. */
export function isBusinessDay(calendar: ReceptionCalendar, day: Day): boolean | null {
  const off = dayOff(calendar, day);
  return off === 'unknown' ? null : off === null;
}

/**
 * The n-th business day after the day, which need not be one itself; with 0 the day itself or the first business
 * day after it. Null when the count runs into days nobody knows.
 */
export function addBusinessDays(calendar: ReceptionCalendar, day: Day, days: number): Day | null {
  if (!Number.isInteger(days) || days < 0) throw new RangeError(`not a number of business days: ${days}`);
  let left = days;
  for (let next = days === 0 ? day : addDays(day, 1); ; next = addDays(next, 1)) {
    const business = isBusinessDay(calendar, next);
    if (business === null) return null;
    if (business) left -= 1;
    if (business && left <= 0) return next;
  }
}

/** Business days after the day of `from` up to the day of `to`; days nobody knows are not counted. */
export function businessDaysBetween(calendar: ReceptionCalendar, from: Date, to: Date): number {
  let days = 0;
  const last = dayOf(to);
  for (let day = addDays(dayOf(from), 1); day <= last && day <= knownUntil(calendar); day = addDays(day, 1)) {
    if (isBusinessDay(calendar, day)) days += 1;
  }
  return days;
}

/** Whole minutes of reception hours between two instants; 0 when `to` is not after `from`. */
export function businessMinutesBetween(calendar: ReceptionCalendar, from: Date, to: Date): number {
  let ms = 0;
  const last = dayOf(to);
  for (let day = dayOf(from); day <= last && day <= knownUntil(calendar); day = addDays(day, 1)) {
    for (const { opensAt, closesAt } of openingsOn(calendar, day)) {
      const begin = Math.max(opensAt.getTime(), from.getTime());
      ms += Math.max(0, Math.min(closesAt.getTime(), to.getTime()) - begin);
    }
  }
  return Math.floor(ms / 60_000);
}
