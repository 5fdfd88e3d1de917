import { describe, expect, it } from 'vitest';
import { displayWidth } from './display-width.ts';
import { type FaxSheetFacts, faxSheets } from './fax-sheet.ts';

const facts = (over: Partial<FaxSheetFacts> = {}): FaxSheetFacts => ({
  title: 'FAX受信のお知らせ',
  ref: 'R-20261124-0001',
  addressee: 'みどり製紙株式会社\n総務部\n青山 晴子 様',
  number: '03-5550-0142',
  leavesAt: '2026年11月24日(火) 9:00',
  desk: { name: '窓口', mail: 'cltech@example.jp', tel: '045-000-0000', fax: '045-000-0001' },
  body: '一行目です。\n二行目です。\n',
  ...over,
});
const lines = (count: number) => Array.from({ length: count }, (_none, at) => `${at + 1}行目`).join('\n');

it('one page says so, with whom it is for and from', () => {
  const { sheets } = faxSheets(facts());
  expect(sheets).toHaveLength(1);
  expect(sheets[0]!.map((line) => line.trim())).toEqual([
    'FAX受信のお知らせ',
    '',
    '送信先   みどり製紙株式会社',
    '総務部',
    '青山 晴子 様',
    'FAX      03-5550-0142',
    '発信元   窓口',
    'TEL 045-000-0000   FAX 045-000-0001',
    expect.stringMatching(/^送信日時 2026年11月24日\(火\) 9:00 +全1枚\(本紙のみ\)$/),
    '―'.repeat(35),
    '',
    '一行目です。',
    '二行目です。',
  ]);
});

describe('several pages', () => {
  it('are numbered, and no line is lost or doubled', () => {
    const { sheets } = faxSheets(facts({ body: lines(100) }));
    expect(sheets).toHaveLength(3);
    expect(sheets[0]!.join('\n')).toContain('全3枚 1/3');
    expect(sheets[1]![0]).toMatch(/^受付番号 R-20261124-0001 +2\/3枚$/);
    const body = sheets.flat().filter((line) => /^\d+行目$/.test(line));
    expect(body).toEqual(lines(100).split('\n'));
    for (const sheet of sheets) expect(sheet.length).toBeLessThanOrEqual(43);
  });

  it('a page that is just full needs no second one', () => {
    const room = 43 - 11;
    expect(faxSheets(facts({ body: lines(room) })).sheets).toHaveLength(1);
    expect(faxSheets(facts({ body: lines(room + 1) })).sheets).toHaveLength(2);
  });

  it('too many are refused', () => {
    expect(() => faxSheets(facts({ body: lines(2_000) }))).toThrow(/too many for a fax/);
  });
});

it('nothing runs over the edge of the paper', () => {
  const body = `${'あ'.repeat(100)}\nhttps://example.jp/${'x'.repeat(200)}\n> ${'い'.repeat(50)}\n`;
  const { sheets } = faxSheets(facts({ body, addressee: 'お客様' }));
  for (const line of sheets.flat()) expect(displayWidth(line)).toBeLessThanOrEqual(70);
  const text = sheets.flat().join('').replace(/\s/g, '');
  expect(text).toContain('あ'.repeat(100));
  expect(text).toContain('x'.repeat(200));
});

it('what others wrote cannot break a line or turn it', () => {
  const { sheets } = faxSheets(
    facts({ addressee: '\u202eかぶ\r\u0085式', desk: { name: 'a\nb', mail: '' } }),
  );
  expect(sheets.flat().join('\n')).not.toMatch(/[\u202e\r\u0085]/);
});
