/** The only clock there is; everything else is handed an instant. */
import type { Config } from './config.ts';

/** The wall clock, or one that started at `UKETSUKE_CLOCK` when the process did. */
export function clockOf({ startAt }: Pick<Config, 'startAt'>): () => Date {
  if (startAt === null) return () => new Date();
  const startedAt = performance.now();
  return () => new Date(startAt.getTime() + Math.floor(performance.now() - startedAt));
}
