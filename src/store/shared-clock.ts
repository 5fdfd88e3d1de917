/** The clock by which processes on several machines judge the leases of one another: that of the database they share. */
import type { Database } from './database.ts';

const measureMs = 60_000;

/**
 * Milliseconds, as PostgreSQL counts them; looked up again once a minute, because a machine may sleep. Host clocks that
 * differ by minutes would make one process take the work of another, living one for abandoned.
 */
export async function sharedClock(db: Database): Promise<() => number> {
  const measure = async () => {
    const asked = await db.read((q) => q.raw('select extract(epoch from clock_timestamp()) * 1000 as ms'));
    return Number(asked.rows[0].ms) - performance.now();
  };
  let base = await measure();
  let measuredAt = performance.now();
  return () => {
    if (performance.now() - measuredAt > measureMs) {
      measuredAt = performance.now();
      void measure().then(
        (found) => {
          base = found;
        },
        () => {}, // Away for a moment: the last one still counts.
      );
    }
    return Math.floor(base + performance.now());
  };
}
