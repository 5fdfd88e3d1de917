/**
 * From ink to the pieces glyphs are made of: connected components, the lines they stand on, and pieces in
 * reading order, cut finer than glyphs (a glyph is one to four of them side by side).
 */
import type { Box } from './bitmap.ts';
import { type CleanPage, inkMin } from './number-field-rules.ts';

export interface TextLine {
  /** Median height of what stands on it, in pixels. */
  readonly height: number;
  readonly pieces: readonly Box[];
  /** Pieces before the fine cuts: what a reader would take for glyphs at first sight. */
  readonly groups: readonly Box[];
}

const glyphHeightMin = 12;
const glyphHeightMax = 110;
const speckMax = 3;
const sliverMax = 4;
const componentsMax = 20_000;

export function findLines(page: CleanPage): readonly TextLine[] {
  const parts = components(page);
  const anchors = parts
    .filter((box) => box.height >= glyphHeightMin && box.height <= glyphHeightMax)
    .sort((a, b) => a.x - b.x);
  return bandsOf(anchors).flatMap((band) => {
    const height = median(band.map((box) => box.height));
    const top = median(band.map((box) => box.y));
    const bottom = median(band.map((box) => box.y + box.height));
    const reach = 0.3 * height;
    const first = band[0]!;
    const last = band.reduce((a, b) => (b.x + b.width > a.x + a.width ? b : a));
    const inside = parts.filter((box) => {
      const centre = box.y + box.height / 2;
      return (
        box.x >= first.x - 2 * height &&
        box.x <= last.x + last.width + 2 * height &&
        centre > top - reach / 2 &&
        centre < bottom + reach / 2 &&
        box.height <= 1.6 * height &&
        box.y >= top - reach * 2 &&
        box.y + box.height <= bottom + reach * 2
      );
    });
    const groups = joinOverlapping(inside);
    const pieces = groups.flatMap((group) => cutWide(page, group, height));
    return [{ height, groups, pieces }];
  });
}

/** Connected ink (8 neighbours) without specks and without the slivers a rule leaves when it is erased. */
function components(page: CleanPage): Box[] {
  const { width, height, dark, erased } = page;
  const seen = new Uint8Array(dark.length);
  const stack = new Int32Array(dark.length >> 2);
  const found: Box[] = [];
  for (let start = 0; start < dark.length && found.length < componentsMax; start++) {
    if (seen[start] === 1 || dark[start]! < inkMin) continue;
    let [depth, area, atRule] = [0, 0, false];
    let [left, right, top, bottom] = [width, 0, height, 0];
    stack[depth++] = start;
    seen[start] = 1;
    while (depth > 0) {
      const at = stack[--depth]!;
      const y = Math.floor(at / width);
      const x = at - y * width;
      area++;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      for (let ny = y > 0 ? y - 1 : 0; ny <= y + 1 && ny < height; ny++) {
        for (let nx = x > 0 ? x - 1 : 0; nx <= x + 1 && nx < width; nx++) {
          const near = ny * width + nx;
          if (erased[near] === 1) atRule = true;
          if (seen[near] === 1 || dark[near]! < inkMin || depth === stack.length) continue;
          seen[near] = 1;
          stack[depth++] = near;
        }
      }
    }
    const box = { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
    if (Math.max(box.width, box.height) <= speckMax) continue;
    if (atRule && (Math.min(box.width, box.height) <= sliverMax - 1 || area < 14)) continue;
    found.push(box);
  }
  return found;
}

/** Chains of components that overlap in height with what stands before them on the line. */
function bandsOf(anchors: readonly Box[]): readonly (readonly Box[])[] {
  const bands: { readonly boxes: Box[]; end: number }[] = [];
  for (const box of anchors) {
    let best: (typeof bands)[number] | null = null;
    let bestOverlap = 0.5;
    for (const band of bands) {
      const recent = band.boxes.slice(-4);
      const height = median(recent.map((one) => one.height));
      if (box.x - band.end > 6 * height || box.height > 2 * height || height > 2 * box.height) continue;
      const top = median(recent.map((one) => one.y));
      const overlap =
        (Math.min(top + height, box.y + box.height) - Math.max(top, box.y)) / Math.min(height, box.height);
      if (overlap > bestOverlap) [best, bestOverlap] = [band, overlap];
    }
    if (best === null) bands.push({ boxes: [box], end: box.x + box.width });
    else {
      best.boxes.push(box);
      best.end = Math.max(best.end, box.x + box.width);
    }
  }
  return bands.map((band) => band.boxes);
}

/** Joins what stands above one another: more than a third of the narrower one's width in common. */
function joinOverlapping(boxes: readonly Box[]): readonly Box[] {
  const joined: Box[] = [];
  for (const box of boxes.toSorted((a, b) => a.x - b.x)) {
    const last = joined.at(-1);
    const common = last === undefined ? 0 : Math.min(last.x + last.width, box.x + box.width) - box.x;
    if (last !== undefined && common > 0.34 * Math.min(last.width, box.width)) {
      joined[joined.length - 1] = union(last, box);
    } else joined.push(box);
  }
  return joined;
}

/** Cuts a group too wide for one narrow glyph at the columns with the least ink. */
function cutWide(page: CleanPage, group: Box, lineHeight: number): readonly Box[] {
  if (group.width < 0.8 * Math.min(lineHeight, group.height * 1.3)) return [group];
  if (group.height < 0.3 * lineHeight) return [group];
  const spacing = Math.max(4, Math.round(0.24 * lineHeight));
  const ink = new Float32Array(group.width);
  for (let x = 0; x < group.width; x++) {
    for (let y = 0; y < group.height; y++) {
      ink[x] = ink[x]! + page.dark[(group.y + y) * page.width + group.x + x]! / 255;
    }
  }
  const columns = Array.from({ length: Math.max(0, group.width - 2 * spacing) }, (_, x) => x + spacing)
    .filter((x) => {
      const here = ink[x]!;
      return here <= 0.34 * lineHeight && here <= ink[x - 1]! && here <= (ink[x + 1] ?? 0);
    })
    .sort((a, b) => ink[a]! - ink[b]! || a - b);
  const cuts: number[] = [];
  for (const x of columns) {
    if (cuts.every((cut) => Math.abs(cut - x) >= spacing)) cuts.push(x);
    if (cuts.length >= group.width / spacing / 1.5) break;
  }
  cuts.sort((a, b) => a - b);
  const edges = [0, ...cuts, group.width];
  return edges.slice(1).flatMap((end, index) => tighten(page, group, edges[index]!, end));
}

/** The box of the ink between two columns of a group. */
function tighten(page: CleanPage, group: Box, from: number, to: number): readonly Box[] {
  let [left, right, top, bottom] = [to, from - 1, group.height, -1];
  for (let y = 0; y < group.height; y++) {
    for (let x = from; x < to; x++) {
      if (page.dark[(group.y + y) * page.width + group.x + x]! < inkMin) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  if (bottom < 0) return [];
  return [{ x: group.x + left, y: group.y + top, width: right - left + 1, height: bottom - top + 1 }];
}

export function union(a: Box, b: Box): Box {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

const piecesMax = 4;

/** A run of pieces that may be one glyph: pieces `first` to `first + count - 1`. */
export interface Candidate {
  readonly first: number;
  readonly count: number;
  readonly box: Box;
}

/** All runs of one to four pieces that are not too wide for a glyph of the line. */
export function candidatesOf(pieces: readonly Box[], lineHeight: number): readonly Candidate[] {
  const found: Candidate[] = [];
  for (let first = 0; first < pieces.length; first++) {
    let box = pieces[first]!;
    for (let count = 1; count <= piecesMax && first + count <= pieces.length; count++) {
      if (count > 1) box = union(box, pieces[first + count - 1]!);
      if (count > 1 && box.width > 1.25 * lineHeight) break;
      if (box.height <= 1.7 * lineHeight) found.push({ first, count, box });
    }
  }
  return found;
}
