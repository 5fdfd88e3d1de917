/** `retention`: bytes of what is done with go after so many days (spec 6); the daemon does it once a night. */
import { dayOf } from '../calendar/jst.ts';
import type { Desk } from './house.ts';
import type { Purged, PurgeOrder } from './ports.ts';

const dayMs = 86_400_000;
/** The night's work begins at two, Asia/Tokyo; a daemon that was down then does it when it is up again. */
const nightMs = 2 * 60 * 60_000;

/** Ends early when `stopping`. */
export function purgeOlder(
  { store }: Pick<Desk, 'store'>,
  days: number,
  now: Date,
  { dryRun = false, stopping = () => false }: Partial<Pick<PurgeOrder, 'dryRun' | 'stopping'>> = {},
): Promise<Purged> {
  return store.purge({
    before: purgeBefore(days, now).toISOString(),
    at: now.toISOString(),
    dryRun,
    stopping,
  });
}

export function purgeBefore(days: number, now: Date): Date {
  return new Date(now.getTime() - days * dayMs);
}

/** The night `now` belongs to. */
export function nightOf(now: Date): string {
  return dayOf(new Date(now.getTime() - nightMs));
}
