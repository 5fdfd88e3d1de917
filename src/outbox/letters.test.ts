/** Every letter as its recipient sees it, compared with `fixtures/letters/NAME.txt`. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { simpleParser } from 'mailparser';
import { describe, expect, it, test } from 'vitest';
import {
  asSeen,
  BYTES,
  bytesOf,
  compose,
  FACTS,
  LETTERS,
  ROOT,
  SOURCES,
  STAFF_MAIL,
  templates,
} from '../../test/letter-samples.ts';
import { composeAnswer } from '../reply/answer.ts';
import { displayWidth } from '../reply/display-width.ts';
import type { LetterFacts } from '../reply/facts.ts';
import { composeLetter } from '../reply/letter-text.ts';

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
