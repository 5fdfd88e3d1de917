/**
 * What a pattern of the operator may cost on hostile text. The engine tries every way in which the parts of a pattern can
 * share a text. Where one word leads around a loop in two ways, a mail of some kilobytes keeps it busy for years (EDA); where several
 * loops in a row can take the same word, each multiplies the work by what it holds (IDA). Both are told by the graph of the pattern:
 * Weber and Seidl, On the degree of ambiguity of finite automata, 1991. Pure.
 */
import { graphOf, type PatternGraph } from './pattern-graph.ts';
import { type PatternNode, parsePattern } from './pattern-tree.ts';

export interface PatternCost {
  /** About how many steps at most on a text of `chars`; Infinity where nothing bounds them. */
  readonly steps: number;
  /** The parts that can take the same text, as the pattern writes them. */
  readonly between: readonly string[];
  /** It fits where nothing stands. */
  readonly empty: boolean;
}

type Shared = Pick<PatternCost, 'steps' | 'between'>;

/** Of two large loops not all pairs of places are tried: they count as sharing. */
const pairsMax = 400;
/** More loops in one pattern are not compared with one another: they count as sharing. */
const loopsMax = 24;
/** A loop of more steps than this is not walked twice at once: it counts as having two ways. */
const edgesMax = 1_000;

interface Loop {
  readonly at: readonly number[];
  /** How often it can go round, counted in places. */
  readonly weight: number;
}

/** Of a source that the engine has taken with these flags. */
export function patternCost(source: string, flags: string, chars: number): PatternCost {
  const tree = parsePattern(source);
  const graph = graphOf(tree, flags, source);
  if (graph === null) return { steps: Infinity, between: ['{…}'], empty: false };
  const asserts = assertionsOf(tree);
  const factor = asserts.reduce((product, one) => product * roundsOf(one, chars), 1);
  const { empty } = graph;
  const inner = asserts.find((one) => roundsOf(one, chars) > 1 && hasLoopInLoop(one));
  if (inner !== undefined) return { steps: Infinity, between: ['(?…)'], empty };
  const loops = loopsOf(graph, chars);
  if (loops.length > loopsMax)
    return { steps: Infinity, between: loops.flatMap((one) => named(graph, one)), empty };
  const twice = loops.find((loop) => goesRoundInTwoWays(graph, loop));
  if (twice !== undefined) return { steps: Infinity, between: named(graph, twice), empty };
  // A loop that may end the pattern has matched when it is reached, unless something may still object behind it.
  const objects = asserts.length > 0;
  const tried = loops.filter(({ at }) => objects || !at.some((place) => graph.last.includes(place)));
  const anchored = /^\^/.test(source) && !flags.includes('m') && tree.kind !== 'choice';
  const all = anchored ? tried : [null, ...tried];
  const best = new Map<Loop | null, Shared>();
  const worst = (to: Loop | null): Shared => {
    const known = best.get(to);
    if (known !== undefined) return known;
    let found: Shared = { steps: chars, between: to === null ? [] : named(graph, to) };
    for (const from of all) {
      if (from === to || to === null || !leads(graph, from, to)) continue;
      const before = worst(from);
      const shared = share(graph, from, to);
      const steps = shared ? before.steps * to.weight : before.steps;
      const between = shared ? [...before.between, ...named(graph, to)] : before.between;
      if (steps > found.steps) found = { steps, between };
    }
    best.set(to, found);
    return found;
  };
  const dearest = all.map(worst).reduce((a, b) => (b.steps > a.steps ? b : a), { steps: chars, between: [] });
  return { steps: dearest.steps * factor, between: dearest.between, empty };
}

const named = (graph: PatternGraph, { at }: Loop) => [...new Set(at.map((place) => graph.sources[place]!))];

function assertionsOf(node: PatternNode): readonly PatternNode[] {
  if (node.kind === 'assertion') return [node.of];
  if (node.kind === 'repeat') return assertionsOf(node.of);
  return node.kind === 'set' ? [] : node.parts.flatMap(assertionsOf);
}

/** How often the repeats of what looks ahead can go round. */
function roundsOf(node: PatternNode, chars: number): number {
  if (node.kind === 'set') return 1;
  if (node.kind === 'assertion') return roundsOf(node.of, chars);
  if (node.kind === 'repeat') return Math.max(1, node.max ?? chars) * roundsOf(node.of, chars);
  return node.parts.reduce((product, part) => product * roundsOf(part, chars), 1);
}

function hasLoopInLoop(node: PatternNode, inside = false): boolean {
  if (node.kind === 'set') return false;
  if (node.kind === 'assertion') return hasLoopInLoop(node.of, inside);
  if (node.kind !== 'repeat') return node.parts.some((part) => hasLoopInLoop(part, inside));
  const loops = node.max === null || node.max > 1;
  return (loops && inside) || hasLoopInLoop(node.of, inside || loops);
}

/** The strongly connected parts of the graph that hold a way round. */
function loopsOf(graph: PatternGraph, chars: number): readonly Loop[] {
  const after = graph.next.map((_, at) => reachable(graph, [at]));
  const seen = new Set<number>();
  return graph.next.flatMap((_, place) => {
    if (seen.has(place) || !after[place]!.has(place)) return [];
    const at = [...after[place]!].filter((one) => after[one]!.has(place));
    for (const one of at) seen.add(one);
    const bounds = graph.bounds.filter(({ places }) => at.some((one) => places.has(one)));
    const rounds = bounds.reduce((product, { max }) => product * (max ?? chars), 1);
    return [{ at, weight: Math.min(chars, rounds * at.length) }];
  });
}

/** Places that one or more steps lead to. */
function reachable({ next }: PatternGraph, from: readonly number[]): ReadonlySet<number> {
  const found = new Set<number>();
  const waiting = from.flatMap((one) => [...next[one]!.keys()]);
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (found.has(one)) continue;
    found.add(one);
    waiting.push(...next[one]!.keys());
  }
  return found;
}

/** Null is the search itself, which begins at each character anew. */
function leads(graph: PatternGraph, from: Loop | null, to: Loop): boolean {
  return from === null || reachable(graph, from.at).has(to.at[0]!);
}

/** A word from a place of the loop back to it by two ways (EDA). */
function goesRoundInTwoWays(graph: PatternGraph, { at }: Loop): boolean {
  const within = new Set(at);
  const edges = at.reduce((sum, one) => sum + graph.next[one]!.size, 0);
  if (edges > edgesMax) return true;
  if (at.some((a) => [...graph.next[a]!].some(([b, ways]) => ways > 1 && within.has(b)))) return true;
  const steps = (pair: readonly number[]) => together(graph, pair, [within, within]);
  const start = at.map((one) => [one, one]);
  const parted = walk(start, steps).filter(([a, b]) => a !== b);
  return parted.some((pair) => walk([pair], steps).some(([a, b]) => a === b));
}

/** A word that goes round in the one, leads from it to the other, and goes round there (IDA). */
function share(graph: PatternGraph, from: Loop | null, to: Loop): boolean {
  const [here, there] = [new Set(from?.at ?? []), new Set(to.at)];
  if (here.size * there.size > pairsMax) return true;
  if (from === null) {
    // The search takes every character and may begin the pattern with any.
    const begun = graph.first.flatMap((a) =>
      to.at.flatMap((q) => [...graph.next[q]!.keys()].filter((b) => there.has(b)).map((b) => [a, b, q])),
    );
    return begun.some(([a, b, q]) => {
      if ((graph.sets[a!]! & graph.sets[b!]!) === 0n) return false;
      const steps = (pair: readonly number[]) => together(graph, pair, [null, there]);
      return [[a!, b!], ...walk([[a!, b!]], steps)].some(([one, other]) => one === q && other === q);
    });
  }
  const steps = (three: readonly number[]) => together(graph, three, [here, null, there]);
  return from.at.some((p) =>
    to.at.some((q) => walk([[p, p, q]], steps).some(([a, b, c]) => a === p && b === q && c === q)),
  );
}

/** All that lies one or more steps on. */
function walk(
  start: readonly (readonly number[])[],
  steps: (at: readonly number[]) => readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const found = new Map<string, readonly number[]>();
  const waiting = start.flatMap(steps);
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const key = one.join();
    if (found.has(key)) continue;
    found.set(key, one);
    waiting.push(...steps(one));
  }
  return [...found.values()];
}

/** Each place moves on, all over the same character; a place stays within its set where one is given. */
function together(
  { next, sets }: PatternGraph,
  at: readonly number[],
  within: readonly (ReadonlySet<number> | null)[],
): readonly (readonly number[])[] {
  let moved: { readonly to: readonly number[]; readonly chars: bigint }[] = [{ to: [], chars: -1n }];
  for (const [index, place] of at.entries()) {
    const targets = [...next[place]!.keys()].filter((one) => within[index]?.has(one) ?? true);
    moved = moved.flatMap(({ to, chars }) =>
      targets
        .map((one) => ({ to: [...to, one], chars: chars & sets[one]! }))
        .filter((one) => one.chars !== 0n),
    );
  }
  return moved.map(({ to }) => to);
}
