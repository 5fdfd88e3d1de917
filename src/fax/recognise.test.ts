import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, it, vi } from 'vitest';
import { parseMask } from '../inquiry/support-number.ts';
import { isFaxFile, openFaxReader } from './fax.ts';
import { openRecogniser } from './ocr.ts';

// Recognition takes seconds a page on a free core, and many times that on a crowded machine.
vi.setConfig({ testTimeout: 300_000 });

const mask = parseMask('CL-9999-9999');
const reader = openFaxReader();
afterAll(() => reader[Symbol.asyncDispose]());

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/fax', name));

it.each([
  ['cover-fine.tif', 'CL-4180-2537', 0],
  ['cover-standard-upside-down.tif', 'CL-6402-9158', 180],
])('reads %s: number, text, subject and header line', async (name, number, turned) => {
  const raw = fixture(name);
  expect(isFaxFile(raw)).toBe(true);
  const told: (string | null)[] = [];
  const fax = await reader.read(raw, { mask, pictures: true, onNumber: ({ value }) => told.push(value) });
  expect(fax.number).toMatchObject({ decision: 'accepted', value: number, where: 'opening' });
  expect(fax.number.candidates[0]?.readers.length).toBeGreaterThan(1);
  expect(told).toEqual([number]);
  expect(fax.pages).toMatchObject([{ page: 1, outcome: 'image', turned }]);
  expect(fax.numberSeconds).toBeLessThan(fax.pages[0]!.seconds);
  expect(fax.text).toContain('サーバーを再起動しても改善しません');
  expect(fax.text).not.toContain('No.1207');
  expect(fax.header).toContain('03-5550-0142');
  expect(fax.subject).toBe('送信の遅れについて');
  expect(Buffer.from(fax.pages[0]!.png!).subarray(1, 4).toString()).toBe('PNG');
  expect(Buffer.from(fax.strip!).subarray(1, 4).toString()).toBe('PNG');
});

it('takes no telephone number of the page for the number, and the header line only ranks', async () => {
  const hints = (header: string) => (header.includes('03-5550-0142') ? ['CL-4180-2537'] : []);
  const { number } = await reader.read(fixture('cover-without-number.tif'), { mask, hints });
  expect(number).toMatchObject({ value: null, decision: 'missing' });
  expect(number.candidates).toEqual([{ value: 'CL-4180-2537', readers: [] }]);
});

it('takes order numbers, dates and telephone numbers of the page for no support number', async () => {
  const found = await reader.read(fixture('orders.tif'), { mask });
  expect(found.number).toMatchObject({ decision: 'accepted', value: 'CL-2751-0396' });
  expect(found.number.candidates).toHaveLength(1);
  const none = await reader.read(fixture('orders-without-number.tif'), { mask });
  // `SL-2208-6613`, a serial number, has the form of ours but for its letters.
  expect(none.number).toMatchObject({ decision: 'uncertain', value: null });
});

it.each([
  [90, 'cover-fine.tif', 'CL-4180-2537'],
  [270, 'cover-without-number.tif', null],
] as const)('stands a page on its feet that lies at %d degrees: %s', async (angle, name, value) => {
  const square = sharp(fixture(name)).resize({ width: 1728, height: 2290, fit: 'fill' }).rotate(angle);
  const raw = await square
    .toColourspace('b-w')
    .tiff({ compression: 'ccittfax4', bitdepth: 1, xres: 204 / 25.4, yres: 204 / 25.4 })
    .toBuffer();
  const fax = await reader.read(raw, { mask });
  expect(fax.number).toMatchObject({ value, decision: value === null ? 'missing' : 'accepted' });
  expect(fax.pages).toMatchObject([{ turned: 360 - angle }]);
  expect(fax.text).toContain('サーバーを再起動しても改善しません');
});

it('says of a file that cannot be read that a person must look', async () => {
  const fax = await reader.read(Buffer.from('%PDF-1.4 cut'), { mask });
  expect(fax.number).toMatchObject({ value: null, decision: 'uncertain' });
  expect(fax.pages).toMatchObject([{ outcome: 'malformed', text: '' }]);
});

it('a recogniser that takes too long is killed and answers nothing; the next has a fresh one', async () => {
  const kills: string[] = [];
  const hasty = openRecogniser({ milliseconds: 20, onKilled: (reason) => kills.push(reason) });
  const bitmap = { width: 400, height: 100, grey: new Uint8Array(40_000).fill(255) };
  try {
    expect(await hasty.text(bitmap)).toBeNull();
    expect(await hasty.line(bitmap, '0123456789')).toBeNull();
    expect(kills).toEqual(['time: over 20 ms', 'time: over 20 ms']);
  } finally {
    await hasty.close();
  }
});
