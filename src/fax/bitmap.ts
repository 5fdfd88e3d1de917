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

/** Enlarged or reduced by bilinear sampling. */
export function scaled(bitmap: Bitmap, factor: number): Bitmap {
  const { width: from, grey } = bitmap;
  const width = Math.max(1, Math.round(from * factor));
  const height = Math.max(1, Math.round(bitmap.height * factor));
  const across = sampling(width, from, factor);
  const down = sampling(height, bitmap.height, factor);
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const above = (down.near[y] as number) * from;
    const below = (down.far[y] as number) * from;
    const share = down.share[y] as number;
    for (let x = 0; x < width; x++) {
      const left = across.near[x] as number;
      const right = across.far[x] as number;
      const part = across.share[x] as number;
      const upper = (grey[above + left] as number) * (1 - part) + (grey[above + right] as number) * part;
      const lower = (grey[below + left] as number) * (1 - part) + (grey[below + right] as number) * part;
      out[y * width + x] = upper + (lower - upper) * share + 0.5;
    }
  }
  return { width, height, grey: out };
}

/** For each target cell the two source cells it lies between, and how near it is to the second. */
function sampling(target: number, source: number, factor: number) {
  const [near, far, share] = [
    new Int32Array(target),
    new Int32Array(target),
    new Float64Array(target),
  ] as const;
  for (let at = 0; at < target; at++) {
    const place = Math.min(source - 1, Math.max(0, (at + 0.5) / factor - 0.5));
    near[at] = Math.floor(place);
    far[at] = Math.min(source - 1, Math.floor(place) + 1);
    share[at] = place - Math.floor(place);
  }
  return { near, far, share };
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
