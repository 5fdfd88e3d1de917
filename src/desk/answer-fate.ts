/** What becomes of an answer that waits: why it is held, and what follows when it left or could not (spec 5.3, 5.4). Pure. */
import { businessMinutesBetween } from '../calendar/business-day.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { answerData } from './answer-item.ts';
import type { House } from './house.ts';
import { lastFromCustomer } from './last-word.ts';
import type { Aftermath, NewLetter, OutboxItem, Received, Refusal, Stop } from './ports.ts';
import { staffLetters } from './queueing.ts';
import { confirmations, staffNote } from './staff-mail.ts';

/** A relay that is tried again in some minutes is no news. */
const lateMs = 30 * 60_000;
/** Reason in the record, and in Japanese for the author. */
const wrote = 'the customer wrote before the answer left';
const told: Readonly<Record<string, string>> = {
  [wrote]:
    '送信前にお客様から新しいメールが届きました。最新の通知をご確認のうえ、改めて「#回答」と返信してください。',
  'the ticket is closed': '送信前に受付が終了しました。お送りするときは、改めて「#回答」と返信してください。',
  'the ticket is rejected':
    '送信前に受付が対象外とされました。お送りするときは、改めて「#回答」と返信してください。',
};

/** Asked again when an answer is to leave: why it must not, or null. */
export function whyNotNow(
  ticket: Ticket | null,
  item: OutboxItem,
  messages: readonly Received[],
): string | null {
  if (ticket === null) return 'its ticket is gone';
  if (ticket.state === 'closed' || ticket.state === 'rejected') return `the ticket is ${ticket.state}`;
  const { answers } = answerData(item);
  return (lastFromCustomer(messages)?.id ?? null) === answers ? null : wrote;
}

/** The customer writes: answers that wait are held, and their authors told with their text. */
export function heldByCustomer(
  letters: readonly OutboxItem[],
  house: House,
  now: Date,
): { readonly stops: readonly Stop[]; readonly letters: readonly NewLetter[] } {
  const waiting = letters.filter((one) => one.kind === 'answer' && one.state === 'queued');
  return {
    stops: waiting.map(({ id }) => ({ id, state: 'held', reason: wrote, must: true })),
    letters: waiting.flatMap((item) => heldNote(house, item, wrote, now)),
  };
}

export function heldNote(house: House, item: OutboxItem, reason: string, now: Date): readonly NewLetter[] {
  const { authorAddress } = answerData(item);
  // An operator at the command line may have no address: then the desk hears of it.
  const addresses = authorAddress === '' ? house.staff.map(({ address }) => address) : [authorAddress];
  const remarks = [told[reason] ?? `理由: ${reason}`];
  const note = { what: 'held', remarks, answer: item.onceKey } as const;
  return addresses.map((address) =>
    staffNote(house, now, address, `held:${item.id}:${now.toISOString()}`, note),
  );
}

/** An answer that leaves much later than its author was told: they are told again, at once (spec 5.1). */
export function toldAgain(
  house: House,
  item: OutboxItem,
  notBefore: string | null,
  now: Date,
): readonly NewLetter[] {
  if (item.kind !== 'answer') return [];
  const promised = Date.parse(item.notBefore ?? '');
  if (notBefore !== null && !(Date.parse(notBefore) - promised > lateMs)) return [];
  const { author, authorAddress } = answerData(item);
  const warnings = ['先にお知らせした時刻には送信できませんでした。送信日時が変わっています。'];
  return confirmations(
    house,
    now,
    { name: author, address: authorAddress },
    { ...item, notBefore },
    warnings,
  );
}

/** It left: the ticket is answered, or closed where that was asked, unless the customer has written meanwhile. */
export function answerLeft(
  house: House,
  item: OutboxItem,
  ticket: Ticket,
  messages: readonly Received[],
  refused: readonly Refusal[],
  now: Date,
): Aftermath {
  const { to, cc, closes, answers, author } = answerData(item);
  const missed = refused.map(({ recipient, reason }) => `${recipient}: ${reason}`).join('; ');
  const reached = to.some((address) => !refused.some(({ recipient }) => recipient === address));
  const current = (lastFromCustomer(messages)?.id ?? null) === answers;
  const state =
    !reached || !current
      ? {}
      : closes
        ? ({ state: 'closed', closedAt: now.toISOString() } as const)
        : ({ state: 'answered', closedAt: null } as const);
  return {
    ticket: {
      id: ticket.id,
      version: ticket.version,
      ...state,
      ...(reached ? { firstAnswerMinutes: firstAnswerMinutes(house, ticket, now) } : reopened(ticket)),
    },
    letters:
      refused.length === 0
        ? []
        : staffLetters(house, now, 'failed', `refused:${item.id}`, {
            reason: missed,
            letter: item.id,
            refused: refused.map(({ recipient }) => recipient),
          }),
    events: [
      {
        kind: 'letter-sent',
        actor: author === '' ? 'system' : author,
        reason: `answer to ${[...to, ...cc].join(', ')}${missed === '' ? '' : `; refused for ${missed}`}`,
      },
    ],
  };
}

/** An answer that did not reach its customer: the ticket stands open again (spec 5.4). */
export function reopened(
  ticket: Ticket,
): { readonly state: 'open'; readonly closedAt: null } | Record<string, never> {
  return ticket.state === 'answered' || ticket.state === 'closed' ? { state: 'open', closedAt: null } : {};
}

export function firstAnswerMinutes(house: House, ticket: Ticket, now: Date): number {
  return businessMinutesBetween(house.calendar, new Date(ticket.openedAt), now);
}
