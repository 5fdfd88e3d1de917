import Encoding from 'encoding-japanese';
import { expect, test } from 'vitest';
import type { Letter } from '../inquiry/letter.ts';
import { readMail } from './mail.ts';

const encoded = (to: 'SJIS' | 'EUCJP', text: string): Buffer =>
  Buffer.from(Encoding.convert(Encoding.stringToCode(text), { to, from: 'UNICODE' }));

async function letter(head: string, body: string | Buffer): Promise<Letter> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return (await readMail(Buffer.concat([Buffer.from(head), bytes]))).letter;
}

test('a first part marked as an attachment without a name is the text', async () => {
  const read = await letter(
    'Content-Type: multipart/mixed; boundary=b\n\n',
    '--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nCL-1234-5678\n--b--\n',
  );
  expect(read.text.trim()).toBe('CL-1234-5678');
  expect(read.attachments).toEqual([]);
});

test('plain text under the name of base64 is shown as it stands', async () => {
  const head = 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n';
  expect((await letter(head, '番号 CL-1234-5678 です。')).text).toBe('番号 CL-1234-5678 です。');
  const damaged = Buffer.from('番号 CL-1234-5678 です。').toString('base64').replace(/.{20}/g, '$& !\n');
  expect((await letter(head, damaged)).text).toBe('番号 CL-1234-5678 です。');
});

test('a text without any header is all body', async () => {
  expect((await letter('', 'CL-1234-5678\n\nログインできません。')).text).toBe(
    'CL-1234-5678\n\nログインできません。',
  );
});

test.each([
  ['gbk', 'SJIS'],
  ['gb2312', 'SJIS'],
  ['big5', 'SJIS'],
  ['big5', 'EUCJP'],
  ['euc-kr', 'SJIS'],
] as const)('Japanese labelled %s in %s', async (label, to) => {
  const text = 'ログインできません。よろしくお願いいたします。';
  expect((await letter(`Content-Type: text/plain; charset=${label}\n\n`, encoded(to, text))).text).toBe(text);
});

test('Chinese under its own label stays Chinese', async () => {
  // 您好，请问无法登录。 in GBK
  const bytes = Buffer.from('c4fabac3a3acc7ebcecace deb7a8b5c7c2bca1a3'.replace(' ', ''), 'hex');
  const read = await letter('Content-Type: text/plain; charset=gbk\n\n', bytes);
  expect(read.text).toBe('您好，请问无法登录。');
  expect(read.notes).toEqual([]);
});

test.each(['euc-jp', 'us-ascii'])('half-width katakana in EUC labelled %s', async (label) => {
  const text = 'ｻﾎﾟｰﾄﾊﾞﾝｺﾞｳ CL-1234-5678\nﾛｸﾞｲﾝﾃﾞｷﾏｾﾝ';
  const head = `Content-Type: text/plain; charset=${label}\n\n`;
  expect((await letter(head, encoded('EUCJP', text))).text).toBe(text);
});

test('pipes in HTML are edges of a table, never quotation marks', async () => {
  const rows = '<p>|番号 CL-1234-5678</p><p>|会社 見本</p><p>|担当 佐藤</p>';
  const read = await letter('Content-Type: text/html; charset=utf-8\n\n', rows);
  expect(read.body.own).toContain('CL-1234-5678');
  expect(read.body.quoted).toBe('');
});
