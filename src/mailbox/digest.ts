/**
 * Identity of a mail (spec 2.1, Duplicates): the same mail by SMTP (CRLF), from a file (LF) or out of an mbox
 * (`>From`) has the same key, whatever Received, Return-Path or X- fields were added on the way.
 */
import { createHash, type Hash } from 'node:crypto';

export interface Identity {
  /** Message-ID as `<…>`, or null. */
  readonly messageId: string | null;
  /** `<message-id> sha256` or the SHA-256 alone, lower-case hex. */
  readonly contentKey: string;
  /** From the topmost Return-Path: '' is the null path, null when there is none. */
  readonly returnPath: string | null;
}

/** '' is a line in the header block that is no field: only the sender can have written it. */
const counted = /^(?:from|to|cc|subject|date|message-id|mime-version|content-[!-9;-~]{1,60}|)$/;
const lf = 0x0a;
const cr = 0x0d;

/** Lines without their ends; CRLF, LF and CR CR LF end a line, a lone CR only in mail that has no LF at all. */
function* lines(raw: Buffer, from: number): Generator<{ line: Buffer; next: number }> {
  const end = raw.includes(lf) ? lf : cr;
  let at = from;
  while (at < raw.length) {
    const found = raw.indexOf(end, at);
    const next = found < 0 ? raw.length : found + 1;
    let stop = found < 0 ? raw.length : found;
    while (stop > at && raw[stop - 1] === cr) stop -= 1;
    yield { line: raw.subarray(at, stop), next };
    at = next;
  }
}

/** Name in lower case and unfolded value with single spaces, in the order of the mail. */
function fieldsOf(raw: Buffer): { fields: [string, string][]; bodyAt: number } {
  const fields: { name: string; values: string[] }[] = [];
  let bodyAt = raw.length;
  let from = 0;
  while (raw[from] === cr || raw[from] === lf) from += 1;
  for (const { line, next } of lines(raw, from)) {
    const text = line.toString('latin1');
    if (text === '') {
      bodyAt = next;
      break;
    }
    if (text[0] === ' ' || text[0] === '\t') {
      fields.at(-1)?.values.push(text);
      continue;
    }
    const colon = text.indexOf(':');
    if (colon > 0)
      fields.push({ name: text.slice(0, colon).trimEnd().toLowerCase(), values: [text.slice(colon + 1)] });
    else if (!/^>?From /.test(text)) fields.push({ name: '', values: [text] });
  }
  return {
    fields: fields.map(({ name, values }) => [
      name,
      values
        .join(' ')
        .replace(/[ \t]+/g, ' ')
        .trim(),
    ]),
    bodyAt,
  };
}

/** `From `, before which an mbox writes `>`: which quoting it used cannot be known, so all are the same line. */
const quotedFrom = Buffer.from('From ');
const quote = 0x3e;
/** Below this a loop copies faster than a call. */
const shortLine = 64;

/** Up to where the mail is canonical as it stands: behind the last line with text before one that has to be changed. */
function canonicalEnd(raw: Buffer, from: number): number {
  let end = from;
  for (let at = from; ; ) {
    const stop = raw.indexOf(lf, at) - 1;
    if (stop < at || raw[stop] !== cr) return end;
    if (stop > at) {
      if (raw[stop - 1] === cr || isQuotedFrom(raw, at)) return end;
      end = stop + 2;
    }
    at = stop + 2;
  }
}

function isQuotedFrom(raw: Buffer, at: number): boolean {
  let unquoted = at;
  while (raw[unquoted] === quote) unquoted += 1;
  return unquoted > at && raw.subarray(unquoted, unquoted + 5).equals(quotedFrom);
}

/**
 * The body in canonical form: CRLF behind each line, trailing blank lines cut. Most mail is so as it stands; from the
 * first line that is not, byte by byte in one pass: 10 MB of newlines as lines of their own took seconds, in which no
 * other mail was taken.
 */
function hashBody(hash: Hash, raw: Buffer, from: number): void {
  const end = raw.includes(lf) ? lf : cr;
  const canonical = canonicalEnd(raw, from);
  hash.update('\r\n').update(raw.subarray(from, canonical));
  if (canonical === raw.length) return;
  const chunk = Buffer.allocUnsafe(64 * 1024);
  let size = 0;
  const flush = (): void => {
    hash.update(chunk.subarray(0, size));
    size = 0;
  };
  const newline = (): void => {
    if (size + 2 > chunk.length) flush();
    chunk[size] = cr;
    chunk[size + 1] = lf;
    size += 2;
  };
  let blank = 0;
  for (let at = canonical; at < raw.length; ) {
    let stop = at;
    while (stop < raw.length && raw[stop] !== end) stop += 1;
    const next = stop + 1;
    while (stop > at && raw[stop - 1] === cr) stop -= 1;
    if (stop === at) {
      blank += 1;
      at = next;
      continue;
    }
    for (; blank > 0; blank -= 1) newline();
    if (isQuotedFrom(raw, at)) while (raw[at] === quote) at += 1;
    if (stop - at <= shortLine) {
      if (size + shortLine > chunk.length) flush();
      for (; at < stop; at += 1) chunk[size++] = raw[at] as number;
    }
    while (at < stop) {
      if (size === chunk.length) flush();
      const piece = Math.min(stop - at, chunk.length - size);
      raw.copy(chunk, size, at, at + piece);
      size += piece;
      at += piece;
    }
    newline();
    at = next;
  }
  flush();
}

/**
 * Never throws, whatever the bytes; linear in their number. Gateways reorder fields, so they are sorted by name.
 * Where the frame is broken all of it counts: a field that swallowed lines ended by CR alone may hold the whole mail, and
 * two mails taken for one would be one mail lost.
 */
export function identify(raw: Buffer): Identity {
  const { fields, bodyAt: found } = fieldsOf(raw);
  const broken = !fields.some(([name]) => name !== '') || fields.some(([, value]) => value.includes('\r'));
  const bodyAt = broken ? 0 : found;
  const hash = createHash('sha256');
  const wanted = fields.filter(([name]) => counted.test(name)).map((field, index) => ({ field, index }));
  wanted.sort((a, b) => (a.field[0] < b.field[0] ? -1 : a.field[0] > b.field[0] ? 1 : a.index - b.index));
  for (const { field } of wanted) hash.update(`${field[0]}: ${field[1]}\r\n`, 'latin1');
  hashBody(hash, raw, bodyAt);
  const sum = hash.digest('hex');
  const messageId = idOf(fields.find(([name]) => name === 'message-id')?.[1] ?? '');
  return {
    messageId,
    contentKey: messageId === null ? sum : `${messageId} ${sum}`,
    returnPath: pathOf(fields),
  };
}

function idOf(value: string): string | null {
  const bracketed = /<[^<>\s]{1,250}>/.exec(value)?.[0];
  if (bracketed !== undefined) return bracketed;
  return /^[^<>\s]{1,120}@[^<>\s]{1,120}$/.test(value) ? `<${value}>` : null;
}

function pathOf(fields: readonly [string, string][]): string | null {
  const value = fields.find(([name]) => name === 'return-path')?.[1];
  if (value === undefined) return null;
  const inside = /^<([^<>\s]{0,250})>/.exec(value)?.[1];
  if (inside !== undefined) return inside;
  return /^[^<>\s]{1,250}$/.test(value) ? value : value === '' ? '' : null;
}
