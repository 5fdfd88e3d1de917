/** The calendar of the desk as configured (約款 2(1), spec 5.1): what every rule of this folder asks. */
import { type Closure, closureOn } from './closures.ts';
import { holidayOn, holidaysKnownFrom, holidaysKnownUntil } from './holidays.ts';
import { weekday } from './japanese-date.ts';
import { type Day, instantAt } from './jst.ts';

/** `HH:MM`, half-open: at `to` the window is closed. */
export interface ReceptionWindow {
  readonly from: string;
  readonly to: string;
}

export interface ReceptionCalendar {
  /** In order, not overlapping. */
  readonly windows: readonly ReceptionWindow[];
  readonly closures: readonly Closure[];
  /** Last day for which the firm has announced its closures; null when the operator sets no such bound. */
  readonly closuresKnownUntil: Day | null;
  /** Last day of the holiday table. */
  readonly holidaysKnownUntil: Day;
}

export type DayOff = 'weekend' | 'holiday' | 'closure' | 'unknown';

/** A reception window on a certain day, half-open. */
export interface Opening {
  readonly opensAt: Date;
  readonly closesAt: Date;
}

export const defaultReceptionCalendar: ReceptionCalendar = {
  windows: [
    { from: '09:00', to: '12:00' },
    { from: '13:00', to: '17:30' },
  ],
  closures: [],
  closuresKnownUntil: null,
  holidaysKnownUntil,
};

/** The last day on which anything may be open: after it nobody has said what is a working day. */
export function knownUntil(calendar: ReceptionCalendar): Day {
  const { closuresKnownUntil: announced, holidaysKnownUntil: printed } = calendar;
  return announced !== null && announced < printed ? announced : printed;
}

/** Why no reception is held on the day; null on a business day. A day off for several reasons names the first. */
export function dayOff(calendar: ReceptionCalendar, day: Day): DayOff | null {
  if (day < holidaysKnownFrom || day > knownUntil(calendar)) return 'unknown';
  if (weekday(day) % 6 === 0) return 'weekend';
  if (holidayOn(day) !== null) return 'holiday';
  return closureOn(day, calendar.closures) ? 'closure' : null;
}

/** The windows of a business day in order; none on any other day. */
export function openingsOn(calendar: ReceptionCalendar, day: Day): readonly Opening[] {
  if (dayOff(calendar, day) !== null) return [];
  return calendar.windows.map(({ from, to }) => ({
    opensAt: instantAt(day, from),
    closesAt: instantAt(day, to),
  }));
}
