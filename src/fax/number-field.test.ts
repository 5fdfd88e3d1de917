import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseMask } from '../inquiry/mask.ts';
import type { Bitmap } from './bitmap.ts';
import { loadModel, readNumberField } from './number-field.ts';
import { saveModel } from './number-field-model.ts';

const bytes = readFileSync(join(import.meta.dirname, 'number-field-model.bin'));
const model = loadModel(bytes);
const mask = parseMask('CL-9999-9999');

async function field(name: string): Promise<Bitmap> {
  const file = join(import.meta.dirname, `../../fixtures/fax/number-${name}.png`);
  const { data, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, grey: new Uint8Array(data) };
}

describe('readNumberField', () => {
  it.each([
    ['hand', 'CL-4703-9182', false],
    ['slashed-zero', 'CL-2006-9305', false],
    ['boxed', 'CL-6814-2057', true],
    // A light print: most round characters are broken in two.
    ['broken', 'CL-4003-5258', false],
  ])('reads %s', async (name, value, boxed) => {
    const reading = readNumberField(model, mask, await field(name));
    expect(reading?.value).toBe(value);
    expect(reading?.boxed).toBe(boxed);
    expect(reading?.glyphs).toHaveLength(10);
    expect(reading?.confidence).toBe(Math.min(...reading!.glyphs.map(({ p }) => p)));
  });

  it('finds nothing where no number stands', async () => {
    expect(readNumberField(model, mask, await field('none'))).toBeNull();
  });

  it('finds nothing for a mask with other fixed letters', async () => {
    expect(readNumberField(model, parseMask('XK-9999-9999'), await field('slashed-zero'))).toBeNull();
  });

  it('stays silent when the model knows no class for what the mask asks for', async () => {
    const digits = { ...model, classes: model.classes.map((one) => (/[A-Z]/.test(one) ? '' : one)) };
    expect(readNumberField(digits, parseMask('AA-9999-9999'), await field('slashed-zero'))).toBeNull();
    expect(readNumberField(digits, mask, await field('slashed-zero'))).toBeNull();
    expect(readNumberField(digits, parseMask('9999-9999'), await field('slashed-zero'))).not.toBeNull();
  });

  it('reads another mask, digits only after the letters', async () => {
    const reading = readNumberField(model, parseMask('AA-9999-9999'), await field('slashed-zero'));
    expect(reading?.value).toBe('CL-2006-9305');
  });

  it('does not read the beginning of a longer number', async () => {
    expect(readNumberField(model, parseMask('CL-9999'), await field('slashed-zero'))).toBeNull();
  });

  it('takes empty and tiny pages', () => {
    for (const [width, height] of [
      [0, 0],
      [1, 1],
      [1728, 3],
      [3, 900],
    ] as const) {
      const grey = new Uint8Array(width * height).fill(0);
      expect(readNumberField(model, mask, { width, height, grey })).toBeNull();
    }
  });
});

describe('loadModel', () => {
  it('reads back what it writes', () => {
    expect(Buffer.from(saveModel(model)).equals(bytes)).toBe(true);
  });
  it('refuses a damaged file', () => {
    const damaged = Uint8Array.from(bytes);
    damaged[damaged.length - 5] = damaged[damaged.length - 5]! ^ 1;
    expect(() => loadModel(damaged)).toThrow('checksum');
    expect(() => loadModel(bytes.subarray(0, 100))).toThrow();
    expect(() => loadModel(new Uint8Array(4))).toThrow('not a model');
  });
});
