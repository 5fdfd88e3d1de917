/** What staff are told of a message, through the whole daemon: the customer's files, what stands beside it, its headers. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Door } from '../src/command/door.ts';
import { ticketsSave } from '../src/command/tickets-save.ts';
import { saveNew } from '../src/file-save.ts';
import { type Arrival, mail, opened, startTrial, type Trial } from './trial.ts';

const staff = 'suzuki@example.jp';
const mailBytesMax = 10_000_000;

let trial: Trial;
beforeAll(async () => {
  trial = await startTrial({
    now: '2026-11-20T10:00:00',
    yaml: [
      `staff: [{ name: 鈴木, address: ${staff} }]`,
      'hours: { closures: [{ name: 年末年始休暇, from: 2026-12-29, to: 2027-01-04 }] }',
      '',
    ].join('\n'),
  });
});
afterAll(() => trial[Symbol.asyncDispose]());

interface Part {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A mail of a registered contact with files. */
function withFiles(parts: readonly Part[], text = 'CL-1234-5678\n\nファイルを送ります。\n'): Buffer {
  const [head = ''] = mail({ headers: ['X-Test: 1'] })
    .toString('latin1')
    .split('\r\n\r\n');
  const files = parts.map(({ name, bytes }) =>
    [
      '--b',
      'Content-Type: application/octet-stream',
      `Content-Disposition: attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      'Content-Transfer-Encoding: base64',
      '',
      bytes.toString('base64').replace(/.{76}/g, '$&\r\n'),
    ].join('\r\n'),
  );
  return Buffer.from(
    [
      head
        .replace(/Content-Type:.*/, 'Content-Type: multipart/mixed; boundary=b')
        .replace(/Content-Transfer.*/, 'X-Y: 1'),
      '',
      '--b',
      'Content-Type: text/plain; charset=UTF-8',
      '',
      text,
      ...files,
      '--b--',
      '',
    ].join('\r\n'),
  );
}
async function told(since: number): Promise<readonly Arrival[]> {
  return trial.arrivals.slice(since).filter((one) => one.to === staff);
}
const plain = (text: string) => text.replace(/\s+/g, '');
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('the customer’s files', () => {
  const small = { name: '画面.png', bytes: randomBytes(40_000) };
  const large = { name: 'server-log.zip', bytes: randomBytes(8_000_000) };
  const middle = { name: '設定.txt', bytes: randomBytes(6_000_000) };

  it('travel while they fit, the others are named with how to get them', async () => {
    const since = trial.arrivals.length;
    const message = await trial.takeIn(withFiles([large, small, middle]));
    const ticket = await trial.ticketOf(message);
    const [notice, ...more] = await told(since);
    expect(more).toEqual([]);
    expect(notice!.raw.length).toBeLessThan(mailBytesMax);
    const parsed = await simpleParser(notice!.raw);
    expect(parsed.attachments.map((one) => [one.filename, digest(one.content)])).toEqual([
      [small.name, digest(small.bytes)],
      [middle.name, digest(middle.bytes)],
    ]);
    expect(parsed.text).toMatch(/1\. server-log\.zip {2}7\.6 MB {2}保管のみ\(転送上限超\)/);
    expect(parsed.text).toMatch(/2\. 画面\.png {2}40 KB {2}添付/);
    expect(parsed.text).toContain(`取り出し: uketsuke tickets save ${ticket.ref} フォルダー`);
    expect(parsed.text).toContain('■添付 3件');
    // To the customer nothing of theirs goes back.
    const letter = trial.arrivals.slice(since).find((one) => one.to === 'sato@sample.example.jp');
    expect((await simpleParser(letter!.raw)).attachments).toEqual([]);
  });

  it('under harmless names, whatever they are called', async () => {
    const since = trial.arrivals.length;
    const names = [
      '../../etc/passwd',
      'C:\\boot.ini',
      'invoice\u202efdp.exe',
      'CON',
      'a\r\nBcc: evil@evil.example',
    ];
    await trial.takeIn(withFiles(names.map((name) => ({ name, bytes: Buffer.from(name) }))));
    const { raw } = (await told(since))[0]!;
    const parsed = await simpleParser(raw);
    const carried = parsed.attachments.map((one) => one.filename ?? '');
    expect(carried).toHaveLength(names.length);
    for (const name of carried) expect(name).not.toMatch(/[/\\\r\n\u202e]|^con$/i);
    expect(raw.toString('latin1')).not.toMatch(/^Bcc:/im);
  });

  it('are written to a folder with the mail as it came; nothing is overwritten', async () => {
    const raw = withFiles([small, { name: '../../画面.png', bytes: Buffer.from('other') }]);
    const ticket = await trial.ticketOf(await trial.takeIn(raw));
    const folder = mkdtempSync(join(tmpdir(), 'saved-'));
    const printed: unknown[] = [];
    const door = {
      json: true,
      desk: async () => trial.daemon.desk,
      save: saveNew,
      print: (document: unknown) => printed.push(document),
    } as unknown as Door;
    const into = join(folder, 'inside');
    await ticketsSave(door, ticket.ref.toLowerCase(), into);
    await ticketsSave(door, ticket.ref, into);
    const names = readdirSync(into);
    expect(names).toHaveLength(3);
    expect(readdirSync(folder)).toEqual(['inside']);
    expect(readFileSync(join(into, names.find((name) => name.endsWith('.eml'))!)).equals(raw)).toBe(true);
    const kept = names
      .filter((name) => !name.endsWith('.eml'))
      .map((name) => digest(readFileSync(join(into, name))));
    expect(kept.sort()).toEqual([digest(small.bytes), digest(Buffer.from('other'))].sort());
    expect(printed[0]).toMatchObject([
      { kind: 'mail', how: 'written' },
      { kind: 'attachment' },
      { kind: 'attachment' },
    ]);
    expect(printed[1]).toMatchObject([{ how: 'same' }, { how: 'same' }, { how: 'same' }]);
    rmSync(folder, { recursive: true });
    await expect(ticketsSave(door, 'R-20200101-0001', folder)).rejects.toThrow(/no ticket/);
  });
});

describe('the mail itself', () => {
  it('says that a machine wrote it, and asks for no automatic answer', async () => {
    const since = trial.arrivals.length;
    await trial.send(mail());
    const [notice] = await told(since);
    const head = notice!.raw.toString('latin1').split('\r\n\r\n')[0]!;
    expect(head).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(head).toMatch(/^X-Auto-Response-Suppress: All\r?$/m);
  });

  it('names other tickets of the contract, and a reply address that differs', async () => {
    const first = await trial.ticketOf(
      await trial.takeIn(
        mail({
          from: 'takahashi@midori.example.jp',
          subject: 'ログイン不可',
          text: 'CL-2345-6789\n\nログインできません\n',
        }),
      ),
    );
    await trial.goTo('2026-11-24T10:00:00');
    const since = trial.arrivals.length;
    await trial.send(
      mail({
        from: 'takahashi@midori.example.jp',
        text: 'CL-2345-6789\n\n印刷できません\n',
        headers: ['Reply-To: 別 <other@midori.example.jp>'],
      }),
    );
    const { text } = await opened((await told(since))[0]!.raw);
    expect(plain(text)).toContain(`同じ契約で対応中:${first.ref}「ログイン不可」(4日前)`);
    expect(text).toMatch(/返信先 {2}: other@midori\.example\.jp {2}※差出人と異なります/);
    expect(text).toMatch(/カスタマイズ: あり/);
  });

  it('names days off until somebody may answer', async () => {
    await trial.goTo('2026-12-28T18:00:00');
    const since = trial.arrivals.length;
    await trial.send(mail({ text: 'CL-1234-5678\n\n年末のお願い\n' }));
    const { text } = await opened((await told(since))[0]!.raw);
    expect(plain(text)).toContain('当社休業日12/29(火)～1/4(月)をはさむ(受信から営業0時間)');
  });
});

it('files are taken out once for all of the staff', async () => {
  const colleagues = ['a', 'b', 'c'].map((name) => `{ name: ${name}, address: ${name}@example.jp }`);
  await using desk = await startTrial({
    now: '2026-11-20T10:00:00',
    yaml: `staff: [${colleagues.join(', ')}]\n`,
  });
  const { reader } = desk.daemon.desk;
  const asked = vi.spyOn(reader, 'unpack');
  await desk.takeIn(withFiles([{ name: '画面.png', bytes: Buffer.from('x') }]));
  const sent = desk.arrivals.filter(({ to }) => to !== 'sato@sample.example.jp');
  expect(sent).toHaveLength(3);
  for (const { raw } of sent) expect((await simpleParser(raw)).attachments).toHaveLength(1);
  expect(asked).toHaveBeenCalledTimes(1);
});
