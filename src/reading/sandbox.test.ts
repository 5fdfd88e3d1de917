import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { Reader } from '../desk/ports.ts';
import { openReader, type ReaderOptions } from './sandbox.ts';

const hostile = new URL('../../fixtures/reading/hostile-child.mjs', import.meta.url);
const opened: Reader[] = [];

function open(options: ReaderOptions = {}): Reader {
  const reader = openReader(options);
  opened.push(reader);
  return reader;
}

afterEach(async () => {
  for (const reader of opened.splice(0)) await reader.close();
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(execFileSync('cat', [`/proc/${pid}/stat`]).toString());
  } catch {
    return false;
  }
}

const pidOf = async (reader: Reader): Promise<number> => {
  const reading = await reader.read(Buffer.from('pid'));
  return reading.kind === 'limited' ? Number(reading.limit) : 0;
};

it('reads mail in a child, warm ones fast, several at once in order', async () => {
  const reader = open();
  const mail = Buffer.from(
    'From: a@example.jp\nSubject: s\nContent-Type: text/plain; charset=utf-8\n\nCL-1234-5678 です',
  );
  const readings = await Promise.all([reader.read(mail), reader.read(mail), reader.read(mail)]);
  for (const reading of readings) {
    expect(reading).toMatchObject({ kind: 'read', letter: { text: 'CL-1234-5678 です', subject: 's' } });
  }
  const startedAt = performance.now();
  for (let index = 0; index < 20; index += 1) await reader.read(mail);
  expect((performance.now() - startedAt) / 20).toBeLessThan(100);
});

it('takes attachments out under the names the letter gives them', async () => {
  const reader = open();
  const mail = Buffer.from(
    [
      'From: a@example.jp',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'CL-1234-5678',
      '--b',
      'Content-Type: application/pdf; name="../fax.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('%PDF-1.4 ...').toString('base64'),
      '--b--',
      '',
    ].join('\r\n'),
  );
  const reading = await reader.read(mail);
  const unpacked = await reader.unpack(mail);
  if (unpacked.kind !== 'unpacked' || reading.kind !== 'read') throw new Error('not read');
  const [{ content, ...seen }] = unpacked.attachments as [(typeof unpacked.attachments)[number]];
  expect(seen).toEqual(reading.letter.attachments[0]);
  expect(seen).toMatchObject({ name: 'fax.pdf', type: 'application/pdf', bytes: 12 });
  expect(Buffer.from(content).toString()).toBe('%PDF-1.4 ...');
});

it('kills a loop, a hoarder and survives a crash; the next mail is read', async () => {
  const reader = open({ childModule: hostile, milliseconds: 1_500, rssBytes: 250e6 });
  const first = await pidOf(reader);
  expect(await reader.read(Buffer.from('loop'))).toMatchObject({
    kind: 'killed',
    reason: expect.stringMatching(/^time/),
  });
  expect(await reader.read(Buffer.from('crash'))).toMatchObject({
    kind: 'killed',
    reason: expect.stringMatching(/exit 3/),
  });
  expect(await reader.read(Buffer.from('hoard'))).toMatchObject({
    kind: 'killed',
    reason: expect.stringMatching(/^memory/),
  });
  const last = await pidOf(reader);
  expect(last).not.toBe(first);
  await expect.poll(() => alive(first)).toBe(false);
});

it('a mail that made its child swell does not cost the next one its life', async () => {
  const reader = open({ childModule: hostile, rssBytes: 320e6 });
  const swollen = await reader.read(Buffer.from('swell'));
  const next = await pidOf(reader);
  expect(swollen).toMatchObject({ kind: 'limited', limit: expect.not.stringMatching(`^${next}$`) });
});

it('the first try is short, and what is tried again holds nobody up', async () => {
  const reader = open({ childModule: hostile, milliseconds: 20_000, firstTryMilliseconds: 1_000 });
  expect(await reader.read(Buffer.from('loop'))).toEqual({ kind: 'killed', reason: 'time: over 1000 ms' });
  const suspect = reader.read(Buffer.from('loop'), true).catch(({ kind }) => kind);
  expect(await pidOf(reader)).toBeGreaterThan(0);
  expect(await Promise.race([suspect, sleep(1_500, 'still at it')])).toBe('still at it');
  await reader.close();
  expect(await suspect).toBe('again');
});

it('starts one child before the first mail when told, which reads it or ends when idle', async () => {
  const children = () =>
    execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('hostile-child'))
      .map((line) => Number.parseInt(line, 10));
  const reader = open({ childModule: hostile, idleMilliseconds: 3_000 });
  reader.warm();
  reader.warm();
  const [warm, ...more] = children();
  expect(more).toEqual([]);
  expect(await pidOf(reader)).toBe(warm);
  reader.warm();
  expect(children()).toEqual([warm]);
  await expect.poll(children, { timeout: 10_000 }).toEqual([]);
});

it('keeps a child between mails and ends it when idle and on close', async () => {
  const reader = open({ childModule: hostile, idleMilliseconds: 200 });
  const first = await pidOf(reader);
  expect(await pidOf(reader)).toBe(first);
  await expect.poll(() => alive(first), { timeout: 5_000 }).toBe(false);
  const second = await pidOf(reader);
  await reader.close();
  expect(alive(second)).toBe(false);
  await expect(reader.read(Buffer.from('pid'))).rejects.toMatchObject({ kind: 'again' });
});

it('a mail cut off by the end of the reader is no death of the reader', async () => {
  const reader = open({ childModule: hostile, milliseconds: 20_000 });
  const cut = expect(reader.read(Buffer.from('loop'))).rejects.toMatchObject({ kind: 'again' });
  await sleep(300);
  await reader.close();
  await cut;
});

it('hands the child none of our environment', async () => {
  process.env['UKETSUKE_CANARY'] = 'secret';
  const reading = await open({ childModule: hostile }).read(Buffer.from('env'));
  delete process.env['UKETSUKE_CANARY'];
  expect(JSON.stringify(reading)).not.toContain('secret');
});

it('the child ends with its parent', async () => {
  const script = `import { openReader } from ${JSON.stringify(new URL('./sandbox.ts', import.meta.url).href)};
    const reader = openReader({ childModule: new URL(${JSON.stringify(hostile.href)}) });
    const reading = await reader.read(Buffer.from('pid'));
    console.log(reading.limit);
    setInterval(() => {}, 1000);`;
  const parent = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', script],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (chunk) => resolve(Number(chunk))),
  );
  expect(alive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => alive(pid), { timeout: 5_000 }).toBe(false);
  await sleep(0);
});
