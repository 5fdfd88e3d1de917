/** Every label over every charset Japanese mail really has, made by code; and every charset under its own label, which must stay as it is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../../test/encode.ts';
import type { Letter } from '../inquiry/letter.ts';
import { readMail } from './mail.ts';

const charsets = ['utf-8', 'shift_jis', 'euc-jp', 'iso-2022-jp'] as const;

/** Labels of Japanese mail and those that say nothing. */
const labels = [
  ...[null, 'us-ascii', 'utf-8', 'utf8', 'iso-2022-jp', 'shift_jis', 'euc-jp', 'iso-8859-1', 'windows-1252'],
  ...[
    'CP50220',
    'CP50221',
    'CP50222',
    'csISO2022JP',
    'x-iso-2022-jp',
    'iso-2022-jp-ms',
    'iso-2022-jp-2',
    'ISO_2022_JP',
    'jis',
  ],
  ...[
    'csWindows31J',
    'Windows-31J',
    'csShiftJIS',
    'x-sjis',
    'MS932',
    'cp932',
    'cp943',
    'cp943c',
    'ibm-943',
    'shift-jis',
  ],
  ...['cp51932', 'x-euc', 'x-euc-jp', 'eucJP-ms', 'euc_jp'],
  ...['unknown-8bit', 'x-unknown', 'iso-8859-15', '"utf-8"', 'ansi', '?', 'x-user-defined', '_autodetect_jp'],
];
/** Labels of other countries: what is long enough, or has kana, is read all the same. */
const foreign = [
  'gb2312',
  'gb18030',
  'big5',
  'euc-kr',
  'koi8-r',
  'windows-1251',
  'windows-1250',
  'macintosh',
];

const texts = {
  full: 'サポートサービス番号：CL-1234-5678\nお世話になっております。例示商事の山田太郎です。\nログインできません。①～⑤を確認済み。髙橋 ㈱ 﨑\n',
  kana: 'ｻﾎﾟｰﾄｻｰﾋﾞｽ番号: CL-1234-5678\nﾛｸﾞｲﾝﾃﾞｷﾏｾﾝ。ヨロシクオネガイシマス。\n',
  halfWidth: 'ｻﾎﾟｰﾄﾊﾞﾝｺﾞｳ CL-1234-5678\nﾛｸﾞｲﾝﾃﾞｷﾏｾﾝ\n',
  extensions: '①㈱髙﨑Ⅳ℡№\n番号 CL-1234-5678\n',
  short: '番号は CL-1234-5678 です',
  kanji: '至急確認願 CL-1234-5678',
  name: '高橋',
  word: 'テスト',
};
const long = '操作方法についてお尋ねします。画面左上の「設定」を押すとエラーになります。\n'.repeat(5);

const quoted = (bytes: Buffer) =>
  [...bytes]
    .map((byte) => (byte === 0x0a ? '\r\n' : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`))
    .join('');

async function letterOf(head: readonly (string | Buffer)[], body: Buffer | string): Promise<Letter> {
  const lines = ['Message-ID: <m@example.jp>', ...head].flatMap((line) => [
    Buffer.from(line as string),
    Buffer.from('\r\n'),
  ]);
  return (await readMail(Buffer.concat([...lines, Buffer.from('\r\n'), Buffer.from(body as string)]))).letter;
}

function textMail(
  label: string | null,
  bytes: Buffer,
  transfer: '8bit' | 'base64' | 'quoted-printable' = '8bit',
) {
  const body =
    transfer === '8bit'
      ? bytes
      : transfer === 'base64'
        ? bytes.toString('base64').replace(/.{76}/g, '$&\r\n')
        : quoted(bytes);
  const type = `Content-Type: text/plain${label === null ? '' : `; charset=${label}`}`;
  return letterOf(['From: t@example.jp', type, `Content-Transfer-Encoding: ${transfer}`], body);
}

describe('the body, under any label', () => {
  it.each(charsets)('%s', async (charset) => {
    const wrong: string[] = [];
    for (const [name, text] of Object.entries(texts)) {
      for (const [index, label] of labels.entries()) {
        const transfer = (['8bit', 'base64', 'quoted-printable'] as const)[index % 3]!;
        const read = await textMail(label, encode(charset, text)!, transfer);
        if (read.text.trim() !== text.trim()) wrong.push(`${name} as ${label}: ${read.text.slice(0, 40)}`);
        if (read.notes.some(({ kind }) => kind === 'charset-unclean'))
          wrong.push(`${name} as ${label}: unclean`);
      }
    }
    for (const text of [texts.full, long])
      for (const label of foreign) {
        const read = await textMail(label, encode(charset, text)!);
        if (read.text.trim() !== text.trim()) wrong.push(`as ${label}: ${read.text.slice(0, 40)}`);
      }
    expect(wrong).toEqual([]);
  });

  it('any sentence, however its words fall', async () => {
    const words =
      'お世話になっております サーバー の が を 起動 できません 印刷 設定 画面 エラー です ます 番号 CL-1234-5678 株式会社 ﾃｽﾄ 髙橋 様 ① Ver.5.2 至急 ご確認 ください 、 。 ・ 「 」'.split(
        ' ',
      );
    const sentence = fc
      .array(fc.constantFrom(...words), { minLength: 6, maxLength: 30 })
      .map((all) => `お問合せ:${all.join('')}`);
    await fc.assert(
      fc.asyncProperty(
        sentence,
        fc.constantFrom(...charsets),
        fc.constantFrom(...labels),
        async (text, charset, label) => {
          expect((await textMail(label, encode(charset, text)!)).text).toBe(text);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('headers and file names', () => {
  const subjects = [
    'ログインできない件',
    '番号の件 CL-1234-5678',
    '高橋',
    '㈱サンプル商事 髙﨑',
    'ﾃｽﾄﾒｰﾙの件',
    '【至急】表示ソ能予',
    '見積書①',
  ];
  const wordLabels = [
    'utf-8',
    'iso-2022-jp',
    'shift_jis',
    'euc-jp',
    'us-ascii',
    'iso-8859-1',
    'CP50221',
    'cp932',
    'x-euc',
  ];
  const file = (...pieces: (string | Buffer)[]) =>
    letterOf(
      ['From: t@example.jp', 'Content-Type: multipart/mixed; boundary=b'],
      Buffer.concat([
        Buffer.from(
          '--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; ',
        ),
        ...pieces.map((one) => Buffer.from(one as string)),
        Buffer.from('\r\n\r\ny\r\n--b--\r\n'),
      ]),
    );
  const percent = (bytes: Buffer) =>
    [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

  it.each(charsets)('%s', async (charset) => {
    const wrong: string[] = [];
    const check = (how: string, text: string, got: string | undefined) => {
      if (got !== text) wrong.push(`${how}: ${text} → ${got}`);
    };
    for (const text of subjects) {
      const bytes = encode(charset, text)!;
      const cut = Math.floor(bytes.length / 2) | 1;
      const raw = await letterOf(
        [
          Buffer.concat([Buffer.from('Subject: '), bytes]),
          Buffer.concat([Buffer.from('From: "'), bytes, Buffer.from('" <t@example.jp>')]),
        ],
        'x',
      );
      check('raw subject', text, raw.subject);
      check('raw name', text, raw.from?.name);
      const name = `${text.replace(/[ 【】]/g, '')}.pdf`;
      const named = encode(charset, name)!;
      const half = 3 * Math.floor(named.length / 2);
      check('raw file', name, (await file('filename="', named, '"')).attachments[0]?.name);
      check('2231', name, (await file(`filename*=${charset}''${percent(named)}`)).attachments[0]?.name);
      check('2231 without charset', name, (await file(`filename*=''${percent(named)}`)).attachments[0]?.name);
      check(
        '2231 in pieces, the last first',
        name,
        (
          await file(
            `filename*1*=${percent(named).slice(half)};\r\n filename*0*=${charset}''${percent(named).slice(0, half)}`,
          )
        ).attachments[0]?.name,
      );
      for (const label of wordLabels) {
        const b = (part: Buffer) => `=?${label}?B?${part.toString('base64')}?=`;
        const q = (part: Buffer) => `=?${label}?Q?${quoted(part)}?=`;
        const read = await letterOf(
          [
            `Subject: ${b(bytes.subarray(0, cut))}\r\n ${b(bytes.subarray(cut))}`,
            `From: ${b(bytes)} <t@example.jp>`,
          ],
          'x',
        );
        check(`B words cut as ${label}`, text, read.subject);
        check(`B name as ${label}`, text, read.from?.name);
        const other = await letterOf(
          [`Subject: ${q(bytes.subarray(0, cut))}\r\n\t${q(bytes.subarray(cut))}`, 'From: t@example.jp'],
          'x',
        );
        check(`Q words cut as ${label}`, text, other.subject);
        check(`B file as ${label}`, name, (await file(`filename="${b(named)}"`)).attachments[0]?.name);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('a right label is never overruled', () => {
  const written = [
    'Grüße aus München, schöne Äpfel für Frau Müller – nicht öffnen|Voilà l’été à Paris, où ça coûte très cher|sí, señor, ¿qué pasó mañana?|São João não é só coração|Blåbærsyltetøy på brød, Ærø|Hyvää päivää, äiti|Zażółć gęślą jaźń|Příliš žluťoučký kůň|Árvíztűrő tükörfúrógép|Şişli’de güneşli',
    'café|naïve|é|ü|5 °C ± 2|£100 – €50|Müller 様|résumé を添付|Καλημέρα, δεν ανοίγει|αβγ|Здравствуйте, программа не запускается|ДАЖЕ ЗАГЛАВНЫМИ|привет|Привіт, як справи|שלום עולם|مرحبا بالعالم|สวัสดีครับ โปรแกรมไม่เปิด',
    '您好，我们的许可证出现问题。软件无法启动|您好|请问如何安装软件？谢谢。|请发送日语版「の」|許可證出現問題，軟體無法啟動。謝謝您|謝謝|您好！序號無效，請協助。|안녕하세요 라이선스 문제가 있습니다|안녕|이 프로그램이 실행되지 않습니다.',
    'お世話になっております。サンプル商事の佐藤です。|ログインできません|テスト|質問|高橋|ﾃｽﾄﾒｰﾙ|ﾛｸﾞｲﾝﾃﾞｷﾏｾﾝ|①㈱髙﨑Ⅳ℡№|薔薇 檸檬 憂鬱 麤|6ｶ月 3ｹ所|ｶﾞｲﾄﾞ参照|〒220-0000 横浜市|ＡＢＣ１２３|東京都千代田区|株式会社|様|は|カ|★☆◆■|～|ｱ|。|〃仝々〆|纊褜鍈銈|ｱ行|電話ｺｰﾄﾞ',
  ].flatMap((line) => line.split('|'));
  const own = [
    ...charsets,
    'utf-16le',
    'utf-16be',
    'gbk',
    'gb18030',
    'big5',
    'euc-kr',
    'windows-1252',
    'iso-8859-1',
    'iso-8859-2',
    'iso-8859-5',
    'iso-8859-7',
    'iso-8859-8',
    'iso-8859-9',
    'iso-8859-15',
    'windows-1250',
    'windows-1251',
    'windows-1253',
    'windows-1254',
    'windows-1255',
    'windows-1256',
    'windows-874',
    'koi8-r',
    'koi8-u',
    'macintosh',
  ];

  it(`${written.length} texts in each charset that has their letters`, async () => {
    const wrong: string[] = [];
    let tried = 0;
    for (const text of written)
      for (const charset of own)
        for (const all of [text, `${text}\nCL-1234-5678`]) {
          const bytes = encode(charset, all);
          if (bytes === null) continue;
          tried += 1;
          const read = await textMail(charset, bytes, 'base64');
          if (read.text !== all || read.notes.length > 0)
            wrong.push(`${charset}: ${text} → ${read.text} ${read.notes.map(({ kind }) => kind)}`);
        }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(900);
  });
});

describe('around the text', () => {
  const words = 'CL-1234-5678 です。\nログインできません。';
  it.each<[string, Promise<Letter>]>([
    ['a byte order mark in UTF-8', textMail('utf-8', Buffer.from(`\ufeff${words}`), 'base64')],
    ['a byte order mark without a label', textMail(null, Buffer.from(`\ufeff${words}`))],
    [
      'a byte order mark in UTF-16',
      textMail('utf-16', Buffer.concat([Buffer.from('fffe', 'hex'), encode('utf-16le', words)!]), 'base64'),
    ],
    ['UTF-16 without one', textMail('utf-16', encode('utf-16le', words)!, 'base64')],
    ['ASCII and JIS under the name of UTF-16', textMail('utf-16', encode('iso-2022-jp', words)!)],
    [
      'a byte order mark in HTML',
      letterOf(
        ['From: t@example.jp', 'Content-Type: text/html; charset=utf-8'],
        `\ufeff${words.replace('\n', '<br>')}`,
      ),
    ],
    [
      'base64 with stray characters',
      letterOf(
        [
          'From: t@example.jp',
          'Content-Type: text/plain; charset=utf-8',
          'Content-Transfer-Encoding: base64',
        ],
        Buffer.from(words).toString('base64').replace(/.{7}/g, '$&!\r\n'),
      ),
    ],
    [
      'base64 without its end',
      letterOf(
        [
          'From: t@example.jp',
          'Content-Type: text/plain; charset=utf-8',
          'Content-Transfer-Encoding: base64',
        ],
        Buffer.from(words).toString('base64').replace(/=+$/, ''),
      ),
    ],
    [
      'delsp',
      letterOf(
        ['From: t@example.jp', 'Content-Type: text/plain; charset=iso-2022-jp; format=flowed; delsp=yes'],
        encode('iso-2022-jp', 'CL-1234-5678 \r\n です。\r\nログイン \r\nできません。')!,
      ),
    ],
    [
      'CR alone, in EUC under no label',
      letterOf(['From: t@example.jp'], encode('euc-jp', words.replace('\n', '\r'))!),
    ],
  ])('%s', async (_name, reading) => {
    const read = await reading;
    expect(read.text.trim()).toBe(words);
    expect(read.notes.filter(({ kind }) => kind === 'charset-unclean' || kind === 'raw-text')).toEqual([]);
  });

  it('parts of other countries beside a Japanese one', async () => {
    const part = (charset: string, text: string) =>
      Buffer.concat([
        Buffer.from(
          `--b\r\nContent-Type: text/plain; charset=${charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
        ),
        Buffer.from(encode(charset, text)!.toString('base64')),
        Buffer.from('\r\n'),
      ]);
    const parts = {
      'iso-2022-jp': 'CL-1234-5678 です。',
      gb18030: '软件无法启动',
      big5: '軟體無法啟動',
      'utf-16le': '起動しません',
      'euc-kr': '실행되지 않습니다',
    };
    const read = await letterOf(
      ['From: t@example.jp', 'Content-Type: multipart/mixed; boundary=b'],
      Buffer.concat([
        ...Object.entries(parts).map(([charset, text]) => part(charset, text)),
        Buffer.from('--b--'),
      ]),
    );
    expect(read.text.split(/\n+/).filter((line) => line !== '')).toEqual(Object.values(parts));
    expect(read.notes).toEqual([]);
  });

  it('where no reading is clean it says so', async () => {
    const noise = Buffer.concat([
      Buffer.from('CL-1234-5678\n'),
      Buffer.from('81ff8e00fe80ff1b24fd9f81a0fffe00', 'hex'),
    ]);
    for (const label of [null, 'utf-8', 'iso-2022-jp', 'shift_jis', 'euc-jp']) {
      const read = await textMail(label, noise);
      expect(read.text).toContain('CL-1234-5678');
      expect(read.notes.map(({ kind }) => kind)).toContain('charset-unclean');
    }
  });
});
