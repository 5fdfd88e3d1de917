/** `uketsuke calendar check|list`: when the desk is open, as every letter's gate sees it (spec 5.1, 8). */
import { dayOf, parseTime } from '../calendar/jst.ts';
import { list } from '../calendar/listing.ts';
import { check } from '../calendar/reception-hours.ts';
import { type Door, UsageError } from './door.ts';

const daysMax = 3_660;

export function calendarCheck(door: Door, text: string): void {
  const at = parseTime(text);
  if (at === null)
    throw new UsageError(`calendar check: "${text}" is not a time; write 2026-11-20T17:29:00 (Asia/Tokyo)`);
  const found = check(door.config.calendar, at);
  const words = found.open
    ? `open until ${found.closesAt}`
    : `closed (${found.reason}); opens at ${found.opensAt ?? 'an unknown time: the calendar ends'}`;
  door.print(found, words);
}

export function calendarList(door: Door, fromText: string, toText: string): void {
  const from = dayFrom(fromText);
  const to = dayFrom(toText);
  if (from > to) throw new UsageError(`calendar list: ${from} is after ${to}`);
  if ((Date.parse(to) - Date.parse(from)) / 86_400_000 > daysMax) {
    throw new UsageError(`calendar list: at most ${daysMax} days at once`);
  }
  const windows = list(door.config.calendar, from, to);
  const lines = windows.map((one) => `${one.opensAt ?? one.day}  ${one.closesAt ?? ''}  ${one.reason}`);
  door.print(windows, lines.join('\n'));
}

function dayFrom(text: string): string {
  const at = parseTime(text);
  if (at === null) throw new UsageError(`calendar list: "${text}" is not a day; write 2026-11-20`);
  return dayOf(at);
}
