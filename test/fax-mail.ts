/** Mail as fax gateways send it: HylaFAX's own `faxrcvd` layout, and a notice of a Japanese network-fax service. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Encoding from 'encoding-japanese';

let serial = 0;

export const faxPage = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'fax', name));

interface Call {
  readonly pages?: number;
  /** As the telephone network gives it. */
  readonly caller?: string;
  readonly files?: readonly Buffer[];
  readonly headers?: readonly string[];
}

/** As `faxrcvd` builds it: us-ascii text in quoted-printable, the TIFF behind it. */
export function hylafaxMail(over: Call = {}): Buffer {
  const text = [
    'recvq/fax000000042.tif (ftp://fax.example.jp:4559/recvq/fax000000042.tif):',
    '          Sender: 03-5550-0142',
    `           Pages: ${over.pages ?? 1}`,
    '         Quality: Fine',
    '            Size: ISO A4',
    '        Received: 2026:11:24 10:05:12',
    ' Time To Receive: 0:42',
    '     Signal Rate: 14400 bit/s',
    '     Data Format: 2-D MMR',
    '   Error Correct: Yes',
    `         CallID1: ${over.caller ?? ''}`,
    '         CallID2: ',
    '     Received On: ttyS0',
    '          CommID: 000000042 (ftp://fax.example.jp:4559/log/c000000042)',
  ].join('\r\n');
  return mail(
    ['From: HylaFAX Agent <FaxMaster@fax.example.jp>', 'Subject: Fax received from "03-5550-0142"'],
    Buffer.from(text, 'latin1'),
    'us-ascii',
    over,
  );
}

/** In ISO-2022-JP, as many of them still are. */
export function networkFaxMail(over: Call = {}): Buffer {
  const text = `FAXを受信しました。\r\n\r\n受信日時：2026年11月24日 10:05\r\n発信元番号：${over.caller ?? '非通知'}\r\n着信番号：045-000-0001\r\nページ数：${over.pages ?? 1}枚\r\n`;
  const jis = (words: string) =>
    Buffer.from(Encoding.convert(Encoding.stringToCode(words), { to: 'JIS', from: 'UNICODE' }));
  const subject = `=?ISO-2022-JP?B?${jis('FAX受信のお知らせ').toString('base64')}?=`;
  const headers = ['From: notice@netfax.example.jp', `Subject: ${subject}`];
  return mail(headers, jis(text), 'ISO-2022-JP', over);
}

function mail(headers: readonly string[], text: Buffer, charset: string, over: Call): Buffer {
  serial += 1;
  const files = over.files ?? [faxPage('cover-fine.tif')];
  const parts = files.map((file, at) => {
    const type = file.subarray(0, 4).toString('latin1') === '%PDF' ? 'application/pdf' : 'image/tiff';
    const base64 = file.toString('base64').replace(/.{76}/g, '$&\r\n');
    return `--NextPart1\r\nContent-Type: ${type}; name="fax${at}"\r\nContent-Disposition: attachment; filename="fax${at}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}\r\n`;
  });
  const head = [
    ...headers,
    'To: cltech@example.jp',
    `Message-ID: <fax${serial}.${process.pid}@fax.example.jp>`,
    'Date: Tue, 24 Nov 2026 10:05:20 +0900',
    ...(over.headers ?? []),
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="NextPart1"',
  ];
  return Buffer.concat([
    Buffer.from(
      `${head.join('\r\n')}\r\n\r\n--NextPart1\r\nContent-Type: text/plain; charset=${charset}\r\n\r\n`,
      'latin1',
    ),
    text,
    Buffer.from(`\r\n${parts.join('')}--NextPart1--\r\n`, 'latin1'),
  ]);
}
