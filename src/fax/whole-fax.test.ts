import { describe, expect, it } from 'vitest';
import { parseMask } from '../inquiry/support-number.ts';
import * as limits from './limits.ts';
import type { PageText, Recogniser } from './ocr.ts';
import type { FaxPage, Pages } from './pages.ts';
import { readFax } from './recognise.ts';

const mask = parseMask('CL-9999-9999');
const bitmap = { width: 100, height: 200, grey: new Uint8Array(20_000).fill(255) };
const image = {
  kind: 'image',
  page: bitmap,
  header: null,
  skewDegrees: 0,
  specks: 0,
  damaged: false,
} as const;
const box = (y: number) => ({ x: 10, y, width: 80, height: 10 });
const written = (text: string, y: number, confidence = 90): PageText => ({
  text,
  confidence,
  lines: [{ words: [{ text, box: box(y) }], box: box(y) }],
});

/** A fax of `contents`; `texts` is what each recognition of a page says, in order, null where it dies. */
function fax(contents: readonly ('image' | 'blank' | string)[], texts: readonly (PageText | null)[]) {
  const left = [...texts];
  const total = contents.length;
  const pageOf = (what: string): FaxPage =>
    what === 'image'
      ? { ...image, total }
      : what === 'blank'
        ? { kind: 'unreadable', total, why: 'blank', detail: '' }
        : { kind: 'text', total, text: what };
  const pages: Pages = {
    page: async (_, page) => pageOf(contents[page - 1]!),
    png: async () => null,
    close: async () => undefined,
  };
  const ocr: Recogniser = {
    orientation: async () => null,
    field: async () => null,
    line: async () => null,
    text: async () => (left.length > 0 ? left.shift()! : written('本文', 150)),
    close: async () => undefined,
  };
  return readFax({ pages, ocr }, new Uint8Array(), { mask });
}

describe('a fax of many pages', () => {
  it('is read as far as the bound, and tells how much was kept unread', async () => {
    const read = await fax(Array(200).fill('image'), []);
    expect(read.pages).toHaveLength(limits.pagesRead);
    expect(read.unread).toBe(200 - limits.pagesRead);
    expect(read.number.decision).toBe('missing');
  });

  it('loses only the page that its recogniser died of', async () => {
    const read = await fax(['image', 'image', 'image'], [null, written('一', 50), null, written('三', 50)]);
    expect(read.pages.map(({ outcome }) => outcome)).toEqual(['image', 'unrecognised', 'image']);
  });

  it('of which page after page kills its recogniser is not read to the end', async () => {
    const read = await fax(Array(20).fill('image'), [null, written('一', 50), ...Array(19).fill(null)]);
    expect(read.pages.map(({ outcome }) => outcome)).toEqual([
      'image',
      ...Array(limits.pagesLost).fill('unrecognised'),
    ]);
    expect(read.unread).toBe(20 - 1 - limits.pagesLost);
  });

  it('whose first page cannot be recognised is for a person', async () => {
    const read = await fax(['image', 'image'], [null, null, written('二', 50)]);
    expect(read.number).toMatchObject({ decision: 'uncertain', value: null });
  });

  it('bears its number typed on a later page: not at the start', async () => {
    const read = await fax(['blank', 'サポートサービス番号 CL-4180-2537\n本文です。'], []);
    expect(read.number).toMatchObject({ decision: 'uncertain', value: null });
    const after = await fax(['image', 'サポートサービス番号 CL-4180-2537\n本文です。'], []);
    expect(after.number).toMatchObject({ decision: 'not-at-start', value: 'CL-4180-2537', where: 'body' });
  });

  it('with a number that only one reader saw further down is for a person', async () => {
    const below = written('サポートサービス番号 CL-4180-2537', 150);
    const read = await fax(['image'], [written('件名', 20), below]);
    expect(read.number).toMatchObject({ decision: 'uncertain', value: null });
    expect(read.number.candidates).toMatchObject([{ value: 'CL-4180-2537' }]);
  });
});
