/**
 * A draft as the exact bytes that are stored, sent and, after a failure, sent again: UTF-8, one text part.
 * The body is base64: Japanese in 8bit needs 8BITMIME at every hop and may break the 998-octet limit of a
 * line, quoted-printable triples it, while base64 passes every relay unchanged (no line begins with a dot or
 * `From `, no trailing space is lost) and every Japanese mailer reads it.
 */
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Draft } from '../reply/draft.ts';

/** The mail in CRLF lines, the same bytes for the same draft. Addresses must have passed `addressOk`. */
export async function toBytes(draft: Draft): Promise<Buffer> {
  const node = new MailComposer({
    from: { ...draft.from },
    to: { name: '', address: draft.to },
    ...(draft.replyTo === null ? {} : { replyTo: { name: '', address: draft.replyTo } }),
    subject: draft.subject,
    messageId: draft.messageId,
    date: draft.date,
    headers: draft.headers.map(({ name, value }) => ({ key: name, value })),
    text: draft.text.replace(/\r\n?|\n/g, '\r\n'),
    encoding: 'base64',
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  return node.build();
}
