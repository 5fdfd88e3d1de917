import { expect, test } from 'vitest';
import { holidayOn, holidaysKnownFrom, holidaysKnownUntil } from './holidays.ts';

test.each([
  ['2026-01-01', '元日'],
  ['2026-05-06', 'こどもの日 振替休日'],
  ['2026-09-21', '敬老の日'],
  ['2026-09-22', '休日'],
  ['2026-09-23', '秋分の日'],
  ['2032-09-21', '休日'],
  ['2049-09-21', '休日'],
  ['2027-03-22', '春分の日 振替休日'],
])('%s is %s', (day, name) => {
  expect(holidayOn(day)).toBe(name);
});

test.each([
  [
    'the ten days of the accession',
    '2019-04-29 2019-04-30 2019-05-01 2019-05-02 2019-05-03 2019-05-04 2019-05-05 2019-05-06',
  ],
  ['the accession ceremony', '2019-10-22'],
  ['moved for the games', '2020-07-23 2020-07-24 2020-08-10 2021-07-22 2021-07-23 2021-08-08 2021-08-09'],
])('closed: %s', (_, days) => {
  for (const day of days.split(' ')) expect(holidayOn(day), day).not.toBeNull();
});

test.each([
  ['moved away for the games', '2020-07-20 2020-08-11 2020-10-12 2021-07-19 2021-08-11 2021-10-11'],
  ['no Emperor’s birthday in 2019', '2019-12-23 2019-02-23'],
  ['around Silver Week', '2026-09-18 2026-09-24'],
  ['no bridge in a year without one', '2027-09-21 2027-09-22'],
  ['words that are no day', '__proto__ constructor '],
])('not a holiday: %s', (_, days) => {
  for (const day of days.split(' ')) expect(holidayOn(day), day).toBeNull();
});

test('the table ends where the package says nothing more', () => {
  expect([holidaysKnownFrom, holidaysKnownUntil]).toEqual(['1970-01-01', '2050-11-23']);
});
