/**
 * What several readers make of the number on a fax (spec 3.4): accepted only when independent readings agree, never
 * on the word of one. Everything else is for a person. Pure.
 */
import type { Box, FaxReader, FaxRegistry } from '../inquiry/fax.ts';
import type { Mask } from '../inquiry/mask.ts';

export interface FaxReading {
  readonly reader: FaxReader;
  /** Canonical. */
  readonly value: string;
  readonly raw: string;
  /** `field`: the lowest probability of its characters. Others: 1 when each was read as it is, less when folded. */
  readonly confidence: number;
  /** `field`: how surely each character is that one and no other, the lowest of all; others: 0. */
  readonly clear: number;
  /**
   * The mask's fixed characters were read. `line` never says so: it can write no others, and would make `CL` of `SL`.
   */
  readonly fixed: boolean;
  /** One character a box: there the engines that read lines fail, and only our own reader is heard. */
  readonly boxed: boolean;
  readonly box: Box;
  /** The `line` reader looked at the place our own reader found: they may share one damaged crop. */
  readonly sharesBox: boolean;
}

export interface Agreement {
  readonly decision: 'accepted' | 'ambiguous' | 'uncertain' | 'missing';
  readonly value: string | null;
  readonly reason: string;
  /** Best first; for people to choose from, never to act on. */
  readonly ranked: readonly string[];
}

/**
 * Our own reader must be at least this sure where the other looked at the crop our own reader made: damage there
 * misleads both. See docs/decisions/005-fax-number.md for what it was measured on.
 */
const sharedClearMin = 0.95;
/** Below this a character of our own reading is lost: of one that varies `clear` says so, else it is a fixed one. */
const lostMax = 0.05;
/** Where the other found the place by itself: below this a character is a guess, and a guess confirms nothing. */
const guessMax = 0.5;
/** Readings surer than this at another place of the page are a second number. */
const secondNumberMin = 0.8;

export function agree(
  mask: Mask,
  readings: readonly FaxReading[],
  registry: FaxRegistry | null,
  /** Numbers of contracts the caller's fax number or the header line points to: they only rank. */
  hinted: readonly string[] = [],
): Agreement {
  const told = (decision: Agreement['decision'], value: string | null, reason: string): Agreement => ({
    decision,
    value,
    reason,
    ranked: ranking(mask, readings, registry, hinted),
  });
  if (readings.length === 0)
    return told('missing', null, 'No reader found anything like a support service number.');
  const twoPlaces = elsewhere(mask, readings);
  if (twoPlaces !== null)
    return told('ambiguous', null, `Two different numbers stand on the page: ${twoPlaces.join(' and ')}.`);
  const field = readings.find((one) => one.reader === 'field');
  const [agreed, another] = values(readings).filter((value) => independent(readings, value));
  if (another !== undefined)
    return told('ambiguous', null, `Two numbers are seen by two readers each: ${agreed} and ${another}.`);
  if (agreed !== undefined) {
    // Whatever our own reader saw instead, it looked closest: two models of one engine err alike on a slashed zero.
    if (field !== undefined && field.value !== agreed)
      return told('uncertain', null, `Two readers see ${agreed}, but our own sees ${field.value}.`);
    const doubt = doubtOf(mask, agreed, registry, weakness(mask, agreed, readings));
    if (doubt !== null) return told('uncertain', null, doubt);
    const readers = new Set(readings.filter(({ value }) => value === agreed).map(({ reader }) => reader));
    return told('accepted', agreed, `${agreed} was read alike by ${[...readers].join(' and ')}.`);
  }
  const seen = values(readings);
  const what = seen.length === 1 ? `Only one reader sees ${seen[0]}` : `The readers see ${seen.join(', ')}`;
  return told('uncertain', null, `${what}; no two independent ones agree.`);
}

interface Weakness {
  readonly what: string;
  /** The text of the page has it as it is printed. */
  readonly inText: boolean;
}

/**
 * Why an agreement needs the registry for a third; null when it needs none. Two models of one engine err alike. Where
 * our own reader lost a fixed character it may be another one (`CT-…`, `SL-…`: a number of another kind), or dirt that
 * spoilt a digit too.
 */
function weakness(mask: Mask, number: string, readings: readonly FaxReading[]): Weakness | null {
  const field = readings.find((one) => one.reader === 'field');
  if (field === undefined) return { what: 'our own reader did not find it', inText: false };
  if (field.confidence >= lostMax) return null;
  const inText = readings.some(
    (one) =>
      one.value === number &&
      one.reader === 'page' &&
      one.fixed &&
      one.confidence === 1 &&
      isWhole(mask, one.raw),
  );
  return { what: 'a fixed character of it is lost', inText };
}

/**
 * Its letters are of one case and its separators all there or none: of the bare stroke of an `I` the text makes the `l` of
 * `Cl`, or, with the hyphen behind it, an `L`.
 */
function isWhole({ parts }: Mask, raw: string): boolean {
  const text = raw.normalize('NFKC');
  const apart = text.match(/(?<=[0-9A-Za-z])[^0-9A-Za-z]+(?=[0-9A-Za-z])/g)?.length ?? 0;
  const separators = parts.filter(({ kind }) => kind === 'separator').length;
  return !(/[a-z]/.test(text) && /[A-Z]/.test(text)) && (apart === 0 || apart >= separators);
}

/** What speaks against a number on which readers agree; null when nothing does. */
function doubtOf(
  mask: Mask,
  number: string,
  registry: FaxRegistry | null,
  weak: Weakness | null,
): string | null {
  if (registry === null)
    return weak === null || weak.inText
      ? null
      : `${number} was read alike, but ${weak.what}, and no registry can confirm it.`;
  const near = neighbours(mask, number).some((one) => registry.knows(one));
  const known = registry.knows(number);
  if (near && !known) return `${number} is not registered, but a number that differs in one character is.`;
  if (weak === null) return null;
  if (!known) return `${number} is not registered, and ${weak.what}.`;
  if (!near || weak.inText) return null;
  return `A registered number differs from ${number} in one character, and ${weak.what}.`;
}

const values = (readings: readonly FaxReading[]): readonly string[] => [
  ...new Set(readings.map(({ value }) => value)),
];

/** At least two readers, and not merely two looks at one damaged crop, nor at a number with other fixed letters. */
function independent(readings: readonly FaxReading[], value: string): boolean {
  const same = readings.filter((one) => one.value === value);
  if (!same.some(({ fixed }) => fixed)) return false;
  const by = (reader: FaxReader) => same.filter((one) => one.reader === reader);
  const [field] = by('field');
  if (field === undefined) return by('page').length > 0 && by('line').length > 0;
  if (field.clear < guessMax) return false;
  if (by('page').length > 0 || by('line').some((one) => !one.sharesBox)) return true;
  return by('line').length > 0 && field.clear >= sharedClearMin;
}

/** Two numbers at different places that are no two readings of one: more than two characters differ. */
function elsewhere(mask: Mask, readings: readonly FaxReading[]): readonly [string, string] | null {
  const sure = readings.filter((one) => one.confidence >= secondNumberMin && one.reader !== 'line');
  for (const one of sure) {
    for (const other of sure) {
      const apart = Math.abs(one.box.y - other.box.y) > Math.max(one.box.height, other.box.height);
      if (apart && differences(mask, one.value, other.value) > 2) return [one.value, other.value];
    }
  }
  return null;
}

function differences(mask: Mask, one: string, other: string): number {
  let count = 0;
  for (let at = 0; at < mask.parts.length; at++) if (one[at] !== other[at]) count++;
  return count;
}

/** Every number that differs in one letter or digit. */
export function neighbours(mask: Mask, number: string): readonly string[] {
  return mask.parts.flatMap(({ kind }, at) => {
    if (kind !== 'digit' && kind !== 'letter') return [];
    const alphabet = kind === 'digit' ? '0123456789' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    return [...alphabet]
      .filter((char) => char !== number[at])
      .map((char) => number.slice(0, at) + char + number.slice(at + 1));
  });
}

const candidatesMax = 10;

function ranking(
  mask: Mask,
  readings: readonly FaxReading[],
  registry: FaxRegistry | null,
  hinted: readonly string[],
): readonly string[] {
  const read = values(readings);
  const near =
    registry === null
      ? []
      : read.flatMap((one) => neighbours(mask, one)).filter((one) => registry.knows(one));
  const score = (value: string): number =>
    readings.filter((one) => one.value === value).reduce((sum, one) => sum + one.confidence, 0) +
    (hinted.includes(value) ? 2 : 0) +
    (registry?.knows(value) === true ? 1 : 0);
  return [...new Set([...read, ...near, ...hinted])]
    .sort((a, b) => score(b) - score(a))
    .slice(0, candidatesMax);
}
