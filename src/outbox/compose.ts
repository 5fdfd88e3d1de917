/**
 * A draft as the exact bytes that are stored, sent and, after a failure, sent again: UTF-8, one text part, and
 * the files it carries.
 * The body is base64: Japanese in 8bit needs 8BITMIME at every hop and may break the 998-octet limit of a
 * line, quoted-printable triples it, while base64 passes every relay unchanged (no line begins with a dot or
 * `From `, no trailing space is lost) and every Japanese mailer reads it.
 */
import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Draft } from '../reply/draft.ts';

/** The mail in CRLF lines, the same bytes for the same draft. Addresses must have passed `addressOk`. */
export async function toBytes(draft: Draft): Promise<Buffer> {
  const node = new MailComposer({
    from: { ...draft.from },
    to: draft.to.map(unnamed),
    ...(draft.cc.length === 0 ? {} : { cc: draft.cc.map(unnamed) }),
    ...(draft.replyTo === null ? {} : { replyTo: unnamed(draft.replyTo) }),
    subject: draft.subject,
    messageId: draft.messageId,
    date: draft.date,
    headers: draft.headers.map(({ name, value }) => ({ key: name, value })),
    text: draft.text.replace(/\r\n?|\n/g, '\r\n'),
    encoding: 'base64',
    attachments: draft.attachments.map(({ name, type, bytes }) => ({
      filename: name,
      contentType: type,
      content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      contentTransferEncoding: 'base64',
    })),
    baseBoundary: boundaryOf(draft),
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  return node.build();
}

function unnamed(address: string): { readonly name: ''; readonly address: string } {
  return { name: '', address };
}

/** Never random: the same draft must be the same bytes. Base64 holds no hyphen, so no part can contain it. */
function boundaryOf({ messageId, text, attachments }: Draft): string {
  const hash = createHash('sha256').update(messageId).update(text);
  for (const { bytes } of attachments) hash.update(bytes);
  return hash.digest('hex').slice(0, 24);
}
