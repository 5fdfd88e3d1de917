import { expect, it } from 'vitest';
import { daysOffBetween } from './days-off.ts';
import { defaultReceptionCalendar, type ReceptionCalendar } from './reception-calendar.ts';

const calendar: ReceptionCalendar = {
  ...defaultReceptionCalendar,
  closures: [{ name: '年末年始休暇', from: '2026-12-29', to: '2027-01-04' }],
  closuresKnownUntil: '2027-03-31',
};

it.each([
  ['a weekend', '2026-11-13', '2026-11-16', '2026-11-14', '2026-11-15', 2, null],
  ['two weekends: the latest', '2026-11-06', '2026-11-16', '2026-11-14', '2026-11-15', 2, null],
  // 敬老の日, 国民の休日 and 秋分の日.
  ['a weekend and three holidays', '2026-09-18', '2026-09-24', '2026-09-19', '2026-09-23', 5, null],
  ['the longer of two', '2026-09-18', '2026-09-28', '2026-09-19', '2026-09-23', 5, null],
  ['begun before the days asked for', '2026-09-21', '2026-09-24', '2026-09-19', '2026-09-23', 5, null],
  ['a closure', '2026-12-28', '2027-01-05', '2026-12-29', '2027-01-04', 7, '年末年始休暇'],
  [
    'a closure before a longer look',
    '2026-12-28',
    '2027-01-18',
    '2026-12-29',
    '2027-01-04',
    7,
    '年末年始休暇',
  ],
  ['a day off itself', '2026-11-15', '2026-11-15', '2026-11-14', '2026-11-15', 2, null],
] as const)('%s', (_name, from, to, begins, ends, days, closure) => {
  expect(daysOffBetween(calendar, from, to)).toEqual({ from: begins, to: ends, days, closure });
});

it.each([
  ['business days alone', '2026-11-16', '2026-11-20'],
  ['the end before the beginning', '2026-11-17', '2026-11-13'],
  ['days nobody knows', '2027-04-03', '2027-04-11'],
])('none: %s', (_name, from, to) => {
  expect(daysOffBetween(calendar, from, to)).toBeNull();
});

it('looks back for a bounded time', () => {
  // Longer runs lie behind: in September, and at New Year.
  expect(daysOffBetween(calendar, '1990-01-01', '2026-12-20')?.from).toBe('2026-11-21');
});
