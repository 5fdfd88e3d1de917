import type { Day, ServicePeriod } from './contract.ts';

/** What one cell of the registry file may hold. Each reader gives the value, or the sentence that says what is wrong. */
export type CellValue<T> = { readonly value: T } | { readonly wrong: string };

const dayMs = 86_400_000;
const cellCharsMax = 500;

/** Mail services where anybody can have an address: to register such a domain would make strangers known senders. */
const sharedDomains: ReadonlySet<string> = new Set(
  `gmail.com googlemail.com yahoo.co.jp yahoo.com ymail.ne.jp icloud.com me.com outlook.jp outlook.com hotmail.com
   hotmail.co.jp live.jp live.com msn.com aol.com proton.me docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp
   i.softbank.jp ymobile.ne.jp rakuten.jp nifty.com biglobe.ne.jp ocn.ne.jp so-net.ne.jp`.split(/\s+/),
);

/** Names and the like: control characters and line ends become one space, for they end up in letters and headers. */
export function textCell(text: string): CellValue<string> {
  const value = text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return value.length > cellCharsMax ? { wrong: `is longer than ${cellCharsMax} characters` } : { value };
}

/** `YYYY-MM-DD` or `YYYY/M/D`, a day that exists. */
export function dayCell(text: string): CellValue<Day> {
  const folded = text.normalize('NFKC').trim();
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(folded) ?? /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/.exec(folded);
  if (match === null) return { wrong: `is not a date like 2026-04-01 or 2026/4/1: ${shown(text)}` };
  const day = match
    .slice(1)
    .map((part, index) => part.padStart(index === 0 ? 4 : 2, '0'))
    .join('-');
  const real = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(real.getTime()) || real.toISOString().slice(0, 10) !== day)
    return { wrong: `is a day that does not exist: ${shown(text)}` };
  return { value: day };
}

export function wordCell<T extends string>(text: string, words: readonly T[]): CellValue<T> {
  const folded = text.normalize('NFKC').trim().toLowerCase();
  const value = words.find((word) => word === folded);
  return value === undefined ? { wrong: `must be ${words.join(' or ')}: ${shown(text)}` } : { value };
}

/** An address in lower case; `@example.jp` registers every address of that domain (spec 1, known sender). */
export function emailCell(text: string): CellValue<string> {
  const value = text.trim().toLowerCase();
  if (value === '') return { value };
  const at = value.lastIndexOf('@');
  const [local, domain] = [value.slice(0, Math.max(at, 0)), value.slice(at + 1)];
  const labels = domain.split('.');
  const domainFits =
    domain.length <= 253 &&
    labels.length > 1 &&
    labels.every((label) => label.length <= 63 && /^[a-z0-9-]+$/.test(label) && !/^-|-$/.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '');
  if (at < 0 || !domainFits || local.length > 64 || !/^[a-z0-9.!#$%&'*+/=?^_`{|}~-]*$/.test(local))
    return { wrong: `is not one mail address: ${shown(text)}` };
  if (local === '' && sharedDomains.has(domain))
    return { wrong: `would register everybody at ${domain}; give the address instead` };
  return { value };
}

/** Digits only, in the national form: full-width digits, hyphens, brackets and `+81` are folded. */
export function phoneCell(text: string): CellValue<string> {
  const folded = text.normalize('NFKC').replace(/[\s().‐‑‒–—―−ー─-]/g, '');
  if (folded === '') return { value: '' };
  if (!/^\+?\d+$/.test(folded)) return { wrong: `is not a telephone number: ${shown(text)}` };
  const national = folded.startsWith('+81') ? `0${folded.slice(3).replace(/^0/, '')}` : folded;
  if (national.startsWith('+'))
    return /^\+\d{8,15}$/.test(national)
      ? { value: national.slice(1) }
      : { wrong: `is not a telephone number: ${shown(text)}` };
  // A spreadsheet that takes the cell for a number drops the leading zero.
  if (!national.startsWith('0')) return { wrong: `has lost its leading zero: ${shown(text)}` };
  return /^0\d{9,10}$/.test(national)
    ? { value: national }
    : { wrong: `has not 10 or 11 digits: ${shown(text)}` };
}

/**
 * What is worth a second look in the periods of one contract, ordered by start: a gap (約款 3(2)), a length other
 * than a year (3(1)), an overlap. None of it is wrong by itself: what the certificate says rules (3(4)).
 */
export function periodRemarks(periods: readonly ServicePeriod[]): readonly string[] {
  const remarks: string[] = [];
  let reach: Day | null = null;
  for (const { startsOn, endsOn } of periods) {
    if (!isYear(startsOn, endsOn)) remarks.push(`period ${startsOn} to ${endsOn} is not one year`);
    if (reach !== null && startsOn > dayAfter(reach))
      remarks.push(`gap from ${dayAfter(reach)} to ${startsOn}`);
    if (reach !== null && startsOn <= reach)
      remarks.push(`period from ${startsOn} overlaps the one to ${reach}`);
    if (reach === null || endsOn > reach) reach = endsOn;
  }
  return remarks;
}

function dayAfter(day: Day): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + dayMs).toISOString().slice(0, 10);
}

/** A year from 29 February ends on 27 or 28 February. */
function isYear(startsOn: Day, endsOn: Day): boolean {
  const next = `${String(Number(startsOn.slice(0, 4)) + 1).padStart(4, '0')}${startsOn.slice(4)}`;
  const ends = dayAfter(endsOn);
  if (next.endsWith('-02-29'))
    return ends === next.replace('-02-29', '-02-28') || ends === next.replace('-02-29', '-03-01');
  return ends === next;
}

/** Cells are quoted back short, so that one wrong cell does not fill the screen. */
function shown(text: string): string {
  const value = text.trim().replace(/\p{Cc}/gu, ' ');
  return value === '' ? '(empty)' : `「${value.length > 40 ? `${value.slice(0, 40)}…` : value}」`;
}
