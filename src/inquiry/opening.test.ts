import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
// The fixtures are whole bodies: what counts as quoted or signature is part of the rule they show.
import { splitOwnText } from '../reading/own-text.ts';
import { readNumber, readOpening } from './opening.ts';
import { parseMask } from './support-number.ts';

const folder = new URL('../../fixtures/openings/', import.meta.url);
const mask = parseMask('CL-9999-9999');
const empty = { subject: '', own: '', quoted: '', signature: '' };

for (const kind of ['valid', 'invalid']) {
  describe(`${kind} openings`, () => {
    test.each(readdirSync(new URL(kind, folder)))('%s', (name) => {
      const content = readFileSync(new URL(`${kind}/${name}`, folder), 'utf8');
      const cut = content.indexOf('---\n');
      const head = new Map(
        content
          .slice(0, cut)
          .trim()
          .split('\n')
          .map((line) => line.split(/: (.*)/s) as [string, string]),
      );
      const mail = /^Subject: (.*)\n\n([\s\S]*)$/.exec(content.slice(cut + 4)) as RegExpExecArray;
      const reading = readOpening(parseMask(head.get('mask') ?? mask.text), {
        subject: mail[1] as string,
        ...splitOwnText(mail[2] as string),
      });
      const { decision, where, value } = reading;
      expect(
        { decision, where: String(where), value: String(value) },
        `${head.get('reason')}; got: ${reading.reason}`,
      ).toEqual({
        decision: head.get('decision'),
        where: head.get('where'),
        value: head.get('value'),
      });
    });
  });
}

test('the reason names line, text and value; candidates tell the rest', () => {
  const reading = readOpening(mask, {
    ...empty,
    own: '佐藤です。\nサポート番号：ＣＬ１２３４－５６７８\nhttps://example.jp/CL-1111-2222',
  });
  expect(reading.reason).toBe("Line 2 of the message: 'ＣＬ１２３４－５６７８' reads as CL-1234-5678.");
  expect(reading).toMatchObject({ line: 2, raw: 'ＣＬ１２３４－５６７８' });
  expect(reading.candidates[1]).toEqual({
    raw: 'CL-1111-2222',
    value: null,
    where: 'opening',
    line: 3,
    verdict: 'url',
  });
});

test('the number field of a form stands at the start, and is compared with the text', () => {
  expect(readOpening(mask, { ...empty, field: 'cl1234-5678' })).toMatchObject({
    decision: 'accepted',
    where: 'opening',
    line: null,
  });
  expect(readOpening(mask, { ...empty, field: '1234' }).decision).toBe('malformed');
  expect(readOpening(mask, { ...empty, field: 'CL-1234-5678', own: 'CL-8765-4321' }).decision).toBe(
    'ambiguous',
  );
});

test('never throws; a value is given only when accepted or further down', () => {
  const piece = fc.constantFrom(
    'CL-1234-5678',
    'CL-8765-432',
    'サポート番号',
    ':',
    '\n',
    '> ',
    'あ',
    '@',
    '/',
    ' ',
    '受付番号: R-20261120-0001',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(text, text, text, text, (subject, own, quoted, signature) => {
      const reading = readOpening(mask, { subject, own, quoted, signature });
      expect(reading.value !== null).toBe(['accepted', 'not-at-start'].includes(reading.decision));
      if (reading.value !== null) expect(reading.value).toMatch(/^CL-\d{4}-\d{4}$/);
    }),
  );
});

const numberOnTop = { own: 'CL-1234-5678\nログインできません。', quoted: '> 元の文', signature: '佐藤' };

test.each([
  ['a mail gives its own text', numberOnTop, null, ['accepted', 'CL-1234-5678']],
  ['and its quotation nothing', { ...numberOnTop, own: '', quoted: 'CL-1234-5678' }, null, ['missing', null]],
  ['nor its signature', { ...numberOnTop, own: '', signature: 'CL-1234-5678' }, null, ['missing', null]],
  [
    'a form gives its field',
    numberOnTop,
    { text: '本文', number: 'CL-2345-6789' },
    ['accepted', 'CL-2345-6789'],
  ],
  [
    'a form gives its text',
    numberOnTop,
    { text: 'CL-3456-7890\n本文', number: null },
    ['accepted', 'CL-3456-7890'],
  ],
  [
    'a form that says nothing is no form',
    numberOnTop,
    { text: null, number: null },
    ['accepted', 'CL-1234-5678'],
  ],
  [
    'of a form the mail around it never counts',
    numberOnTop,
    { text: '本文', number: null },
    ['missing', null],
  ],
])('%s', (_what, body, form, [decision, value]) => {
  expect(readNumber(mask, { subject: '件名', body }, form)).toMatchObject({ decision, value });
});

test('the subject counts as well', () => {
  const letter = { subject: 'CL-1234-5678 の件', body: { own: '本文', quoted: '', signature: '' } };
  expect(readNumber(mask, letter, null)).toMatchObject({ value: 'CL-1234-5678', where: 'subject' });
});
