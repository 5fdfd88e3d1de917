/** The best way through a line's candidates that spells the mask (Viterbi): what each is, and where it stands. */
import type { Mask, MaskPart } from '../inquiry/mask.ts';
import type { Box } from './bitmap.ts';
import type { Candidate } from './number-field-segments.ts';

/** What the network says of a candidate: the probability of each class. */
export interface Seen extends Candidate {
  readonly odds: Float32Array;
}

export interface Path {
  readonly score: number;
  /** How surely something that was left out, between its characters or beside them, is one more of them. */
  readonly leftOut: number;
  /** One for each letter, digit or literal of the mask. */
  readonly glyphs: readonly {
    readonly char: string;
    readonly p: number;
    /** How surely it is this character and no other that may stand there, if it is one at all: `p` over both. */
    readonly clear: number;
    /** The most probable letter or digit that may not stand there. */
    readonly other: number;
    readonly seen: Seen;
  }[];
}

const logMin = -6.5;
/** A fixed character says little: a rule of a box may have taken it away. */
const literalLogMin = -3.5;
/** Of the fixed characters at least half must have been seen, surer than this. */
const literalSeenMin = 0.1;
const skippedMax = 4;
/** Letters that a place for a digit takes for it, and the other way round (spec 3.4). */
const lookAlikes: Readonly<Record<string, string>> = {
  '0': 'OQD',
  '1': 'I',
  '2': 'Z',
  '5': 'S',
  '8': 'B',
  '6': 'G',
  O: '0',
  I: '1',
  Z: '2',
  S: '5',
  B: '8',
  G: '6',
};

interface Place {
  readonly chars: readonly { readonly char: string; readonly classes: readonly number[] }[];
  /** A separator stands before it in the mask. */
  readonly separated: boolean;
  readonly literal: boolean;
}

export function placesOf(mask: Mask, classes: readonly string[]): readonly Place[] {
  const places: Place[] = [];
  let separated = false;
  for (const part of mask.parts) {
    if (part.kind === 'separator') separated = true;
    else {
      places.push({
        separated,
        literal: part.kind === 'literal',
        chars: charsOf(part).map((char) => ({ char, classes: classesOf(char) })),
      });
      separated = false;
    }
  }
  return places;

  function charsOf(part: MaskPart): readonly string[] {
    if (part.kind === 'literal') return [part.char.toUpperCase()];
    return classes.filter((one) => (part.kind === 'digit' ? /^\d$/ : /^[A-Z]$/).test(one));
  }
  function classesOf(char: string): readonly number[] {
    return [char, ...(lookAlikes[char] ?? '')].map((one) => classes.indexOf(one)).filter((at) => at >= 0);
  }
}

/** A glyph of the path; the mask may have a separator before it. */
interface Standing extends Seen {
  readonly separated: boolean;
}

interface Step {
  readonly score: number;
  readonly char: string;
  readonly p: number;
  readonly before: number;
}

/** A candidate that may follow another, and what it costs. */
interface Next {
  readonly to: number;
  readonly cost: number;
}

/** The best path through one line, or null. `pieces` are the line's, in reading order. */
export function bestPath(places: readonly Place[], seen: readonly Seen[], context: LineContext): Path | null {
  const { lineHeight } = context;
  const startsAt = new Map<number, number[]>();
  for (const [index, one] of seen.entries()) {
    if (one.box.height < 0.45 * lineHeight) continue;
    const list = startsAt.get(one.first);
    if (list === undefined) startsAt.set(one.first, [index]);
    else list.push(index);
  }
  let steps: (Step | null)[] = seen.map((one) =>
    one.box.height < 0.45 * lineHeight ? null : { ...likeliest(places[0]!, one), before: -1 },
  );
  for (const [index, step] of steps.entries()) {
    if (step !== null) steps[index] = { ...step, score: step.score - context.before(seen[index]!) };
  }
  const history = [steps];
  const after = followers(seen, startsAt, context);
  for (const place of places.slice(1)) {
    const here = seen.map((one) => likeliest(place, one));
    const reached: (Step | null)[] = seen.map(() => null);
    for (const [from, step] of steps.entries()) {
      if (step === null) continue;
      for (const { to, cost } of after(from, place.separated)) {
        const { score, char, p } = here[to]!;
        const total = step.score + score - cost;
        if (total > (reached[to]?.score ?? Number.NEGATIVE_INFINITY)) {
          reached[to] = { score: total, char, p, before: from };
        }
      }
    }
    steps = reached;
    history.push(steps);
  }
  let last = -1;
  let score = Number.NEGATIVE_INFINITY;
  for (const [index, step] of steps.entries()) {
    if (step === null) continue;
    const total = step.score - context.after(seen[index]!);
    if (total > score) [last, score] = [index, total];
  }
  if (last < 0) return null;
  const glyphs: Path['glyphs'][number][] = [];
  for (let place = places.length - 1; place >= 0; place--) {
    const step = history[place]![last]!;
    const { clear } = likeliest(places[place]!, seen[last]!);
    const other = context.other(
      places[place]!.chars.flatMap(({ classes }) => classes),
      seen[last]!,
    );
    glyphs.unshift({ char: step.char, p: step.p, clear, other, seen: seen[last]! });
    last = step.before;
  }
  const literals = glyphs.filter((_, index) => places[index]!.literal);
  const lost = literals.filter(({ p }) => p < literalSeenMin).length;
  if (2 * lost > literals.length) return null;
  const standing = glyphs.map(({ seen }, index) => ({ ...seen, separated: places[index]!.separated }));
  return { score, leftOut: context.leftOut(standing), glyphs };
}

/** What may follow a candidate, with or without a separator between; worked out once for all places of the mask. */
function followers(
  seen: readonly Seen[],
  startsAt: ReadonlyMap<number, readonly number[]>,
  context: LineContext,
): (from: number, separated: boolean) => readonly Next[] {
  const known = seen.map(() => new Map<boolean, readonly Next[]>());
  const find = (one: Seen, separated: boolean): readonly Next[] => {
    const end = one.first + one.count;
    const pieces = Array.from({ length: skippedMax + 1 }, (_, left) => end + left);
    return pieces.flatMap((first) =>
      (startsAt.get(first) ?? []).flatMap((to) => {
        const cost = context.between(one, seen[to]!, separated);
        return cost === null ? [] : [{ to, cost }];
      }),
    );
  };
  return (from, separated) => {
    const found = known[from]!.get(separated) ?? find(seen[from]!, separated);
    known[from]!.set(separated, found);
    return found;
  };
}

/** The best character of a place for what was seen; look-alikes of the other kind count for it. */
function likeliest(
  place: Place,
  { odds }: Seen,
): { readonly score: number; readonly char: string; readonly p: number; readonly clear: number } {
  let char = '';
  let p = -1;
  let rival = 0;
  for (const one of place.chars) {
    let sum = 0;
    for (const index of one.classes) sum += odds[index]!;
    if (sum > p) {
      rival = Math.max(rival, p);
      [char, p] = [one.char, sum];
    } else rival = Math.max(rival, sum);
  }
  const clear = p / (p + rival);
  return { char, p, clear, score: Math.max(Math.log(p), place.literal ? literalLogMin : logMin) };
}

export interface LineContext {
  readonly lineHeight: number;
  /** The cost of one glyph following another, null when it cannot. */
  readonly between: (a: Seen, b: Seen, separated: boolean) => number | null;
  /** The cost of what stands before the first and after the last glyph: more of the same is a longer number. */
  readonly before: (first: Seen) => number;
  readonly after: (last: Seen) => number;
  /** The probability that a longer number was pressed into the mask: of the likeliest character passed over. */
  readonly leftOut: (path: readonly Standing[]) => number;
  readonly other: (allowed: readonly number[], one: Seen) => number;
}

/** The cost of a further digit behind the last: it is a longer number. */
const furtherDigit = 9;

/** Costs from the places of the glyphs, in heights of the glyphs themselves. */
export function lineContext(
  classes: readonly string[],
  seen: readonly Seen[],
  lineHeight: number,
): LineContext {
  const hyphen = classes.indexOf('-');
  const digits = classes.flatMap((one, index) => (/^\d$/.test(one) ? [index] : []));
  const letters = classes.flatMap((one, index) => (/^[A-Z]$/.test(one) ? [index] : []));
  const starting = new Map<number, Seen[]>();
  const ending = new Map<number, Seen[]>();
  for (const one of seen) {
    starting.set(one.first, [...(starting.get(one.first) ?? []), one]);
    ending.set(one.first + one.count, [...(ending.get(one.first + one.count) ?? []), one]);
  }
  const share = (one: Seen, of: readonly number[]) => of.reduce((sum, index) => sum + one.odds[index]!, 0);
  const alone = new Map(
    seen
      .filter(({ count }) => count === 1)
      .map((one) => [
        one.first,
        { one, isHyphen: one.odds[hyphen]!, isCharacter: share(one, digits) + share(one, letters) },
      ]),
  );

  function between(a: Seen, b: Seen, separated: boolean): number | null {
    const height = Math.max(a.box.height, b.box.height);
    const gap = b.box.x - a.box.x - a.box.width;
    if (gap > 4.5 * height || gap < -0.35 * height) return null;
    const size = Math.abs(Math.log(a.box.height / b.box.height));
    const centre = Math.abs(a.box.y + a.box.height / 2 - b.box.y - b.box.height / 2) / height;
    const bottom = Math.abs(a.box.y + a.box.height - b.box.y - b.box.height) / height;
    let cost = 2.5 * Math.max(0, size - 0.12) + 4 * Math.max(0, Math.min(centre, bottom) - 0.08);
    let skipped = 0;
    let mark = 0;
    for (let piece = a.first + a.count; piece < b.first; piece++) {
      const left = alone.get(piece);
      if (left === undefined) return null;
      const { one, isHyphen, isCharacter } = left;
      // A character left out would make a longer number fit.
      if (one.box.height > 0.6 * height) skipped += 5 * isCharacter;
      mark = Math.max(mark, isHyphen);
      const size = Math.max(one.box.height, one.box.width * 0.6) / height;
      skipped += separated ? (1 - isHyphen) * Math.min(2.5, 3 * size) : 0.6 + Math.min(2.5, 3 * size);
    }
    const room = (separated ? 1.9 : 1.3) + (mark > 0.5 ? 0.6 : 0);
    cost += skipped + 1.5 * Math.max(0, gap / height - room);
    return cost;
  }

  /** How surely a neighbour within reach is one more letter or digit, or a hyphen with one behind it. */
  function more(
    edge: Seen,
    beside: readonly Seen[],
    next: (one: Seen) => readonly Seen[],
    what: readonly number[],
  ) {
    let most = 0;
    for (const one of beside) {
      const gap = Math.max(one.box.x - edge.box.x - edge.box.width, edge.box.x - one.box.x - one.box.width);
      const alike = Math.abs(Math.log(one.box.height / edge.box.height)) < 0.3;
      if (gap > 1.1 * edge.box.height) continue;
      if (alike) most = Math.max(most, share(one, what));
      if (one.odds[hyphen]! < 0.5) continue;
      for (const far of next(one)) {
        if (Math.abs(Math.log(far.box.height / edge.box.height)) < 0.3) {
          most = Math.max(most, one.odds[hyphen]! * share(far, digits));
        }
      }
    }
    return most;
  }
  const before = (first: Seen) => {
    const next = (one: Seen) => ending.get(one.first) ?? [];
    return 3 * more(first, next(first), next, digits) + 1 * more(first, next(first), next, letters);
  };
  const after = (last: Seen) => {
    const next = (one: Seen) => starting.get(one.first + one.count) ?? [];
    return furtherDigit * more(last, next(last), next, digits);
  };
  function leftOut(path: readonly Standing[]): number {
    let most = 0;
    for (const [index, a] of path.entries()) {
      const b = path[index + 1];
      if (b === undefined) continue;
      for (const one of seen) {
        const passed = one.first >= a.first + a.count && one.first + one.count <= b.first;
        // CL-1360-32832: where a hyphen parts other groups than the mask's, this is another number.
        if (passed && !b.separated && one.odds[hyphen]! > 0.5) return 1;
        if (!passed || one.box.height < 0.6 * Math.max(a.box.height, b.box.height)) continue;
        // What stands as its neighbours do is a character, whatever it looks like.
        if (standsLike(one.box, a.box) && standsLike(one.box, b.box)) return 1;
        most = Math.max(most, share(one, digits) + share(one, letters));
      }
    }
    return Math.max(most, after(path.at(-1)!) / furtherDigit, goesOn(path) ? 1 : 0);
  }
  /** Whether behind the last character stands one more as it and the one before it do, as near to it, whatever it looks like. */
  function goesOn(path: readonly Standing[]): boolean {
    const last = path.at(-1)!;
    const previous = path.at(-2);
    if (previous === undefined) return false;
    const pitch = middle(last.box) - middle(previous.box);
    return (starting.get(last.first + last.count) ?? []).some(
      ({ box }) =>
        middle(box) - middle(last.box) <= 1.25 * pitch &&
        standsLike(box, last.box) &&
        standsLike(box, previous.box),
    );
  }
  const other = (allowed: readonly number[], one: Seen) =>
    [...digits, ...letters].reduce(
      (most, index) => (allowed.includes(index) ? most : Math.max(most, one.odds[index]!)),
      0,
    );
  return { lineHeight, between, before, after, leftOut, other };
}

const middle = ({ x, width }: Box) => x + width / 2;

/** As high and on the same line, within a seventh of its height; a bare stroke may be a 1, less is a sliver of a rule. */
function standsLike(one: Box, other: Box): boolean {
  const off = other.height / 7;
  const [bottom, otherBottom] = [one.y + one.height, other.y + other.height];
  return (
    one.width >= other.height / 10 &&
    Math.abs(one.y - other.y) <= off &&
    Math.abs(bottom - otherBottom) <= off
  );
}
