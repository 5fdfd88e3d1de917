import { describe, expect, it } from 'vitest';
import { figureRows, monthSpan } from './figures.ts';
import type { FiguredTicket } from './overview.ts';

const ticket = (over: Partial<FiguredTicket> = {}): FiguredTicket => ({
  ref: 'R-20261101-0001',
  channel: 'mail',
  state: 'answered',
  number: 'CL-1234-5678',
  customer: '株式会社サンプル商事',
  category: null,
  firstAnswerMinutes: null,
  held: false,
  expired: false,
  review: false,
  ...over,
});
const answered = (...minutes: number[]) =>
  minutes.map((firstAnswerMinutes) => ticket({ firstAnswerMinutes }));

it.each([
  ['2026-11', '2026-10-31T15:00:00.000Z', '2026-11-30T15:00:00.000Z'],
  ['2026-12', '2026-11-30T15:00:00.000Z', '2026-12-31T15:00:00.000Z'],
  ['2028-02', '2028-01-31T15:00:00.000Z', '2028-02-29T15:00:00.000Z'],
])('%s in Japan', (month, from, to) => {
  expect(monthSpan(month)).toEqual({ from: new Date(from), to: new Date(to) });
});
it.each(['2026-13', '2026-00', '2026-1', '26-11', '2026-11-01', '', '２０２６-11'])(
  '%j is no month',
  (text) => {
    expect(monthSpan(text)).toBeNull();
  },
);

describe('minutes to the first answer', () => {
  it.each([
    [[], null, null],
    [[7], 7, 7],
    [[7, 10], 8.5, 10],
    [[30, 10, 20], 20, 30],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 5.5, 9],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1000], 6, 10],
    // As numbers, not as text.
    [[9, 100, 20], 20, 100],
  ])('of %j', (minutes, median, p90) => {
    expect(figureRows(answered(...minutes))[0]).toMatchObject({ medianMinutes: median, p90Minutes: p90 });
  });
  it('an answer after no minute is an answer', () => {
    expect(figureRows(answered(0))[0]).toMatchObject({ answered: 1, unanswered: 0, medianMinutes: 0 });
  });
});

it('what has no answer yet counts, what staff refused does not', () => {
  const rows = figureRows([
    ...answered(5),
    ticket({ state: 'open' }),
    ticket({ state: 'awaiting-number', held: true }),
    ticket({ state: 'rejected' }),
    ticket({ state: 'review', expired: true, review: true }),
  ]);
  expect(rows[0]).toEqual({
    group: 'total',
    key: '',
    name: '全体',
    tickets: 5,
    answered: 1,
    unanswered: 3,
    medianMinutes: 5,
    p90Minutes: 5,
    held: 1,
    expired: 1,
    review: 1,
    rejected: 1,
  });
});

it('by channel in a set order, by category and contract with the most first, and those without last', () => {
  const rows = figureRows([
    ticket({ channel: 'fax', number: null, customer: null, category: 'trouble' }),
    ticket({ category: 'trouble' }),
    ticket({ category: 'operation', number: 'CL-2345-6789', customer: 'みどり工業株式会社' }),
    ticket(),
    ticket({ number: 'CL-0000-0000', customer: null }),
  ]);
  expect(rows.map(({ group, key, name, tickets }) => [group, key, name, tickets])).toEqual([
    ['total', '', '全体', 5],
    ['channel', 'mail', 'メール', 4],
    ['channel', 'fax', 'FAX', 1],
    ['category', 'trouble', '障害', 2],
    ['category', 'operation', '操作', 1],
    ['category', '', '未分類', 2],
    ['contract', 'CL-1234-5678', '株式会社サンプル商事', 2],
    ['contract', 'CL-0000-0000', '(台帳にありません)', 1],
    ['contract', 'CL-2345-6789', 'みどり工業株式会社', 1],
    ['contract', '', '契約なし', 1],
  ]);
});

it('a month without tickets is a line of zeros', () => {
  expect(figureRows([])).toMatchObject([{ group: 'total', tickets: 0, medianMinutes: null }]);
});
