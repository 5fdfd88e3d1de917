import fc from 'fast-check';
import ICAL from 'ical.js';
import { expect, test } from 'vitest';
import { readRule } from './ical-event.ts';
import { addDays } from './jst.ts';
import { occurrences } from './recurrence.ts';

/** Occurrences of a rule as it stands in a file. */
function days(rrule: string, start: string, last: string): readonly string[] {
  const lines = [
    'BEGIN:VEVENT',
    `DTSTART;VALUE=DATE:${start.replaceAll('-', '')}`,
    `RRULE:${rrule}`,
    'END:VEVENT',
  ];
  const component = new ICAL.Component(ICAL.parse(lines.join('\r\n')));
  const at = new Date(`${start}T00:00:00+09:00`);
  const event = { component, name: '', uid: '', start: at, end: at, replaces: null, cancelled: false };
  return occurrences(readRule(component.getFirstProperty('rrule')!, event), start, last);
}

test.each([
  ['FREQ=DAILY;INTERVAL=10;COUNT=3', '2026-12-25', '2026-12-25 2027-01-04 2027-01-14'],
  ['FREQ=WEEKLY;COUNT=2', '2026-12-30', '2026-12-30 2027-01-06'],
  [
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO;COUNT=4',
    '2026-09-21',
    '2026-09-21 2026-09-27 2026-10-05 2026-10-11',
  ],
  [
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU;COUNT=4',
    '2026-09-21',
    '2026-09-21 2026-10-04 2026-10-05 2026-10-18',
  ],
  ['FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3', '2026-12-31', '2026-12-31 2027-01-31 2027-02-28'],
  ['FREQ=MONTHLY;COUNT=3', '2026-12-31', '2026-12-31 2027-01-31 2027-03-31'],
  ['FREQ=MONTHLY;BYDAY=3FR;COUNT=2', '2026-09-18', '2026-09-18 2026-10-16'],
  ['FREQ=MONTHLY;BYDAY=FR;BYSETPOS=3;COUNT=2', '2026-09-18', '2026-09-18 2026-10-16'],
  ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3', '2026-09-30', '2026-09-30 2026-10-30 2026-11-30'],
  // Positions are counted in the whole month, before the start and after the end too.
  ['FREQ=MONTHLY;BYDAY=FR;BYSETPOS=2;COUNT=2', '2026-09-11', '2026-09-11 2026-10-09'],
  ['FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1;UNTIL=20261015', '2026-09-25', '2026-09-25'],
  ['FREQ=YEARLY;COUNT=2', '2028-02-29', '2028-02-29 2032-02-29'],
  ['FREQ=YEARLY;BYMONTH=8;BYDAY=1MO;COUNT=3', '2026-08-03', '2026-08-03 2027-08-02 2028-08-07'],
  ['FREQ=YEARLY;BYDAY=-1MO;COUNT=2', '2026-12-28', '2026-12-28 2027-12-27'],
  ['FREQ=YEARLY;BYDAY=1FR;COUNT=3', '2026-01-02', '2026-01-02 2027-01-01 2028-01-07'],
  ['FREQ=YEARLY;BYMONTH=8;COUNT=2', '2026-08-12', '2026-08-12 2027-08-12'],
  // The start stands although the rule does not name it; days there are not never come.
  ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2026-12-29', '2026-12-29'],
  ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', '2026-12-29', '2026-12-29'],
  ['FREQ=MONTHLY;BYDAY=6MO', '2026-12-29', '2026-12-29'],
  ['FREQ=MONTHLY;BYDAY=MO;BYSETPOS=99', '2026-12-29', '2026-12-29'],
  ['FREQ=DAILY;COUNT=1', '2026-12-29', '2026-12-29'],
  ['FREQ=DAILY;COUNT=0', '2026-12-29', '2026-12-29'],
  ['FREQ=YEARLY;UNTIL=20261228', '2026-12-29', '2026-12-29'],
])('%s from %s', (rule, start, expected) => {
  expect(days(rule, start, '2050-11-23').join(' ')).toBe(expected);
});

test('ends with the last day', () => {
  expect(days('FREQ=DAILY', '2026-12-29', '2026-12-31')).toEqual(['2026-12-29', '2026-12-30', '2026-12-31']);
});

test('counts as ical.js does where ical.js is right', () => {
  const weekdays = fc.uniqueArray(fc.constantFrom('SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'), {
    minLength: 1,
    maxLength: 3,
  });
  const ordinal = fc.tuple(fc.constantFrom(1, 2, 3, 4, -1, -2), weekdays).map(([n, [day]]) => `${n}${day}`);
  const month = fc.integer({ min: 1, max: 12 });
  const date = fc.integer({ min: 1, max: 28 });
  const rule = fc.oneof(
    fc.constant('FREQ=DAILY'),
    fc
      .tuple(weekdays, fc.constantFrom('SU', 'MO'))
      .map(([names, first]) => `FREQ=WEEKLY;BYDAY=${names};WKST=${first}`),
    ordinal.map((day) => `FREQ=MONTHLY;BYDAY=${day}`),
    date.map((day) => `FREQ=MONTHLY;BYMONTHDAY=${day}`),
    fc.tuple(month, date).map(([m, d]) => `FREQ=YEARLY;BYMONTH=${m};BYMONTHDAY=${d}`),
    fc.tuple(month, ordinal).map(([m, day]) => `FREQ=YEARLY;BYMONTH=${m};BYDAY=${day}`),
  );
  fc.assert(
    fc.property(
      rule,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 900 }),
      (base, interval, offset) => {
        const rrule = `${base};INTERVAL=${interval}`;
        // A start the rule itself names, so that both count from the same day.
        const probe = ICAL.Recur.fromString(base).iterator(
          ICAL.Time.fromDateString(addDays('2026-01-01', offset)),
        );
        const start = probe.next()!.toString();
        const iterator = ICAL.Recur.fromString(rrule).iterator(ICAL.Time.fromDateString(start));
        const expected = Array.from({ length: 6 }, () => iterator.next()!.toString());
        expect(days(rrule, start, expected.at(-1)!)).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});
