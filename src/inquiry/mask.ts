/** The written form of the support service number (`supportNumber.mask`, spec 3.1) and how text fits it. */
import type { SupportNumber } from './contract.ts';
import { foldText, resemblances } from './number-text.ts';

export interface MaskPart {
  /** `separator` may be left out or written as any hyphen or space when read (spec 3.1). */
  readonly kind: 'letter' | 'digit' | 'literal' | 'separator';
  /** As written in the canonical form; for `literal` compared without case. */
  readonly char: string;
}

export interface Mask {
  readonly text: string;
  readonly parts: readonly MaskPart[];
  /** Fixed letters and digits it begins with, upper case, `CL`; '' when it begins with a variable part. */
  readonly prefix: string;
  /** Letters and digits of a complete number. */
  readonly length: number;
  /** Nothing but digits can be part of it, so dates and telephone numbers have its shape. */
  readonly digitsOnly: boolean;
}

/** A stretch of letters and digits without anything between them, in folded text. */
export interface Atom {
  readonly start: number;
  readonly end: number;
}

export interface Fit {
  readonly value: string;
  readonly end: number;
  /** Index of the atom it ends in; `whole` when it ends where that atom ends. */
  readonly lastAtom: number;
  readonly whole: boolean;
  /** How the writer sets characters and groups apart, to see whether more of the same follows. */
  readonly boxed: boolean;
  readonly spaced: boolean;
}

const maskCharsMax = 40;
const variableMin = 4;

/**
 * Reads a mask: `A` a letter, `9` a digit, other ASCII letters and digits stand for themselves, the rest
 * separates. Throws an Error that names the place, counted from 1.
 */
export function parseMask(text: string): Mask {
  if (text.length === 0) throw new Error('the mask is empty');
  if (text.length > maskCharsMax) throw new Error(`the mask is longer than ${maskCharsMax} characters`);
  const parts: MaskPart[] = [];
  for (const [index, char] of [...text].entries()) {
    const place = `character ${index + 1} (${JSON.stringify(char)})`;
    if (!/^[\x20-\x7e]$/.test(char)) throw new Error(`${place}: only printable ASCII may stand in a mask`);
    const kind =
      char === 'A'
        ? 'letter'
        : char === '9'
          ? 'digit'
          : /\w/.test(char) && char !== '_'
            ? 'literal'
            : 'separator';
    const before = parts.at(-1);
    if (kind === 'separator' && (before === undefined || before.kind === 'separator')) {
      throw new Error(`${place}: a separator must stand between letters or digits`);
    }
    parts.push({ kind, char });
  }
  if (parts.at(-1)?.kind === 'separator') {
    throw new Error(
      `character ${parts.length} (${JSON.stringify(text.at(-1))}): the mask ends with a separator`,
    );
  }
  const variable = parts.filter((part) => part.kind === 'letter' || part.kind === 'digit');
  if (variable.length < variableMin) {
    throw new Error(`the mask has ${variable.length} places for A or 9, at least ${variableMin} are needed`);
  }
  const first = parts.findIndex((part) => part.kind !== 'literal');
  const solid = parts.filter((part) => part.kind !== 'separator');
  return {
    text,
    parts,
    prefix: text.slice(0, first).toUpperCase(),
    length: solid.length,
    digitsOnly: solid.every((part) => part.kind === 'digit' || /\d/.test(part.char)),
  };
}

// Letters, digits, and whatever looks like them in other scripts; Japanese text ends an atom.
const atomPattern = /(?:[A-Z0-9]|(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}ー])[\p{L}\p{N}])+/gu;

export function atomsOf(text: string): readonly Atom[] {
  const atoms: Atom[] = [];
  for (const match of text.matchAll(atomPattern)) {
    atoms.push({ start: match.index, end: match.index + match[0].length });
  }
  return atoms;
}

const gapMax = 8;
const box = /^[ |[\]]+$/;

function separates(gap: string, separator: string): boolean {
  const mark = gap.replace(/^[ |[\]]+|[ |[\]]+$/g, '');
  return mark === '' || mark === '-' || mark === '--' || mark === separator;
}

/**
 * Fits folded text to the mask from `start`, inside atom `first`. Between the characters of one group stands
 * nothing, or a box edge (space, `|`, `[]`) everywhere: `CL-1234-567 8` is not guessed into one number.
 * With `loose`, characters that merely resemble count too. Null when it does not fit.
 */
export function fitAt(
  mask: Mask,
  text: string,
  atoms: readonly Atom[],
  first: number,
  start: number,
  loose: boolean,
): Fit | null {
  let value = '';
  let at = start;
  let atom = first;
  let separator: string | null = null;
  let boxedGroup: boolean | null = null;
  let boxed = false;
  let spaced = false;
  for (const part of mask.parts) {
    if (part.kind === 'separator') {
      separator = part.char;
      value += part.char;
      continue;
    }
    let gap = '';
    if (at === (atoms[atom] as Atom).end) {
      const next = atoms[atom + 1];
      if (next === undefined || next.start - at > gapMax) return null;
      gap = text.slice(at, next.start);
      at = next.start;
      atom++;
    }
    if (separator !== null) {
      if (!separates(gap, separator)) return null;
      spaced ||= gap !== gap.trim();
      boxedGroup = null;
    } else if (at > start) {
      if ((gap !== '' && !box.test(gap)) || (boxedGroup ?? gap !== '') !== (gap !== '')) return null;
      boxedGroup = gap !== '';
      boxed ||= boxedGroup;
    }
    separator = null;
    const char = charFor(part, text.charAt(at), loose);
    if (char === null) return null;
    value += char;
    at++;
  }
  return { value, end: at, lastAtom: atom, whole: at === (atoms[atom] as Atom).end, boxed, spaced };
}

function charFor(part: MaskPart, char: string, loose: boolean): string | null {
  for (const candidate of loose ? resemblances(char) : char) {
    if (part.kind === 'literal' && candidate === part.char.toUpperCase()) return part.char;
    if (part.kind === 'letter' && /[A-Z]/.test(candidate)) return candidate;
    if (part.kind === 'digit' && /\d/.test(candidate)) return candidate;
  }
  return null;
}

/** The canonical form of a text that is a number and nothing else (registry, staff directive), or null. */
export function canonicalNumber(mask: Mask, text: string): SupportNumber | null {
  const folded = foldText(text).text.trim();
  const atoms = atomsOf(folded);
  const fit = atoms[0]?.start === 0 ? fitAt(mask, folded, atoms, 0, 0, false) : null;
  return fit !== null && fit.end === folded.length ? (fit.value as SupportNumber) : null;
}
