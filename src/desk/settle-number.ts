/** A person says which number it is: what follows, whether it was said by mail (`#番号`) or by command (`review accept`). Pure. */
import { dayOf } from '../calendar/jst.ts';
import { type Contract, registeredContact, type Standing, standing } from '../inquiry/contract.ts';
import { faxAddress } from '../inquiry/fax-gateway.ts';
import { contractContact } from '../inquiry/fax-number.ts';
import { isStaffMail, type Ticket } from '../ticket/ticket.ts';
import { faxNumberOf } from './fax-out.ts';
import type { House } from './house.ts';
import { lastFromCustomer } from './last-word.ts';
import { joined } from './participants.ts';
import type { Decision, NewEvent, NewLetter, OutboxItem, Received, Stop, TicketChange } from './ports.ts';
import { newLetter } from './queueing.ts';

/** What a word of a person changes, to be written at once. */
export interface Change {
  readonly change: Omit<Partial<TicketChange>, 'id' | 'version'>;
  readonly letters: readonly NewLetter[];
  readonly events: readonly NewEvent[];
  readonly stops: readonly Stop[];
  readonly earlier: Decision['earlier'];
}

export interface Settled extends Change {
  /** The sender, or the caller's fax number, is registered on the contract. */
  readonly known: boolean;
  readonly standing: Standing['kind'];
  /** The ticket waited for this. */
  readonly settles: boolean;
}

interface About {
  readonly ticket: Ticket;
  readonly messages: readonly Received[];
  readonly letters: readonly OutboxItem[];
}

/** The ticket opens under that number with its original time of receipt; the acknowledgement follows. */
export function settleNumber(
  { ticket, messages, letters }: About,
  contract: Contract,
  actor: string,
  house: House,
  now: Date,
): Settled {
  const last = lastFromCustomer(messages);
  const { known, contact } = whoWrote(last, contract);
  const settles = ticket.state === 'awaiting-number' || ticket.state === 'review';
  const asked = letters.find((one) => !isStaffMail(one.kind) && one.kind !== 'answer');
  // To whom no automatic letter could go, none goes now; a fax names nobody until its contract is known.
  const caller = last?.facts?.fax?.caller ?? null;
  const back = known && caller !== null ? faxAddress(house.faxGateways, caller) : null;
  const to = asked?.to ?? (last?.quiet === false ? (contact?.address ?? back) : null);
  const fax = asked === undefined ? (contact === null ? caller : null) : faxNumberOf(asked);
  const data = { result: 'valid', bare: !known && asked !== undefined, ...(fax === null ? {} : { fax }) };
  const key = `acknowledgement:${ticket.id}`;
  return {
    change: {
      number: contract.number,
      verified: known,
      ...(settles ? { state: 'open' } : {}),
      ...(contact === null ? {} : { participants: joined(ticket, [{ ...contact, role: 'author' }]) }),
    },
    letters: settles && to !== null ? [newLetter(house, now, 'acknowledgement', to, key, data)] : [],
    events: [{ kind: 'number-settled', actor, reason: `${contract.number} by ${actor}` }],
    stops: settles ? withdrawn(letters, 'the number was settled by staff') : [],
    earlier: settles ? settled({ messages }, `number settled by ${actor}: ${contract.number}`) : [],
    known,
    standing: standing(contract, dayOf(new Date(ticket.openedAt))).kind,
    settles,
  };
}

/** Of a fax the registered person its letters go to from now on: the caller's own, else the contract's first. */
function whoWrote(
  last: Received | null,
  contract: Contract,
): { readonly known: boolean; readonly contact: { readonly name: string; readonly address: string } | null } {
  const fax = last?.facts?.fax;
  if (fax === undefined) {
    const from = last?.facts?.from ?? '';
    return { known: from !== '' && registeredContact(contract, from) !== null, contact: null };
  }
  const known = contract.contacts.some((one) => one.fax !== '' && one.fax === fax.caller);
  const found = contractContact(contract, fax.caller);
  return { known, contact: found === null ? null : { name: found.name, address: found.email } };
}

/** Automatic letters that wait: none of them is wanted once staff have decided. */
export function withdrawn(letters: readonly OutboxItem[], reason: string): readonly Stop[] {
  return letters
    .filter((one) => one.state === 'queued' && !isStaffMail(one.kind) && one.kind !== 'answer')
    .map(({ id }) => ({ id, state: 'cancelled', reason, must: false }));
}

/** Messages that waited for a number or a person are settled with their ticket. */
export function settled(
  { messages }: Pick<About, 'messages'>,
  reason: string,
  outcome: 'ticket-opened' | 'ticket-continued' = 'ticket-opened',
): Decision['earlier'] {
  return messages
    .filter((one) => one.outcome === 'held' || (one.outcome === 'review' && one.reason !== 'stranger'))
    .map(({ id }) => ({ id, outcome: id === messages[0]?.id ? outcome : 'ticket-continued', reason }));
}
