/** What ordering an answer changes besides the outbox, whether it came by mail or by command. Pure. */
import type { AnswerRequest, Ordered } from './answer-order.ts';
import type { House } from './house.ts';
import { settled } from './settle-number.ts';
import { confirmations } from './staff-mail.ts';
import { idle, type Work } from './staff-orders.ts';

/** One that is held changes nothing yet; one that waits opens its ticket, and the desk sees the exact letter. */
export function answerWork(
  order: Extract<Ordered, { kind: 'ordered' }>,
  { ticket, messages, author }: AnswerRequest,
  remarks: readonly string[],
  house: House,
  now: Date,
): Work {
  const { letter, held, stops, participants, warnings } = order;
  if (held !== null) return { ...idle, letters: [letter], stops, remarks };
  const opens = ticket.state !== 'open' && ticket.state !== 'answered';
  return {
    ...idle,
    change: { participants, ...(opens ? { state: 'open', closedAt: null } : {}) },
    letters: [letter, ...confirmations(house, now, author, letter, [...remarks, ...warnings])],
    stops,
    earlier: settled({ messages }, 'answered by staff'),
    remarks,
  };
}
