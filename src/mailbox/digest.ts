/**
 * Identity of a mail (spec 2.1, Duplicates): the same mail by SMTP (CRLF), from a file (LF) or out of an mbox
 * (`>From`) has the same key, whatever Received, Return-Path or X- fields were added on the way.
 */
import { createHash } from 'node:crypto';

export interface Identity {
  /** Message-ID as `<…>`, or null. */
  readonly messageId: string | null;
  /** `<message-id> sha256` or the SHA-256 alone, lower-case hex. */
  readonly contentKey: string;
  /** From the topmost Return-Path: '' is the null path, null when there is none. */
  readonly returnPath: string | null;
}

const counted = /^(?:from|to|cc|subject|date|message-id|mime-version|content-[!-9;-~]{1,60})$/;
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
  for (const { line, next } of lines(raw, 0)) {
    const text = line.toString('latin1');
    if (text === '' && fields.length === 0) continue;
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

const quotedFrom = Buffer.from('From ');

/** `>From `, `>>From ` and `From ` are the same line: which quoting an mbox used cannot be known. */
function unquoted(line: Buffer): Buffer {
  let at = 0;
  while (line[at] === 0x3e) at += 1;
  return at > 0 && line.subarray(at, at + 5).equals(quotedFrom) ? line.subarray(at) : line;
}

/** Never throws, whatever the bytes; linear in their number. Gateways reorder fields, so they are sorted by name. */
export function identify(raw: Buffer): Identity {
  const { fields, bodyAt } = fieldsOf(raw);
  const hash = createHash('sha256');
  const wanted = fields.filter(([name]) => counted.test(name)).map((field, index) => ({ field, index }));
  wanted.sort((a, b) => (a.field[0] < b.field[0] ? -1 : a.field[0] > b.field[0] ? 1 : a.index - b.index));
  for (const { field } of wanted) hash.update(`${field[0]}: ${field[1]}\r\n`, 'latin1');
  let blank = 0;
  let pending: Buffer[] = [];
  let size = 0;
  const put = (piece: Buffer): void => {
    pending.push(piece);
    size += piece.length;
    if (size < 64 * 1024) return;
    hash.update(Buffer.concat(pending));
    pending = [];
    size = 0;
  };
  const newline = Buffer.from('\r\n');
  put(newline);
  for (const { line } of lines(raw, bodyAt)) {
    if (line.length === 0) {
      blank += 1;
      continue;
    }
    for (; blank > 0; blank -= 1) put(newline);
    put(unquoted(line));
    put(newline);
  }
  const sum = hash.update(Buffer.concat(pending)).digest('hex');
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
