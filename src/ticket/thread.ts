/**
 * Which ticket a message belongs to (spec 4). A signed mark of ours proves the thread; a subject tag proves
 * nothing and needs a sender who takes part. Pure: everything was looked up before.
 */
import type { Ticket } from './ticket.ts';

/** A closed ticket opens again for this long *(ours)*; afterwards a new, linked one begins. */
export const reopenDaysMax = 30;
const dayMs = 86_400_000;

export interface Clues {
  /** Ticket of a verified mark: Message-ID of ours in In-Reply-To or References, or our signed address. */
  readonly signed: Ticket | null;
  /** Ticket named by `[R-…]` in the subject. */
  readonly tagged: Ticket | null;
  /** Ticket of an earlier message of the same sender that this one refers to. */
  readonly earlier: Ticket | null;
  /** Ticket whose encrypted attachment this sender sent within the last hour (PPAP); only without a number. */
  readonly passwordFor: Ticket | null;
  readonly sender: string;
  /** Number of the contract the sender is registered on, per ticket: true when it is this ticket's. */
  readonly registeredOn: (number: string) => boolean;
  /** Numbers that stand at the start, canonical: one, several (ambiguous) or none. */
  readonly numbers: readonly string[];
  readonly receivedAt: Date;
}

export type Belonging =
  | { readonly kind: 'new'; readonly linkedTo: Ticket | null; readonly reason: string }
  | { readonly kind: 'continues'; readonly ticket: Ticket; readonly reason: string }
  | { readonly kind: 'reopens'; readonly ticket: Ticket; readonly reason: string }
  /** Attached, but a person decides; nothing automatic goes to its sender. */
  | {
      readonly kind: 'doubtful';
      readonly ticket: Ticket;
      readonly reason: 'other-number' | 'stranger' | 'rejected-ticket';
    };

export function belonging(clues: Clues): Belonging {
  if (clues.signed !== null) {
    return takesPart(clues.signed, clues)
      ? attach(clues.signed, clues, 'signed mark')
      : { kind: 'doubtful', ticket: clues.signed, reason: 'stranger' };
  }
  if (clues.tagged !== null) {
    return takesPart(clues.tagged, clues)
      ? attach(clues.tagged, clues, 'reference in the subject')
      : { kind: 'new', linkedTo: clues.tagged, reason: 'stranger-with-reference' };
  }
  if (clues.earlier !== null && takesPart(clues.earlier, clues)) {
    return attach(clues.earlier, clues, 'reply to an own earlier message');
  }
  if (clues.passwordFor !== null && clues.numbers.length === 0 && takesPart(clues.passwordFor, clues)) {
    return attach(clues.passwordFor, clues, 'follows an encrypted attachment (PPAP)');
  }
  return { kind: 'new', linkedTo: null, reason: 'no thread' };
}

/** The author and people copied take part, and so do the contacts of the ticket's contract. */
function takesPart(ticket: Ticket, clues: Clues): boolean {
  return (
    ticket.participants.some((one) => one.address === clues.sender && one.role !== 'stranger') ||
    (ticket.number !== null && clues.registeredOn(ticket.number))
  );
}

function attach(ticket: Ticket, clues: Clues, reason: string): Belonging {
  if (ticket.number !== null && clues.numbers.some((number) => number !== ticket.number)) {
    return { kind: 'doubtful', ticket, reason: 'other-number' };
  }
  if (ticket.state === 'rejected') return { kind: 'doubtful', ticket, reason: 'rejected-ticket' };
  if (ticket.state !== 'closed') return { kind: 'continues', ticket, reason };
  const closedFor = clues.receivedAt.getTime() - Date.parse(ticket.closedAt ?? ticket.openedAt);
  return closedFor <= reopenDaysMax * dayMs
    ? { kind: 'reopens', ticket, reason }
    : { kind: 'new', linkedTo: ticket, reason: 'closed-long-ago' };
}
