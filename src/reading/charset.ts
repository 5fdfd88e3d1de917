/**
 * Bytes to text when the label may be wrong or missing. Every plausible reading is made and scored;
 * the label wins unless another reading is better, so a good reading never becomes worse.
 */
import { canonical } from './charset-label.ts';
import { decodeIso2022Jp } from './iso-2022-jp.ts';

export interface Decoded {
  readonly text: string;
  /** Canonical name of the charset used. */
  readonly charset: string;
  /** The charset used is not the one on the label, and that changes the text. */
  readonly rescued: boolean;
  /** No U+FFFD, escape or control character is left. */
  readonly clean: boolean;
}

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
const scoredChars = 40_000;

/**
 * Sum over the text; runs of accented letters (`ƒTƒ|[ƒg`, `æ—¥æœ¬`) weigh more than lone ones (`für`).
 */
function badness(text: string, latin: boolean): number {
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
  return sum;
}

const damaged = /[\ufffd\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]/;

/** Share of the non-ASCII characters that Japanese letters are made of. */
function looksJapanese(text: string, label: string): boolean {
  // Cyrillic and Greek bytes read as kanji by chance, but never as kana.
  if (damaged.test(text) || (!western.test(label) && !/[\u3041-\u30fe]/.test(text))) return false;
  let good = 0;
  let all = 0;
  for (const character of text.slice(0, scoredChars)) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) continue;
    all += 1;
    if (weight(code, character) === 0) good += 1;
  }
  return all >= 2 && good >= all * 0.6;
}

/** 0x80 to 0x9F of windows-1252; Node 20 and 24 decode them as C1 controls. */
const cp1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function decodeAs(bytes: Buffer, charset: string): string {
  if (charset === 'iso-2022-jp') return decodeIso2022Jp(bytes);
  if (charset === 'windows-1252') {
    return bytes.toString('latin1').replace(/[\x80-\x9f]/g, (one) => cp1252[one.charCodeAt(0) - 0x80] ?? one);
  }
  return new TextDecoder(charset).decode(bytes);
}

function strictUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function isPlainAscii(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte > 0x7e || byte === 0x1b || byte === 0x0e || byte === 0) return false;
  return true;
}

const western = /^(?:windows-1252|iso-8859-15?|macintosh)$/;

const latinCharsets = /^(?:windows-125|iso-8859-|koi8|macintosh|x-mac|ibm866)/;

/** Charsets of other countries: their text is not measured by Japanese eyes. */
function foreign(charset: string): boolean {
  return /^(?:gb|big5|euc-kr|utf-16|windows-874)/.test(charset) || latinCharsets.test(charset);
}

interface Candidate {
  readonly charset: string;
  readonly text: string;
  readonly cost: number;
}

/**
 * Decodes one text. `label` is the charset as the sender wrote it, or null. UTF-7 is never decoded
 * (`+ADw-script+AD4-` would pass filters), it is shown as it stands.
 */
export function decodeText(bytes: Buffer, label: string | null): Decoded {
  const declared = canonical(label);
  if (isPlainAscii(bytes) && !declared?.startsWith('utf-16')) {
    return { text: bytes.toString('latin1'), charset: declared ?? 'us-ascii', rescued: false, clean: true };
  }
  const marked = byteOrderMark(bytes);
  if (marked !== null) return finish(marked.charset, decodeAs(bytes, marked.charset), declared, bytes);
  // Half-width katakana in EUC are pairs that also read as rare kanji of Shift_JIS.
  if (eucKana.test(bytes.subarray(0, scoredChars).toString('latin1')))
    return finish('euc-jp', decodeAs(bytes, 'euc-jp'), declared, bytes);
  const utf8 = strictUtf8(bytes);
  const escapes = bytes.includes(0x1b) || bytes.includes(0x0e);
  if (utf8 !== null && !escapes && (declared === 'utf-8' || multiBytes(utf8) >= 3)) {
    return finish('utf-8', utf8, declared, bytes);
  }
  const names = new Set<string>();
  if (declared !== null) names.add(declared);
  names.add('utf-8');
  if (escapes) names.add('iso-2022-jp');
  for (const name of ['shift_jis', 'euc-jp', 'windows-1252']) names.add(name);
  const candidates = [...names].map((charset) => {
    const text = decodeAs(bytes, charset);
    return { charset, text, cost: cost(text, charset) };
  });
  const best = choose(candidates, declared);
  return finish(best.charset, best.text, declared, bytes);
}

const eucKana = /^[\x00-\x7f]*(?:\x8e[\xa1-\xdf][\x00-\x7f]*){4,}\x8e?$/;

function multiBytes(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length && count < 3; index += 1)
    if (text.charCodeAt(index) > 0x7f) count += 1;
  return count;
}

function cost(text: string, charset: string): number {
  // A character cut in two at the end of a text is an accident of cutting, not a wrong charset.
  const whole = charset === 'utf-8' ? text.replace(/^\ufffd{1,3}|\ufffd$/g, '') : text;
  return badness(multiBytes(whole) >= 3 ? whole : text, latinCharsets.test(charset));
}

/** Share of hiragana among the characters beyond ASCII. */
function hiragana(text: string): number {
  const beyond = text.slice(0, scoredChars).match(/[^\x00-\x7f]/g) ?? [];
  return beyond.filter((one) => one >= '\u3041' && one <= '\u3096').length / Math.max(1, beyond.length);
}

/** The label's reading stands unless it is damaged or clearly not text, and another one is better. */
function choose(candidates: readonly Candidate[], declared: string | null): Candidate {
  const labelled = candidates.find((candidate) => candidate.charset === declared);
  if (labelled !== undefined && !damaged.test(labelled.text)) {
    if (labelled.cost === 0) return labelled;
    if (foreign(labelled.charset) && !latinCharsets.test(labelled.charset)) {
      // A Chinese or Korean label on Japanese bytes hides the hiragana; true text of those countries has none.
      if (hiragana(labelled.text) >= 0.05) return labelled;
      const japanese = candidates.filter(({ charset }) => charset === 'shift_jis' || charset === 'euc-jp');
      return japanese.find(({ text }) => !damaged.test(text) && hiragana(text) >= 0.2) ?? labelled;
    }
  }
  let best = labelled ?? candidates[0]!;
  for (const candidate of candidates) {
    if (candidate === best || candidate.cost >= best.cost) continue;
    const latinLabel = labelled !== undefined && latinCharsets.test(labelled.charset);
    if (latinLabel && !damaged.test(labelled.text) && !looksJapanese(candidate.text, labelled.charset))
      continue;
    // Japanese read as another Japanese charset differs by far; a small difference proves nothing.
    const close = candidate.cost * 2 > best.cost || best.cost - candidate.cost < 2;
    if (best === labelled && close && !damaged.test(best.text)) continue;
    best = candidate;
  }
  return best;
}

function byteOrderMark(bytes: Buffer): { charset: string } | null {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { charset: 'utf-16be' };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { charset: 'utf-16le' };
  return null;
}

function finish(charset: string, text: string, declared: string | null, bytes: Buffer): Decoded {
  if (!damaged.test(text)) return { text, charset, rescued: charset !== declared, clean: true };
  // Two charsets in one text (a footer added on the way): each line for itself, where that is cleaner.
  const lines = decodeLines(bytes);
  if (lines !== null && count(lines) < count(text)) {
    return { text: lines, charset: 'mixed', rescued: true, clean: !damaged.test(lines) };
  }
  return { text, charset, rescued: charset !== declared, clean: false };
}

function count(text: string): number {
  return text.match(/[\ufffd\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]/g)?.length ?? 0;
}

const mixedLines = 20_000;

function decodeLines(bytes: Buffer): string | null {
  const lines: string[] = [];
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(0x0a, start);
    const line = bytes.subarray(start, end < 0 ? bytes.length : end + 1);
    start += line.length;
    if (lines.length >= mixedLines) return null;
    if (isPlainAscii(line)) {
      lines.push(line.toString('latin1'));
      continue;
    }
    const names = ['utf-8', 'iso-2022-jp', 'shift_jis', 'euc-jp'];
    const readings = names.map((charset) => {
      const text = decodeAs(line, charset);
      return { charset, text, cost: cost(text, charset) };
    });
    lines.push(choose(readings, null).text);
  }
  return lines.length > 1 ? lines.join('') : null;
}
