/**
 * Finds the support service number as people write it (spec 3.3), and says of every look-alike why it does
 * not count. Nothing is guessed: a value is given only when each character was written (spec promise 3).
 */
import type { SupportNumber } from './contract.ts';
import { type Atom, atomsOf, fitAt, type Mask } from './mask.ts';
import { falseFriend, runEnd, type Search, standsAlone, surroundings, type Verdict } from './number-edges.ts';
import { foldText, lineBreak, resemblances } from './number-text.ts';
import * as words from './number-words.ts';

export { canonicalNumber, type Mask, parseMask } from './mask.ts';
export type { Verdict } from './number-edges.ts';

export interface Sighting {
  /** As written, without its label; at most 60 characters. */
  readonly raw: string;
  /** Null unless the verdict is `fits`. */
  readonly value: SupportNumber | null;
  readonly verdict: Verdict;
  readonly label: words.Label | null;
  /** Clearly meant as the number, although it does not fit. */
  readonly meant: boolean;
  /** What it resembles, to compare with, never to act on. */
  readonly resembles: string | null;
  readonly offset: number;
  /** Counted from 1. */
  readonly line: number;
}

const rawCharsMax = 60;

interface Found {
  readonly start: number;
  readonly end: number;
  readonly lastAtom: number;
  readonly value: string | null;
  readonly verdict: Verdict;
  readonly meant: boolean;
}

export function findNumbers(mask: Mask, source: string): readonly Sighting[] {
  const folded = foldText(source);
  const text = words.withoutLabels(folded.text);
  const search = { mask, folded, text, atoms: atomsOf(text), labels: words.labelledPositions(folded.text) };
  const barred = words.barredSpans(text);
  const lines = lineStarts(source);
  const sightings: Sighting[] = [];
  let bar = 0;
  let line = 0;
  let leftOff = -1;
  for (let index = 0; index < search.atoms.length; index++) {
    const found = lookAt(search, index, leftOff);
    if (found === null) continue;
    while (bar < barred.length && (barred[bar] as words.BarredSpan).end <= found.start) bar++;
    const span = barred[bar];
    const inside = span !== undefined && span.start < found.end ? span.kind : null;
    const verdict = inside ?? found.verdict;
    const offset = folded.offsets[found.start] as number;
    while (line + 1 < lines.length && (lines[line + 1] as number) <= offset) line++;
    const last = folded.offsets[found.end - 1] as number;
    sightings.push({
      raw: source.slice(offset, Math.min(last + 1, offset + rawCharsMax)),
      value: verdict === 'fits' ? (found.value as SupportNumber) : null,
      verdict,
      label: search.labels.get(found.start) ?? null,
      meant: inside === null && verdict !== 'fits' && found.meant,
      resembles: found.value,
      offset,
      line: line + 1,
    });
    leftOff = found.end;
    index = Math.max(index, found.lastAtom);
  }
  return sightings;
}

function lineStarts(source: string): readonly number[] {
  const starts = [0];
  for (const match of source.matchAll(new RegExp(lineBreak, 'g'))) starts.push(match.index + match[0].length);
  return starts;
}

function lookAt(search: Search, index: number, leftOff: number): Found | null {
  const { mask, text, atoms } = search;
  const atom = atoms[index] as Atom;
  const label = search.labels.get(atom.start) ?? null;
  const exact = fitAt(mask, text, atoms, index, atom.start, false);
  const fit = exact ?? fitAt(mask, text, atoms, index, atom.start, true);
  if (fit !== null) {
    const around = surroundings(search, index, fit, leftOff);
    const bare = mask.prefix === '' && label === null && !standsAlone(search, atom.start, fit.end);
    const shape =
      mask.prefix === '' && label === null ? falseFriend(mask, text.slice(atom.start, fit.end)) : null;
    const verdict = around ?? (exact === null ? 'confused' : (shape ?? (bare ? 'unlabelled' : 'fits')));
    // Joined to a word before it, it does not begin like the number.
    const joined = /[A-Z0-9][-~]$/.test(text.slice(Math.max(0, atom.start - 2), atom.start));
    const meant = label !== null || (mask.prefix !== '' && !joined);
    const malformed = verdict === 'too-long' || verdict === 'confused';
    const end =
      verdict === 'too-long' ? runEnd(search, fit.lastAtom) : { end: fit.end, lastAtom: fit.lastAtom };
    const value = verdict === 'too-long' ? null : fit.value;
    return { start: atom.start, ...end, value, verdict, meant: malformed && meant };
  }
  // XCL-1234-5678: the number inside a longer word is shown, and never counts.
  const inner = mask.prefix === '' ? -1 : text.slice(atom.start, atom.end).indexOf(mask.prefix, 1);
  if (inner > 0 && inner < rawCharsMax) {
    const within = fitAt(mask, text, atoms, index, atom.start + inner, false);
    if (within !== null) {
      return {
        start: atom.start,
        end: within.end,
        lastAtom: within.lastAtom,
        value: null,
        verdict: 'too-long',
        meant: label !== null,
      };
    }
  }
  return lookAlike(search, index, label);
}

/** Something labelled, or beginning like the number, that does not fit the mask. */
function lookAlike(search: Search, index: number, label: words.Label | null): Found | null {
  const { mask, text, atoms } = search;
  const start = (atoms[index] as Atom).start;
  if (label === null && resemblances(text.charAt(start)).charAt(0) !== mask.prefix.charAt(0)) return null;
  // Without a strong label nothing lacks digits and is still meant; said first, since runs cost the most.
  if (label !== 'strong' && !/\d/.test(text.slice(start, start + rawCharsMax))) return null;
  const run = runEnd(search, index);
  const raw = text.slice(start, run.end);
  const head = raw.slice(0, mask.prefix.length);
  const prefixed =
    mask.prefix !== '' &&
    [...head].every((char, at) => resemblances(char)[0] === mask.prefix[at]) &&
    /^(?:[ \-/._]|\d)/.test(raw.slice(head.length));
  if (label === null && !prefixed) return null;
  const solid = raw.replace(/[^\p{L}\p{N}]/gu, '').length;
  const digits = raw.replace(/\D/g, '').length;
  const ends = words.onlyMarks(text.slice(run.end, run.end + 201).split('\n', 1)[0] as string);
  // Below an empty label the next line may be about something else; it is meant when it stands there alone.
  const before = text.slice(Math.max(0, start - 60), start);
  const below = label !== null && words.onlyMarks(before.slice(before.lastIndexOf('\n') + 1));
  if (below && !prefixed && !ends) return null;
  const enough =
    label === 'strong'
      ? digits >= 3 || prefixed || (digits > 0 && ends)
      : digits >= (prefixed ? 3 : mask.length / 2);
  if (!enough) return null;
  const shape = falseFriend(mask, raw, text.slice(run.end, run.end + 2));
  const size = solid > mask.length ? 'too-long' : solid < mask.length ? 'too-short' : 'wrong-shape';
  const meant = shape === null || (shape === 'phone' && label === 'strong');
  return { start, ...run, value: null, verdict: shape ?? size, meant };
}
