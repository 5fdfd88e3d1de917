/**
 * Days of a recurrence rule (RFC 5545 §3.3.10), as far as closures need it. The days are counted through one by
 * one up to a last day: ical.js rolls 30 February into March and never ends on some rules that fit no day.
 */
import { addDays, type Day } from './jst.ts';

export interface Recurrence {
  readonly freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly interval: number;
  /** Occurrences, the first included; null for no end. */
  readonly count: number | null;
  readonly until: Day | null;
  /** 0 is Sunday. */
  readonly weekStart: number;
  /** BYMONTH, BYMONTHDAY (negative from the end), BYDAY (`ordinal` 0 is every one), BYSETPOS; empty when absent. */
  readonly months: readonly number[];
  readonly monthDays: readonly number[];
  readonly weekdays: readonly { readonly ordinal: number; readonly weekday: number }[];
  readonly positions: readonly number[];
}

interface CountedDay {
  /** Days since 1970-01-01. */
  readonly number: number;
  readonly year: number;
  readonly month: number;
  readonly date: number;
  readonly weekday: number;
}

const dayMs = 86_400_000;
/** More than any period, so that positions are counted in a whole one at both ends. */
const marginDays = 400;

/** All occurrences from `start` until `last`, in order. The start is the first one, whatever the rule says. */
export function occurrences(rule: Recurrence, start: Day, last: Day): readonly Day[] {
  const end = rule.until !== null && rule.until < last ? rule.until : last;
  const first = countedDay(numberOf(start));
  const periods = new Map<number, number[]>();
  for (let number = first.number - marginDays; number <= numberOf(end) + marginDays; number += 1) {
    const candidate = countedDay(number);
    if (!fits(rule, first, candidate)) continue;
    const period = periodOf(rule, candidate);
    periods.set(period, [...(periods.get(period) ?? []), number]);
  }
  const found = [...periods.values()].flatMap((numbers) => positioned(rule, numbers));
  const later = found.filter((number) => number > first.number && number <= numberOf(end));
  return [
    start,
    ...later.slice(0, Math.max(rule.count ?? Infinity, 1) - 1).map((number) => addDays('1970-01-01', number)),
  ];
}

function positioned(rule: Recurrence, numbers: readonly number[]): readonly number[] {
  if (rule.positions.length === 0) return numbers;
  return numbers.filter(
    (_, index) => rule.positions.includes(index + 1) || rule.positions.includes(index - numbers.length),
  );
}

function fits(rule: Recurrence, first: CountedDay, candidate: CountedDay): boolean {
  const { freq, months, monthDays, weekdays } = rule;
  if ((periodOf(rule, candidate) - periodOf(rule, first)) % rule.interval !== 0) return false;
  if (months.length > 0 && !months.includes(candidate.month)) return false;
  const fromEnd = candidate.date - 1 - daysIn(candidate.year, candidate.month);
  if (monthDays.length > 0 && !monthDays.includes(candidate.date) && !monthDays.includes(fromEnd))
    return false;
  if (weekdays.length > 0) return weekdays.some((wanted) => fitsWeekday(rule, wanted, candidate));
  // A rule that names no day within its period takes it from the start.
  if (freq === 'DAILY' || monthDays.length > 0) return true;
  if (freq === 'WEEKLY') return candidate.weekday === first.weekday;
  if (candidate.date !== first.date) return false;
  return freq === 'MONTHLY' || months.length > 0 || candidate.month === first.month;
}

/** `2MO` is the second Monday, `-1FR` the last Friday: of the month, or of the year where no month is named. */
function fitsWeekday(rule: Recurrence, wanted: Recurrence['weekdays'][number], day: CountedDay): boolean {
  if (wanted.weekday !== day.weekday) return false;
  if (wanted.ordinal === 0 || rule.freq === 'DAILY' || rule.freq === 'WEEKLY') return true;
  const ofYear = rule.freq === 'YEARLY' && rule.months.length === 0;
  const before = ofYear ? day.number - Date.UTC(day.year, 0, 1) / dayMs : day.date - 1;
  const after = (ofYear ? 364 + daysIn(day.year, 2) - 28 : daysIn(day.year, day.month) - 1) - before;
  return wanted.ordinal === Math.floor(before / 7) + 1 || wanted.ordinal === -Math.floor(after / 7) - 1;
}

function periodOf(rule: Recurrence, day: CountedDay): number {
  switch (rule.freq) {
    case 'DAILY':
      return day.number;
    case 'WEEKLY':
      // Day 0 was a Thursday.
      return Math.floor((day.number + 4 - rule.weekStart) / 7);
    case 'MONTHLY':
      return day.year * 12 + day.month;
    case 'YEARLY':
      return day.year;
  }
}

function countedDay(number: number): CountedDay {
  const date = new Date(number * dayMs);
  return {
    number,
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    date: date.getUTCDate(),
    weekday: date.getUTCDay(),
  };
}

function numberOf(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`) / dayMs;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
