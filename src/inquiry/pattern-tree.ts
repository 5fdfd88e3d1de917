/** A regular expression as a tree: enough of its grammar to judge what it may cost. Pure. */

export type PatternNode =
  /** One character of a set; `source` is how the expression writes it. */
  | { readonly kind: 'set'; readonly source: string }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly PatternNode[] }
  /** `max` is null where nothing bounds it. */
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly min: number; readonly max: number | null }
  /** Takes no character: `^ $ \b`, and what looks ahead or behind. */
  | { readonly kind: 'assertion'; readonly of: PatternNode; readonly source: string };

/** Longest first. Without the flag `u` some of these are two characters to the engine; as one they are judged alike. */
const escaped = /^\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[pP]\{[^}]*\}|[\s\S])/;
const characterSet = /^\[(?:\\[\s\S]|[^\]\\])*\]/;
const quantifier = /^(?:([*+?])|\{(\d+)(,(\d*))?\})\??/;
const opening = /^\((?:\?(?:<[=!]|[=!:]|<[^>]*>))?/;

/** Of a source that the engine has taken. */
export function parsePattern(source: string): PatternNode {
  let rest = source;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(rest);
    if (found !== null) rest = rest.slice(found[0].length);
    return found;
  };

  function choice(): PatternNode {
    const parts = [sequence()];
    while (take(/^\|/) !== null) parts.push(sequence());
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  function sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (rest !== '' && !/^[|)]/.test(rest)) parts.push(repeated(piece()));
    return { kind: 'sequence', parts };
  }

  function repeated(of: PatternNode): PatternNode {
    const found = take(quantifier);
    if (found === null) return of;
    const [, sign, least = '0', comma, most] = found;
    const min = sign === undefined ? Number(least) : sign === '+' ? 1 : 0;
    const upper = comma === undefined ? min : most === '' || most === undefined ? null : Number(most);
    return { kind: 'repeat', of, min, max: sign === undefined ? upper : sign === '?' ? 1 : null };
  }

  function piece(): PatternNode {
    const group = take(opening);
    if (group !== null) {
      const inner = choice();
      take(/^\)/);
      return /[=!]$/.test(group[0]) ? { kind: 'assertion', of: inner, source: group[0] } : inner;
    }
    const mark = take(/^(?:[$^]|\\[bB])/);
    if (mark !== null) return { kind: 'assertion', of: { kind: 'sequence', parts: [] }, source: mark[0] };
    const one = take(escaped) ?? take(characterSet) ?? take(/^[\s\S]/u);
    return { kind: 'set', source: one?.[0] ?? '' };
  }

  return choice();
}
