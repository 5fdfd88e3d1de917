/** A small seeded generator of random numbers (mulberry32): the same seed, the same fonts, pages and model. */
export function createRandom(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const between = (low: number, high: number) => low + (high - low) * next();
  return {
    next,
    between,
    whole: (low: number, high: number) => Math.floor(between(low, high + 1)),
    chance: (share: number) => next() < share,
    pick: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!,
    /** Near enough to a normal distribution of mean 0 and deviation 1. */
    normal: () => next() + next() + next() + next() + next() + next() - 3 + (next() + next() - 1) * 0.7,
  };
}

export type Random = ReturnType<typeof createRandom>;
