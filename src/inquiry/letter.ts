/**
 * What the reader hands to the desk: one inbound mail in words, already decoded, cut to bounds and
 * free of control characters. Data only; the raw bytes stay in the store.
 */

export interface Mailbox {
  /** Display name as decoded; never used to decide anything. */
  readonly name: string;
  /** addr-spec, domain in lower case, strict: no spaces, controls, quotes or route. */
  readonly address: string;
}

/** One header field, name in lower case, value unfolded and cut to the limit of `reading/limits.ts`. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

export interface Attachment {
  /** For display only: no path, no controls, no direction marks. */
  readonly name: string;
  /** Real type by magic bytes where known, else what the sender declared. */
  readonly type: string;
  readonly bytes: number;
  /** SHA-256, lower-case hex. */
  readonly digest: string;
  /** An encrypted ZIP or PDF: its password often comes in a second mail (PPAP). */
  readonly encrypted: boolean;
}

export interface AttachmentBytes extends Attachment {
  readonly content: Uint8Array;
}

/** The customer's own text apart from what it hangs on. */
export interface OwnText {
  /** What the customer wrote this time, quoted lines left out. */
  readonly own: string;
  /** Quoted history and forwarded headers, markers removed where they are `>`. */
  readonly quoted: string;
  readonly signature: string;
}

/** What the reader had to repair or could not do; shown to staff, never to a customer. */
export interface ReadingNote {
  readonly kind:
    | 'charset-rescued'
    | 'charset-unclean'
    | 'shortened'
    | 'html-only'
    | 'html-unreadable'
    | 'header-repaired'
    | 'several-from'
    | 'no-text'
    | 'encrypted-body'
    | 'raw-text';
  readonly detail: string;
}

/** What a delivery report (RFC 3464) or an older bounce says, for matching to what we sent. */
export interface DeliveryReport {
  readonly recipients: readonly {
    readonly address: string;
    /** `failed`, `delayed`, `delivered`, `relayed`, `expanded`, or '' when the report does not say. */
    readonly action: string;
    /** Enhanced status such as `5.1.1`, or ''. */
    readonly status: string;
    readonly diagnostic: string;
  }[];
  /** Message-IDs found in the returned original, as `<…>`. */
  readonly originalMessageIds: readonly string[];
}

export interface Letter {
  readonly messageId: string | null;
  /** `<…>` ids, in order, at most 20 each. */
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  /** The first usable From; null when there is none. */
  readonly from: Mailbox | null;
  readonly replyTo: readonly Mailbox[];
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly subject: string;
  /** The Date header as ISO UTC, information only: never the time of receipt. */
  readonly sentAt: string | null;
  readonly headers: readonly HeaderField[];
  /** The whole readable text. */
  readonly text: string;
  readonly body: OwnText;
  readonly attachments: readonly Attachment[];
  /** True when the top type is multipart/report, or a bounce was recognised in the text. */
  readonly report: DeliveryReport | null;
  readonly notes: readonly ReadingNote[];
}

/** Result of reading one mail in the killable child. */
export type Reading =
  | { readonly kind: 'read'; readonly letter: Letter }
  /** A limit was passed; the letter holds what was read so far. */
  | { readonly kind: 'limited'; readonly limit: string; readonly letter: Letter }
  /** The child died or was killed (time, memory). Worth another try; the third is quarantine. */
  | { readonly kind: 'killed'; readonly reason: string };

/** Result of taking the attachments out of one mail in the killable child. */
export type Unpacked =
  | { readonly kind: 'unpacked'; readonly attachments: readonly AttachmentBytes[] }
  | { readonly kind: 'killed'; readonly reason: string };
