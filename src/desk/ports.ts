/**
 * What the desk needs from the world, all of it known through this file: edges implement it, flows wait on it. What
 * comes in, what goes out and the edges beside the store stand in `inbound`, `outbound` and `edges`. Times are ISO text in UTC,
 * days are `YYYY-MM-DD` in Asia/Tokyo. Every method that writes does so in one committed transaction; none of
 * them reads a clock to decide anything but the age of a lease.
 */
import type { Contract } from '../inquiry/contract.ts';
import type { Letter } from '../inquiry/letter.ts';
import type { Ticket, TicketEvent, TicketState } from '../ticket/ticket.ts';
import type { MailboxLedger, Received, ReceivedStore } from './inbound.ts';
import type { Found, Purged, PurgeOrder } from './kept.ts';
import type { MessageFacts } from './message-facts.ts';
import type { OutboxStore } from './outbound.ts';
import type { FiguredTicket, Gauges, Happened, Standing, Trouble, WaitingTicket } from './overview.ts';
import type { Block, Decision, NewEvent, NewLetter, OutboxItem, Stop, TicketChange } from './written.ts';

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

export type { Acceptance, Numbering, Place, Source } from './accepted.ts';
export type {
  Courier,
  Delivery,
  FaxQuestion,
  FaxReader,
  Journal,
  Parcel,
  Prover,
  Reader,
  Refusal,
} from './edges.ts';
export type { ClaimedMessage, MailboxLedger, Received, ReceivedStore } from './inbound.ts';
export type { FaxPage, Found, Lane, Purged, PurgeOrder, Tally, Trail } from './kept.ts';
export type { OutboxStore } from './outbound.ts';
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
