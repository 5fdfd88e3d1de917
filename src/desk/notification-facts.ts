/** What the plain mail to staff says about a message, its ticket and the letter to the customer (tone 9), in Japanese throughout. Pure. */
import { japaneseDate, japaneseDateTime } from '../calendar/japanese-date.ts';
import { dayOf } from '../calendar/jst.ts';
import { type Contract, registeredContact, type ServicePeriod, standing } from '../inquiry/contract.ts';
import { shownPhone } from '../inquiry/phone-number.ts';
import type { Carried } from '../reply/attachment.ts';
import type { NotificationFacts } from '../reply/facts.ts';
import { lettersPerDayMax, lettersPerHourMax, type Withheld } from '../reply/withhold.ts';
import { isStaffMail, type LetterKind } from '../ticket/ticket.ts';
import { filesTold } from './enclosed.ts';
import { faxNumberOf, shownRecipients } from './fax-out.ts';
import { troubleInWords, whatToDo } from './letter-trouble.ts';
import type { FaxFacts } from './message-facts.ts';
import type { Occasion } from './occasion.ts';
import type { OutboxItem } from './ports.ts';
import { inJapanese } from './superseded.ts';

const ownTextCharsMax = 8_000;

const states: Readonly<Record<OutboxItem['state'], string>> = {
  queued: '送信予定',
  sending: '送信中',
  sent: '送信済み',
  failed: '送信できませんでした',
  uncertain: '届いたか不明(再送はしていません)',
  cancelled: '送信取りやめ',
  held: '保留',
};

const kinds: Readonly<Partial<Record<LetterKind, string>>> = {
  acknowledgement: '受付確認',
  'request-number': '番号のお願い',
  reminder: '番号のお願い(再送)',
  'closing-notice': '受付終了のお知らせ',
  neutral: 'ご登録内容の確認',
  period: '期間ご確認のお願い',
  answer: '回答',
};

const unanswered: Readonly<Record<Withheld['kind'], string>> = {
  'no-address': '差出人のアドレスがないか、使えません',
  automatic: '自動送信メール、または返信を受け取らない差出人の可能性があります',
  authentication: '送信者認証に失敗しています。なりすましの可能性があります',
  undeliverable: 'このアドレスへのメールは不達になっています',
  'unregistered-fax': '登録のないFAX番号からの受信です。お電話などでご連絡ください',
  repeat: '3日以内の同じ内容のお問合せに返信済みです',
  cap: `同じ宛先への自動メールが上限(1時間${lettersPerHourMax}通、1日${lettersPerDayMax}通)に達しています`,
};

/**
 * @param beside flags about what stands beside the message, as `besideFlags` tells them.
 * @param enclosed the files that travel with the mail.
 */
export function notificationFacts(
  occasion: Occasion,
  now: Date,
  beside: readonly string[],
  enclosed: readonly Carried[],
): NotificationFacts {
  const { item, ticket, message, contract, letters } = occasion;
  const facts = message?.facts ?? null;
  const address = facts?.from ?? '';
  const toCustomer = letters.filter((one) => !isStaffMail(one.kind));
  // Reminders that wait for their day say nothing of what the customer has in hand.
  const letter =
    toCustomer.findLast((one) => one.state !== 'queued' || !isFollowUp(one.kind)) ?? toCustomer.at(-1);
  return {
    event: eventOf(item, ticket?.repeatOf != null, message?.reason ?? ''),
    channel: ticket?.channel ?? 'mail',
    ackState: letter === undefined ? 'なし' : ackState(letter),
    customer: customerOf(occasion),
    number: contract?.number ?? facts?.number ?? null,
    numberWhere: facts?.numberPlace ?? null,
    period: contract === null ? null : periodText(contract, ticket?.openedAt ?? now.toISOString()),
    customised: contract?.customised ?? false,
    from:
      facts?.fax === undefined
        ? `${sender(facts?.fromName ?? '', address)} ${registration(occasion, address)}`
        : caller(facts.fax, occasion),
    to: facts?.to ?? [],
    cc: facts?.cc ?? [],
    replyTo: facts?.replyTo ?? null,
    authentication:
      facts?.authentication === 'pass' || facts?.authentication === 'fail' ? facts.authentication : 'none',
    authenticationBy: facts?.authenticationBy?.toUpperCase() ?? null,
    flags: [...flagsOf(occasion), ...beside],
    // What belongs to no ticket can be told nothing.
    operations: ticket !== null,
    ownText: (facts?.text ?? '').slice(0, ownTextCharsMax),
    attachments: filesTold(facts?.attachments ?? [], enclosed),
    ...(ticket === null ? {} : { attachmentHint: `uketsuke tickets save ${ticket.ref} フォルダー` }),
  };
}

function isFollowUp(kind: LetterKind): boolean {
  return kind === 'reminder' || kind === 'closing-notice';
}

/** Without a number the sender's own registration tells staff whom to think of; it proves nothing. */
function customerOf({ ticket, message, contract, senderOn }: Occasion): string | null {
  if (contract !== null) return contract.customer;
  const names = new Set(senderOn.map((one) => one.customer));
  const forged = message?.facts?.authentication === 'fail';
  return ticket === null || forged || names.size !== 1 ? null : `${[...names][0]} (番号未確認)`;
}

function registration({ contract, senderOn }: Occasion, address: string): string {
  if (contract === null) return senderOn.length === 0 ? '未登録' : '登録済み';
  const contact = registeredContact(contract, address);
  return contact === null ? 'この契約に登録なし' : `登録済み(${contact.name || '担当者名なし'})`;
}

/** Who called, and whom the registry knows behind that number; a hidden number is nobody's. */
function caller({ caller }: FaxFacts, { contract, senderOn }: Occasion): string {
  const name = caller === null ? 'FAX 番号不明' : `FAX ${shownPhone(caller)}`;
  const contact = contract?.contacts.find(({ fax }) => caller !== null && fax === caller);
  if (contact !== undefined) return `${name} 登録済み(${contact.name || '担当者名なし'})`;
  if (contract !== null) return `${name} この契約に登録なし`;
  return `${name} ${senderOn.length === 0 ? '未登録' : '登録済み'}`;
}

/** A name without an address, or an address without a name, is shown as it is. */
function sender(name: string, address: string): string {
  if (address === '') return name === '' ? '(差出人なし)' : `${name} (アドレスなし)`;
  return name === '' ? `<${address}>` : `${name} <${address}>`;
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
    case 'held':
    case 'review':
    case 'bounce':
    case 'reopened':
    case 'quarantined':
    case 'failed':
    case 'uncertain':
    case 'alarm':
      return event;
    default:
      return 'review';
  }
}

function ackState(letter: OutboxItem): string {
  const at = letter.sentAt ?? (letter.state === 'queued' ? letter.notBefore : null);
  const unknown = letter.state === 'queued' && at === null;
  return [
    at === null ? '' : japaneseDateTime(new Date(at)),
    letter.kind === 'acknowledgement' ? '' : (kinds[letter.kind] ?? letter.kind),
    unknown ? '送信時期未定(次の受付時間が分かりません)' : states[letter.state],
    letter.state === 'cancelled' ? `(${inJapanese(letter.reason)})` : '',
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

function flagsOf(occasion: Occasion): readonly string[] {
  const { item, ticket, message, contract, messages } = occasion;
  const event = item.data['event'];
  // A returned mail says nothing about a customer or a number.
  if (event === 'bounce' || event === 'quarantined') return troubleOf(occasion);
  const why = unanswered[item.data['unanswered'] as Withheld['kind']];
  const facts = message?.facts;
  const known =
    facts?.fax === undefined
      ? contract !== null && registeredContact(contract, facts?.from ?? '') !== null
      : contract?.contacts.some(({ fax }) => fax !== '' && fax === facts.fax?.caller);
  const remarks = message?.facts?.remarks ?? [];
  return [
    ...troubleOf(occasion),
    ...doubtOf(message?.outcome === 'review' ? message.reason : null),
    ...(why === undefined ? [] : [`お客様への自動返信はしていません(${why})`]),
    ...(contract !== null && known !== true
      ? ['差出人はこの契約に登録がありません(本人確認が必要です)']
      : []),
    ...(ticket?.repeatOf != null ? ['3日以内に同じ内容のお問合せがあります(重複?)'] : []),
    ...(ticket?.linkedTo != null ? ['以前の受付に関連する可能性があります'] : []),
    ...(messages.some((one) => one.facts?.encrypted === true)
      ? ['暗号化された添付があります。パスワードは別便の可能性があります']
      : []),
    ...verdictOf(message?.facts?.result ?? null),
    ...remarks.filter((remark) => why === undefined || !remark.startsWith(why)),
  ];
}

/** Why a message of a ticket needs a person (spec 4). */
function doubtOf(reason: string | null): readonly string[] {
  switch (reason) {
    case 'stranger':
      return [
        '当窓口のメールへの返信ですが、差出人はこの受付の関係者ではありません。ご確認のうえ対応してください',
      ];
    case 'other-number':
      return ['この受付とは別のサポートサービス番号が書かれています'];
    case 'rejected-ticket':
      return ['対象外とした受付への返信です'];
    default:
      return [];
  }
}

/** What happened to a letter of ours, or to a mail nobody could read. */
function troubleOf({ item, letters }: Occasion): readonly string[] {
  const said = typeof item.data['reason'] === 'string' ? item.data['reason'] : '';
  const letter = letters.find((one) => one.id === item.data['letter']);
  const named =
    letter === undefined
      ? 'お客様へのメール'
      : `${kinds[letter.kind] ?? letter.kind}(${shownRecipients(faxNumberOf(letter), [letter.to]).join('')} 宛)`;
  const words = said === '' ? [] : [`記録された理由「${said}」`];
  const why = troubleInWords(said);
  const told = [...(why === null ? [] : [why]), ...words, ...(letter === undefined ? [] : whatToDo(letter))];
  const { refused } = item.data;
  switch (item.data['event']) {
    case 'failed':
      // The others have it: nothing is to be sent again to them.
      if (Array.isArray(refused))
        return [
          `${named}は送信しましたが、次の宛先には届いていません: ${refused.join('、')}。この方にはほかの方法でのご連絡をご検討ください`,
          ...words,
        ];
      return [`${named}を送信できませんでした`, ...told];
    case 'uncertain':
      return [`${named}は届いたかどうか分かりません。二重に届くのを避けるため再送していません`, ...told];
    case 'bounce':
      return letter === undefined
        ? ['どのメールに対する不達通知か分かりません。本日の同様の通知は、このほかお知らせしません']
        : [`${named}が不達で戻りました`, ...words];
    case 'alarm':
      return [
        `自動返信が上限(${inJapanese(said)})に達しました。お問合せは受け付けていますが、自動返信は控えています`,
        'メールの往復や番号の推測の可能性があります。1時間以内の同様のお知らせは、このほかお送りしません',
      ];
    case 'quarantined':
      return [unreadable(said), `原本は保存されています(uketsuke quarantine show ${item.receivedId})`];
    default:
      return words;
  }
}

function unreadable(reason: string): string {
  if (reason.startsWith('killed the reader')) return 'メールの読取が繰り返し中断したため、隔離しました';
  if (reason.startsWith('fault of the program'))
    return 'プログラムの不具合により処理できませんでした。管理者にログの確認をご依頼ください';
  return '読み取れる内容がないメールです';
}
