/** What stands around a text that fits the mask, and whether that makes it part of something else (spec 3.2). */
import { type Atom, type Fit, fitAt, type Mask } from './mask.ts';
import type { FoldedText } from './number-text.ts';
import * as words from './number-words.ts';

export type Verdict =
  | 'fits'
  | 'too-long'
  | 'too-short'
  | 'wrong-shape'
  /** Characters that only resemble the right ones: `O` for `0`, a Cyrillic `С`. */
  | 'confused'
  | 'phone'
  | 'url'
  | 'mail-address'
  | 'file-name'
  | 'date'
  /** Our own 受付番号. */
  | 'reference'
  /** A mask without fixed letters fits too much: it needs a label or a line of its own. */
  | 'unlabelled';

export interface Search {
  readonly mask: Mask;
  readonly folded: FoldedText;
  /** Folded text without label letters, as long as the folded text. */
  readonly text: string;
  readonly atoms: readonly Atom[];
  readonly labels: ReadonlyMap<number, words.Label>;
}

/** `after` is the text behind it: in 2026年 the year alone is the run. */
export function falseFriend(mask: Mask, raw: string, after = ''): Verdict | null {
  if (words.dateShape.test(raw) || (/^\d{1,4}$/.test(raw) && /^ ?[年月日時名台件]/.test(after)))
    return 'date';
  return words.phoneShape.test(raw) && (!mask.digitsOnly || raw.replace(/\D/g, '').length > 9)
    ? 'phone'
    : null;
}

/** How far letters and digits go on, joined by single marks. */
export function runEnd(search: Search, first: number): { end: number; lastAtom: number } {
  let lastAtom = first;
  while (lastAtom - first < 12) {
    const here = (search.atoms[lastAtom] as Atom).end;
    const next = search.atoms[lastAtom + 1];
    if (next === undefined || next.start - here > 3) break;
    const gap = search.text.slice(here, next.start);
    // A space joins only digits: `CL-1234-567 8`, not the word behind a number.
    if (!/^ ?[-/._|] ?$/.test(gap) && !(gap === ' ' && /\d/.test(search.text.charAt(next.start)))) break;
    lastAtom++;
  }
  return { end: (search.atoms[lastAtom] as Atom).end, lastAtom };
}

export function standsAlone(search: Search, start: number, end: number): boolean {
  const { text } = search;
  // One character more than marks may take: a longer line is seen to be one, and never searched whole.
  const before = text.slice(Math.max(0, start - 201), start);
  const lineStart = start - (before.length - before.lastIndexOf('\n') - 1);
  if (!words.onlyMarks(text.slice(lineStart, start))) return false;
  if (!words.onlyMarks(text.slice(end, end + 201).split('\n', 1)[0] as string)) return false;
  const above = text.slice(Math.max(0, lineStart - 200), lineStart).trimEnd();
  return !words.announces(above.slice(above.lastIndexOf('\n') + 1));
}

/** What follows a number that begins a file name: `_log`, or anything up to an extension. */
const fileName = /^_(?:[A-Z0-9]|[^\s.]{1,80}\.[A-Z0-9]{2,5}(?![A-Z0-9]))/;

/** Why what touches a fitting text makes it part of something else; null when nothing does. */
export function surroundings(search: Search, index: number, fit: Fit, leftOff: number): Verdict | null {
  const { mask, text, atoms, labels } = search;
  const start = (atoms[index] as Atom).start;
  const previous = atoms[index - 1];
  const next = atoms[fit.lastAtom + 1];
  if (!fit.whole) return 'too-long';
  if (mask.digitsOnly && words.afterPhoneLabel(text.slice(Math.max(0, start - 24), start))) return 'phone';
  const gapBefore = previous === undefined ? null : text.slice(Math.max(previous.end, start - 9), start);
  if (!labels.has(start) && leftOff !== start - 1) {
    const touch = text.charAt(start - 1);
    if (/[\\¥@]/.test(touch)) return 'file-name';
    // `log_CL-…` is one name; 見本商事_CL-… and 20261120_CL-… are how people join the parts of a subject.
    if (touch === '_' && /[A-Z]/.test(text.charAt(start - 2))) return 'file-name';
    if (/^[-~]$/.test(gapBefore ?? '')) return 'too-long';
    if (/^[/.]$/.test(gapBefore ?? '') && /[A-Z]/.test(text.charAt((previous as Atom).end - 1)))
      return 'file-name';
    if (touch === '/' && /^(?:|[\s(「])$/.test(text.charAt(start - 2))) return 'file-name';
    if (fit.boxed && previous?.end === (previous?.start ?? 0) + 1 && /^[ |]$/.test(gapBefore ?? ''))
      return 'too-long';
  }
  if (/[\\¥]/.test(text.charAt(fit.end)) || fileName.test(text.slice(fit.end, fit.end + 100)))
    return 'file-name';
  if (next === undefined || next.start - fit.end > 5) return null;
  const gap = text.slice(fit.end, next.start);
  const digit = /\d/.test(text.charAt(next.start));
  if (/^(?:-{1,2}|~)$/.test(gap)) return 'too-long';
  if (gap === '.' && text.charAt(next.start) !== mask.prefix.charAt(0)) return 'file-name';
  if (gap === '/' && fitAt(mask, text, atoms, fit.lastAtom + 1, next.start, false) === null)
    return digit ? 'too-long' : 'file-name';
  if (!digit) return null;
  if (fit.spaced && !fit.boxed && /^ +(?:-+ *)?$|^ *-+ *$/.test(gap)) return 'too-long';
  return fit.boxed && /^[ |[\]-]+$/.test(gap) && next.end - next.start === 1 ? 'too-long' : null;
}
