import { describe, expect, it } from 'vitest';
import type { Bitmap } from './bitmap.ts';
import { removeStripes } from './stripes.ts';

const [width, height] = [200, 400];
const dots = { xDots: 204 };

function page(draw: (ink: (x: number, y: number) => void) => void): Bitmap {
  const grey = new Uint8Array(width * height).fill(255);
  draw((x, y) => {
    grey[y * width + x] = 0;
  });
  return { width, height, grey };
}
const inkOf = ({ grey }: Bitmap) => grey.reduce((sum, one) => sum + (one < 128 ? 1 : 0), 0);
/** Dashes of seven rows with gaps of two. */
const dashed = (from: number, to: number, then: (y: number) => void) => {
  for (let y = from; y < to; y++) if (y % 9 < 7) then(y);
};
const block = (
  ink: (x: number, y: number) => void,
  left: number,
  top: number,
  wide: number,
  high: number,
) => {
  for (let y = top; y < top + high; y++) for (let x = left; x < left + wide; x++) ink(x, y);
};

describe('removeStripes', () => {
  it.each([
    [1, 'down the whole page', 0, height],
    [1, 'down a part of it', 90, 187],
    [2, 'two dots wide', 100, height],
  ])('takes a dashed line of %d off, %s', (thick, _, from, to) => {
    const seen = page((ink) => dashed(from, to, (y) => block(ink, 77, y, thick, 1)));
    removeStripes(seen, dots);
    expect(inkOf(seen)).toBe(0);
  });

  it('leaves whole what it crosses', () => {
    const bars = (ink: (x: number, y: number) => void) => {
      for (let at = 0; at < 5; at++) block(ink, 60, 40 + 60 * at, 30, 25);
    };
    const seen = page((ink) => {
      bars(ink);
      dashed(0, height, (y) => ink(77, y));
    });
    removeStripes(seen, dots);
    expect(seen).toEqual(page(bars));
  });

  it.each<[string, (ink: (x: number, y: number) => void) => void]>([
    ['a line shorter than a fifth of the page', (ink) => dashed(100, 175, (y) => ink(77, y))],
    [
      'a dotted line, half of it paper',
      (ink) => {
        for (let y = 0; y < height; y += 2) ink(77, y);
      },
    ],
    ['a thick bar', (ink) => block(ink, 77, 0, 4, height)],
    [
      'strokes of letters, one above the other',
      (ink) => {
        for (let y = 0; y + 16 < height; y += 32) block(ink, 77, y, 2, 16);
      },
    ],
  ])('leaves %s', (_, draw) => {
    const seen = page(draw);
    removeStripes(seen, dots);
    expect(seen).toEqual(page(draw));
  });

  it('takes pages without any size', () => {
    for (const [wide, high] of [
      [0, 0],
      [1, 1],
      [3, 0],
    ] as const) {
      const seen = { width: wide, height: high, grey: new Uint8Array(wide * high) };
      removeStripes(seen, dots);
      expect(seen.grey).toHaveLength(wide * high);
    }
  });
});
