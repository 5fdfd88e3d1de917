/** A customer's mail that staff forward as an attachment: taken out and taken in as if it had come here (issue 5). */
import type { Verdict } from '../inquiry/authentication.ts';
import type { Letter } from '../inquiry/letter.ts';
import type { Desk } from './house.ts';
import type { Acceptance, ClaimedMessage } from './ports.ts';
import { provenAuthor } from './staff-reply.ts';

const mailsMax = 20;

export type Forwarded =
  | { readonly kind: 'mails'; readonly mails: readonly Acceptance[] }
  /** The child that takes the files out of the mail died of it. */
  | { readonly kind: 'killed'; readonly reason: string };

/** The mails attached to a mail that is certainly by staff; a copy of one is the same mail, whichever way it came. */
export async function findForwarded(
  { house, reader, identify }: Desk,
  message: ClaimedMessage,
  letter: Letter,
  authentication: Verdict,
): Promise<Forwarded> {
  const author = provenAuthor(house, letter, authentication);
  if (author === null || !letter.attachments.some(isMail)) return { kind: 'mails', mails: [] };
  const unpacked = await reader.unpack(message.raw);
  if (unpacked.kind === 'killed') return unpacked;
  const mails = unpacked.attachments.filter(isMail).slice(0, mailsMax);
  return {
    kind: 'mails',
    mails: mails.map(({ content }) => {
      const raw = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
      const { messageId, contentKey, returnPath } = identify(raw);
      return {
        raw,
        source: { kind: 'staff', name: `forwarded by ${author.address}`, returnPath, recipients: [] },
        // The Date header proves nothing; the day counts on which the desk got it (spec 2.1).
        receivedAt: message.receivedAt,
        messageId,
        contentKey,
        quiet: message.quiet,
      };
    }),
  };
}

function isMail({ type, name }: { readonly type: string; readonly name: string }): boolean {
  return type === 'message/rfc822' || (type === 'application/octet-stream' && /\.eml$/i.test(name));
}
