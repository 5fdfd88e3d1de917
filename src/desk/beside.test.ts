import { expect, it } from 'vitest';
import { ticketOf } from '../../test/findings.ts';
import { defaultReceptionCalendar } from '../calendar/reception-calendar.ts';
import type { TicketState } from '../ticket/ticket.ts';
import { daysOffFlag, otherTickets } from './beside.ts';

const now = new Date('2026-11-20T11:00:00+09:00');
const other = (id: number, state: TicketState, openedAt: string, subject = 'ログイン不可') =>
  ticketOf({ id, ref: `R-20261118-000${id}`, state, openedAt, subject });

it.each([
  [
    'open two days ago',
    other(2, 'open', '2026-11-18T10:00:00+09:00'),
    ['R-20261118-0002「ログイン不可」(2日前)'],
  ],
  [
    'opened today',
    other(2, 'review', '2026-11-20T00:10:00+09:00'),
    ['R-20261118-0002「ログイン不可」(本日)'],
  ],
  // 23:50 of yesterday is yesterday, eleven hours ago or not.
  [
    'opened last night',
    other(2, 'answered', '2026-11-19T23:50:00+09:00'),
    ['R-20261118-0002「ログイン不可」(1日前)'],
  ],
  ['closed', other(2, 'closed', '2026-11-18T10:00:00+09:00'), []],
  ['rejected', other(2, 'rejected', '2026-11-18T10:00:00+09:00'), []],
  ['itself', other(1, 'open', '2026-11-18T10:00:00+09:00'), []],
  [
    'a long subject',
    other(2, 'open', '2026-11-18T10:00:00+09:00', 'あ'.repeat(30)),
    [`R-20261118-0002「${'あ'.repeat(20)}…」(2日前)`],
  ],
] as const)('other tickets of the contract: %s', (_name, one, expected) => {
  expect(otherTickets(ticketOf(), [one], now)).toEqual(expected.map((text) => `同じ契約で対応中: ${text}`));
});

it('a repeat names its first mail elsewhere, and many tickets are counted', () => {
  const many = [2, 3, 4, 5, 6].map((id) => other(id, 'open', `2026-11-1${id}T10:00:00+09:00`));
  const told = otherTickets(ticketOf({ repeatOf: 6 }), many, now);
  expect(told).toHaveLength(4);
  expect(told[0]).toContain('R-20261118-0005');
  expect(told[3]).toBe('同じ契約で対応中: ほか 1件');
});

const closed = {
  ...defaultReceptionCalendar,
  closures: [{ name: '夏期休暇', from: '2026-08-13', to: '2026-08-14' }],
};
it.each([
  [
    'received before the closure, told at once after hours',
    '2026-08-12T18:00',
    '2026-08-12T18:00',
    '当社休業日 8/13(木)～8/16(日) をはさむ(受信から営業 0時間)',
  ],
  [
    'received before, told after',
    '2026-08-12T16:00',
    '2026-08-17T11:00',
    '当社休業日 8/13(木)～8/16(日) をはさむ(受信から営業 3時間)',
  ],
  [
    'received during it',
    '2026-08-14T10:00',
    '2026-08-14T10:00',
    '当社休業日 8/13(木)～8/16(日) をはさむ(受信から営業 0時間)',
  ],
  [
    'five days of weekend and holidays',
    '2026-09-18T18:00',
    '2026-09-18T18:00',
    '休日 9/19(土)～9/23(水) をはさむ(受信から営業 0時間)',
  ],
  ['a weekend', '2026-11-13T18:00', '2026-11-13T18:00', null],
  ['a morning', '2026-08-12T10:00', '2026-08-12T10:00', null],
] as const)('days off: %s', (_name, received, told, expected) => {
  const flags = daysOffFlag(closed, new Date(`${received}:00+09:00`), new Date(`${told}:00+09:00`));
  expect(flags).toEqual(expected === null ? [] : [expected]);
});
