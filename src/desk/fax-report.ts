/** A gateway tells what became of a fax we sent: which letter it is about (spec 5.3). Looks up only. */
import { type FaxFate, faxFate } from '../inquiry/fax-call.ts';
import { faxAddress, gatewayOf } from '../inquiry/fax-gateway.ts';
import type { Letter } from '../inquiry/letter.ts';
import { phoneNumbers } from '../inquiry/phone-number.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { faxNumberOf } from './fax-out.ts';
import type { Desk } from './house.ts';
import type { OutboxItem } from './ports.ts';

export interface FaxReport {
  readonly item: OutboxItem;
  readonly ticket: Ticket | null;
  readonly fate: FaxFate;
}

/** A report comes within this time of its fax; later mail of the gateway is about something else. */
const reportMs = 3 * 86_400_000;
const numbersMax = 5;
const namedCharsMax = 300;

/** By a mark of ours, else by the number it names and the last fax that left for it; null when it is about neither. */
export async function findFaxReport(
  { house, store }: Desk,
  letter: Letter,
  marked: OutboxItem | null,
  now: Date,
): Promise<FaxReport | null> {
  if (gatewayOf(letter, house.faxGateways) === null) return null;
  const about = async (item: OutboxItem): Promise<FaxReport> => ({
    item,
    ticket: item.ticketId === null ? null : await store.tickets.byId(item.ticketId),
    fate: faxFate(letter),
  });
  if (marked !== null && faxNumberOf(marked) !== null) return about(marked);
  const named = phoneNumbers(`${letter.subject}\n${letter.text.slice(0, namedCharsMax)}`);
  for (const number of named.slice(0, numbersMax)) {
    const address = faxAddress(house.faxGateways, number);
    const item = address === null ? null : await store.outbox.latestTo(address);
    if (item === null || faxNumberOf(item) !== number) continue;
    if (now.getTime() - Date.parse(item.sentAt ?? '') <= reportMs) return about(item);
  }
  return null;
}
