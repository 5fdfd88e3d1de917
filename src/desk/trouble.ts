/** One question about every failure: is it the world's, so that later may be better? Everything else is a fault of ours. */
export function isWorldTrouble(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && (error.kind === 'again' || error.kind === 'stop');
}
