/** Every letter with the facts of a sample, composed and as bytes. */
import { readdirSync, readFileSync } from 'node:fs';
import { simpleParser } from 'mailparser';
import { toBytes } from '../src/outbox/compose.ts';
import { addresseeOf } from '../src/reply/addressee.ts';
import { type DraftInput, draftLetter } from '../src/reply/draft.ts';
import type { FactsOf, LetterFacts } from '../src/reply/facts.ts';
import { composeLetter } from '../src/reply/letter-text.ts';
import { parseTemplates } from '../src/reply/template.ts';
import { STAFF_KINDS } from '../src/ticket/ticket.ts';

export const ROOT = new URL('../', import.meta.url);
export const SOURCES = readdirSync(new URL('templates/', ROOT)).map((fileName) => ({
  fileName,
  text: readFileSync(new URL(`templates/${fileName}`, ROOT), 'utf8'),
}));
export const loaded = parseTemplates(SOURCES);
if (loaded.kind === 'problems') throw new Error(JSON.stringify(loaded.problems));
export const { templates } = loaded;

export const CLOSURE = {
  name: '年末年始休暇',
  from: '2026年12月29日(火)',
  to: '2027年1月4日(月)',
  reopens: '2027年1月5日(火) 9:00',
};
export const FACTS: LetterFacts = {
  ref: 'R-20261218-0001',
  receivedAt: '2026年12月18日(金) 10:15',
  desk: {
    name: 'ChatLuck サポート窓口',
    mail: 'cltech@support.example.jp',
    fax: '03-0000-0001',
    tel: '03-0000-0002',
  },
  closureNotice: null,
  fax: { pages: 2, pagesUnreadable: null, resend: false },
  addressee: addresseeOf(
    {
      company: '(株)髙﨑例示',
      department: '情報システム部',
      name: '山田 太郎',
      email: 'yamada@example.jp',
      fax: '',
      phone: '',
    },
    '',
  ),
  subject: '起動時に「接続できません」と表示される件',
  attachmentsCount: 0,
  numberNotAtStart: false,
  afterHours: 'no',
  nextOpening: null,
  endCustomer: null,
  readNumber: null,
  number: 'CL-1234-5678',
  period: { kind: 'expired', endedOn: '2026年11月30日(月)' },
  renewalDesk: null,
  firstRequestOn: '2026年12月18日(金)',
  closeOn: '2027年1月8日(金)',
  reopenUntil: '2027年2月7日(日)',
  notification: {
    event: 'new',
    channel: 'mail',
    ackState: '2026年12月18日(金) 10:16 送信予定',
    customer: '(株)髙﨑例示',
    number: 'CL-1234-5678',
    numberWhere: '冒頭 2行目「サポート番号：ＣＬ－１２３４－５６７８」',
    period: '2025年12月1日(月) ～ 2026年11月30日(月) 有効',
    customised: true,
    from: '山田 太郎 <yamada@example.jp> 登録済み(担当者)',
    to: ['cltech@support.example.jp'],
    cc: ['suzuki@example.jp', 'tanaka@example.jp'],
    replyTo: 'yamada@example.com',
    authentication: 'none',
    authenticationBy: null,
    flags: ['同じ契約で対応中: R-20261217-0003「ログイン不可」', '暗号化ZIPあり。パスワードは別便の可能性'],
    ownText: 'お世話になっております。\r\n■添付 0件\r\n> 起動しません。{{ ref }}',
    attachments: [
      { name: 'server-log.zip', bytes: 40_055_603, note: '保管のみ' },
      { name: '画面.png', bytes: 900 },
    ],
    attachmentHint: 'uketsuke tickets save R-20261218-0001 ./files',
    answer: {
      leavesAt: '2026年12月18日(金) 10:19',
      to: ['yamada@example.jp'],
      cc: ['suzuki@example.jp', 'tanaka@example.jp'],
    },
  },
  confirmation: {
    leavesAt: '2026年12月21日(月) 9:00',
    notToday: true,
    author: '佐藤 花子',
    to: ['yamada@example.jp'],
    cc: ['suzuki@example.jp', 'tanaka@example.com'],
    template: 'パッチ案内',
    attachments: [{ name: '手順書.pdf', bytes: 1_300_000 }],
    warnings: ['お客様のドメインと異なる宛先: tanaka@example.com'],
    rendered: {
      subject: 'Re: [R-20261218-0001] 起動時に「接続できません」と表示される件',
      body: `お客様\n\n\n$ curl -v https://www.example.jp/${'a'.repeat(60)}\n  {{ ref }}  \n`,
    },
  },
  staffNote: { what: 'note-kept', remarks: [], ownText: '電話待ち。明日10時に確認。' },
  digest: {
    day: '9/24(木)',
    asOf: '8:45',
    counts: { new: 12, followUp: 3, review: 2, held: 4, total: 21 },
    since: '9/18(金) 8:45 以降',
    daysOff: '休業 9/19(土)～9/23(水) をはさむ',
    overdue: { hours: 8, count: 1 },
    acknowledgements: { count: 12, when: '9:00～9:05 に順次' },
    waiting: [
      {
        ref: 'R-20260918-0011',
        state: '★未回答',
        waited: '営業 11時間',
        assignee: '佐藤',
        customer: '例示商事株式会社',
        subject: '[R-20260918-0011] 起動しない',
      },
      {
        ref: 'R-20260919-0002',
        state: '未回答(2通)',
        waited: '営業 0時間',
        assignee: null,
        customer: null,
        subject: `至急!${'サーバーが落ちました。'.repeat(9)}`,
      },
    ],
    review: { fax: 1, mail: 1, form: 0, phone: 1 },
    held: [{ ref: 'R-20260922-0004', from: 'kato@example.jp', subject: '印刷できません' }],
    failed: [{ ref: 'R-20260917-0003', what: '不達', to: 'kato@example.jp' }],
    junk: {
      count: 5,
      first: [
        { ref: 'R-20260918-0012', from: 'ad@promo.example.jp', subject: '無料セミナーのご案内' },
        { ref: '―', from: '―', subject: '' },
      ],
    },
  },
};

export function without<Whole, Key extends keyof Whole>(
  whole: Whole,
  ...keys: readonly Key[]
): Omit<Whole, Key> {
  return Object.fromEntries(
    Object.entries(whole as object).filter(([key]) => !keys.includes(key as Key)),
  ) as Omit<Whole, Key>;
}

export const STAFF_MAIL: readonly string[] = STAFF_KINDS;

export const BYTES = Buffer.from(Array.from({ length: 1_000 }, (_one, at) => at % 256));

/** What is printed for a fax is no mail; see `fax-sheet.test.ts` and `test/fax-answers.test.ts`. */
export type Kind = Exclude<keyof FactsOf, 'fax-acknowledgement'>;
/** NEUTRAL takes its four facts only; the cast stands for a caller who forgot. */
export const compose = (kind: Kind, change: Partial<LetterFacts> = {}) =>
  composeLetter(templates, kind, { ...FACTS, ...change } as never);

export async function bytesOf(
  kind: Kind,
  change: Partial<LetterFacts> = {},
  input: Partial<DraftInput> = {},
) {
  const result = draftLetter({
    kind,
    from: { name: 'ChatLuck サポート窓口', address: 'cltech@support.example.jp' },
    to: ['yamada@example.jp'],
    replyTo: 'cltech+mark@support.example.jp',
    ...compose(kind, change),
    messageId: `<mark.${kind}@support.example.jp>`,
    at: new Date('2026-12-18T01:16:00Z'),
    inReplyTo: '<inquiry@example.jp>',
    references: ['<earlier@example.jp>'],
    ...input,
  });
  if (result.kind === 'refused') throw new Error(result.reason);
  return toBytes(result.draft);
}

/** Decoded headers in their order, a blank line, the decoded body. */
export async function asSeen(bytes: Buffer): Promise<string> {
  const mail = await simpleParser(bytes, { skipTextToHtml: true, skipTextLinks: true });
  const decoded: Record<string, string | undefined> = { from: mail.from?.text, subject: mail.subject };
  const headers = mail.headerLines.map(
    ({ key, line }) =>
      `${line.slice(0, key.length)}: ${
        decoded[key] ??
        line
          .slice(key.length + 1)
          .replace(/\r\n/g, '')
          .trim()
      }`,
  );
  return `${headers.join('\n')}\n\n${mail.text}`;
}

export const LETTERS: readonly [name: string, kind: Kind, change: Partial<LetterFacts>][] = [
  ['acknowledgement', 'acknowledgement', {}],
  [
    'acknowledgement-full',
    'acknowledgement',
    { attachmentsCount: 2, numberNotAtStart: true, endCustomer: '例示工業株式会社', closureNotice: CLOSURE },
  ],
  [
    'acknowledgement-stranger-long-subject',
    'acknowledgement',
    { addressee: 'お客様', subject: `Re: [R-20260101-0001] ${'サーバー移行の件、'.repeat(30)}` },
  ],
  ['acknowledgement-after-hours', 'acknowledgement', { afterHours: 'held' }],
  [
    'acknowledgement-any-hour',
    'acknowledgement',
    { afterHours: 'any-hour', nextOpening: '2026年12月21日(月) 9:00' },
  ],
  ['request-number', 'request-number', {}],
  ['request-number-unknown', 'request-number', { readNumber: 'CL-9999-0000', subject: '' }],
  ['neutral', 'neutral', {}],
  ['neutral-closure', 'neutral', { closureNotice: CLOSURE }],
  ['period-expired', 'period', {}],
  ['period-expired-renewal-desk', 'period', { renewalDesk: '例示販売株式会社 保守契約係 03-0000-0003' }],
  ['period-not-started', 'period', { period: { kind: 'not-started', startsOn: '2027年4月1日(木)' } }],
  ['reminder', 'reminder', {}],
  [
    'closing-notice',
    'closing-notice',
    { desk: { name: 'ChatLuck サポート窓口', mail: 'cltech@support.example.jp' } },
  ],
  [
    'own-signature',
    'closing-notice',
    { desk: { ...FACTS.desk, signature: '-- \n例示ソフト\n03-0000-0009' } },
  ],
  ['notification', 'notification', {}],
  [
    'notification-held-no-answer',
    'notification',
    {
      notification: {
        ...without(FACTS.notification, 'answer', 'attachmentHint'),
        event: 'failed',
        operations: false,
        flags: ['550 5.1.1 User unknown'],
      },
    },
  ],
  ['confirmation', 'confirmation', {}],
  [
    'confirmation-plain',
    'confirmation',
    {
      confirmation: {
        ...FACTS.confirmation,
        leavesAt: null,
        notToday: false,
        cc: [],
        attachments: [],
        warnings: [],
        template: '標準',
      },
    },
  ],
  ['staff-note-kept', 'staff-note', {}],
  [
    'staff-note-refused',
    'staff-note',
    {
      staffNote: {
        what: 'refused',
        remarks: ['1行目の「#解答」は指示にありません。「#回答」のことでしょうか。'],
        ownText: '#解答 パッチ案内\n\n下記の手順でお願いいたします。',
      },
    },
  ],
  [
    'staff-note-done',
    'staff-note',
    {
      staffNote: {
        what: 'done',
        remarks: ['担当を佐藤にしました', '分類「障害」で終了しました'],
        ownText: '',
      },
    },
  ],
  ['digest', 'digest', {}],
  [
    'digest-quiet',
    'digest',
    {
      digest: {
        ...FACTS.digest,
        counts: { new: 0, followUp: 0, review: 0, held: 0, total: 0 },
        since: '9/23(水) 8:45 以降',
        daysOff: null,
        overdue: { hours: 8, count: 0 },
        acknowledgements: { count: 0, when: null },
        waiting: [],
        review: { fax: 0, mail: 0, form: 0, phone: 0 },
        held: [],
        failed: [],
        junk: { count: 0, first: [] },
      },
    },
  ],
  [
    'notification-fax-review-bare',
    'notification',
    {
      subject: '',
      notification: {
        ...FACTS.notification,
        event: 'review',
        channel: 'fax',
        customer: null,
        number: null,
        numberWhere: null,
        period: null,
        customised: false,
        to: [],
        cc: [],
        replyTo: null,
        flags: [],
        ownText: ' ',
        attachments: [],
      },
    },
  ],
];
