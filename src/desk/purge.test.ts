import { expect, it } from 'vitest';
import { nightOf, purgeBefore } from './purge.ts';

it.each([
  ['2026-11-24T01:59:59+09:00', '2026-11-23'],
  ['2026-11-24T02:00:00+09:00', '2026-11-24'],
  ['2026-11-24T23:59:59+09:00', '2026-11-24'],
  ['2026-11-25T00:30:00+09:00', '2026-11-24'],
])('the night of %s is %s', (now, night) => expect(nightOf(new Date(now))).toBe(night));

it('days are of 24 hours, whatever the calendar says', () => {
  expect(purgeBefore(30, new Date('2026-11-24T00:00:00Z')).toISOString()).toBe('2026-10-25T00:00:00.000Z');
});
