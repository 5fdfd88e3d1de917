/** A message as it comes in, before anybody has looked at it. */

/** Where a message came from, as noted beside its bytes. */
export interface Source {
  readonly kind: 'smtp' | 'lmtp' | 'file' | 'imap' | 'staff';
  /** SMTP: the peer; file: its name (and position in an mbox); IMAP: the mailbox; staff: how they took it, `phone` among others. */
  readonly name: string;
  /** Return path as the envelope or the Return-Path header gives it; '' is the null path, null is unknown. */
  readonly returnPath: string | null;
  /** Envelope recipients that are ours, lower case; empty when the source has no envelope. */
  readonly recipients: readonly string[];
  /** SMTP and LMTP: who handed it over. */
  readonly peer?: {
    /** One of `smtp.trustedPeers`. */
    readonly trusted: boolean;
    /** Address of the server the sender used; null behind a server of ours that does not name it (XCLIENT). */
    readonly client: string | null;
  };
}

export interface Acceptance {
  readonly raw: Buffer;
  readonly source: Source;
  readonly receivedAt: string;
  /** Message-ID header as `<…>`, or null. */
  readonly messageId: string | null;
  /** Identity: Message-ID and content digest, or the digest alone (spec 2.1). */
  readonly contentKey: string;
  /** Back-filled: no automatic letter (spec 8, `--received-at`). */
  readonly quiet: boolean;
  /** From a mailbox: where it stands there, so that it is taken once. */
  readonly place?: Place;
  /** Only the headers were fetched, for the limit named here; the rest was left on the server. */
  readonly partial?: string;
  /** Decided at once: `ignored` for this reason (spec 2.1, `since`), never read. */
  readonly ignored?: { readonly reason: string; readonly at: string };
}

/** A mailbox under one numbering: UIDs mean something only there. `account` tells servers, users and folders apart. */
export interface Numbering {
  readonly mailbox: string;
  readonly account: string;
  /** As text: it is a 64-bit number. */
  readonly uidValidity: string;
}

export interface Place extends Numbering {
  readonly uid: number;
}
