/** Text people typed, put into a letter without harm: a staff member's own words, and the question they answer. */
import { displayWidth } from './display-width.ts';
import { LINE_COLUMNS_MAX, verbatim, wrapLine } from './layout.ts';
import { plainLines } from './words.ts';

const QUOTED_LINES_MAX = 100;
const QUOTED_CHARACTERS_MAX = 20_000;

/** Staff text line by line: prose is wrapped, all else is left alone to the last space. */
export function asTyped(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => (isLongProse(line) ? wrapLine(line, LINE_COLUMNS_MAX) : [line]))
    .map(verbatim)
    .join('\n');
}

/**
 * Prose begins at the margin with Japanese, holds no URL, path, tab or gap, and is at least half full-width: a
 * command, a log line or a table copied from a screen must come out of the mail as it went in.
 */
function isLongProse(line: string): boolean {
  if (line.length * 2 <= LINE_COLUMNS_MAX || displayWidth(line) <= LINE_COLUMNS_MAX) return false;
  if (!/^[\u3000]?[・※「『（(]?[\p{sc=Hira}\p{sc=Kana}\p{sc=Han}]/u.test(line)) return false;
  if (/:\/\/|[\\\t`|<>={}$]|\/[\w.-]+\/| {2}|[!-~]{25}/.test(line)) return false;
  const ascii = line.match(/[ -~]/g)?.length ?? 0;
  return ascii * 2 < displayWidth(line);
}

/** The customer's words, quoted once and never re-wrapped; null when there are none or the author quoted them. */
export function quotation(question: string, text: string): string | null {
  const lines = plainLines(question)
    .trim()
    .slice(0, QUOTED_CHARACTERS_MAX)
    .split('\n', QUOTED_LINES_MAX + 1);
  const first = lines[0]?.trim() ?? '';
  if (first === '') return null;
  const quotedByAuthor = text
    .split('\n')
    .some((line) => /^[>＞]/.test(line) && line.slice(1).trim() === first);
  if (quotedByAuthor) return null;
  const isCut = lines.length > QUOTED_LINES_MAX || plainLines(question).trim().length > QUOTED_CHARACTERS_MAX;
  const kept = lines.slice(0, QUOTED_LINES_MAX).map((line) => (line.trim() === '' ? '>' : `> ${line}`));
  return [...kept, ...(isCut ? ['(以下省略)'] : [])].join('\n');
}
