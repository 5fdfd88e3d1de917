/** An ideal page, before any fax saw it: darkness at twice 204 dpi, and where each character stands. */
import { emPixels, type Glyph } from './atlas.ts';

/** Pixels of the ideal page for one of 204 dpi. */
export const fineness = 2;

/** In pixels of 204 dpi. */
export interface Placed {
  readonly char: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Sheet {
  /** In pixels of 204 dpi; `dark` is `fineness` times as wide and high. */
  readonly width: number;
  readonly height: number;
  readonly dark: Uint8Array;
  readonly placed: Placed[];
}

export function blankSheet(width: number, height: number): Sheet {
  return { width, height, dark: new Uint8Array(width * height * fineness * fineness), placed: [] };
}

/** How a hand or a printer sets one character: sizes in pixels of 204 dpi an em. */
export interface Slant {
  readonly across: number;
  readonly down: number;
  readonly shear: number;
  readonly turn: number;
  /** Bends strokes: amplitude in ems and phase. */
  readonly wave: number;
  readonly phase: number;
}

/** Draws a glyph with its pen at x on base line y, in pixels of 204 dpi. */
export function drawGlyph(
  sheet: Sheet,
  glyph: Glyph,
  char: string,
  x: number,
  y: number,
  slant: Slant,
): void {
  if (glyph.width === 0) return;
  const [ax, ay] = [(slant.across * fineness) / emPixels, (slant.down * fineness) / emPixels];
  const [cos, sin] = [Math.cos(slant.turn), Math.sin(slant.turn)];
  const width = sheet.width * fineness;
  const height = sheet.height * fineness;
  const bend = slant.wave * emPixels;
  const middleX = glyph.left + glyph.width / 2;
  const middleY = glyph.top + glyph.height / 2;
  const reach =
    Math.hypot(
      (glyph.width / 2 + bend) * ax + Math.abs(slant.shear) * glyph.height * ay,
      (glyph.height / 2 + bend) * ay,
    ) + 2;
  const centreX = x * fineness + middleX * ax;
  const centreY = y * fineness + middleY * ay;
  let [left, right, top, bottom] = [width, -1, height, -1];
  const [fromY, toY] = [
    Math.max(0, Math.floor(centreY - reach)),
    Math.min(height - 1, Math.ceil(centreY + reach)),
  ];
  const [fromX, toX] = [
    Math.max(0, Math.floor(centreX - reach)),
    Math.min(width - 1, Math.ceil(centreX + reach)),
  ];
  for (let py = fromY; py <= toY; py++) {
    for (let px = fromX; px <= toX; px++) {
      const [dx, dy] = [px - centreX, py - centreY];
      const v = (dy * cos - dx * sin) / ay;
      const u = (dx * cos + dy * sin) / ax + slant.shear * v;
      const gx = u + glyph.width / 2 + bend * Math.sin(v / 12 + slant.phase);
      const gy = v + glyph.height / 2 + bend * Math.sin(u / 12 + slant.phase * 2);
      const value = sample(glyph.dark, glyph.width, glyph.height, gx - 0.5, gy - 0.5);
      if (value < 8) continue;
      const at = py * width + px;
      if (value > sheet.dark[at]!) sheet.dark[at] = value;
      if (value < 100) continue;
      if (px < left) left = px;
      if (px > right) right = px;
      if (py < top) top = py;
      if (py > bottom) bottom = py;
    }
  }
  if (bottom < 0) return;
  sheet.placed.push({
    char,
    left: left / fineness,
    top: top / fineness,
    right: (right + 1) / fineness,
    bottom: (bottom + 1) / fineness,
  });
}

/** A filled rectangle, in pixels of 204 dpi. */
export function drawRule(sheet: Sheet, x: number, y: number, across: number, down: number): void {
  const width = sheet.width * fineness;
  for (let py = Math.round(y * fineness); py < Math.round((y + down) * fineness); py++) {
    for (let px = Math.round(x * fineness); px < Math.round((x + across) * fineness); px++) {
      if (px >= 0 && px < width && py >= 0 && py < sheet.height * fineness) sheet.dark[py * width + px] = 255;
    }
  }
}

/** Bilinear; 0 outside. */
export function sample(dark: Uint8Array, width: number, height: number, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < -1 || top < -1 || left >= width || top >= height) return 0;
  const [fx, fy] = [x - left, y - top];
  const at = top * width + left;
  const a = left >= 0 && top >= 0 ? dark[at]! : 0;
  const b = left + 1 < width && top >= 0 ? dark[at + 1]! : 0;
  const c = left >= 0 && top + 1 < height ? dark[at + width]! : 0;
  const d = left + 1 < width && top + 1 < height ? dark[at + width + 1]! : 0;
  return (a * (1 - fx) + b * fx) * (1 - fy) + (c * (1 - fx) + d * fx) * fy;
}
