/** A pattern as the graph of its characters (Glushkov's automaton): which may stand first, after one another, and last. Pure. */
import type { PatternNode } from './pattern-tree.ts';

export interface PatternGraph {
  /** Each place as the pattern writes it, and the characters it takes as bits. */
  readonly sources: readonly string[];
  readonly sets: readonly bigint[];
  /** From each place to the next ones, with the number of ways that lead there (2 is many). */
  readonly next: readonly ReadonlyMap<number, number>[];
  readonly first: readonly number[];
  readonly last: readonly number[];
  /** The whole pattern may take no character at all. */
  readonly empty: boolean;
  /** The places of each repeat, and how often it goes round at most; null is without a bound. */
  readonly bounds: readonly { readonly places: ReadonlySet<number>; readonly max: number | null }[];
}

/** A pattern of 500 characters stays below this unless it repeats long groups by number. */
const placesMax = 600;
/** A group repeated by number is written out so far; what is left of it is a loop. */
const writtenOutMax = 200;

interface Ends {
  readonly empty: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}
const nothing: Ends = { empty: true, first: [], last: [] };

/** Null when the pattern repeats too much by number. Assertions take no character and stand for nothing here. */
export function graphOf(root: PatternNode, flags: string, source: string): PatternGraph | null {
  const alphabet = alphabetOf(source);
  const sources: string[] = [];
  const sets: bigint[] = [];
  const next: Map<number, number>[] = [];
  const bounds: { places: ReadonlySet<number>; max: number | null }[] = [];

  function place(text: string): Ends {
    const known = sources.indexOf(text);
    sets.push(known < 0 ? membersOf(text, flags, alphabet) : sets[known]!);
    sources.push(text);
    next.push(new Map());
    const at = [sources.length - 1];
    return { empty: false, first: at, last: at };
  }

  function join(from: readonly number[], to: readonly number[]): void {
    for (const a of from) for (const b of to) next[a]!.set(b, Math.min(2, (next[a]!.get(b) ?? 0) + 1));
  }

  function follow(a: Ends, b: Ends): Ends {
    join(a.last, b.first);
    return {
      empty: a.empty && b.empty,
      first: a.empty ? [...a.first, ...b.first] : a.first,
      last: b.empty ? [...a.last, ...b.last] : b.last,
    };
  }

  function repeated({ of, min, max }: PatternNode & { kind: 'repeat' }): Ends {
    if (max === 0) return nothing;
    if (max === 1) return { ...build(of), ...(min === 0 ? { empty: true } : {}) };
    const written = sizeOf(of) * min <= writtenOutMax ? min : 1;
    let whole = nothing;
    for (let copy = 0; copy < written; copy += 1) whole = follow(whole, build(of));
    if (max === written) return whole;
    const start = sources.length;
    const body = build(of);
    join(body.last, body.first);
    const places = new Set(sources.map((_, at) => at).slice(start));
    bounds.push({ places, max: max === null ? null : max - written });
    return follow(whole, { ...body, empty: true });
  }

  function build(node: PatternNode): Ends {
    if (sources.length > placesMax) return nothing;
    if (node.kind === 'set') return place(node.source);
    if (node.kind === 'assertion') return nothing;
    if (node.kind === 'repeat') return repeated(node);
    const parts = node.parts.map(build);
    if (node.kind === 'sequence') return parts.reduce(follow, nothing);
    return {
      empty: parts.some((one) => one.empty),
      first: parts.flatMap((one) => one.first),
      last: parts.flatMap((one) => one.last),
    };
  }

  const ends = build(root);
  return sources.length > placesMax ? null : { sources, sets, next, bounds, ...ends };
}

function sizeOf(node: PatternNode): number {
  if (node.kind === 'set') return 1;
  if (node.kind === 'assertion') return 0;
  if (node.kind === 'repeat') return sizeOf(node.of) * Math.max(1, node.min);
  return node.parts.reduce((sum, part) => sum + sizeOf(part), 0);
}

/** Characters that tell the sets of a pattern apart: all of ASCII, some Japanese, and what the pattern itself names. */
function alphabetOf(source: string): readonly string[] {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
  return [...new Set([...ascii, ...'　あんアン漢字ＡＺａｚ０９：＠－ー', ...source])];
}

function membersOf(source: string, flags: string, alphabet: readonly string[]): bigint {
  const pattern = new RegExp(`^(?:${source})$`, flags);
  return alphabet.reduce((set, char, at) => (pattern.test(char) ? set | (1n << BigInt(at)) : set), 0n);
}
