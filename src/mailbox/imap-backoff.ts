/** How long to wait before the next connection to a mailbox. Pure; times in milliseconds. */

const FIRST_MS = 1_000;
const MOST_MS = 5 * 60_000;
/** A refused login is not tried again hot: servers lock accounts out. A changed secret ends the pause. */
const REFUSED_MS = 15 * 60_000;

/**
 * Doubles from about 1 s up to 5 min; between half and the whole of it, so that many clients of a server that comes
 * back do not come at once. `failures` counts from 1, `chance` is in [0, 1).
 */
export function pauseMs(failures: number, refused: boolean, chance: number): number {
  const full = refused ? REFUSED_MS : Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.round((full * (1 + chance)) / 2);
}
