import { expect, it } from 'vitest';
import { parseMask } from '../inquiry/mask.ts';
import { stripOf } from './number-field-strip.ts';

it('sets the characters side by side on one base line, with the hyphens of the mask between', () => {
  const [width, height] = [200, 60];
  const dark = new Uint8Array(width * height).fill(90);
  const boxes = [20, 60, 100, 140, 180].map((x, at) => ({ x, y: 20 + at, width: 8, height: 20 - at }));
  for (const box of boxes)
    for (let y = box.y; y < box.y + box.height; y++)
      dark.fill(255, y * width + box.x, y * width + box.x + box.width);
  const strip = stripOf(parseMask('L-9999'), boxes, { width, height, dark, erased: new Uint8Array(0) });
  const inkIn = (row: number) =>
    [...strip.grey.subarray(row * strip.width, (row + 1) * strip.width)]
      .map((value) => (value < 128 ? '#' : ' '))
      .join('')
      .trim()
      .split(/ +/)
      .map((run) => run.length);
  expect(strip.height).toBe(20 + 2 * 12);
  expect(inkIn(12 + 19)).toEqual([8, 8, 8, 8, 8]);
  expect(inkIn(12 + 10)).toEqual([8, 7, 8, 8, 8, 8]);
  expect(inkIn(12)).toEqual([8]);
  // Nothing of the page but the characters themselves.
  expect(strip.grey.every((value) => value === 0 || value === 255)).toBe(true);
});
