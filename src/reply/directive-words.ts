/** The words staff may write after `#`, and which of them a slip was probably meant for (spec 5.3). Pure data. */

export type DirectiveKind =
  | 'answer'
  | 'note'
  | 'phone'
  | 'number'
  | 'assign'
  | 'merge'
  | 'close'
  | 'set'
  | 'spam'
  | 'cancel'
  | 'urgent'
  | 'cc'
  | 'to';

/** The first word of each is the one shown to people. */
const WORDS: Readonly<Record<DirectiveKind, readonly string[]>> = {
  answer: ['回答', 'answer', 'reply'],
  note: ['メモ', 'note', 'memo'],
  phone: ['電話', 'phone', 'call'],
  number: ['番号', 'number'],
  assign: ['担当', 'assign'],
  merge: ['統合', 'merge'],
  close: ['終了', 'close'],
  set: ['設定', 'set'],
  spam: ['迷惑', 'spam', 'junk'],
  cancel: ['取消', '取り消し', '取消し', 'cancel'],
  urgent: ['至急', 'urgent'],
  cc: ['cc'],
  to: ['to'],
};

const KIND_OF = new Map(
  Object.entries(WORDS).flatMap(([kind, words]) =>
    words.map((word) => [word, kind as DirectiveKind] as const),
  ),
);
/** A longer word is a sentence, not a slip. */
const SLIP_CHARACTERS_MAX = 20;

/** @param word folded: NFKC, lower case. */
export function directiveKind(word: string): DirectiveKind | null {
  return KIND_OF.get(word) ?? null;
}

/** `#回答`, as it is shown to people. */
export function shown(kind: DirectiveKind): string {
  return `#${WORDS[kind][0]}`;
}

/** The directive a slip of a character or two was meant for: 解答 for 回答, `anwser` for `answer`; else null. */
export function slipOf(word: string): DirectiveKind | null {
  const near = nearest(word, [...KIND_OF.keys()]);
  return near === null ? null : directiveKind(near);
}

/** The directive a word begins with or begins: 回答案, 取り消; else null. `to-do` has nothing to do with `to`. */
export function beginningOf(word: string): DirectiveKind | null {
  for (const [known, kind] of KIND_OF) {
    if (/^[a-z]{1,3}$/.test(known)) continue;
    if (word.startsWith(known) || (word.length > 1 && known.startsWith(word))) return kind;
  }
  return null;
}

/** The candidate fewest edits away, at most one in three characters and at least one; null when none is so near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const length = Array.from(word).length;
  if (length < 2 || length > SLIP_CHARACTERS_MAX) return null;
  let best: string | null = null;
  let fewest = Math.max(1, Math.floor(length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = distance(Array.from(word), Array.from(candidate));
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** Edits between two short words; two neighbours in the wrong order are one. */
function distance(a: readonly string[], b: readonly string[]): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_one, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(above[j - 1]! + same, above[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, before[j - 2]! + 1);
      }
      row.push(least);
    }
    [before, above] = [above, row];
  }
  return above[b.length]!;
}
