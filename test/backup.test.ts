/** A backup while mail comes in, and a desk made of it again that sends nothing a second time (spec 7, threats 80–81). */
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { backUp } from '../src/backup.ts';
import { loadConfig } from '../src/config.ts';
import { audit } from '../src/desk/audit.ts';
import type { Received } from '../src/desk/ports.ts';
import { retryLetter, settleLetter } from '../src/desk/settle-letter.ts';
import { type Restored, restore } from '../src/restore.ts';
import { type Dovecot, password, startDovecot } from './dovecot.ts';
import { startPostgres } from './postgres.ts';
import { at, mail, startTrial, type Trial, type TrialOptions } from './trial.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let dovecot: Dovecot;
let made = 0;
let folder: string;
const trials: Trial[] = [];
beforeAll(async () => {
  [postgres, dovecot] = await Promise.all([startPostgres(), startDovecot()]);
  folder = mkdtempSync(join(tmpdir(), 'uketsuke-backup-'));
  writeFileSync(join(folder, 'password'), password);
});
afterEach(async () => {
  for (const one of trials.splice(0)) await one[Symbol.asyncDispose]();
});
afterAll(async () => {
  await Promise.all([postgres.stop(), dovecot.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const start = async (options: TrialOptions) => {
  const trial = await startTrial(options);
  trials.push(trial);
  return trial;
};
const configOf = (trial: Trial) => loadConfig(join(trial.dir, 'uketsuke.yaml'), { env: {}, cwd: trial.dir });
const place = () => join(folder, `backup-${++made}`);
const staff = 'staff: [{ name: 鈴木, address: suzuki@example.jp }]\n';
const idOf = (raw: Buffer) => /^Message-ID: (.*)\r$/m.exec(raw.toString('latin1'))![1]!;
const toCustomers = (trial: Trial) => trial.arrivals.filter((one) => one.to !== 'suzuki@example.jp');
/** A desk restored from it, on a data folder (and database) of its own. */
async function restored(from: string, now: string, lostAt: Date | null, yaml: string) {
  const told: Restored[] = [];
  const trial = await start({
    now,
    yaml,
    prepare: async (config) => void told.push(await restore(config, from, lostAt, at(now))),
  });
  return { trial, told: told[0]! };
}
const sound = async (trial: Trial) => {
  const found = await audit(trial.daemon.desk);
  expect(found.contradictions).toEqual([]);
  expect(found.balanced).toBe(true);
};

describe.each(['sqlite', 'postgres'])('on %s', (kind) => {
  const database = async () =>
    kind === 'sqlite' ? '' : `database: ${await postgres.database(`backup${++made}`)}\n`;

  it('taken during load it is whole; restored, nothing that left since leaves again', async () => {
    const lost = await start({ now: '2026-11-24T17:40:00', yaml: staff + (await database()) });
    const anybody = () => mail({ from: `c${++made}@firm${made}.example.jp` });
    for (let count = 0; count < 5; count += 1) await lost.send(anybody());
    await lost.send(mail({ text: '番号を忘れました。' }));
    const target = place();
    let stop = false;
    let sent = 0;
    const load = (async () => {
      for (; !stop; sent += 1)
        await lost.daemon.desk.accept(
          anybody(),
          { kind: 'file', name: 'load', returnPath: null, recipients: [] },
          lost.now(),
          false,
        );
    })();
    while (sent < 5) await sleep(5);
    const manifest = await backUp(configOf(lost), target, lost.now());
    const during = sent;
    stop = true;
    await load;
    expect(during).toBeGreaterThan(5);
    expect(manifest.counts.messages).toBeGreaterThanOrEqual(11);
    expect(statSync(target).mode & 0o777).toBe(0o700);
    expect(statSync(join(target, 'secret.key')).mode & 0o777).toBe(0o600);
    await lost.goTo('2026-11-24T17:45:00');
    await lost.goTo('2026-11-25T09:00:00');
    for (let minute = 1; minute <= 9; minute += 1) await lost.goTo(`2026-11-25T09:0${minute}:00`);
    const left = new Set(lost.arrivals.map(({ raw }) => idOf(raw)));
    expect(left.size).toBeGreaterThan(10);
    await lost.daemon[Symbol.asyncDispose]();

    const { trial, told } = await restored(
      target,
      '2026-11-25T09:20:00',
      at('2026-11-25T09:10:00'),
      staff + (await database()),
    );
    await trial.goTo('2026-11-25T10:00:00');
    await trial.goTo('2026-11-27T10:00:00');
    expect(trial.arrivals.filter(({ raw }) => left.has(idOf(raw)))).toEqual([]);
    // What was accepted and not yet decided in the backup may have been answered by the lost desk as well.
    expect(toCustomers(trial)).toEqual([]);
    const letters = await trial.letters();
    const doubtful = letters.filter(({ state }) => state === 'uncertain');
    expect(doubtful.length).toBeGreaterThanOrEqual(6);
    expect(told.letters.filter(({ became }) => became === 'uncertain').map(({ id }) => id)).toEqual(
      doubtful.map(({ id }) => id),
    );
    expect(doubtful[0]!.reason).toContain('restored from a backup of 2026-11-24T08:40:00.000Z');
    await sound(trial);

    // A person settles one and sends one again: under the Message-ID the lost desk gave it.
    const [first, second] = doubtful;
    await settleLetter(trial.daemon.desk, first!.id, true, trial.now());
    await retryLetter(trial.daemon.desk, second!.id, trial.now());
    await trial.goTo(trial.now());
    const now = await trial.letters();
    expect(now.find(({ id }) => id === first!.id)).toMatchObject({ state: 'sent' });
    expect(left).toContain(now.find(({ id }) => id === first!.id)!.messageId);
    expect(trial.arrivals.map(({ raw }) => idOf(raw)).filter((id) => left.has(id))).toHaveLength(1);
    await sound(trial);
  });

  it('a daemon that had stopped before: what is queued leaves, once', async () => {
    const lost = await start({ now: '2026-11-24T17:40:00', yaml: staff + (await database()) });
    const message = await lost.send(mail());
    await lost.daemon[Symbol.asyncDispose]();
    const target = place();
    await backUp(configOf(lost), target, lost.now());
    const { trial, told } = await restored(target, '2026-11-25T08:00:00', null, staff + (await database()));
    expect(told.letters).toEqual([]);
    await trial.goTo('2026-11-25T09:00:00');
    expect(toCustomers(trial)).toHaveLength(1);
    expect(await trial.daemon.desk.store.received.raw(message.id)).toEqual(
      await trial.daemon.desk.store.received.raw(1),
    );
    await sound(trial);
  });

  it('references and ids the lost desk gave are never given again', async () => {
    const lost = await start({ now: '2026-11-24T10:00:00', yaml: staff + (await database()) });
    await lost.send(mail());
    const target = place();
    await backUp(configOf(lost), target, lost.now());
    const later = await lost.send(mail({ from: 'kato@sample.example.jp' }));
    const taken = await lost.ticketOf(later);
    const letter = (await lost.letters()).at(-1)!;
    await lost.daemon[Symbol.asyncDispose]();
    const { trial } = await restored(
      target,
      '2026-11-24T11:00:00',
      at('2026-11-24T10:30:00'),
      staff + (await database()),
    );
    const source = { kind: 'file', name: 'x', returnPath: null, recipients: [] } as const;
    const id = await trial.daemon.desk.accept(
      mail({ from: 'ito@aozora.example.jp' }),
      source,
      trial.now(),
      false,
    );
    await trial.goTo(trial.now());
    const mine = await trial.ticketOf((await trial.daemon.desk.store.received.get(id))!);
    expect(mine.ref).toBe('R-20261124-5002');
    expect(mine.ref).not.toBe(taken.ref);
    expect(mine.id).toBeGreaterThan(taken.id + 1000);
    expect((await trial.letters()).map((one) => one.id)).not.toContain(letter.id);
    // A reply to a letter of the lost desk names a ticket that is not here: it never lands on another one.
    const reply = mail({
      from: 'kato@sample.example.jp',
      text: '追加です。',
      headers: [`In-Reply-To: ${letter.messageId}`],
    });
    const replyId = await trial.daemon.desk.accept(reply, source, trial.now(), false);
    await trial.goTo(trial.now());
    const replied = (await trial.daemon.desk.store.received.get(replyId))!;
    expect(replied.outcome).toBe('held');
    expect((await trial.ticketOf(replied)).id).not.toBe(mine.id);
  });
});

describe('with a mailbox', () => {
  it('mails moved back to the inbox are recognised, and new ones of the lost time get no second letter', async () => {
    const mailbox = `mailboxes: [{ name: desk, host: 127.0.0.1, port: ${dovecot.imapPort}, tls: none, user: backup, passwordFile: ${join(folder, 'password')}, since: all }]\n`;
    const lost = await start({ now: '2026-11-24T10:00:00', yaml: staff + mailbox });
    const rows = async (trial: Trial, count: number) => {
      for (let tries = 0; tries < 300; tries += 1) {
        await trial.goTo(trial.now());
        const tally = await trial.daemon.desk.store.received.tally();
        if (tally.accepted >= count && tally.queued === 0) return;
        await sleep(50);
      }
      throw new Error(`never ${count} messages`);
    };
    const deliver = (raw: Buffer, time: string) => dovecot.append('backup', [raw], { at: at(time) });
    await deliver(mail(), '2026-11-24T10:00:00');
    await rows(lost, 1);
    const target = place();
    await backUp(configOf(lost), target, lost.now());
    await lost.goTo('2026-11-24T10:20:00');
    await deliver(mail({ from: 'kato@sample.example.jp' }), '2026-11-24T10:20:00');
    await rows(lost, 2);
    expect(toCustomers(lost)).toHaveLength(2);
    await lost.daemon[Symbol.asyncDispose]();

    const client = await dovecot.client('backup');
    await client.mailboxOpen('Processed');
    await client.messageMove('1:*', 'INBOX');
    await client.logout();
    // Came while nothing ran: nobody has answered it yet.
    await deliver(mail({ from: 'takahashi@midori.example.jp', text: 'CL-2345-6789' }), '2026-11-24T10:50:00');
    const { trial } = await restored(
      target,
      '2026-11-24T11:00:00',
      at('2026-11-24T10:30:00'),
      staff + mailbox,
    );
    await rows(trial, 3);
    await trial.goTo('2026-11-24T11:01:00');
    const found: Received[] = [];
    for (const raw of ['kato', 'takahashi', 'sato']) {
      const tickets = await trial.daemon.desk.store.tickets.list({});
      const ticket = tickets.find(({ participants }) => participants[0]?.address.startsWith(raw))!;
      found.push((await trial.daemon.desk.store.received.ofTicket(ticket.id))[0]!);
    }
    expect(found.map(({ outcome, quiet }) => [outcome, quiet])).toEqual([
      ['ticket-opened', true],
      ['ticket-opened', false],
      ['ticket-opened', false],
    ]);
    expect(toCustomers(trial).map(({ to }) => to)).toEqual(['takahashi@midori.example.jp']);
    await sound(trial);
  });
});

it('what retention let go since the backup does not come back with it; the daemon lets go by itself', async () => {
  const lost = await start({ now: '2026-09-01T10:00:00' });
  const message = await lost.send(mail({ headers: ['Auto-Submitted: auto-replied'] }), '');
  const target = place();
  await backUp(configOf(lost), target, lost.now());
  await lost.daemon[Symbol.asyncDispose]();
  const { trial } = await restored(target, '2026-11-24T10:00:00', null, 'retention: 30\n');
  const { received } = trial.daemon.desk.store;
  expect(await received.raw(message.id)).toBeNull();
  expect(await received.trail(message.id)).toMatchObject({ purgedAt: '2026-11-24T01:00:00.000Z' });
  await sound(trial);
  const later = await trial.send(mail({ headers: ['Auto-Submitted: auto-replied'] }), '');
  await trial.goTo('2026-12-25T10:00:00');
  expect(await received.raw(later.id)).not.toBeNull();
  await trial.restart();
  for (
    let tries = 0;
    tries < 100 && (await trial.daemon.desk.store.received.raw(later.id)) !== null;
    tries += 1
  )
    await sleep(50);
  expect(await trial.daemon.desk.store.received.raw(later.id)).toBeNull();
  expect(trial.journal.filter(({ event }) => event === 'purged').at(-1)!.fields).toMatchObject({
    messages: 1,
  });
});

describe('is refused, and nothing is written', () => {
  const empty = (name: string) => {
    const dir = join(folder, name);
    return loadConfig(null, { env: { UKETSUKE_DATA: dir }, cwd: folder });
  };
  it.each([
    ['a changed database', (dir: string) => appendFileSync(join(dir, 'uketsuke.db'), 'x'), 'is damaged'],
    ['a missing key', (dir: string) => rmSync(join(dir, 'secret.key')), 'is missing'],
    ['no manifest', (dir: string) => rmSync(join(dir, 'backup.json')), 'is no backup'],
    [
      'a manifest that is none',
      (dir: string) => writeFileSync(join(dir, 'backup.json'), '{'),
      'cannot be read',
    ],
    [
      'a newer one',
      (dir: string) => {
        const path = join(dir, 'backup.json');
        const manifest = JSON.parse(readFileSync(path, 'utf8'));
        writeFileSync(
          path,
          JSON.stringify({ ...manifest, migrations: [...manifest.migrations, '999-later'] }),
        );
      },
      'newer than this program (it knows 999-later)',
    ],
  ])('%s', async (_what, spoil, words) => {
    const lost = await start({ now: '2026-11-24T10:00:00' });
    const target = place();
    await backUp(configOf(lost), target, lost.now());
    spoil(target);
    const config = empty(`refused-${++made}`);
    await expect(
      restore(config, target, at('2026-11-24T11:00:00'), at('2026-11-24T11:00:00')),
    ).rejects.toThrow(words);
    expect(existsSync(join(config.dataDir, 'uketsuke.db'))).toBe(false);
    expect(existsSync(join(config.dataDir, 'secret.key'))).toBe(false);
  });

  it('onto a desk there is, before its own time, of another kind, into a folder that is there', async () => {
    const lost = await start({ now: '2026-11-24T10:00:00' });
    const target = place();
    await backUp(configOf(lost), target, lost.now());
    await expect(backUp(configOf(lost), target, lost.now())).rejects.toThrow('is there already');
    const within = join(target, 'backup.json', 'new');
    await expect(backUp(configOf(lost), within, lost.now())).rejects.toThrow(
      `${within} cannot be made (ENOTDIR); make a folder that this user may write to`,
    );
    await expect(restore(configOf(lost), target, null, lost.now())).rejects.toThrow('holds a desk');
    const config = empty(`refused-${++made}`);
    await expect(restore(config, target, at('2026-11-24T09:00:00'), lost.now())).rejects.toThrow(
      'cannot have been lost',
    );
    const other = { ...config, database: postgres.url };
    await expect(restore(other, target, null, lost.now())).rejects.toThrow('`database` names a postgres one');
    await expect(backUp(config, place(), lost.now())).rejects.toThrow('there is no desk in');
  });
});
