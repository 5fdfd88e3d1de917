/** The mails of the mailbox bench: a desk's usual mixture, the same at every run. */
import Encoding from 'encoding-japanese';

const megabyte = 1_000_000;

/** Every tenth carries 1 MB; the others go round UTF-8, ISO-2022-JP, Shift_JIS and HTML with a plain alternative. */
export function corpus(count: number, from = 0): readonly Buffer[] {
  return Array.from({ length: count }, (_, place) => {
    const index = from + place;
    if (index % 10 === 9) return withFile(index);
    switch (index % 4) {
      case 0:
        return mail(index, 'text/plain; charset=UTF-8', Buffer.from(text(index)));
      case 1:
        return mail(index, 'text/plain; charset=ISO-2022-JP', encoded(text(index), 'JIS'));
      case 2:
        return mail(index, 'text/plain; charset=Shift_JIS', encoded(text(index), 'SJIS'));
      default:
        return alternatives(index);
    }
  });
}

function text(index: number): string {
  const lines = Array.from(
    { length: 20 },
    (_, line) => `${line + 1}行目。動作についての詳しい説明をここに書いております。`,
  );
  return [
    'サポートサービス番号：ＣＬ－１２３４－５６７８',
    `サンプル商事の佐藤です。お問合せ ${index} です。`,
    ...lines,
    '',
  ].join('\r\n');
}

function encoded(words: string, to: 'JIS' | 'SJIS'): Buffer {
  return Buffer.from(Encoding.convert(Encoding.stringToCode(words), { to, from: 'UNICODE' }));
}

function head(index: number, type: string): Buffer {
  const subject = `=?UTF-8?B?${Buffer.from(`お問合せ ${index}`).toString('base64')}?=`;
  return Buffer.from(
    [
      `From: sato${index}@sample.example.jp`,
      'To: cltech@example.jp',
      `Subject: ${subject}`,
      'Date: Fri, 20 Nov 2026 10:00:00 +0900',
      `Message-ID: <bench-${index}@sample.example.jp>`,
      'MIME-Version: 1.0',
      `Content-Type: ${type}`,
      '',
      '',
    ].join('\r\n'),
  );
}

function mail(index: number, type: string, body: Buffer): Buffer {
  return Buffer.concat([head(index, type), body]);
}

function alternatives(index: number): Buffer {
  const part = (type: string, body: string) =>
    `--b\r\nContent-Type: ${type}; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${wrapped(Buffer.from(body))}\r\n`;
  const html = `<html><body>${text(index).replaceAll('\r\n', '<br>\r\n')}</body></html>`;
  const body = `${part('text/plain', text(index))}${part('text/html', html)}--b--\r\n`;
  return mail(index, 'multipart/alternative; boundary=b', Buffer.from(body));
}

function withFile(index: number): Buffer {
  const file = Buffer.alloc(megabyte * 0.74, `${index} 0123456789`);
  const body = `--b\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${text(index)}\r\n--b\r\nContent-Type: application/octet-stream; name=log.bin\r\nContent-Disposition: attachment; filename=log.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${wrapped(file)}\r\n--b--\r\n`;
  return mail(index, 'multipart/mixed; boundary=b', Buffer.from(body));
}

function wrapped(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
}
