/** A fax page, or a piece of one, as the readers see it, and the few things done to it everywhere. */
import type { Box } from '../inquiry/fax.ts';

export type { Box } from '../inquiry/fax.ts';

/**
 * Grey values row by row: 0 is black ink, 255 white paper. 204 dpi with square pixels; upright and straight once
 * `straighten.ts` has seen it.
 */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly grey: Uint8Array;
}

/** The part inside `box`, clipped to the page; white where nothing is left. */
export function crop(bitmap: Bitmap, box: Box): Bitmap {
  const left = Math.max(0, Math.floor(box.x));
  const top = Math.max(0, Math.floor(box.y));
  const width = Math.max(1, Math.min(bitmap.width, Math.ceil(box.x + box.width)) - left);
  const height = Math.max(1, Math.min(bitmap.height, Math.ceil(box.y + box.height)) - top);
  const grey = new Uint8Array(width * height).fill(255);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * bitmap.width + left;
    grey.set(bitmap.grey.subarray(from, from + width), y * width);
  }
  return { width, height, grey };
}

/** Rows `from` (inclusive) to `to` (exclusive) without a copy. */
export function rows(bitmap: Bitmap, from: number, to: number): Bitmap {
  const top = Math.max(0, Math.min(from, bitmap.height));
  const bottom = Math.max(top, Math.min(to, bitmap.height));
  const grey = bitmap.grey.subarray(top * bitmap.width, bottom * bitmap.width);
  return { width: bitmap.width, height: bottom - top, grey };
}

/** Enlarged or reduced by bilinear sampling; for small crops. */
export function scaled(bitmap: Bitmap, factor: number): Bitmap {
  const width = Math.max(1, Math.round(bitmap.width * factor));
  const height = Math.max(1, Math.round(bitmap.height * factor));
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const sy = Math.min(bitmap.height - 1, Math.max(0, (y + 0.5) / factor - 0.5));
    const y0 = Math.floor(sy);
    const y1 = Math.min(bitmap.height - 1, y0 + 1);
    for (let x = 0; x < width; x++) {
      const sx = Math.min(bitmap.width - 1, Math.max(0, (x + 0.5) / factor - 0.5));
      const x0 = Math.floor(sx);
      const x1 = Math.min(bitmap.width - 1, x0 + 1);
      const at = (row: number, column: number) => bitmap.grey[row * bitmap.width + column] as number;
      const upper = at(y0, x0) + (at(y0, x1) - at(y0, x0)) * (sx - x0);
      const lower = at(y1, x0) + (at(y1, x1) - at(y1, x0)) * (sx - x0);
      grey[y * width + x] = upper + (lower - upper) * (sy - y0) + 0.5;
    }
  }
  return { width, height, grey };
}

/** A 3 × 3 Gaussian of sigma 0.6: what tesseract reads best on 1-bit pages. */
export function softened(bitmap: Bitmap): Bitmap {
  const { width, height, grey } = bitmap;
  const side = 0.1664;
  const middle = 1 - 2 * side;
  const across = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const here = grey[row + x] as number;
      const left = x > 0 ? (grey[row + x - 1] as number) : here;
      const right = x < width - 1 ? (grey[row + x + 1] as number) : here;
      across[row + x] = side * (left + right) + middle * here;
    }
  }
  const soft = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const above = y > 0 ? row - width : row;
    const below = y < height - 1 ? row + width : row;
    for (let x = 0; x < width; x++) {
      soft[row + x] =
        side * ((across[above + x] as number) + (across[below + x] as number)) +
        middle * (across[row + x] as number) +
        0.5;
    }
  }
  return { width, height, grey: soft };
}

/** Portable graymap: what Leptonica reads without any decoding. */
export function graymap(bitmap: Bitmap): Buffer {
  const head = Buffer.from(`P5\n${bitmap.width} ${bitmap.height}\n255\n`, 'latin1');
  return Buffer.concat([head, bitmap.grey]);
}
