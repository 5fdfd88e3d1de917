/**
 * Why a letter that waited is no longer wanted when it is to leave (spec 5.2: superseded by an answer, doubled,
 * address bounced, automatic sender recognised meanwhile: cancelled, reason kept). Pure.
 */
import type { Day } from '../calendar/jst.ts';
import { isStaffMail, type Ticket } from '../ticket/ticket.ts';
import type { OutboxItem, Received } from './ports.ts';

export interface Waited {
  readonly item: OutboxItem;
  readonly ticket: Ticket | null;
  readonly messages: readonly Received[];
  readonly letters: readonly OutboxItem[];
  readonly undeliverable: boolean;
}

const japanese: Readonly<Record<string, string>> = {
  'its ticket is gone': '受付がありません',
  'mail to this address bounced for good': '宛先が不達のため',
  'the ticket is closed': '受付が終了したため',
  'the ticket is rejected': '受付対象外としたため',
  'an answer has left meanwhile': '回答を送信済みのため',
  'the address answers automatically': '宛先が自動応答のため',
  'reminders are switched off': '再送のご案内を行わない設定のため',
  'the number has arrived': '番号のご連絡があったため',
  'the ticket no longer waits for its number': '番号待ちではなくなったため',
  'a newer request takes its place': '新しいお願いを送るため',
  'the question of the period is settled': '期間の確認が済んだため',
  'the sender has been confirmed': '差出人の確認が済んだため',
  'its morning is over': '翌日の一覧に含まれるため',
  'cancelled by an operator': '担当者が取りやめたため',
};

const cap = /^cap: (\d+) (?:automatic|first) letters (an hour |a day )?to (.*)$/;
const spans: Readonly<Record<string, string>> = { 'an hour ': '1時間に', 'a day ': '1日に' };
const whom: Readonly<Record<string, string>> = {
  'one address': '同じ宛先',
  'one domain': '同じドメイン',
  'one ticket': '1件の受付',
  strangers: '登録のない宛先全体',
};

/** The reason in the words of staff; what is not known here stays as it is. */
export function inJapanese(reason: string | null): string {
  const [, count, span = '', to = ''] = cap.exec(reason ?? '') ?? [];
  if (count !== undefined) return `${whom[to] ?? to}へ${spans[span] ?? ''}${count}通`;
  return japanese[reason ?? ''] ?? reason ?? '';
}

/** Null when the letter may leave. */
export function superseded(
  waited: Waited,
  house: { readonly reminders: boolean },
  today: Day,
): string | null {
  const { item, ticket, letters, messages, undeliverable } = waited;
  if (item.kind === 'digest') return item.data['day'] === today ? null : 'its morning is over';
  if (isStaffMail(item.kind)) return null;
  // An answer is never dropped: it is held, or fails, and its author hears of it.
  if (item.kind === 'answer') return null;
  if (ticket === null) return 'its ticket is gone';
  if (undeliverable) return 'mail to this address bounced for good';
  if (ticket.state === 'closed' || ticket.state === 'rejected') return `the ticket is ${ticket.state}`;
  if (letters.some((one) => one.kind === 'answer' && one.state === 'sent'))
    return 'an answer has left meanwhile';
  const machine = messages.some((one) => one.facts?.kind === 'auto-reply' && one.facts.from === item.to);
  if (machine) return 'the address answers automatically';
  switch (item.kind) {
    case 'reminder':
    case 'closing-notice':
      return house.reminders ? unlessWaiting(ticket) : 'reminders are switched off';
    case 'request-number':
      return unlessWaiting(ticket) ?? (newerRequest(waited) ? 'a newer request takes its place' : null);
    case 'period':
      return ticket.state === 'review' ? null : 'the question of the period is settled';
    case 'neutral':
      return ticket.verified ? 'the sender has been confirmed' : null;
    default:
      return null;
  }
}

function unlessWaiting(ticket: Ticket): string | null {
  if (ticket.state === 'awaiting-number') return null;
  return ticket.number === null ? 'the ticket no longer waits for its number' : 'the number has arrived';
}

function newerRequest({ item, letters }: Waited): boolean {
  return letters.some(
    (one) =>
      one.id > item.id && one.kind === 'request-number' && one.to === item.to && one.state === 'queued',
  );
}
