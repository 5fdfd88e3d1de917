/** Mails as bytes in the charsets of Japan, and what the reader makes of them. */
import Encoding from 'encoding-japanese';
import type { Letter } from '../src/inquiry/letter.ts';
import { readMail } from '../src/reading/mail.ts';

export const body =
  'サポートサービス番号：CL-1234-5678\nお世話になっております。例示商事の山田太郎です。\nログインできません。①～⑤を確認済み。髙橋 ㈱\n';
export const jisBody = `ｻﾎﾟｰﾄｻｰﾋﾞｽ番号: CL-1234-5678\nお世話になっております。ログインできません。①Ⅳ\n`;

export const sjis = (text: string): Buffer =>
  Buffer.from(Encoding.convert(Encoding.stringToCode(text), { to: 'SJIS', from: 'UNICODE' }));
export const euc = (text: string): Buffer =>
  Buffer.from(Encoding.convert(Encoding.stringToCode(text), { to: 'EUCJP', from: 'UNICODE' }));
/** ISO-2022-JP with NEC row 13 and katakana by `ESC ( I`, made from EUC by hand. */
export function jis(text: string): Buffer {
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
export const utf8 = (text: string): Buffer => Buffer.from(text);

export const encoders: Record<string, (text: string) => Buffer> = { sjis, euc, jis, utf8 };
export function mail(head: (string | Buffer)[], text: Buffer, eol = '\r\n'): Buffer {
  const lines = ['From: "T" <t@example.jp>', 'Message-ID: <m1@example.jp>', ...head].flatMap((line) => [
    Buffer.from(line),
    Buffer.from(eol),
  ]);
  return Buffer.concat([...lines, Buffer.from(eol), text]);
}

export async function letter(raw: Buffer): Promise<Letter> {
  return (await readMail(raw)).letter;
}

export const notes = (read: Letter): string[] => read.notes.map((note) => note.kind);
