import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addBusinessDays,
  businessDaysBetween,
  businessMinutesBetween,
  isBusinessDay,
} from './business-day.ts';
import { addDays, instantAt, parseTime } from './jst.ts';
import { defaultReceptionCalendar, type ReceptionCalendar } from './reception-calendar.ts';
import { check } from './reception-hours.ts';

const calendar: ReceptionCalendar = {
  ...defaultReceptionCalendar,
  closures: [{ name: '年末年始休暇', from: '2026-12-29', to: '2027-01-04' }],
  closuresKnownUntil: '2027-03-31',
};
const at = (text: string): Date => parseTime(text)!;

test.each([
  ['2026-09-18', true],
  ['2026-09-19', false],
  ['2026-09-22', false],
  ['2026-12-29', false],
  ['2027-01-04', false],
  ['2027-01-05', true],
  ['2027-03-31', true],
  ['2027-04-01', null],
  ['2027-04-03', null],
])('%s is a business day: %s', (day, expected) => {
  expect(isBusinessDay(calendar, day)).toBe(expected);
});

test.each([
  ['2026-09-18', 1, '2026-09-24'],
  ['2026-09-18', 3, '2026-09-28'],
  ['2026-09-19', 1, '2026-09-24'],
  ['2026-09-24', 0, '2026-09-24'],
  ['2026-09-20', 0, '2026-09-24'],
  ['2026-12-28', 3, '2027-01-07'],
  ['2026-12-31', 5, '2027-01-12'],
  ['2027-03-30', 1, '2027-03-31'],
  ['2027-03-30', 2, null],
  ['2027-04-01', 0, null],
])('%s and %i business days is %s', (day, days, expected) => {
  expect(addBusinessDays(calendar, day, days)).toBe(expected);
});

test.each([-1, 0.5, Number.NaN])('%d is not a number of business days', (days) => {
  expect(() => addBusinessDays(calendar, '2026-09-24', days)).toThrow(RangeError);
});

test.each([
  ['2026-09-24T10:00', '2026-09-24T10:00', 0],
  ['2026-09-24T11:50', '2026-09-24T13:10', 20],
  ['2026-09-24T00:00', '2026-09-25T00:00', 450],
  ['2026-09-18T17:29', '2026-09-24T09:01', 2],
  ['2026-09-19T00:00', '2026-09-24T09:00', 0],
  ['2026-12-28T17:00', '2027-01-05T09:30', 60],
  ['2026-09-24T09:00:30', '2026-09-24T09:01:29.999', 0],
  ['2026-09-24T09:00:30', '2026-09-24T09:01:30', 1],
  ['2026-09-24T10:00', '2026-09-24T09:00', 0],
  ['2026-09-25T09:00', '2026-09-24T09:00', 0],
  ['2027-03-31T17:00', '2027-04-02T10:00', 30],
])('%s to %s are %i business minutes', (from, to, minutes) => {
  expect(businessMinutesBetween(calendar, at(from), at(to))).toBe(minutes);
});

describe('for any instants', () => {
  const instant = fc
    .integer({ min: 0, max: 20 * 1440 })
    .map((minute) => new Date(at('2026-12-20').getTime() + minute * 60_000));

  test('business minutes are the open minutes, counted one by one', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 3000 }), (from, minutes) => {
        let open = 0;
        for (let minute = 0; minute < minutes; minute += 1) {
          if (check(calendar, new Date(from.getTime() + minute * 60_000)).open) open += 1;
        }
        const to = new Date(from.getTime() + minutes * 60_000);
        expect(businessMinutesBetween(calendar, from, to)).toBe(open);
      }),
      { numRuns: 20 },
    );
  });

  test('business days are counted back as they were added', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 15 }), (offset, days) => {
        const from = addDays('2026-11-15', offset);
        const to = addBusinessDays(calendar, from, days)!;
        expect(isBusinessDay(calendar, to)).toBe(true);
        expect(businessDaysBetween(calendar, instantAt(from, '23:59'), instantAt(to, '00:00'))).toBe(days);
      }),
    );
  });
});
