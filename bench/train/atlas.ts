/**
 * Every glyph of every font, drawn once and kept in memory as darkness: pages are then put together in plain
 * typed arrays. Drawing whole pages on canvases instead leaks their surfaces (ocr.md).
 */
import { createRequire } from 'node:module';
import { type Font, fonts } from './fonts.ts';
import { texts } from './texts.ts';

/** Pixels of an em in the atlas. */
export const emPixels = 64;

export interface Glyph {
  /** Left edge from the pen and top edge from the base line, in atlas pixels. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly advance: number;
  readonly dark: Uint8Array;
}

export interface Face {
  readonly font: Font;
  readonly glyph: (char: string) => Glyph;
}

interface Canvas {
  readonly getContext: (kind: '2d') => {
    font: string;
    fillStyle: string;
    clearRect(x: number, y: number, width: number, height: number): void;
    fillText(text: string, x: number, y: number): void;
    measureText(text: string): { readonly width: number };
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}

// The canvas that pdf-parse brings: two versions of it in one process end it.
const fromPdfParse = createRequire(createRequire(import.meta.url).resolve('pdf-parse'));
const canvases = fromPdfParse('@napi-rs/canvas') as {
  createCanvas(width: number, height: number): Canvas;
  readonly GlobalFonts: { registerFromPath(path: string, name: string): unknown };
};

const latin = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.,:;/()#%&@+*=_';
const side = emPixels * 3;

export async function createAtlas(use: 'train' | 'test'): Promise<readonly Face[]> {
  const japanese = new Set([...texts.join('')].filter((char) => !latin.includes(char)));
  const faces: { readonly font: Font; readonly glyphs: ReadonlyMap<string, Glyph> }[] = [];
  const canvas = canvases.createCanvas(side, side).getContext('2d');
  for (const [index, font] of fonts.entries()) {
    if (font.use !== use) continue;
    const name = `uketsuke${index}`;
    if (!canvases.GlobalFonts.registerFromPath(font.path, name)) {
      throw new Error(`${font.path} cannot be read: run bench/train/fonts.sh`);
    }
    const missing = draw(canvas, name, '\u{e0f3}');
    const chars = font.japanese ? [...latin, ...japanese] : [...latin];
    const glyphs = chars
      .map((char) => [char, draw(canvas, name, char)] as const)
      .filter(([, glyph]) => glyph.width > 0 && !Buffer.from(glyph.dark).equals(missing.dark));
    faces.push({ font, glyphs: new Map(glyphs) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const lenders = faces.filter(({ font }) => font.japanese);
  return faces.map(({ font, glyphs }, index) => {
    const lender = lenders[index % lenders.length]!.glyphs;
    const blank = glyphs.get('0')!;
    return { font, glyph: (char) => glyphs.get(char) ?? lender.get(char) ?? blank };
  });
}

function draw(canvas: ReturnType<Canvas['getContext']>, name: string, char: string): Glyph {
  canvas.clearRect(0, 0, side, side);
  canvas.font = `${emPixels}px ${name}`;
  canvas.fillStyle = '#000';
  canvas.fillText(char, emPixels, emPixels * 2);
  const { data } = canvas.getImageData(0, 0, side, side);
  let [left, right, top, bottom] = [side, -1, side, -1];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (data[(y * side + x) * 4 + 3]! < 16) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  const advance = canvas.measureText(char).width;
  if (bottom < 0) return { left: 0, top: 0, width: 0, height: 0, advance, dark: new Uint8Array(0) };
  const [width, height] = [right - left + 1, bottom - top + 1];
  const dark = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) dark[y * width + x] = data[((top + y) * side + left + x) * 4 + 3]!;
  }
  return { left: left - emPixels, top: top - emPixels * 2, width, height, advance, dark };
}
