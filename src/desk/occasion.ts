/** What a letter is about, looked up when it is worded. */
import type { Contract } from '../inquiry/contract.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { answerData } from './answer-item.ts';
import type { SendingDesk } from './house.ts';
import type { OutboxItem, Received } from './ports.ts';

/** What the letter is about, read fresh. */
export interface Occasion {
  readonly item: OutboxItem;
  readonly ticket: Ticket | null;
  /** The message it answers, else the ticket's first. */
  readonly message: Received | null;
  readonly messages: readonly Received[];
  readonly contract: Contract | null;
  /** Contracts the sender of the message is registered on. */
  readonly senderOn: readonly Contract[];
  readonly letters: readonly OutboxItem[];
  readonly undeliverable: boolean;
}

export async function occasionOf(desk: SendingDesk, item: OutboxItem): Promise<Occasion> {
  const { store } = desk;
  const ticket = item.ticketId === null ? null : await store.tickets.byId(item.ticketId);
  const messages = ticket === null ? [] : await store.received.ofTicket(ticket.id);
  // An answer is about the customer's message, not about the mail of staff that holds it.
  const answers = item.kind === 'answer' ? answerData(item).answers : item.receivedId;
  const named = Number(answers ?? item.data['receivedId'] ?? 0);
  const answered = named === 0 ? null : await store.received.get(named);
  const message = answered ?? messages[0] ?? null;
  const from = message?.facts?.from ?? null;
  return {
    item,
    ticket,
    messages,
    message,
    senderOn: from === null ? [] : await store.contracts.registeredOn(from),
    contract: ticket?.number == null ? null : await store.contracts.find(ticket.number),
    letters: ticket === null ? [] : await store.outbox.ofTicket(ticket.id),
    undeliverable: (await store.outbox.undeliverable([item.to])).length > 0,
  };
}
