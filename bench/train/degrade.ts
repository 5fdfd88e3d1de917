/**
 * What a fax does to a page, and what the reader makes of it again: one bit a pixel at 204 × 196 or 204 × 98,
 * then squared, straightened and grey. Two kinds: `scan` for training and test, `copy` for the test alone.
 */
import type { Bitmap } from '../../src/fax/bitmap.ts';
import { fineness, type Placed, type Sheet, sample } from './draw.ts';
import type { Random } from './random.ts';

export interface Received {
  readonly page: Bitmap;
  /** Where the characters stand on it. */
  readonly placed: readonly Placed[];
}

export type Tier = 1 | 2 | 3;
export type Kind = 'scan' | 'copy';

export function fax(sheet: Sheet, tier: Tier, kind: Kind, random: Random): Received {
  const standard = random.chance([0, 0.33, 0.75][tier - 1]!);
  const stepY = standard ? 204 / 98 : 204 / 196;
  const [low, high] = [
    [0, 0.5],
    [0, 1.5],
    [0.5, 3],
  ][tier - 1]!;
  const skew = ((random.chance(0.5) ? 1 : -1) * random.between(low!, high!) * Math.PI) / 180;
  const rest =
    Math.max(-0.4, Math.min(0.4, random.normal() * [0.06, 0.1, 0.15][tier - 1]!)) * (Math.PI / 180);
  const [width, height] = [sheet.width, Math.round(sheet.height / stepY)];
  const bits = (kind === 'scan' ? scan : copy)(sheet, width, height, stepY, skew, tier, random);
  soil(bits, width, height, tier, random);
  const turn = skew - rest;
  const page = straighten(bits, width, height, stepY, sheet.height, turn);
  return { page, placed: sheet.placed.map((one) => turned(one, -rest, sheet.width / 2, sheet.height / 2)) };
}

/** A scanner: a soft spot, a threshold too high or too low, a noisy sensor. */
function scan(
  sheet: Sheet,
  width: number,
  height: number,
  stepY: number,
  skew: number,
  tier: Tier,
  random: Random,
) {
  const bits = new Uint8Array(width * height);
  const [cos, sin] = [Math.cos(skew), Math.sin(skew)];
  const extremes = [0.08, 0.13, 0.22][tier - 1]!;
  const threshold = 127 + 255 * (random.chance(0.5) ? 1 : -1) * random.between(0, extremes);
  const noise = random.between(4, [22, 32, 48][tier - 1]!);
  const spotX = random.between(0.25, 0.75) * fineness;
  const spotY = Math.max(random.between(0.25, 0.75), stepY * 0.3) * fineness;
  const [iw, ih] = [sheet.width * fineness, sheet.height * fineness];
  const [cx, cy] = [sheet.width / 2, sheet.height / 2];
  const empty = emptiness(sheet.dark, iw, ih);
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const dx = u + 0.5 - cx;
      const dy = (v + 0.5) * stepY - cy;
      const x = (cx + dx * cos - dy * sin) * fineness - 0.5;
      const y = (cy + dx * sin + dy * cos) * fineness - 0.5;
      if (empty(x, y)) continue;
      const value =
        (sample(sheet.dark, iw, ih, x - spotX, y - spotY) +
          sample(sheet.dark, iw, ih, x + spotX, y - spotY) +
          sample(sheet.dark, iw, ih, x - spotX, y + spotY) +
          sample(sheet.dark, iw, ih, x + spotX, y + spotY) +
          2 * sample(sheet.dark, iw, ih, x, y)) /
        6;
      if (value > 3 && value + random.normal() * noise > threshold) bits[v * width + u] = 1;
    }
  }
  return bits;
}

/** Tells whether nothing is drawn within at least 16 pixels of a place: most of a page is. */
function emptiness(dark: Uint8Array, width: number, height: number) {
  const across = (width >> 5) + 3;
  const full = new Uint8Array(across * ((height >> 5) + 3));
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (dark[at] === 0) continue;
      const block = ((y + 16) >> 5) * across + ((x + 16) >> 5);
      full[block] = 1;
      full[block + 1] = 1;
      full[block + across] = 1;
      full[block + across + 1] = 1;
    }
  }
  return (x: number, y: number) => {
    const column = Math.max(0, Math.min(across - 1, (x >> 5) + 1));
    const row = Math.max(0, Math.min((height >> 5) + 2, (y >> 5) + 1));
    return full[row * across + column] === 0;
  };
}

/**
 * A photocopy faxed on: uneven toner that thickens here and starves there, a feed that wavers and shakes from
 * row to row, and a grey ground that the fax turns into a pattern of dots.
 */
function copy(
  sheet: Sheet,
  width: number,
  height: number,
  stepY: number,
  skew: number,
  tier: Tier,
  random: Random,
) {
  const bits = new Uint8Array(width * height);
  const [cos, sin] = [Math.cos(skew), Math.sin(skew)];
  const [iw, ih] = [sheet.width * fineness, sheet.height * fineness];
  const [cx, cy] = [sheet.width / 2, sheet.height / 2];
  const uneven = [20, 35, 55][tier - 1]!;
  const [waveX, waveY, phase] = [random.between(90, 300), random.between(60, 250), random.between(0, 6)];
  const sway = random.between(0, [0.4, 0.8, 1.2][tier - 1]!);
  const swayRows = random.between(15, 60);
  const shake = [0.1, 0.25, 0.45][tier - 1]!;
  const ground = random.chance(0.4) ? random.between(4, [14, 20, 26][tier - 1]!) : 0;
  const level = 120 + random.between(-1, 1) * [12, 22, 34][tier - 1]!;
  const bayer = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
  for (let v = 0; v < height; v++) {
    const shift = sway * Math.sin(v / swayRows + phase) + random.normal() * shake;
    const drift = sway * Math.cos(v / (swayRows * 1.7) + phase);
    for (let u = 0; u < width; u++) {
      const dx = u + 0.5 + shift - cx;
      const dy = (v + 0.5) * stepY + drift - cy;
      const x = (cx + dx * cos - dy * sin) * fineness - 0.5;
      const y = (cy + dx * sin + dy * cos) * fineness - 0.5;
      const ink =
        (sample(sheet.dark, iw, ih, x - 1, y) +
          sample(sheet.dark, iw, ih, x + 1, y + 1) +
          sample(sheet.dark, iw, ih, x, y - 1)) /
        3;
      const toner = uneven * Math.sin(u / waveX + phase) * Math.cos((v * stepY) / waveY + 2 * phase);
      const dots = (bayer[(v & 3) * 4 + (u & 3)]! - 7.5) * (ink > 20 ? 5 : 2);
      const hole = ink > 150 && random.next() < 0.012 * tier ? 200 : 0;
      if (ink + ground + dots + (ink > 10 ? toner : 0) - hole > level) bits[v * width + u] = 1;
    }
  }
  return bits;
}

/** Specks, rows lost on the line, black streaks. */
function soil(bits: Uint8Array, width: number, height: number, tier: Tier, random: Random): void {
  const pages = (width * height) / (1728 * 2200);
  const specks = random.between([20, 100, 400][tier - 1]!, [90, 400, 1800][tier - 1]!) * pages * 1.2;
  for (let speck = 0; speck < specks; speck++) {
    const [x, y] = [random.whole(0, width - 4), random.whole(0, height - 3)];
    const [across, down] = [random.whole(1, 3), random.whole(1, 2)];
    for (let row = y; row < y + down; row++) {
      for (let column = x; column < x + across; column++) {
        if (!random.chance(0.2)) bits[row * width + column] = 1;
      }
    }
  }
  const lost = random.between(0, [0.5, 3, 14][tier - 1]!) * pages * 2;
  for (let index = 0; index < Math.round(lost); index++) {
    const row = random.whole(1, height - 2);
    if (random.chance(0.5)) bits.copyWithin(row * width, (row - 1) * width, row * width);
    else bits.fill(0, row * width + random.whole(0, width >> 1), (row + 1) * width);
  }
  if (tier === 3 && random.chance(0.35)) {
    const row = random.whole(1, height - 2);
    const from = random.whole(0, width >> 1);
    bits.fill(1, row * width + from, row * width + Math.min(width, from + random.whole(80, 500)));
  }
}

/** The received bits as the readers get them: square pixels, straight but for the rest, grey. */
function straighten(
  bits: Uint8Array,
  width: number,
  height: number,
  stepY: number,
  rows: number,
  turn: number,
): Bitmap {
  const dark = new Uint8Array(bits.length);
  for (let index = 0; index < bits.length; index++) dark[index] = bits[index]! * 255;
  const grey = new Uint8Array(width * rows);
  const [cos, sin] = [Math.cos(-turn), Math.sin(-turn)];
  const [cx, cy] = [width / 2, rows / 2];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x + 0.5 - cx, y + 0.5 - cy];
      const u = cx + dx * cos - dy * sin - 0.5;
      const v = (cy + dx * sin + dy * cos) / stepY - 0.5;
      grey[y * width + x] = 255 - sample(dark, width, height, u, v);
    }
  }
  return { width, height: rows, grey };
}

function turned(one: Placed, angle: number, cx: number, cy: number): Placed {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [mx, my] = [(one.left + one.right) / 2 - cx, (one.top + one.bottom) / 2 - cy];
  const [dx, dy] = [cx + mx * cos - my * sin, cy + mx * sin + my * cos];
  const [halfX, halfY] = [(one.right - one.left) / 2, (one.bottom - one.top) / 2];
  return { char: one.char, left: dx - halfX, right: dx + halfX, top: dy - halfY, bottom: dy + halfY };
}
