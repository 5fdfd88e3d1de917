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
  ...{
    reader,
    value,
    raw: value,
    confidence: 1,
    clear: 1,
    fixed: reader !== 'line',
    boxed: false,
    box,
    sharesBox: false,
  },
  ...more,
});
const knows = (...numbers: readonly string[]) => ({ knows: (number: string) => numbers.includes(number) });
const decisionOf = (readings: readonly FaxReading[], registry: ReturnType<typeof knows> | null = null) => {
  const { decision, value } = agree(mask, readings, registry);
  return value === null ? decision : `${decision} ${value}`;
};

describe('a number on a fax is accepted', () => {
  it.each<[string, readonly FaxReading[]]>([
    ['our own and the text of the page agree', [reading('page', A), reading('field', A)]],
    [
      'page and our own agree, however damaged it looks',
      [reading('page', A), reading('field', A, { confidence: 0.06, clear: 0.6 })],
    ],
    [
      'our own and a look at its own box agree, and each character is clear',
      [reading('field', A, { confidence: 0.4, clear: 0.95 }), reading('line', A, { sharesBox: true })],
    ],
    [
      'our own and another agree, and the same engine once said something else',
      [reading('field', A), reading('line', A, { sharesBox: true }), reading('page', B)],
    ],
    [
      'two agree and one of them read the fixed letters',
      [reading('field', A, { fixed: false }), reading('page', A)],
    ],
  ])('%s', (_, readings) => {
    expect(decisionOf(readings)).toBe(`accepted ${A}`);
  });

  it('without our own reader only when the registry knows it and nothing near it', () => {
    // Fixed by a run over drawn pages: both models read a dotted zero as 6.
    const texts = [reading('page', A), reading('line', A)];
    expect(decisionOf(texts)).toBe('uncertain');
    expect(decisionOf(texts, knows(A))).toBe(`accepted ${A}`);
    expect(decisionOf(texts, knows(other))).toBe('uncertain');
    expect(decisionOf(texts, knows(A, B))).toBe('uncertain');
    const own = [reading('page', A), reading('field', A)];
    expect(decisionOf(own, knows(other))).toBe(`accepted ${A}`);
    expect(decisionOf(own, knows(A, B))).toBe(`accepted ${A}`);
  });

  it('where a fixed character is lost in the crop both looked at, only when the registry says the same', () => {
    // Dirt made 6 of a 5 and took the L: both saw it.
    const crop = [reading('field', A, { confidence: 0.04 }), reading('line', A, { sharesBox: true })];
    expect(decisionOf(crop)).toBe('uncertain');
    expect(decisionOf(crop, knows(A))).toBe(`accepted ${A}`);
    expect(decisionOf(crop, knows(other))).toBe('uncertain');
    expect(decisionOf(crop, knows(A, B))).toBe('uncertain');
    // The text of the page has it as it is: then a neighbour in the registry says nothing against it.
    for (const raw of [A, 'CL 4180 2537', 'CL41802537', 'cl-4180-2537', 'C L - 4 1 8 0 - 2 5 3 7']) {
      const whole = [crop[0]!, reading('page', A, { raw })];
      expect(decisionOf(whole)).toBe(`accepted ${A}`);
      expect(decisionOf(whole, knows(A, B))).toBe(`accepted ${A}`);
      expect(decisionOf(whole, knows(other))).toBe('uncertain');
    }
    // `CI-…` and `SL-…`, numbers of other kinds: our own reader sees dirt where the letter stands, the text a stroke.
    for (const seen of [
      { confidence: 0.5 },
      { fixed: false },
      { raw: 'Cl41802537' },
      { raw: 'CL4180-2537' },
    ]) {
      const broken = [crop[0]!, reading('page', A, seen)];
      expect(decisionOf(broken)).toBe('uncertain');
      expect(decisionOf(broken, knows(A))).toBe(`accepted ${A}`);
      expect(decisionOf(broken, knows(A, B))).toBe('uncertain');
    }
  });
});

describe('a person must look when', () => {
  it.each<[string, readonly FaxReading[]]>([
    ['one reader of text is alone', [reading('page', A)]],
    ['our own is alone, however sure', [reading('field', A, { confidence: 1 })]],
    ['the same reader says it twice', [reading('page', A), reading('page', A)]],
    [
      'a character stands between two, and the other looked at the same crop',
      [reading('field', A, { clear: 0.94 }), reading('line', A, { sharesBox: true })],
    ],
    ['they differ', [reading('page', A), reading('line', B)]],
    [
      'page agrees with what is only a guess of our own',
      [reading('page', A), reading('field', A, { clear: 0.4 })],
    ],
    [
      'nobody read the fixed letters: it may be a number of another kind',
      [reading('field', A, { fixed: false }), reading('page', A, { fixed: false }), reading('line', A)],
    ],
    [
      'two agree against our own, however unsure that is: both stumble over a slashed zero',
      [reading('page', A), reading('line', A), reading('field', B, { confidence: 0.3 })],
    ],
  ])('%s', (_, readings) => {
    expect(decisionOf(readings)).toBe('uncertain');
  });

  it('two agree on a number that is not registered, but a near one is', () => {
    const both = [reading('page', A), reading('field', A)];
    expect(decisionOf(both, knows(B))).toBe('uncertain');
    expect(agree(mask, both, knows(B)).ranked).toEqual([A, B]);
  });

  it('two numbers that differ in one character are each seen by two readers', () => {
    const below = { ...box, y: 600 };
    const both = [reading('field', A), reading('page', A)];
    const second = [reading('page', B, { box: below }), reading('line', B, { box: below })];
    expect(decisionOf([...both, ...second])).toBe('ambiguous');
    expect(decisionOf([...both, ...second.slice(1)])).toBe(`accepted ${A}`);
  });

  it('two different numbers stand at different places', () => {
    const below = { ...box, y: 600 };
    expect(
      decisionOf([reading('page', A), reading('field', A), reading('page', other, { box: below })]),
    ).toBe('ambiguous');
    // One number written twice and misread once is no second number.
    expect(decisionOf([reading('page', A), reading('field', A), reading('page', B, { box: below })])).toBe(
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
