/**
 * What the desk needs from the world: the only file of interfaces. Edges implement them, flows wait on
 * them. Times are ISO text in UTC, days are `YYYY-MM-DD` in Asia/Tokyo. Every method that writes does so
 * in one committed transaction; none of them reads a clock to decide anything but the age of a lease.
 */
import type { Evidence, ProofQuestion } from '../inquiry/authentication.ts';
import type { Contract } from '../inquiry/contract.ts';
import type { FaxDocument, FaxRegistry, PageReport } from '../inquiry/fax.ts';
import type { Letter, Reading, Unpacked } from '../inquiry/letter.ts';
import type { Mask } from '../inquiry/mask.ts';
import type { StrangerCounts } from '../reply/withhold.ts';
import type { LetterKind, Outcome, Ticket, TicketEvent, TicketState } from '../ticket/ticket.ts';
import type { Acceptance, Numbering, Source } from './accepted.ts';
import type { FaxPage, Found, Lane, Purged, PurgeOrder, Tally, Trail } from './kept.ts';
import type { MessageFacts } from './message-facts.ts';
import type { FiguredTicket, Gauges, Happened, Standing, Trouble, WaitingTicket } from './overview.ts';
import type {
  Aftermath,
  Block,
  Decision,
  NewEvent,
  NewLetter,
  OutboxItem,
  OutboxState,
  Settlement,
  Stop,
  TicketChange,
} from './written.ts';

// ---------------------------------------------------------------- inbound

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

// ---------------------------------------------------------------- registry

export interface ContractImport {
  readonly contracts: readonly Contract[];
}

export interface ContractStore {
  /** Replaces the rows of the numbers it names, leaves others alone; all or nothing. */
  replace(contracts: readonly Contract[], now: string): Promise<void>;
  find(number: string): Promise<Contract | null>;
  /** Contracts on which the address, or its whole domain, is registered. */
  registeredOn(address: string): Promise<readonly Contract[]>;
  /** Contracts with a contact of this fax number (digits as the registry has them). */
  registeredFax(fax: string): Promise<readonly Contract[]>;
  /** Every number there is. */
  numbers(): Promise<ReadonlySet<string>>;
  count(): Promise<number>;
}

// ---------------------------------------------------------------- tickets

export interface TicketDetail {
  readonly ticket: Ticket;
  readonly messages: readonly Received[];
  readonly letters: readonly OutboxItem[];
  readonly events: readonly TicketEvent[];
}

export interface TicketStore {
  byId(id: number): Promise<Ticket | null>;
  byRef(ref: string): Promise<Ticket | null>;
  list(filter: { state?: TicketState; number?: string }): Promise<readonly Ticket[]>;
  detail(ref: string): Promise<TicketDetail | null>;
  /** Tickets in whose messages all these words (of `searchWords`) are found, newest first. */
  search(sought: {
    readonly words: readonly string[];
    readonly state?: TicketState;
    readonly limit: number;
  }): Promise<readonly Found[]>;
}

// ---------------------------------------------------------------- outbound

export interface OutboxStore {
  /** Queued letters whose time has come (`notBefore` null or at or before `now`), oldest first. */
  due(now: string, limit: number, kinds?: readonly LetterKind[]): Promise<readonly OutboxItem[]>;
  /**
   * Writes the attempt before the network is touched: state `sending`, one attempt more, a lease. The bytes
   * are kept. Null when somebody else holds the letter or it is no longer queued.
   */
  begin(
    id: number,
    attempt: { messageId: string; subject: string; bytes: Buffer; at: string },
  ): Promise<string | null>;
  /** Notes that the body is about to be handed over; false when the lease was lost: then do not send. */
  bodyBegins(id: number, token: string): Promise<boolean>;
  settle(id: number, token: string, settlement: Settlement, aftermath: Aftermath): Promise<boolean>;
  /** Settles a queued letter nobody tried yet, or gives up a held one. False when it is neither any more. */
  putAside(id: number, settlement: Settlement, aftermath: Aftermath): Promise<boolean>;
  /**
   * What a person decides about a letter in one of these states: `later` queues it again with its tries counted anew,
   * `sent` counts from its last attempt, under this Message-ID where it has none. False when it is in none of them any more.
   */
  resolve(
    id: number,
    from: readonly OutboxState[],
    settlement: Settlement,
    aftermath: Aftermath,
    messageId?: string,
  ): Promise<boolean>;
  /**
   * Letters whose sender died: back to `queued` when the body was not begun, else `uncertain`, with what follows
   * from that. Returns what it changed. Safe to call at any time, by any process.
   */
  recover(now: string, follow: (item: OutboxItem) => readonly NewLetter[]): Promise<readonly OutboxItem[]>;
  /** Letters that belong to no ticket, once each: a key that exists is passed over. */
  add(now: string, letters: readonly NewLetter[]): Promise<void>;
  get(id: number): Promise<OutboxItem | null>;
  /** The newest of a kind, or null. */
  last(kind: LetterKind): Promise<OutboxItem | null>;
  list(): Promise<readonly OutboxItem[]>;
  ofTicket(ticketId: number): Promise<readonly OutboxItem[]>;
  /** Bytes as handed over, or null. */
  bytes(id: number): Promise<Buffer | null>;
  /** Automatic letters to one address: waiting (but reminders), and sent at or after each instant. Staff mail is not counted. */
  countTo(
    address: string,
    since: { hour: string; day: string },
  ): Promise<{ queued: number; hour: number; day: number }>;
  /** First letters to senders without a contract of their own (request for the number, neutral) since each instant. */
  countStrangers(domain: string, since: { hour: string; day: string }): Promise<StrangerCounts>;
  /** Letters of which a bounce was recorded at or after the instant, counted up to `limit`. */
  bouncedSince(instant: string, limit: number): Promise<number>;
  /** Letters to customers that left from the first instant to the second, for the rate. */
  sentBetween(from: string, until: string): Promise<number>;
  /** The last letter that left for this address, or null. */
  latestTo(address: string): Promise<OutboxItem | null>;
  /** Addresses a permanent bounce was recorded for, among those given. */
  undeliverable(addresses: readonly string[]): Promise<readonly string[]>;
}

// ---------------------------------------------------------------- one decision, written once

export type Committed =
  | { readonly kind: 'done'; readonly ticketId: number | null; readonly ref: string | null }
  /** Somebody decided a message of the same identity first. */
  | { readonly kind: 'twin'; readonly of: number; readonly ticketId: number | null }
  /** The ticket changed since it was looked up: look again and decide again. */
  | { readonly kind: 'stale' }
  /** The lease was lost: another worker has the message. Write nothing. */
  | { readonly kind: 'lost' };

export interface Overview {
  /** In (since, until]. */
  happened(since: string, until: string): Promise<Happened>;
  standing(): Promise<Standing>;
  /** Of what waits and of what went wrong, cheap enough to be asked every few seconds. */
  gauges(now: string): Promise<Gauges>;
  /** Tickets first received in [from, to). */
  opened(from: string, to: string): Promise<readonly FiguredTicket[]>;
}

export interface Store {
  readonly received: ReceivedStore;
  readonly mailboxes: MailboxLedger;
  readonly contracts: ContractStore;
  readonly tickets: TicketStore;
  readonly outbox: OutboxStore;
  readonly overview: Overview;
  /** Outcome, ticket, events and letters of one message in one transaction. */
  commit(decision: Decision): Promise<Committed>;
  /** The same for several that have nothing to do with one another; all are `stale` when one is. */
  commitAll(decisions: readonly Decision[]): Promise<readonly Committed[]>;
  /**
   * Several pieces of work on this store in one committed transaction, in their order, each seeing what those before
   * it wrote. One that rejects by a fault of ours is undone alone; the world's trouble undoes all and rejects.
   * A piece may run more than once, so it must do nothing but work on the store it is given.
   */
  together<T>(pieces: readonly ((store: Store) => Promise<T>)[]): Promise<readonly PromiseSettledResult<T>[]>;
  /** A change to a ticket that no message caused (import of a renewed period, staff). */
  change(
    now: string,
    change: TicketChange,
    earlier: Decision['earlier'],
    letters: readonly NewLetter[],
    events: readonly NewEvent[],
    stops?: readonly Stop[],
  ): Promise<'done' | 'stale'>;
  /** Why mail of this address is ignored, or null. */
  blocked(address: string): Promise<string | null>;
  blocks(): Promise<readonly (Block & { readonly at: string })[]>;
  /**
   * Mail of a mailbox received before this instant may have been answered already, in a time this store knows nothing
   * of because a backup was restored; null when there was none.
   */
  quietBefore(): Promise<string | null>;
  /**
   * Deletes bytes, recognised text and pictures received or sent before this instant, but of what still waits for
   * somebody; tickets and events stay, and what came once is known for ever. `dryRun` only counts.
   */
  purge(order: PurgeOrder): Promise<Purged>;
  /** False when the address was not blocked. */
  unblock(address: string): Promise<boolean>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- the other edges

export interface Reader {
  /** Mail is likely to come: what takes time to start is started. */
  warm(): void;
  /** A `suspect`, which a reader died of, has longer, and a child of its own so that nothing waits behind it. */
  read(raw: Buffer, suspect?: boolean): Promise<Reading>;
  /** The attachments with their bytes, under the names `read` gives them. */
  unpack(raw: Buffer): Promise<Unpacked>;
  close(): Promise<void>;
}

/** What the fax reader is told besides the bytes. */
export interface FaxQuestion {
  readonly mask: Mask;
  readonly registry: FaxRegistry | null;
  /** Numbers the header line of page one points to; they only rank candidates. */
  readonly hints: (header: string) => readonly string[];
  /** Makes a PNG of each page and of the place where the number stands. */
  readonly pictures: boolean;
  /** Told as pages are done. */
  readonly onPage: (page: PageReport, total: number) => void;
}

/** Reads PDF and TIFF, in children and a queue of its own. Rejects with `kind: 'again'` while it closes. */
export interface FaxReader {
  read(raw: Uint8Array, question: FaxQuestion): Promise<FaxDocument>;
  close(): Promise<void>;
}

/** Checks signature and return path of a mail. Only waits for so long; what cannot be checked is `none`. */
export interface Prover {
  prove(question: ProofQuestion): Promise<Evidence>;
  close(): Promise<void>;
}

/** One letter as it leaves: exact bytes (CRLF, no dot-stuffing) and envelope. */
export interface Parcel {
  readonly messageId: string;
  /** '' is the null return path. */
  readonly envelopeFrom: string;
  readonly recipients: readonly string[];
  readonly bytes: Buffer;
}

/** A recipient the relay refused while it took the letter for the others. */
export interface Refusal {
  readonly recipient: string;
  readonly reason: string;
}

export type Delivery =
  /** The final dot was accepted. */
  | { readonly kind: 'sent'; readonly reason: string; readonly refused?: readonly Refusal[] }
  /** Nothing was handed over, or the relay said 4xx: try again. */
  | { readonly kind: 'later'; readonly reason: string }
  /** The relay refused for good (5xx). */
  | { readonly kind: 'never'; readonly reason: string }
  /** The body was begun and no answer came: nobody knows. */
  | { readonly kind: 'uncertain'; readonly reason: string }
  /** `mayBegin` said no: nothing was handed over. */
  | { readonly kind: 'shut'; readonly reason: string };

export interface Courier {
  /** `mayBegin` is asked immediately before the body is handed over. */
  deliver(parcel: Parcel, mayBegin: () => Promise<boolean>): Promise<Delivery>;
  close(): Promise<void>;
}

/** What the desk tells the log. One method an event keeps words and fields the same everywhere. */
export interface Journal {
  info(event: string, fields: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields: Readonly<Record<string, unknown>>): void;
  error(event: string, fields: Readonly<Record<string, unknown>>): void;
}

export type { Acceptance, Numbering, Place, Source } from './accepted.ts';
export type { FaxPage, Found, Lane, Purged, PurgeOrder, Tally, Trail } from './kept.ts';
export type {
  Aftermath,
  Block,
  Decision,
  LetterData,
  NewEvent,
  NewLetter,
  OutboxItem,
  OutboxState,
  Settlement,
  Stop,
  TicketChange,
  TicketOpening,
} from './written.ts';
export type {
  Contract,
  FiguredTicket,
  Gauges,
  Happened,
  Letter,
  MessageFacts,
  Standing,
  Trouble,
  WaitingTicket,
};
