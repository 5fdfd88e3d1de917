import { describe, expect, it } from 'vitest';
import { parseMask } from '../inquiry/support-number.ts';
import { agree, type FaxReading, neighbours } from './agreement.ts';

const mask = parseMask('CL-9999-9999');
const [A, B] = ['CL-4180-2537', 'CL-4180-2537'.replace('7', '1')];
const other = 'CL-9999-0001';
const box = { x: 100, y: 400, width: 300, height: 30 };

const reading = (
  reader: FaxReading['reader'],
  value: string,
  more: Partial<FaxReading> = {},
): FaxReading => ({
  ...{ reader, value, raw: value, confidence: 1, boxed: false, box, sharesBox: false },
  ...more,
});
const knows = (...numbers: readonly string[]) => ({ knows: (number: string) => numbers.includes(number) });
const decisionOf = (readings: readonly FaxReading[], registry: ReturnType<typeof knows> | null = null) => {
  const { decision, value } = agree(mask, readings, registry);
  return value === null ? decision : `${decision} ${value}`;
};

describe('a number on a fax is accepted', () => {
  it.each<[string, readonly FaxReading[]]>([
    ['page and line agree', [reading('page', A), reading('line', A)]],
    [
      'page and our own agree, however unsure',
      [reading('page', A), reading('field', A, { confidence: 0.4 })],
    ],
    [
      'our own and a look at its own box agree, surely',
      [reading('field', A, { confidence: 0.8 }), reading('line', A, { sharesBox: true })],
    ],
    [
      'two agree and a third, unsure, does not',
      [reading('page', A), reading('line', A), reading('field', B, { confidence: 0.5 })],
    ],
    ['our own alone is surer than it ever was when wrong', [reading('field', A, { confidence: 0.95 })]],
  ])('%s', (_, readings) => {
    expect(decisionOf(readings)).toBe(`accepted ${A}`);
  });

  it('by our own reader alone only when the registry knows it and nothing near it', () => {
    const alone = [reading('field', A, { confidence: 0.99 })];
    expect(decisionOf(alone, knows(A))).toBe(`accepted ${A}`);
    expect(decisionOf(alone, knows(other))).toBe('uncertain');
    expect(decisionOf(alone, knows(A, B))).toBe('uncertain');
  });
});

describe('a person must look when', () => {
  it.each<[string, readonly FaxReading[]]>([
    ['one reader of text is alone', [reading('page', A)]],
    ['the same reader says it twice', [reading('page', A), reading('page', A)]],
    [
      'our own is unsure and the other looked at the same crop',
      [reading('field', A, { confidence: 0.75 }), reading('line', A, { sharesBox: true })],
    ],
    ['they differ', [reading('page', A), reading('line', B)]],
    [
      'two agree against our own, which is sure',
      [reading('page', A), reading('line', A), reading('field', B, { confidence: 0.9 })],
    ],
  ])('%s', (_, readings) => {
    expect(decisionOf(readings)).toBe('uncertain');
  });

  it('two agree on a number that is not registered, but a near one is', () => {
    const both = [reading('page', A), reading('line', A)];
    expect(decisionOf(both, knows(B))).toBe('uncertain');
    expect(agree(mask, both, knows(B)).ranked).toEqual([A, B]);
    expect(decisionOf(both, knows(other))).toBe(`accepted ${A}`);
  });

  it('two different numbers stand at different places', () => {
    const below = { ...box, y: 600 };
    expect(decisionOf([reading('page', A), reading('line', A), reading('page', other, { box: below })])).toBe(
      'ambiguous',
    );
    // One number written twice and misread once is no second number.
    expect(decisionOf([reading('page', A), reading('line', A), reading('page', B, { box: below })])).toBe(
      `accepted ${A}`,
    );
  });
});

it('says missing when nobody saw anything, and only ranks what a header line points to', () => {
  expect(agree(mask, [], null, [other])).toMatchObject({ decision: 'missing', value: null, ranked: [other] });
  expect(
    agree(mask, [reading('page', A), reading('field', other, { confidence: 0.5 })], null, [other]),
  ).toMatchObject({
    decision: 'uncertain',
    value: null,
    ranked: [other, A],
  });
});

it('knows every number one character away', () => {
  const near = neighbours(mask, A);
  expect(near).toHaveLength(72);
  expect(near).toContain(B);
  expect(near).not.toContain(A);
});
