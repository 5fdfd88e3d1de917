/** How much a text looks like mail from Japan, and how much like bytes read in the wrong charset. Pure. */

/** JIS level 1 (rows 16 to 47): the kanji ordinary letters are made of. */
const levelOne: ReadonlySet<string> = (() => {
  const bytes: number[] = [];
  for (let row = 0xb0; row <= 0xcf; row += 1)
    for (let cell = 0xa1; cell <= 0xfe; cell += 1) bytes.push(row, cell);
  return new Set(new TextDecoder('euc-jp').decode(Uint8Array.from(bytes)).replaceAll('\ufffd', ''));
})();

/** How bad a character looks in mail from Japan: 0 for what is expected, 10 for damage. */
function weight(code: number, character: string): number {
  if (code === 0xfffd || code < 0x20 || (code >= 0x7f && code <= 0x9f)) return 10;
  if (code >= 0xe000 && code <= 0xf8ff) return 5;
  if (code >= 0x3000 && code <= 0x30ff) return 0;
  if (code >= 0xff01 && code <= 0xff5e) return 0;
  // `､ﾎ` and `･ﾆ` are EUC kana read as Shift_JIS; words of half-width katakana have no such signs.
  if (code >= 0xff61 && code <= 0xff65) return 2;
  if (code >= 0xff66 && code <= 0xff9f) return 0.3;
  if (code >= 0x4e00 && code <= 0x9fff) return levelOne.has(character) ? 0 : 1;
  if (code >= 0x2010 && code <= 0x26ff) return 0.4;
  if (code >= 0xf900 && code <= 0xfaff) return 1;
  return code < 0x0300 ? 2 : 1;
}

/** Text looked at when readings are compared; more of the same tells nothing new. */
export const scoredChars = 40_000;

/**
 * Sum over the text; runs of accented letters (`ƒTƒ|[ƒg`, `æ—¥æœ¬`) weigh more than lone ones (`für`).
 */
export function badness(text: string, latin: boolean): number {
  let sum = 0;
  let run = 0;
  for (const character of text.length > scoredChars ? text.slice(0, scoredChars) : text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80 && code >= 0x20 && code !== 0x7f) {
      run = 0;
      continue;
    }
    if (code === 0x0a || code === 0x0d || code === 0x09 || code === 0x0c) {
      run = 0;
      continue;
    }
    run += 1;
    const own = weight(code, character);
    if (!latin) sum += own;
    else if (own >= 5) sum += own;
    else sum += run > 1 || !/\p{L}/u.test(character) ? 3 : 1;
  }
  // `ｹ筝ｶ` is 高橋 in EUC: a lone half-width katakana beside a kanji is seldom meant, and EUC read as Shift_JIS is full of them.
  return sum + (latin ? 0 : 1.5 * (text.slice(0, scoredChars).match(loneKana)?.length ?? 0));
}

const loneKana =
  /[\u4e00-\u9fff][\uff66-\uff9f](?![\uff66-\uff9f])|(?<![\uff66-\uff9f])[\uff66-\uff9f](?=[\u4e00-\u9fff])/g;

export const damaged = /[\ufffd\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]/;

/** Share of the non-ASCII characters that Japanese letters are made of. */
export function looksJapanese(text: string, label: string): boolean {
  // Cyrillic and Greek bytes read as kanji by chance, but never as kana.
  if (damaged.test(text) || (!western.test(label) && !/[\u3041-\u30fe]/.test(text))) return false;
  const looked = text.slice(0, scoredChars);
  // An accented letter stands among plain ones, and takes its neighbour with it: `Hyv滑 p格v滑`.
  if (!/[\u3041-\u30fe]/.test(looked) && (looked.match(/[a-z][\u4e00-\u9fff]/g)?.length ?? 0) >= 2)
    return false;
  let good = 0;
  let all = 0;
  for (const character of looked) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) continue;
    all += 1;
    if (weight(code, character) === 0) good += 1;
  }
  // Signs of NEC and words of half-width katakana: as Western text they are runs of capitals and signs nobody writes.
  if (western.test(label) && label !== 'macintosh')
    good += looked.match(japaneseOnly)?.reduce((sum, run) => sum + run.length, 0) ?? 0;
  return all >= 2 && good >= all * 0.6;
}

const japaneseOnly =
  /[\uff66-\uff9f]{4,}|[\u2460-\u2473\u2160-\u2169\u2116\u2121\u3231\u3232\u3239\u32a4-\u32a8\u337b-\u337e\u3300-\u3357]/g;

const western = /^(?:windows-1252|iso-8859-15?|macintosh)$/;

/** Share of hiragana among the characters beyond ASCII. */
export function hiragana(text: string): number {
  const beyond = text.slice(0, scoredChars).match(/[^\x00-\x7f]/g) ?? [];
  return beyond.filter((one) => one >= '\u3041' && one <= '\u3096').length / Math.max(1, beyond.length);
}
