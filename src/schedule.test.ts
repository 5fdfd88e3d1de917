import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openJob, type Ticks } from './schedule.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-11-24T01:59:30+09:00') }));
afterEach(() => void vi.useRealTimers());

const silent = { info: () => {}, warn: () => {}, error: () => {} };

it.each<[Ticks, number, number]>([
  [2_000, 10_500, 5],
  // By the clock of Tokyo, wherever the host stands.
  ['0 2 * * *', 20_000, 0],
  ['0 2 * * *', 60_000, 1],
  ['*/10 * * * *', 21 * 60_000, 3],
])('ticks of %s within %d ms: %d runs, and none after the stop', async (ticks, ms, runs) => {
  let count = 0;
  const job = openJob('test', ticks, async () => void count++, silent);
  await vi.advanceTimersByTimeAsync(ms);
  expect(count).toBe(runs);
  await job[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(count).toBe(runs);
});

it('a ring during a run makes one more, however many there are, and a stop waits for the run in hand', async () => {
  let count = 0;
  let finish = () => {};
  const job = openJob(
    'test',
    3_600_000,
    () =>
      new Promise<void>((done) => {
        count++;
        finish = done;
      }),
    silent,
  );
  for (let n = 0; n < 5; n++) job.ring();
  expect(count).toBe(1);
  finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(count).toBe(2);
  let stopped = false;
  const stop = job[Symbol.asyncDispose]().then(() => {
    stopped = true;
  });
  job.ring();
  await vi.advanceTimersByTimeAsync(10);
  expect(stopped).toBe(false);
  finish();
  await stop;
  expect(count).toBe(2);
});
