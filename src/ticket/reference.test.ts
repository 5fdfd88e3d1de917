import { describe, expect, it } from 'vitest';
import { formatReference, referencesIn } from './reference.ts';

describe('reference of a ticket', () => {
  it.each([
    [1, 'R-20261120-0001'],
    [9999, 'R-20261120-9999'],
    [10000, 'R-20261120-10000'],
  ])('%i', (count, expected) => expect(formatReference('2026-11-20', count)).toBe(expected));

  it.each([
    ['Re: [R-20261120-0001] お問合せ', ['R-20261120-0001']],
    ['RE: ［Ｒ－２０２６１１２０－０００１］', ['R-20261120-0001']],
    ['[r-20261120-0001] [R-20261120-0001]', ['R-20261120-0001']],
    ['[R-20261120-10000]', ['R-20261120-10000']],
    ['R-20261120-0001 without brackets', []],
    ['[R-2026112-0001]', []],
    ['[R-20261120-001]', []],
  ])('%s', (subject, expected) => expect(referencesIn(subject)).toEqual(expected));
});
