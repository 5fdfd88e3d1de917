/**
 * Dirt on the glass of the sender's scanner draws a line down the page, one or two dots wide and broken into dashes.
 * It is exactly upright in the page's own raster, however the paper lay, so it is taken off before anything is moved:
 * through a box of a form it makes the character in it unreadable.
 */
import type { Bitmap } from './bitmap.ts';
import type { Raster } from './raster.ts';

/** A stripe is at least this share of the page high; a frame as long and thin as that bears nothing either. */
const shareMin = 0.2;
/** Of its rows at least this share is inked: the dashes are longer than the gaps, and no column of text is so dark. */
const inkedMin = 0.65;
const ink = 128;

/** Takes the stripes off `bitmap`, in place: only where the ink is thin, so characters they cross stay whole. */
export function removeStripes(bitmap: Bitmap, { xDots }: Pick<Raster, 'xDots'>): void {
  const thinMax = Math.max(1, Math.round(xDots / 100));
  const { width, height, grey } = bitmap;
  const stretches = new Stretches(width);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) if (grey[at]! < ink) stretches.inked(x, y);
  }
  for (const { x, from, to } of stretches.longest(shareMin * height)) {
    for (let y = from; y <= to; y++) {
      const row = y * width;
      let [left, right] = [x, x];
      while (left > 0 && x - left <= thinMax && grey[row + left - 1]! < ink) left--;
      while (right < width - 1 && right - x <= thinMax && grey[row + right + 1]! < ink) right++;
      if (right - left < thinMax) grey.fill(255, row + left, row + right + 1);
    }
  }
}

/** For every column the stretch with the most ink for its paper: the greatest sum of a run of gains and losses. */
class Stretches {
  private readonly sum: Float64Array;
  private readonly last: Int32Array;
  private readonly start: Int32Array;
  private readonly best: Float64Array;
  private readonly bestFrom: Int32Array;
  private readonly bestTo: Int32Array;

  constructor(width: number) {
    this.sum = new Float64Array(width);
    this.last = new Int32Array(width);
    this.start = new Int32Array(width);
    this.best = new Float64Array(width);
    this.bestFrom = new Int32Array(width);
    this.bestTo = new Int32Array(width);
  }

  inked(x: number, y: number): void {
    const paper = y - this.last[x]! - 1;
    let sum = this.sum[x]! - inkedMin * paper;
    if (sum <= 0) {
      sum = 0;
      this.start[x] = y;
    }
    sum += 1 - inkedMin;
    this.sum[x] = sum;
    this.last[x] = y;
    if (sum <= this.best[x]!) return;
    this.best[x] = sum;
    this.bestFrom[x] = this.start[x]!;
    this.bestTo[x] = y;
  }

  *longest(rowsMin: number): Generator<{ readonly x: number; readonly from: number; readonly to: number }> {
    for (const [x, best] of this.best.entries()) {
      const [from, to] = [this.bestFrom[x]!, this.bestTo[x]!];
      if (best > 0 && to - from + 1 >= rowsMin) yield { x, from, to };
    }
  }
}
