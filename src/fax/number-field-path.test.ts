import { describe, expect, it } from 'vitest';
import { parseMask } from '../inquiry/mask.ts';
import { bestPath, lineContext, placesOf, type Seen } from './number-field-path.ts';

const classes = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-', ''];

/** One piece a character, 20 high and 12 wide, 16 apart, each seen with probability `p`; a space is none. */
function line(text: string, p = 0.97) {
  const pieces = [...text].map((char, index) => {
    const odds = new Float32Array(classes.length).fill((1 - p) / (classes.length - 1));
    odds[Math.max(classes.indexOf(char), classes.indexOf(char === '?' ? '' : char))] = p;
    const hyphen = char === '-';
    const box = { x: index * 16, y: hyphen ? 9 : 0, width: 12, height: hyphen ? 3 : 20 };
    return { char, count: 1, box, odds };
  });
  return pieces.filter(({ char }) => char !== ' ').map((piece, first) => ({ ...piece, first }));
}

const read = (maskText: string, text: string) => readLine(maskText, line(text));

function readLine(maskText: string, seen: readonly Seen[]) {
  const path = bestPath(placesOf(parseMask(maskText), classes), seen, lineContext(classes, seen, 20));
  return path === null ? null : { ...path, text: path.glyphs.map(({ char }) => char).join('') };
}

describe('bestPath', () => {
  it.each([
    ['CL-9999-9999', 'CL-1234-5678', 'CL12345678'],
    ['CL-9999-9999', 'CL12345678', 'CL12345678'],
    ['CL-9999-9999', '??CL-1234-5678??', 'CL12345678'],
    ['CL-9999-9999', 'CL-I2E4-S678'.replace('E', '3'), 'CL12345678'],
    ['AA99-AA9', 'QX07-ZK3', 'QX07ZK3'],
    ['A999-99A', 'B0I5-8ZO', 'B015' + '82O'],
    ['9999999', '4081237', '4081237'],
  ])('%s in %s', (mask, text, value) => {
    const found = read(mask, text);
    expect(found?.text).toBe(value);
    expect(found!.score).toBeGreaterThan(-8);
  });

  it('wants at least half of the fixed characters', () => {
    expect(read('CL-9999-9999', '03-1234-5678')).toBeNull();
    expect(read('CL-9999-9999', 'C?-1234-5678')?.text).toBe('CL12345678');
  });

  it('a further digit behind it costs: it is a longer number', () => {
    const exact = read('CL-9999-9999', 'CL-1234-5678')!;
    expect(read('CL-9999-9999', 'CL-1234-56789')!.score).toBeLessThan(exact.score - 5);
    expect(read('CL-9999-9999', 'CL-1234-5678-9')!.score).toBeLessThan(exact.score - 5);
    expect(read('9999999', '94081237')!.score).toBeLessThan(read('9999999', '4081237')!.score - 2);
  });

  it('tells that a character was left out to make a longer number fit', () => {
    expect(read('CL-9999-9999', 'CL-1234-5678')!.leftOut).toBeLessThan(0.1);
    expect(read('CL-9999-9999', '??CL-1234-5678 ??')!.leftOut).toBeLessThan(0.1);
    for (const longer of ['CL-1234-56789', 'CL-12345-6789', 'CL-1234-5678-9'])
      expect(read('CL-9999-9999', longer)!.leftOut).toBeGreaterThan(0.3);
    // One that looks like nothing, but stands where a character stands: CL-8700-84121 was once read as CL-8700-8421.
    for (const longer of ['CL-123?4-5678', 'CL-1234-56?78', 'CL-1234-5678?'])
      expect(read('CL-9999-9999', longer)!.leftOut).toBe(1);
    // As a bare stroke, and where a hyphen parts other groups: CL-1360-32832 was once read as CL-3603-2832.
    const stroke = line('CL-?1234-5678').map((one) =>
      one.char === '?' ? { ...one, box: { ...one.box, width: 2 } } : one,
    );
    expect(readLine('CL-9999-9999', stroke)!.leftOut).toBe(1);
    const sliver = stroke.map((one) => (one.char === '?' ? { ...one, box: { ...one.box, width: 1 } } : one));
    expect(readLine('CL-9999-9999', sliver)!.leftOut).toBeLessThan(0.1);
    expect(read('CL-9999-9999', 'CL-123-45678')!.leftOut).toBe(1);
    expect(read('CL-9999-9999', 'CL-12345678')!.leftOut).toBeLessThan(0.1);
  });
});
