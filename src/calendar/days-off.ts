/** Runs of days without reception, for people: weekends, holidays and closures that stand together are one. */
import { closureOn } from './closures.ts';
import { addDays, type Day } from './jst.ts';
import { dayOff, type ReceptionCalendar } from './reception-calendar.ts';

export interface DaysOff {
  /** Both days included. */
  readonly from: Day;
  readonly to: Day;
  readonly days: number;
  /** Name of the first closure among them, or null. */
  readonly closure: string | null;
}

/** Nobody is told of what lies further back. */
const daysMax = 60;

/**
 * The run of days off that touches the days `from` to `to`, both included: of several one with a closure, else the
 * longest, else the latest. Days nobody knows are not days off. Null when there is none.
 */
export function daysOffBetween(calendar: ReceptionCalendar, from: Day, to: Day): DaysOff | null {
  const first = addDays(to, -daysMax);
  let best: DaysOff | null = null;
  for (let day = from > first ? from : first; day <= to; day = addDays(day, 1)) {
    if (!isOff(calendar, day)) continue;
    const run = runAt(calendar, day);
    if (best === null || rank(run) >= rank(best)) best = run;
    day = run.to;
  }
  return best;
}

function rank({ closure, days }: DaysOff): number {
  return (closure === null ? 0 : 1_000) + days;
}

function runAt(calendar: ReceptionCalendar, day: Day): DaysOff {
  let from = day;
  let to = day;
  while (isOff(calendar, addDays(from, -1))) from = addDays(from, -1);
  while (isOff(calendar, addDays(to, 1))) to = addDays(to, 1);
  let closure: string | null = null;
  let days = 0;
  for (let one = from; one <= to; one = addDays(one, 1)) {
    days += 1;
    closure ??= closureOn(one, calendar.closures)?.name ?? null;
  }
  return { from, to, days, closure };
}

function isOff(calendar: ReceptionCalendar, day: Day): boolean {
  const off = dayOff(calendar, day);
  return off !== null && off !== 'unknown';
}
