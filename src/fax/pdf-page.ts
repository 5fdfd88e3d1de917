/**
 * One page of a PDF: its real text layer, or its image. Runs in the killable child. A scan is taken as the very
 * raster it holds: `getImage` of pdf-parse shears 1-bit images whose width is not a multiple of 8, and drawing the
 * page resamples it. Everything but one aligned 1-bit image over the page is drawn.
 */
import { PDFParse } from 'pdf-parse';
import sharp from 'sharp';
import * as limits from './limits.ts';
import { type Content, type Decoded, unreadable } from './raster.ts';
import { rasterOf } from './tiff-page.ts';

/** The parts of pdf.js that are used; pdf-parse keeps its document to itself and brings no types for it. */
interface PdfDocument {
  readonly numPages: number;
  getPage(page: number): Promise<PdfPage>;
}

interface PdfPage {
  getViewport(options: { scale: number }): { width: number; height: number; rotation: number };
  getOperatorList(): Promise<{
    fnArray: readonly number[];
    argsArray: readonly (readonly unknown[] | null)[];
  }>;
  readonly objs: PdfObjects;
  readonly commonObjs: PdfObjects;
}

interface PdfObjects {
  has(name: string): boolean;
  get(name: string, then: (image: PdfImage | null) => void): void;
}

interface PdfImage {
  readonly width: number;
  readonly height: number;
  readonly kind?: number;
  readonly data?: Uint8Array;
}

/** Operators of pdf.js 5 (`OPS`); they are part of its public interface, but pdf-parse does not pass them on. */
const ops = {
  save: 10,
  restore: 11,
  transform: 12,
  formBegin: 74,
  formEnd: 75,
  mask: 83,
  image: 85,
  inline: 86,
};
const oneBit = 1;

type Matrix = readonly [number, number, number, number, number, number];

interface Placed {
  /** Null for masks and inline images, which are drawn. */
  readonly name: string | null;
  readonly matrix: Matrix;
}

/** `page` counts from 1. */
export async function pdfPage(raw: Buffer, page: number): Promise<Decoded> {
  // pdf.js takes the buffer for itself: it gets a copy.
  const parser = new PDFParse({
    data: new Uint8Array(raw),
    maxImageSize: limits.pagePixels,
    isEvalSupported: false,
  });
  let total = 0;
  try {
    const document = await (parser as unknown as { load(): Promise<PdfDocument> }).load();
    total = document.numPages;
    if (page > total) return { total, content: unreadable('no-such-page') };
    return { total, content: await contentOf(parser, await document.getPage(page), page) };
  } catch (error) {
    const { name, message } = error as Error;
    const why = /password/i.test(name) ? 'encrypted' : 'malformed';
    return { total, content: unreadable(why, `${name}: ${message}`) };
  } finally {
    await parser.destroy().catch(() => undefined);
  }
}

async function contentOf(parser: PDFParse, page: PdfPage, number: number): Promise<Content> {
  const { width, height, rotation } = page.getViewport({ scale: 1 });
  const cover = (await placedImages(page)).find(
    ({ matrix: [a, b, c, d] }) => Math.abs(a * d - b * c) > 0.5 * width * height,
  );
  if (cover === undefined) {
    const { pages } = await parser.getText({ partial: [number], pageJoiner: '' });
    const text = (pages[0]?.text ?? '').slice(0, limits.pageTextChars);
    if (isText(text)) return { kind: 'text', text };
  } else if (cover.name !== null && rotation === 0) {
    const exact = await exactRaster(page, cover.name, cover.matrix);
    if (exact !== null) return exact;
  }
  return drawn(parser, number, width, height);
}

/** A text layer, and not a page number printed on a drawing or codes without a meaning. */
function isText(text: string): boolean {
  const solid = text.replace(/\s/g, '');
  const strange = solid.match(/[\u0000-\u001f\u007f-\u009f\ufffd\ue000-\uf8ff]/g)?.length ?? 0;
  return solid.length >= 20 && strange < solid.length / 10;
}

async function placedImages(page: PdfPage): Promise<readonly Placed[]> {
  const { fnArray, argsArray } = await page.getOperatorList();
  const placed: Placed[] = [];
  const stack: Matrix[] = [];
  let matrix: Matrix = [1, 0, 0, 1, 0, 0];
  for (const [index, operator] of fnArray.entries()) {
    const args = argsArray[index] ?? [];
    if (operator === ops.save) stack.push(matrix);
    else if (operator === ops.restore || operator === ops.formEnd) matrix = stack.pop() ?? matrix;
    else if (operator === ops.transform) matrix = times(matrix, args as unknown as Matrix);
    else if (operator === ops.formBegin) {
      stack.push(matrix);
      if (args[0] !== null && args[0] !== undefined) matrix = times(matrix, args[0] as Matrix);
    } else if (operator === ops.image) placed.push({ name: args[0] as string, matrix });
    else if (operator === ops.mask || operator === ops.inline) placed.push({ name: null, matrix });
  }
  return placed;
}

function times(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}

/** The 1-bit raster itself, or null when the image is of another kind, turned, or not to be had. */
async function exactRaster(page: PdfPage, name: string, matrix: Matrix): Promise<Content | null> {
  const [a, b, c, d] = matrix;
  if (a <= 0 || d <= 0 || Math.abs(b) > 0.001 * a || Math.abs(c) > 0.001 * d) return null;
  const objects = page.commonObjs.has(name) ? page.commonObjs : page.objs;
  const image = await new Promise<PdfImage | null>((resolve) => objects.get(name, resolve));
  if (image?.data === undefined || image.kind !== oneBit) return null;
  const { width, height, data } = image;
  const xDots = (width * 72) / a;
  const yDots = (height * 72) / d;
  // Finer scans are reduced by averaging, which drawing does.
  if (xDots > limits.dotsPerInch * 1.1 || yDots > limits.dotsPerInch * 1.1) return null;
  if (width < limits.pageSidePixelsMin || height < limits.pageSidePixelsMin / 2)
    return unreadable('too-small', `${width} × ${height} pixels`);
  const stride = (width + 7) >> 3;
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      grey[y * width + x] = ((data[y * stride + (x >> 3)] as number) >> (7 - (x & 7))) & 1 ? 255 : 0;
    }
  }
  return { kind: 'raster', raster: { bitmap: { width, height, grey }, xDots, yDots, damaged: false } };
}

async function drawn(parser: PDFParse, page: number, width: number, height: number): Promise<Content> {
  const scale = limits.dotsPerInch / 72;
  if (width * height * scale * scale > limits.pagePixels)
    return unreadable('too-large', `${Math.round(width / 72)} × ${Math.round(height / 72)} inches`);
  const { pages } = await parser.getScreenshot({
    partial: [page],
    scale,
    imageBuffer: true,
    imageDataUrl: false,
  });
  const picture = pages[0]?.data;
  if (picture === undefined) return unreadable('malformed', 'the page could not be drawn');
  const image = sharp(picture, { limitInputPixels: limits.pagePixels });
  return rasterOf(image, () => ({ xDots: limits.dotsPerInch, yDots: limits.dotsPerInch }), false);
}
