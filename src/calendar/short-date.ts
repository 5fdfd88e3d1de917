/** Dates in lists and subjects for staff, where the year is plain and the line short. */
import { minuteOfDay, weekday } from './japanese-date.ts';
import { type Day, dayOf } from './jst.ts';

/** `9/24(木)` */
export function monthDay(day: Day): string {
  const [, month, date] = day.split('-').map(Number);
  return `${month}/${date}(${'日月火水木金土'[weekday(day)]})`;
}

/** `9:00`; seconds are cut. */
export function hourMinute(instant: Date): string {
  const minute = minuteOfDay(instant);
  return `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`;
}

/** `9/24(木) 9:00` */
export function monthDayTime(instant: Date): string {
  return `${monthDay(dayOf(instant))} ${hourMinute(instant)}`;
}
