import { describe, expect, it } from 'vitest';
import { jis, letter, mail, notes, sjis, utf8 } from '../../test/mail-bytes.ts';
import type { Letter } from '../inquiry/letter.ts';
import { readMail } from './mail.ts';

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
