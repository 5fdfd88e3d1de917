import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Closure, closureOn, noticeFor } from './closures.ts';
import { parseClosuresIcal } from './closures-ical.ts';

const newYear = { name: '年末年始休暇', from: '2026-12-29', to: '2027-01-04' };
const stock = { name: '棚卸し', from: '2026-12-24', to: '2026-12-24' };
const bridge = { name: '設備点検', from: '2027-01-05', to: '2027-01-05' };
const inside = { name: '電源工事', from: '2026-12-29', to: '2026-12-30' };

test.each([
  ['2026-12-28', [newYear], null],
  ['2026-12-29', [newYear], newYear],
  ['2027-01-04', [newYear], newYear],
  ['2027-01-05', [newYear], null],
  ['2027-01-05', [newYear, bridge], bridge],
])('closure on %s', (day, closures, expected) => {
  expect(closureOn(day, closures)).toBe(expected);
});

test.each<[string, string, Closure[], Closure | null]>([
  ['15 days before', '2026-12-14', [newYear], null],
  ['14 days before', '2026-12-15', [newYear], newYear],
  ['first day', '2026-12-29', [newYear], newYear],
  ['last day', '2027-01-04', [newYear], newYear],
  ['day after', '2027-01-05', [newYear], null],
  ['the nearest of several', '2026-12-20', [newYear, stock], stock],
  ['the nearest is over', '2026-12-25', [newYear, stock], newYear],
  ['the running one before the next', '2027-01-04', [bridge, newYear], newYear],
  ['the next once it is over', '2027-01-05', [newYear, bridge], bridge],
  ['the longer of two beginning together', '2026-12-20', [inside, newYear], newYear],
  [
    'the longer of two running',
    '2026-12-30',
    [inside, { ...newYear, from: '2026-12-26' }],
    { ...newYear, from: '2026-12-26' },
  ],
  ['of two running the one that ends last', '2026-12-29', [{ ...stock, to: '2026-12-29' }, newYear], newYear],
  ['none', '2026-12-20', [], null],
])('notice: %s', (_, day, closures, expected) => {
  expect(noticeFor(day, closures)).toEqual(expected);
});

test('the lead can be set', () => {
  expect(noticeFor('2026-12-26', [newYear], 3)).toBe(newYear);
  expect(noticeFor('2026-12-25', [newYear], 3)).toBeNull();
});

/** `夏期休暇 2026-08-12/2026-08-14` each. */
const shown = (text: string) => parseClosuresIcal(text).map(({ name, from, to }) => `${name} ${from}/${to}`);
const event = (...lines: string[]) =>
  [
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'UID:a@example.jp',
    'SUMMARY:休業',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

test('a file of the office', () => {
  const text = readFileSync(new URL('../../fixtures/calendar/office-closures.ics', import.meta.url), 'utf8');
  const expected = [
    '夏期休暇 2026-08-12/2026-08-14',
    '移転作業 のため休業 2026-11-13/2026-11-16',
    '年末年始休暇 2026-12-29/2027-01-04',
    '年末年始休暇(延長) 2027-12-28/2028-01-05',
    '年末年始休暇 2029-12-29/2030-01-04',
  ];
  expect(shown(text)).toEqual(expected);
  expect(shown(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toEqual(expected);
  expect(shown(text.replaceAll('\n', '\r'))).toEqual(expected);
});

describe('one event', () => {
  test.each([
    ['one day without an end', ['DTSTART;VALUE=DATE:20260812'], '2026-08-12/2026-08-12'],
    ['exclusive end', ['DTSTART;VALUE=DATE:20260812', 'DTEND;VALUE=DATE:20260813'], '2026-08-12/2026-08-12'],
    [
      'end equal to start',
      ['DTSTART;VALUE=DATE:20260812', 'DTEND;VALUE=DATE:20260812'],
      '2026-08-12/2026-08-12',
    ],
    [
      'across the year',
      ['DTSTART;VALUE=DATE:20261229', 'DTEND;VALUE=DATE:20270105'],
      '2026-12-29/2027-01-04',
    ],
    ['a duration', ['DTSTART;VALUE=DATE:20261229', 'DURATION:P1W'], '2026-12-29/2027-01-04'],
    ['eight digits without VALUE', ['DTSTART:20260812', 'DTEND:20260815'], '2026-08-12/2026-08-14'],
    [
      'Tokyo midnights in UTC',
      ['DTSTART:20260811T150000Z', 'DTEND:20260814T150000Z'],
      '2026-08-12/2026-08-14',
    ],
    [
      'a part of a day closes it',
      ['DTSTART:20260812T130000', 'DTEND:20260812T150000'],
      '2026-08-12/2026-08-12',
    ],
    ['touching a second day', ['DTSTART:20260812T130000', 'DTEND:20260813T000001'], '2026-08-12/2026-08-13'],
    ['until midnight', ['DTSTART:20260812T130000', 'DTEND:20260813T000000'], '2026-08-12/2026-08-12'],
    ['a moment', ['DTSTART:20260812T130000'], '2026-08-12/2026-08-12'],
    [
      'Tokyo without VTIMEZONE',
      ['DTSTART;TZID=Asia/Tokyo:20260812T000000', 'DTEND;TZID=Tokyo Standard Time:20260814T000000'],
      '2026-08-12/2026-08-13',
    ],
    ['UTC whatever the zone says', ['DTSTART;TZID=Mars/Base:20260811T150000Z'], '2026-08-12/2026-08-12'],
    ['a day has no zone', ['DTSTART;TZID=Mars/Base;VALUE=DATE:20260812'], '2026-08-12/2026-08-12'],
    ['lower-case names', ['dtstart;value=date:20260812'], '2026-08-12/2026-08-12'],
  ])('%s', (_, lines, days) => {
    expect(shown(event(...lines))).toEqual([`休業 ${days}`]);
  });

  test('a zone of the file', () => {
    const text = event('DTSTART;TZID=New York:20260811T230000', 'DURATION:PT2H');
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:New York',
      'BEGIN:DAYLIGHT',
      'DTSTART:20070311T020000',
      'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU',
      'TZOFFSETFROM:-0500',
      'TZOFFSETTO:-0400',
      'END:DAYLIGHT',
      'BEGIN:STANDARD',
      'DTSTART:20071104T020000',
      'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU',
      'TZOFFSETFROM:-0400',
      'TZOFFSETTO:-0500',
      'END:STANDARD',
      'END:VTIMEZONE',
    ];
    expect(shown(text.replace('BEGIN:VEVENT', [...zone, 'BEGIN:VEVENT'].join('\r\n')))).toEqual([
      '休業 2026-08-12/2026-08-12',
    ]);
    // In winter 08:30 is 22:30 in Tokyo, so that two hours end on the next day; in summer they would not.
    const winter = text.replace('20260811T230000', '20261201T083000');
    expect(shown(winter.replace('BEGIN:VEVENT', [...zone, 'BEGIN:VEVENT'].join('\r\n')))).toEqual([
      '休業 2026-12-01/2026-12-02',
    ]);
  });

  test('without a name it is 休業日', () => {
    expect(shown(event('DTSTART;VALUE=DATE:20260812').replace('SUMMARY:休業\r\n', ''))).toEqual([
      '休業日 2026-08-12/2026-08-12',
    ]);
    expect(shown(event('DTSTART;VALUE=DATE:20260812').replace('SUMMARY:休業', 'SUMMARY: '))).toEqual([
      '休業日 2026-08-12/2026-08-12',
    ]);
  });

  test('recurrence, exceptions, additions, cancelled ones', () => {
    expect(
      shown(
        event(
          'DTSTART;VALUE=DATE:20260812',
          'DTEND;VALUE=DATE:20260814',
          'RRULE:FREQ=YEARLY;COUNT=3',
          'EXDATE;VALUE=DATE:20270812',
          'RDATE;VALUE=DATE:20300401,20310401',
        ),
      ),
    ).toEqual([
      '休業 2026-08-12/2026-08-13',
      '休業 2028-08-12/2028-08-13',
      '休業 2030-04-01/2030-04-02',
      '休業 2031-04-01/2031-04-02',
    ]);
    expect(
      shown(event('DTSTART:20260731T150000Z', 'RRULE:FREQ=MONTHLY;COUNT=2', 'EXDATE:20260731T150000Z')),
    ).toEqual(['休業 2026-09-01/2026-09-01']);
    expect(shown(event('DTSTART;VALUE=DATE:20260812', 'STATUS:CANCELLED'))).toEqual([]);
    expect(shown(event('DTSTART;VALUE=DATE:20260105', 'RRULE:FREQ=DAILY;UNTIL=20260107')).length).toBe(3);
    expect(
      shown(event('DTSTART;VALUE=DATE:20260105', 'RRULE:FREQ=DAILY;UNTIL=20260106T145959Z')).length,
    ).toBe(2);
    const endless = shown(event('DTSTART;VALUE=DATE:20261229', 'RRULE:FREQ=YEARLY'));
    expect([endless.length, endless.at(-1)]).toEqual([24, '休業 2049-12-29/2049-12-29']);
  });

  test('one occurrence called off', () => {
    const text = event('DTSTART;VALUE=DATE:20260812', 'RRULE:FREQ=YEARLY;COUNT=2');
    const off = event('DTSTART;VALUE=DATE:20270812', 'RECURRENCE-ID;VALUE=DATE:20270812', 'STATUS:CANCELLED');
    expect(shown(text + off)).toEqual(['休業 2026-08-12/2026-08-12']);
    const longer = off.replace('STATUS:CANCELLED', 'DURATION:P2D');
    expect(shown(text + longer)).toEqual(['休業 2026-08-12/2026-08-12', '休業 2027-08-12/2027-08-13']);
    const another = off.replace('UID:a', 'UID:b');
    expect(shown(text + another)).toEqual(['休業 2026-08-12/2026-08-12', '休業 2027-08-12/2027-08-12']);
  });
});

describe('refuses, naming the event', () => {
  test.each([
    ['no start', ['DTEND;VALUE=DATE:20260812'], 'DTSTART is missing'],
    ['30 February', ['DTSTART;VALUE=DATE:20260230'], 'DTSTART: "2026-02-30"'],
    ['seven digits', ['DTSTART;VALUE=DATE:2026812'], 'DTSTART: '],
    ['hyphens', ['DTSTART;VALUE=DATE:2026-08-12'], 'DTSTART: '],
    ['25 o’clock', ['DTSTART:20260812T250000'], 'DTSTART: '],
    ['no seconds', ['DTSTART:20260812T0900'], 'DTSTART: '],
    ['end before start', ['DTSTART;VALUE=DATE:20260812', 'DTEND;VALUE=DATE:20260811'], 'DTEND: '],
    ['a negative duration', ['DTSTART;VALUE=DATE:20260812', 'DURATION:-P1D'], 'before it begins'],
    ['a duration in words', ['DTSTART;VALUE=DATE:20260812', 'DURATION:a week'], 'duration'],
    ['ten years', ['DTSTART;VALUE=DATE:20261229', 'DTEND;VALUE=DATE:20370105'], '366 days'],
    ['an unknown zone', ['DTSTART;TZID=Mars/Base:20260812T090000'], 'zone "Mars/Base"'],
    ['hours', ['DTSTART:20260812T090000', 'RRULE:FREQ=HOURLY'], 'RRULE: FREQ=HOURLY'],
    ['an unknown frequency', ['DTSTART;VALUE=DATE:20260812', 'RRULE:FREQ=OFTEN'], 'OFTEN'],
    ['no frequency', ['DTSTART;VALUE=DATE:20260812', 'RRULE:COUNT=2'], 'RRULE: FREQ'],
    ['week numbers', ['DTSTART;VALUE=DATE:20260812', 'RRULE:FREQ=YEARLY;BYWEEKNO=33'], 'RRULE: BYWEEKNO'],
    ['a weekday that is none', ['DTSTART;VALUE=DATE:20260812', 'RRULE:FREQ=WEEKLY;BYDAY=XX'], 'XX'],
    ['an UNTIL that is none', ['DTSTART;VALUE=DATE:20260812', 'RRULE:FREQ=YEARLY;UNTIL=20280230'], 'UNTIL'],
    ['a bad exception', ['DTSTART;VALUE=DATE:20260812', 'EXDATE;VALUE=DATE:20260832'], 'EXDATE: '],
    ['periods', ['DTSTART;VALUE=DATE:20260812', 'RDATE;VALUE=PERIOD:20270101T000000Z/P1D'], 'RDATE: '],
    ['weekdays in UTC', ['DTSTART:20260811T150000Z', 'RRULE:FREQ=WEEKLY;BYDAY=TU'], 'RRULE: '],
    [
      'this and future',
      ['DTSTART;VALUE=DATE:20260812', 'RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260812'],
      'RANGE',
    ],
    ['a line that is none', ['DTSTART;VALUE=DATE:20260812', 'nonsense'], 'nonsense'],
  ])('%s', (_, lines, message) => {
    expect(() => parseClosuresIcal(event(...lines))).toThrow(message);
    expect(() => parseClosuresIcal(event(...lines))).toThrow(/^line 2: VEVENT 休業: /);
  });

  test('every mistake at once, each with its line', () => {
    const text =
      event('DTSTART;VALUE=DATE:20260230') + event('DTSTART;VALUE=DATE:20260812') + event('RRULE:FREQ=DAILY');
    expect(() => parseClosuresIcal(text)).toThrow(/^line 2: .*\nline 16: .*$/);
  });

  test.each([
    ['nothing', '', 'VCALENDAR'],
    ['a page of the web', '<html><body>login</body></html>', 'iCalendar: '],
    ['half a file', event('DTSTART;VALUE=DATE:20260812').slice(0, -20), 'did not end'],
    ['half an event', event('DTSTART;VALUE=DATE:20260812').slice(0, -40), 'line 2: VEVENT 休業: '],
    ['an event alone', 'BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260812\r\nEND:VEVENT', 'VCALENDAR'],
    ['an address card', 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nEND:VCARD', 'VCALENDAR'],
  ])('%s', (_, text, message) => {
    expect(() => parseClosuresIcal(text)).toThrow(message);
  });

  test('a calendar without events is no mistake', () => {
    expect(parseClosuresIcal('BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n')).toEqual([]);
  });
});
