import { expect, it } from 'vitest';
import { csvText } from './csv.ts';

it('begins with a byte order mark, its lines end with CRLF', () => {
  expect(
    csvText([
      ['月', 1],
      ['a', null],
    ]),
  ).toBe('\uFEFF月,1\r\na,\r\n');
});

it.each([
  ['=HYPERLINK("http://evil.example","x")', `"'=HYPERLINK(""http://evil.example"",""x"")"`],
  ['+81 3', "'+81 3"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', `"'\r=1"`],
  ['\n=1', `"'\n=1"`],
  ['＝1+1', "'＝1+1"],
  ['＠x', "'＠x"],
  ['a=b', 'a=b'],
  ['株式会社"例",東京', '"株式会社""例"",東京"'],
  ['二行\r\n目', '"二行\r\n目"'],
  ['', ''],
])('%j', (text, cell) => {
  expect(csvText([[text]])).toBe(`\uFEFF${cell}\r\n`);
});

it('numbers stay numbers', () => {
  expect(csvText([[12.5, 0]])).toBe('\uFEFF12.5,0\r\n');
});
