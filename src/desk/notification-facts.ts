/** What the plain mail to staff says about a message, its ticket and the letter to the customer (tone 9). Pure. */
import { japaneseDate, japaneseDateTime } from '../calendar/japanese-date.ts';
import { dayOf } from '../calendar/jst.ts';
import { type Contract, registeredContact, type ServicePeriod, standing } from '../inquiry/contract.ts';
import type { NotificationFacts } from '../reply/facts.ts';
import type { Occasion } from './compose-item.ts';
import type { OutboxItem } from './ports.ts';

const ownTextCharsMax = 8_000;

const words: Readonly<Record<string, string>> = {
  queued: '送信予定',
  sending: '送信中',
  sent: '送信済み',
  failed: '送信できませんでした',
  uncertain: '届いたか不明です(再送はしていません)',
  cancelled: '送信取りやめ',
  held: '保留',
};

export function notificationFacts(occasion: Occasion, now: Date): NotificationFacts {
  const { item, ticket, message, contract, letters } = occasion;
  const facts = message?.facts ?? null;
  const address = facts?.from ?? '';
  const registered = contract === null ? null : registeredContact(contract, address);
  const letter = letters.filter((one) => one.kind !== 'notification').at(-1);
  return {
    event: eventOf(item, ticket?.repeatOf != null, message?.reason ?? ''),
    channel: ticket?.channel ?? 'mail',
    ackState: letter === undefined ? 'なし' : ackState(letter),
    customer: contract?.customer ?? null,
    number: contract?.number ?? facts?.number ?? null,
    numberWhere: facts?.numberPlace ?? null,
    period: contract === null ? null : periodText(contract, ticket?.openedAt ?? now.toISOString()),
    customised: contract?.customised ?? false,
    from: `${facts?.fromName ?? ''} <${address}> ${registered === null ? '未登録' : `登録済み(${registered.name || '担当者名なし'})`}`.trim(),
    to: facts?.to ?? [],
    cc: facts?.cc ?? [],
    replyTo: facts?.replyTo ?? null,
    authentication:
      facts?.authentication === 'pass' || facts?.authentication === 'fail' ? facts.authentication : 'none',
    flags: flagsOf(occasion),
    ownText: (facts?.text ?? '').slice(0, ownTextCharsMax),
    attachments: (facts?.attachments ?? []).map(({ name, bytes, encrypted }) => ({
      name,
      bytes,
      ...(encrypted ? { note: '暗号化' } : {}),
    })),
  };
}

const verdicts: Readonly<Record<string, string>> = {
  missing: 'サポートサービス番号が見つかりません',
  malformed: 'サポートサービス番号の形式が正しくありません',
  unknown: '登録のないサポートサービス番号です',
  expired: 'サポートサービス期間が満了しています',
  'not-started': 'サポートサービス期間の開始前です',
  cancelled: '解約済みの契約です',
  ambiguous: '番号が複数あり、判断できません',
  uncertain: '番号の読取に確信がありません',
};

function eventOf(item: OutboxItem, repeat: boolean, reason: string): NotificationFacts['event'] {
  const event = String(item.data['event']);
  if (event === 'review' && /^(expired|not-started)/.test(reason)) return 'out-of-period';
  if (event === 'new' && repeat) return 'repeat';
  switch (event) {
    case 'new':
    case 'follow-up':
    case 'review':
    case 'bounce':
    case 'reopened':
    case 'quarantined':
    case 'failed':
    case 'uncertain':
      return event;
    default:
      return 'review';
  }
}

function ackState(letter: OutboxItem): string {
  const at = letter.sentAt ?? (letter.state === 'queued' ? letter.notBefore : null);
  return [
    at === null ? '' : japaneseDateTime(new Date(at)),
    words[letter.state] ?? letter.state,
    letter.state === 'cancelled' ? `(${letter.reason})` : '',
  ]
    .filter((one) => one !== '')
    .join(' ');
}

function periodText(contract: Contract, openedAt: string): string {
  const span = (period: ServicePeriod) =>
    `${japaneseDate(period.startsOn)} ～ ${japaneseDate(period.endsOn)}`;
  const found = standing(contract, dayOf(new Date(openedAt)));
  switch (found.kind) {
    case 'valid':
      return `${span(found.period)} 有効`;
    case 'expired':
      return `${japaneseDate(found.endedOn)} 満了`;
    case 'not-started':
      return `${japaneseDate(found.startsOn)} 開始`;
    case 'cancelled':
      return '解約済み';
  }
}

/** The result of spec 3.6 in words; a valid number needs none. */
function verdictOf(result: string | null): readonly string[] {
  const told = result === null ? undefined : verdicts[result];
  return told === undefined ? [] : [told];
}

function flagsOf({ item, ticket, message, messages }: Occasion): readonly string[] {
  const reason = item.data['reason'];
  return [
    ...(ticket !== null && ticket.number !== null && !ticket.verified
      ? ['差出人はこの契約に登録がありません(本人確認が必要です)']
      : []),
    ...(ticket?.repeatOf != null ? ['3日以内に同じ内容のお問合せがあります(重複?)'] : []),
    ...(ticket?.linkedTo != null ? ['以前の受付に関連する可能性があります'] : []),
    ...(messages.some((one) => one.facts?.encrypted === true)
      ? ['暗号化された添付があります。パスワードは別便の可能性があります']
      : []),
    ...(typeof reason === 'string' ? [reason] : []),
    ...verdictOf(message?.facts?.result ?? null),
    ...(message?.facts?.remarks ?? []),
  ];
}
