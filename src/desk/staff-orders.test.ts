import { describe, expect, it } from 'vitest';
import { contract, itemOf, ticketOf } from '../../test/findings.ts';
import { defaultReceptionCalendar } from '../calendar/reception-calendar.ts';
import type { House } from './house.ts';
import type { Received } from './ports.ts';
import { assigned, closed, type Done, merged, phoned, refusedAsSpam, takenBack } from './staff-orders.ts';
import type { StaffReply } from './staff-reply.ts';

const staff = [
  { name: '佐藤 花子', address: 'h@example.jp' },
  { name: '佐藤 次郎', address: 'j@example.jp' },
  { name: '鈴木', address: 's@example.jp' },
];
const house = { calendar: defaultReceptionCalendar, hours: {}, staff } as unknown as House;
const now = new Date('2026-11-20T11:00:00+09:00');
const message = (over: Partial<Received> = {}) =>
  ({
    id: 1,
    outcome: 'ticket-opened',
    reason: 'valid',
    facts: { kind: 'inquiry', from: 'x@freemail.example.jp' },
    ...over,
  }) as Received;
const replyOf = (over: Partial<StaffReply> = {}): StaffReply => ({
  author: staff[2]!,
  to: itemOf({ kind: 'notification' }),
  ticket: ticketOf(),
  messages: [message()],
  letters: [],
  contract,
  instructions: { kind: 'note', body: '', strayLine: null },
  numbered: null,
  target: null,
  customerOn: [],
  ...over,
});
const refused = (done: Done) => (typeof done === 'string' ? done : null);
const answer = (over: Parameters<typeof itemOf>[0] = {}) =>
  itemOf({ id: 5, kind: 'answer', onceKey: 'answer:1:9', ...over });

describe('#担当', () => {
  it.each([
    ['鈴木', '鈴木'],
    ['佐藤花子', '佐藤 花子'],
    ['佐藤　次郎', '佐藤 次郎'],
    ['佐藤', null],
    ['山本', null],
    ['', null],
  ])('%s → %s', (typed, name) => {
    const done = assigned(house, typed);
    if (name === null) expect(refused(done)).toContain('佐藤 花子、佐藤 次郎、鈴木');
    else expect(done).toMatchObject({ change: { assignee: name } });
  });
});

describe('#終了', () => {
  it('closes at once, after the answer of the same mail, and not under an answer that waits', () => {
    expect(closed(replyOf(), now, 'trouble', false)).toMatchObject({
      change: { state: 'closed', category: 'trouble' },
    });
    expect(closed(replyOf(), now, 'trouble', true)).toMatchObject({ change: { category: 'trouble' } });
    expect(closed(replyOf(), now, null, true)).toMatchObject({ change: {} });
    expect(refused(closed(replyOf({ letters: [answer()] }), now, null, false))).toContain('送信待ち');
    expect(refused(closed(replyOf({ letters: [answer({ state: 'sent' })] }), now, null, false))).toBeNull();
  });
});

it('#電話 counts the business minutes, settles what waited and withdraws what is queued', () => {
  const letters = [itemOf({ id: 3 }), itemOf({ id: 4, state: 'sent' })];
  const messages = [message({ outcome: 'held' }), message({ id: 2, outcome: 'review', reason: 'stranger' })];
  expect(phoned(replyOf({ letters, messages }), house, now, '説明')).toMatchObject({
    change: { state: 'answered', firstAnswerMinutes: 60 },
    stops: [{ id: 3 }],
    earlier: [{ id: 1, outcome: 'ticket-opened' }],
    events: [{ kind: 'phone-answer', actor: '鈴木', reason: '説明' }],
  });
});

describe('#統合', () => {
  const target = ticketOf({ id: 2, ref: 'R-20261101-0001', state: 'answered' });
  it.each<[string, Partial<StaffReply>, RegExp]>([
    ['an unknown one', {}, /がありません/],
    ['itself', { target: ticketOf() }, /この受付自身/],
    ["another customer's", { target: { ...target, number: 'CL-2345-6789' } }, /別のお客様/],
    ['one without a number', { target: { ...target, number: null } }, /番号がありません/],
    ['while an answer waits', { target, letters: [answer()] }, /先に「#取消」/],
    ['while an answer is held', { target, letters: [answer({ state: 'held' })] }, /先に「#取消」/],
  ])('not into %s', (_why, over, words) => {
    expect(refused(merged(replyOf(over), now, 'R-X'))).toMatch(words);
  });

  it('what is unanswered opens the other one, and everybody of this one joins it', () => {
    const waits = ticketOf({
      number: null,
      state: 'awaiting-number',
      participants: [{ address: 'n@example.jp', name: '', role: 'author' }],
    });
    const done = merged(
      replyOf({ target, ticket: waits, messages: [message({ outcome: 'held' })] }),
      now,
      'R-X',
    );
    expect(done).toMatchObject({
      change: { state: 'closed', mergedInto: 2 },
      into: {
        ticket: { id: 2 },
        change: {
          state: 'open',
          participants: [{ address: 'sato@example.jp' }, { address: 'n@example.jp' }],
        },
      },
      earlier: [{ id: 1, outcome: 'ticket-continued' }],
    });
    const settled = merged(replyOf({ target, ticket: ticketOf({ state: 'answered' }) }), now, 'R-X');
    expect(settled).not.toHaveProperty('into.change.state');
  });
});

describe('#迷惑', () => {
  it.each<[string, Partial<StaffReply>, object | undefined]>([
    ['the sender', {}, { address: 'x@freemail.example.jp', reason: '広告 (鈴木)' }],
    ['a registered customer is not blocked', { customerOn: [contract] }, undefined],
    [
      'nobody',
      { messages: [message({ facts: { kind: 'inquiry', from: null } as Received['facts'] })] },
      undefined,
    ],
    [
      'a caller',
      {
        messages: [
          message({
            facts: { kind: 'inquiry', from: null, fax: { caller: '0300001111' } } as Received['facts'],
          }),
        ],
      },
      { address: 'fax:0300001111', reason: '広告 (鈴木)' },
    ],
  ])('%s', (_who, over, block) => {
    const work = refusedAsSpam(replyOf({ letters: [itemOf({ id: 3 }), answer()], ...over }), now, '広告');
    expect(work.block).toEqual(block);
    expect(work.change).toMatchObject({ state: 'closed' });
    expect(work.stops.map(({ id, must }) => [id, must])).toEqual([
      [3, false],
      [5, true],
    ]);
  });
});

describe('#取消', () => {
  const confirmation = itemOf({ kind: 'confirmation', data: { answer: 'answer:1:9' } });
  it.each<[string, Partial<StaffReply>, object | string]>([
    [
      'the answer of the confirmation',
      { to: confirmation, letters: [answer()] },
      { note: 'cancelled', stops: [{ id: 5, must: true }] },
    ],
    ['the only one that waits', { letters: [answer()] }, { note: 'cancelled', stops: [{ id: 5 }] }],
    ['one that is held', { letters: [answer({ state: 'held' })] }, { note: 'cancelled', stops: [{ id: 5 }] }],
    [
      'one that left',
      { to: confirmation, letters: [answer({ state: 'sent' })] },
      { note: 'too-late', stops: [] },
    ],
    [
      'one that is leaving',
      { to: confirmation, letters: [answer({ state: 'sending' })] },
      { note: 'too-late', stops: [] },
    ],
    [
      'one that was taken back',
      { to: confirmation, letters: [answer({ state: 'cancelled' })] },
      { note: 'cancelled', stops: [] },
    ],
    ['two that wait', { letters: [answer(), answer({ id: 6, onceKey: 'k' })] }, '2件以上'],
    ['none', {}, '取り消せる回答がありません'],
  ])('%s', (_which, over, expected) => {
    const done = takenBack(replyOf(over));
    if (typeof expected === 'string') expect(refused(done)).toContain(expected);
    else expect(done).toMatchObject(expected);
  });
});
