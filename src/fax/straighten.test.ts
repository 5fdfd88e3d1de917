import { describe, expect, it } from 'vitest';
import type { Bitmap } from './bitmap.ts';
import type { Raster } from './raster.ts';
import { straighten } from './straighten.ts';

const width = 1728;

/** Rows of blocks that look like text, in inches: every fifth of an inch, an eighth high. */
function page(
  options: { yDots?: number; skewDegrees?: number; header?: boolean; specks?: number } = {},
): Raster {
  const { yDots = 196, skewDegrees = 0, header = true, specks = 0 } = options;
  const height = Math.round(11 * yDots);
  const grey = new Uint8Array(width * height).fill(255);
  const slope = Math.tan((skewDegrees * Math.PI) / 180);
  for (let y = 0; y < height; y++) {
    for (let x = 150; x < 1_500; x++) {
      const down = y / yDots - ((x - 150) / 204) * slope;
      const text =
        down > 1 &&
        down < 9 &&
        down % 0.2 < 0.1 &&
        x % 30 < 22 &&
        (x * 7 + Math.floor(down * 5) * 13) % 11 > 1;
      const top = header && y / yDots > 0.02 && y / yDots < 0.15 && x % 25 < 18;
      if (text || top) grey[y * width + x] = 0;
    }
  }
  for (let n = 0; n < specks; n++) grey[(n * 7919 * 613) % grey.length] = 0;
  return { bitmap: { width, height, grey }, xDots: 204, yDots, damaged: false };
}

/** How sharply rows of ink and paper alternate: high only when lines lie level. */
function levelness({ width, height, grey }: Bitmap): number {
  let sum = 0;
  for (let y = 0; y < height; y++) {
    let dark = 0;
    for (let x = 0; x < width; x++) if (grey[y * width + x]! < 128) dark++;
    sum += dark * dark;
  }
  return sum;
}

describe('straighten', () => {
  it.each([196, 98])('squares pages of %d rows an inch and undoes their skew', (yDots) => {
    const level = straighten(page({ yDots }), 0);
    expect([level.page.width, level.page.height]).toEqual([width, 11 * 204]);
    expect(Math.abs(level.skewDegrees)).toBeLessThan(0.11);
    for (const skewDegrees of [-2.6, -0.8, 1.5, 3]) {
      const straight = straighten(page({ yDots, skewDegrees }), 0);
      expect(Math.abs(straight.skewDegrees - skewDegrees)).toBeLessThan(0.15);
      expect(levelness(straight.page)).toBeGreaterThan(0.7 * levelness(level.page));
    }
  });

  it('takes the header line off, and only it', () => {
    const { page: seen, header } = straighten(page(), 0);
    const darkIn = (from: number, to: number) =>
      seen.grey.subarray(from * width, to * width).some((v) => v < 128);
    expect(header?.height).toBeGreaterThan(25);
    expect(header?.height).toBeLessThan(50);
    expect(darkIn(0, 200)).toBe(false);
    expect(darkIn(200, 230)).toBe(true);
    expect(straighten(page({ header: false }), 0).header).toBeNull();
  });

  it('despeckles dirty pages only, and counts no dot of a letter', () => {
    expect(straighten(page(), 0).specks).toBe(0);
    const dirty = straighten(page({ specks: 3_000 }), 0);
    expect(dirty.specks).toBeGreaterThan(300);
    const margin = (seen: Bitmap) => seen.grey.filter((v, at) => at % width > 1_560 && v < 200).length;
    expect(margin(dirty.page)).toBe(0);
    expect(margin(straighten(page({ specks: 300 }), 0).page)).toBeGreaterThan(0);
  });

  it('turns', () => {
    const raster = page({ header: false });
    const turned = straighten(raster, 180).page;
    const upright = straighten(raster, 0).page;
    const back = Uint8Array.from(turned.grey).reverse();
    expect(back.filter((value, at) => Math.abs(value - upright.grey[at]!) > 100).length).toBeLessThan(2_000);
    expect(straighten(raster, 90).page).toMatchObject({ width: upright.height, height: upright.width });
  });

  it('calls a page blank that holds only specks', () => {
    const { bitmap } = page();
    const empty = {
      bitmap: { ...bitmap, grey: new Uint8Array(bitmap.grey.length).fill(255) },
      xDots: 204,
      yDots: 196,
      damaged: false,
    };
    for (let n = 0; n < 500; n++) empty.bitmap.grey[(n * 7919 * 613) % bitmap.grey.length] = 0;
    expect(straighten(empty, 0).blank).toBe(true);
    expect(straighten(page(), 0).blank).toBe(false);
  });
});
