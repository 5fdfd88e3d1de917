/**
 * Takes the ruled lines of forms and boxes off a page, so that what is left between them are glyphs. A fax
 * bends and frays rules: a plain test for long runs leaves staircases, so a run may wander over three
 * neighbouring rows, and only ink that is thin across the rule goes.
 */
import type { Bitmap } from './bitmap.ts';

export interface CleanPage {
  readonly width: number;
  readonly height: number;
  /** 0 paper, 255 ink; erased rules are paper. */
  readonly dark: Uint8Array;
  /** 1 where a rule was erased. */
  readonly erased: Uint8Array;
}

/** Darkness from which a pixel counts as ink. */
export const inkMin = 112;

const gapMax = 2;
const thickMax = 7;
const rowRunMin = 80;
/** A shorter row is a rule where it starts or ends at the end of an upright one, as the top of a box does. */
const boxTopMin = 24;
const boxTopGapMax = 4;
/** An upright run is the side of a box when it ends at a row rule or has its like beside it, not a tall `1`. */
const boxSideMin = 40;
const freeColumnMin = 110;
const peersMin = 3;
const peerReach = 200;
const reach = 8;

/** Ink along one line: a row from x to x, or a column from y to y. */
interface Run {
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

export function removeRules(page: Bitmap): CleanPage {
  const { width, height } = page;
  const dark = new Uint8Array(width * height);
  for (let index = 0; index < dark.length; index++) dark[index] = 255 - page.grey[index]!;
  const rows = { dark, lines: height, cells: width, across: width, along: 1 };
  const columns = { dark, lines: width, cells: height, across: 1, along: width };
  const found = new Uint8Array(dark.length);
  for (const run of runsOf(rows, rowRunMin, gapMax)) eraseThin(rows, run, found);
  const atRow = (x: number, end: number) => {
    for (let y = Math.max(0, end - reach); y <= Math.min(height - 1, end + reach); y++) {
      for (let near = Math.max(0, x - 4); near <= Math.min(width - 1, x + 4); near++) {
        if (found[y * width + near] === 1) return true;
      }
    }
    return false;
  };
  const upright = runsOf(columns, boxSideMin, gapMax);
  const sides = upright.filter(
    (run) =>
      run.to - run.from + 1 >= freeColumnMin ||
      atRow(run.line, run.from) ||
      atRow(run.line, run.to) ||
      hasPeers(run, upright),
  );
  for (const run of sides) eraseThin(columns, run, found);
  for (const run of runsOf(rows, boxTopMin, boxTopGapMax)) {
    if (sides.some((side) => meets(run, side))) eraseThin(rows, run, found);
  }
  for (let index = 0; index < dark.length; index++) if (found[index] === 1) dark[index] = 0;
  return { width, height, dark, erased: found };
}

/** At least three more of the same height at the same place, in different columns: the sides of a row of boxes. */
function hasPeers(run: Run, all: readonly Run[]): boolean {
  const seen: number[] = [run.line];
  for (const other of all) {
    if (Math.abs(other.line - run.line) > peerReach) continue;
    if (Math.abs(other.from - run.from) > 5 || Math.abs(other.to - run.to) > 5) continue;
    if (seen.some((line) => Math.abs(line - other.line) < 12)) continue;
    seen.push(other.line);
  }
  return seen.length > peersMin;
}

function meets(row: Run, side: Run): boolean {
  const atEnd = Math.abs(row.line - side.from) <= 5 || Math.abs(row.line - side.to) <= 5;
  return atEnd && side.line >= row.from - reach && side.line <= row.to + reach;
}

/** A page read along its rows or its columns: `lines` runs across them, `cells` along them. */
interface Direction {
  readonly dark: Uint8Array;
  readonly lines: number;
  readonly cells: number;
  readonly across: number;
  readonly along: number;
}

/** Runs of at least `lengthMin` that may wander over three neighbouring lines, with gaps of at most `gap`. */
function runsOf(direction: Direction, lengthMin: number, gap: number): readonly Run[] {
  const { dark, lines, cells, across, along } = direction;
  const found: Run[] = [];
  for (let line = 1; line < lines - 1; line++) {
    let start = -1;
    let last = -1;
    let at = line * across;
    for (let cell = 0; cell < cells; cell++, at += along) {
      if (dark[at]! >= inkMin || dark[at - across]! >= inkMin || dark[at + across]! >= inkMin) {
        if (start < 0) start = cell;
        last = cell;
      } else if (start >= 0 && cell - last > gap) {
        if (last - start + 1 >= lengthMin) found.push({ line, from: start, to: last });
        start = -1;
      }
    }
    if (start >= 0 && last - start + 1 >= lengthMin) found.push({ line, from: start, to: last });
  }
  return found;
}

/** Marks the ink of a run, but for what is thick across it: the stroke of a character that crosses. */
function eraseThin({ dark, lines, across, along }: Direction, run: Run, found: Uint8Array): void {
  for (let cell = run.from; cell <= run.to; cell++) {
    const isInk = (line: number) =>
      line >= 0 && line < lines && dark[line * across + cell * along]! >= inkMin;
    for (let near = run.line - 1; near <= run.line + 1; near++) {
      if (!isInk(near)) continue;
      let [from, to] = [near, near];
      while (to - from < thickMax && isInk(from - 1)) from--;
      while (to - from < thickMax && isInk(to + 1)) to++;
      if (to - from >= thickMax) continue;
      for (let line = from; line <= to; line++) found[line * across + cell * along] = 1;
    }
  }
}
