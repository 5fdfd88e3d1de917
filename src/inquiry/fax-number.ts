/** What the desk makes of the number on a fax: who called counts for something, but never joins or guesses (spec 3.4). Pure. */

import type { Contact, Contract, SupportNumber } from './contract.ts';
import type { FaxDocument, FaxNumber } from './fax.ts';
import type { NumberReading } from './opening.ts';

/** The reading of a fax in the words of a mail's. */
export function asReading(number: FaxNumber): NumberReading {
  return {
    value: number.value as SupportNumber | null,
    where: number.where,
    raw: number.raw,
    decision: number.decision,
    reason: number.reason,
    candidates: number.candidates.map(({ value, readers }) => ({
      raw: readers[0]?.raw ?? '',
      value: value as SupportNumber,
      where: 'opening',
      line: null,
      verdict: 'fits',
    })),
    line: null,
  };
}

/**
 * A reading nobody confirmed is accepted when it equals the only contract the caller's number belongs to, and the
 * gateway's word about the caller can be trusted. A fax that shows two numbers stays with a person.
 */
export function settledByCaller(number: FaxNumber, only: string | null): FaxNumber {
  if (only === null || number.decision !== 'uncertain' || number.where === 'body') return number;
  const read = number.candidates.find(({ value, readers }) => value === only && readers.length > 0);
  if (read === undefined) return number;
  const reason = `${only} was read by ${read.readers[0]!.reader}, and is the only contract of the caller's fax number.`;
  return { ...number, value: only, raw: read.readers[0]!.raw, decision: 'accepted', reason };
}

/** Numbers that the header line or the caller points to, for a person to choose from; behind what was read. */
export function withHints(number: FaxNumber, hinted: readonly string[]): FaxNumber {
  const seen = new Set(number.candidates.map(({ value }) => value));
  const more = hinted.filter((value) => !seen.has(value)).map((value) => ({ value, readers: [] }));
  return { ...number, candidates: [...number.candidates, ...more].slice(0, candidatesMax) };
}

const candidatesMax = 10;

/**
 * The registered person behind a caller's number, to whom mail about the fax may go: on the contract in question, or
 * where there is none, when all contracts of that number name the same one. Null when nobody has a mail address.
 */
export function callerContact(
  registeredOn: readonly Contract[],
  contract: Contract | null,
  caller: string | null,
): Contact | null {
  if (caller === null) return null;
  const asked =
    contract === null ? registeredOn : registeredOn.filter(({ number }) => number === contract.number);
  const reachable = asked.map((one) => contractContact(one, caller));
  const addresses = new Set(reachable.map((one) => one?.email ?? ''));
  return addresses.size === 1 ? (reachable[0] ?? null) : null;
}

/** The person of a contract that mail may go to: the one with this fax number, else the first with an address. */
export function contractContact({ contacts }: Contract, fax: string | null = null): Contact | null {
  const people = contacts.filter(({ email }) => email !== '' && !email.startsWith('@'));
  return people.find((one) => fax !== null && one.fax === fax) ?? people[0] ?? null;
}

/** Several files of one fax are one document; two different numbers on them are for a person. */
export function together(documents: readonly FaxDocument[]): FaxDocument {
  const [first, ...others] = documents;
  if (first === undefined) throw new Error('a fax has at least one file');
  if (others.length === 0) return first;
  const accepted = documents.filter(({ number }) => number.decision === 'accepted');
  const values = [...new Set(accepted.map(({ number }) => number.value))];
  const [lead = first] = accepted;
  const number: FaxNumber =
    values.length > 1
      ? {
          ...lead.number,
          value: null,
          decision: 'ambiguous',
          reason: `The files of this fax bear different numbers: ${values.join(' and ')}.`,
          candidates: accepted.flatMap((one) => one.number.candidates),
        }
      : lead.number;
  const pages = documents.flatMap((one) => one.pages).map((page, at) => ({ ...page, page: at + 1 }));
  return {
    ...first,
    number,
    pages,
    text: documents.map(({ text }) => text).join('\n\n'),
    subject: documents.find(({ subject }) => subject !== '')?.subject ?? '',
    unread: documents.reduce((sum, { unread }) => sum + unread, 0),
    strip: lead.strip,
  };
}
