/** The world fails beneath the built program: the disk is full, the database is locked, damaged or taken away (threats 75, 76). */
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../src/store/database.ts';
import { type Dovecot, password, startDovecot } from './dovecot.ts';
import { type Around, command, handOver, type Running, startProcess, until } from './process.ts';
import { type Sink, startSink } from './sink.ts';
import { mayMount, openBounded, openTmpfs } from './small-disk.ts';
import { mail } from './trial.ts';

const timeout = 240_000;
const clock = '2026-11-20T10:00:00';
const sender = 'mori@customer.example.jp';
const running: Running[] = [];
let folder: string;
let sink: Sink;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'uketsuke-failure-'));
  sink = await startSink();
});
afterEach(async () => {
  for (const one of running.splice(0)) await one[Symbol.asyncDispose]();
  await sink.close();
  rmSync(folder, { recursive: true, force: true });
});

function configure(dataDir: string, more: readonly string[] = []): string {
  const file = join(folder, 'uketsuke.yaml');
  const lines = [
    `dataDir: ${dataDir}`,
    'addresses: [cltech@example.jp]',
    'smtp: { listen: "127.0.0.1:0", maxBytes: 1000000 }',
    `relay: { host: 127.0.0.1, port: ${sink.port} }`,
    'digest: false',
    ...more,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
function start(config: string, roles: string | null, around: Around = { clock }): Running {
  const one = startProcess(config, roles, around);
  running.push(one);
  return one;
}
const inquiry = (n: number, from = sender) => mail({ from, text: `画面 ${n} が表示されません。\n` });
const outcomes = async (config: string) =>
  JSON.parse((await command(config, ['audit', '--json'], { clock })).out);
const recipients = () => sink.mails.map(({ to }) => to[0]);
/** SQLite file of the data folder. */
const fileIn = (dataDir: string) =>
  join(dataDir, readdirSync(dataDir).find((name) => name.endsWith('.db')) ?? '');

describe.each(mayMount() ? ['a tmpfs of 24 MB', 'RLIMIT_FSIZE'] : ['RLIMIT_FSIZE'])(
  'no room left: %s',
  (kind) => {
    it('nothing is confirmed, nothing leaves unrecorded, and it goes on by itself', { timeout }, async () => {
      await using disk = kind === 'RLIMIT_FSIZE' ? openBounded() : openTmpfs('24m');
      const config = configure(disk.folder);
      const reading = start(config, 'intake,read');
      const port = await reading.port();
      expect(await handOver(port, sender, inquiry(1))).toMatch(/^250 /);
      await reading.heard('message-decided');
      disk.fill([reading.pid]);
      const second = inquiry(2, 'hara@customer.example.jp');
      expect(await handOver(port, sender, second)).toMatch(/^451 /);
      // A letter is due, and its attempt cannot be written down: so it is not attempted.
      const sending = start(config, 'send', { clock, prefix: disk.prefix() });
      const trouble = await sending.heard('pass-failed');
      expect(trouble['message']).toMatch(/no room on the disk|reading or writing the database failed/);
      const file = join(folder, 'third.eml');
      writeFileSync(file, inquiry(3));
      const taken = await command(config, ['intake', file], { clock, prefix: disk.prefix() });
      expect(taken).toMatchObject({
        code: 1,
        err: expect.stringMatching(/no room on the disk|check the disk/),
      });
      await sleep(3_000);
      expect(recipients()).toEqual([]);
      expect([reading.alive, sending.alive]).toEqual([true, true]);
      disk.free([reading.pid, sending.pid]);
      expect(await handOver(port, sender, second)).toMatch(/^250 /);
      await until(
        () => sink.mails.length >= 2,
        () => `two letters: ${JSON.stringify([reading.log, sending.log])}`,
      );
      expect(await reading.end('SIGTERM')).toBe(0);
      expect(await sending.end('SIGTERM')).toBe(0);
      expect(recipients().sort()).toEqual(['hara@customer.example.jp', sender]);
      expect(await outcomes(config)).toMatchObject({ accepted: 2, queued: 0, difference: 0 });
    });
  },
);

describe('the database', () => {
  const data = () => join(folder, 'data');

  it('held by another writer beyond the busy time: the sender waits, nothing is lost or doubled', {
    timeout,
  }, async () => {
    const config = configure(data());
    const daemon = start(config, null);
    const port = await daemon.port();
    const other = connect(`sqlite:${fileIn(data())}`);
    await other.read((q) => q.raw('BEGIN EXCLUSIVE'));
    const handed = handOver(port, sender, inquiry(1));
    const early = await Promise.race([handed, sleep(2_000).then(() => 'still waiting')]);
    expect(early).toBe('still waiting');
    // The busy time of SQLite is 10 s; the same work is done again from its start.
    await daemon.heard('store-busy');
    await other.read((q) => q.raw('ROLLBACK'));
    await other.close();
    expect(await handed).toMatch(/^250 /);
    await until(
      () => sink.mails.length > 0,
      () => `the letter: ${JSON.stringify(daemon.log)}`,
    );
    expect(await daemon.end('SIGTERM')).toBe(0);
    expect(recipients()).toEqual([sender]);
    expect(await outcomes(config)).toMatchObject({ accepted: 1, queued: 0, difference: 0 });
  });

  it.each(['', '-wal'])('its file%s removed: no mail is confirmed any more', { timeout }, async (suffix) => {
    const config = configure(data());
    const daemon = start(config, null);
    const port = await daemon.port();
    expect(await handOver(port, sender, inquiry(1))).toMatch(/^250 /);
    rmSync(`${fileIn(data())}${suffix}`);
    for (const n of [2, 3]) expect(await handOver(port, sender, inquiry(n))).toMatch(/^451 /);
    const told = await daemon.heard('pass-failed');
    expect(told['message']).toContain('removed or replaced while the program was running; stop the program');
  });

  describe('with a flipped page', () => {
    let dovecot: Dovecot;
    beforeAll(async () => {
      dovecot = await startDovecot();
    });
    afterAll(() => dovecot.stop());

    it('stops accepting for good, leaves mail on its server, and says what to do', { timeout }, async () => {
      writeFileSync(join(folder, 'password'), password);
      const config = configure(data(), [
        `mailboxes: [{ name: desk, host: 127.0.0.1, port: ${dovecot.imapPort}, tls: none, user: flipped, passwordFile: password, since: all }]`,
      ]);
      const before = start(config, null);
      expect(await handOver(await before.port(), sender, inquiry(1))).toMatch(/^250 /);
      await before.heard('letter-sent');
      expect(await before.end('SIGTERM')).toBe(0);
      const file = fileIn(data());
      copyFileSync(file, join(folder, 'backup.db'));
      await flipPageOf(file, 'blobs');
      expect(await command(config, ['doctor'], { clock })).toMatchObject({
        code: 1,
        out: expect.stringMatching(/fail\s+database.*damaged.*restore the last backup/),
      });

      const daemon = start(config, null);
      const port = await daemon.port();
      await daemon.heard('mailbox-connected');
      expect(await handOver(port, sender, inquiry(2))).toMatch(/^451 /);
      expect((await daemon.heard('store-damaged'))['reason']).toContain('restore the last backup');
      // Nothing of this mail would touch the damaged page.
      await dovecot.append('flipped', [inquiry(3)], { at: new Date('2026-11-20T01:00:00Z') });
      await daemon.heard('mailbox-lost', ({ reason }) => String(reason).includes('damaged'));
      expect(await handOver(port, sender, inquiry(4))).toMatch(/^451 /);
      expect(await dovecot.list('flipped', 'INBOX')).toHaveLength(1);
      expect(daemon.alive).toBe(true);
      expect(await daemon.end('SIGTERM')).toBe(0);

      const again = start(config, null);
      expect(await again.exit).toBe(1);
      const mark = `${file}.damaged`;
      const doctor = await command(config, ['doctor'], { clock });
      expect(doctor.out).toContain(`see ${mark}`);
      expect(readFileSync(mark, 'utf8')).toContain('damaged');

      for (const suffix of ['-wal', '-shm', '.damaged']) rmSync(`${file}${suffix}`, { force: true });
      copyFileSync(join(folder, 'backup.db'), file);
      const mended = start(config, null);
      await mended.heard('message-decided');
      await until(
        async () => (await dovecot.list('flipped', 'INBOX'))?.length === 0,
        () => 'the mail that waited on its server',
      );
      expect(await handOver(await mended.port(), sender, inquiry(4))).toMatch(/^250 /);
      expect(await mended.end('SIGTERM')).toBe(0);
      expect(await outcomes(config)).toMatchObject({ accepted: 3, difference: 0 });
    });
  });
});

/** Every bit of the first 64 bytes of the page a table begins with. */
async function flipPageOf(file: string, table: string): Promise<void> {
  const db = connect(`sqlite:${file}`);
  const found = await db.read((q) =>
    q('sqlite_master').where({ type: 'table', name: table }).first('rootpage'),
  );
  const size = Number((await db.read((q) => q.raw('PRAGMA page_size')))[0].page_size);
  await db.close();
  const at = (Number(found.rootpage) - 1) * size;
  const handle = openSync(file, 'r+');
  const bytes = Buffer.alloc(64);
  readSync(handle, bytes, 0, bytes.length, at);
  writeSync(
    handle,
    bytes.map((byte) => byte ^ 0xff),
    0,
    bytes.length,
    at,
  );
  closeSync(handle);
}
