/**
 * Hostile and broken mails, made by code: what each is, its bytes, and what must become of it (docs/threats.md). Sizes
 * are those of the attack, not of a sketch of it.
 */
import { deflateRawSync } from 'node:zlib';

export interface Bomb {
  readonly name: string;
  readonly raw: Buffer;
  readonly outcome: 'ticket-opened' | 'held' | 'review' | 'quarantined';
  /** What the reason of the outcome says, where it matters. */
  readonly reason?: string;
}

const number = 'CL-1234-5678';
const sender = 'From: sato@sample.example.jp';
let serial = 0;

/** With a Message-ID of its own; the body and head are as given. */
function mail(head: readonly string[], body: string | Buffer, from: string | null = sender): Buffer {
  serial += 1;
  const lines = [...(from === null ? [] : [from]), `Message-ID: <bomb${serial}@sample.example.jp>`, ...head];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body as string)]);
}

const html = (body: string) => mail(['Subject: s', 'Content-Type: text/html; charset=utf-8'], body);
const multipart = (body: string, type = 'multipart/mixed; boundary=b') =>
  mail(['Subject: s', `Content-Type: ${type}`], body);
const part = (type: string, body: string) => `--b\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;
const text = part('text/plain', number);
const file = (name: string, bytes: Buffer) =>
  `--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`;

function deep(levels: number): string {
  const openings = Array.from(
    { length: levels },
    (_, at) => `--b${at}\r\nContent-Type: multipart/mixed; boundary=b${at + 1}\r\n\r\n`,
  );
  return `${openings.join('')}--b${levels}\r\nContent-Type: text/plain\r\n\r\n${number}\r\n`;
}

/** A ZIP whose one entry unpacks to `bytes` of nothing, or holds another such ZIP. */
function zip(content: Buffer, size: number): Buffer {
  const packed = deflateRawSync(content, { level: 9 });
  const head = Buffer.alloc(30);
  head.write('PK\x03\x04', 'latin1');
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(packed.length, 18);
  head.writeUInt32LE(size >>> 0, 22);
  head.writeUInt16LE(1, 26);
  return Buffer.concat([head, Buffer.from('a'), packed]);
}

/** Frames that are broken: nothing in them is large. */
const broken: readonly Bomb[] = [
  { name: 'nothing at all', raw: Buffer.alloc(0), outcome: 'quarantined', reason: 'nothing readable' },
  { name: 'NUL bytes alone', raw: Buffer.alloc(100_000), outcome: 'quarantined', reason: 'nothing readable' },
  { name: 'a body alone', raw: Buffer.from(`${number} だけです。`), outcome: 'ticket-opened' },
  { name: 'no From', raw: mail(['Subject: s'], number, null), outcome: 'ticket-opened' },
  { name: 'no From and no number', raw: mail(['Subject: s'], '動きません。', null), outcome: 'review' },
  {
    name: 'no Date, no Message-ID',
    raw: Buffer.from(`${sender}\r\n\r\n${number}`),
    outcome: 'ticket-opened',
  },
  {
    name: 'two of each field',
    raw: Buffer.from(
      `${sender}\r\nFrom: b@example.jp\r\nDate: x\r\nDate: y\r\nMessage-ID: <a@example.jp>\r\nMessage-ID: <b@example.jp>\r\nSubject: a\r\nSubject: b\r\nTo: c@example.jp\r\nTo: d@example.jp\r\n\r\n${number}\r\n二つずつ\r\n`,
    ),
    outcome: 'ticket-opened',
  },
  {
    name: 'CR alone ends its lines',
    raw: Buffer.from(`${sender}\rSubject: s\rMessage-ID: <cr@example.jp>\r\r${number}\r\r動きません。\r`),
    outcome: 'ticket-opened',
  },
  {
    name: 'CR, LF and CRLF in turn',
    raw: Buffer.from(`${sender}\rSubject: s\nMessage-ID: <mix@example.jp>\r\n\n${number}\r\n次\r終`),
    outcome: 'ticket-opened',
  },
  {
    name: 'a boundary that does not occur',
    raw: multipart(`${text}--b--`, 'multipart/mixed; boundary=z'),
    outcome: 'ticket-opened',
  },
  {
    name: 'an unfolded boundary',
    raw: multipart(`${text}--b--`, 'multipart/mixed;\r\nboundary=b'),
    outcome: 'ticket-opened',
  },
  { name: 'no boundary', raw: multipart(`${text}--b--`, 'multipart/mixed'), outcome: 'ticket-opened' },
  {
    name: 'an empty boundary',
    raw: multipart(`--\r\n\r\n${number}\r\n----`, 'multipart/mixed; boundary=""'),
    outcome: 'ticket-opened',
  },
  { name: 'cut off in a part', raw: multipart(text.trimEnd()), outcome: 'ticket-opened' },
  {
    name: 'cut off in the head',
    raw: Buffer.from(`${sender}\r\nSubject: ${number} の件`),
    outcome: 'ticket-opened',
  },
  { name: 'no readable part', raw: multipart(`${part('image/png', 'x')}--b--`), outcome: 'review' },
  { name: 'an empty body', raw: mail(['Subject: s'], ''), outcome: 'review' },
  {
    name: 'fields named like parts of an object',
    raw: mail(
      [
        '__proto__: x',
        'constructor: y',
        'toString: z',
        'Content-Type: text/plain; __proto__=x; charset=utf-8',
      ],
      `${number}\r\n__proto__`,
    ),
    outcome: 'ticket-opened',
  },
  {
    name: 'NUL and controls in its text',
    raw: mail(['Subject: a\0b\x07'], `CL-\u00001234-5678\r\n\x01\x1b[31m\x7f`),
    outcome: 'ticket-opened',
  },
];

/** Locked or in a form that only other programs read. */
const closed: readonly Bomb[] = [
  {
    name: 'S/MIME',
    raw: mail(
      [
        'Subject: s',
        'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m',
        'Content-Transfer-Encoding: base64',
      ],
      'MIAGCSqGSIb3DQEHA6CAMIACAQ==',
    ),
    outcome: 'review',
  },
  {
    name: 'S/MIME, number in the subject',
    raw: mail(
      [
        `Subject: ${number}`,
        'Content-Type: application/pkcs7-mime; name=smime.p7m',
        'Content-Transfer-Encoding: base64',
      ],
      'MIAGCSqGSIb3DQEHA6CAMIACAQ==',
    ),
    outcome: 'ticket-opened',
  },
  {
    name: 'PGP/MIME',
    raw: multipart(
      `${part('application/pgp-encrypted', 'Version: 1')}${part('application/octet-stream', '-----BEGIN PGP MESSAGE-----\r\nabc')}--b--`,
      'multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b',
    ),
    outcome: 'review',
  },
  {
    name: 'PGP inline',
    raw: mail(['Subject: s'], '-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----'),
    outcome: 'review',
  },
  {
    name: 'winmail.dat beside a text',
    raw: multipart(`${text}${file('winmail.dat', Buffer.from('789f3e22', 'hex'))}--b--`),
    outcome: 'ticket-opened',
  },
  {
    name: 'winmail.dat alone',
    raw: mail(
      [
        'Subject: s',
        'Content-Type: application/ms-tnef; name=winmail.dat',
        'Content-Transfer-Encoding: base64',
      ],
      'eJ8+Ig==',
    ),
    outcome: 'review',
  },
  {
    name: 'a ZIP of 100 MB of nothing, in a ZIP',
    raw: multipart(
      `${text}${file('a.zip', zip(zip(Buffer.alloc(100_000_000), 100_000_000), 4_000_000_000))}--b--`,
    ),
    outcome: 'ticket-opened',
  },
  {
    name: 'a PDF and a PNG that claim to be huge',
    raw: multipart(
      `${text}${file('a.pdf', Buffer.from(`%PDF-1.4\n1 0 obj<</Count 99999999>>`))}${file('a.png', Buffer.from('89504e470d0a1a0a0000000d49484452ffffffffffffffff0800000000', 'hex'))}--b--`,
    ),
    outcome: 'ticket-opened',
  },
  {
    name: 'an executable and EICAR',
    raw: multipart(
      `${text}${file('見積書.pdf.exe', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(100)]))}${file('eicar.com', Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'))}--b--`,
    ),
    outcome: 'ticket-opened',
  },
];

/** Sizes and depths that held a parser, or that it threw at. */
const large: readonly Bomb[] = [
  {
    name: '10,000 parts',
    raw: multipart(`${text}${'--b\r\n\r\nx\r\n'.repeat(10_000)}`),
    outcome: 'ticket-opened',
    reason: 'limit parts',
  },
  {
    name: '5,000 levels',
    raw: multipart(deep(5_000), 'multipart/mixed; boundary=b0'),
    outcome: 'review',
    reason: 'limit parts',
  },
  { name: '900 levels', raw: multipart(deep(900), 'multipart/mixed; boundary=b0'), outcome: 'ticket-opened' },
  {
    name: '5,000 mails in one another',
    raw: mail(
      ['Subject: s', 'Content-Type: message/rfc822'],
      `${'Content-Type: message/rfc822\r\n\r\n'.repeat(5_000)}x`,
    ),
    outcome: 'review',
  },
  {
    name: 'a header of 900 KB',
    raw: mail([`X-A: ${'x'.repeat(900_000)}`], number),
    outcome: 'ticket-opened',
  },
  {
    name: 'headers of 30 MB',
    raw: mail([`X-A: ${'x'.repeat(30_000_000)}`], number),
    outcome: 'ticket-opened',
    reason: 'limit header-bytes',
  },
  {
    name: '50,000 header fields',
    raw: mail(
      Array.from({ length: 50_000 }, (_, at) => `X-${at}: y`),
      number,
    ),
    outcome: 'ticket-opened',
    reason: 'limit header-bytes',
  },
  {
    name: '60,000 encoded words',
    raw: mail([`Subject: ${'=?utf-8?q?a?= '.repeat(60_000)}`], number),
    outcome: 'ticket-opened',
  },
  {
    name: '=? 400,000 times',
    raw: mail([`Subject: ${'=?'.repeat(400_000)}`], number),
    outcome: 'ticket-opened',
  },
  ...['(', '<', '"', 'a:', 'a@b.example,'].map((unit) => ({
    name: `To of ${unit} alone`,
    raw: mail([`To: ${unit.repeat(800_000 / unit.length)}`], number),
    outcome: 'ticket-opened' as const,
  })),
  {
    name: 'From of < alone',
    raw: mail(['Subject: s'], number, `From: ${'<'.repeat(800_000)}`),
    outcome: 'ticket-opened',
  },
  {
    name: 'References of 900 KB',
    raw: mail([`References: ${'<a@b> '.repeat(150_000)}`], number),
    outcome: 'ticket-opened',
  },
  {
    name: '200,000 parameters',
    raw: mail([`Content-Type: text/plain;${' a="\\;'.repeat(140_000)}`], number),
    outcome: 'ticket-opened',
  },
  {
    name: 'a file name of 900 KB',
    raw: multipart(`${text}${file('a'.repeat(900_000), Buffer.from('x'))}--b--`),
    outcome: 'ticket-opened',
  },
  {
    name: 'a file name in 40,000 pieces',
    raw: multipart(
      `${text}--b\r\nContent-Disposition: attachment;${Array.from({ length: 40_000 }, (_, at) => ` filename*${at}="a"`).join(';')}\r\n\r\nx\r\n--b--`,
    ),
    outcome: 'ticket-opened',
  },
  {
    name: '45 MB, number on top',
    raw: mail(
      ['Subject: s'],
      Buffer.concat([Buffer.from(`${number}\r\n`), Buffer.alloc(45_000_000, 'abcdefg\r\n')]),
    ),
    outcome: 'ticket-opened',
    reason: 'limit text-bytes',
  },
  {
    name: '20 MB of Japanese',
    raw: mail(
      ['Subject: s'],
      Buffer.concat([Buffer.from(`${number}\r\n`), Buffer.alloc(20_000_000, 'あ\n')]),
    ),
    outcome: 'ticket-opened',
    reason: 'limit text-bytes',
  },
  {
    name: '10 MB of newlines',
    raw: mail(['Subject: s'], Buffer.alloc(10_000_000, '\n')),
    outcome: 'review',
    reason: 'limit text-bytes',
  },
  {
    name: '5 MB of escapes',
    raw: mail(
      ['Subject: s', 'Content-Type: text/plain; charset=iso-2022-jp'],
      Buffer.alloc(5_000_000, '\x1b$B'),
    ),
    outcome: 'review',
    reason: 'limit text-bytes',
  },
  { name: '200,000 <div>', raw: html(`${'<div>'.repeat(200_000)}${number}`), outcome: 'ticket-opened' },
  {
    name: '200,000 <div>, no number',
    raw: html(`${'<div>'.repeat(200_000)}動きません。`),
    outcome: 'review',
  },
  {
    name: '400 quotations in one another',
    raw: html(`${number}${'<blockquote>'.repeat(400)}${'x'.repeat(1_000_000)}`),
    outcome: 'ticket-opened',
  },
  { name: '600,000 <p>', raw: html(`${number}${'<p>'.repeat(600_000)}`), outcome: 'ticket-opened' },
  {
    name: '200,000 list items',
    raw: html(`${number}<ol>${'<li>x'.repeat(200_000)}`),
    outcome: 'ticket-opened',
  },
  {
    name: 'lists in one another',
    raw: html(`${number}${'<ul><li>'.repeat(120_000)}`),
    outcome: 'ticket-opened',
  },
  { name: '200,000 cells', raw: html(`${number}<table>${'<td>'.repeat(200_000)}`), outcome: 'ticket-opened' },
  {
    name: '60,000 links',
    raw: html(`${number}<br>${'<a href="http://a/b">x</a>'.repeat(60_000)}`),
    outcome: 'ticket-opened',
  },
  {
    name: '100,000 pictures by cid',
    raw: html(`${number}${'<img src="cid:a">'.repeat(100_000)}`),
    outcome: 'ticket-opened',
  },
  {
    name: 'open tags and comments',
    raw: html(`${number}${'<a '.repeat(300_000)}${'<!--'.repeat(200_000)}`),
    outcome: 'ticket-opened',
  },
  { name: 'script starts', raw: html(`${number}${'<script'.repeat(150_000)}`), outcome: 'ticket-opened' },
  {
    name: '300,000 spaces that do not break',
    raw: html(`${number}${'&nbsp;'.repeat(300_000)}x`),
    outcome: 'ticket-opened',
  },
  { name: '300,000 heads that are never closed', raw: html('<head '.repeat(300_000)), outcome: 'review' },
  { name: 'nested bold', raw: html(`${number}<br>${'<b>'.repeat(600_000)}`), outcome: 'ticket-opened' },
  {
    name: 'bytes by chance',
    raw: Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 7_919) % 251)),
    outcome: 'review',
  },
  {
    name: '50,000 attributions',
    raw: mail(['Subject: s'], `${number}\n${'On 2026/1/1 a@b wrote:\n'.repeat(40_000)}`),
    outcome: 'ticket-opened',
  },
  {
    name: 'half a million zero-width spaces',
    raw: mail(
      ['Subject: s', 'Content-Type: text/plain; charset=utf-8'],
      `CL-\u200b1234\u2060-5678\n${'\u200b'.repeat(300_000)}`,
    ),
    outcome: 'ticket-opened',
  },
];

export const bombs: readonly Bomb[] = [...broken, ...closed, ...large];
