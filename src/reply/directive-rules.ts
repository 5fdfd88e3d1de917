/** Which directives go together. What contradicts itself is returned to its author, never guessed (spec 5.3). */
import type { Directive, DirectiveFault, DirectiveProblem, Placed } from './directive-shape.ts';
import { type DirectiveKind, shown } from './directive-words.ts';

/** What becomes of the body; one of these at most, but a note may give the reason for the last two. */
const DEEDS: readonly DirectiveKind[] = ['answer', 'phone', 'note', 'spam', 'cancel'];
const OPTIONS: readonly DirectiveKind[] = ['set', 'cc', 'to', 'urgent'];
/** These end a matter in their own way and suffer nothing beside them but a note. */
const ALONE: readonly DirectiveKind[] = ['spam', 'cancel', 'merge'];
const REPEATABLE: readonly DirectiveKind[] = ['set', 'cc', 'to', 'urgent', 'spam', 'cancel'];

/** The first contradiction among the directives of one reply, or null. */
export function whyNotTogether(placed: readonly Placed[], body: string): DirectiveProblem | null {
  for (const [at, one] of placed.entries()) {
    const { kind } = one.directive;
    const earlier = placed.slice(0, at);
    if (earlier.some((other) => isTwice(other.directive, one.directive))) {
      const what = one.directive.kind === 'set' ? `#設定 ${one.directive.key}` : shown(kind);
      return refused(one, 'twice', `「${what}」が2回書かれています。どちらか一方にしてください。`);
    }
    const rival = earlier.find((other) => areRivals(other.directive.kind, kind));
    if (rival !== undefined) {
      const pair = `「${shown(rival.directive.kind)}」と「${shown(kind)}」`;
      return refused(one, 'not-together', `${pair}は一緒に書けません。別々のメールでお送りください。`);
    }
  }
  const kinds = placed.map(({ directive }) => directive.kind);
  const option = placed.find(({ directive }) => OPTIONS.includes(directive.kind));
  if (option !== undefined && !kinds.includes('answer')) {
    return refused(
      option,
      'needs-answer',
      `「${shown(option.directive.kind)}」は「#回答」と一緒に書いてください。`,
    );
  }
  const call = placed.find(({ directive }) => directive.kind === 'phone');
  if (call !== undefined && body === '') {
    return refused(call, 'no-text', '「#電話」の次の行に、電話で回答した内容を書いてください。');
  }
  return null;
}

/** The problem in Japanese, with what would be right, for its author. */
export function explained(problem: DirectiveProblem): string {
  if (problem.kind === 'refused') return `${problem.line}行目: ${problem.text}`;
  const meant = problem.nearest === null ? '' : `「${shown(problem.nearest)}」のことでしょうか。`;
  return `${problem.line}行目の「#${problem.word}」は指示にありません。${meant}`;
}

function isTwice(one: Directive, other: Directive): boolean {
  if (one.kind === 'set' && other.kind === 'set') return one.key === other.key && one.value !== other.value;
  return one.kind === other.kind && !REPEATABLE.includes(one.kind);
}

function areRivals(one: DirectiveKind, other: DirectiveKind): boolean {
  if (one === other) return false;
  const kinds = [one, other];
  if (kinds.some((kind) => ALONE.includes(kind))) return !kinds.includes('note');
  return kinds.every((kind) => DEEDS.includes(kind));
}

function refused({ line, word }: Placed, fault: DirectiveFault, text: string): DirectiveProblem {
  return { kind: 'refused', line, word, fault, text };
}
