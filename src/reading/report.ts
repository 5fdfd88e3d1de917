/** Delivery reports (RFC 3464) and the older bounces that only say in words what came back. */
import type { DeliveryReport, Letter } from '../inquiry/letter.ts';
import { idsIn, wordsReport } from './bounce-words.ts';
import { decodeText } from './charset.ts';
import { messageIds, oneLine, splitHead, strictAddress } from './headers.ts';
import { reportRecipients } from './limits.ts';
import type { FoundAttachment } from './parts.ts';

type Recipient = DeliveryReport['recipients'][number];

const actions = new Set(['failed', 'delayed', 'delivered', 'relayed', 'expanded']);

/** Blocks of fields as message/delivery-status has them: the first is about the message, the rest about recipients. */
function recipientsOf(status: Buffer): Recipient[] {
  const found: Recipient[] = [];
  for (const block of decodeText(status, null)
    .text.replaceAll('\r\n', '\n')
    .split(/\n[ \t]*\n/)) {
    const value = (name: string): string => {
      const field = splitHead(Buffer.from(`${block.trim()}\n\n`)).fields.find((entry) => entry.name === name);
      return oneLine(field?.value.toString('utf8') ?? '', 500);
    };
    const typed = (name: string): string => value(name).replace(/^[a-z0-9-]{1,20}\s*;\s*/i, '');
    // The address we wrote to identifies the letter; the final one may be a forwarding.
    const address = [typed('original-recipient'), typed('final-recipient')]
      .map((text) => strictAddress(text.replace(/^<|>$/g, '')))
      .find((text) => text !== null);
    if (address === undefined || address === null) continue;
    const action = value('action').toLowerCase().split(/[\s(]/)[0] ?? '';
    found.push({
      address,
      action: actions.has(action) ? action : '',
      status: /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(value('status'))?.[0] ?? '',
      diagnostic: typed('diagnostic-code'),
    });
    if (found.length >= reportRecipients) break;
  }
  return found;
}

function idsOf(original: Buffer): string[] {
  const { fields } = splitHead(original);
  return fields
    .filter((field) => field.name === 'message-id')
    .flatMap((field) => messageIds(field.value.toString('latin1')));
}

const original =
  /^(?:message\/(?:rfc822|global)|text\/rfc822(?:-headers)?|message\/global-headers|message\/disposition-notification)$/;

/** The report a mail carries, or null when it is none. `type` is the top type in lower case. */
export function deliveryReport(
  letter: Omit<Letter, 'body' | 'report'>,
  type: string,
  attachments: readonly FoundAttachment[],
): DeliveryReport | null {
  const isStatus = (part: FoundAttachment): boolean =>
    /^message\/(?:global-)?delivery-status$/.test(part.type);
  const ids = attachments
    .filter((part) => original.test(part.type))
    .flatMap((part) =>
      part.type.endsWith('disposition-notification')
        ? messageIds(/^original-message-id:(.*)$/im.exec(part.head.toString('latin1'))?.[1] ?? '')
        : idsOf(part.head),
    );
  const words = wordsReport(letter, ids);
  if (type !== 'multipart/report' && !attachments.some(isStatus)) return words;
  const recipients = attachments.filter(isStatus).flatMap((part) => recipientsOf(part.head));
  return {
    // A report without readable blocks may still say it in its text.
    recipients: (recipients.length > 0 ? recipients : (words?.recipients ?? [])).slice(0, reportRecipients),
    originalMessageIds: [...new Set(ids.length > 0 ? ids : idsIn(letter.text))].slice(0, reportRecipients),
  };
}
