import { describe, expect, it } from 'vitest';
import { defaultReceptionCalendar } from '../calendar/reception-calendar.ts';
import { type DigestInput, digestDay, digestFacts, firstDigestSince } from './digest-facts.ts';
import type { WaitingTicket } from './overview.ts';

const calendar = {
  ...defaultReceptionCalendar,
  closures: [{ name: '年末年始休暇', from: '2026-12-29', to: '2027-01-04' }],
  closuresKnownUntil: '2027-03-31',
};
const at = (text: string) => new Date(`${text}+09:00`);

it.each([
  ['a minute before', '2026-11-24T08:44:59', null],
  ['at 8:45', '2026-11-24T08:45:00', '2026-11-24'],
  ['made up for in the morning', '2026-11-24T10:12:00', '2026-11-24'],
  ['over lunch', '2026-11-24T12:30:00', '2026-11-24'],
  ['a second before the desk closes', '2026-11-24T17:29:59', '2026-11-24'],
  ['the desk is closed', '2026-11-24T17:30:00', null],
  ['a Saturday', '2026-11-21T08:45:00', null],
  ['a holiday', '2026-11-23T08:45:00', null],
  ['a closure', '2026-12-29T08:45:00', null],
  ['a day nobody knows', '2027-04-01T08:45:00', null],
])('a list is due: %s', (_name, time, day) => {
  expect(digestDay(calendar, at(time))).toBe(day);
});

it.each([
  ['2026-11-20', '2026-11-19T08:45'],
  ['2026-11-24', '2026-11-20T08:45'],
  ['2027-01-05', '2026-12-28T08:45'],
])('the first list, on %s, begins at %s', (day, since) => {
  expect(firstDigestSince(calendar, day)).toEqual(at(`${since}:00`));
});

const waiting = (over: Partial<WaitingTicket>): WaitingTicket => ({
  ref: 'R-20261120-0001',
  state: 'open',
  subject: '起動しない',
  customer: '例示商事株式会社',
  assignee: null,
  since: at('2026-11-20T16:00:00').toISOString(),
  messages: 1,
  ...over,
});
const input = (over: Partial<DigestInput> = {}): DigestInput => ({
  since: at('2026-11-20T08:45:00'),
  until: at('2026-11-24T08:45:00'),
  now: at('2026-11-24T08:45:00'),
  happened: { outcomes: {}, suspected: { count: 0, first: [] }, troubles: [] },
  standing: { waiting: [], tickets: [], held: [], acknowledgements: [] },
  overdueHours: 8,
  perMinute: 60,
  ...over,
});
const standing = (over: Partial<DigestInput['standing']>) =>
  input({ standing: { ...input().standing, ...over } });

describe('what the list says', () => {
  it('since when, over which days off, and of which moment it speaks', () => {
    expect(digestFacts(calendar, input())).toMatchObject({
      day: '11/24(火)',
      asOf: '8:45',
      since: '11/20(金) 8:45 以降',
      daysOff: '休業 11/21(土)～11/23(月) をはさむ',
    });
    const next = input({
      since: at('2026-11-24T08:45:00'),
      now: at('2026-11-25T10:12:00'),
      until: at('2026-11-25T10:12:00'),
    });
    expect(digestFacts(calendar, next)).toMatchObject({
      since: '11/24(火) 8:45 以降',
      daysOff: null,
      asOf: '10:12',
    });
  });

  it('longest wait first in business time, with a mark on those that wait too long', () => {
    const facts = digestFacts(
      calendar,
      standing({
        waiting: [
          waiting({ ref: 'R-1', since: at('2026-11-20T17:00:00').toISOString(), messages: 2 }),
          waiting({ ref: 'R-2', since: at('2026-11-19T09:00:00').toISOString(), assignee: '佐藤' }),
          waiting({ ref: 'R-3', since: at('2026-11-22T10:00:00').toISOString(), state: 'review' }),
        ],
      }),
    );
    expect(facts.waiting.map(({ ref, state, waited, assignee }) => [ref, state, waited, assignee])).toEqual([
      ['R-2', '★未回答', '営業 15時間', '佐藤'],
      ['R-1', '未回答(2通)', '営業 30分', null],
      ['R-3', '要確認', '営業 0分', null],
    ]);
    expect(facts.overdue).toEqual({ hours: 8, count: 1 });
  });

  it('marks nothing at the very hour', () => {
    const exactly = standing({ waiting: [waiting({ since: at('2026-11-19T17:00:00').toISOString() })] });
    // 30 minutes of Thursday and 7 hours 30 of Friday.
    expect(digestFacts(calendar, exactly).waiting[0]).toMatchObject({
      state: '未回答',
      waited: '営業 8時間',
    });
  });

  it.each([
    ['none', [], 0, null],
    ['a few', ['2026-11-24T09:00:00', '2026-11-24T09:00:00'], 2, '9:00 に順次'],
    ['many', Array.from({ length: 301 }, () => '2026-11-24T09:00:00'), 301, '9:00～9:05 に順次'],
    ['put off by the relay', ['2026-11-24T10:30:00'], 1, '10:30 に順次'],
    ['of another day', ['2026-11-25T09:00:00'], 0, null],
  ])('acknowledgements that wait: %s', (_name, times, count, when) => {
    const found = digestFacts(
      calendar,
      standing({ acknowledgements: times.map((time) => at(time).toISOString()) }),
    );
    expect(found.acknowledgements).toEqual({ count, when });
  });

  it('counts, troubles and what is suspected', () => {
    const facts = digestFacts(
      calendar,
      input({
        happened: {
          outcomes: { 'ticket-opened': 5, 'ticket-continued': 2, held: 1, ignored: 4 },
          suspected: { count: 3, first: [{ ref: null, from: null, subject: 'x' }] },
          troubles: [{ ref: 'R-1', what: 'uncertain', kind: 'answer', to: 'a@example.jp' }],
        },
        standing: {
          ...input().standing,
          tickets: [
            { state: 'review', channel: 'fax', count: 2 },
            { state: 'review', channel: 'mail', count: 1 },
            { state: 'awaiting-number', channel: 'mail', count: 7 },
          ],
        },
      }),
    );
    expect(facts.counts).toEqual({ new: 5, followUp: 2, review: 3, held: 7, total: 12 });
    expect(facts.review).toEqual({ fax: 2, mail: 1, form: 0, phone: 0 });
    expect(facts.failed).toEqual([{ ref: 'R-1', what: '送信結果不明', to: 'a@example.jp' }]);
    expect(facts.junk).toEqual({ count: 3, first: [{ ref: '―', from: '―', subject: 'x' }] });
  });
});
