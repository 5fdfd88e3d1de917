import { describe, expect, it } from 'vitest';
import { pauseMs } from './imap-backoff.ts';

describe('the pause before the next connection', () => {
  it.each([
    [1, false, 0, 500],
    [1, false, 0.5, 750],
    [2, false, 0, 1_000],
    [5, false, 0, 8_000],
    [9, false, 0, 128_000],
    [10, false, 0, 150_000],
    [5_000, false, 0, 150_000],
    [1, true, 0, 450_000],
    [7, true, 0.5, 675_000],
  ])('after %i failures (login refused: %s, chance %d) is %i ms', (failures, refused, chance, expected) => {
    expect(pauseMs(failures, refused, chance)).toBe(expected);
  });

  it('stays within half and the whole of its bound for every chance', () => {
    for (let failures = 1; failures < 30; failures += 1)
      for (let chance = 0; chance < 1; chance += 0.01) {
        const full = Math.min(300_000, 1_000 * 2 ** (failures - 1));
        expect(pauseMs(failures, false, chance)).toBeGreaterThanOrEqual(full / 2);
        expect(pauseMs(failures, false, chance)).toBeLessThanOrEqual(full);
      }
  });
});
