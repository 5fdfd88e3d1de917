/** What a proven reply of staff is about, looked up before anything is decided (spec 5.3). */
import type { Verdict } from '../inquiry/authentication.ts';
import type { Contract } from '../inquiry/contract.ts';
import type { Letter } from '../inquiry/letter.ts';
import { canonicalNumber } from '../inquiry/support-number.ts';
import { type Instructions, parseDirectives } from '../reply/directive.ts';
import { markOf, readMark, readMessageId } from '../reply/mark.ts';
import { isStaffMail, type Ticket } from '../ticket/ticket.ts';
import type { Desk, House } from './house.ts';
import { lastFromCustomer } from './last-word.ts';
import type { OutboxItem, Received, Store } from './ports.ts';

export interface StaffMember {
  readonly name: string;
  readonly address: string;
}

export interface StaffReply {
  readonly author: StaffMember;
  /** The mail of ours that is replied to. */
  readonly to: OutboxItem;
  readonly ticket: Ticket;
  readonly messages: readonly Received[];
  readonly letters: readonly OutboxItem[];
  readonly contract: Contract | null;
  readonly instructions: Instructions;
  /** `#番号`: canonical (null when it does not fit the mask) and what the registry says of it. */
  readonly numbered: { readonly number: string | null; readonly contract: Contract | null } | null;
  /** `#統合`: the ticket named, wherever it went on; null when there is none. */
  readonly target: Ticket | null;
  /** Contracts the author of the customer's last message is registered on. */
  readonly customerOn: readonly Contract[];
}

/** A reply with all proofs to a mail that is about no ticket, such as the morning's list. */
export interface Astray {
  readonly author: StaffMember;
  readonly ticket: null;
}

/** A ticket, or the one it was merged into. */
export async function goesOn(store: Store, ticket: Ticket | null): Promise<Ticket | null> {
  let found = ticket;
  for (let steps = 0; found?.mergedInto != null && steps < 10; steps += 1) {
    found = await store.tickets.byId(found.mergedInto);
  }
  return found;
}

/**
 * Null unless all proofs are there: one From, of a member of staff, authenticated as theirs, and a signed mark
 * that names a mail of ours about this ticket to this very member.
 */
export async function findStaffReply(
  desk: Desk,
  letter: Letter,
  authentication: Verdict,
  recipients: readonly string[],
): Promise<StaffReply | Astray | null> {
  const { store, house } = desk;
  const author = provenAuthor(house, letter, authentication);
  if (author === null) return null;
  for (const id of markedLetters(house, letter, recipients)) {
    const to = await store.outbox.get(id);
    if (to === null || !isStaffMail(to.kind) || to.to.toLowerCase() !== author.address.toLowerCase())
      continue;
    const ticket = to.ticketId === null ? null : await goesOn(store, await store.tickets.byId(to.ticketId));
    return ticket === null ? { author, ticket } : about(desk, letter, author, to, ticket);
  }
  return null;
}

/** The member of staff who certainly wrote it, or null. */
export function provenAuthor(house: House, letter: Letter, authentication: Verdict): StaffMember | null {
  const from = letter.from?.address.toLowerCase();
  if (authentication.verdict !== 'pass') return null;
  if (letter.notes.some(({ kind }) => kind === 'several-from')) return null;
  return house.staff.find(({ address }) => address.toLowerCase() === from) ?? null;
}

/** Ids of letters to staff that signed reply addresses (r) or our Message-IDs (s) in this mail name, likeliest first. */
function markedLetters({ keys, addresses, from }: House, letter: Letter, recipients: readonly string[]) {
  const addressed = [
    ...recipients,
    ...letter.to.map((one) => one.address),
    ...letter.cc.map((one) => one.address),
  ];
  const byAddress = addressed
    .flatMap((address) => markOf(address, [...addresses, from.address]) ?? [])
    .flatMap((token) => readMark(keys, token) ?? [])
    .filter(({ purpose }) => purpose === 'r');
  // A Message-ID names a letter whatever its purpose; whether that one went to this member is asked of the letter.
  const byId = [...[...letter.inReplyTo].reverse(), ...[...letter.references].reverse()].flatMap(
    (id) => readMessageId(keys, id) ?? [],
  );
  return [...new Set([...byAddress, ...byId].map(({ id }) => id))];
}

async function about(
  { store, house }: Desk,
  letter: Letter,
  author: StaffMember,
  to: OutboxItem,
  ticket: Ticket,
): Promise<StaffReply> {
  const instructions = parseDirectives(letter.body.own);
  const directives = instructions.kind === 'directives' ? instructions.directives : [];
  const messages = await store.received.ofTicket(ticket.id);
  const customer = lastFromCustomer(messages)?.facts?.from ?? null;
  const typed = directives.find((one) => one.kind === 'number')?.number;
  const number = typed === undefined ? null : canonicalNumber(house.mask, typed);
  const ref = directives.find((one) => one.kind === 'merge')?.ref;
  return {
    author,
    to,
    ticket,
    messages,
    letters: await store.outbox.ofTicket(ticket.id),
    contract: ticket.number === null ? null : await store.contracts.find(ticket.number),
    instructions,
    numbered:
      typed === undefined
        ? null
        : { number, contract: number === null ? null : await store.contracts.find(number) },
    target: ref === undefined ? null : await goesOn(store, await store.tickets.byRef(ref)),
    customerOn: customer === null ? [] : await store.contracts.registeredOn(customer),
  };
}
