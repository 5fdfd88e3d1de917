import { PDFParse } from 'pdf-parse';
import { expect, it } from 'vitest';
import { printFax } from './fax-print.ts';

const at = new Date('2026-11-24T00:00:00Z');

async function textOf(pdf: Buffer): Promise<readonly string[]> {
  const parser = new PDFParse({ data: new Uint8Array(pdf) });
  const { pages } = await parser.getText({ pageJoiner: '' });
  await parser.destroy();
  return pages.map(({ text }) => text.trim());
}

it('is a page a sheet, and the text can be taken out of it again', async () => {
  const sheets = [
    ['FAX受信のお知らせ', '', '  受付番号 R-20261124-0001', '髙橋﨑㈱ ①～⑤ ｶﾅ'],
    ['2枚目です。'],
  ];
  const pdf = await printFax({ title: 'お知らせ', sheets }, at);
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  const pages = await textOf(pdf);
  expect(pages).toHaveLength(2);
  expect(pages[0]).toContain('FAX受信のお知らせ');
  expect(pages[0]).toContain('受付番号 R-20261124-0001');
  expect(pages[0]).toContain('髙橋﨑');
  expect(pages[1]).toBe('2枚目です。');
  expect(pdf.length).toBeLessThan(200_000);
});

it('the same sheets at the same time are the same bytes', async () => {
  const print = () => printFax({ title: 'お知らせ', sheets: [['本文']] }, at);
  expect(await print()).toEqual(await print());
});
