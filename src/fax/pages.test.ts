import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { pdf, stream } from '../../test/pdf.ts';
import { isFaxFile, openPages } from './pages.ts';

const pages = openPages();
afterAll(() => pages.close());

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/fax', name));

const letter = 'CL-4180-2537 Our server does not start since this morning. Please help us.';
const catalog = '<</Type/Catalog/Pages 2 0 R>>';
const tree = '<</Type/Pages/Kids[3 0 R]/Count 1>>';
const withText = (text: string, box = '0 0 612 792', trailer = '') =>
  pdf(
    [
      catalog,
      tree,
      `<</Type/Page/Parent 2 0 R/MediaBox[${box}]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>`,
      stream('', Buffer.from(`BT /F 12 Tf 72 700 Td (${text}) Tj ET`)),
      '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    ],
    trailer,
  );

/** One 1-bit image over the whole page, with a text layer beneath as searchable scans have it. */
function scan(width: number, height: number, dark: (x: number, y: number) => boolean, layer = ''): Buffer {
  const stride = (width + 7) >> 3;
  const bits = Buffer.alloc(stride * height, 0xff);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (dark(x, y)) bits[y * stride + (x >> 3)]! &= ~(0x80 >> (x & 7));
  return pdf([
    catalog,
    tree,
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>/Font<</F 6 0 R>>>>>>',
    stream('', Buffer.from(`q 612 0 0 792 0 0 cm /I Do Q BT 3 Tr /F 12 Tf 72 700 Td (${layer}) Tj ET`)),
    stream(
      `/Type/XObject/Subtype/Image/Width ${width}/Height ${height}/BitsPerComponent 1/ColorSpace/DeviceGray`,
      bits,
    ),
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ]);
}

const bars = (x: number, y: number) =>
  x > 300 && x < 1_400 && y > 400 && y < 1_900 && y % 60 < 20 && x % 31 < 20;

describe('pages of a TIFF', () => {
  it('are squared by the vertical resolution of their own', async () => {
    for (const name of ['cover-fine.tif', 'cover-standard-upside-down.tif']) {
      const page = await pages.page(fixture(name), 1);
      expect(page).toMatchObject({ kind: 'image', total: 1, damaged: false });
      if (page.kind !== 'image') continue;
      expect(page.page.width).toBe(1728);
      expect(Math.abs(page.page.height - 2290)).toBeLessThan(4);
      expect(page.header).not.toBeNull();
    }
  });

  it('are read by their number, and cut files as far as they go', async () => {
    const raw = fixture('cover-fine.tif');
    expect(await pages.page(raw, 2)).toMatchObject({ kind: 'unreadable', total: 1, why: 'no-such-page' });
    expect(await pages.page(raw.subarray(0, 300), 1)).toMatchObject({ kind: 'unreadable', why: 'malformed' });
    const strip = await sharp({ create: { width: 1728, height: 1, channels: 3, background: '#fff' } })
      .tiff()
      .toBuffer();
    expect(await pages.page(strip, 1)).toMatchObject({ kind: 'unreadable', why: 'too-small' });
    const empty = await sharp({ create: { width: 1728, height: 2200, channels: 3, background: '#fff' } })
      .tiff()
      .toBuffer();
    expect(await pages.page(empty, 1)).toMatchObject({ kind: 'unreadable', why: 'blank' });
    const huge = await sharp({ create: { width: 8_000, height: 8_000, channels: 3, background: '#fff' } })
      .tiff({ compression: 'deflate' })
      .toBuffer();
    expect(await pages.page(huge, 1)).toMatchObject({ kind: 'unreadable', why: 'too-large' });
  });

  it('are the same pixels in each coding of a fax: G3 in one and two dimensions, G4', async () => {
    const [one, two, four] = await Promise.all(
      [1, 2, 3].map((page) => pages.page(fixture('codings.tif'), page)),
    );
    if (one?.kind !== 'image' || two?.kind !== 'image' || four?.kind !== 'image') throw new Error('no image');
    expect(four).toMatchObject({ total: 3, damaged: false });
    expect(four.page.grey.some((value) => value < 128)).toBe(true);
    expect(Buffer.from(one.page.grey).equals(four.page.grey)).toBe(true);
    expect(Buffer.from(two.page.grey).equals(four.page.grey)).toBe(true);
  });

  it('cut anywhere are an image, or said to be unreadable; what follows is not hurt', async () => {
    const raw = fixture('codings.tif');
    for (const share of [0.02, 0.2, 0.5, 0.8, 0.98]) {
      const page = await pages.page(raw.subarray(0, Math.round(share * raw.length)), 1);
      expect(['image', 'unreadable']).toContain(page.kind);
      expect(page.kind === 'unreadable' ? page.why : 'image').not.toBe('killed');
    }
    expect((await pages.page(raw, 3)).kind).toBe('image');
  });

  it('that claim to be huge are refused before a pixel is decoded', async () => {
    const claim = Buffer.alloc(8 + 2 + 3 * 12 + 4);
    claim.write('II*\0', 0, 'latin1');
    claim.writeUInt32LE(8, 4);
    claim.writeUInt16LE(3, 8);
    for (const [index, [tag, value]] of [
      [256, 60_000],
      [257, 60_000],
      [259, 4],
    ].entries()) {
      claim.writeUInt16LE(tag!, 10 + 12 * index);
      claim.writeUInt16LE(4, 12 + 12 * index);
      claim.writeUInt32LE(1, 14 + 12 * index);
      claim.writeUInt32LE(value!, 18 + 12 * index);
    }
    expect(await pages.page(claim, 1)).toMatchObject({ kind: 'unreadable', why: 'too-large' });
  });

  it('of 300 dpi are reduced to the readers’ resolution', async () => {
    const drawn = sharp({ create: { width: 2480, height: 3300, channels: 3, background: '#fff' } }).composite(
      [
        {
          input: { create: { width: 1_500, height: 40, channels: 3, background: '#000' } },
          left: 400,
          top: 900,
        },
      ],
    );
    const raw = await drawn.tiff({ compression: 'deflate', xres: 300 / 25.4, yres: 300 / 25.4 }).toBuffer();
    const page = await pages.page(raw, 1);
    expect(page.kind === 'image' && [page.page.width, page.page.height]).toEqual([1686, 2244]);
  });
});

describe('pages of a PDF', () => {
  it('with text of their own are text', async () => {
    expect(await pages.page(withText(letter), 1)).toMatchObject({ kind: 'text', total: 1, text: letter });
  });

  it('that are scans are images, whatever text lies beneath', async () => {
    expect(await pages.page(scan(1728, 2200, bars, letter), 1)).toMatchObject({ kind: 'image', total: 1 });
  });

  it('may have text of their own on some pages only', async () => {
    const bits = Buffer.alloc((1728 / 8) * 2200, 0xff);
    for (let row = 400; row < 1_800; row++) if (row % 60 < 20) bits.fill(0, row * 216 + 40, row * 216 + 170);
    const mixed = pdf([
      catalog,
      '<</Type/Pages/Kids[3 0 R 6 0 R]/Count 2>>',
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>',
      stream('', Buffer.from('q 612 0 0 792 0 0 cm /I Do Q')),
      stream(
        '/Type/XObject/Subtype/Image/Width 1728/Height 2200/BitsPerComponent 1/ColorSpace/DeviceGray',
        bits,
      ),
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 7 0 R/Resources<</Font<</F 8 0 R>>>>>>',
      stream('', Buffer.from(`BT /F 12 Tf 72 700 Td (${letter}) Tj ET`)),
      '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    ]);
    expect(await pages.page(mixed, 1)).toMatchObject({ kind: 'image', total: 2 });
    expect(await pages.page(mixed, 2)).toMatchObject({ kind: 'text', total: 2, text: letter });
  });

  it('that unpack to far more than they are cost at most their page', async () => {
    const bomb = deflateSync(Buffer.alloc(150_000_000, 0x20), { level: 9 });
    const page = await pages.page(
      pdf([
        catalog,
        tree,
        '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>',
        stream('/Filter/FlateDecode', bomb),
      ]),
      1,
    );
    expect(page.kind).toBe('unreadable');
    expect((await pages.page(fixture('codings.tif'), 1)).kind).toBe('image');
  });

  it('cut anywhere are a page, or said to be unreadable', async () => {
    const raw = scan(1728, 1100, bars);
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      const page = await pages.page(raw.subarray(0, Math.round(share * raw.length)), 1);
      expect(page.kind === 'unreadable' ? page.why : page.kind).not.toBe('killed');
    }
  });

  // pdf-parse's getImage shears these: a width that is no multiple of 8.
  it.each([1728, 1687, 1654])('keep their pixels at a width of %d', async (width) => {
    const page = await pages.page(scan(width, 2244, bars), 1);
    if (page.kind !== 'image') throw new Error(page.kind);
    const at = (x: number, y: number) => page.page.grey[Math.round(y) * page.page.width + Math.round(x)]!;
    const scale = page.page.width / width;
    let wrong = 0;
    for (let y = 430; y < 1_800; y += 60) {
      // The middle of a bar, and of a gap beside it, at the left and at the right end of the row.
      for (const x of [341 + 9, 1_333 + 9]) if (at(x * scale, y - (y % 60) + 10) > 128) wrong++;
      for (const x of [341 + 25, 1_333 + 25]) if (at(x * scale, y - (y % 60) + 10) < 128) wrong++;
    }
    expect(wrong).toBe(0);
  });

  it.each([
    [
      'encrypted',
      withText(
        letter,
        '0 0 612 792',
        `/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<${'61'.repeat(32)}>/U<${'62'.repeat(32)}>>>/ID[<31><32>]`,
      ),
    ],
    ['malformed', Buffer.from('%PDF-1.4\nnothing more')],
    ['malformed', Buffer.alloc(94, '%PDF-1.4 ')],
    ['too-large', withText('x', '0 0 14400 14400')],
    ['blank', withText('')],
  ])('%s', async (why, raw) => {
    expect(await pages.page(raw, 1)).toMatchObject({ kind: 'unreadable', why });
  });
});

it('a page that takes too long costs that page, not the next', async () => {
  const hasty = openPages({ milliseconds: 5 });
  try {
    expect(await hasty.page(fixture('cover-fine.tif'), 1)).toMatchObject({
      kind: 'unreadable',
      why: 'killed',
    });
  } finally {
    await hasty.close();
  }
  expect((await pages.page(fixture('cover-fine.tif'), 1)).kind).toBe('image');
});

it('knows fax files by their first bytes', () => {
  expect([fixture('cover-fine.tif'), withText(letter), Buffer.from('\n%PDF-1.7')].map(isFaxFile)).toEqual([
    true,
    true,
    true,
  ]);
  expect([Buffer.from('From: a@example.jp\n\n%PDF-1.4'), Buffer.alloc(0)].map(isFaxFile)).toEqual([
    false,
    false,
  ]);
});
