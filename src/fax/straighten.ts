/**
 * From a page's own raster to what the readers see: stripes, and specks of very dirty pages, removed, the sender's header line
 * (TTI) taken off, pixels squared, skew and turn undone. Everything that moves pixels is one single resampling.
 */
import type { Bitmap } from './bitmap.ts';
import { rows } from './bitmap.ts';
import * as limits from './limits.ts';
import type { Raster } from './raster.ts';
import { removeStripes } from './stripes.ts';

export type Turn = 0 | 90 | 180 | 270;

export interface Straight {
  /** Square, upright, the header line blanked. */
  readonly page: Bitmap;
  /** The header line the sender's machine printed, square; null when there is none. */
  readonly header: Bitmap | null;
  readonly skewDegrees: number;
  /** Isolated specks a megapixel. */
  readonly specks: number;
  readonly blank: boolean;
}

/** Above this a page is dirty; on lighter pages despeckling costs more dots and thin strokes than it gains. */
const dirtySpecks = 160;
const speckPixelsMax = 4;
const nearPixels = 6;
const [large, speck] = [1, 2];
const ink = 128;

/** `turn` is how far the page must be turned clockwise to stand upright. */
export function straighten(raster: Raster, turn: Turn): Straight {
  const { xDots, yDots } = raster;
  const bitmap: Bitmap = { ...raster.bitmap, grey: raster.bitmap.grey.slice() };
  removeStripes(bitmap, raster);
  const found = specksOf(bitmap, yDots / xDots);
  const square = (bitmap.width * bitmap.height * limits.dotsPerInch ** 2) / (xDots * yDots);
  const specks = (found.isolated * 1e6) / square;
  if (specks > dirtySpecks) for (const at of found.pixels) bitmap.grey[at] = 255;
  const headerEnd = headerRows(bitmap, yDots);
  const header = headerEnd > 0 ? resampled(rows(bitmap, 0, headerEnd), xDots, yDots, 0, 0) : null;
  bitmap.grey.fill(255, 0, headerEnd * bitmap.width);
  const sideways = turn === 90 || turn === 270;
  const skewDegrees = skewOf(bitmap, xDots, yDots, sideways);
  const page = resampled(bitmap, xDots, yDots, skewDegrees, turn);
  return { page, header, skewDegrees, specks, blank: isBlank(bitmap, found.pixels.length) };
}

/** Hardly any ink but specks: an empty page, or the back of one. */
function isBlank(bitmap: Bitmap, speckPixels: number): boolean {
  let dark = 0;
  for (const value of bitmap.grey) if (value < ink) dark++;
  return dark - speckPixels < bitmap.grey.length / 20_000;
}

/**
 * Small components that stand alone: their pixels, and how many there are. What lies near a larger component may be
 * the dot of a letter, or a stroke that a light threshold broke, and stays.
 */
function specksOf(
  bitmap: Bitmap,
  aspect: number,
): { readonly pixels: readonly number[]; readonly isolated: number } {
  const { width, height, grey } = bitmap;
  const seen = new Uint8Array(width * height);
  const small: number[][] = [];
  const stack: number[] = [];
  for (let start = 0; start < grey.length; start++) {
    if (seen[start] !== 0 || (grey[start] as number) >= ink) continue;
    const members: number[] = [];
    let size = 0;
    stack.push(start);
    seen[start] = large;
    while (stack.length > 0) {
      const at = stack.pop() as number;
      size++;
      if (size <= speckPixelsMax) members.push(at);
      const x = at % width;
      const y = (at - x) / width;
      for (let down = Math.max(0, y - 1); down <= Math.min(height - 1, y + 1); down++) {
        for (let right = Math.max(0, x - 1); right <= Math.min(width - 1, x + 1); right++) {
          const next = down * width + right;
          if (seen[next] !== 0 || (grey[next] as number) >= ink) continue;
          seen[next] = large;
          stack.push(next);
        }
      }
    }
    if (size > speckPixelsMax) continue;
    small.push(members);
    for (const at of members) seen[at] = speck;
  }
  const reach = { across: nearPixels, down: Math.max(1, Math.round(nearPixels * aspect)) };
  const alone = small.filter((members) => !nearInk(seen, width, height, members[0] as number, reach));
  return { pixels: alone.flat(), isolated: alone.length };
}

function nearInk(
  seen: Uint8Array,
  width: number,
  height: number,
  at: number,
  reach: { readonly across: number; readonly down: number },
): boolean {
  const x = at % width;
  const y = (at - x) / width;
  for (let row = Math.max(0, y - reach.down); row <= Math.min(height - 1, y + reach.down); row++) {
    for (
      let column = Math.max(0, x - reach.across);
      column <= Math.min(width - 1, x + reach.across);
      column++
    ) {
      if (seen[row * width + column] === large) return true;
    }
  }
  return false;
}

/**
 * Rows the header line takes, 0 when there is none: a band of text that begins in the first quarter inch, is at most
 * a quarter inch high and is followed by an empty row. It is put on by the machine, so it is never skewed.
 */
function headerRows(bitmap: Bitmap, yDots: number): number {
  const last = Math.round(0.3 * yDots);
  const dark = (y: number): boolean => {
    let count = 0;
    const row = y * bitmap.width;
    for (let x = 0; x < bitmap.width; x++) if ((bitmap.grey[row + x] as number) < ink) count++;
    return count > 12;
  };
  let end = 0;
  let text = 0;
  for (let y = 0; y < Math.min(last, bitmap.height); y++) {
    if (!dark(y)) continue;
    if (end > 0 && y - end > 0.06 * yDots) break;
    end = y + 1;
    text++;
  }
  if (text < 0.05 * yDots || end >= last) return 0;
  return Math.min(bitmap.height, end + Math.max(1, Math.round(0.02 * yDots)));
}

const skewDegreesMax = 4;
const pointsMax = 40_000;

/**
 * Skew in degrees, positive when lines fall to the right. Lower edges of ink are projected along each angle on the
 * native rows: on rows doubled from 98 to 204 dpi the estimate would come out 0.
 */
function skewOf(bitmap: Bitmap, xDots: number, yDots: number, sideways: boolean): number {
  const points = lowerEdges(bitmap, sideways);
  if (points.length < 400) return 0;
  const ratio = sideways ? xDots / yDots : yDots / xDots;
  const span = (sideways ? bitmap.height : bitmap.width) * ratio * Math.tan((skewDegreesMax * Math.PI) / 180);
  const offset = Math.ceil(span) + 1;
  const bins = new Float64Array((sideways ? bitmap.width : bitmap.height) + 2 * offset + 2);
  const score = (degrees: number): number => {
    const slope = Math.tan((degrees * Math.PI) / 180) * ratio;
    bins.fill(0);
    for (let index = 0; index < points.length; index += 2) {
      const bin = Math.round((points[index + 1] as number) - (points[index] as number) * slope) + offset;
      bins[bin] = (bins[bin] as number) + 1;
    }
    let sum = 0;
    for (const count of bins) sum += count * count;
    return sum;
  };
  const best = (from: number, to: number, step: number): number => {
    let angle = 0;
    let top = -1;
    for (let degrees = from; degrees <= to + 1e-9; degrees += step) {
      const value = score(degrees);
      if (value > top) [top, angle] = [value, degrees];
    }
    return angle;
  };
  const rough = best(-skewDegreesMax + 0.25, skewDegreesMax - 0.25, 0.25);
  const fine = best(rough - 0.2, rough + 0.2, 0.05);
  // A page whose lines lie down leans the other way when measured along its columns.
  return sideways ? -fine : fine;
}

/** Pairs (along, across) of ink pixels with paper behind them, thinned to what the estimate needs. */
function lowerEdges(bitmap: Bitmap, sideways: boolean): Int32Array {
  const { width, height, grey } = bitmap;
  const behind = sideways ? 1 : width;
  const found: number[] = [];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      if ((grey[at] as number) < ink && (grey[at + behind] as number) >= ink) {
        if (sideways) found.push(y, x);
        else found.push(x, y);
      }
    }
  }
  const every = Math.ceil(found.length / 2 / pointsMax);
  const thinned = new Int32Array(2 * Math.floor(found.length / 2 / Math.max(1, every)));
  for (let index = 0; index < thinned.length / 2; index++) {
    thinned[2 * index] = found[2 * index * every] as number;
    thinned[2 * index + 1] = found[2 * index * every + 1] as number;
  }
  return thinned;
}

/** Squares, straightens and turns in one bilinear step; what lies outside the page is white. */
function resampled(bitmap: Bitmap, xDots: number, yDots: number, skewDegrees: number, turn: Turn): Bitmap {
  const { width, height, grey } = bitmap;
  const across = Math.max(1, Math.round((width * limits.dotsPerInch) / xDots));
  const down = Math.max(1, Math.round((height * limits.dotsPerInch) / yDots));
  const sideways = turn === 90 || turn === 270;
  const out = { width: sideways ? down : across, height: sideways ? across : down };
  const pixels = new Uint8Array(out.width * out.height);
  const angle = ((skewDegrees - turn) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [xScale, yScale] = [xDots / limits.dotsPerInch, yDots / limits.dotsPerInch];
  for (let y = 0; y < out.height; y++) {
    const dy = y + 0.5 - out.height / 2;
    for (let x = 0; x < out.width; x++) {
      const dx = x + 0.5 - out.width / 2;
      const sx = (dx * cos - dy * sin + across / 2) * xScale - 0.5;
      const sy = (dx * sin + dy * cos + down / 2) * yScale - 0.5;
      const x0 = Math.floor(sx);
      const y0 = Math.floor(sy);
      let value = 255;
      if (x0 >= -1 && y0 >= -1 && x0 < width && y0 < height) {
        const [fx, fy] = [sx - x0, sy - y0];
        const at = y0 * width + x0;
        const a = x0 >= 0 && y0 >= 0 ? (grey[at] as number) : 255;
        const b = x0 + 1 < width && y0 >= 0 ? (grey[at + 1] as number) : 255;
        const c = x0 >= 0 && y0 + 1 < height ? (grey[at + width] as number) : 255;
        const d = x0 + 1 < width && y0 + 1 < height ? (grey[at + width + 1] as number) : 255;
        value = (a + (b - a) * fx) * (1 - fy) + (c + (d - c) * fx) * fy + 0.5;
      }
      pixels[y * out.width + x] = value;
    }
  }
  return { ...out, grey: pixels };
}
