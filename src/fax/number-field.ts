/**
 * Reads a number of the mask's form off the upper half of a fax page, by itself: no label, no OCR engine. One
 * of the independent readers of spec 3.4. Pure and synchronous; about half a second for half a page at most.
 */
import type { Mask } from '../inquiry/mask.ts';
import type { Bitmap, Box } from './bitmap.ts';
import type { Model } from './number-field-model.ts';
import { createNetwork, glyphOf } from './number-field-network.ts';
import { bestPath, lineContext, type Path, placesOf, type Seen } from './number-field-path.ts';
import { type CleanPage, removeRules } from './number-field-rules.ts';
import { candidatesOf, findLines, type TextLine, union } from './number-field-segments.ts';
import { stripOf } from './number-field-strip.ts';

export type { Model } from './number-field-model.ts';
export { loadModel } from './number-field-model.ts';

export interface NumberFieldReading {
  /** In the mask's canonical form. */
  readonly value: string;
  /** The lowest `p`, the fixed characters' among them: where those are lost the field is damaged. */
  readonly confidence: number;
  /**
   * How surely each letter and digit that varies is that one and no other, the lowest of all. Where damage makes a
   * character little like any, `confidence` is low and this is not; where it stands between two, this is low.
   */
  readonly clear: number;
  /** No other character surely stands where a fixed one belongs: else another number was pressed into the mask. */
  readonly fixed: boolean;
  readonly glyphs: readonly { readonly char: string; readonly p: number; readonly clear: number }[];
  readonly box: Box;
  /** Rules stood between the characters. */
  readonly boxed: boolean;
  /** The characters alone, for a second reader. */
  readonly strip: Bitmap;
}

const scoreMin = -8;
const passesMax = 2_500;
/** A character that a rule ran into is never read surely: what is left of it may look like another. */
const cutSureMax = 0.5;
/** Less like any character than this is not told apart by what it is least unlike. */
const hardlyOne = 0.05;
/** A fixed character may be lost in dirt, but another one may not surely stand in its place. */
const fixedMin = 0.1;
const otherMax = 0.5;
/** What was passed over is one more character at least as likely as this: a longer number, never clear. */
const leftOutMin = 0.3;
const minorityMin = 0.25;
/** With fewer whole characters than this in a stretch its halves are not tried. */
const hintMin = 1;

export function readNumberField(model: Model, mask: Mask, upperHalf: Bitmap): NumberFieldReading | null {
  const places = placesOf(mask, model.classes);
  // A model that never learned what the mask asks for stays silent: the other readers decide.
  if (places.some(({ chars }) => chars.every(({ classes }) => classes.length === 0))) return null;
  const page = removeRules(upperHalf);
  const network = createNetwork(model);
  const reject = model.classes.indexOf('');
  const cache = new Map<number, Float32Array>();
  let passes = 0;
  const oddsOf = (box: Box) => {
    const key = ((box.y * 4096 + box.x) * 256 + Math.min(box.width, 255)) * 256 + Math.min(box.height, 255);
    const known = cache.get(key);
    if (known !== undefined) return known;
    passes++;
    const odds = network(glyphOf(page.dark, page.width, box));
    cache.set(key, odds);
    return odds;
  };
  let best: Path | null = null;
  for (const line of findLines(page)) {
    if (passes > passesMax) break;
    const range = promising(line, places.length, (box) => 1 - oddsOf(box)[reject]!);
    if (range === null) continue;
    const pieces = line.pieces.filter((box) => box.x >= range.from && box.x < range.to);
    const seen: readonly Seen[] = candidatesOf(pieces, line.height).map((one) => ({
      ...one,
      odds: oddsOf(one.box),
    }));
    const path = bestPath(places, seen, lineContext(model.classes, seen, line.height));
    if (path !== null && path.score > (best?.score ?? scoreMin)) best = path;
  }
  return best === null ? null : readingOf(mask, best, page);
}

/**
 * The stretch of a line worth a closer look: where, among as many groups as the number has characters, enough
 * look like letters or digits. Most lines of a letter have none, and cost one pass a group.
 */
function promising(line: TextLine, length: number, likeness: (box: Box) => number) {
  const groups = line.groups.filter(
    (box) => box.height >= 0.45 * line.height || box.width >= 0.8 * line.height,
  );
  if (groups.length < length / 3) return null;
  const likely = groups.map((box) => {
    // A wide group may be several characters run together: it can be judged only after it is cut.
    if (box.width > 1.1 * line.height && box.height < 1.5 * line.height) {
      return Math.min(length, Math.round((0.6 * box.width) / line.height));
    }
    return likeness(box) > 0.5 ? 1 : 0;
  });
  let range = denseRange(likely, length, minorityMin * length);
  if (range === null && denseRange(likely, length, hintMin) !== null) {
    // A light print breaks round characters in two: halves are like nothing, a half and its neighbour may be.
    for (const [index, box] of groups.entries()) {
      const next = groups[index + 1];
      if (next === undefined || likely[index] !== 0 || likely[index + 1] !== 0) continue;
      const both = union(box, next);
      if (both.width <= 0.9 * line.height && likeness(both) > 0.5) likely[index] = 1;
    }
    range = denseRange(likely, length, minorityMin * length);
  }
  if (range === null) return null;
  const [from, to] = range;
  const margin = 3 * line.height;
  const last = groups[to - 1]!;
  return { from: groups[from]!.x - margin, to: last.x + last.width + margin };
}

/** From the first to the last of the windows of `length` groups with at least `sumMin` likely characters. */
function denseRange(
  likely: readonly number[],
  length: number,
  sumMin: number,
): readonly [from: number, to: number] | null {
  let [from, to] = [-1, -1];
  for (let start = 0; start < likely.length; start++) {
    const end = Math.min(likely.length, start + length);
    let sum = 0;
    for (let index = start; index < end; index++) sum += likely[index]!;
    if (sum < sumMin) continue;
    if (from < 0) from = start;
    to = end;
  }
  return from < 0 ? null : [from, to];
}

function readingOf(mask: Mask, path: Path, page: CleanPage): NumberFieldReading {
  const glyphs = path.glyphs.map(({ char, p, clear, other, seen }) => {
    const most = isCut(seen.box, page) ? cutSureMax : 1;
    return { char, other, p: Math.min(p, most), clear: p < hardlyOne ? 0 : Math.min(clear, most) };
  });
  let at = 0;
  let value = '';
  let [confidence, clear, fixed] = [1, path.leftOut < leftOutMin ? 1 : 0, true];
  for (const part of mask.parts) {
    if (part.kind === 'separator') value += part.char;
    else {
      const glyph = glyphs[at++]!;
      value += part.kind === 'literal' ? part.char : glyph.char;
      confidence = Math.min(confidence, glyph.p);
      if (part.kind === 'literal') fixed &&= glyph.p >= fixedMin || glyph.other < otherMax;
      else clear = Math.min(clear, glyph.clear);
    }
  }
  const boxes = path.glyphs.map(({ seen }) => seen.box);
  return {
    ...{ value, confidence, clear, fixed, glyphs, box: boxes.reduce(union) },
    ...{ boxed: isBoxed(boxes, page), strip: stripOf(mask, boxes, page) },
  };
}

/** An erased rule ran through the character or touched it. */
function isCut(box: Box, page: Pick<CleanPage, 'width' | 'height' | 'erased'>): boolean {
  let erased = 0;
  for (let y = Math.max(0, box.y - 1); y <= Math.min(page.height - 1, box.y + box.height); y++) {
    for (let x = Math.max(0, box.x - 1); x <= Math.min(page.width - 1, box.x + box.width); x++) {
      erased += page.erased[y * page.width + x]!;
    }
  }
  return erased >= 3;
}

/** An erased upright rule in at least half of the gaps between characters. */
function isBoxed(
  boxes: readonly Box[],
  page: { readonly width: number; readonly erased: Uint8Array },
): boolean {
  let sides = 0;
  for (let index = 1; index < boxes.length; index++) {
    const [a, b] = [boxes[index - 1]!, boxes[index]!];
    const from = a.x + Math.floor(a.width / 2);
    const to = b.x + Math.ceil(b.width / 2);
    const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y + a.height, b.y + b.height)];
    let rows = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = from; x < to; x++) {
        if (page.erased[y * page.width + x] === 1) {
          rows++;
          break;
        }
      }
    }
    if (rows > 0.6 * (bottom - top)) sides++;
  }
  return sides >= (boxes.length - 1) / 2;
}
