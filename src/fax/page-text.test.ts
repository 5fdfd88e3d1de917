import { describe, expect, it } from 'vitest';
import { parseMask } from '../inquiry/support-number.ts';
import type { TextLine } from './ocr-engine.ts';
import { charactersOf, numberIn, numbersIn, withoutSpaces } from './page-text.ts';

const mask = parseMask('CL-9999-9999');

/** Words set apart by `_`, one beside the other. */
const line = (text: string, y = 100): TextLine => {
  const words = text
    .split('_')
    .map((word, at) => ({ text: word, box: { x: 100 * at, y, width: 90, height: 30 } }));
  return { words, box: { x: 0, y, width: 100 * words.length, height: 30 } };
};

it('takes the spaces out of Japanese and leaves those of Latin text', () => {
  expect(withoutSpaces('ライ セン スキ ー の 再 発行 Windows Server 2022 を 使用')).toBe(
    'ライセンスキーの再発行Windows Server 2022を使用',
  );
});

describe('the number in recognised lines', () => {
  it.each([
    ['サポ_ー_ト_サー_ビス_番号_:_CL-4180-2537', true],
    ['番号_CL_-_4180_-_2537', true],
    ['CL41802537', true],
    ['ＣＬ－４１８０－２５３７', true],
    ['CL-418O-Z537', false],
    ['CI-4180-2537', false],
    // The fixed letters are known without reading them, when the line says what it is.
    ['サポ_ー_ト_サー_ビス_番号_:_ど_ルー4180ー2537', false],
    ['サポ_ー_ト_サー_ビス_普_(4180-2537', false],
    ['CT-4180-2537', false],
    ['OL-4180-2537', false],
  ])('%s', (text, exact) => {
    expect(numbersIn(mask, [line('いつも_お世話_に'), line(text, 200)])).toMatchObject([
      { value: 'CL-4180-2537', exact },
    ]);
  });

  it.each([
    'TEL_/_FAX_06-4180-2537_/_03-4180-2537',
    'FAX_4180-2537',
    '04-4180-2537',
    '4180-2537',
    'サポ_ー_ト_サー_ビス_番号_||C|L_4|1|115_1_7131018',
    'CL-4180-25371',
    'https://example.jp/CL-4180-2537',
  ])('is not seen in %s', (text) => {
    expect(numbersIn(mask, [line(text)])).toEqual([]);
  });

  it('tells the words it was read from', () => {
    expect(numbersIn(mask, [line('番号_:_CL-4180_-2537_です', 300)])[0]?.box).toEqual({
      ...{ x: 200, y: 300, width: 190, height: 30 },
    });
  });
});

it('tells whether the fixed letters were read, or taken for granted', () => {
  const fixed = (text: string) => numbersIn(mask, [line(text)]).map((one) => one.fixed);
  expect(
    ['番号_CL-4180-2537', 'CI-4180-2537', '製造番号_SL-4180-2537', 'サービス番号_(4180-2537'].map(fixed),
  ).toEqual([...[[true], [true], [false], [false]]]);
});

it('reads one line of the second model, which knows only the mask’s characters', () => {
  expect(charactersOf(mask)).toBe('CL-0123456789');
  expect(charactersOf(parseMask('AA9999'))).toHaveLength(37);
  expect(
    ['CL-4180-2537', 'CL-4180 -2537', 'L-4180-2537', '-4180-2537'].map((text) => numberIn(mask, text)),
  ).toEqual(Array(4).fill('CL-4180-2537'));
  expect(['CL-4180-25371', '06-4180-2537', 'CL-4180-253', ''].map((text) => numberIn(mask, text))).toEqual(
    Array(4).fill(null),
  );
});
