import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contract, itemOf, ticketOf } from '../../test/findings.ts';
import { defaultReceptionCalendar } from '../calendar/reception-calendar.ts';
import type { Directive } from '../reply/directive-shape.ts';
import { parseTemplates } from '../reply/template.ts';
import { type AnswerRequest, orderAnswer } from './answer-order.ts';
import type { House } from './house.ts';
import type { Received } from './ports.ts';

const folder = new URL('../../templates/', import.meta.url);
const parsed = parseTemplates(
  readdirSync(folder).map((fileName) => ({
    fileName,
    text: readFileSync(new URL(fileName, folder), 'utf8'),
  })),
);
if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems));
const house = {
  calendar: defaultReceptionCalendar,
  hours: {},
  undoMs: 180_000,
  addresses: ['cltech@example.jp'],
  from: { name: '', address: 'cltech@example.jp' },
  staff: [{ name: '鈴木', address: 'suzuki@example.jp' }],
  desk: { name: '窓口', mail: 'cltech@example.jp' },
  templates: parsed.templates,
} as unknown as House;
const now = new Date('2026-11-20T10:00:00+09:00');
const wrote = (id: number, over: Partial<Received> = {}): Received =>
  ({
    id,
    receivedAt: '2026-11-20T01:00:00.000Z',
    decidedAt: '2026-11-20T01:00:00.000Z',
    outcome: 'ticket-opened',
    reason: 'valid',
    facts: {
      kind: 'inquiry',
      from: 'sato@example.jp',
      replyTo: null,
      to: ['cltech@example.jp'],
      cc: ['kato@example.jp'],
    },
    ...over,
  }) as Received;
const notice = itemOf({ id: 2, kind: 'notification', receivedId: 1, createdAt: '2026-11-20T01:00:00.000Z' });
const answer = (over: Parameters<typeof itemOf>[0]) =>
  itemOf({
    id: 5,
    kind: 'answer',
    data: { answers: 1, author: '田中', authorAddress: 'tanaka@example.jp' },
    ...over,
  });
const order = (over: Partial<AnswerRequest> = {}, directives: readonly Directive[] = []) =>
  orderAnswer(
    {
      author: { name: '鈴木', address: 'suzuki@example.jp' },
      text: '本文',
      directives: [{ kind: 'answer', template: null }, ...directives],
      ticket: ticketOf(),
      messages: [wrote(1)],
      letters: [],
      contract,
      files: [],
      readMail: notice,
      key: '9',
      ...over,
    },
    house,
    now,
  );

describe('an answer that is ordered', () => {
  it('goes to the last author and that mail’s customers, after the undo window', () => {
    expect(order()).toMatchObject({
      kind: 'ordered',
      held: null,
      letter: {
        kind: 'answer',
        to: 'sato@example.jp',
        notBefore: '2026-11-20T01:03:00.000Z',
        data: { to: ['sato@example.jp'], cc: ['kato@example.jp'], answers: 1, closes: false, files: false },
      },
    });
    expect(order({}, [{ kind: 'urgent' }])).toMatchObject({
      letter: { notBefore: '2026-11-20T01:00:00.000Z' },
    });
  });

  it('of a form, a fax or a call: To and Cc of the machine’s mail are nobody', () => {
    for (const channel of ['form', 'fax', 'phone'] as const)
      expect(order({ ticket: ticketOf({ channel }) })).toMatchObject({ letter: { data: { cc: [] } } });
  });

  it.each([
    ['nothing is in its way', {}, null],
    ['the customer wrote what its author has not read', { messages: [wrote(1), wrote(2)] }, /新しいメール/],
    [
      'the author replies to a mail that is younger than the customer’s last',
      {
        messages: [wrote(1), wrote(2)],
        readMail: itemOf({ kind: 'staff-note', receivedId: 1, createdAt: '2026-11-20T01:00:01.000Z' }),
      },
      null,
    ],
    ['a stranger wrote', { messages: [wrote(1), wrote(2, { outcome: 'review', reason: 'stranger' })] }, null],
    ['a machine wrote', { messages: [wrote(1), wrote(2, { reason: 'probably automatic' })] }, null],
    ['a vacation notice came', { messages: [wrote(1), wrote(2, { outcome: 'ignored' })] }, null],
    ['another answer waits', { letters: [answer({})] }, /先に預けられています\(田中\)/],
    ['another answer is leaving', { letters: [answer({ state: 'sending' })] }, /先に預けられています/],
    [
      'nobody knows whether another one arrived',
      { letters: [answer({ state: 'uncertain' })] },
      /先に預けられています/,
    ],
    ['another answer was taken back', { letters: [answer({ state: 'cancelled' })] }, null],
    ['another answer waits for an earlier message', { letters: [answer({ data: { answers: 0 } })] }, null],
    [
      'another answer left, and its author cannot know',
      { letters: [answer({ state: 'sent', sentAt: '2026-11-20T01:00:00.000Z' })] },
      /送信済み/,
    ],
    [
      'another answer left before the mail that is replied to',
      { letters: [answer({ state: 'sent', sentAt: '2026-11-20T00:59:59.999Z' })] },
      null,
    ],
    [
      'another answer left, and its author replies to the confirmation',
      {
        letters: [answer({ state: 'sent', sentAt: '2026-11-20T01:00:00.000Z' })],
        readMail: itemOf({ kind: 'confirmation' }),
      },
      null,
    ],
  ] as const)('is held or not: %s', (_why, over, held) => {
    const found = order(over as Partial<AnswerRequest>);
    if (found.kind !== 'ordered') throw new Error(found.remarks.join());
    if (held === null) expect(found.held).toBeNull();
    else expect(found.held).toMatch(held);
    expect(found.letter.held === undefined).toBe(held === null);
  });

  it('takes the place of a held one of the same author, and of no other', () => {
    const mine = { answers: 1, author: '鈴木', authorAddress: 'suzuki@example.jp' };
    const letters = [answer({ id: 6, state: 'held' }), answer({ id: 7, state: 'held', data: mine })];
    expect(order({ letters })).toMatchObject({ stops: [{ id: 7, state: 'cancelled', must: false }] });
  });

  it('goes back with everything that is wrong with it at once', () => {
    const files = [{ name: 'a', bytes: 30_000_000, encrypted: false }];
    const found = order({ files, text: '' }, [{ kind: 'to', addresses: ['cltech+x@example.jp'] }]);
    expect(found).toMatchObject({ kind: 'problems' });
    if (found.kind === 'problems') expect(found.remarks).toHaveLength(3);
  });
});
