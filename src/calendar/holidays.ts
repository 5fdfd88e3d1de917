/**
 * Public holidays of Japan, with 振替休日 and 国民の休日, from the table of @holiday-jp/holiday_jp. The table is read
 * by day: the package's own `isHoliday(Date)` answers by the zone of the process. Equinoxes ahead are forecasts,
 * fixed each February by the Cabinet Office.
 */
import holidayJp from '@holiday-jp/holiday_jp';
import type { Day } from './jst.ts';

const names: ReadonlyMap<Day, string> = new Map(
  Object.entries(holidayJp.holidays).map(([day, holiday]) => [day, holiday.name]),
);
const days = [...names.keys()].sort();

/** First and last day of the table. Outside it, a day without a name is not known to be a working day. */
export const holidaysKnownFrom: Day = days[0]!;
export const holidaysKnownUntil: Day = days.at(-1)!;

/** Name of the public holiday, or null. */
export function holidayOn(day: Day): string | null {
  return names.get(day) ?? null;
}
