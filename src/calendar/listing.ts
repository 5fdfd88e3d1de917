/** The calendar for people to look at (`uketsuke calendar list`, spec 8). */
import { closureOn } from './closures.ts';
import { holidayOn } from './holidays.ts';
import { addDays, type Day, isoJst } from './jst.ts';
import { dayOff, openingsOn, type ReceptionCalendar } from './reception-calendar.ts';
import type { ReceptionCheck } from './reception-hours.ts';

export interface ListedOpening extends ReceptionCheck {
  readonly day: Day;
  /** Name of the holiday or closure, or null. */
  readonly name: string | null;
}

/** Every window of the days `from` to `to`, both included; a day off stands as one line with its reason. */
export function list(calendar: ReceptionCalendar, from: Day, to: Day): readonly ListedOpening[] {
  const lines: ListedOpening[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) {
    const reason = dayOff(calendar, day);
    if (reason !== null) {
      const closed = { holiday: holidayOn(day), closure: closureOn(day, calendar.closures)?.name ?? null };
      const name = reason === 'holiday' || reason === 'closure' ? closed[reason] : null;
      lines.push({ day, open: false, opensAt: null, closesAt: null, reason, name });
    }
    for (const { opensAt, closesAt } of openingsOn(calendar, day)) {
      const times = { opensAt: isoJst(opensAt), closesAt: isoJst(closesAt) };
      lines.push({ day, open: true, ...times, reason: 'open', name: null });
    }
  }
  return lines;
}
