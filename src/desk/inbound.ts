/** The port of what came in: accepted, leased to one worker, decided. Of `ports.ts`, through which edges and flows know it. */
import type { Outcome } from '../ticket/ticket.ts';
import type { Acceptance, Numbering, Source } from './accepted.ts';
import type { FaxPage, Lane, Tally, Trail } from './kept.ts';
import type { MessageFacts } from './message-facts.ts';

/** What is known of the mails of a mailbox. Rows come into being in the transaction that accepts the mail. */
export interface MailboxLedger {
  /**
   * Takes up this numbering: what was known under another one is dropped (true when there was any), and what was
   * left as older than `since` (null: all is taken) but no longer is, is unknown again.
   */
  begin(numbering: Numbering, since: string | null): Promise<boolean>;
  /** Those of the UIDs that were never taken, in the given order. */
  unknown(numbering: Numbering, uids: readonly number[]): Promise<readonly number[]>;
  /** Accepted mails that are not yet marked as done on the server, lowest first. */
  unsettled(numbering: Numbering, limit: number): Promise<readonly number[]>;
  settled(numbering: Numbering, uids: readonly number[]): Promise<void>;
  /**
   * Takes the lead of a mailbox, or keeps it with its token, for a minute from now; null while another process has it.
   * Only the leader connects, so that the processes of a desk do not pull at the same mails.
   */
  lead(mailbox: string, token: string | null): Promise<string | null>;
  /** Gives the lead up at once. */
  resign(mailbox: string, token: string): Promise<void>;
}

/** A received message in the ledger. */
export interface Received {
  readonly id: number;
  readonly receivedAt: string;
  readonly source: Source;
  readonly messageId: string | null;
  readonly contentKey: string;
  readonly quiet: boolean;
  readonly outcome: Outcome | null;
  readonly reason: string | null;
  /** When it was decided first; null until then. */
  readonly decidedAt: string | null;
  readonly ticketId: number | null;
  /** What `read` saw: kind of mail, number, sender; null until decided. */
  readonly facts: MessageFacts | null;
}

/** A received message in the hands of one worker. */
export interface ClaimedMessage extends Received {
  readonly token: string;
  readonly lane: Lane;
  /** How often the reader died of it. */
  readonly kills: number;
  readonly raw: Buffer;
  /** `raw` holds the headers alone, for this limit. */
  readonly partial?: string | null;
  /** The first decided message of the same identity, or null: there is nothing to read then. */
  readonly twin: Pick<Received, 'id' | 'ticketId'> | null;
}

export interface ReceivedStore {
  /** Raw bytes and row, committed and on disk when this resolves. */
  accept(acceptance: Acceptance): Promise<number>;
  /** Several in one transaction. Null for one whose place is known, or that stands in a mailbox numbered anew. */
  acceptAll(acceptances: readonly Acceptance[]): Promise<readonly (number | null)[]>;
  /** Oldest message of the lane (`mail`) that nobody holds, or the one named, leased to the caller; null when there is none. */
  claim(which?: Lane | number): Promise<ClaimedMessage | null>;
  /** The oldest of a lane, at most so many messages and (but for the first) bytes, in their order. */
  claimSome(
    lane: Lane,
    atMost: { readonly messages: number; readonly bytes: number },
  ): Promise<readonly ClaimedMessage[]>;
  /** Gives a message back unread, to wait in another lane. */
  defer(id: number, token: string, lane: Lane): Promise<void>;
  /** Work on it goes on: the lease begins anew. False when it was lost. */
  renew(id: number, token: string): Promise<boolean>;
  /** Gives a message back unread; `killed` counts one death of the reader, and takes a mail out of the way of others. */
  release(id: number, token: string, killed: boolean): Promise<void>;
  get(id: number): Promise<Received | null>;
  /** Messages of this outcome, by time of receipt. */
  withOutcome(outcome: Outcome): Promise<readonly Received[]>;
  /** A quarantined message into the queue once more, its deaths forgotten, with an event; false when it is not quarantined. */
  requeue(id: number, now: string, actor: string): Promise<boolean>;
  raw(id: number): Promise<Buffer | null>;
  /** First decided message of this address with this text digest at or after `since`. */
  sameText(from: string, textDigest: string, since: string): Promise<Received | null>;
  /** Latest message with an encrypted attachment this address sent to a ticket at or after `since`. */
  encryptedFrom(from: string, since: string): Promise<Received | null>;
  /** Decided messages that carry one of these Message-IDs, newest first. */
  byMessageIds(ids: readonly string[]): Promise<readonly Received[]>;
  ofTicket(ticketId: number): Promise<readonly Received[]>;
  /** How a message came and what became of it, beyond `get`; null when there is none. */
  trail(id: number): Promise<Trail | null>;
  /** Ids of all that came under this Message-ID (`<…>`), decided or not, oldest first. */
  named(messageId: string): Promise<readonly number[]>;
  /** Pages of a fax in order, as read; empty for a mail. */
  pages(id: number): Promise<readonly FaxPage[]>;
  /** Picture of a page, or (page 0) of the place where the number stands, PNG; null when there is none. */
  picture(id: number, page: number): Promise<Buffer | null>;
  /** For the audit. */
  tally(): Promise<Tally>;
}
