/** One mail from bytes to `Letter` (spec 2.2). Runs in the killable child; see `sandbox.ts`. */
import type { Attachment, AttachmentBytes, Letter, Reading, ReadingNote } from '../inquiry/letter.ts';
import { displayName, needsPassword, realType } from './attachments.ts';
import { decodeText } from './charset.ts';
import { decodeRawField, parameters } from './encoded-words.ts';
import { type RawField, readHead, splitHead } from './headers.ts';
import { htmlToPlain } from './html-text.ts';
import * as limits from './limits.ts';
import { splitOwnText } from './own-text.ts';
import { type FoundAttachment, type Parts, splitParts, type TextPart } from './parts.ts';
import { mendFrame, withFoundBoundary } from './repair.ts';
import { deliveryReport } from './report.ts';

interface Found {
  readonly text: string;
  readonly html: boolean;
  readonly readable: boolean;
}

/** Text of a mail program that expects the reader to look at the HTML instead. */
function stub(text: string): boolean {
  const bare = text.trim();
  if (bare === '') return true;
  return (
    bare.length <= 300 &&
    /html/i.test(bare) &&
    /表示|対応|ご覧|閲覧|形式|view|support|display|cannot|format|read/i.test(bare)
  );
}

const nothing: Found = { text: '', html: false, readable: true };

function textOf(part: TextPart): Found {
  if (part.children.length === 0) {
    if (part.type !== 'text/html') return { ...nothing, text: part.text };
    const { text, readable } = htmlToPlain(part.text);
    return { text, html: text.trim() !== '', readable };
  }
  if (part.type === 'multipart/alternative') return alternative(part.children);
  const found = part.children.map(textOf);
  const texts = found.map((child) => child.text).filter((text) => text.trim() !== '');
  return {
    text: texts.join('\n'),
    html: found.some((child) => child.html),
    readable: found.every((child) => child.readable),
  };
}

/** Plain text, unless it is empty or only points at the HTML. */
function alternative(children: readonly TextPart[]): Found {
  const isHtml = (part: TextPart): boolean => part.type === 'text/html' || part.children.some(isHtml);
  const plain = children.filter((child) => !isHtml(child)).map(textOf);
  const best = plain.find((child) => !stub(child.text));
  if (best !== undefined) return best;
  const html = children.filter(isHtml).map(textOf);
  const fallback = plain.find((child) => child.text.trim() !== '') ?? nothing;
  const rich = html.find((child) => child.text.trim() !== '');
  return rich ?? { ...fallback, readable: html.every((child) => child.readable) };
}

/** Display form: unix line ends, no BOM, no NUL and other controls. */
function cleanText(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029\f\v]/g, '\n').replace(/[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff]/g, '');
}

function describe(found: FoundAttachment, index: number): Attachment {
  const type = realType(found.head, found.type);
  return {
    name: displayName(
      found.name,
      /^message\//.test(found.type) ? `message-${index + 1}.eml` : `attachment-${index + 1}`,
    ),
    type,
    bytes: found.bytes,
    digest: found.digest,
    encrypted: needsPassword(type, found.head, found.tail),
  };
}

function topType(fields: readonly RawField[]): ReturnType<typeof parameters> {
  const field = fields.find((candidate) => candidate.name === 'content-type');
  return parameters(field === undefined ? 'text/plain' : decodeRawField(field.value));
}

function encrypted(type: string, text: string, attachments: readonly Attachment[]): boolean {
  if (type === 'multipart/encrypted' || /^application\/(?:x-)?pkcs7-mime$/.test(type)) return true;
  if (/^-----BEGIN PGP MESSAGE-----/m.test(text)) return true;
  return (
    text.trim() === '' &&
    attachments.some((one) => /^application\/(?:(?:x-)?pkcs7-mime|pgp-encrypted)$/.test(one.type))
  );
}

async function partsOf(
  bytes: Buffer,
  type: string,
  deadlineAt: number,
  keep = false,
): Promise<{ parts: Parts; mended: boolean }> {
  const parts = await splitParts(bytes, deadlineAt, keep);
  if (!type.startsWith('multipart/') || (parts.root?.children.length ?? 0) > 0)
    return { parts, mended: false };
  const other = withFoundBoundary(bytes);
  if (other === null) return { parts, mended: false };
  const again = await splitParts(other, deadlineAt, keep);
  return (again.root?.children.length ?? 0) > 0 ? { parts: again, mended: true } : { parts, mended: false };
}

function cutText(text: string): { text: string; limit: string | null } {
  const long = text.length > limits.textBytes;
  const cut = text.slice(0, limits.textBytes);
  const lines = cut.split('\n', limits.textLines + 1);
  if (lines.length <= limits.textLines) return { text: cut, limit: long ? 'text-bytes' : null };
  return { text: lines.slice(0, limits.textLines).join('\n'), limit: 'text-lines' };
}

/** Whether a body declared as base64 has too many other characters for one that was damaged on the way. */
function notBase64(fields: readonly RawField[], begin: string): boolean {
  const declared = fields
    .find((field) => field.name === 'content-transfer-encoding')
    ?.value.toString('latin1');
  if (!/^\s*["']?base64/i.test(declared ?? '')) return false;
  return begin.replace(/[A-Za-z0-9+/=\s]/g, '').length > begin.length / 5;
}

/** The body as it stands, when no part of it could be told apart. */
function rawText(bytes: Buffer, bodyAt: number, charset: string | null): string {
  return decodeText(bytes.subarray(bodyAt, bodyAt + limits.textBytes), charset).text;
}

/** The attachments of a mail with their bytes, in the order and under the names of its letter. */
export async function attachmentsOf(raw: Buffer): Promise<readonly AttachmentBytes[]> {
  const frame = mendFrame(raw.subarray(0, limits.mailBytes));
  const top = topType(splitHead(frame.bytes).fields);
  const deadlineAt = Date.now() + limits.readingMilliseconds;
  const { parts } = await partsOf(frame.bytes, top.value, deadlineAt, true);
  return parts.attachments.slice(0, limits.attachments).map((found, index) => ({
    ...describe(found, index),
    content: found.content ?? Buffer.alloc(0),
  }));
}

/**
 * Reads one mail. Never rejects and never throws away what it could read: past a limit the letter holds the
 * headers and the text read so far.
 */
export async function readMail(raw: Buffer): Promise<Exclude<Reading, { kind: 'killed' }>> {
  const deadlineAt = Date.now() + limits.readingMilliseconds;
  const cut = raw.subarray(0, limits.mailBytes);
  const frame = mendFrame(cut);
  const { fields, bodyAt } = splitHead(frame.bytes);
  const head = readHead(fields);
  const top = topType(fields);
  // A mail that is one text is not split to its end only to be cut.
  const single = /^text\/(?:plain|html)$/.test(top.value) ? bodyAt + limits.singleTextBytes : Infinity;
  const { parts, mended } = await partsOf(frame.bytes.subarray(0, single), top.value, deadlineAt);
  const unread = frame.bytes.length > single ? 'text-bytes' : null;
  let limit = raw.length > limits.mailBytes ? 'mail-bytes' : (parts.limit ?? unread);
  const notes: ReadingNote[] = [];
  const note = (kind: ReadingNote['kind'], detail: string): void => void notes.push({ kind, detail });

  const found = parts.root === null ? nothing : textOf(parts.root);
  let text = cleanText(found.text);
  const begin = frame.bytes.subarray(bodyAt, bodyAt + 4096).toString('latin1');
  const lost = text.trim() === '' && parts.attachments.length === 0 && begin.trim() !== '' && found.readable;
  // Text without any header is all body; text under the name of base64 was never encoded.
  const headless = fields.length === 0;
  if (
    headless ||
    (!top.value.startsWith('multipart/') && notBase64(fields, begin)) ||
    (lost && top.value !== 'text/html')
  ) {
    text = cleanText(rawText(frame.bytes, headless ? 0 : bodyAt, top.params.get('charset') ?? null));
    note('raw-text', 'the parts could not be told apart; the raw body is shown');
  }
  const bounded = cutText(text);
  if (bounded.limit !== null) {
    text = bounded.text;
    limit ??= bounded.limit;
  }
  if (limit !== null) note('shortened', `limit passed: ${limit}`);
  if (found.html) note('html-only', 'the text was taken from HTML');
  if (!found.readable) note('html-unreadable', 'the HTML could not be turned into text as it is shown');
  if (parts.rescued.length > 0) note('charset-rescued', parts.rescued.slice(0, 5).join(', '));
  if (parts.unclean || head.subject.includes('\ufffd'))
    note('charset-unclean', 'no reading was free of damage');
  if (mended || frame.mended || head.repaired) note('header-repaired', 'headers or line ends were mended');
  if (head.severalFrom) note('several-from', 'more than one From; the first usable one is shown');

  const attachments = parts.attachments.slice(0, limits.attachments).map(describe);
  if (encrypted(top.value, text, attachments)) note('encrypted-body', 'the text is encrypted');
  if (text.trim() === '') note('no-text', 'there is no text');
  const { severalFrom: _several, repaired: _repaired, ...words } = head;
  const rest = { ...words, text, attachments, notes };
  // A rule that fails must not take the mail with it: the whole text then counts as the customer's own.
  const attempt = <T>(what: string, rule: () => T, otherwise: T): T => {
    try {
      return rule();
    } catch (error) {
      note('raw-text', `${what} failed: ${String(error).slice(0, 200)}`);
      return otherwise;
    }
  };
  const report = attempt(
    'the delivery report',
    () => deliveryReport(rest, top.value, parts.attachments),
    null,
  );
  const whole = { own: text, quoted: '', signature: '' };
  const body = attempt('telling own text from history', () => splitOwnText(text, found.html), whole);
  const letter: Letter = { ...rest, body, report };
  return limit === null ? { kind: 'read', letter } : { kind: 'limited', limit, letter };
}
