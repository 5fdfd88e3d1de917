/** What an operator decides about tickets in `review` or waiting for a number; staff do the same by mail (spec 5.3). */
import type { Contract } from '../inquiry/contract.ts';
import { canonicalNumber } from '../inquiry/support-number.ts';
import type { Ticket } from '../ticket/ticket.ts';
import type { Desk } from './house.ts';
import type { FaxFacts } from './message-facts.ts';
import type { Received } from './ports.ts';
import { type Settled, settleNumber, withdrawn } from './settle-number.ts';

const operator = 'operator';
/** Changes tried again because somebody else changed the ticket meanwhile. */
const triesMax = 5;

/** The operator asked for something that cannot be; the text says what would be right. */
export class ReviewRefused extends Error {
  override readonly name = 'ReviewRefused';
}

export interface Candidate {
  readonly value: string;
  readonly readers: FaxFacts['candidates'][number]['readers'];
  /** Customer of the contract; null when the number is not registered. */
  readonly customer: string | null;
}

/** Numbers that were read on the faxes of a ticket, or that caller and registry point to, likeliest first. */
export async function candidatesOf(desk: Desk, messages: readonly Received[]): Promise<readonly Candidate[]> {
  const all = messages.flatMap(({ facts }) => facts?.fax?.candidates ?? []);
  const once = all.filter(({ value }, at) => all.findIndex((one) => one.value === value) === at);
  const candidates: Candidate[] = [];
  for (const { value, readers } of once) {
    const contract = await desk.store.contracts.find(value);
    candidates.push({ value, readers, customer: contract?.customer ?? null });
  }
  return candidates;
}

export interface Accepted extends Pick<Settled, 'known' | 'standing'> {
  readonly ref: string;
  readonly number: string;
  readonly customer: string;
  /** Who gets the acknowledgement, and from when on; null when nobody does. */
  readonly letter: { readonly to: string; readonly notBefore: string | null } | null;
}

/** @param typed the number, or null for the ticket's own or the only registered one that was read. */
export async function acceptReview(
  desk: Desk,
  ref: string,
  typed: string | null,
  now: Date,
): Promise<Accepted> {
  return again(desk, ref, async (ticket) => {
    const messages = await desk.store.received.ofTicket(ticket.id);
    const letters = await desk.store.outbox.ofTicket(ticket.id);
    const contract = await contractFor(desk, ticket, messages, typed);
    const {
      known,
      standing,
      settles: _,
      ...work
    } = settleNumber({ ticket, messages, letters }, contract, operator, desk.house, now);
    const participants = (work.change.participants ?? ticket.participants).map((one) =>
      // Who wrote by a mark of ours from outside takes part from now on: that is what a person decides here.
      one.role === 'stranger' ? { ...one, role: 'author' as const } : one,
    );
    const done = await desk.store.change(
      now.toISOString(),
      { ...work.change, participants, id: ticket.id, version: ticket.version },
      work.earlier,
      work.letters,
      work.events,
      work.stops,
    );
    if (done === 'stale') return null;
    const [letter] = work.letters;
    return {
      ...{ ref: ticket.ref, number: contract.number, customer: contract.customer, known, standing },
      letter: letter === undefined ? null : { to: letter.to, notBefore: letter.notBefore },
    };
  });
}

/** Only a person refuses anybody (spec 3.6): nothing more goes out by itself, and the messages stay where they are. */
export async function rejectReview(desk: Desk, ref: string, now: Date): Promise<Ticket> {
  return again(desk, ref, async (ticket) => {
    const stops = withdrawn(await desk.store.outbox.ofTicket(ticket.id), 'the ticket is rejected');
    const change = { id: ticket.id, version: ticket.version, state: 'rejected' } as const;
    const event = { kind: 'rejected', actor: operator, reason: 'rejected in review' };
    const done = await desk.store.change(now.toISOString(), change, [], [], [event], stops);
    return done === 'stale' ? null : ticket;
  });
}

async function again<T>(desk: Desk, ref: string, work: (ticket: Ticket) => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const ticket = await desk.store.tickets.byRef(ref);
    if (ticket === null) throw new ReviewRefused(`there is no ticket ${ref}; see uketsuke review list`);
    if (ticket.state !== 'review' && ticket.state !== 'awaiting-number')
      throw new ReviewRefused(
        `${ref} is ${ticket.state}: only tickets in review or awaiting-number are decided here`,
      );
    const done = await work(ticket);
    if (done !== null) return done;
  }
  throw new Error(`${ref} is being changed by others all the time; try again`);
}

async function contractFor(
  desk: Desk,
  ticket: Ticket,
  messages: readonly Received[],
  typed: string | null,
): Promise<Contract> {
  const number =
    typed === null ? await onlyNumber(desk, ticket, messages) : canonicalNumber(desk.house.mask, typed);
  if (number === null)
    throw new ReviewRefused(`--number: "${typed}" does not fit the mask ${desk.house.mask.text}`);
  const contract = await desk.store.contracts.find(number);
  if (contract === null)
    throw new ReviewRefused(
      `${number} is not registered; import its contract first, or give another --number`,
    );
  return contract;
}

/** Without a word of the operator only a number that leaves no choice will do. */
async function onlyNumber(desk: Desk, ticket: Ticket, messages: readonly Received[]): Promise<string> {
  if (ticket.number !== null) return ticket.number;
  const read = (await candidatesOf(desk, messages)).filter(({ readers }) => readers.length > 0);
  const registered = read.filter(({ customer }) => customer !== null);
  if (registered.length === 1) return registered[0]!.value;
  const seen = read.map(({ value, customer }) => `${value} (${customer ?? 'not registered'})`).join(', ');
  throw new ReviewRefused(
    `${ticket.ref}: give --number; ${seen === '' ? 'no number was read' : `what was read: ${seen}`}`,
  );
}
