/**
 * Bytes to text when the label may be wrong or missing. Every plausible reading is made and scored;
 * the label wins unless another reading is better, so a good reading never becomes worse.
 */
import { canonical } from './charset-label.ts';
import { badness, damaged, hiragana, looksJapanese, scoredChars } from './charset-score.ts';
import { decodeIso2022Jp } from './iso-2022-jp.ts';

export interface Decoded {
  readonly text: string;
  /** Canonical name of the charset used. */
  readonly charset: string;
  /** The charset used is not the one on the label, and that changes the text. */
  readonly rescued: boolean;
  /** No U+FFFD or escape is left, and no control character beside letters that are not ASCII. */
  readonly clean: boolean;
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
  const declared = believed(canonical(label), bytes);
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

/** UTF-16 has a NUL beside each letter of ASCII and no escapes of JIS; a label that says otherwise is none. */
function believed(declared: string | null, bytes: Buffer): string | null {
  if (declared === null || !declared.startsWith('utf-16') || bytes.includes(0)) return declared;
  if (/\x1b[$(]/.test(bytes.subarray(0, scoredChars).toString('latin1'))) return null;
  if (bytes.length < 8 || !/^[\t\r\n -~]+$/.test(bytes.toString('latin1'))) return declared;
  const text = decodeAs(bytes, declared);
  return badness(text, false) > text.length / 2 ? null : declared;
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

/** The label's reading stands unless it is damaged or clearly not text, and another one is better. */
function choose(candidates: readonly Candidate[], declared: string | null): Candidate {
  const labelled = candidates.find((candidate) => candidate.charset === declared);
  if (labelled !== undefined && !damaged.test(labelled.text)) {
    if (labelled.cost === 0) return labelled;
    if (foreign(labelled.charset) && !latinCharsets.test(labelled.charset)) {
      return behindChinese(labelled, candidates);
    }
  }
  let best = labelled ?? candidates[0]!;
  for (const candidate of candidates) {
    if (candidate === best || candidate.cost >= best.cost) continue;
    // What is cut at its ends may be the better text, but never in place of one that is whole.
    if (labelled !== undefined && !damaged.test(labelled.text) && damaged.test(candidate.text)) continue;
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

/**
 * A Chinese or Korean label on Japanese bytes hides the hiragana; true text of those countries has none. In GB 2312 they
 * stand where EUC-JP has them: there the kanji between them tell.
 */
function behindChinese(labelled: Candidate, candidates: readonly Candidate[]): Candidate {
  const sound = candidates.filter(({ text, charset }) => japanese.test(charset) && !damaged.test(text));
  if (hiragana(labelled.text) >= 0.05)
    return sound.find(({ text, cost }) => hiragana(text) >= 0.05 && cost * 3 < labelled.cost - 2) ?? labelled;
  const utf8 = candidates.find(
    ({ charset, text, cost }) => charset === 'utf-8' && cost === 0 && multiBytes(text) >= 2,
  );
  if (utf8 !== undefined && labelled.cost >= 2) return utf8;
  return sound.find(({ text }) => hiragana(text) >= 0.2) ?? labelled;
}

const japanese = /^(?:shift_jis|euc-jp)$/;

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
