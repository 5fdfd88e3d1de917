/** Sheets of a fax as a PDF, black on white in a fixed-width Japanese font drawn for legibility (pdfkit, BIZ UDゴシック). */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import PDFDocument from 'pdfkit';
import type { FaxSheets } from '../reply/fax-sheet.ts';

/** 35 full-width characters of 13 points between margins of 70 on A4 (595 × 842 points); 43 lines. */
const points = 13;
const left = 70;
const top = 46;
const leading = 17.5;

const home = createRequire(import.meta.url).resolve('@expo-google-fonts/biz-udgothic/package.json');
const font = join(dirname(home), '400Regular', 'BIZUDGothic_400Regular.ttf');

/** The same sheets at the same time are the same file. */
export async function printFax({ title, sheets }: FaxSheets, at: Date): Promise<Buffer> {
  const info = { Title: title, Producer: 'uketsuke', Creator: 'uketsuke', CreationDate: at, ModDate: at };
  const pdf = new PDFDocument({ size: 'A4', margin: 0, autoFirstPage: false, info });
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  const done = new Promise<void>((resolve, reject) => {
    pdf.on('end', resolve);
    pdf.on('error', reject);
  });
  for (const lines of sheets) {
    pdf.addPage().font(font).fontSize(points);
    for (const [at, line] of lines.entries())
      if (line !== '') pdf.text(line, left, top + at * leading, { lineBreak: false });
  }
  pdf.end();
  await done;
  return Buffer.concat(chunks);
}
