import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { cpuMs } from '../../test/cpu-time.ts';
import { parseDirectives } from './directive.ts';
import { explained } from './directive-rules.ts';

const folder = new URL('../../fixtures/directives/', import.meta.url);

for (const kind of ['valid', 'invalid']) {
  describe(`${kind} replies of staff`, () => {
    test.each(readdirSync(new URL(kind, folder)))('%s', (name) => {
      const content = readFileSync(new URL(`${kind}/${name}`, folder), 'utf8');
      const [, reason, expected, text] = /^reason: (.*)\nexpect: (.*)\n---\n([\s\S]*)$/.exec(content)!;
      const got = parseDirectives(text!);
      expect(got, reason).toMatchObject(JSON.parse(expected!));
      expect(got.kind === 'unknown' || got.kind === 'refused').toBe(kind === 'invalid');
      if (got.kind === 'directives') expect(got).toEqual(JSON.parse(expected!));
    });
  });
}

describe('what goes back to the author', () => {
  test.each([
    ['#解答\n本文', '1行目の「#解答」は指示にありません。「#回答」のことでしょうか。'],
    ['\n#手順', '2行目の「#手順」は指示にありません。'],
    ['#番号', '1行目: 「#番号」の内容がありません。例) #番号 CL-1234-5678'],
    ['#回答\n#メモ', '2行目: 「#回答」と「#メモ」は一緒に書けません。別々のメールでお送りください。'],
    ['#cc a@example.jp', '1行目: 「#cc」は「#回答」と一緒に書いてください。'],
    [
      '#終了 その他',
      '1行目: 分類「その他」はありません。使える分類: 操作、障害、パッチ・バージョンアップ、移行、ライセンスキー、対象外',
    ],
  ])('%j', (text, expected) => {
    const got = parseDirectives(text);
    expect(got.kind === 'unknown' || got.kind === 'refused' ? explained(got) : got).toBe(expected);
  });

  it('never lets a separator hide a line: U+2028 ends it', () => {
    const got = parseDirectives('#回答\n#cc a@example.jp\u2028Bcc: evil@example.com');
    expect(got).toMatchObject({
      directives: [{}, { addresses: ['a@example.jp'] }],
      body: 'Bcc: evil@example.com',
    });
  });
});

describe('any reply', () => {
  it('without a # line at its start is a note, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/^[\s\p{Cf}]*[#＃♯﹟]/u.test(text));
        expect(parseDirectives(text).kind).toBe('note');
      }),
    );
  });

  it('reads the same in full-width letters', () => {
    const wide = (text: string) =>
      text
        .replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))
        .replaceAll(' ', '　');
    const line = fc.constantFrom(
      '#回答 patch',
      '#answer',
      '#note',
      '#cancel',
      '#close trouble',
      '#urgent',
      '#番号 CL-1234-5678',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
        const plain = parseDirectives([...lines, 'text'].join('\n'));
        const full = parseDirectives([...lines.map(wide), 'text'].join('\n'));
        expect(full).toEqual(plain);
      }),
    );
  });

  test.each([
    '#',
    '#回答 ',
    '#cc a@example.jp ',
    '#cc ',
    ' ',
    '\n',
    '#回答\n',
    'a',
    '回',
    '#設定 a= #',
    '\u200b',
    '「',
    'CLー',
    '/ #',
    '<',
    '#メモ #',
  ])('takes 1 MB of %j in no time', (piece) => {
    for (const text of [
      piece.repeat(1_000_000 / piece.length),
      `#回答\n#cc ${piece.repeat(1_000_000 / piece.length)}`,
      `#${piece.repeat(1_000_000 / piece.length)}`,
    ]) {
      expect(cpuMs(() => void parseDirectives(text))).toBeLessThan(1_000);
    }
  });
});
