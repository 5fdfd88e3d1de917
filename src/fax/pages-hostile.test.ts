/** Files that hold, fool or fill a decoder (threats 51 to 56): each costs at most its page, and the next fax is read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { pdf, stream } from '../../test/pdf.ts';
import { openPages } from './pages.ts';

const pages = openPages();
afterAll(() => pages.close());

const catalog = '<</Type/Catalog/Pages 2 0 R>>';
const font = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>';
const words = 'CL-4180-2537 Our server does not start since this morning. Please help us.';
const textPage =
  '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>';
const shown = stream('', Buffer.from(`BT /F 12 Tf 72 700 Td (${words}) Tj ET`));
const onePage = (content: Buffer, x: string | Buffer) =>
  pdf([catalog, '<</Type/Pages/Kids[3 0 R]/Count 1>>', textPage, content, font, x]);

/** A 1-bit TIFF directory of these tags and nothing behind it. */
function tiff(tags: readonly (readonly [tag: number, value: number])[], next = 0): Buffer {
  const bytes = Buffer.alloc(14 + tags.length * 12);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(tags.length, 8);
  for (const [index, [tag, value]] of tags.entries()) {
    bytes.writeUInt16LE(tag, 10 + 12 * index);
    bytes.writeUInt16LE(4, 12 + 12 * index);
    bytes.writeUInt32LE(1, 14 + 12 * index);
    bytes.writeUInt32LE(value, 18 + 12 * index);
  }
  bytes.writeUInt32LE(next, 10 + tags.length * 12);
  return bytes;
}
const sized = (width: number, height: number): [number, number][] => [
  [256, width],
  [257, height],
  [258, 1],
  [259, 4],
  [262, 0],
  [273, 8],
  [278, height],
  [279, 20],
];

const files: readonly (readonly [name: string, raw: Buffer])[] = [
  ['a tree of pages that is its own child', pdf([catalog, '<</Type/Pages/Kids[2 0 R]/Count 1>>'])],
  [
    'two trees that are one another’s child',
    pdf([catalog, '<</Type/Pages/Kids[3 0 R]/Count 9>>', '<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 9>>']),
  ],
  [
    'a count that lies',
    pdf([catalog, '<</Type/Pages/Kids[3 0 R]/Count 99999999>>', textPage, shown, font, 'null']),
  ],
  [
    '100,000 pages',
    pdf([
      catalog,
      `<</Type/Pages/Kids[${'3 0 R '.repeat(100_000)}]/Count 100000>>`,
      textPage,
      shown,
      font,
      'null',
    ]),
  ],
  [
    'arrays 100,000 deep',
    pdf([
      catalog,
      '<</Type/Pages/Kids[3 0 R]/Count 1>>',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      shown,
      font,
      'null',
    ]),
  ],
  [
    'a form that draws itself',
    onePage(
      stream('', Buffer.from('/X Do')),
      stream(
        '/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>',
        Buffer.from('/X Do /X Do'),
      ),
    ),
  ],
  [
    'a stream that is its own length',
    pdf([
      catalog,
      '<</Type/Pages/Kids[3 0 R]/Count 1>>',
      textPage,
      '<</Length 4 0 R>>\nstream\nx\nendstream',
      font,
      'null',
    ]),
  ],
  [
    'an image of 60,000 by 60,000',
    onePage(
      stream('', Buffer.from('q 612 0 0 792 0 0 cm /X Do Q')),
      stream(
        '/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode',
        deflateSync(Buffer.alloc(1_000_000)),
      ),
    ),
  ],
  [
    'a PNG predictor over 16,000 by 16,000',
    onePage(
      stream('', Buffer.from('q 612 0 0 792 0 0 cm /X Do Q')),
      stream(
        '/Type/XObject/Subtype/Image/Width 16000/Height 16000/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 16000>>',
        deflateSync(Buffer.alloc(100_000_000), { level: 9 }),
      ),
    ),
  ],
  [
    'a JBIG2 stream of nothing',
    onePage(
      stream('', Buffer.from('q 612 0 0 792 0 0 cm /X Do Q')),
      stream(
        '/Type/XObject/Subtype/Image/Width 1728/Height 2200/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode',
        Buffer.alloc(2_000, 0xff),
      ),
    ),
  ],
  [
    'filters a hundred deep',
    pdf([
      catalog,
      '<</Type/Pages/Kids[3 0 R]/Count 1>>',
      textPage,
      stream(`/Filter[${'/FlateDecode'.repeat(100)}]`, deflateSync(Buffer.from('x'))),
      font,
      'null',
    ]),
  ],
  ['a TIFF of 30,000 by 30,000', tiff(sized(30_000, 30_000))],
  ['a TIFF of 4 billion by 4 billion', tiff(sized(0xffffffff, 0xffffffff))],
  ['a TIFF one pixel high', tiff(sized(1_728, 1))],
  ['a TIFF whose directory is the next one too', tiff(sized(1_728, 2_200), 8)],
  ['a TIFF of 65,535 tags that are not there', Buffer.from('49492a0008000000ffff', 'hex')],
];

describe('a hostile file', () => {
  it.each(files)('%s', async (name, raw) => {
    const page = await pages.page(raw, 1);
    if (/count that lies|100,000 pages/.test(name)) {
      expect(page).toMatchObject({ kind: 'text', text: expect.stringContaining('CL-4180-2537') });
      return;
    }
    expect(page.kind).toBe('unreadable');
    expect(page).not.toMatchObject({ why: 'killed' });
  });

  it('that never ends is killed, and costs its page', async () => {
    const hasty = openPages({ milliseconds: 5_000 });
    try {
      const page = await hasty.page(onePage(stream('', Buffer.from('q '.repeat(300_000))), 'null'), 1);
      expect(page).toMatchObject({ kind: 'unreadable', why: 'killed', detail: 'time: over 5000 ms' });
    } finally {
      await hasty.close();
    }
  });

  it('leaves the decoder whole for the next fax', async () => {
    const cover = readFileSync(join(import.meta.dirname, '../../fixtures/fax/cover-fine.tif'));
    expect((await pages.page(cover, 1)).kind).toBe('image');
  });
});
