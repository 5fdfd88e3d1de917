/**
 * The headers of what leaves, as data: who, to whom, what thread, and that a machine wrote it (RFC 3834 §3.1,
 * §5). Whatever came from outside is checked here once, before any library reads it: nodemailer sends
 * `b@x.jp\r\nBcc: evil@x.jp` to evil@x.jp and copies any text into References (threats 38-41).
 */
import type { Mailbox } from '../inquiry/letter.ts';
import { isStaffMail, type LetterKind } from '../ticket/ticket.ts';
import { answerFilesBytesMax, type Carried, safeFile, staffFilesBytesMax, whatFits } from './attachment.ts';
import { oneLine } from './words.ts';

const ADDRESS_OCTETS_MAX = 254;
const REFERENCES_MAX = 20;
const RECIPIENTS_MAX = 50;
const ID = /<[!-;=?-~]{1,250}>/g;
/**
 * Dots may stand anywhere in the local part: Japanese carriers issued such addresses for years, and relays
 * take them. Quotes, comments, routes, spaces and anything outside ASCII are refused.
 */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/;
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const JST_MS = 9 * 60 * 60 * 1000;

export interface DraftHeader {
  readonly name: 'Auto-Submitted' | 'X-Auto-Response-Suppress' | 'In-Reply-To' | 'References';
  readonly value: string;
}

/** One letter; `outbox/compose.ts` turns it into bytes. */
export interface Draft {
  readonly from: Mailbox;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** The envelope: everybody in To and Cc once. There is no Bcc. */
  readonly recipients: readonly string[];
  readonly replyTo: string | null;
  readonly subject: string;
  readonly messageId: string;
  /** RFC 5322 date in Japan's zone. */
  readonly date: string;
  readonly headers: readonly DraftHeader[];
  /** Lines end with `\n`. */
  readonly text: string;
  readonly attachments: readonly Carried[];
}

export interface DraftInput {
  readonly kind: LetterKind;
  readonly from: Mailbox;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly replyTo: string | null;
  readonly subject: string;
  readonly body: string;
  readonly messageId: string;
  readonly at: Date;
  /** Message-ID and References of the message answered, as they arrived. */
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly attachments?: readonly Carried[];
}

export type Drafted =
  | { readonly kind: 'draft'; readonly draft: Draft }
  /** An address, a Message-ID or the size is not fit to leave: a person must look. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What leaves, or why it must not. The same input gives the same draft. */
export function draftLetter(input: DraftInput): Drafted {
  const { kind, from, replyTo, messageId, attachments = [] } = input;
  const to = [...new Set(input.to)];
  const cc = [...new Set(input.cc ?? [])].filter((one) => !to.includes(one));
  const recipients = [...to, ...cc];
  const why = whyUnfit(input, recipients);
  if (why !== null) return { kind: 'refused', reason: why };
  const parent = cleanIds(input.inReplyTo === null ? [] : [input.inReplyTo]).slice(0, 1);
  const references = cleanIds([...input.references, ...parent]);
  const threading: DraftHeader[] = [
    ...parent.map((value) => ({ name: 'In-Reply-To' as const, value })),
    ...(references.length === 0 ? [] : [{ name: 'References' as const, value: references.join(' ') }]),
  ];
  return {
    kind: 'draft',
    draft: {
      from: { name: oneLine(from.name), address: from.address },
      to,
      cc,
      recipients,
      replyTo,
      subject: oneLine(input.subject),
      messageId,
      date: mailDate(input.at),
      headers: [...threading, ...automaticHeaders(kind)],
      text: input.body,
      attachments: attachments.map(safeFile),
    },
  };
}

function whyUnfit(
  { kind, from, to, replyTo, messageId, attachments = [] }: DraftInput,
  recipients: readonly string[],
) {
  const unfit = [from.address, ...recipients, ...(replyTo === null ? [] : [replyTo])].find(
    (one) => !addressOk(one),
  );
  if (unfit !== undefined) return `address not fit to send to or from: ${oneLine(unfit)}`;
  if (to.length === 0) return 'nobody to send to';
  if (recipients.length > RECIPIENTS_MAX) return `more than ${RECIPIENTS_MAX} recipients`;
  if (cleanIds([messageId])[0] !== messageId) return 'Message-ID is malformed';
  const sizes = attachments.map(({ bytes }) => ({ bytes: bytes.length }));
  const { left } = whatFits(sizes, isStaffMail(kind) ? staffFilesBytesMax : answerFilesBytesMax);
  return left.length > 0 ? 'too many or too large attachments' : null;
}

/** Strict addr-spec of at most 254 octets, ASCII, with a domain of two labels or more. */
export function addressOk(address: string): boolean {
  const at = address.lastIndexOf('@');
  if (at < 1 || address.length > ADDRESS_OCTETS_MAX) return false;
  const labels = address.slice(at + 1).split('.');
  return LOCAL.test(address.slice(0, at)) && labels.length > 1 && labels.every((label) => LABEL.test(label));
}

/**
 * Answers to a message at once are `auto-replied`; what a clock sets off (reminder, closing notice, mail to
 * staff) answers nothing and is `auto-generated` (RFC 3834 §5.1). `All` would suppress the bounces of
 * customers' letters, which we want; what staff write is no automatic mail at all.
 */
function automaticHeaders(kind: LetterKind): readonly DraftHeader[] {
  switch (kind) {
    case 'answer':
      return [];
    case 'notification':
    case 'digest':
      return marks('auto-generated', 'All');
    case 'confirmation':
    case 'staff-note':
      return marks('auto-replied', 'All');
    case 'reminder':
    case 'closing-notice':
      return marks('auto-generated', 'DR, RN, NRN, OOF, AutoReply');
    case 'acknowledgement':
    case 'request-number':
    case 'neutral':
    case 'period':
      return marks('auto-replied', 'DR, RN, NRN, OOF, AutoReply');
  }
}

function marks(submitted: string, suppress: string): readonly DraftHeader[] {
  return [
    { name: 'Auto-Submitted', value: submitted },
    { name: 'X-Auto-Response-Suppress', value: suppress },
  ];
}

/** The well-formed ids in whatever arrived, each once, the last twenty. */
function cleanIds(texts: readonly string[]): readonly string[] {
  const ids = texts.flatMap((text) => text.match(ID) ?? []);
  return [...new Set(ids)].slice(-REFERENCES_MAX);
}

function mailDate(at: Date): string {
  const japan = new Date(at.getTime() + JST_MS);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${DAYS[japan.getUTCDay()]}, ${two(japan.getUTCDate())} ${MONTHS[japan.getUTCMonth()]} ${japan.getUTCFullYear()}`;
  return `${day} ${two(japan.getUTCHours())}:${two(japan.getUTCMinutes())}:${two(japan.getUTCSeconds())} +0900`;
}
