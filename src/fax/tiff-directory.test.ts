import { describe, expect, it } from 'vitest';
import { readTiffDirectories, resolutionOf } from './tiff-directory.ts';

interface Tags {
  readonly width: number;
  readonly height: number;
  readonly x?: readonly [number, number];
  readonly y?: readonly [number, number];
  readonly unit?: number;
}

/** A TIFF of directories only. `next` overrides where the last one points. */
function tiff(pages: readonly Tags[], little = true, next = 0): Buffer {
  const bytes = Buffer.alloc(8 + pages.length * 200);
  const u16 = (value: number, at: number) =>
    little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const u32 = (value: number, at: number) =>
    little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  bytes.write(little ? 'II' : 'MM', 0, 'latin1');
  u16(42, 2);
  u32(8, 4);
  for (const [index, page] of pages.entries()) {
    const at = 8 + index * 200;
    u16(5, at);
    const entry = (slot: number, tag: number, type: number, value: number) => {
      u16(tag, at + 2 + slot * 12);
      u16(type, at + 4 + slot * 12);
      u32(1, at + 6 + slot * 12);
      if (type === 3) u16(value, at + 10 + slot * 12);
      else u32(value, at + 10 + slot * 12);
    };
    const fraction = (
      slot: number,
      tag: number,
      [above, below]: readonly [number, number],
      place: number,
    ) => {
      u32(above, place);
      u32(below, place + 4);
      entry(slot, tag, 5, place);
    };
    entry(0, 256, 3, page.width);
    entry(1, 257, 4, page.height);
    fraction(2, 282, page.x ?? [0, 1], at + 100);
    fraction(3, 283, page.y ?? [0, 1], at + 110);
    entry(4, 296, 3, page.unit ?? 2);
    u32(index + 1 < pages.length ? at + 200 : next, at + 62);
  }
  return bytes;
}

describe('readTiffDirectories', () => {
  it.each([true, false])('tells size and both resolutions of each page (little-endian: %s)', (little) => {
    const bytes = tiff(
      [
        { width: 1728, height: 1145, x: [204, 1], y: [98, 1] },
        { width: 1728, height: 2290, x: [8031, 100], y: [77, 1], unit: 3 },
      ],
      little,
    );
    const [first, second] = readTiffDirectories(bytes);
    expect(first).toEqual({ width: 1728, height: 1145, xDots: 204, yDots: 98 });
    expect(second?.xDots).toBeCloseTo(203.99, 1);
    expect(second?.yDots).toBeCloseTo(195.6, 1);
  });

  it('ends on a chain that bites its tail, on cut files and on what is no TIFF', () => {
    expect(readTiffDirectories(tiff([{ width: 100, height: 100 }], true, 8))).toHaveLength(1);
    const two = tiff([
      { width: 100, height: 100 },
      { width: 100, height: 100 },
    ]);
    for (let cut = 0; cut < two.length; cut += 7) readTiffDirectories(two.subarray(0, cut));
    expect(readTiffDirectories(Buffer.from('%PDF-1.4 and more'))).toEqual([]);
    expect(readTiffDirectories(tiff([{ width: 1, height: 1, x: [1, 0], y: [1, 0] }]))[0]).toMatchObject({
      xDots: null,
    });
  });
});

describe('resolutionOf', () => {
  it.each([
    ['the tags', 1728, 1145, 204, 98, 204, 98],
    ['a scan at 300 dpi', 2480, 3508, 300, 300, 300, 300],
    ['72 dpi, said of a fax raster', 1728, 2290, 72, 72, 204, 204],
    ['nothing, a standard page', 1728, 1145, null, null, 204, 98],
    ['nothing, a fine page', 1728, 2290, null, null, 204, 204],
    ['nothing, an odd width', 1654, 2300, null, null, 204, 204],
    ['only the ratio is right', 1728, 1145, 2, 1, 204, 102],
  ])('%s', (_, width, height, xDots, yDots, across, down) => {
    const found = resolutionOf({ width, height, xDots, yDots });
    expect(found.xDots).toBeCloseTo(across, 0);
    expect(found.yDots).toBeCloseTo(down, 0);
  });
});
