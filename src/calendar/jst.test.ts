import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { japaneseDate, japaneseDateTime, japaneseWindows, minuteOfDay, weekday } from './japanese-date.ts';
import { addDays, dayOf, instantAt, isoJst, parseTime } from './jst.ts';

const someInstant = fc.date({
  min: new Date('1900-01-01T00:00:00Z'),
  max: new Date('2200-01-01T00:00:00Z'),
  noInvalidDate: true,
});

describe('parseTime', () => {
  test.each([
    ['2026-09-24T09:00:00+09:00', '2026-09-24T00:00:00.000Z'],
    ['2026-09-24T09:00:00', '2026-09-24T00:00:00.000Z'],
    ['2026-09-24T09:00', '2026-09-24T00:00:00.000Z'],
    ['2026-09-24 09:00:01', '2026-09-24T00:00:01.000Z'],
    ['2026-09-24t00:00:00z', '2026-09-24T00:00:00.000Z'],
    ['2026-09-24', '2026-09-23T15:00:00.000Z'],
    ['2026-09-24T09:00:00.25', '2026-09-24T00:00:00.250Z'],
    ['2026-09-24T09:00:00,123456789Z', '2026-09-24T09:00:00.123Z'],
    ['2026-09-23T20:00-04:00', '2026-09-24T00:00:00.000Z'],
    ['2026-09-24T05:30:00+0530', '2026-09-24T00:00:00.000Z'],
    ['2026-09-24T14:00:00+14', '2026-09-24T00:00:00.000Z'],
    ['2026-09-24 09:00 +09:00', '2026-09-24T00:00:00.000Z'],
    [' 2028-02-29T23:59:59.999 ', '2028-02-29T14:59:59.999Z'],
  ])('%s', (text, expected) => {
    expect(parseTime(text)?.toISOString()).toBe(expected);
  });

  test.each([
    ['no such day', '2026-02-30'],
    ['no such day', '2026-02-29T09:00:00'],
    ['no such day', '2026-04-31T09:00'],
    ['no such month', '2026-13-01'],
    ['day zero', '2026-01-00'],
    ['hour 25', '2026-09-24T25:00'],
    ['24:00 is never written', '2026-09-24T24:00:00'],
    ['minute 60', '2026-09-24T09:60'],
    ['leap second', '2026-09-24T09:00:60'],
    ['hour of one digit', '2026-09-24T9:00'],
    ['an offset needs a time', '2026-09-24+09:00'],
    ['offset of 99 hours', '2026-09-24T09:00:00+99:00'],
    ['a fraction needs seconds', '2026-09-24T09:00.5'],
    ['slashes', '2026/09/24 09:00'],
    ['a word', 'tomorrow'],
    ['nothing', ''],
    ['something behind', '2026-09-24T09:00:00Z x'],
    ['two lines', '2026-09-24\n2026-09-25'],
    ['a two-digit year', '26-09-24'],
    ['full-width digits', '２０２６-09-24'],
  ])('refuses %s: %s', (_, text) => {
    expect(parseTime(text)).toBeNull();
  });

  test('reads back what isoJst writes', () => {
    fc.assert(
      fc.property(someInstant, (at) => {
        expect(parseTime(isoJst(at))).toEqual(at);
      }),
    );
  });
});

describe('days', () => {
  test.each([
    ['2026-09-23T14:59:59.999Z', '2026-09-23', '2026-09-23T23:59:59.999+09:00'],
    ['2026-09-23T15:00:00.000Z', '2026-09-24', '2026-09-24T00:00:00+09:00'],
    ['2026-12-31T15:00:00.000Z', '2027-01-01', '2027-01-01T00:00:00+09:00'],
    ['2026-09-24T00:00:00.050Z', '2026-09-24', '2026-09-24T09:00:00.050+09:00'],
  ])('%s is %s', (utc, day, iso) => {
    expect(dayOf(new Date(utc))).toBe(day);
    expect(isoJst(new Date(utc))).toBe(iso);
  });

  test.each([
    ['00:00', '2026-09-23T15:00:00.000Z'],
    ['9:00', '2026-09-24T00:00:00.000Z'],
    ['17:29:59', '2026-09-24T08:29:59.000Z'],
    ['24:00', '2026-09-24T15:00:00.000Z'],
  ])('instantAt %s', (time, utc) => {
    expect(instantAt('2026-09-24', time).toISOString()).toBe(utc);
  });

  test.each(['24:01', '25:00', '9', '09:60', '', '-1:00', '24:00:01'])('instantAt refuses %j', (time) => {
    expect(() => instantAt('2026-09-24', time)).toThrow(RangeError);
  });

  test.each([
    ['2026-12-31', 1, '2027-01-01'],
    ['2028-03-01', -1, '2028-02-29'],
    ['2026-03-01', -1, '2026-02-28'],
    ['2026-09-24', 0, '2026-09-24'],
  ])('%s plus %i', (day, days, expected) => {
    expect(addDays(day, days)).toBe(expected);
  });

  test('every instant lies in its day', () => {
    fc.assert(
      fc.property(someInstant, (at) => {
        const day = dayOf(at);
        expect(instantAt(day, '00:00') <= at && at < instantAt(addDays(day, 1), '00:00')).toBe(true);
        expect(instantAt(day, '00:00').getTime() + minuteOfDay(at) * 60_000).toBe(
          at.getTime() - (((at.getTime() % 60_000) + 60_000) % 60_000),
        );
      }),
    );
  });
});

test.each([
  ['2026-09-24T09:00:59', '2026年9月24日(木) 9:00'],
  ['2026-12-29T00:05:00', '2026年12月29日(火) 0:05'],
  ['2027-01-04T23:59:59', '2027年1月4日(月) 23:59'],
  ['2026-11-22T15:00:00Z', '2026年11月23日(月) 0:00'],
])('%s for people', (text, expected) => {
  expect(japaneseDateTime(parseTime(text)!)).toBe(expected);
});

test('the weekday stands behind every date', () => {
  const week = Array.from({ length: 7 }, (_, index) => addDays('2026-09-20', index));
  expect(week.map(weekday)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(week.map((day) => japaneseDate(day).at(-2)).join('')).toBe('日月火水木金土');
  expect(japaneseDate('2027-01-04')).toBe('2027年1月4日(月)');
});

test('names reception hours as letters do', () => {
  const windows = [
    { from: '09:00', to: '12:00' },
    { from: '13:00', to: '17:30' },
  ];
  expect(japaneseWindows(windows)).toBe('9:00～12:00、13:00～17:30');
  expect(japaneseWindows([{ from: '00:00', to: '10:05' }])).toBe('0:00～10:05');
});
