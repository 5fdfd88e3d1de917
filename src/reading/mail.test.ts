import { readFileSync } from 'node:fs';
import Encoding from 'encoding-japanese';
import { describe, expect, it } from 'vitest';
import type { Letter } from '../inquiry/letter.ts';
import { readMail } from './mail.ts';

const body =
  'サポートサービス番号：CL-1234-5678\nお世話になっております。例示商事の山田太郎です。\nログインできません。①～⑤を確認済み。髙橋 ㈱\n';
const jisBody = `ｻﾎﾟｰﾄｻｰﾋﾞｽ番号: CL-1234-5678\nお世話になっております。ログインできません。①Ⅳ\n`;

const sjis = (text: string): Buffer =>
  Buffer.from(Encoding.convert(Encoding.stringToCode(text), { to: 'SJIS', from: 'UNICODE' }));
const euc = (text: string): Buffer =>
  Buffer.from(Encoding.convert(Encoding.stringToCode(text), { to: 'EUCJP', from: 'UNICODE' }));
/** ISO-2022-JP with NEC row 13 and katakana by `ESC ( I`, made from EUC by hand. */
function jis(text: string): Buffer {
  const out: number[] = [];
  const escapes: Record<string, number[]> = {
    a: [0x1b, 0x28, 0x42],
    d: [0x1b, 0x24, 0x42],
    k: [0x1b, 0x28, 0x49],
  };
  let mode = 'a';
  const into = (next: string): void => {
    if (next !== mode) out.push(...escapes[next]!);
    mode = next;
  };
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) {
      into('a');
      out.push(code);
    } else if (code >= 0xff61 && code <= 0xff9f) {
      into('k');
      out.push(code - 0xff61 + 0x21);
    } else {
      into('d');
      out.push(...[...euc(character)].map((byte) => byte & 0x7f));
    }
  }
  into('a');
  return Buffer.from(out);
}
const utf8 = (text: string): Buffer => Buffer.from(text);

const encoders: Record<string, (text: string) => Buffer> = { sjis, euc, jis, utf8 };
const labels: (string | null)[] = [
  null,
  'us-ascii',
  'utf-8',
  'iso-2022-jp',
  'shift_jis',
  'euc-jp',
  'iso-8859-1',
  'windows-1252',
  'x-sjis',
  'MS932',
  'cp932',
  'cp943',
  'csWindows31J',
  'Windows-31J',
  'x-euc',
  'cp51932',
  'eucJP-ms',
  'CP50220',
  'CP50221',
  'csISO2022JP',
  'x-iso-2022-jp',
  'iso-2022-jp-ms',
  'unknown-8bit',
];

function mail(head: (string | Buffer)[], text: Buffer, eol = '\r\n'): Buffer {
  const lines = ['From: "T" <t@example.jp>', 'Message-ID: <m1@example.jp>', ...head].flatMap((line) => [
    Buffer.from(line),
    Buffer.from(eol),
  ]);
  return Buffer.concat([...lines, Buffer.from(eol), text]);
}

async function letter(raw: Buffer): Promise<Letter> {
  return (await readMail(raw)).letter;
}

describe('the label matrix', () => {
  const cases = Object.keys(encoders).flatMap((encoding) => labels.map((label) => ({ encoding, label })));
  for (const transfer of ['8bit', 'base64', 'html', 'attachment-mix']) {
    it(`${cases.length} labels, ${transfer}`, async () => {
      const wrong: string[] = [];
      for (const { encoding, label } of cases) {
        const text = encoding === 'jis' ? jisBody : body;
        const bytes = encoders[encoding]!(
          transfer === 'html' ? `<p>${text.replace(/\n/g, '<br>')}</p>` : text,
        );
        const type = `${transfer === 'html' ? 'text/html' : 'text/plain'}${label === null ? '' : `; charset=${label}`}`;
        const encoded = transfer === 'base64' ? Buffer.from(bytes.toString('base64')) : bytes;
        const part = [
          `Content-Type: ${type}`,
          ...(transfer === 'base64' ? ['Content-Transfer-Encoding: base64'] : []),
        ];
        const raw =
          transfer === 'attachment-mix'
            ? mail(
                ['Content-Type: multipart/mixed; boundary=b'],
                Buffer.concat([
                  Buffer.from(`--b\r\n${part.join('\r\n')}\r\n\r\n`),
                  encoded,
                  Buffer.from('\r\n--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n--b--\r\n'),
                ]),
              )
            : mail(part, encoded);
        const read = await letter(raw);
        if (read.text.trim() !== text.trim())
          wrong.push(`${encoding} as ${label}: ${JSON.stringify(read.text.slice(0, 60))}`);
        if (read.notes.some((note) => note.kind === 'charset-unclean'))
          wrong.push(`${encoding} as ${label}: unclean`);
      }
      expect(wrong).toEqual([]);
    });
  }
  it('short texts', async () => {
    const wrong: string[] = [];
    const texts = [
      '番号は CL-1234-5678 です',
      'テスト',
      '山田です。',
      '至急お願いします',
      'ライセンスキーについて CL-0001-0002',
      '高橋様',
      '質問',
    ];
    for (const text of texts)
      for (const encoding of Object.keys(encoders))
        for (const label of [null, 'utf-8', 'iso-2022-jp', 'shift_jis', 'euc-jp', 'iso-8859-1']) {
          const read = await letter(
            mail(
              [`Content-Type: text/plain${label === null ? '' : `; charset=${label}`}`],
              encoders[encoding]!(text),
            ),
          );
          if (read.text !== text) wrong.push(`${text} ${encoding} as ${label}: ${read.text}`);
        }
    expect(wrong).toEqual([]);
  });
});

describe('good readings stay', () => {
  const texts: [string, string, Buffer][] = [
    [
      'iso-8859-1',
      'Grüße aus München, schöne Äpfel für Frau Müller – nicht',
      Buffer.from(
        'Gr\xfc\xdfe aus M\xfcnchen, sch\xf6ne \xc4pfel f\xfcr Frau M\xfcller \x96 nicht',
        'latin1',
      ),
    ],
    [
      'windows-1252',
      'Voilà l’été à Paris, où ça coûte très cher',
      Buffer.from('Voil\xe0 l\x92\xe9t\xe9 \xe0 Paris, o\xf9 \xe7a co\xfbte tr\xe8s cher', 'latin1'),
    ],
    ['iso-8859-1', 'sí, señor', Buffer.from('s\xed, se\xf1or', 'latin1')],
    ['utf-8', '您好，我们的许可证出现问题。软件无法启动', utf8('您好，我们的许可证出现问题。软件无法启动')],
    ['utf-8', '안녕하세요 라이선스 문제', utf8('안녕하세요 라이선스 문제')],
    ['utf-8', 'café', utf8('café')],
    ['utf-8', '😀 了解です ﾃｽﾄ', utf8('😀 了解です ﾃｽﾄ')],
    ['gb2312', '您好', Buffer.from('c4fabac3', 'hex')],
    ['euc-kr', '안녕', Buffer.from('bec8b3e7', 'hex')],
    ['koi8-r', 'привет мир', Buffer.from('d0d2c9d7c5d420cdc9d2', 'hex')],
    ['windows-1251', 'Здравствуйте', Buffer.from('c7e4f0e0e2f1f2e2f3e9f2e5', 'hex')],
    ['shift_jis', 'ﾃｽﾄﾒｰﾙ', sjis('ﾃｽﾄﾒｰﾙ')],
    ['shift_jis', '偶 纊 髙﨑', sjis('偶 纊 髙﨑')],
    ['euc-jp', '薔薇 檸檬 憂鬱', euc('薔薇 檸檬 憂鬱')],
    ['us-ascii', 'plain English, CL-1234-5678', utf8('plain English, CL-1234-5678')],
    ['utf-7', '+ADw-script+AD4-', utf8('+ADw-script+AD4-')],
    ['utf-8', '薔薇 檸檬 憂鬱 麤', utf8('薔薇 檸檬 憂鬱 麤')],
    ['utf-8', '\u6587 \u00e9', utf8('\u6587 \u00e9')],
  ];
  it.each(texts)('%s %s', async (label, text, bytes) => {
    const read = await letter(mail([`Content-Type: text/plain; charset=${label}`], bytes));
    expect(read.text).toBe(text);
    expect(read.notes).toEqual([]);
  });
});

const notes = (read: Letter): string[] => read.notes.map((note) => note.kind);

describe('headers', () => {
  const b64 = (text: Buffer): string => text.toString('base64');
  const cut = jis('お問い合わせの件');
  const subjects: [string, string | Buffer, string][] = [
    [
      'raw Shift_JIS',
      Buffer.concat([Buffer.from('Subject: '), sjis('番号の件 CL-1234-5678')]),
      '番号の件 CL-1234-5678',
    ],
    ['raw JIS', Buffer.concat([Buffer.from('Subject: '), jis('お問い合わせの件')]), 'お問い合わせの件'],
    ['raw EUC', Buffer.concat([Buffer.from('Subject: '), euc('お問い合わせの件')]), 'お問い合わせの件'],
    ['raw UTF-8', 'Subject: お問い合わせの件', 'お問い合わせの件'],
    [
      'split inside a character',
      `Subject: =?UTF-8?B?${b64(utf8('お問い').subarray(0, 7))}?=\r\n =?UTF-8?B?${b64(utf8('お問い').subarray(7))}?=`,
      'お問い',
    ],
    [
      'split inside an escape',
      `Subject: =?ISO-2022-JP?B?${b64(cut.subarray(0, 2))}?=\r\n =?ISO-2022-JP?B?${b64(cut.subarray(2))}?=`,
      'お問い合わせの件',
    ],
    [
      'base64 cut inside four',
      `Subject: =?utf-8?B?${b64(utf8('お問い合わせ')).slice(0, 9)}?= =?utf-8?B?${b64(utf8('お問い合わせ')).slice(9)}?=`,
      'お問い合わせ',
    ],
    ['wrong label', `Subject: =?ISO-2022-JP?B?${b64(sjis('番号の件です'))}?=`, '番号の件です'],
    ['label CP50221', `Subject: =?CP50221?B?${b64(jis('ﾃｽﾄの件'))}?=`, 'ﾃｽﾄの件'],
    ['Q words', 'Subject: =?utf-8?q?caf=C3=A9_au?= lait', 'café au lait'],
    ['controls', 'Subject: a\u0007b\u202ec\u2028d', 'a b c d'],
  ];
  it.each(subjects)('subject: %s', async (_name, head, expected) => {
    expect((await letter(mail([head], utf8('x')))).subject).toBe(expected);
  });
  it('keeps addresses strict and shows who else is in From', async () => {
    const read = await letter(
      mail(
        [
          'From: evil@EXAMPLE.com',
          Buffer.concat([
            Buffer.from('To: '),
            jis('山田 太郎'),
            Buffer.from(
              ' <Taro@Example.JP>, a b <x y@z>, <a@b@c..d>, "q\\"x"@example.jp, <a..b.@docomo.example.jp>, <torn part@example.jp>, <b whole@example.jp>, whole@example.jp <whole@example.jp>',
            ),
          ]),
          `References: text <a@b> <Bcc:> evil <${'x'.repeat(300)}@y> ${Array.from({ length: 30 }, (_, index) => `<r${index}@x>`).join(' ')}`,
        ],
        utf8('x'),
      ),
    );
    expect(read.from?.address).toBe('t@example.jp');
    expect(notes(read)).toContain('several-from');
    expect(read.to).toContainEqual({ name: '山田 太郎', address: 'Taro@example.jp' });
    expect(read.to).toContainEqual({ name: '', address: 'a..b.@docomo.example.jp' });
    for (const { address } of read.to) expect(address).toMatch(/^[^\s@"<>]+@[a-z0-9.-]+$/);
    // Of an address with a space inside no other one is made (threat 39).
    expect(read.to.map((one) => one.address)).not.toContain('part@example.jp');
    expect(read.to.map((one) => one.address)).toContain('whole@example.jp');
    expect(read.references).toHaveLength(20);
    expect(read.references.at(-1)).toBe('<r29@x>');
  });
  it('bounds subject and fields', async () => {
    const read = await letter(
      mail(
        [`Subject: ${'あ'.repeat(9_000)}`, `To: ${'('.repeat(300_000)}`, `X: ${'=?'.repeat(200_000)}`],
        utf8('x'),
      ),
    );
    expect([...read.subject]).toHaveLength(500);
    expect(Math.max(...read.headers.map((field) => field.value.length))).toBeLessThanOrEqual(4000);
  });
});

describe('structure', () => {
  const part = (head: string, text: string | Buffer): Buffer =>
    Buffer.concat([Buffer.from(`--b\r\n${head}\r\n\r\n`), Buffer.from(text), Buffer.from('\r\n')]);
  const multi = (type: string, ...parts: Buffer[]): Buffer =>
    mail(
      [`Content-Type: multipart/${type}; boundary="b"`],
      Buffer.concat([...parts, Buffer.from('--b--\r\n')]),
    );
  const plain = (text: string): Buffer => part('Content-Type: text/plain; charset=utf-8', text);
  const html = (text: string): Buffer => part('Content-Type: text/html; charset=utf-8', text);
  const crOnly = (raw: Buffer): Buffer =>
    Buffer.from(raw.toString('latin1').replace(/\r\n/g, '\r'), 'latin1');
  const texts: [string, Buffer, string][] = [
    ['CR only', crOnly(multi('mixed', plain('本文'))), '本文'],
    [
      'CR CR LF',
      Buffer.from(multi('mixed', plain('本文')).toString('latin1').replace(/\r\n/g, '\r\r\n'), 'latin1'),
      '本文',
    ],
    [
      'LF only',
      Buffer.from(multi('mixed', plain('本文')).toString('latin1').replace(/\r\n/g, '\n'), 'latin1'),
      '本文',
    ],
    [
      'mixed ends',
      Buffer.from('From: <t@example.jp>\rSubject: x\r\nContent-Type: text/plain\n\r\n本文'),
      '本文',
    ],
    [
      'UTF-8 BOM',
      mail(['Content-Type: text/plain; charset=utf-8'], utf8('\ufeffCL-1234-5678')),
      'CL-1234-5678',
    ],
    ['NUL', mail([], utf8('CL\u0000-1234\u0007-5678')), 'CL-1234-5678'],
    [
      'wrong boundary',
      mail(
        ['Content-Type: multipart/mixed; boundary=other'],
        Buffer.concat([plain('本文'), Buffer.from('--b--')]),
      ),
      '本文',
    ],
    [
      'unfolded boundary',
      mail(
        ['Content-Type: multipart/mixed;', 'boundary="b"'],
        Buffer.concat([plain('本文'), Buffer.from('--b--')]),
      ),
      '本文',
    ],
    [
      'no part at all',
      mail(['Content-Type: multipart/mixed; boundary=b'], utf8('CL-1234-5678 だけ')),
      'CL-1234-5678 だけ',
    ],
    ['plain before HTML', multi('alternative', plain('本文'), html('<b>HTML</b>')), '本文'],
    ['empty plain', multi('alternative', plain(' \r\n'), html('<b>本文</b>')), '本文'],
    [
      'stub plain',
      multi(
        'alternative',
        plain('このメールは HTML メールです。対応したソフトでご覧ください。'),
        html('<b>本文</b>'),
      ),
      '本文',
    ],
    ['texts in order', multi('mixed', plain('一'), plain('二')), '一\n二'],
    [
      'text attachment stays out',
      multi(
        'mixed',
        plain('一'),
        part('Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment', '二'),
      ),
      '一',
    ],
    [
      'forwarded mail stays out',
      multi(
        'mixed',
        plain('一'),
        part(
          'Content-Type: message/rfc822\r\nContent-Disposition: inline',
          'Subject: CL-9999-9999\r\n\r\n二',
        ),
      ),
      '一',
    ],
    [
      'root marked as attachment',
      mail(
        ['Content-Type: text/plain; charset=utf-8', 'Content-Disposition: attachment; filename=a.txt'],
        utf8('本文'),
      ),
      '本文',
    ],
    ['type text', mail(['Content-Type: text'], utf8('本文')), '本文'],
    [
      'quoted encoding',
      mail(
        ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: "base64"'],
        Buffer.from(utf8('本文').toString('base64')),
      ),
      '本文',
    ],
    [
      'base64 with noise',
      mail(
        ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64'],
        Buffer.from(
          utf8('サポート番号')
            .toString('base64')
            .replace(/(.{5})/g, '$1 !\r\n'),
        ),
      ),
      'サポート番号',
    ],
    [
      'format=flowed',
      mail(['Content-Type: text/plain; charset=utf-8; format=flowed'], utf8('one \r\ntwo\r\n')),
      'one two',
    ],
    [
      'mbox line first',
      Buffer.concat([Buffer.from('From x@y Mon Nov 23 10:00:00 2026\n'), mail([], utf8('本文'))]),
      '本文',
    ],
    [
      'two charsets in one part',
      mail([], Buffer.concat([sjis('一行目のテキストです\r\n'), jis('二行目のテキストです')])),
      '一行目のテキストです\n二行目のテキストです',
    ],
  ];
  it.each(texts)('%s', async (_name, raw, expected) => {
    const read = await letter(raw);
    expect(read.text.trim()).toBe(expected);
    expect(read.from?.address).toBe('t@example.jp');
  });
  const one = (text: string): Promise<Letter> =>
    letter(mail(['Content-Type: text/html; charset=utf-8'], utf8(text)));
  it('HTML only: cells apart, links readable, quotations marked', async () => {
    const read = await one(
      '<html><head><title>t</title><style>x{}</style></head><body><table><tr><td>番号</td><td>CL-1234-5678</td></tr></table>一<br>二<p>三</p><a href="https://example.jp/x">ここ</a><img src="http://evil.example/x.png"><div class="gmail_quote">On x wrote:<blockquote>古い</blockquote></div></body></html>',
    );
    expect(read.text).toMatch(/番号\s+CL-1234-5678\s*\n/);
    expect(read.text).toContain('一\n二\n三\nここ <https://example.jp/x>');
    expect(read.text).not.toMatch(/evil|x\{\}/);
    expect(read.text).toMatch(/^>.*古い/m);
    expect(notes(read)).toEqual(['html-only']);
  });
  it('Outlook: what follows its header block is quoted', async () => {
    const read = await one(
      '<div>新しい</div><hr><div id="divRplyFwdMsg"><b>差出人:</b> a<br><b>件名:</b> b</div><div>古い番号 CL-9999-9999</div>',
    );
    expect(read.text).toMatch(/^新しい/);
    expect(read.text).toMatch(/^> 古い番号/m);
  });
  it('HTML too deep is no empty mail', async () => {
    // The converter survives the first depth, so a missing guard is seen there and never hangs on the second.
    for (const depth of [2_000, 200_000]) {
      const read = await one(`${'<div>'.repeat(depth)}CL-1234-5678`);
      expect(notes(read)).toContain('html-unreadable');
      expect(read.text).toContain('CL-1234-5678');
    }
  });
  it('encrypted bodies and empty ones are named', async () => {
    expect(
      notes(await letter(mail(['Content-Type: application/pkcs7-mime; name=smime.p7m'], utf8('x')))),
    ).toEqual(expect.arrayContaining(['encrypted-body', 'no-text']));
    expect(notes(await letter(mail([], utf8('-----BEGIN PGP MESSAGE-----\nabc'))))).toContain(
      'encrypted-body',
    );
    expect(notes(await letter(mail([], utf8(' \r\n'))))).toContain('no-text');
  });
  it('attachments: names for display, real types, locks', async () => {
    const zip = Buffer.alloc(40);
    zip.write('PK\x03\x04', 'latin1');
    zip.writeUInt16LE(1, 6);
    const named = (name: string | Buffer, body: Buffer): Buffer =>
      Buffer.concat([
        Buffer.from('--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; '),
        Buffer.from(name),
        Buffer.from('\r\n\r\n'),
        body,
        Buffer.from('\r\n'),
      ]);
    const read = await letter(
      multi(
        'mixed',
        plain('x'),
        named('filename="../../etc/\u202efdp.exe"', Buffer.from('%PDF-1.4 trailer << /Encrypt 5 0 R >>')),
        named("filename*0*=UTF-8''%E8%A6%8B; filename*1*=%E7%A9%8D.zip", zip),
        named(
          Buffer.concat([Buffer.from('filename="'), sjis('表示能力.xls'), Buffer.from('"')]),
          Buffer.from('y'),
        ),
        named(
          Buffer.concat([Buffer.from('filename="'), jis('見積書.pdf'), Buffer.from('"')]),
          Buffer.from('%PDF-1.4 /EncryptX'),
        ),
        named('filename="=?ISO-2022-JP?B?' + jis('表.txt').toString('base64') + '?="', Buffer.from('z')),
        named('filename="CON"', Buffer.from('z')),
      ),
    );
    expect(read.attachments.map(({ name, type, encrypted }) => [name, type, encrypted])).toEqual([
      ['fdp.exe', 'application/pdf', true],
      ['見積.zip', 'application/zip', true],
      ['表示能力.xls', expect.any(String), false],
      ['見積書.pdf', 'application/pdf', false],
      ['表.txt', expect.any(String), false],
      ['_CON', expect.any(String), false],
    ]);
    expect(read.attachments[2]?.bytes).toBe(1);
  });
  it('a delivery report gives recipient, status and the returned Message-ID', async () => {
    const read = await letter(
      mail(
        ['Content-Type: multipart/report; report-type=delivery-status; boundary="b"'],
        Buffer.concat([
          plain('failed'),
          part(
            'Content-Type: message/delivery-status',
            'Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; gone@example.jp\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no\r\n',
          ),
          part(
            'Content-Type: message/rfc822',
            'Message-ID: <ours@desk.example.jp>\r\nSubject: x\r\n\r\nbody\r\n',
          ),
          Buffer.from('--b--\r\n'),
        ]),
      ),
    );
    expect(read.report).toEqual({
      recipients: [{ address: 'gone@example.jp', action: 'failed', status: '5.1.1', diagnostic: '550 no' }],
      originalMessageIds: ['<ours@desk.example.jp>'],
    });
  });
  it('past a limit the letter keeps what was read', async () => {
    const many = await readMail(
      multi('mixed', plain('CL-1234-5678'), ...Array.from({ length: 3000 }, () => plain('x'))),
    );
    expect(many).toMatchObject({ kind: 'limited', limit: 'parts' });
    expect(many.letter.text).toContain('CL-1234-5678');
    const long = await readMail(
      mail(['Subject: s'], Buffer.from(`CL-1234-5678\n${'あいう\n'.repeat(300_000)}`)),
    );
    expect(long).toMatchObject({ kind: 'limited', limit: 'text-bytes' });
    expect(long.letter.text.startsWith('CL-1234-5678')).toBe(true);
    const head = await readMail(mail(['Subject: s', `X-Big: ${'x'.repeat(1_200_000)}`], utf8('本文')));
    expect(head).toMatchObject({ kind: 'limited', limit: 'header-bytes', letter: { subject: 's' } });
  });
});

describe('fixtures for people', () => {
  const folder = new URL('../../fixtures/mail/', import.meta.url);
  const files = [
    'iso-2022-jp',
    'shift-jis-labelled-utf-8',
    'jis-without-label',
    'euc-cr-only',
    'html-only-outlook',
    'unfolded-boundary',
  ];
  it.each(files)('%s.eml says the same', async (name) => {
    const read = await letter(readFileSync(new URL(`${name}.eml`, folder)));
    expect(read.from).toEqual({ name: '山田太郎', address: 'yamada@example.jp' });
    expect(read.subject).toBe('ログインできない件');
    expect(read.text).toMatch(
      /^サポートサービス番号：CL-1234-5678\nお世話になっております。例示商事の山田です。\nログインできません。/,
    );
  });
});
