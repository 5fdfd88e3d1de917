/** A fax has no sender but a caller: what the registry knows of that number, and what it settles (spec 3.4). Looks up only. */
import type { Verdict } from '../inquiry/authentication.ts';
import type { Contract } from '../inquiry/contract.ts';
import { faxAddress } from '../inquiry/fax-gateway.ts';
import { asReading, callerContact, settledByCaller } from '../inquiry/fax-number.ts';
import type { Mailbox } from '../inquiry/letter.ts';
import type { NumberReading } from '../inquiry/opening.ts';
import type { Belonging } from '../ticket/thread.ts';
import type { Ticket } from '../ticket/ticket.ts';
import type { Desk } from './house.ts';
import type { Source } from './ports.ts';
import type { FaxArrival } from './read-fax.ts';

export interface Caller {
  /** Contracts with a contact of the caller's number. */
  readonly registeredOn: readonly Contract[];
  readonly reading: NumberReading;
  /** The registered person mail about the fax may go to. */
  readonly sender: Mailbox | null;
  /** Where a fax back to the registered number goes, when nobody behind it has a mail address and a gateway sends. */
  readonly faxBack: { readonly number: string; readonly address: string } | null;
}

/** @param authentication of the gateway's own mail: when it failed, nobody is believed to have called. */
export async function findCaller(
  { house, store }: Desk,
  source: Source,
  authentication: Verdict,
  { call, document }: FaxArrival,
): Promise<Caller> {
  const caller = authentication.verdict === 'fail' ? null : call.caller;
  const registeredOn = caller === null ? [] : await store.contracts.registeredFax(caller);
  const trusted =
    authentication.verdict === 'pass' || (source.kind === 'smtp' && house.trustedPeer(source.name));
  const only = trusted && registeredOn.length === 1 ? registeredOn[0]!.number : null;
  const reading = asReading(settledByCaller(document.number, only));
  const contract = reading.value === null ? null : await store.contracts.find(reading.value);
  const contact = callerContact(registeredOn, contract, caller);
  const back = caller === null || contact !== null ? null : faxAddress(house.faxGateways, caller);
  return {
    registeredOn,
    reading,
    faxBack: caller === null || back === null ? null : { number: caller, address: back },
    sender: contact === null ? null : { name: contact.name, address: contact.email },
  };
}

const reference = /(?<![A-Z0-9-])R-\d{8}-\d{4,12}(?!\d)/g;
const referencesMax = 5;

/**
 * A fax never joins a ticket by itself: the one whose reference it bears, or the open one of the same caller and
 * number, is offered to a person.
 */
export async function followedFax(
  { store }: Desk,
  { call, document }: FaxArrival,
  { value }: NumberReading,
): Promise<Belonging> {
  const offered = async (): Promise<Ticket | null> => {
    if (value === null) return null;
    const named = document.text.normalize('NFKC').match(reference) ?? [];
    for (const ref of named.slice(0, referencesMax)) {
      const ticket = await store.tickets.byRef(ref);
      if (ticket?.number === value) return ticket;
    }
    if (call.caller === null) return null;
    const tickets = await store.tickets.list({ number: value });
    const open = tickets.filter(
      ({ channel, state }) => channel === 'fax' && state !== 'closed' && state !== 'rejected',
    );
    for (const ticket of open.toSorted((one, other) => other.id - one.id)) {
      const messages = await store.received.ofTicket(ticket.id);
      if (messages.some(({ facts }) => facts?.fax?.caller === call.caller)) return ticket;
    }
    return null;
  };
  const linkedTo = await offered();
  return { kind: 'new', linkedTo, reason: linkedTo === null ? 'no thread' : 'fax-follow-up' };
}
