/** Several processes of the built program work on one PostgreSQL, and one of them is killed in the middle (spec 7, threat 20). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openStore } from '../src/store/open.ts';
import { type Dovecot, password, startDovecot } from './dovecot.ts';
import { startPostgres } from './postgres.ts';
import { command, handOver, type Running, startProcess, until } from './process.ts';
import { startSink } from './sink.ts';
import { mail } from './trial.ts';

const timeout = 300_000;
const clock = '2026-11-20T10:00:00';
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let dovecot: Dovecot;
let folder: string;
const running: Running[] = [];
beforeAll(async () => {
  [postgres, dovecot] = await Promise.all([startPostgres(), startDovecot()]);
  folder = mkdtempSync(join(tmpdir(), 'uketsuke-several-'));
  writeFileSync(join(folder, 'password'), password);
});
afterEach(async () => {
  for (const one of running.splice(0)) await one[Symbol.asyncDispose]();
});
afterAll(async () => {
  await Promise.all([postgres.stop(), dovecot.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

async function configure(name: string, relayPort: number): Promise<{ config: string; database: string }> {
  const config = join(folder, `${name}.yaml`);
  const database = await postgres.database(name);
  const lines = [
    `dataDir: ${join(folder, name)}`,
    `database: ${database}`,
    'addresses: [cltech@example.jp]',
    'smtp: { listen: "127.0.0.1:0" }',
    `relay: { host: 127.0.0.1, port: ${relayPort} }`,
    `mailboxes: [{ name: desk, host: 127.0.0.1, port: ${dovecot.imapPort}, tls: none, user: ${name}, passwordFile: password, since: all }]`,
    'outbox: { perMinute: 10000 }',
    'digest: false',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  return { config, database };
}
function start(config: string, roles: string | null, env: Readonly<Record<string, string>> = {}): Running {
  const preload = join(import.meta.dirname, 'wrapped-clock.mjs');
  const skewed = 'WRAPPED_CLOCK' in env ? { preload, env } : {};
  const one = startProcess(config, roles, { clock, ...skewed });
  running.push(one);
  return one;
}
const count = (one: Running, event: string) => one.log.filter((entry) => entry.event === event).length;
const write = (n: number) => ({
  n,
  from: `c${n}@customer.example.jp`,
  raw: mail({ from: `c${n}@customer.example.jp`, text: `質問 ${n}\n` }),
});

it('two share the work, one mailbox has one reader, and what a killed one held is taken over', {
  timeout,
}, async () => {
  // The relay takes its time, so that there is a middle to be killed in.
  await using sink = await startSink({
    faults: [{ at: 'rcpt', does: { kind: 'slow', ms: 150 }, times: Number.POSITIVE_INFINITY }],
  });
  const { config, database } = await configure('shared', sink.port);
  const first = start(config, null);
  await first.heard('mailbox-connected');
  // The host clock of the other is two hours ahead: that makes no living process a dead one.
  const second = start(config, null, { WRAPPED_CLOCK: new Date(Date.now() + 2 * 3_600_000).toISOString() });
  await second.heard('mailbox-standby');
  const ports = [await first.port(), await second.port()];
  const mails = Array.from({ length: 60 }, (_, n) => write(n));
  const [inMailbox, bySmtp] = [mails.slice(0, 30), mails.slice(30)];
  await dovecot.append(
    'shared',
    inMailbox.map(({ raw }) => raw),
    { at: new Date('2026-11-20T01:00:00Z') },
  );
  const refused: typeof mails = [];
  const handing = Promise.all(
    [0, 1].map(async (lane) => {
      for (const one of bySmtp.filter(({ n }) => n % 2 === lane))
        if (!(await handOver(ports[lane]!, one.from, one.raw)).startsWith('250')) refused.push(one);
    }),
  );
  await until(
    () =>
      sink.mails.length >= 15 && count(first, 'message-decided') > 0 && count(second, 'message-decided') > 0,
    () => `a middle: ${sink.mails.length} letters`,
  );
  expect(await first.end('SIGKILL')).toBeNull();
  await second.heard('mailbox-connected');
  await handing;
  for (const one of refused) expect(await handOver(ports[1]!, one.from, one.raw)).toMatch(/^250 /);
  await using store = await openStore({ database });
  const settled = await until(
    async () => {
      const letters = await store.outbox.list();
      const tickets = await store.tickets.list({});
      const busy = letters.filter(
        ({ kind, state }) => kind !== 'reminder' && ['queued', 'sending'].includes(state),
      );
      return tickets.length >= mails.length && busy.length === 0 && letters;
    },
    () => JSON.stringify(second.log.slice(-5)),
  );
  await until(
    async () => (await dovecot.list('shared', 'INBOX'))?.length === 0,
    () => 'an empty inbox',
  );
  expect(await second.end('SIGTERM')).toBe(0);

  const audit = JSON.parse((await command(config, ['audit', '--json'], { clock })).out);
  expect(audit).toMatchObject({ difference: 0, queued: 0 });
  expect(await store.tickets.list({})).toHaveLength(mails.length);
  const letters = settled.filter(({ kind }) => kind === 'request-number');
  expect(letters.map(({ to }) => to).sort()).toEqual(mails.map(({ from }) => from).sort());
  const uncertain = letters.filter(({ state }) => state === 'uncertain');
  // The letter the killed process had in its hand.
  expect(uncertain.length).toBeLessThanOrEqual(1);
  expect(letters.filter(({ state }) => state === 'sent')).toHaveLength(mails.length - uncertain.length);
  const ids = await Promise.all(sink.mails.map(async ({ raw }) => (await simpleParser(raw)).messageId));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThanOrEqual(mails.length - 1);
  for (const one of [first, second]) {
    expect(count(one, 'message-lost-to-other-worker')).toBe(0);
    expect(one.log.filter(({ event }) => ['pass-failed', 'message-failed', 'said'].includes(event))).toEqual(
      [],
    );
  }
});

it('one takes mail in, one reads, one sends', { timeout }, async () => {
  await using sink = await startSink();
  const { config } = await configure('roles', sink.port);
  const [intake, reader, sender] = ['intake', 'read', 'send'].map((role) => start(config, role));
  const port = await intake!.port();
  for (const one of [write(1), write(2)]) expect(await handOver(port, one.from, one.raw)).toMatch(/^250 /);
  const done = () => [
    count(intake!, 'message-received'),
    count(reader!, 'message-decided'),
    count(sender!, 'letter-sent'),
  ];
  await until(
    () => done().every((one) => one >= 2),
    () => JSON.stringify([reader!.log, sender!.log]),
  );
  expect([...done(), sink.mails.length]).toEqual([2, 2, 2, 2]);
  for (const one of [intake!, reader!, sender!]) expect(await one.end('SIGTERM')).toBe(0);
});

it('a machine with a key of its own is told that it does not know the letters of the others', {
  timeout,
}, async () => {
  await using sink = await startSink();
  const { config } = await configure('keys', sink.port);
  const first = start(config, 'intake,read,send');
  const one = write(1);
  expect(await handOver(await first.port(), one.from, one.raw)).toMatch(/^250 /);
  await first.heard('letter-sent');
  expect(await first.end('SIGTERM')).toBe(0);
  const elsewhere = join(folder, 'elsewhere.yaml');
  writeFileSync(
    elsewhere,
    readFileSync(config, 'utf8').replace(/^dataDir: .*$/m, `dataDir: ${join(folder, 'elsewhere')}`),
  );
  const second = start(elsewhere, 'read');
  expect((await second.heard('secret-key-differs'))['reason']).toContain(
    'copy secret.key from the machine that sent it',
  );
  await second.end('SIGTERM');
  const checks = async (file: string) => (await command(file, ['doctor'], { clock })).out;
  expect(await checks(elsewhere)).toMatch(
    /fail\s+database\s+letter \d+ was signed with a key that secret.key here does not hold/,
  );
  expect(await checks(config)).not.toContain('was signed with');
});
