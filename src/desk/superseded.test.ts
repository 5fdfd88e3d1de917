import { describe, expect, it } from 'vitest';
import { itemOf, ticketOf } from '../../test/findings.ts';
import type { LetterKind } from '../ticket/ticket.ts';
import type { Received } from './ports.ts';
import { inJapanese, superseded, type Waited } from './superseded.ts';

const waits = ticketOf({ state: 'awaiting-number', number: null });
const absence = { facts: { kind: 'auto-reply', from: 'sato@example.jp' } } as Received;
const ask = (kind: LetterKind, over: Partial<Waited> = {}, reminders = true) =>
  superseded(
    { item: itemOf({ kind }), ticket: ticketOf(), messages: [], letters: [], undeliverable: false, ...over },
    { reminders },
    '2026-11-20',
  );

describe('a letter that waited leaves no more', () => {
  it.each<[string, LetterKind, Partial<Waited>, RegExp | null]>([
    ['an acknowledgement', 'acknowledgement', {}, null],
    ['its ticket is gone', 'acknowledgement', { ticket: null }, /gone/],
    ['the address bounced', 'acknowledgement', { undeliverable: true }, /bounced/],
    ['the ticket is closed', 'acknowledgement', { ticket: ticketOf({ state: 'closed' }) }, /closed/],
    ['the ticket is rejected', 'neutral', { ticket: ticketOf({ state: 'rejected' }) }, /rejected/],
    [
      'an answer has left',
      'acknowledgement',
      { letters: [itemOf({ kind: 'answer', state: 'sent' })] },
      /answer/,
    ],
    ['an answer waits as well', 'acknowledgement', { letters: [itemOf({ kind: 'answer' })] }, null],
    ['the address is a machine', 'acknowledgement', { messages: [absence] }, /automatically/],
    [
      'another address is a machine',
      'acknowledgement',
      { messages: [absence], item: itemOf({ to: 'kato@example.jp' }) },
      null,
    ],
    ['a request, still waited for', 'request-number', { ticket: waits }, null],
    ['a request, the number came', 'request-number', {}, /arrived/],
    [
      'a request, a person decides',
      'request-number',
      { ticket: ticketOf({ state: 'review', number: null }) },
      /no longer waits/,
    ],
    [
      'a request, a newer one waits',
      'request-number',
      { ticket: waits, letters: [itemOf({ id: 11, kind: 'request-number' })] },
      /newer/,
    ],
    [
      'a request, an older one waits',
      'request-number',
      { ticket: waits, letters: [itemOf({ id: 9, kind: 'request-number' })] },
      null,
    ],
    [
      'the morning list of today',
      'digest',
      { item: itemOf({ kind: 'digest', data: { day: '2026-11-20' } }) },
      null,
    ],
    [
      'of yesterday',
      'digest',
      { item: itemOf({ kind: 'digest', data: { day: '2026-11-19' } }) },
      /morning is over/,
    ],
    ['a reminder', 'reminder', { ticket: waits }, null],
    ['a reminder, the number came', 'reminder', {}, /arrived/],
    ['a closing notice, the number came', 'closing-notice', {}, /arrived/],
    ['a period that is settled', 'period', {}, /period/],
    ['a period in question', 'period', { ticket: ticketOf({ state: 'review' }) }, null],
    ['NEUTRAL to a confirmed sender', 'neutral', {}, /confirmed/],
    ['NEUTRAL to a stranger', 'neutral', { ticket: ticketOf({ verified: false }) }, null],
    ['mail to staff, whatever happened', 'notification', { ticket: null, undeliverable: true }, null],
  ])('%s', (_why, kind, over, expected) => {
    const reason = ask(kind, { item: itemOf({ kind }), ...over });
    if (expected === null) return expect(reason).toBeNull();
    expect(reason).toMatch(expected);
    // Staff read the reason in their own language.
    expect(inJapanese(reason)).toMatch(/^[^a-z]+$/);
  });

  it.each([
    ['cap: 5 automatic letters an hour to one address', '同じ宛先へ1時間に5通'],
    ['cap: 300 first letters a day to one domain', '同じドメインへ1日に300通'],
    ['cap: 500 first letters an hour to strangers', '登録のない宛先全体へ1時間に500通'],
    ['cap: 10 automatic letters to one ticket', '1件の受付へ10通'],
  ])('%s, in the words of staff', (reason, expected) => expect(inJapanese(reason)).toBe(expected));

  it('reminders that were switched off, and nothing else', () => {
    expect(ask('reminder', { ticket: waits }, false)).toMatch(/switched off/);
    expect(ask('closing-notice', { ticket: waits }, false)).toMatch(/switched off/);
    expect(ask('request-number', { ticket: waits }, false)).toBeNull();
  });
});
