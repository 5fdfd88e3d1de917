/** What is written about tickets and letters, as plain data: a decision, what it changes, what became of a letter. */
import type { Day, SupportNumber } from '../inquiry/contract.ts';
import type { FaxDocument } from '../inquiry/fax.ts';
import type { Category } from '../ticket/category.ts';
import type { Channel, LetterKind, Outcome, Participant, TicketState } from '../ticket/ticket.ts';
import type { Acceptance } from './accepted.ts';
import type { MessageFacts } from './message-facts.ts';

export interface NewEvent {
  readonly kind: string;
  readonly actor: string;
  readonly reason: string;
}

export interface TicketOpening {
  readonly state: TicketState;
  readonly channel: Channel;
  readonly number: string | null;
  readonly verified: boolean;
  readonly subject: string;
  readonly openedAt: string;
  /** Asia/Tokyo day of receipt, for the reference. */
  readonly openedOn: Day;
  readonly linkedTo: number | null;
  readonly repeatOf: number | null;
  readonly participants: readonly Participant[];
}

export interface TicketChange {
  readonly id: number;
  readonly version: number;
  readonly state?: TicketState;
  readonly number?: SupportNumber | string | null;
  readonly verified?: boolean;
  readonly closedAt?: string | null;
  readonly category?: Category;
  readonly assignee?: string;
  /** Business minutes from the opening to the first answer; the first one recorded stays. */
  readonly firstAnswerMinutes?: number;
  /** Id of the ticket this one goes on in; its messages go there with the same commit. */
  readonly mergedInto?: number;
  readonly participants?: readonly Participant[];
}

/** A letter taken out of the queue by a decision about a message. */
export interface Stop {
  readonly id: number;
  readonly state: 'held' | 'cancelled';
  readonly reason: string;
  /** The decision rests on it: when the letter has begun to leave meanwhile, all is looked up again. */
  readonly must: boolean;
}

/** A sender whose mail no longer opens tickets: it is kept, and ignored for this reason. */
export interface Block {
  readonly address: string;
  readonly reason: string;
}

export interface Decision {
  readonly at: string;
  readonly received: {
    readonly id: number;
    readonly token: string;
    readonly outcome: Outcome;
    readonly reason: string;
    readonly facts: MessageFacts | null;
    /** The message is another arrival of this one: the identity stays with the first. */
    readonly duplicateOf: number | null;
    /** Pages and pictures of a fax. */
    readonly fax?: Pick<FaxDocument, 'pages' | 'strip'> | undefined;
  };
  /** A new ticket, a change to one, or only the id of the one the message belongs to. */
  readonly ticket:
    | { readonly kind: 'open'; readonly opening: TicketOpening }
    | { readonly kind: 'change'; readonly change: TicketChange }
    | { readonly kind: 'attach'; readonly id: number }
    | { readonly kind: 'none' };
  /** Earlier messages whose outcome changes with this one (`held` → `ticket-opened`). */
  readonly earlier: readonly { readonly id: number; readonly outcome: Outcome; readonly reason: string }[];
  readonly letters: readonly NewLetter[];
  /** Events on the ticket (or on the message alone when there is no ticket). */
  readonly events: readonly NewEvent[];
  /** A bounce matched to what we sent. */
  readonly bounce: {
    readonly outboxId: number;
    readonly address: string;
    readonly permanent: boolean;
  } | null;
  /** A second ticket that changes with this decision. */
  readonly other?: TicketChange;
  readonly stops?: readonly Stop[];
  readonly block?: Block;
  /** Mails found inside this one: each is a message of its own from now on. */
  readonly takes?: readonly Acceptance[];
}

export type OutboxState = 'queued' | 'sending' | 'sent' | 'failed' | 'uncertain' | 'cancelled' | 'held';

/** What the decision knew and the letter needs to be worded when it leaves: JSON, small; bytes are named, not copied. */
export type LetterData = Readonly<
  Record<string, string | number | boolean | null | readonly string[] | Readonly<Record<string, string>>>
>;

export interface NewLetter {
  readonly kind: LetterKind;
  /** The first recipient; those of an answer stand in its data (`answer-item.ts`). */
  readonly to: string;
  /** At most one letter ever exists under one key, e.g. `acknowledgement:17`; `{ticket}` becomes the ticket's id. */
  readonly onceKey: string;
  /** When it may leave at the earliest; null when the calendar does not know. */
  readonly notBefore: string | null;
  readonly data: LetterData;
  /** Kept but held back from the beginning, for this reason; the machine never sends it. */
  readonly held?: string;
}

export interface OutboxItem {
  readonly id: number;
  readonly kind: LetterKind;
  readonly ticketId: number | null;
  /** The inbound message it answers. */
  readonly receivedId: number | null;
  readonly to: string;
  readonly onceKey: string;
  readonly notBefore: string | null;
  readonly data: LetterData;
  readonly state: OutboxState;
  readonly reason: string | null;
  readonly attempts: number;
  readonly createdAt: string;
  /** Of the last attempt, begun or done; null when there was none. */
  readonly attemptedAt: string | null;
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly sentAt: string | null;
}

/** What became of one attempt, for the record. */
export type Settlement = { readonly at: string; readonly reason: string } & (
  | { readonly kind: 'later'; readonly notBefore: string | null }
  | { readonly kind: 'sent' | 'failed' | 'uncertain' | 'cancelled' | 'held' }
);

/** Changes that a settled letter brings about, written in the same transaction. */
export interface Aftermath {
  readonly ticket: TicketChange | null;
  readonly letters: readonly NewLetter[];
  readonly events: readonly NewEvent[];
}
