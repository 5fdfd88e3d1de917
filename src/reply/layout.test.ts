import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { cpuMs } from '../../test/cpu-time.ts';
import { cut, displayWidth } from './display-width.ts';
import { LINE_COLUMNS_MAX, layOut, wrapLine } from './layout.ts';

describe('display width', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['日本語', 6],
    ['ｶﾞｷﾞ', 4],
    ['が', 2],
    ['か\u3099', 2],
    ['―…①', 6],
    ['αЖ§', 6],
    ['a\u200bb\u0301', 2],
    ['髙﨑㈱', 6],
    ['𠮷野', 4],
    ['👨‍👩‍👧', 2],
    ['🇯🇵', 2],
    ['1\ufe0f\u20e3', 2],
    ['👍🏽!', 3],
    ['한글', 4],
  ])('%s takes %d columns', (text, columns) => expect(displayWidth(text)).toBe(columns));
});

describe('cut', () => {
  test.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc…'],
    ['ログインできません', 4, 'ログイン…'],
    ['👨‍👩‍👧👨‍👩‍👧', 1, '👨‍👩‍👧…'],
    ['あい うえ', 3, 'あい…'],
  ])('%s to %d characters', (text, count, expected) => expect(cut(text, count)).toBe(expected));

  it('bounds a character made of thousands of marks', () => {
    expect(cut('e' + '\u0301'.repeat(10_000), 40).length).toBeLessThan(2_000);
  });
});

describe('lines', () => {
  const over = (line: string) => wrapLine(line, 20);

  test.each([
    ['a stop never begins a line', 'あいうえおかきくけこ。', ['あいうえおかきくけ', 'こ。']],
    ['two closing signs follow together', 'あいうえおかきくけこ」。', ['あいうえおかきくけ', 'こ」。']],
    ['a prolonged sound stays with its word', 'あいうえおかきくけサーバ', ['あいうえおかきくけ', 'サーバ']],
    ['small kana stay', 'あいうえおかきくけこっと', ['あいうえおかきくけ', 'こっと']],
    ['an opening bracket never ends a line', 'あいうえおかきくけ「こ」', ['あいうえおかきくけ', '「こ」']],
    ['a Latin word is whole', 'あいうえおかきく ChatLuck です', ['あいうえおかきく', 'ChatLuck です']],
    ['a number is whole', 'あいうえおかきCL-1234-5678', ['あいうえおかき', 'CL-1234-5678']],
    ['a full-width number is whole', 'あいうえおかき１２３－４５６', ['あいうえおかき', '１２３－４５６']],
    [
      'an address is whole',
      'あいうえか cltech@support.example.jp',
      ['あいうえか', 'cltech@support.example.jp'],
    ],
    [
      'a URL stays long',
      'あいhttps://www.example.jp/support/inquiry?id=1',
      ['あい', 'https://www.example.jp/support/inquiry?id=1'],
    ],
    [
      'a date with its time is whole',
      'あいう2026年9月24日(木) 9:00か',
      ['あいう', '2026年9月24日(木) 9:00', 'か'],
    ],
    ['a dash pair is whole', 'あいうえおかきくけ――こ', ['あいうえおかきく', 'け――こ']],
    ['a run without a place to break stays long', 'ー'.repeat(30), ['ー'.repeat(30)]],
    ['an indent is kept', '  あいうえおかきくけこさ', ['  あいうえおかきくけ', '  こさ']],
    [
      'a value hangs under its beginning',
      '  件名    : あいうえおか',
      ['  件名    : あいうえ', '          おか'],
    ],
    ['a list item hangs under its text', '  ・あいうえおかきくけこ', ['  ・あいうえおかきく', '    けこ']],
  ])('%s', (_what, line, expected) => expect(over(line)).toEqual(expected));

  it('leaves quoted lines and their spaces alone', () => {
    const quoted = `> ${'あ'.repeat(100)}  \n>\n>\n`;
    expect(layOut(quoted)).toBe(quoted);
  });

  it('closes up what an empty notice left, at the start, in the middle and at the end', () => {
    expect(layOut('\n\na  \n\n \n\nb\n\n\n')).toBe('a\n\nb\n');
  });

  it('loses nothing but spaces, breaks no rule, and fills no line beyond the limit that could be broken', () => {
    const piece = fc.constantFrom(
      'あ',
      '漢字',
      '、',
      '。',
      '」',
      '「',
      '（',
      '）',
      'ー',
      'ッ',
      ' ',
      '  ',
      'abc',
      '1,234',
      '…',
      '👨‍👩‍👧',
      'https://example.jp/a',
      'x@example.jp',
      '2026年9月24日(木) 9:00',
      'ｶﾞ',
      '※',
      '・',
      '件名: ',
      '９',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const line = pieces.join('').trimEnd();
        const lines = wrapLine(line, LINE_COLUMNS_MAX);
        const bare = (text: string) => text.replace(/ /g, '');
        expect(bare(lines.join(''))).toBe(bare(line));
        for (const [index, one] of lines.entries()) {
          if (index > 0) expect(one.trimStart()).not.toMatch(/^[、。」）ーッ…・]/);
          if (index < lines.length - 1) expect(one).not.toMatch(/[「（※]$/);
          expect(one).not.toMatch(/(?:https?|x@example|example|2026年|9月24|\(木|\(木\))$/);
        }
      }),
    );
  });

  it.each(['あ', 'a', '(', '、', '9', '2026年', ' ', '{{', 'e\u0301', '\u202e'])(
    'takes 200,000 characters of %j in linear time',
    (piece) => {
      expect(cpuMs(() => void layOut(piece.repeat(200_000 / piece.length)))).toBeLessThan(2_000);
    },
  );
});
