/**
 * Text as it is searched, and words as they are looked for in it: one spelling for what people take for the same.
 * Widths and composed kana by NFKC, letters in lower case, one hyphen, and no gap inside Japanese, where a line break or
 * the recogniser of a fax put one. Pure.
 */

/** The dashes; not ー, which is a letter. */
const dashes = /[\u2010-\u2015\u2212]/g;
/** Kana, kanji, and the signs that stand among them. */
const japanese = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー々〆。、・「」]';
const gap = new RegExp(`(?<=${japanese})\\s+(?=${japanese})`, 'gu');

export function searchText(text: string): string {
  return folded(text).replace(gap, '').replace(/\s+/g, ' ').trim();
}

/** Each must be found; those of nothing but space are none. */
export function searchWords(typed: string): readonly string[] {
  return [
    ...new Set(
      folded(typed)
        .split(/\s+/)
        .filter((word) => word !== ''),
    ),
  ];
}

/** What stands around the first of the words, on one line of about so many characters. */
export function excerpt(text: string, words: readonly string[], charsMax = 60): string {
  const found = words.map((word) => text.indexOf(word)).filter((at) => at >= 0);
  const at = found.length === 0 ? 0 : Math.min(...found);
  const from = Math.max(0, at - Math.floor(charsMax / 3));
  const part = Array.from(text.slice(from, from + charsMax * 2))
    .slice(0, charsMax)
    .join('');
  return `${from > 0 ? '…' : ''}${part}${from + part.length < text.length ? '…' : ''}`;
}

function folded(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u200b-\u200d\u2060\ufeff\u00ad]/g, '')
    .replace(dashes, '-')
    .toLowerCase();
}
