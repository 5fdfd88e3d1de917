/**
 * What several readers make of the number on a fax (spec 3.4): accepted only when independent readings agree, or
 * when one reader alone is surer than it ever was when wrong. Everything else is for a person. Pure.
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

/** Thresholds of our own reader: see `bench/number-field.ts`, where none above them was read wrong. */
const aloneMin = 0.95;
const sharedMin = 0.8;
const contradictsMin = 0.8;

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
  if (twoPlaces !== null) {
    return told('ambiguous', null, `Two different numbers stand on the page: ${twoPlaces.join(' and ')}.`);
  }
  const field = readings.find((one) => one.reader === 'field');
  const [agreed] = values(readings).filter((value) => independent(readings, value));
  if (agreed !== undefined) {
    const readers = [
      ...new Set(readings.filter(({ value }) => value === agreed).map(({ reader }) => reader)),
    ];
    const against = field !== undefined && field.value !== agreed && field.confidence >= contradictsMin;
    if (against)
      return told('uncertain', null, `Two readers see ${agreed}, but our own surely sees ${field.value}.`);
    if (
      registry !== null &&
      !registry.knows(agreed) &&
      neighbours(mask, agreed).some((one) => registry.knows(one))
    )
      return told(
        'uncertain',
        null,
        `${agreed} is not registered, but a number that differs in one character is.`,
      );
    return told('accepted', agreed, `${agreed} was read alike by ${readers.join(' and ')}.`);
  }
  if (field !== undefined && field.confidence >= aloneMin) {
    const sure = `Our own reader sees ${field.value} with at least ${field.confidence.toFixed(2)} a character`;
    if (registry === null) return told('accepted', field.value, `${sure}.`);
    if (!registry.knows(field.value)) return told('uncertain', null, `${sure}, but it is not registered.`);
    if (neighbours(mask, field.value).some((one) => registry.knows(one)))
      return told(
        'uncertain',
        null,
        `${sure}, but a registered number differs from it in one character only.`,
      );
    return told('accepted', field.value, `${sure}; it is registered and no registered number is near it.`);
  }
  const seen = values(readings);
  const what = seen.length === 1 ? `Only one reader sees ${seen[0]}` : `The readers see ${seen.join(', ')}`;
  return told('uncertain', null, `${what}; no two independent ones agree.`);
}

const values = (readings: readonly FaxReading[]): readonly string[] => [
  ...new Set(readings.map(({ value }) => value)),
];

/** At least two readers, and not merely two looks at one damaged crop. */
function independent(readings: readonly FaxReading[], value: string): boolean {
  const same = readings.filter((one) => one.value === value);
  const by = (reader: FaxReader) => same.filter((one) => one.reader === reader);
  if (by('page').length > 0 && (by('line').length > 0 || by('field').length > 0)) return true;
  const [field] = by('field');
  return field !== undefined && by('line').some((one) => !one.sharesBox || field.confidence >= sharedMin);
}

/** Two numbers at different places that are no two readings of one: more than two characters differ. */
function elsewhere(mask: Mask, readings: readonly FaxReading[]): readonly [string, string] | null {
  const sure = readings.filter((one) => one.confidence >= contradictsMin && one.reader !== 'line');
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
