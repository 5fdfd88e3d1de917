import { describe, expect, it } from 'vitest';
import type { Bitmap } from './bitmap.ts';
import { removeRules } from './number-field-rules.ts';

function paper(width: number, height: number, ink: (x: number, y: number) => boolean): Bitmap {
  const grey = new Uint8Array(width * height).fill(255);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (ink(x, y)) grey[y * width + x] = 0;
  return { width, height, grey };
}
const inkLeft = (page: Bitmap) => removeRules(page).dark.filter((value) => value > 0).length;

describe('removeRules', () => {
  it('takes a rule that climbs a row every 60 pixels', () => {
    expect(inkLeft(paper(400, 40, (x, y) => Math.abs(y - 20 - Math.floor(x / 60)) <= 1))).toBe(0);
  });
  it('keeps a stroke of a character that crosses it', () => {
    const page = paper(300, 60, (x, y) => y === 30 || (x >= 100 && x < 104 && y > 15 && y < 45));
    expect(inkLeft(page)).toBeGreaterThanOrEqual(4 * 28);
  });
  it('keeps characters: short strokes, and a tall 1 that stands free', () => {
    const page = paper(
      300,
      120,
      (x, y) => (x >= 50 && x < 55 && y > 20 && y < 90) || (y === 50 && x > 100 && x < 160),
    );
    expect(inkLeft(page)).toBe(page.grey.filter((value) => value === 0).length);
  });
  it('takes boxes, whole or with a broken top, but for specks where rules cross', () => {
    const side = (x: number) => x >= 20 && x <= 220 && (x - 20) % 50 < 2;
    const box = (x: number, y: number, broken: boolean) =>
      x >= 20 &&
      x < 222 &&
      ((side(x) && y >= 30 && y < 80) || ((y === 30 || y === 79) && !(broken && x % 50 < 4)));
    expect(inkLeft(paper(300, 120, (x, y) => box(x, y, false)))).toBeLessThan(40);
    expect(inkLeft(paper(300, 120, (x, y) => box(x, y, true)))).toBeLessThan(40);
  });
});
