/**
 * Which ticket a message belongs to (spec 4). A signed mark of ours proves the thread; a subject tag proves
 * nothing and needs a sender who takes part. Pure: everything was looked up before.
 */
import { addDays, dayOf } from '../calendar/jst.ts';
import { type Contract, registeredContact } from '../inquiry/contract.ts';
import type { Ticket } from './ticket.ts';

/** A closed ticket opens again until so many days after the day it was closed *(ours)*; then a new, linked one begins. */
export const reopenDaysMax = 30;

export interface Clues {
  /** Ticket of a verified mark: Message-ID of ours in In-Reply-To or References, or our signed address. */
  readonly signed: Ticket | null;
  /** Ticket named by `[R-…]` in the subject. */
  readonly tagged: Ticket | null;
  /** Ticket of an earlier message of customers that this one refers to. */
  readonly earlier: Ticket | null;
  /** Ticket whose encrypted attachment this sender sent within the last hour (PPAP); only without a number. */
  readonly passwordFor: Ticket | null;
  /** Who wrote; '' when nobody can be believed (no From, or it failed authentication): then nobody takes part. */
  readonly sender: string;
  /** Number of the contract the sender is registered on, per ticket: true when it is this ticket's. */
  readonly registeredOn: (number: string) => boolean;
  /** Numbers that stand at the start, canonical: one, several (ambiguous) or none. */
  readonly numbers: readonly string[];
  /** Contract of the number that was read, or null. */
  readonly contract: Contract | null;
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
    return attach(clues.earlier, clues, 'reply to an earlier message');
  }
  if (clues.passwordFor !== null && clues.numbers.length === 0 && takesPart(clues.passwordFor, clues)) {
    return attach(clues.passwordFor, clues, 'follows an encrypted attachment (PPAP)');
  }
  return { kind: 'new', linkedTo: null, reason: 'no thread' };
}

/** The author and people copied take part, and so do the contacts of the ticket's contract. */
function takesPart(ticket: Ticket, clues: Clues): boolean {
  const { sender, contract } = clues;
  if (sender === '') return false;
  const inside = ticket.participants.filter((one) => one.role !== 'stranger');
  if (inside.some((one) => one.address === sender)) return true;
  if (ticket.number !== null) return clues.registeredOn(ticket.number);
  // A ticket that waits for its number: a colleague may send it, when both are registered on that contract.
  return (
    contract !== null &&
    registeredContact(contract, sender) !== null &&
    inside.some((one) => registeredContact(contract, one.address) !== null)
  );
}

function attach(ticket: Ticket, clues: Clues, reason: string): Belonging {
  if (ticket.number !== null && clues.numbers.some((number) => number !== ticket.number)) {
    return { kind: 'doubtful', ticket, reason: 'other-number' };
  }
  if (ticket.state === 'rejected') return { kind: 'doubtful', ticket, reason: 'rejected-ticket' };
  if (ticket.state !== 'closed') return { kind: 'continues', ticket, reason };
  // By days, because the closing notice names the last one.
  const reopensUntil = addDays(dayOf(new Date(ticket.closedAt ?? ticket.openedAt)), reopenDaysMax);
  return dayOf(clues.receivedAt) <= reopensUntil
    ? { kind: 'reopens', ticket, reason }
    : { kind: 'new', linkedTo: ticket, reason: 'closed-long-ago' };
}
