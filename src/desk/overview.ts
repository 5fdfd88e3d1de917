/** What is counted and listed over many rows, for the morning list; plain data as the store gives it. */

import type { Channel, LetterKind, Outcome, TicketState } from '../ticket/ticket.ts';
import type { Lane } from './kept.ts';

/** In a span of time, the beginning left out and the end included. */
export interface Happened {
  /** Messages decided; further deliveries of the same mail, and mail older than its mailbox, are left out. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** Advertising and what is probably automatic, of which staff got no mail of its own. */
  readonly suspected: { readonly count: number; readonly first: readonly ListedMail[] };
  readonly troubles: readonly Trouble[];
}

export interface ListedMail {
  /** Null where no ticket was opened. */
  readonly ref: string | null;
  readonly from: string | null;
  readonly subject: string;
}

/** A letter that did not reach its reader. */
export interface Trouble {
  readonly ref: string | null;
  readonly what: 'failed' | 'uncertain' | 'bounce';
  readonly kind: LetterKind;
  readonly to: string;
}

/** A ticket whose next step is ours. */
export interface WaitingTicket {
  readonly ref: string;
  readonly state: TicketState;
  readonly subject: string;
  readonly customer: string | null;
  readonly assignee: string | null;
  /** Receipt of the first message since the last answer. */
  readonly since: string;
  /** Messages since then. */
  readonly messages: number;
}

/** A ticket of a month, for its figures. */
export interface FiguredTicket {
  readonly ref: string;
  readonly channel: Channel;
  readonly state: TicketState;
  readonly number: string | null;
  readonly customer: string | null;
  readonly category: string | null;
  /** Business minutes; null while there is no answer. */
  readonly firstAnswerMinutes: number | null;
  /** It waited for its number, its period had ended when it came, a person had to decide: at any time. */
  readonly held: boolean;
  readonly expired: boolean;
  readonly review: boolean;
}

/** As things stand now. */
export interface Standing {
  readonly waiting: readonly WaitingTicket[];
  readonly tickets: readonly {
    readonly state: TicketState;
    readonly channel: Channel;
    readonly count: number;
  }[];
  /** The newest tickets that wait for their number. */
  readonly held: readonly ListedMail[];
  /** First letters to customers that wait for their time, earliest first. */
  readonly acknowledgements: readonly string[];
}

/** Counts for whoever watches the daemon: nothing of a customer. */
export interface Gauges {
  /** Accepted and not yet decided, by the lane it waits in; `oldest` is a time of receipt. */
  readonly waiting: Readonly<Record<Lane, { readonly count: number; readonly oldest: string | null }>>;
  readonly outbox: {
    readonly queued: number;
    /** Of the queued: those whose time has come, since when the oldest waits, and those tried before. */
    readonly due: number;
    readonly oldestDue: string | null;
    readonly retried: number;
    readonly sending: number;
    readonly failed: number;
    readonly held: number;
    readonly uncertain: number;
  };
  readonly quarantined: number;
  readonly tickets: Readonly<Record<'open' | 'review' | 'awaiting-number' | 'answered', number>>;
}
