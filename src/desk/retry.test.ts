import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { businessDaysTriedMax, nextAttempt } from './retry.ts';

const now = new Date('2026-06-01T00:30:00Z');
function waitedMinutes(id: number, attempts: number): number {
  const next = nextAttempt({ id, attempts, businessDaysTried: 0 }, now);
  if (next.kind !== 'again') throw new Error(next.reason);
  return (Date.parse(next.notBefore) - now.getTime()) / 60_000;
}

describe('the wait grows and stays bounded', () => {
  test.each([
    [0, 5],
    [1, 5],
    [2, 10],
    [3, 20],
    [4, 40],
    [5, 80],
    [6, 100],
    [7, 100],
    [500, 100],
    [2 ** 31, 100],
  ])('after %i attempts at least %i minutes and at most a fifth more', (attempts, minutes) => {
    for (let id = 1; id <= 50; id += 1) {
      expect(waitedMinutes(id, attempts)).toBeGreaterThanOrEqual(minutes);
      expect(waitedMinutes(id, attempts)).toBeLessThanOrEqual(minutes * 1.2);
    }
  });
  test('for every id and number of attempts between 5 minutes and 2 hours, the same each time', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (id, attempts) => {
        const waited = waitedMinutes(id, attempts);
        return waited >= 5 && waited <= 120 && waited === waitedMinutes(id, attempts);
      }),
    );
  });
});

test('letters held up together come back spread over the jitter', () => {
  const waits = Array.from({ length: 200 }, (_, id) => Math.floor(waitedMinutes(id + 1, 6)));
  expect(new Set(waits).size).toBeGreaterThanOrEqual(18);
});

test.each([
  [0, 'again'],
  [businessDaysTriedMax - 1, 'again'],
  [businessDaysTriedMax, 'give-up'],
  [businessDaysTriedMax + 3, 'give-up'],
] as const)('after %i business days: %s', (businessDaysTried, kind) => {
  expect(nextAttempt({ id: 7, attempts: 30, businessDaysTried }, now).kind).toBe(kind);
});
