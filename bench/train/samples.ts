/**
 * Glyphs with their labels, from the segmenter that the reader itself uses, run over drawn and degraded pages:
 * what it cuts wrongly, Japanese text and dirt are the class of rejects.
 */
import type { Box } from '../../src/fax/bitmap.ts';
import { shape } from '../../src/fax/number-field-model.ts';
import { glyphOf } from '../../src/fax/number-field-network.ts';
import { removeRules } from '../../src/fax/number-field-rules.ts';
import { candidatesOf, findLines } from '../../src/fax/number-field-segments.ts';
import type { Face } from './atlas.ts';
import { fax, type Received, type Tier } from './degrade.ts';
import { layOut, styles } from './layout.ts';
import type { Random } from './random.ts';

export const classes: readonly string[] = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-', ''];
const reject = classes.length - 1;

/** Too like a class to teach that it is none: small letters and kana of the same form, upright strokes. */
const alike = new Set('coslivwxzkpuy|ロエ口工ｏ／0OoIl'.replaceAll(/[0OI]/g, ''));
const hyphens = new Set('-－ー一―');

export interface Samples {
  readonly pictures: Uint8Array;
  readonly labels: Uint8Array;
  count: number;
}

export const pictureSize = shape.width * shape.height;

export function emptySamples(most: number): Samples {
  return { pictures: new Uint8Array(most * pictureSize), labels: new Uint8Array(most), count: 0 };
}

export function randomNumber(random: Random): string {
  const digits = (length: number) => Array.from({ length }, () => random.whole(0, 9)).join('');
  if (random.chance(0.4)) return `CL-${digits(4)}-${digits(4)}`;
  const letter = () => String.fromCharCode(65 + random.whole(0, 25));
  const mixed = (length: number) =>
    Array.from({ length }, () => (random.chance(0.75) ? letter() : random.whole(0, 9))).join('');
  return random.pick([
    () => `${mixed(4)}-${mixed(5)}`,
    () => `${letter()}${digits(3)}-${mixed(4)}-${letter()}`,
    () => `${mixed(3)}-${digits(6)}`,
  ])();
}

/** Draws one cut of a page and adds its glyphs; `share` of the rejects are kept. */
export function addPage(samples: Samples, faces: readonly Face[], random: Random, share: number): void {
  const tier = random.whole(1, 3) as Tier;
  const hands = faces.filter(({ font }) => font.hand);
  const face = random.chance(0.42) ? random.pick(hands) : random.pick(faces);
  const style = random.chance(0.2) ? 'boxed' : random.pick(styles);
  const wish = { width: 1250, height: 300, face, style, number: randomNumber(random), whole: false };
  const received = fax(layOut(wish, random), tier, 'scan', random);
  const page = removeRules(received.page);
  const done = new Set<string>();
  for (const line of findLines(page)) {
    for (const { box } of candidatesOf(line.pieces, line.height)) {
      const key = `${box.x},${box.y},${box.width},${box.height}`;
      if (done.has(key)) continue;
      done.add(key);
      const label = labelOf(received, box);
      if (label === null || (label === reject && !random.chance(share))) continue;
      if (samples.count === samples.labels.length) return;
      const glyph = glyphOf(page.dark, page.width, box);
      const at = samples.count * pictureSize;
      for (let index = 0; index < pictureSize; index++) {
        samples.pictures[at + index] = Math.round(glyph[index]! * 255);
      }
      samples.labels[samples.count++] = label;
    }
  }
}

/** The class of a candidate, or null where nobody could tell. */
function labelOf({ placed }: Received, box: Box): number | null {
  let best = null;
  let bestArea = 0;
  let others = 0;
  for (const one of placed) {
    const across = Math.min(one.right, box.x + box.width) - Math.max(one.left, box.x);
    const down = Math.min(one.bottom, box.y + box.height) - Math.max(one.top, box.y);
    if (across <= 0 || down <= 0) continue;
    const share = across / (one.right - one.left);
    if (across * down > bestArea) {
      if (best !== null) others = Math.max(others, best.across);
      [best, bestArea] = [{ one, across: share, down: down / (one.bottom - one.top) }, across * down];
    } else others = Math.max(others, share);
  }
  if (best === null) return reject;
  const { one } = best;
  const char = one.char.normalize('NFKC');
  const label = hyphens.has(one.char) ? classes.indexOf('-') : classes.indexOf(char);
  if (label < 0) return alike.has(char) || /[|Il]/.test(char) ? null : reject;
  const [width, height] = [one.right - one.left, one.bottom - one.top];
  const spillX = box.width - (Math.min(one.right, box.x + box.width) - Math.max(one.left, box.x));
  const spillY = box.height - (Math.min(one.bottom, box.y + box.height) - Math.max(one.top, box.y));
  const whole = best.across > 0.8 && best.down > (char === '-' ? 0.5 : 0.8);
  if (whole && others < 0.2 && spillX < Math.max(4, 0.22 * width) && spillY < Math.max(4, 0.2 * height))
    return label;
  if (best.across < 0.55 || best.down < 0.55 || others > 0.4) return reject;
  if (spillX > Math.max(6, 0.5 * width) || spillY > Math.max(6, 0.5 * height)) return reject;
  return null;
}
