/**
 * How wide text stands where Japanese mail is read: full-width and East Asian Ambiguous characters take two
 * columns, half-width one, combining and zero-width characters none (tone: wrap at 70 half-width columns).
 */
import { WIDE_RANGES } from './east-asian-width.ts';

const WIDE = WIDE_RANGES.split(' ').map((range) => {
  const [from = '', to = from] = range.split('-');
  return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const;
});

const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;
/** Drawn as one picture of two cells, however many code points it is made of. */
const PICTURE = /[\u200d\ufe0f\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}]/u;
const PIECE_UNITS = 512;
let segmenter: Intl.Segmenter | null = null;
/** Made when first needed: that takes longer than reading a mail. */
function segment(piece: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('ja', { granularity: 'grapheme' });
  return segmenter.segment(piece);
}

/** The longest emoji in use are some 35 code units. */
const UNITS_A_CHARACTER_MAX = 40;

/**
 * What a reader sees as single characters: an emoji family or か with a combining ゛ is one. The segmenter's
 * time grows with the square of its text, so it is handed pieces; a piece's last character goes to the next.
 */
export function* graphemes(text: string): Generator<string> {
  let begin = 0;
  while (begin < text.length) {
    const piece = text.slice(begin, begin + PIECE_UNITS);
    const parts = Array.from(segment(piece), (part) => part.segment);
    const isLast = begin + piece.length >= text.length;
    if (!isLast && parts.length > 1) parts.pop();
    for (const part of parts) begin += part.length;
    yield* parts;
  }
}

/** Columns the text takes: 2 for full-width, 1 for half-width, 0 for combining characters. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  if (!PICTURE.test(text)) return sumOfCodePoints(text);
  let sum = 0;
  for (const one of graphemes(text)) sum += PICTURE.test(one) ? 2 : sumOfCodePoints(one);
  return sum;
}

/**
 * The text cut to so many characters as a reader counts them, with … in place of what was left out. A single
 * character may be thousands of combining marks, so the code units are bounded as well.
 */
export function cut(text: string, charactersMax: number): string {
  const unitsMax = charactersMax * UNITS_A_CHARACTER_MAX;
  let kept = '';
  let count = 0;
  for (const segment of graphemes(text)) {
    if (++count > charactersMax || kept.length + segment.length > unitsMax) {
      return kept.trimEnd() + '…';
    }
    kept += segment;
  }
  return kept;
}

function sumOfCodePoints(text: string): number {
  let sum = 0;
  for (const char of text) sum += widthOfCodePoint(char);
  return sum;
}

function widthOfCodePoint(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return 1;
  if (ZERO_WIDTH.test(char)) return 0;
  let low = 0;
  let high = WIDE.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to] = WIDE[middle] ?? [0, 0];
    if (code < from) high = middle - 1;
    else if (code > to) low = middle + 1;
    else return 2;
  }
  return 1;
}
