import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { identify } from './digest.ts';
import { type MailFile, readMailFile } from './files.ts';

const folder = await mkdtemp(join(tmpdir(), 'uketsuke-files-'));
const mail = (id: number): string =>
  `From: a@example.jp\nMessage-ID: <${id}@example.jp>\nSubject: s${id}\n\nbody\n\nFrom April 2026 on\n> x\n`;

async function all(content: string | Buffer, name = 'x.eml'): Promise<MailFile[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  const found: MailFile[] = [];
  for await (const one of readMailFile(path)) found.push(one);
  return found;
}

it('an .eml is one mail, byte for byte', async () => {
  expect((await all(mail(1))).map((one) => [one.name, one.raw.toString()])).toEqual([['x.eml', mail(1)]]);
});

it('an mbox is many, and each has the identity of its .eml', async () => {
  const quoted = (id: number): string =>
    `From a@example.jp Mon Nov 23 10:00:0${id} 2026\n${mail(id).replace('\nFrom April', '\n>From April')}\n`;
  for (const text of [
    quoted(1) + quoted(2) + quoted(3),
    (quoted(1) + quoted(2) + quoted(3)).replaceAll('\n', '\r\n'),
  ]) {
    const found = await all(text, 'box');
    expect(found.map((one) => one.name)).toEqual(['box#1', 'box#2', 'box#3']);
    for (const [index, one] of found.entries()) {
      expect(identify(one.raw).contentKey).toBe(identify(Buffer.from(mail(index + 1))).contentKey);
      expect(one.raw.toString().replaceAll('\r', '')).toBe(mail(index + 1));
    }
  }
});

it('says what is wrong and what to do', async () => {
  await expect(all('')).rejects.toThrow(/empty; save/);
  await expect(all('%PDF-1.7\n')).rejects.toThrow(/PDF; `uketsuke read` reads it/);
  await expect(all(Buffer.from([0x50, 0x4b, 3, 4, 0]))).rejects.toThrow(/ZIP/);
  await expect(all('just a note\n\nno: mail')).rejects.toThrow(/no header fields/);
  const missing = readMailFile(join(folder, 'none'));
  await expect(missing.next()).rejects.toThrow(/no such file/);
  await expect(readMailFile(folder).next()).rejects.toThrow(/is a directory/);
});

it('does not hold an mbox in memory', async () => {
  const one = `From a@example.jp Mon Nov 23 10:00:00 2026\n${mail(1)}${'x'.repeat(70)}\n`.repeat(1);
  const path = join(folder, 'big');
  await writeFile(
    path,
    `${one}${'y'.repeat(76)}\n`
      .repeat(1)
      .concat(`${'z'.repeat(100_000)}\n\n`)
      .repeat(1_500),
  );
  const before = process.memoryUsage().rss;
  let count = 0;
  let peak = 0;
  for await (const found of readMailFile(path)) {
    count += found.raw.length > 0 ? 1 : 0;
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  expect(count).toBe(1_500);
  expect(peak - before).toBeLessThan(120e6);
});
