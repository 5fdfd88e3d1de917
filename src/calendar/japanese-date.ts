/** Dates as customers read them: the weekday always, never ISO, never UTC, never 24:00 (tone.md). */

import { type Day, dayOf, isoJst } from './jst.ts';

/** `2026年9月24日(木)` */
export function japaneseDate(day: Day): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${year}年${month}月${date}日(${'日月火水木金土'[weekday(day)]})`;
}

/** `2026年9月24日(木) 9:00`; seconds are cut. */
export function japaneseDateTime(instant: Date): string {
  const minute = minuteOfDay(instant);
  return `${japaneseDate(dayOf(instant))} ${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`;
}

/** Reception hours as a letter names them: `9:00～12:00、13:00～17:30`. */
export function japaneseWindows(windows: readonly { readonly from: string; readonly to: string }[]): string {
  const plain = (time: string) => time.replace(/^0(?=\d)/, '');
  return windows.map(({ from, to }) => `${plain(from)}～${plain(to)}`).join('、');
}

/** 0 is Sunday, 6 is Saturday. */
export function weekday(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** Whole minutes since 00:00 in Tokyo. */
export function minuteOfDay(instant: Date): number {
  const [hours, minutes] = isoJst(instant).split('T')[1]!.split(':');
  return Number(hours) * 60 + Number(minutes);
}
