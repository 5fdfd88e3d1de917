import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { answered, bodyOf, CLOSURE, count, DESK, FACTS, problems } from '../../test/answer-samples.ts';
import type { AnswerFacts } from './answer.ts';
import { displayWidth } from './display-width.ts';

describe('answers as their recipients see them', () => {
  const letters = new URL('../../fixtures/letters/', import.meta.url);
  test.each<[string, string | null, Partial<AnswerFacts>]>([
    [
      'answer',
      null,
      {
        text: '設定ファイルをご確認ください。\n\n  $ systemctl status chatluck\n\n状態が「停止」の場合は、再起動をお願いいたします。',
      },
    ],
    [
      'answer-full',
      null,
      {
        closureNotice: CLOSURE,
        endCustomer: '例示工業株式会社',
        addressee: 'お客様',
        subject: 'Re: [R-20200101-0001] 至急',
      },
    ],
    [
      'answer-own-words',
      null,
      {
        text: '例示商事\n山田様\n\nお世話になっております。サポート窓口の佐藤です。\n先日はありがとうございました。\n\n設定をご確認ください。\n何卒よろしくお願いいたします。',
      },
    ],
    [
      'answer-question',
      '質問',
      { text: '1. ご利用のバージョンをお知らせください。\n2. エラーの表示された時刻をお知らせください。' },
    ],
    [
      'answer-version-up',
      'バージョンアップ',
      { settings: { version: '6.1' }, text: '手順書を添付いたします。' },
    ],
    [
      'answer-patch',
      'パッチ',
      { settings: { patch: '2026.11-p1', url: 'https://www.example.jp/patch/' }, text: '' },
    ],
    ['answer-migration', 'データ移行', { text: '移行の手順を添付いたします。' }],
    ['answer-licence-key', 'ライセンスキー', { text: '' }],
    [
      'answer-out-of-scope',
      '対象外',
      { text: '他社製品の設定につきましては、製品の提供元へお問合せください。' },
    ],
    ['answer-period', '期間', { settings: { period_end: '2026年11月30日(月)' }, text: '' }],
    [
      'answer-period-renewal-desk',
      '期間',
      {
        settings: { period_end: '2026年11月30日(月)', renewal_desk: '例示販売株式会社 03-0000-0003' },
        text: '更新の書類を添付いたします。',
      },
    ],
    ['answer-closing', '完了', { answeredOn: '2026年12月4日(金)', text: '' }],
    ['answer-closing-with-text', '完了', { text: '設定の件は、次のバージョンで改善いたします。' }],
  ])('%s', (file, name, change) => {
    const { subject, body } = answered({ desk: DESK, ...change }, name);
    const seen = `Subject: ${subject}\n\n${body}`;
    const expected = new URL(`${file}.txt`, letters);
    const got = new URL(`${file}.got`, letters);
    const before = existsSync(expected) ? readFileSync(expected, 'utf8') : '';
    if (seen === before) rmSync(got, { force: true });
    else writeFileSync(got, seen);
    expect(seen).toBe(before);
    for (const line of body.split('\n')) {
      expect(displayWidth(line), line).toBeLessThanOrEqual(70);
      expect(line).not.toMatch(/[ \t]$|受付番号.*サポートサービス番号/);
    }
    expect(body).not.toMatch(/\n\n\n|お問い合わせ|返信できません|自動送信|^\n/);
    expect(subject.match(/R-\d{8}-\d{4}/g)).toEqual([FACTS.ref]);
  });
});

describe('the subject', () => {
  test.each([
    ['起動しない', 'Re: [R-20261218-0001] 起動しない'],
    ['Re: 起動しない', 'Re: [R-20261218-0001] 起動しない'],
    ['RE: Re[2]: FW: 返信: 起動しない', 'Re: [R-20261218-0001] 起動しない'],
    ['Ｒｅ：起動しない', 'Re: [R-20261218-0001] 起動しない'],
    ['Re: [R-20261218-0001] Re: 起動しない', 'Re: [R-20261218-0001] 起動しない'],
    ['[R-20200101-0009] 【Ｒ－２０２０－】起動しない', 'Re: [R-20261218-0001] 【Ｒ－２０２０－】起動しない'],
    ['Re: ［Ｒ－２０２００１０１－０００９］起動しない', 'Re: [R-20261218-0001] 起動しない'],
    ['', 'Re: [R-20261218-0001] (件名なし)'],
    ['Re: Re:', 'Re: [R-20261218-0001] (件名なし)'],
    ['Regarding: x', 'Re: [R-20261218-0001] Regarding: x'],
    ['a\r\nBcc: evil@example.com\u2028b\u0000', 'Re: [R-20261218-0001] a Bcc: evil@example.com b'],
    ['{{ desk_signature }}', 'Re: [R-20261218-0001] {{ desk_signature }}'],
  ])('%j', (subject, expected) => expect(answered({ subject }).subject).toBe(expected));
});

describe('the frame', () => {
  it('says nothing twice that the author has typed', () => {
    const body = bodyOf(
      '例示商事株式会社\n山田様\n\nいつもお世話になっております。\nサポート窓口の佐藤です。\n\nお問合せの件につきまして、ご回答いたします。\n\n設定をご確認ください。\n\nご不明な点がございましたらご返信ください。\n以上、よろしくお願いいたします。\n',
    );
    expect(
      body.startsWith(
        '例示商事株式会社\n山田様\n\nいつもお世話になっております。\nサポート窓口の佐藤です。\n\nお問合せの件',
      ),
    ).toBe(true);
    expect(count(body, 'お世話になっております')).toBe(1);
    expect(count(body, /様$/m)).toBe(1);
    expect(count(body, '佐藤です')).toBe(1);
    expect(count(body, 'ご回答いたします')).toBe(1);
    expect(count(body, 'ご不明な点')).toBe(1);
    expect(count(body, 'よろしくお願い')).toBe(1);
  });

  it('greets, introduces and closes for an author who did not', () => {
    const { body } = answered();
    expect(
      body.startsWith(
        '例示商事株式会社\n山田 太郎 様\n\nいつもお世話になっております。\nChatLuck サポート窓口の佐藤です。\n\nお問合せいただいた件につきまして、下記のとおりご回答いたします。\n\n設定をご確認ください。\n\nご不明な点が',
      ),
    ).toBe(true);
    expect(body).toContain('よろしくお願いいたします。\n\n――');
    expect(body).toContain('\n担当: 佐藤\n');
    expect(body).not.toContain('花子');
  });

  test.each([
    ['山田様', '山田様、\n本文です。', /^山田様、\n\nいつもお世話になっております。\n/],
    ['御中', '例示商事\n情報システム部 御中\n\n本文です。', /^例示商事\n情報システム部 御中\n\nいつも/],
    ['各位', 'ご担当者各位\n\n本文です。', /^ご担当者各位\n\nいつも/],
    [
      'an opening alone',
      '平素よりお世話になっております。\n本文です。',
      /^例示商事株式会社\n山田 太郎 様\n\n平素よりお世話になっております。\nChatLuck サポート窓口の佐藤です。\n\nお問合せ/,
    ],
    [
      'an opening with a name',
      'お世話になっております。佐藤です。\n本文です。',
      /様\n\nお世話になっております。佐藤です。\n\nお問合せ/,
    ],
    [
      'a name alone',
      'サポート窓口の佐藤です。\n\n本文です。',
      /様\n\nいつもお世話になっております。\nサポート窓口の佐藤です。\n\nお問合せ/,
    ],
    ['a sentence about お客様', '設定の変更はお客様のサーバーで行います。', /^例示商事株式会社\n/],
    ['様 in the fifth line', '一\n二\n三\n四\n山田様\n', /^例示商事株式会社\n/],
    [
      '様 at the end of a sentence that runs on',
      '先日お電話をいただきました件です。\n山田様\n本文',
      /^例示商事株式会社\n/,
    ],
    [
      'ありがとうございます within an answer',
      '設定は次のとおりです。\nいつもありがとうございます。',
      /いたします。\n\n設定は/,
    ],
  ])('knows %s', (_what, text, expected) => expect(bodyOf(text)).toMatch(expected));

  it('adds no signature under the author’s own', () => {
    const body = bodyOf('設定をご確認ください。\n\n-- \nChatLuck サポート窓口 佐藤\nTEL 03-0000-0002');
    expect(body).not.toContain('E-mail:');
    expect(body).not.toContain('ご不明な点');
    expect(body).toContain('TEL 03-0000-0002\n\n----- お客様からのお問合せ');
  });

  it('takes a staff member’s own signature for the desk’s', () => {
    const { body } = answered({ staff: { name: '佐藤', signature: '-- \r\n佐藤\r\n{{ ref }}' } });
    expect(body).toContain('\n--\n佐藤\n{{ ref }}\n');
    expect(body).not.toContain('E-mail:');
  });

  it('names the end customer once when a distributor asks', () => {
    expect(count(answered({ endCustomer: '例示工業' }).body, '対象のお客様: 例示工業')).toBe(1);
  });

  it('lets the author set its opening and closing words', () => {
    const { body } = answered({
      settings: { answer_intro: '調査が終わりました。', closing_line: '以上です。' },
    });
    expect(body).toContain('\n調査が終わりました。\n');
    expect(body).toContain('\n以上です。\n');
    expect(body).not.toMatch(/ご回答いたします|よろしくお願い/);
  });
});

describe('the author’s words', () => {
  test.each([
    [
      'a command',
      `$ mysqldump --single-transaction --user=chatluck --password chatluck_${'a'.repeat(40)} > backup.sql`,
    ],
    [
      'a log line',
      `2026-12-18 10:15:03,123 ERROR [main] 接続できません host=192.0.2.1 port=5432 ${'状態'.repeat(20)}`,
    ],
    ['a URL', `https://www.example.jp/download/patch?version=2026.11&lang=ja&${'x'.repeat(60)}`],
    [
      'a URL in prose',
      `詳しくは下記のページをご覧いただき、手順のとおりに操作してください https://www.example.jp/a/b/c です`,
    ],
    [
      'a Windows path in prose',
      `設定ファイルは C:\\Program Files\\ChatLuck\\conf\\server.conf にありますので、こちらを編集してください`,
    ],
    [
      'a Unix path in prose',
      `設定ファイルは /etc/chatluck/server.conf にありますので、こちらを編集したのちに再起動してください`,
    ],
    [
      'a table',
      `項目            設定値                                  備考                  既定値から変更してください`,
    ],
    ['a tab', `項目\t${'設定値'.repeat(20)}`],
    [
      'a list of settings',
      '設定 max_connections 200 shared_buffers 4096 work_mem 64 wal_level 1 fsync on port 5432',
    ],
    ['indented text', `    ${'設定'.repeat(40)}`],
    ['trailing spaces', '設定  '],
    [
      'an assignment',
      `設定ファイルに次の行を追加します: session.timeout=3600 のように書き、保存してから再起動してください`,
    ],
  ])('keep %s byte for byte', (_what, line) => {
    expect(bodyOf(`次の行です。\n${line}\n以上です。`).split('\n')).toContain(line);
  });

  it('are wrapped where they are long Japanese prose', () => {
    const prose = 'サーバーを再起動すると、設定が反映されます。'.repeat(5);
    const body = bodyOf(`${prose}\n次の行`);
    expect(body).not.toContain(prose);
    expect(body.replace(/\n/g, '')).toContain(prose);
  });

  it('keep their blank lines', () => {
    expect(bodyOf('一\n\n\n\n二')).toContain('\n一\n\n\n\n二\n');
  });

  it('are data: what looks like a template, a directive or front matter stays text', () => {
    const hostile = '{{ desk_signature }} {% if x %} $' + '{x} <%= y %>\n#取消\n---\nname: x';
    expect(bodyOf(`一\n${hostile}`)).toContain(`\n${hostile}\n`);
  });

  it('never carry our mail to staff to a customer', () => {
    const quoted = '了解です。\n\n■本文(お客様が今回書いた部分)\n> 起動しません。';
    expect(problems({ text: quoted })).toEqual([expect.stringMatching(/^internal: /)]);
    expect(
      problems({ text: '対応します。\n【操作】このメールに返信し、先頭の行に書いてください。' }),
    ).toHaveLength(1);
    expect(problems({ text: 'a\n――――――――――― お客様に届く文面 ―――――――――――\nb' })).toHaveLength(1);
  });

  it('reach the customer whole, whatever they are', () => {
    const line = fc.constantFrom(
      '一',
      '',
      'お客様',
      '山田様',
      'お世話になっております。',
      '佐藤です。',
      '$ ls  -l',
      '> 引用',
      '-- ',
      'よろしくお願いいたします。',
      '  x',
      '■',
      '{{ ref }}',
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
        const text = lines.join('\n').trim();
        fc.pre(text !== '');
        const body = bodyOf(text);
        let at = 0;
        for (const one of text.split('\n').filter((part) => part.trim() !== '')) {
          at = body.indexOf(one.trim(), at);
          expect(at, `${one} of ${JSON.stringify(text)} in ${body}`).toBeGreaterThanOrEqual(0);
          at += one.trim().length;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the quotation', () => {
  it('stands once, below the signature, and is never wrapped', () => {
    const long = 'あ'.repeat(100);
    const { body } = answered({ question: `一\r\n\r\n${long}\n{{ ref }}\n-- \n` });
    expect(
      body.endsWith(
        `----- お客様からのお問合せ(2026年12月18日(金) 10:15) -----\n> 一\n>\n> ${long}\n> {{ ref }}\n> --\n`,
      ),
    ).toBe(true);
  });

  it('is left out where there is nothing, or the author has quoted it', () => {
    expect(answered({ question: ' \n' }).body).not.toContain('お客様からのお問合せ(');
    expect(bodyOf('> 起動しません。\n設定をご確認ください。')).not.toContain('お客様からのお問合せ(');
  });

  it('has at most 100 lines', () => {
    const { body } = answered({ question: 'い\n'.repeat(100_000) });
    expect(count(body, /^> い$/m)).toBe(100);
    expect(body.endsWith('> い\n(以下省略)\n')).toBe(true);
    expect(answered({ question: 'う'.repeat(1_000_000) }).body.length).toBeLessThan(25_000);
  });
});
