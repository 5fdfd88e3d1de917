import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { body, encoders, euc, jis, jisBody, letter, mail, notes, sjis, utf8 } from '../../test/mail-bytes.ts';

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
