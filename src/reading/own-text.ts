/**
 * Tells the customer's own text from quoted history, forwarded headers and signature (spec 2.2). Every line
 * goes to exactly one part. A few anchored patterns a line keep it linear.
 */
import type { OwnText } from '../inquiry/letter.ts';
import { lineBreak } from '../inquiry/number-text.ts';
import { historyStart, isAttribution } from './history.ts';
import { signatureStart } from './signature.ts';

type Part = 'own' | 'quoted';

const quoteMark = /^[ \t\u3000]{0,3}(?:[>＞》≫][ \t\u3000]?)+/;
const pipeMark = /^[ \t\u3000]{0,3}[|｜](?![^|｜]*[|｜])/;

/**
 * Answers between quoted lines and below them are own text. From a header block or 「元のメッセージ」 on, all
 * that follows is history: nothing in it tells an answer from what is answered. `fromHtml` says that the
 * text was made from HTML, where `|` edges a table and never marks a quotation.
 */
export function splitOwnText(text: string, fromHtml = false): OwnText {
  const lines = text.split(lineBreak);
  const parts = partsOf(lines, fromHtml);
  const own: string[] = [];
  const quoted: string[] = [];
  const signature: string[] = [];
  for (let from = 0; from < lines.length; ) {
    let to = from + 1;
    while (to < lines.length && parts[to] === parts[from]) to++;
    const segment = lines.slice(from, to);
    if (parts[from] === 'quoted') {
      for (const line of segment) quoted.push(line.replace(quoteMark, ''));
    } else {
      const sign = signatureStart(segment);
      // Not spread into push: a million arguments overflow the stack.
      for (const [index, line] of segment.entries()) (index < sign ? own : signature).push(line);
    }
    from = to;
  }
  return { own: trimmed(own), quoted: trimmed(quoted), signature: trimmed(signature) };
}

function partsOf(lines: readonly string[], fromHtml: boolean): readonly Part[] {
  const end = historyStart(lines, (line) => quoteMark.test(line));
  const parts: Part[] = lines.map((line, at) => (at >= end || quoteMark.test(line) ? 'quoted' : 'own'));
  for (let at = 0; at < end; at++) {
    const span = parts[at] === 'own' ? isAttribution(lines, at) : 0;
    for (let step = 0; step < span && at + step < end; step++) parts[at + step] = 'quoted';
  }
  if (!fromHtml) markPipes(lines, parts);
  // Blank lines inside a quotation belong to it; they carry no text either way.
  for (let at = 1; at < end; at++) {
    if (lines[at]?.trim() === '' && parts[at - 1] === 'quoted') parts[at] = 'quoted';
  }
  return parts;
}

/** `|` marks a quotation after an attribution, or on three lines in a row without a second `|` (a table). */
function markPipes(lines: readonly string[], parts: Part[]): void {
  for (let at = 0; at < lines.length; at++) {
    let to = at;
    while (to < lines.length && parts[to] === 'own' && pipeMark.test(lines[to] as string)) to++;
    if (to === at) continue;
    if (to - at >= 3 || (at > 0 && parts[at - 1] === 'quoted')) parts.fill('quoted', at, to);
    at = to;
  }
}

function trimmed(lines: readonly string[]): string {
  let from = 0;
  let to = lines.length;
  while (from < to && lines[from]?.trim() === '') from++;
  while (to > from && lines[to - 1]?.trim() === '') to--;
  return lines.slice(from, to).join('\n');
}
