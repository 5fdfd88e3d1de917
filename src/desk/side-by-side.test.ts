import { describe, expect, test } from 'vitest';
import { deciding, opening } from '../../test/decision.ts';
import { letterOf } from '../../test/findings.ts';
import type { Letter } from '../inquiry/letter.ts';
import { parseFormProfile } from '../inquiry/profile.ts';
import type { FaxArrival } from './read-fax.ts';
import type { ReadMessage } from './read-message.ts';
import { areApart, sideBySide } from './side-by-side.ts';

let made = 0;

/** A mail of a person of its own, but for what is told. */
function read(over: Partial<Letter> = {}, rest: object = {}): ReadMessage {
  made += 1;
  const letter = letterOf({
    messageId: `<${made}@example.jp>`,
    from: { name: '', address: `${made}@example.jp` },
    ...over,
  });
  const message = { id: made, messageId: letter.messageId, contentKey: `key ${made}` };
  return { kind: 'read', message, letter, fax: null, forwarded: [], ...rest } as unknown as ReadMessage;
}

const person = (address: string) => ({ name: '', address });
const page = parseFormProfile({
  name: 'page',
  from: 'web@x.jp',
  fields: { address: 'メール', text: '内容' },
});
const form = read({ from: person('web@x.jp'), text: 'メール: a@x.jp\n内容:\n起動しません' });

describe('messages are looked up together until one has to do with one before it', () => {
  const cases: readonly (readonly [string, readonly ReadMessage[], readonly number[]])[] = [
    ['nothing waits', [], []],
    ['several people', [read(), read(), read()], [3]],
    [
      'one person twice, in other letters of the alphabet',
      [read({ from: person('a@x.jp') }), read(), read({ from: person('A@x.jp') }), read()],
      [2, 2],
    ],
    ['no sender at all', [read({ from: null }), read({ from: null })], [2]],
    [
      'a reply to one before it',
      [read({ messageId: '<q@x.jp>' }), read({ inReplyTo: ['<q@x.jp>'] })],
      [1, 1],
    ],
    [
      'one that refers further back',
      [read({ messageId: '<q@x.jp>' }), read({ references: ['<q@x.jp>'] })],
      [1, 1],
    ],
    [
      'two replies to one mail',
      [read({ inReplyTo: ['<q@x.jp>'] }), read({ references: ['<q@x.jp>'] })],
      [1, 1],
    ],
    [
      'an answer wanted at the address of another',
      [read({ from: person('a@x.jp') }), read({ replyTo: [person('a@x.jp')] })],
      [1, 1],
    ],
    [
      'the same content without a Message-ID',
      [0, 1].map(() =>
        read({ messageId: null }, { message: { id: 1, messageId: null, contentKey: 'one key' } }),
      ),
      [1, 1],
    ],
    ['the customer behind the inquiry page', [form, read({ from: person('a@x.jp') })], [1, 1]],
    ['a fax goes alone', [read(), read({}, { fax: {} as FaxArrival }), read(), read()], [1, 1, 2]],
    ['mails inside another', [read(), read({}, { forwarded: [{}] }), read()], [1, 1, 1]],
    ['one the reader died of', [read(), read({}, { kind: 'killed', reason: 'time' }), read()], [1, 1, 1]],
  ];
  test.each(cases)('%s', (_why, all, lengths) => {
    const runs = sideBySide(all, [page]);
    expect(runs.map((run) => run.length)).toEqual(lengths);
    expect(runs.flat()).toEqual(all);
  });
});

describe('what was decided may be written together', () => {
  const decision = (over: Parameters<typeof deciding>[1] = {}) => deciding({ id: 1, token: '' }, over);
  const change = (id: number) => decision({ ticket: { kind: 'change', change: { id, version: 1 } } });
  const opens = (over: Parameters<typeof opening>[0]) =>
    decision({ ticket: { kind: 'open', opening: opening(over) } });
  test.each([
    ['new tickets', [decision(), decision()], true],
    ['other tickets', [change(1), change(2), decision({ ticket: { kind: 'attach', id: 3 } })], true],
    ['one ticket twice', [change(1), change(1)], false],
    ['a note on a ticket that changes', [change(1), decision({ ticket: { kind: 'attach', id: 1 } })], false],
    ['a second ticket', [change(1), decision({ other: { id: 1, version: 1 } })], false],
    ['a new one that follows it', [change(1), opens({ linkedTo: 1 })], false],
    ['a new one that repeats it', [change(1), opens({ repeatOf: 1 })], false],
    ['one that names a ticket in two ways', [opens({ linkedTo: 1, repeatOf: 1 })], true],
    ['a bounce', [decision({ bounce: { outboxId: 1, address: 'a@x.jp', permanent: true } })], false],
    ['a blocked sender', [decision({ block: { address: 'a@x.jp', reason: '' } })], false],
    ['mails brought along', [decision({ takes: [] })], false],
  ] as const)('%s: %s', (_why, decisions, expected) => {
    expect(areApart(decisions)).toBe(expected);
  });
});
