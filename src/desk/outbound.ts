/** The port of what goes out: letters that wait, are being sent, or have left. Of `ports.ts`, through which edges and flows know it. */
import type { StrangerCounts } from '../reply/withhold.ts';
import type { LetterKind } from '../ticket/ticket.ts';
import type { Aftermath, NewLetter, OutboxItem, OutboxState, Settlement } from './written.ts';

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
