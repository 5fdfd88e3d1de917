/**
 * Composes the machine's letters: picks the template, fills its slots (tone). Whatever others wrote is made
 * one clean line, or quoted lines, before it is put in; NEUTRAL is handed four facts and can leak nothing else.
 */
import { cut } from './display-width.ts';
import type { FactsOf, LetterFacts, NeutralFacts, NotificationFacts } from './facts.ts';
import { closureBlock, signatureBlock } from './pieces.ts';
import type { Slots, TemplateName } from './slots.ts';
import { renderTemplate, type Templates } from './template.ts';
import { oneLine, plainLines } from './words.ts';

const NO_SUBJECT = '(件名なし)';
/** Ours in their subject: a letter carries one reference, or the customer answers under the wrong one. */
const REFERENCE_TAG = /[[［] {0,2}R-[0-9]{8}-[0-9]{4,12} {0,2}[\]］] ?/gi;
const OWN_TEXT_CHARACTERS_MAX = 4_000;
const OWN_TEXT_LINES_MAX = 100;
const LIST_CHARACTERS_MAX = 1_000;
const FLAG_CHARACTERS_MAX = 200;
const FILE_NAME_CHARACTERS_MAX = 60;

const EVENTS: Readonly<Record<NotificationFacts['event'], string>> = {
  new: '新規',
  'follow-up': '追信',
  review: '要確認',
  held: '番号なし',
  'out-of-period': '期間外',
  bounce: '不達',
  reopened: '再開',
  repeat: '重複?',
  quarantined: '読取不可',
  failed: '送信失敗',
  uncertain: '送信結果不明',
};
const CHANNELS = { mail: 'メール', fax: 'FAX', form: '問合せページ' } as const;
const AUTHENTICATION = { pass: '合格', fail: '不合格', none: '結果なし(未認証として扱います)' } as const;

/** Subject (one line) and body (laid out, lines end with `\n`) of a letter, as it would leave now. */
export function composeLetter<Kind extends keyof FactsOf>(
  templates: Templates,
  kind: Kind,
  facts: FactsOf[Kind],
): { readonly subject: string; readonly body: string } {
  const name = templateFor(kind, facts);
  const template = templates.get(name);
  if (template === undefined) throw new Error(`template ${name} is not loaded`);
  const slots = { ...commonSlots(facts), ...ownSlots(kind, facts as unknown as LetterFacts) };
  return renderTemplate(template, slots);
}

function templateFor<Kind extends keyof FactsOf>(kind: Kind, facts: FactsOf[Kind]): TemplateName {
  if (kind === 'acknowledgement') {
    const { afterHours } = facts as FactsOf['acknowledgement'];
    return afterHours === 'no'
      ? kind
      : afterHours === 'held'
        ? 'acknowledgement-after-hours'
        : 'acknowledgement-any-hour';
  }
  if (kind === 'period') return `period-${(facts as FactsOf['period']).period.kind}`;
  return kind;
}

function commonSlots(facts: NeutralFacts): Slots {
  return {
    ref: facts.ref,
    received_at: facts.receivedAt,
    desk_name: oneLine(facts.desk.name),
    desk_signature: signatureBlock(facts.desk),
    closure_notice: closureBlock(facts.closureNotice),
  };
}

/** `facts` holds what `FactsOf[kind]` names and is not read beyond that. */
function ownSlots(kind: keyof FactsOf, facts: LetterFacts): Slots {
  if (kind === 'neutral') return {};
  const subject = subjectOf(facts.subject);
  if (kind === 'notification') return { subject, ...notificationSlots(facts.notification) };
  const shared = { subject, addressee: facts.addressee.split('\n').map(oneLine).join('\n') };
  switch (kind) {
    case 'acknowledgement':
      return {
        ...shared,
        attachments_count: facts.attachmentsCount,
        number_not_at_start: facts.numberNotAtStart,
        end_customer: lineOrNull(facts.endCustomer),
        next_opening: lineOrNull(facts.nextOpening),
      };
    case 'request-number':
      return { ...shared, read_number: lineOrNull(facts.readNumber) };
    case 'period':
      return {
        ...shared,
        number: oneLine(facts.number),
        period_end: facts.period.kind === 'expired' ? facts.period.endedOn : null,
        service_from: facts.period.kind === 'not-started' ? facts.period.startsOn : null,
        renewal_desk: lineOrNull(facts.renewalDesk),
      };
    case 'reminder':
      return { ...shared, first_request_on: facts.firstRequestOn, close_on: facts.closeOn };
    case 'closing-notice':
      return { ...shared, reopen_until: facts.reopenUntil };
  }
}

function notificationSlots(facts: NotificationFacts): Slots {
  return {
    event: EVENTS[facts.event],
    channel: CHANNELS[facts.channel],
    ack_state: oneLine(facts.ackState),
    customer: lineOrNull(facts.customer) ?? 'ご登録なし',
    number: lineOrNull(facts.number),
    number_where: lineOrNull(facts.numberWhere),
    period: lineOrNull(facts.period),
    customised: facts.customised,
    from: cut(oneLine(facts.from), FLAG_CHARACTERS_MAX),
    to: cut(facts.to.map(oneLine).join(', '), LIST_CHARACTERS_MAX),
    cc: cut(facts.cc.map(oneLine).join(', '), LIST_CHARACTERS_MAX),
    reply_to: lineOrNull(facts.replyTo),
    authentication: AUTHENTICATION[facts.authentication],
    flags: facts.flags.map((flag) => cut(oneLine(flag), FLAG_CHARACTERS_MAX)),
    own_text: shortened(plainLines(facts.ownText)),
    attachments: facts.attachments.map(attachmentLine),
  };
}

function attachmentLine({ name, bytes, note }: NotificationFacts['attachments'][number]): string {
  const size = bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
  return [cut(oneLine(name), FILE_NAME_CHARACTERS_MAX), size, note ?? '']
    .filter((part) => part !== '')
    .join('  ');
}

function shortened(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '(本文なし)';
  const lines = trimmed.split('\n', OWN_TEXT_LINES_MAX + 1);
  const first = lines.length > OWN_TEXT_LINES_MAX ? lines.slice(0, -1).join('\n') + '\n…' : trimmed;
  return cut(first, OWN_TEXT_CHARACTERS_MAX);
}

function subjectOf(text: string): string {
  const subject = oneLine(text).replace(REFERENCE_TAG, '').trim();
  return subject === '' ? NO_SUBJECT : subject;
}

/** A slot that is tested with `if`: liquid holds empty text for true, null for false. */
function lineOrNull(text: string | null): string | null {
  const line = text === null ? '' : oneLine(text);
  return line === '' ? null : line;
}
