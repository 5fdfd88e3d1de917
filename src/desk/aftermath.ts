/** What follows when a letter has left or could not (spec 5.2, 5.4): the next letter of the row, a closed ticket, a word to staff. Pure. */
import { addBusinessDays } from '../calendar/business-day.ts';
import { dayOf, instantAt } from '../calendar/jst.ts';
import { earliest } from '../calendar/reception-hours.ts';
import { isStaffMail, type LetterKind, type Ticket } from '../ticket/ticket.ts';
import { heldNote, reopened } from './answer-fate.ts';
import { gateHours, type House } from './house.ts';
import type { Aftermath, NewLetter, OutboxItem, Settlement } from './ports.ts';
import { staffLetters } from './queueing.ts';

/** The reminder follows the request by so many business days, the closing notice the reminder (spec 5.2). */
export const reminderBusinessDays = 3;
export const closingBusinessDays = 5;

export const nothing: Aftermath = { ticket: null, letters: [], events: [] };

export function aftermath(house: House, item: OutboxItem, ticket: Ticket | null, now: Date): Aftermath {
  if (ticket === null || isStaffMail(item.kind)) return nothing;
  const sent = { kind: 'letter-sent', actor: 'system', reason: `${item.kind} to ${item.to}` };
  const follow = (kind: LetterKind, days: number): Aftermath => ({
    ...nothing,
    letters: house.reminders && item.data['remind'] === true ? [followUp(house, item, kind, days, now)] : [],
    events: [sent],
  });
  switch (item.kind) {
    case 'request-number':
      return follow('reminder', reminderBusinessDays);
    case 'reminder':
      return follow('closing-notice', closingBusinessDays);
    case 'closing-notice':
      // The number may have come while the notice was on its way: then the ticket is open and stays so.
      if (ticket.state !== 'awaiting-number') return { ...nothing, events: [sent] };
      return {
        ticket: { id: ticket.id, version: ticket.version, state: 'closed', closedAt: now.toISOString() },
        letters: [],
        events: [sent],
      };
    default:
      return { ...nothing, events: [sent] };
  }
}

/** A letter that was refused or is uncertain is never repeated by the machine, and staff are told (spec 5.4); one that is no longer wanted only leaves its reason. */
export function failureAftermath(
  house: House,
  item: OutboxItem,
  settlement: Settlement,
  now: Date,
  ticket: Ticket | null = null,
): Aftermath {
  if (settlement.kind === 'later' || settlement.kind === 'sent') return nothing;
  const event = {
    kind: `letter-${settlement.kind}`,
    actor: 'system',
    reason: `${item.kind} to ${item.to}: ${settlement.reason}`,
  };
  if (settlement.kind === 'held')
    return { ticket: null, letters: heldNote(house, item, settlement.reason, now), events: [event] };
  // An answer that did not arrive leaves its customer unanswered.
  const again =
    item.kind === 'answer' && settlement.kind !== 'cancelled' && ticket !== null ? reopened(ticket) : {};
  const change =
    ticket !== null && 'state' in again ? { ...again, id: ticket.id, version: ticket.version } : null;
  const letters =
    isStaffMail(item.kind) || settlement.kind === 'cancelled'
      ? []
      : staffLetters(house, now, settlement.kind, `${settlement.kind}:${item.id}:${settlement.at}`, {
          reason: settlement.reason,
          letter: item.id,
        });
  return { ticket: change, letters, events: [event] };
}

function followUp(house: House, item: OutboxItem, kind: LetterKind, days: number, now: Date): NewLetter {
  const { calendar } = house;
  const day = addBusinessDays(calendar, dayOf(now), days);
  const at = day === null ? null : earliest(calendar, gateHours(house, kind), instantAt(day, '00:00'));
  const notBefore = at?.toISOString() ?? null;
  return {
    kind,
    to: item.to,
    onceKey: `${kind}:{ticket}`,
    notBefore,
    data: {
      remind: true,
      dueAt: notBefore,
      firstRequestOn: String(item.data['firstRequestOn'] ?? dayOf(now)),
    },
  };
}
