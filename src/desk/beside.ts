/** What staff should know beside the message itself (tone 9): other tickets of the contract, days off between. */
import { businessMinutesBetween } from '../calendar/business-day.ts';
import { daysOffBetween } from '../calendar/days-off.ts';
import { dayOf } from '../calendar/jst.ts';
import { earliest, type ReceptionCalendar } from '../calendar/reception-hours.ts';
import { monthDay } from '../calendar/short-date.ts';
import type { Ticket, TicketState } from '../ticket/ticket.ts';
import type { Desk } from './house.ts';
import type { Occasion } from './occasion.ts';

const othersMax = 3;
const subjectCharsMax = 20;
/** A weekend is nothing to tell; a closure always is. */
const daysOffMin = 3;
const dayMs = 86_400_000;
const inHand: readonly TicketState[] = ['awaiting-number', 'review', 'open', 'answered'];

/** Flags for the notification, in Japanese; none for what is no message of a customer. */
export async function besideFlags(
  { store, house }: Desk,
  { ticket, message }: Occasion,
  now: Date,
): Promise<readonly string[]> {
  if (ticket === null || message === null) return [];
  const ofContract = ticket.number === null ? [] : await store.tickets.list({ number: ticket.number });
  return [
    ...otherTickets(ticket, ofContract, now),
    ...daysOffFlag(house.calendar, new Date(message.receivedAt), now),
  ];
}

/** `同じ契約で対応中: R-20260917-0003「ログイン不可」(2日前)`, the newest first. */
export function otherTickets(ticket: Ticket, ofContract: readonly Ticket[], now: Date): readonly string[] {
  const others = ofContract
    .filter((one) => one.id !== ticket.id && one.id !== ticket.repeatOf && inHand.includes(one.state))
    .sort((a, b) => (a.openedAt < b.openedAt ? 1 : -1));
  const told = others.slice(0, othersMax).map(({ ref, subject, openedAt }) => {
    const characters = Array.from(subject);
    const short = characters.slice(0, subjectCharsMax).join('');
    return `同じ契約で対応中: ${ref}「${short}${characters.length > subjectCharsMax ? '…' : ''}」(${daysAgo(new Date(openedAt), now)})`;
  });
  return others.length > othersMax
    ? [...told, `同じ契約で対応中: ほか ${others.length - othersMax}件`]
    : told;
}

function daysAgo(then: Date, now: Date): string {
  const days = (Date.parse(dayOf(now)) - Date.parse(dayOf(then))) / dayMs;
  return days <= 0 ? '本日' : `${days}日前`;
}

/** Days off between the receipt and the first moment an answer may leave: the customer has waited longer than the hours say. */
export function daysOffFlag(calendar: ReceptionCalendar, receivedAt: Date, now: Date): readonly string[] {
  const answerable = earliest(calendar, 'reception', now) ?? now;
  const run = daysOffBetween(calendar, dayOf(receivedAt), dayOf(answerable));
  if (run === null || (run.closure === null && run.days < daysOffMin)) return [];
  const hours = Math.floor(businessMinutesBetween(calendar, receivedAt, now) / 60);
  const what = run.closure === null ? '休日' : '当社休業日';
  return [`${what} ${monthDay(run.from)}～${monthDay(run.to)} をはさむ(受信から営業 ${hours}時間)`];
}
