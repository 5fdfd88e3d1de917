/** Slots of the mail to staff: dense, bounded, and with everything others wrote quoted or on one line (tone 9). */
import { cut, displayWidth } from './display-width.ts';
import { LINE_COLUMNS_MAX, verbatim } from './layout.ts';
import type { Slots } from './slots.ts';
import type {
  ConfirmationFacts,
  DigestFacts,
  FileFacts,
  NotificationFacts,
  StaffNoteFacts,
} from './staff-facts.ts';
import { bareSubject } from './subject.ts';
import { lineOrNull, oneLine, plainLines } from './words.ts';

const OWN_TEXT_CHARACTERS_MAX = 4_000;
const OWN_TEXT_LINES_MAX = 100;
const LIST_CHARACTERS_MAX = 1_000;
const FLAG_CHARACTERS_MAX = 200;
const FILE_NAME_CHARACTERS_MAX = 60;
const CUSTOMER_CHARACTERS_MAX = 15;
const ROWS_MAX = 50;

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
  alarm: '自動返信停止',
};
const CHANNELS = { mail: 'メール', fax: 'FAX', form: '問合せページ', phone: '電話' } as const;
const AUTHENTICATION = { pass: '合格', fail: '不合格', none: '結果なし(未認証として扱います)' } as const;
const NOTES: Readonly<Record<StaffNoteFacts['what'], readonly [label: string, headline: string]>> = {
  'note-kept': ['社内メモ', '社内メモとして記録しました(送信していません)'],
  refused: ['差し戻し', '処理できませんでした(何も送信していません)'],
  done: ['処理済み', '処理しました(お客様には送信していません)'],
  held: ['保留', '回答を保留しました(送信していません)'],
  cancelled: ['取消', '回答を取り消しました(送信していません)'],
  'too-late': ['取消不可', '取り消せませんでした(すでに送信しています)'],
};
/** After these the author may want to write again, and needs to know how. */
const WITH_OPERATIONS: readonly StaffNoteFacts['what'][] = ['note-kept', 'refused', 'held'];
const UNKNOWN_TIME = '未定(営業日が未登録です)';

export function notificationSlots(facts: NotificationFacts): Slots {
  const { answer } = facts;
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
    to: listed(facts.to),
    cc: listed(facts.cc),
    reply_to: lineOrNull(facts.replyTo),
    authentication:
      AUTHENTICATION[facts.authentication] +
      (facts.authenticationBy === null ? '' : `(${oneLine(facts.authenticationBy)})`),
    flags: facts.flags.map(remark),
    own_text: shortened(facts.ownText),
    attachments: facts.attachments.map(fileLine),
    attachment_hint: lineOrNull(facts.attachmentHint ?? null),
    answer_leaves_at: answer === undefined ? null : (lineOrNull(answer.leavesAt) ?? UNKNOWN_TIME),
    answer_to: listed(answer?.to ?? []),
    answer_cc: listed(answer?.cc ?? []),
    operations: facts.operations ?? true,
  };
}

export function confirmationSlots(facts: ConfirmationFacts): Slots {
  return {
    leaves_at: lineOrNull(facts.leavesAt),
    not_today: facts.notToday,
    author: oneLine(facts.author),
    to: listed(facts.to),
    cc: listed(facts.cc),
    template: oneLine(facts.template),
    attachments: facts.attachments.map(fileLine),
    warnings: facts.warnings.map(remark),
    rendered_subject: oneLine(facts.rendered.subject),
    rendered: verbatim(plainLines(facts.rendered.body).trimEnd()),
  };
}

export function staffNoteSlots({ what, remarks, ownText }: StaffNoteFacts): Slots {
  const [label, headline] = NOTES[what];
  return {
    label,
    headline,
    remarks: remarks.map(remark),
    own_text: ownText.trim() === '' ? null : shortened(ownText),
    operations: WITH_OPERATIONS.includes(what),
  };
}

export function digestSlots(facts: DigestFacts): Slots {
  const { counts, acknowledgements, review, overdue, held, junk } = facts;
  return {
    day: oneLine(facts.day),
    as_of: oneLine(facts.asOf),
    count_new: counts.new,
    count_follow_up: counts.followUp,
    count_review: counts.review,
    count_held: counts.held,
    count_total: counts.total,
    since: oneLine(facts.since),
    days_off: lineOrNull(facts.daysOff),
    count_acknowledgements: acknowledgements.count,
    acknowledgements_when: lineOrNull(acknowledgements.when),
    waiting: rows(
      facts.waiting.map(({ ref, state, waited, assignee }) => [
        ref,
        state,
        waited,
        lineOrNull(assignee) ?? '―',
      ]),
      facts.waiting.map(({ customer, subject }) => {
        return `${cut(lineOrNull(customer) ?? 'ご登録なし', CUSTOMER_CHARACTERS_MAX)} / ${bareSubject(subject)}`;
      }),
    ),
    failed: rows(facts.failed.map(({ ref, what, to }) => [ref, what, to])),
    overdue_hours: overdue.hours,
    overdue_count: overdue.count,
    review_fax: review.fax,
    review_mail: review.mail,
    review_form: review.form,
    review_phone: review.phone,
    held_rows: listedMails(held),
    junk: junk.count,
    junk_rows: listedMails(junk.first),
  };
}

function listedMails(mails: DigestFacts['held']): readonly string[] {
  return rows(
    mails.map(({ ref, from }) => [ref, from]),
    mails.map(({ subject }) => bareSubject(subject)),
  );
}

/** Rows in columns that stand under one another, each with a line below it; nothing wider than a line. */
function rows(table: readonly (readonly string[])[], below: readonly string[] = []): readonly string[] {
  const shown = table.slice(0, ROWS_MAX).map((cells) => cells.map(oneLine));
  const widths = (shown[0] ?? []).map((_cell, at) =>
    Math.max(...shown.map((cells) => displayWidth(cells[at] ?? ''))),
  );
  const lines = shown.flatMap((cells, row) => {
    const padded = cells.map((cell, at) => cell + ' '.repeat(widths[at]! - displayWidth(cell)));
    const under = below[row] === undefined ? [] : [`    ${oneLine(below[row])}`];
    return [`  ${padded.join('  ')}`.trimEnd(), ...under].map((line) => cutColumns(line, LINE_COLUMNS_MAX));
  });
  return table.length > ROWS_MAX ? [...lines, `  ほか ${table.length - ROWS_MAX}件`] : lines;
}

/** Cut to so many columns; … takes two of them. */
function cutColumns(text: string, columns: number): string {
  for (let count = columns; count > 0; count--) {
    const shorter = cut(text, count);
    if (displayWidth(shorter) <= columns) return shorter;
  }
  return '';
}

function fileLine({ name, bytes, note }: FileFacts): string {
  const size = bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
  return [cut(oneLine(name), FILE_NAME_CHARACTERS_MAX), size, note ?? '']
    .filter((part) => part !== '')
    .join('  ');
}

function listed(addresses: readonly string[]): string {
  return cut(addresses.map(oneLine).join(', '), LIST_CHARACTERS_MAX);
}

function remark(text: string): string {
  return cut(oneLine(text), FLAG_CHARACTERS_MAX);
}

function shortened(text: string): string {
  const trimmed = plainLines(text).trim();
  if (trimmed === '') return '(本文なし)';
  const lines = trimmed.split('\n', OWN_TEXT_LINES_MAX + 1);
  const first = lines.length > OWN_TEXT_LINES_MAX ? lines.slice(0, -1).join('\n') + '\n…' : trimmed;
  return cut(first, OWN_TEXT_CHARACTERS_MAX);
}
