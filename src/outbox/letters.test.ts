/** Every letter as its recipient sees it, compared with `fixtures/letters/NAME.txt`. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { simpleParser } from 'mailparser';
import { describe, expect, it, test } from 'vitest';
import { addresseeOf } from '../reply/addressee.ts';
import { composeAnswer } from '../reply/answer.ts';
import { displayWidth } from '../reply/display-width.ts';
import { type DraftInput, draftLetter } from '../reply/draft.ts';
import type { FactsOf, LetterFacts } from '../reply/facts.ts';
import { composeLetter } from '../reply/letter-text.ts';
import { parseTemplates } from '../reply/template.ts';
import { STAFF_KINDS } from '../ticket/ticket.ts';
import { toBytes } from './compose.ts';

const ROOT = new URL('../../', import.meta.url);
const SOURCES = readdirSync(new URL('templates/', ROOT)).map((fileName) => ({
  fileName,
  text: readFileSync(new URL(`templates/${fileName}`, ROOT), 'utf8'),
}));
const loaded = parseTemplates(SOURCES);
if (loaded.kind === 'problems') throw new Error(JSON.stringify(loaded.problems));
const { templates } = loaded;

const CLOSURE = {
  name: '年末年始休暇',
  from: '2026年12月29日(火)',
  to: '2027年1月4日(月)',
  reopens: '2027年1月5日(火) 9:00',
};
const FACTS: LetterFacts = {
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

function without<Whole, Key extends keyof Whole>(whole: Whole, ...keys: readonly Key[]): Omit<Whole, Key> {
  return Object.fromEntries(
    Object.entries(whole as object).filter(([key]) => !keys.includes(key as Key)),
  ) as Omit<Whole, Key>;
}

const STAFF_MAIL: readonly string[] = STAFF_KINDS;

const BYTES = Buffer.from(Array.from({ length: 1_000 }, (_one, at) => at % 256));

/** What is printed for a fax is no mail; see `fax-sheet.test.ts` and `test/fax-answers.test.ts`. */
type Kind = Exclude<keyof FactsOf, 'fax-acknowledgement'>;
/** NEUTRAL takes its four facts only; the cast stands for a caller who forgot. */
const compose = (kind: Kind, change: Partial<LetterFacts> = {}) =>
  composeLetter(templates, kind, { ...FACTS, ...change } as never);

async function bytesOf(kind: Kind, change: Partial<LetterFacts> = {}, input: Partial<DraftInput> = {}) {
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
async function asSeen(bytes: Buffer): Promise<string> {
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

const LETTERS: readonly [name: string, kind: Kind, change: Partial<LetterFacts>][] = [
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

describe('letters', () => {
  test.each(LETTERS)('%s', async (name, kind, change) => {
    const seen = await asSeen(await bytesOf(kind, change));
    const expectedFile = new URL(`fixtures/letters/${name}.txt`, ROOT);
    const gotFile = new URL(`fixtures/letters/${name}.got`, ROOT);
    const expected = existsSync(expectedFile) ? readFileSync(expectedFile, 'utf8') : '';
    if (seen === expected) rmSync(gotFile, { force: true });
    else writeFileSync(gotFile, seen);
    expect(seen).toBe(expected);
  });

  test.each(LETTERS)('%s keeps to the house rules', (_name, kind, change) => {
    const { body, subject } = compose(kind, change);
    // What customers will read is shown to its author as it is.
    const own = kind === 'confirmation' ? body.slice(0, body.indexOf(' お客様に届く文面')) : body;
    for (const line of own.split('\n')) {
      expect(displayWidth(line), line).toBeLessThanOrEqual(70);
      expect(line).not.toMatch(/[ \t]$|受付番号.*サポートサービス番号|サポートサービス番号.*受付番号/);
    }
    expect(own).not.toMatch(/\n\n\n|お問い合わせ|返信できません|^\n/);
    if (kind !== 'digest') expect(subject).toContain(`[${FACTS.ref}]`);
    expect(subject.match(/R-\d{8}-\d{4}/g) ?? []).toHaveLength(kind === 'digest' ? 0 : 1);
    if (!STAFF_MAIL.includes(kind)) expect(body).toMatch(/ご返信.*本メールは自動送信です/s);
  });

  it('uses no 機種依存文字 in its own words', () => {
    for (const { fileName, text } of SOURCES) {
      expect(text, fileName).not.toMatch(/[①-⓿㈠-㋿㌀-㏿℡№Ⅰ-ⅿ｡-ﾟ\ue000-\uf8ff]/u);
      for (const line of text.slice(text.indexOf('\n---\n')).split('\n'))
        expect(displayWidth(line.replace(/\{[{%].*?[%}]\}/g, '')), line).toBeLessThanOrEqual(70);
    }
  });
});

describe('NEUTRAL', () => {
  it('is the same bytes whatever is known', async () => {
    const secret = '秘密商事株式会社';
    const other: Partial<LetterFacts> = {
      addressee: secret,
      subject: secret,
      number: 'CL-0000-0001',
      readNumber: 'CL-0000-0002',
      endCustomer: secret,
      renewalDesk: secret,
      attachmentsCount: 9,
      afterHours: 'held',
      notification: { ...FACTS.notification, customer: secret },
    };
    expect((await bytesOf('neutral', other)).equals(await bytesOf('neutral'))).toBe(true);
  });

  it('is written from its four facts alone', () => {
    const { ref, receivedAt, desk, closureNotice } = FACTS;
    expect(composeLetter(templates, 'neutral', { ref, receivedAt, desk, closureNotice })).toEqual(
      compose('neutral'),
    );
  });

  it('does not compile with more than its four facts', () => {
    // @ts-expect-error a whole LetterFacts must not be handed to NEUTRAL
    expect(composeLetter(templates, 'neutral', FACTS).body).not.toContain(FACTS.subject);
  });
});

describe('bytes', () => {
  test.each([
    ['CRLF', 'a\r\nBcc: evil@example.com\r\n\r\nbody'],
    ['a template', '{{ ref }}{{ticket}}{% include "x" %}'],
    ['U+2028 and NUL', 'a\u2028Bcc: b\u0000\u0085c'],
    ['10,000 characters', 'あ'.repeat(10_000)],
    ['10,000 letters', 'a'.repeat(10_000)],
    ['emoji', '👨‍👩‍👧'.repeat(60)],
    ['direction marks', 'x\u202egpj.exe\u2066'],
    ['half a pair', 'x\ud83d'],
    ['encoded words', '=?UTF-8?B?DQpCY2M6IGV2aWw=?='],
  ])('hold no injected line for a subject of %s', async (_what, subject) => {
    for (const kind of ['acknowledgement', 'request-number', 'notification'] as const) {
      const bytes = await bytesOf(kind, { subject });
      const text = bytes.toString('latin1');
      expect(text).not.toMatch(/[^\r]\n|\r[^\n]|[^\t\r\n -~]/);
      const head = text.slice(0, text.indexOf('\r\n\r\n'));
      for (const line of head.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
      expect(head.split(/\r\n(?! )/).map((line) => line.slice(0, line.indexOf(':')))).toEqual([
        'Content-Transfer-Encoding',
        'In-Reply-To',
        'References',
        'Auto-Submitted',
        'X-Auto-Response-Suppress',
        'From',
        'To',
        'Reply-To',
        'Subject',
        'Message-ID',
        'Date',
        'MIME-Version',
        'Content-Type',
      ]);
      const mail = await simpleParser(bytes);
      expect(mail.subject).toBe(compose(kind, { subject }).subject);
      expect(mail.text).toBe(compose(kind, { subject }).body);
      expect(mail.subject).not.toMatch(/[\u0000-\u001f\u2028\u202e\u2066]/);
    }
  });

  it('repeat what looks like a template unchanged', () => {
    const { subject, body } = compose('acknowledgement', { subject: '{{ticket}} $' + '{x} <%= y %>' });
    expect(subject).toContain('{{ticket}} $' + '{x} <%= y %>');
    expect(body).toContain('{{ticket}} $' + '{x} <%= y %>');
  });

  it('are the same for the same draft, and their date and Message-ID are as given', async () => {
    const bytes = await bytesOf('acknowledgement');
    expect(bytes.equals(await bytesOf('acknowledgement'))).toBe(true);
    expect(bytes.toString()).toContain(
      '\r\nMessage-ID: <mark.acknowledgement@support.example.jp>\r\nDate: Fri, 18 Dec 2026 10:16:00 +0900\r\n',
    );
    expect(bytes.toString()).not.toMatch(/X-Mailer|Bcc/i);
  });

  it('are made of what is given and of no file or address that data names (threat 43)', async () => {
    const given = { name: 'a.txt', type: 'text/plain', bytes: BYTES };
    for (const named of [
      { path: '/etc/hostname' },
      { href: 'http://127.0.0.1:9/' },
      { raw: { path: '/etc/hostname' } },
    ]) {
      const attachments = [{ ...given, ...named }];
      const bytes = await bytesOf('notification', {}, { kind: 'answer', attachments });
      const [file] = (await simpleParser(bytes)).attachments;
      expect(file?.content.equals(BYTES)).toBe(true);
    }
  });

  it('keep the letter in a confirmation as the customer will read it', () => {
    const { body } = FACTS.confirmation.rendered;
    expect(compose('confirmation').body.endsWith(`\n\n${body.trimEnd()}\n`)).toBe(true);
  });

  it('carry files whose names and types open nothing, the same bytes each time', async () => {
    const attachments = [
      {
        name: 'サーバー\r\nBcc: evil@example.com/../\u202e手順書"; x=".pdf',
        type: 'application/pdf',
        bytes: BYTES,
      },
      { name: `${'長い名前の'.repeat(30)}.xlsx`, type: 'text/html\r\nX: y', bytes: BYTES },
      { name: 'mail.eml', type: 'message/rfc822', bytes: Buffer.from('Bcc: evil@example.com\r\n\r\n') },
    ];
    const make = () =>
      bytesOf(
        'notification',
        {},
        { kind: 'answer', cc: ['suzuki@example.jp', 'kato@example.jp'], attachments },
      );
    const bytes = await make();
    expect(bytes.equals(await make())).toBe(true);
    const text = bytes.toString('latin1');
    expect(text).not.toMatch(/[^\r]\n|\r[^\n]|[^\t\r\n -~]|^(?:Bcc|X):|^Auto-Submitted|^X-Auto/im);
    for (const line of text.split('\r\n')) expect(line.length).toBeLessThanOrEqual(250);
    const mail = await simpleParser(bytes);
    expect(mail.text).toBe(compose('notification').body);
    expect([mail.cc].flat().map((one) => one?.text)).toEqual(['suzuki@example.jp, kato@example.jp']);
    expect(mail.attachments.map(({ filename }) => filename)).toEqual([
      '手順書_; x=_.pdf',
      `${'長い名前の'.repeat(19)}.xlsx`,
      'mail.eml',
    ]);
    // mailparser guesses a type from the name; what stands in the bytes is asserted.
    const types = Array.from(text.matchAll(/^Content-Type: ([^;\r]+)/gim), (match) => match[1]);
    expect(types.slice(-3)).toEqual([
      'application/pdf',
      'application/octet-stream',
      'application/octet-stream',
    ]);
    expect(mail.attachments[0]?.content.equals(BYTES)).toBe(true);
    expect(mail.attachments[2]?.content.toString()).toBe('Bcc: evil@example.com\r\n\r\n');
  });

  it('of an answer hold no line, header or recipient that a customer or a slip put there', async () => {
    const hostile = 'a\r\nBcc: evil@example.com\r\n\r\n.\r\n{{ desk_signature }}\u2028\u0000\u202e';
    const answer = composeAnswer(templates, 'パッチ', {
      ...FACTS,
      addressee: hostile,
      subject: hostile,
      question: hostile,
      endCustomer: hostile,
      staff: { name: hostile, signature: null },
      text: hostile,
      settings: { patch: hostile },
      answeredOn: null,
    });
    if (answer.kind === 'problems') throw new Error(answer.problems[0]?.text);
    const bytes = await bytesOf('notification', {}, { ...answer, kind: 'answer', cc: ['suzuki@example.jp'] });
    const head = bytes.toString('latin1').split('\r\n\r\n')[0] ?? '';
    expect(head.split(/\r\n(?! )/).map((line) => line.slice(0, line.indexOf(':')))).toEqual([
      'Content-Transfer-Encoding',
      'In-Reply-To',
      'References',
      'From',
      'To',
      'Cc',
      'Reply-To',
      'Subject',
      'Message-ID',
      'Date',
      'MIME-Version',
      'Content-Type',
    ]);
    const mail = await simpleParser(bytes);
    expect(mail.subject).toBe('Re: [R-20261218-0001] a Bcc: evil@example.com . {{ desk_signature }}');
    expect(mail.text).toBe(answer.body);
    expect(mail.text).not.toMatch(/[\u0000\u2028\u202e]/);
    expect(mail.text).toContain('\n  パッチ: a Bcc: evil@example.com . {{ desk_signature }}\n');
    expect(mail.text).toContain('\n> a\n> Bcc: evil@example.com\n>\n> .\n> {{ desk_signature }}\n');
  });

  it('are base64 of CRLF lines, plain ASCII too', async () => {
    const text = (await bytesOf('neutral', {}, { subject: 'a', body: 'a\n.\nFrom b\r\n\r\n' })).toString();
    expect(text).toMatch(/^Content-Transfer-Encoding: base64\r\n/m);
    expect(Buffer.from(text.split('\r\n\r\n')[1] ?? '', 'base64').toString()).toBe(
      'a\r\n.\r\nFrom b\r\n\r\n',
    );
  });

  it('quote a customer’s text in the notification, so that it cannot pass for ours', () => {
    const { body } = compose('notification');
    expect(body).toContain('\n> お世話になっております。\n> ■添付 0件\n> > 起動しません。{{ ref }}\n');
  });

  it('bound a customer’s text in the notification', () => {
    const ownText = 'あ\n'.repeat(1_000_000);
    expect(
      compose('notification', { notification: { ...FACTS.notification, ownText } }).body.length,
    ).toBeLessThan(5_000);
  });
});
