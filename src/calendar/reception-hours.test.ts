import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holidayOn } from './holidays.ts';
import { parseTime } from './jst.ts';
import { defaultReceptionCalendar, knownUntil, type ReceptionCalendar } from './reception-calendar.ts';
import { check, earliest, type GateHours, mayStart, reopensAt } from './reception-hours.ts';

const newYear = { name: '年末年始休暇', from: '2026-12-29', to: '2027-01-04' };
const calendar: ReceptionCalendar = {
  ...defaultReceptionCalendar,
  closures: [{ name: '夏期休暇', from: '2026-08-12', to: '2026-08-14' }, newYear],
  closuresKnownUntil: '2027-03-31',
};

const at = (text: string): Date => parseTime(text)!;
/** `2026-09-24 09:00-12:00` of a check, or `-`. */
function shown(text: string, on = calendar): string {
  const { open, opensAt, closesAt, reason } = check(on, at(text));
  expect(open).toBe(reason === 'open');
  if (opensAt === null || closesAt === null) return `${reason} ${opensAt}${closesAt}`;
  expect([opensAt, closesAt].join()).toMatch(/^(\S{10})T\S{8}\+09:00,\1T\S{8}\+09:00$/);
  return `${reason} ${opensAt.slice(0, 10)} ${opensAt.slice(11, 16)}-${closesAt.slice(11, 16)}`;
}

const decisions = [
  ['2026-09-24T08:59:59.999', 'before-hours 2026-09-24 09:00-12:00', false],
  ['2026-09-24T09:00:00', 'open 2026-09-24 09:00-12:00', true],
  ['2026-09-24T11:58:59.999', 'open 2026-09-24 09:00-12:00', true],
  ['2026-09-24T11:59:00', 'open 2026-09-24 09:00-12:00', false],
  ['2026-09-24T11:59:59.999', 'open 2026-09-24 09:00-12:00', false],
  ['2026-09-24T12:00:00', 'lunch 2026-09-24 13:00-17:30', false],
  ['2026-09-24T12:59:59.999', 'lunch 2026-09-24 13:00-17:30', false],
  ['2026-09-24T13:00:00', 'open 2026-09-24 13:00-17:30', true],
  ['2026-09-25T17:28:59.999', 'open 2026-09-25 13:00-17:30', true],
  ['2026-09-25T17:29:00', 'open 2026-09-25 13:00-17:30', false],
  ['2026-09-25T17:29:59.999', 'open 2026-09-25 13:00-17:30', false],
  ['2026-09-25T17:30:00', 'after-hours 2026-09-28 09:00-12:00', false],
  ['2026-09-24T00:00:00', 'before-hours 2026-09-24 09:00-12:00', false],
  ['2026-09-24T23:59:59.999', 'after-hours 2026-09-25 09:00-12:00', false],
  // Silver Week: Friday evening to Thursday morning.
  ['2026-09-18T17:30:00', 'after-hours 2026-09-24 09:00-12:00', false],
  ['2026-09-19T10:00:00', 'weekend 2026-09-24 09:00-12:00', false],
  ['2026-09-20T10:00:00', 'weekend 2026-09-24 09:00-12:00', false],
  ['2026-09-21T10:00:00', 'holiday 2026-09-24 09:00-12:00', false],
  ['2026-09-22T10:00:00', 'holiday 2026-09-24 09:00-12:00', false],
  ['2026-09-23T10:00:00', 'holiday 2026-09-24 09:00-12:00', false],
  // A day off for several reasons names the first: Sunday 3 May, the Friday of 元日 within the closure.
  ['2026-05-03T10:00:00', 'weekend 2026-05-07 09:00-12:00', false],
  ['2026-12-28T17:30:00', 'after-hours 2027-01-05 09:00-12:00', false],
  ['2026-12-28T23:59:59.999', 'after-hours 2027-01-05 09:00-12:00', false],
  ['2026-12-29T00:00:00', 'closure 2027-01-05 09:00-12:00', false],
  ['2026-12-31T10:00:00', 'closure 2027-01-05 09:00-12:00', false],
  ['2027-01-01T10:00:00', 'holiday 2027-01-05 09:00-12:00', false],
  ['2027-01-02T10:00:00', 'weekend 2027-01-05 09:00-12:00', false],
  ['2027-01-04T23:59:59.999', 'closure 2027-01-05 09:00-12:00', false],
  ['2027-01-05T08:59:59.999', 'before-hours 2027-01-05 09:00-12:00', false],
  ['2027-01-05T09:00:00', 'open 2027-01-05 09:00-12:00', true],
  ['2026-08-11T10:00:00', 'holiday 2026-08-17 09:00-12:00', false],
  // Beyond closuresKnownUntil nothing is known, not even a Sunday.
  ['2027-03-31T17:28:59.999', 'open 2027-03-31 13:00-17:30', true],
  ['2027-03-31T17:30:00', 'after-hours nullnull', false],
  ['2027-04-01T10:00:00', 'unknown nullnull', false],
  ['2027-04-04T10:00:00', 'unknown nullnull', false],
  ['1969-12-31T10:00:00', 'unknown nullnull', false],
] as const;

// The offset of 1 July 2026, 00:00 UTC, proves that the zone took effect.
describe.each([
  ['UTC', 0],
  ['America/New_York', 240],
  ['Asia/Tokyo', -540],
  ['Pacific/Kiritimati', -840],
])('with the host in %s', (zone, offset) => {
  const before = process.env['TZ'];
  beforeAll(() => {
    process.env['TZ'] = zone;
    expect(new Date('2026-07-01T00:00:00Z').getTimezoneOffset()).toBe(offset);
  });
  afterAll(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  test.each(decisions)('%s is %s', (text, expected, starts) => {
    expect(shown(text)).toBe(expected);
    expect(mayStart(calendar, 'reception', at(text))).toBe(starts);
  });

  test.each([
    // New York sets its clocks on 2026-03-08 and 2026-11-01.
    ['2026-03-08T16:00', '2026-03-09T09:00'],
    ['2026-11-01T14:30', '2026-11-02T09:00'],
    ['2026-12-31T15:30:00Z', '2027-01-05T09:00'],
  ])('%s may start at %s', (from, to) => {
    expect(earliest(calendar, 'reception', at(from))).toEqual(at(to));
  });
});

test('the holiday table is a horizon of its own', () => {
  expect(shown('2050-11-22T10:00:00', defaultReceptionCalendar)).toBe('open 2050-11-22 09:00-12:00');
  expect(shown('2050-11-22T17:30:00', defaultReceptionCalendar)).toBe('after-hours nullnull');
  expect(shown('2050-11-23T10:00:00', defaultReceptionCalendar)).toBe('holiday nullnull');
  expect(shown('2050-11-24T10:00:00', defaultReceptionCalendar)).toBe('unknown nullnull');
  expect(shown('9999-12-31T10:00:00', defaultReceptionCalendar)).toBe('unknown nullnull');
  expect(knownUntil(defaultReceptionCalendar)).toBe('2050-11-23');
  expect(knownUntil({ ...calendar, closuresKnownUntil: '2099-12-31' })).toBe('2050-11-23');
  expect(knownUntil(calendar)).toBe('2027-03-31');
});

test.each<[GateHours, string, string | null]>([
  ['reception', '2026-09-25T17:28:59.999', '2026-09-25T17:28:59.999'],
  ['reception', '2026-09-25T17:29:00', '2026-09-28T09:00'],
  ['reception', '2026-09-25T11:59:00', '2026-09-25T13:00'],
  ['reception', '2026-12-28T17:29:00', '2027-01-05T09:00'],
  ['reception', '2027-03-31T17:29:00', null],
  ['reception', '2027-04-01T10:00:00', null],
  ['business-day', '2026-09-25T00:00:00', '2026-09-25T00:00:00'],
  ['business-day', '2026-09-25T03:00:00', '2026-09-25T03:00:00'],
  ['business-day', '2026-09-25T23:58:59.999', '2026-09-25T23:58:59.999'],
  ['business-day', '2026-09-25T23:59:00', '2026-09-28T00:00:00'],
  ['business-day', '2026-09-24T23:59:30', '2026-09-25T00:00:00'],
  ['business-day', '2026-12-29T10:00:00', '2027-01-05T00:00:00'],
  ['business-day', '2027-04-01T10:00:00', null],
  ['always', '2026-12-31T23:59:59.999', '2026-12-31T23:59:59.999'],
  ['always', '2027-04-01T10:00:00', '2027-04-01T10:00:00'],
])('%s from %s: %s', (hours, from, expected) => {
  const found = earliest(calendar, hours, at(from));
  expect(found).toEqual(expected === null ? null : at(expected));
  expect(mayStart(calendar, hours, at(from))).toBe(expected === from);
});

describe('other windows', () => {
  const windowed = (...windows: [string, string][]): ReceptionCalendar => ({
    ...calendar,
    windows: windows.map(([from, to]) => ({ from, to })),
  });
  test.each([
    [
      'one window has no lunch',
      windowed(['10:00', '16:00']),
      '2026-09-24T12:30',
      'open 2026-09-24 10:00-16:00',
    ],
    [
      'one window, before',
      windowed(['10:00', '16:00']),
      '2026-09-24T09:30',
      'before-hours 2026-09-24 10:00-16:00',
    ],
    [
      'one window, after',
      windowed(['10:00', '16:00']),
      '2026-09-24T16:00',
      'after-hours 2026-09-25 10:00-16:00',
    ],
    [
      'the second pause of three windows',
      windowed(['08:30', '10:00'], ['10:15', '12:00'], ['15:00', '19:00']),
      '2026-09-24T14:59:59.999',
      'lunch 2026-09-24 15:00-19:00',
    ],
    [
      'windows that touch',
      windowed(['09:00', '12:00'], ['12:00', '17:00']),
      '2026-09-24T12:00',
      'open 2026-09-24 12:00-17:00',
    ],
    ['none at all', windowed(), '2026-09-24T12:00', 'after-hours nullnull'],
  ])('%s', (_, on, text, expected) => {
    expect(shown(text, on)).toBe(expected);
  });

  test('a window until midnight closes there', () => {
    const late = windowed(['22:00', '24:00']);
    expect(check(late, at('2026-09-24T23:59:59.999')).closesAt).toBe('2026-09-25T00:00:00+09:00');
    expect(mayStart(late, 'reception', at('2026-09-24T23:59:00'))).toBe(false);
    expect(check(late, at('2026-09-25T00:00')).reason).toBe('before-hours');
  });

  test('a window of 60 s or less lets nothing start and is passed over', () => {
    const short = windowed(['09:00', '09:01'], ['13:00', '13:02']);
    expect(earliest(short, 'reception', at('2026-09-24T08:00'))).toEqual(at('2026-09-24T13:00'));
    expect(earliest(windowed(['09:00', '09:01']), 'reception', at('2026-09-24T08:00'))).toBeNull();
  });
});

test.each([
  ['the day after', { ...newYear }, '2027-01-05T09:00'],
  ['over a weekend', { name: '夏期休暇', from: '2026-08-12', to: '2026-08-14' }, '2026-08-17T09:00'],
  ['over Silver Week', { name: '臨時休業', from: '2026-09-17', to: '2026-09-18' }, '2026-09-24T09:00'],
  [
    'over the closure that follows',
    { name: '棚卸し', from: '2026-12-24', to: '2026-12-28' },
    '2027-01-05T09:00',
  ],
  ['over the one it overlaps', { name: '棚卸し', from: '2026-12-24', to: '2026-12-30' }, '2027-01-05T09:00'],
  ['nobody knows', { name: '期末休業', from: '2027-03-30', to: '2027-03-31' }, null],
])('reopens %s', (_, closure, expected) => {
  const on = { ...calendar, closures: [closure, ...calendar.closures] };
  expect(reopensAt(on, closure)).toEqual(expected === null ? null : at(expected));
});

describe('against a naive oracle', () => {
  const tokyoClock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Asia/Tokyo',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  /** Milliseconds left in the window around the instant, by the words of spec 5.1; 0 when closed. */
  function leftMs(instant: Date): number {
    const tokyo = tokyoClock.format(instant);
    const [day, clock] = tokyo.split(' ') as [string, string];
    const weekend = ['Sat', 'Sun'].includes(new Date(`${day}T12:00:00Z`).toUTCString().slice(0, 3));
    const closed = [
      '2026-08-12',
      '2026-08-13',
      '2026-08-14',
      '2026-12-29',
      '2026-12-30',
      '2026-12-31',
      '2027-01-04',
    ];
    if (weekend || holidayOn(day) !== null || closed.includes(day)) return 0;
    const end =
      clock >= '09:00:00' && clock < '12:00:00' ? 12 : clock >= '13:00:00' && clock < '17:30:00' ? 17.5 : 0;
    const [hours, minutes, seconds] = clock.split(':').map(Number);
    const ms = ((hours! * 60 + minutes!) * 60 + seconds!) * 1000 + instant.getUTCMilliseconds();
    return Math.max(0, end * 3_600_000 - ms);
  }
  const year = fc.date({ min: at('2026-03-01'), max: at('2027-03-01'), noInvalidDate: true });
  const edge = fc
    .tuple(
      fc.integer({ min: 0, max: 364 }),
      fc.constantFrom(9, 12, 13, 17.5, 0),
      fc.integer({ min: -61_000, max: 1_000 }),
    )
    .map(
      ([days, hour, ms]) => new Date(at('2026-03-01').getTime() + days * 86_400_000 + hour * 3_600_000 + ms),
    );

  test('open, gate and earliest agree with it', () => {
    fc.assert(
      fc.property(fc.oneof(year, edge), (instant) => {
        expect(check(calendar, instant).open).toBe(leftMs(instant) > 0);
        expect(mayStart(calendar, 'reception', instant)).toBe(leftMs(instant) > 60_000);
        const first = earliest(calendar, 'reception', instant)!;
        expect(first >= instant && leftMs(first) > 60_000).toBe(true);
        // Nothing earlier: a window is longer than 30 minutes, so a step of 10 minutes cannot miss one.
        for (let ms = instant.getTime(); ms < first.getTime(); ms += 600_000)
          expect(leftMs(new Date(ms)) > 60_000).toBe(false);
        if (first > instant) expect(leftMs(new Date(first.getTime() - 1)) > 60_000).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
