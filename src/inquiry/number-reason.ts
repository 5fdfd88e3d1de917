/** The sentences by which `uketsuke read` and the notification tell staff what was seen of a number. */
import type { Mask } from './mask.ts';
import type { Verdict } from './number-edges.ts';

export interface Seen {
  /** Where, as the beginning of a sentence: `Line 2 of the message`. */
  readonly place: string;
  readonly where: 'opening' | 'subject' | 'body' | 'quoted' | 'signature';
  readonly raw: string;
  readonly value: string | null;
  readonly verdict: Verdict;
}

const misfits: Readonly<Record<Exclude<Verdict, 'fits'>, string>> = {
  'too-long': 'is longer than the mask',
  'too-short': 'is shorter than the mask',
  'wrong-shape': 'does not fit the mask',
  confused: 'has characters that only resemble those of the mask',
  unlabelled: 'has no label that says what it is, under the mask',
  phone: 'is a telephone number',
  url: 'is part of a web address',
  'mail-address': 'is part of a mail address',
  'file-name': 'is part of a file name or a path',
  date: 'is a date',
  reference: 'is a reference of our own',
};

export function quote(one: Seen): string {
  return `${one.place}: '${one.raw.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')}'`;
}

export function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Why it does not count where it stands, or as what. */
export function misfit(mask: Mask, one: Seen): string {
  if (one.verdict === 'fits') {
    const place = one.where === 'signature' ? 'a signature' : 'quoted text';
    return `${quote(one)} does not count, because it stands in ${place}.`;
  }
  const words = misfits[one.verdict];
  return `${quote(one)} ${words}${words.endsWith('mask') ? ` ${mask.text}` : ''}.`;
}
