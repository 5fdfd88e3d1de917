/**
 * Text as the search for the support service number sees it (spec 3.3): one width, one hyphen, one space,
 * upper-case ASCII, nothing invisible; with the way back to the original positions.
 */

export interface FoldedText {
  readonly text: string;
  /** Original UTF-16 offset of each folded unit, and of the end. */
  readonly offsets: readonly number[];
}

/** One line end, whichever way it is written. */
export const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

const hyphens = new Set('-˗‐‑‒–—―⁃−⎯─━➖﹘﹣－⸺⸻ー');
const kana = /[\p{sc=Hira}\p{sc=Kana}ー]/u;
const invisible = /^(?:[\p{Cf}\p{Cc}\p{Variation_Selector}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5)$/u;
/** Marks that belong to the character before them, so that half-width ﾎ and ﾟ become one ポ. */
const mark = /^[\p{M}ﾞﾟ]$/u;

/**
 * NFKC, hyphens to `-`, spaces to U+0020, line ends to `\n`, a-z to A-Z, invisible characters dropped. A
 * prolonged sound mark stays one behind kana (サーバー) and is a hyphen elsewhere (CLー1234).
 */
export function foldText(source: string): FoldedText {
  const pieces: string[] = [];
  const offsets: number[] = [];
  let before = '';
  for (let at = 0; at < source.length; ) {
    const code = source.charCodeAt(at);
    let next = at + 1;
    let piece: string;
    if (code > 0x20 && code < 0x7f) {
      piece = source.charAt(at).toUpperCase();
    } else if (code === 0x20 || code === 0x09) {
      piece = ' ';
    } else if ((code >= 0x3041 && code < 0x3097) || (code >= 0x4e00 && code < 0xa000)) {
      piece = source.charAt(at);
    } else if (code === 0x0d && source.charCodeAt(at + 1) === 0x0a) {
      piece = '';
    } else {
      const first = String.fromCodePoint(source.codePointAt(at) as number);
      next = at + first.length;
      // Four marks bound the work on a hostile pile of accents; the rest become characters of their own.
      let cluster = first;
      while (cluster.length < 6 && next < source.length && mark.test(source.charAt(next))) {
        cluster += source.charAt(next++);
      }
      piece = foldCluster(first, cluster, before);
    }
    for (let unit = 0; unit < piece.length; unit++) offsets.push(at);
    if (piece !== '') before = piece.charAt(piece.length - 1);
    pieces.push(piece);
    at = next;
  }
  offsets.push(source.length);
  return { text: pieces.join(''), offsets };
}

function foldCluster(first: string, cluster: string, before: string): string {
  if (lineBreak.test(first)) return '\n';
  if (invisible.test(first)) return '';
  if (first === '№') return 'NO.';
  if (first === '│' || first === '┃') return '|';
  // Variation selectors are marks too and carry nothing.
  const plain = cluster.normalize('NFKC').replace(/\p{Variation_Selector}|\u034f/gu, '');
  if (plain === 'ー') return kana.test(before) ? 'ー' : '-';
  if (hyphens.has(plain)) return '-';
  if (/^\s/.test(plain)) return ' ';
  return plain.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

const homoglyphs = new Map(
  [...'АВЕЅІЈКМНОРСТУХԌԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ'].map((char, at) => [
    char,
    'ABESIJKMHOPCTYXGQWABEZHIKMNOPTYXC'.charAt(at),
  ]),
);
const confusions = ['0O', '1IL', '5S', '8B', '2Z'];

/**
 * What a character could have been meant as: itself, its Latin twin, and the letters and digits spec 3.4
 * names as confused. Only to tell that a look-alike was meant as the number, never to read one in mail.
 */
export function resemblances(char: string): string {
  const upper = char.toUpperCase();
  const latin = homoglyphs.get(upper) ?? upper;
  return latin + (confusions.find((group) => group.includes(latin)) ?? '');
}
