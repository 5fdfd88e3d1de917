import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMs } from '../../test/cpu-time.ts';
import { canonicalNumber, findNumbers, parseMask } from './support-number.ts';

const mask = parseMask('CL-9999-9999');

test.each([
  ['', 'the mask is empty'],
  ['CL-99', 'the mask has 2 places for A or 9, at least 4 are needed'],
  ['-9999', 'character 1 ("-"): a separator must stand between letters or digits'],
  ['CL--9999', 'character 4 ("-"): a separator must stand between letters or digits'],
  ['CL-9999-', 'character 8 ("-"): the mask ends with a separator'],
  ['ＣL-9999', 'character 1 ("Ｃ"): only printable ASCII may stand in a mask'],
  ['9'.repeat(41), 'the mask is longer than 40 characters'],
])('mask %j is refused with the place', (text, message) => {
  expect(() => parseMask(text)).toThrow(message);
});

test('a mask knows its fixed beginning', () => {
  expect(parseMask('SUP/9999-AA')).toMatchObject({ prefix: 'SUP', length: 9, digitsOnly: false });
  expect(parseMask('999999')).toMatchObject({ prefix: '', length: 6, digitsOnly: true });
});

describe('verdicts', () => {
  test.each([
    ['XCL-1234-5678', 'too-long', false],
    ['CL-1234-56789', 'too-long', true],
    ['CL-1234-5678-9', 'too-long', true],
    ['CL 1234 5678 9012', 'too-long', true],
    ['C L - 1 2 3 4 - 5 6 7 8 9', 'too-long', true],
    ['A C L - 1 2 3 4 - 5 6 7 8', 'too-long', true],
    ['CL-1234-567', 'too-short', true],
    ['CL-1234-567 8', 'wrong-shape', true],
    ['CL-l234-5678', 'confused', true],
    ['СL-1234-5678', 'confused', true],
    ['サポート番号 03-1234-5678', 'phone', true],
    ['番号: 090-1234-5678', 'phone', false],
    ['サポート番号 2026-11-20', 'date', false],
    ['http://example.jp/CL-1234-5678', 'url', false],
    ['CL-1234-5678@example.jp', 'mail-address', false],
    ['a\\CL-1234-5678', 'file-name', false],
    ['CL-1234-5678.txt', 'file-name', false],
  ])('%s is %s', (text, verdict, meant) => {
    expect(findNumbers(mask, text)).toMatchObject([{ value: null, verdict, meant }]);
  });

  test('position and raw text are those of the original', () => {
    const text = 'ｻﾎﾟｰﾄ\r\n\u200bサポート番号：ＣＬ\u200b１２３４５６７８。';
    const raw = 'ＣＬ\u200b１２３４５６７８';
    expect(findNumbers(mask, text)).toMatchObject([
      { raw, offset: text.indexOf('Ｃ'), line: 2, value: 'CL-1234-5678', label: 'strong' },
    ]);
  });
});

test('a whole text is canonical or nothing', () => {
  expect(canonicalNumber(mask, ' ｃｌ１２３４ー５６７８ ')).toBe('CL-1234-5678');
  for (const text of ['CL-1234-567', 'CL-1234-5678 です', 'CL-1234-56789', 'CL-l234-5678', '']) {
    expect(canonicalNumber(mask, text)).toBeNull();
  }
});

test('every written form of a number reads as that number, with every mask', () => {
  const masks = ['CL-9999-9999', 'A99-9999', 'SUP/9999-AA', '999999'].map(parseMask);
  const wide = (text: string) =>
    text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0));
  fc.assert(
    fc.property(
      fc.constantFrom(...masks),
      fc.infiniteStream(fc.nat(25)),
      fc.constantFrom('-', '－', 'ー', ' ', '', ' ‐ '),
      fc.boolean(),
      (one, dice, hyphen, full) => {
        const part = (kind: string, char: string) =>
          kind === 'letter'
            ? String.fromCharCode(65 + (dice.next().value as number))
            : kind === 'digit'
              ? String((dice.next().value as number) % 10)
              : char;
        const solid = one.parts.map(({ kind, char }) => ({ kind, char: part(kind, char) }));
        const value = solid.map(({ char }) => char).join('');
        const written = solid
          .map(({ kind, char }) => (kind === 'separator' ? hyphen : full ? wide(char) : char))
          .join('');
        expect(findNumbers(one, `サポートサービス番号：${written}\nです`)[0]?.value).toBe(value);
        expect(canonicalNumber(one, value)).toBe(value);
      },
    ),
  );
});

test('values always match the mask, whatever the text', () => {
  const piece = fc.constantFrom(
    'C',
    'L',
    'CL',
    '1234',
    '5678',
    '-',
    'ー',
    ' ',
    '９',
    'サポート番号',
    '|',
    '\n',
    'O',
    '/',
    '.',
    '@',
    'é',
    'ﾟ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(piece, { maxLength: 40 }).map((all) => all.join('')),
      ),
      (text) => {
        for (const { value, verdict, offset, raw } of findNumbers(mask, text)) {
          expect(value !== null).toBe(verdict === 'fits');
          if (value !== null) expect(value).toMatch(/^CL-\d{4}-\d{4}$/);
          expect(text.startsWith(raw, offset)).toBe(true);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test.each([
  'CL-1234-567',
  'CL-1234-5678 ',
  'サポート番号',
  'サポート番号(',
  'C L ',
  'C|',
  '@',
  'a@',
  'http://',
  'www.',
  '1 ',
  '-',
  'ー',
  'R-1',
  'R-20261120-0001',
  'No.',
  'e\u0301',
  '\u0301',
  '\n',
  '\r\n',
  'ﾎﾟ',
  '(',
  'SUPPORT ',
  'サポート番号\n',
  '.',
  ' ',
  '\u200b',
])('1 MB of %j takes linear time', (unit) => {
  const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
  // Quadratic work on 1 MB takes minutes.
  expect(cpuMs(() => void findNumbers(mask, text))).toBeLessThan(10_000);
});
