/** Which messages of a ticket are its customer's, and the last of them: what an answer answers (spec 5.3). Pure. */
import type { Received } from './ports.ts';

/** Reason of a message that only looks written by a machine: it is shown to staff and holds nothing up. */
export const probablyAutomatic = 'probably automatic';
/** `facts.kind` of what proven staff wrote; their notes stand on the ticket beside the customer's messages. */
export const byStaff = 'staff';

const told = ['ticket-opened', 'ticket-continued', 'held', 'review'];

/** By a mark from outside the ticket a message is shown there, but it is not the customer's until staff say so. */
function isCustomers({ outcome, reason, facts }: Received): boolean {
  if (outcome === null || !told.includes(outcome) || facts === null) return false;
  return facts.kind !== byStaff && reason !== probablyAutomatic && reason !== 'stranger';
}

/** A fax number where blocked senders are kept by address; '' for no number. */
export function callerKey(caller: string): string {
  return caller === '' ? '' : `fax:${caller}`;
}

/** The customer's last message, or null. @param messages of the ticket, oldest first. */
export function lastFromCustomer(messages: readonly Received[]): Received | null {
  return messages.findLast(isCustomers) ?? null;
}
