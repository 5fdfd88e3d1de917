/** Entry of the killable child that decodes pages: PDF or TIFF bytes to straight bitmaps. */
import sharp from 'sharp';
import { serve } from '../sandbox/child.ts';
import * as limits from './limits.ts';
import type { PageAnswer, PageJob } from './pages.ts';
import { type Decoded, unreadable } from './raster.ts';
import { straighten } from './straighten.ts';
import { tidily } from './tidy-memory.ts';
import { tiffPage } from './tiff-page.ts';

serve(
  tidily(async (job: PageJob): Promise<PageAnswer> => {
    if (job.kind === 'png') {
      const { width, height, grey } = job.bitmap;
      const image = sharp(Buffer.from(grey), { raw: { width, height, channels: 1 } });
      return { kind: 'png', png: await image.threshold(160).png({ palette: true, colours: 2 }).toBuffer() };
    }
    const { total, content } = await decode(Buffer.from(job.raw), job.page);
    if (content.kind !== 'raster') return { total, ...content };
    const { bitmap, xDots, yDots, damaged } = content.raster;
    if (
      ((bitmap.width * limits.dotsPerInch) / xDots) * ((bitmap.height * limits.dotsPerInch) / yDots) >
      limits.squarePixels
    )
      return { kind: 'unreadable', total, why: 'too-large', detail: 'larger than A3' };
    const straight = straighten(content.raster, job.turn);
    if (straight.blank) return { kind: 'unreadable', total, why: 'blank', detail: '' };
    const { page, header, skewDegrees, specks } = straight;
    return { kind: 'image', total, page, header, skewDegrees, specks, damaged };
  }),
);

async function decode(raw: Buffer, page: number): Promise<Decoded> {
  const head = raw.subarray(0, 1_024).toString('latin1');
  if (/^(?:II\*\0|MM\0\*)/.test(head)) return tiffPage(raw, page);
  if (head.includes('%PDF-')) {
    // pdf.js and its canvas take 80 MB, which a child that sees only TIFF does without.
    return (await import('./pdf-page.ts')).pdfPage(raw, page);
  }
  return { total: 0, content: unreadable('malformed', 'neither PDF nor TIFF') };
}
