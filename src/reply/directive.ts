/**
 * What staff ask for in a reply to a notification (spec 5.3): `#` lines before any other text. Only these count;
 * a `#` line further down is text, and without one the whole reply is a note. What is not understood goes back
 * to its author and nothing leaves, so a slip never sends and never sends half.
 */

import { whyNotTogether } from './directive-rules.ts';
import type { Directive, DirectiveProblem, Placed } from './directive-shape.ts';
import { readValue } from './directive-value.ts';
import { beginningOf, type DirectiveKind, directiveKind, slipOf } from './directive-words.ts';

export type Instructions =
  | { readonly kind: 'directives'; readonly directives: readonly Directive[]; readonly body: string }
  /** `strayLine`: line, from 1, of a directive that does not stand at the start and was not obeyed. */
  | { readonly kind: 'note'; readonly body: string; readonly strayLine: number | null }
  | DirectiveProblem;

const HASH = '[#＃♯﹟]';
const SPACE = '[\\s\\p{Cf}]';
const HASH_LINE = new RegExp(`^${SPACE}*${HASH}`, 'u');
const VISIBLE = /[^\s\p{Cf}]/u;
/** A word ends where Japanese and Latin letters or digits meet: `#番号CL-1234-5678`. */
const WORD = new RegExp(
  `^${SPACE}*([A-Za-zＡ-Ｚａ-ｚ][A-Za-zＡ-Ｚａ-ｚ\\-－]*|[^\\s\\p{Cf}!-~！-～、。，．「」『』【】]+)?(?:${SPACE}|[:：=＝、])*`,
  'u',
);
const NEXT = new RegExp(`(?<=^|[\\s/／、,])${HASH}`, 'gu');
const LINE_CHARACTERS_MAX = 1_000;
const DIRECTIVES_MAX = 40;
const WORD_CHARACTERS_MAX = 20;
const STRAY_LINES_MAX = 200;
/** The rest of these lines is text for people. */
const TEXTUAL: readonly DirectiveKind[] = ['note', 'phone', 'spam', 'cancel'];

/** @param ownText what staff wrote this time, without quotation and signature (`reading/own-text.ts`). */
export function parseDirectives(ownText: string): Instructions {
  const lines = ownText.split(/\r\n|[\n\r\u0085\u2028\u2029]/);
  const placed: Placed[] = [];
  const texts: string[] = [];
  let at = 0;
  let afterBlank = false;
  for (; at < lines.length; at++) {
    const line = lines[at]!;
    if (!VISIBLE.test(line)) {
      afterBlank = placed.length > 0;
      continue;
    }
    if (!isHashLine(line) || (afterBlank && isText(line))) break;
    const problem = readLine(line, at + 1, placed, texts);
    if (problem !== null) return problem;
    afterBlank = false;
  }
  const body = trimmed([...texts, ...lines.slice(at)]);
  if (placed.length === 0) return { kind: 'note', body, strayLine: strayLine(lines) };
  const problem = whyNotTogether(placed, body);
  return problem ?? { kind: 'directives', directives: placed.map(({ directive }) => directive), body };
}

/** Reads the directives of one line; several may stand on it: `#回答 パッチ案内 #至急`. */
function readLine(line: string, number: number, placed: Placed[], texts: string[]): DirectiveProblem | null {
  let rest = line.replace(HASH_LINE, '');
  for (;;) {
    const { word, kind, value } = wordOf(rest);
    if (kind === null) return unknown(number, word === '' ? rest.slice(0, LINE_CHARACTERS_MAX).trim() : word);
    if (TEXTUAL.includes(kind)) {
      placed.push({ line: number, word, directive: { kind } as Directive });
      if (value.trim() !== '') texts.push(value.trim());
      return null;
    }
    if (line.length > LINE_CHARACTERS_MAX || placed.length >= DIRECTIVES_MAX) {
      return { kind: 'refused', line: number, word, fault: 'bad-value', text: '指示が長すぎます。' };
    }
    const cut = nextDirective(value, kind);
    const own = (cut < 0 ? value : value.slice(0, cut)).replace(/(?<!\s)(?:\s+[/／、,]\s*|\s+)$/, '').trim();
    const read = readValue(kind, own);
    if (read.kind === 'fault')
      return { kind: 'refused', line: number, word, fault: read.fault, text: read.text };
    placed.push({ line: number, word, directive: read.directive });
    if (cut < 0) return null;
    rest = value.slice(cut + 1);
  }
}

/** Where the next directive of the line begins. A setting's value may hold a `#` that is none: `patch=修正 #12`. */
function nextDirective(value: string, kind: DirectiveKind): number {
  for (const { index } of value.matchAll(NEXT)) {
    if (kind !== 'set' || wordOf(value.slice(index + 1)).kind !== null) return index;
  }
  return -1;
}

function wordOf(text: string): { word: string; kind: DirectiveKind | null; value: string } {
  const match = WORD.exec(text.slice(0, LINE_CHARACTERS_MAX));
  const word = (match?.[1] ?? '').normalize('NFKC').toLowerCase();
  return { word, kind: directiveKind(word), value: text.slice(match?.[0].length ?? 0) };
}

/** After a blank line a heading (`# 手順`) or a ticket of some system (`#12`) begins the text; a slip does not. */
function isText(line: string): boolean {
  const { word, kind } = wordOf(line.replace(HASH_LINE, ''));
  return kind === null && slipOf(word) === null;
}

function unknown(line: number, word: string): DirectiveProblem {
  const shown = Array.from(word).slice(0, WORD_CHARACTERS_MAX).join('');
  return { kind: 'unknown', line, word: shown, nearest: slipOf(word) ?? beginningOf(word) };
}

function isHashLine(line: string): boolean {
  return HASH_LINE.test(line.slice(0, LINE_CHARACTERS_MAX));
}

function strayLine(lines: readonly string[]): number | null {
  const found = lines
    .slice(0, STRAY_LINES_MAX)
    .findIndex((line) => isHashLine(line) && wordOf(line.replace(HASH_LINE, '')).kind !== null);
  return found < 0 ? null : found + 1;
}

function trimmed(lines: readonly string[]): string {
  const from = lines.findIndex((line) => VISIBLE.test(line));
  const to = lines.findLastIndex((line) => VISIBLE.test(line));
  return from < 0 ? '' : lines.slice(from, to + 1).join('\n');
}
