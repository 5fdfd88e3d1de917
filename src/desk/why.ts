/** Everything that is known of how a message or a ticket came to be what it is, gathered for a person who asks (`uketsuke why`). */
import { readMessageId } from '../reply/mark.ts';
import type { Ticket, TicketEvent } from '../ticket/ticket.ts';
import type { Desk } from './house.ts';
import type { OutboxItem, Received, Trail } from './ports.ts';

export interface Told {
  readonly message: Received;
  readonly trail: Trail;
}

export interface Why {
  /** The ticket asked for, or the one the message belongs to. */
  readonly ticket: Ticket | null;
  /** Reference of the ticket it was merged into, or null. */
  readonly mergedInto: string | null;
  /** The message asked for, or those of the ticket, oldest first. */
  readonly messages: readonly Told[];
  /** Letters of the ticket, or those the message caused. */
  readonly letters: readonly OutboxItem[];
  /** Events of the ticket, or of the message alone. */
  readonly events: readonly TicketEvent[];
}

/**
 * @param asked a ticket's reference, an id of ours, or a Message-ID with or without its brackets: of a message, or of
 * a letter of ours, which stands for its ticket. Null when there is nothing by that name.
 */
export async function why(desk: Desk, asked: string): Promise<Why | null> {
  const text = asked.normalize('NFKC').trim();
  const { store } = desk;
  if (/^R-\d{8}-\d{4,}$/i.test(text)) return ofTicket(desk, text.toUpperCase());
  if (/^\d{1,15}$/.test(text)) return ofMessages(desk, [Number(text)]);
  const messageId = `<${asked.trim().replace(/^<|>$/g, '')}>`;
  const ids = await store.received.named(messageId);
  if (ids.length > 0) return ofMessages(desk, ids);
  const mark = readMessageId(desk.house.keys, messageId);
  const letter = mark === null ? null : await store.outbox.get(mark.id);
  if (letter === null) return null;
  const ticket = letter.ticketId === null ? null : await store.tickets.byId(letter.ticketId);
  return ticket === null
    ? { ticket, mergedInto: null, messages: [], letters: [letter], events: [] }
    : ofTicket(desk, ticket.ref);
}

async function ofTicket(desk: Desk, ref: string): Promise<Why | null> {
  const detail = await desk.store.tickets.detail(ref);
  if (detail === null) return null;
  const messages = await Promise.all(detail.messages.map(({ id }) => told(desk, id)));
  const mergedInto = await refOf(desk, detail.ticket.mergedInto);
  return { ...detail, mergedInto, messages: messages.flatMap((one) => one ?? []) };
}

async function ofMessages(desk: Desk, ids: readonly number[]): Promise<Why | null> {
  const { store } = desk;
  const messages = (await Promise.all(ids.map((id) => told(desk, id)))).flatMap((one) => one ?? []);
  if (messages.length === 0) return null;
  const ticketId = messages.find(({ message }) => message.ticketId !== null)?.message.ticketId ?? null;
  const letters = ticketId === null ? [] : await store.outbox.ofTicket(ticketId);
  return {
    ticket: ticketId === null ? null : await store.tickets.byId(ticketId),
    mergedInto: null,
    messages,
    letters: letters.filter(({ receivedId }) => ids.includes(receivedId ?? 0)),
    events: messages.flatMap(({ trail }) => trail.events),
  };
}

async function refOf({ store }: Desk, id: number | null): Promise<string | null> {
  return id === null ? null : ((await store.tickets.byId(id))?.ref ?? null);
}

async function told({ store }: Desk, id: number): Promise<Told | null> {
  const [message, trail] = [await store.received.get(id), await store.received.trail(id)];
  return message === null || trail === null ? null : { message, trail };
}
