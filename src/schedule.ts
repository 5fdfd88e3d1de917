/**
 * Ticks and doorbells: a job never overlaps itself, a ring during a run makes it run once more, and stopping
 * waits for the run in hand (node-cron's own stop does not).
 */
import cron from 'node-cron';
import type { Journal } from './desk/ports.ts';
import { isWorldTrouble } from './desk/trouble.ts';

export interface Job extends AsyncDisposable {
  /** Asks for a run now, or for one more after the run in hand. */
  ring(): void;
  /** Resolves when no run is in hand and none is asked for. */
  idle(): Promise<void>;
}

/**
 * Milliseconds on the monotonic clock, so that a host whose clock is set back goes on reading and sending; or a cron
 * expression in Asia/Tokyo for what belongs to a time of day.
 */
export type Ticks = number | string;

/**
 * `work` asks `stopping` between two pieces of its work, so that a long queue does not hold up the end.
 * One pass of the schedule is one of the four places that catch: trouble is told, the next tick tries again.
 */
export function openJob(
  name: string,
  ticks: Ticks,
  work: (stopping: () => boolean) => Promise<void>,
  journal: Journal,
): Job {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  const run = async () => {
    do {
      again = false;
      try {
        await work(() => stopped);
      } catch (error) {
        // What a stop cuts off goes back into its queue: no trouble to tell.
        if (!stopped || !isWorldTrouble(error))
          journal.error('pass-failed', { job: name, message: (error as Error).message });
      }
    } while (again && !stopped);
    running = null;
  };
  const ring = () => {
    if (stopped) return;
    if (running === null) running = run();
    else again = true;
  };
  const stopTicks = startTicks(name, ticks, ring);
  return {
    ring,
    async idle() {
      while (running !== null) await running;
    },
    async [Symbol.asyncDispose]() {
      stopped = true;
      await stopTicks();
      if (running !== null) await running;
    },
  };
}

function startTicks(name: string, ticks: Ticks, ring: () => void): () => void | Promise<void> {
  if (typeof ticks === 'number') {
    const timer = setInterval(ring, ticks);
    return () => clearInterval(timer);
  }
  const silent = () => {};
  const task = cron.schedule(ticks, ring, {
    name,
    timezone: 'Asia/Tokyo',
    noOverlap: true,
    logger: { info: silent, warn: silent, error: silent, debug: silent },
  });
  return () => task.destroy();
}
