import { describe, expect, it } from 'vitest';
import { itemOf, ticketOf } from '../../test/findings.ts';
import { defaultReceptionCalendar } from '../calendar/reception-calendar.ts';
import { answerLeft, heldByCustomer, toldAgain, whyNotNow } from './answer-fate.ts';
import type { House } from './house.ts';
import type { Received } from './ports.ts';

const staff = [{ name: '鈴木', address: 's@example.jp' }];
const house = { calendar: defaultReceptionCalendar, hours: {}, staff } as unknown as House;
const now = new Date('2026-11-20T11:00:00+09:00');
const wrote = (id: number) =>
  ({ id, outcome: 'ticket-continued', reason: '', facts: { kind: 'inquiry' } }) as Received;
const data = {
  to: ['a@example.jp'],
  cc: ['b@example.jp'],
  answers: 1,
  author: '鈴木',
  authorAddress: 's@example.jp',
};
const answer = itemOf({ kind: 'answer', data, notBefore: '2026-11-20T01:03:00.000Z' });

it.each([
  ['nothing is in its way', ticketOf(), [wrote(1)], null],
  ['the customer wrote', ticketOf(), [wrote(1), wrote(2)], /customer wrote/],
  ['its message went elsewhere', ticketOf(), [], /customer wrote/],
  ['closed', ticketOf({ state: 'closed' }), [wrote(1)], /closed/],
  ['rejected', ticketOf({ state: 'rejected' }), [wrote(1)], /rejected/],
  ['no ticket', null, [wrote(1)], /gone/],
] as const)('at its release: %s', (_why, ticket, messages, reason) => {
  const why = whyNotNow(ticket, answer, messages);
  if (reason === null) expect(why).toBeNull();
  else expect(why).toMatch(reason);
});

it('the customer holds what waits, and nothing else', () => {
  const letters = [answer, { ...answer, id: 11, state: 'sending' } as const, itemOf({ id: 12 })];
  expect(heldByCustomer(letters, house, now)).toMatchObject({
    stops: [{ id: 10, state: 'held', must: true }],
    letters: [{ kind: 'staff-note', to: 's@example.jp', data: { what: 'held', answer: answer.onceKey } }],
  });
});

it('held and written by nobody of staff: the whole desk hears of it', () => {
  const operators = { ...answer, data: { ...data, authorAddress: '' } };
  const two = { ...house, staff: [...staff, { name: '田中', address: 't@example.jp' }] };
  expect(heldByCustomer([operators], two, now).letters.map(({ to }) => to)).toEqual([
    's@example.jp',
    't@example.jp',
  ]);
});

describe('when it has left', () => {
  const left = (over: object, messages = [wrote(1)], refused: { recipient: string; reason: string }[] = []) =>
    answerLeft(house, { ...answer, data: { ...data, ...over } }, ticketOf(), messages, refused, now);
  it('the ticket is answered or closed, and the minutes are noted', () => {
    expect(left({}).ticket).toMatchObject({ state: 'answered', firstAnswerMinutes: 60 });
    expect(left({ closes: true }).ticket).toMatchObject({ state: 'closed', closedAt: now.toISOString() });
  });
  it('a customer who wrote meanwhile stays unanswered', () => {
    expect(left({ closes: true }, [wrote(1), wrote(2)]).ticket).not.toHaveProperty('state');
  });
  it('refused for the author it is no answer; refused for a copy it is, and staff are told of both', () => {
    const author = left({}, [wrote(1)], [{ recipient: 'a@example.jp', reason: '550' }]);
    expect(author.ticket).not.toHaveProperty('firstAnswerMinutes');
    const copy = left({}, [wrote(1)], [{ recipient: 'b@example.jp', reason: '550' }]);
    expect(copy.ticket).toMatchObject({ state: 'answered' });
    for (const { letters } of [author, copy])
      expect(letters).toMatchObject([{ kind: 'notification', data: { event: 'failed' } }]);
  });
});

it.each([
  ['a relay that is tried again soon', '2026-11-20T01:08:00.000Z', 0],
  ['the next day', '2026-11-24T00:00:00.000Z', 1],
  ['no known time', null, 1],
])('put off to %s: %i confirmations more', (_when, notBefore, count) => {
  expect(toldAgain(house, answer, notBefore, now)).toHaveLength(count);
  expect(toldAgain(house, itemOf(), notBefore, now)).toEqual([]);
});
