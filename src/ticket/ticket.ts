/** A ticket (受付): the conversation about one inquiry, and the words its life is told in. */

export type TicketState = 'awaiting-number' | 'review' | 'open' | 'answered' | 'closed' | 'rejected';

/** The one current outcome of an inbound message (spec 2). */
export type Outcome =
  | 'ticket-opened'
  | 'ticket-continued'
  | 'held'
  | 'review'
  | 'ignored'
  | 'bounce-recorded'
  | 'duplicate'
  | 'quarantined';

export type Channel = 'mail' | 'fax' | 'form' | 'phone';

/** Letters the machine sends to customers, mail to staff, and `answer`, which staff write. */
export type LetterKind =
  | 'acknowledgement'
  | 'request-number'
  | 'reminder'
  | 'closing-notice'
  | 'neutral'
  | 'period'
  | 'notification'
  | 'confirmation'
  | 'digest'
  | 'staff-note'
  | 'answer';

/** Kinds of mail to staff: they leave at any time and no customer's rule or count knows them (spec 5.1). */
export const STAFF_KINDS = ['notification', 'confirmation', 'digest', 'staff-note'] as const;

export function isStaffMail(kind: LetterKind): boolean {
  return (STAFF_KINDS as readonly LetterKind[]).includes(kind);
}

export interface Participant {
  readonly address: string;
  readonly name: string;
  /** `author` wrote to the ticket; `copied` stood in To or Cc; `stranger` only by a signed mark, until staff accept. */
  readonly role: 'author' | 'copied' | 'stranger';
}

export interface Ticket {
  readonly id: number;
  /** `R-YYYYMMDD-NNNN` */
  readonly ref: string;
  readonly state: TicketState;
  readonly channel: Channel;
  /** Canonical support service number once accepted, else null. */
  readonly number: string | null;
  /** The sender is registered on that contract. */
  readonly verified: boolean;
  readonly subject: string;
  /** Time of receipt of the first message, ISO UTC. */
  readonly openedAt: string;
  readonly closedAt: string | null;
  /** Ticket this one follows: reopened too late, or a stranger's mail with its reference. */
  readonly linkedTo: number | null;
  /** Marked 重複?: the same content came before. */
  readonly repeatOf: number | null;
  readonly category: string | null;
  readonly assignee: string | null;
  /** Business minutes from the opening to the first answer, by mail, fax or telephone; null until there is one. */
  readonly firstAnswerMinutes: number | null;
  /** Ticket this one was merged into. */
  readonly mergedInto: number | null;
  /** Counts up with every change; a commit on an old version is refused. */
  readonly version: number;
  readonly participants: readonly Participant[];
}

export interface TicketEvent {
  /** ISO UTC. */
  readonly at: string;
  /** `system`, `customer`, or a staff name. */
  readonly actor: string;
  readonly kind: string;
  readonly reason: string;
}
