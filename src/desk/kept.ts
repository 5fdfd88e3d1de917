/** What is kept of a message beside its bytes and its outcome: plain data as the store gives it. */
import type { PageReport } from '../inquiry/fax.ts';
import type { TicketEvent } from '../ticket/ticket.ts';

/**
 * Where a message waits. Beside the mail, which they must not delay, are read: the pages of a fax (spec 2.3),
 * what a reader died of and is tried again, and what came with the null return path, as bounces do: nobody waits for an
 * answer to those, however many come.
 */
export type Lane = 'mail' | 'fax' | 'again' | 'returned';

/** What is kept of the arrival of a message. */
export interface Trail {
  /** SHA-256 of the raw bytes, lower-case hex. */
  readonly digest: string;
  /** 0 when they are no longer kept. */
  readonly bytes: number;
  /** When they were deleted by the rule of `retention`. */
  readonly purgedAt: string | null;
  /** Only the headers were fetched, for this limit. */
  readonly partial: string | null;
  readonly lane: Lane;
  /** How often the reader died of it. */
  readonly kills: number;
  /** Where it stands in a mailbox; `accepted` is still to be moved, `left` stays where it is. */
  readonly place: {
    readonly mailbox: string;
    readonly uidValidity: string;
    readonly uid: number;
    readonly state: 'accepted' | 'done' | 'left';
  } | null;
  /** The message it is another arrival of. */
  readonly duplicateOf: number | null;
  /** Later arrivals of the same message. */
  readonly duplicates: readonly number[];
  readonly events: readonly TicketEvent[];
}

/** One page of a fax as kept. */
export interface FaxPage {
  /** From 1. */
  readonly page: number;
  readonly outcome: PageReport['outcome'];
  readonly detail: string;
  readonly text: string;
  /** 0 to 100. */
  readonly confidence: number;
  /** Degrees clockwise. */
  readonly turned: number;
}

/** A ticket that was searched for, with the messages that hold any of the words, as spelt for the search. */
export interface Found {
  readonly ref: string;
  readonly messages: readonly { readonly id: number; readonly text: string }[];
}

export interface PurgeOrder {
  readonly before: string;
  readonly at: string;
  readonly dryRun: boolean;
  /** Asked between two pieces of the work. */
  readonly stopping: () => boolean;
}

/** What a purge deleted, or would. */
export interface Purged {
  readonly messages: number;
  readonly letters: number;
  /** Of mails and letters, and (when it is done) of the pictures of faxes. */
  readonly bytes: number;
}

/** The ledger, counted. */
export interface Tally {
  readonly accepted: number;
  readonly queued: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Plain sentences about rows that contradict each other; empty when the ledger is sound. */
  readonly contradictions: readonly string[];
}
