/** The header block of a mail: fields as bytes, then as words. Own parse, because labels are often wrong there. */
import { domainToASCII } from 'node:url';
import addressparser from 'nodemailer/lib/addressparser';
import type { Letter, Mailbox } from '../inquiry/letter.ts';
import { decodeRawField, decodeWords } from './encoded-words.ts';
import * as limits from './limits.ts';

export interface RawField {
  readonly name: string;
  readonly value: Buffer;
}

/** Fields of the header block, in order, and where the body begins. Never throws. */
export function splitHead(raw: Buffer): { fields: readonly RawField[]; bodyAt: number } {
  const fields: { name: string; lines: Buffer[] }[] = [];
  let at = 0;
  while (at < raw.length) {
    const newline = raw.indexOf(0x0a, at);
    const next = newline < 0 ? raw.length : newline + 1;
    let end = newline < 0 ? raw.length : newline;
    if (end > at && raw[end - 1] === 0x0d) end -= 1;
    const line = raw.subarray(at, end);
    at = next;
    if (line.length === 0 || at > limits.headBytes) break;
    const last = fields.at(-1);
    if ((line[0] === 0x20 || line[0] === 0x09) && last !== undefined) {
      last.lines.push(line);
      continue;
    }
    const name = /^[!-9;-~]{1,100}(?=[ \t]*:)/.exec(line.subarray(0, 120).toString('latin1'))?.[0];
    if (name === undefined) continue;
    fields.push({ name: name.toLowerCase(), lines: [line.subarray(line.indexOf(0x3a) + 1)] });
  }
  return {
    fields: fields.map((field) => ({ name: field.name, value: joined(field.lines) })),
    bodyAt: at,
  };
}

function joined(lines: readonly Buffer[]): Buffer {
  return lines.length === 1 ? lines[0]! : Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
}

const controls = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** One line for display: no controls, no direction marks, cut by code points. */
export function oneLine(text: string, chars: number): string {
  const clean = text.replace(controls, ' ').replace(/ {2,}/g, ' ').trim();
  return clean.length <= chars ? clean : [...clean.slice(0, chars * 2)].slice(0, chars).join('');
}

const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/;
const domainPart = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,40}[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * A bare addr-spec that no mail library can misread, its domain in lower case, or null. Dots anywhere in
 * the local part are allowed: Japanese carriers issued `a..b.@…` addresses.
 */
export function strictAddress(text: string): string | null {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0)).trim();
  const written = text
    .slice(at + 1)
    .trim()
    .toLowerCase();
  const domain = /^[\x21-\x7e]*$/.test(written) ? written : domainToASCII(written);
  if (!localPart.test(local) || domain.length > 253 || !domainPart.test(domain)) return null;
  return `${local}@${domain}`;
}

/**
 * Ends of what stands in angle brackets with a space inside: of `<a b@example.jp>` the library makes b@example.jp,
 * somebody else (threat 39). An address that also stands whole is not torn.
 */
function tornAddresses(value: string): ReadonlySet<string> {
  const torn = new Set<string>();
  const whole = new Set<string>();
  for (const [, inside = ''] of value.matchAll(/<([^<>]{0,1000})>/g)) {
    const words = inside.trim().toLowerCase().split(/\s+/);
    (words.length > 1 ? torn : whole).add(words.at(-1) ?? '');
  }
  for (const one of whole) torn.delete(one);
  return torn;
}

/** Mailboxes of an address field; what is no strict address is left out. */
export function mailboxes(value: string): Mailbox[] {
  const found: Mailbox[] = [];
  const parsed = addressparser(value, { flatten: true }) as { name?: string; address?: string }[];
  const torn = tornAddresses(value);
  for (const entry of parsed) {
    const address = strictAddress(entry.address ?? '');
    if (address === null || torn.has(address.toLowerCase())) continue;
    found.push({ name: oneLine(decodeWords(entry.name ?? ''), limits.nameChars), address });
    if (found.length >= limits.addresses) break;
  }
  return found;
}

/** Message-IDs as `<…>`; text and endless ids are left out, the last ones are kept. */
export function messageIds(value: string): string[] {
  return (value.match(/<[^<>\s]{1,250}>/g) ?? []).slice(-limits.referenceIds);
}

/** A Message-ID, also one without its brackets. */
export function messageId(value: string): string | null {
  const bare = value.trim();
  return messageIds(bare)[0] ?? (/^[^<>\s]{1,250}@[^<>\s]{1,250}$/.test(bare) ? `<${bare}>` : null);
}

export interface Head
  extends Pick<
    Letter,
    | 'messageId'
    | 'inReplyTo'
    | 'references'
    | 'from'
    | 'replyTo'
    | 'to'
    | 'cc'
    | 'subject'
    | 'sentAt'
    | 'headers'
  > {
  readonly severalFrom: boolean;
  readonly repaired: boolean;
}

/** The words of a header block. */
export function readHead(fields: readonly RawField[]): Head {
  const first = (name: string): string => {
    const field = fields.find((candidate) => candidate.name === name);
    return field === undefined ? '' : decodeRawField(field.value);
  };
  const every = (name: string): Mailbox[] =>
    fields
      .filter((field) => field.name === name)
      .slice(0, 20)
      .flatMap((field) => mailboxes(decodeRawField(field.value)))
      .slice(0, limits.addresses);
  const from = every('from');
  const subject = fields.find((field) => field.name === 'subject')?.value ?? Buffer.alloc(0);
  const date = new Date(first('date').replace(/\([^()]*\)/g, ' '));
  return {
    messageId: messageId(first('message-id')),
    inReplyTo: messageIds(first('in-reply-to')),
    references: messageIds(referencesTail(fields)),
    from: from[0] ?? null,
    replyTo: every('reply-to'),
    to: every('to'),
    cc: every('cc'),
    subject: oneLine(decodeWords(decodeRawField(subject)), limits.subjectChars),
    sentAt: Number.isNaN(date.getTime()) ? null : date.toISOString(),
    headers: fields.slice(0, limits.headerFields).map((field) => ({
      name: field.name,
      value: decodeRawField(field.value.subarray(0, limits.headerValueChars)).replace(controls, ' '),
    })),
    severalFrom: from.length > 1 || fields.filter((field) => field.name === 'from').length > 1,
    repaired: fields.some(
      (field) =>
        (field.name === 'subject' || field.name === 'from') &&
        /[\x80-\xff\x1b]/.test(field.value.toString('latin1')),
    ),
  };
}

/** The last ids of References matter, and a hostile field may be a megabyte long. */
function referencesTail(fields: readonly RawField[]): string {
  const value = fields.find((field) => field.name === 'references')?.value ?? Buffer.alloc(0);
  return value.subarray(-limits.headerDecodedBytes).toString('latin1');
}
