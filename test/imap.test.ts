/** IMAP as operators run it: the whole daemon, a real Dovecot, and a proxy that cuts the line where it hurts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Received } from '../src/desk/ports.ts';
import { type MailboxOptions, openMailbox } from '../src/mailbox/imap.ts';
import { connectMailbox, type MailboxAccess } from '../src/mailbox/imap-connection.ts';
import { inspectMailbox } from '../src/mailbox/imap-done.ts';
import { type Dovecot, password, startDovecot, token } from './dovecot.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';
import { mail, startTrial, type Trial } from './trial.ts';

const textCanary = 'canary-text-3Hx8';
/** Tuesday, reception hours: letters leave at once. */
const now = '2026-11-24T10:00:00';

let dovecot: Dovecot;
let folder: string;
let passwordFile: string;
let users = 0;
const told: string[] = [];
beforeAll(async () => {
  dovecot = await startDovecot();
  folder = mkdtempSync(join(tmpdir(), 'uketsuke-imap-'));
  passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${password}\n`);
});
afterAll(async () => {
  await dovecot.stop();
  rmSync(folder, { recursive: true, force: true });
});

const freshUser = () => `user${++users}`;
const inquiry = (subject = '動作について') => mail({ subject, text: `CL-1234-5678\n\n${textCanary}\n` });

interface Over {
  readonly user: string;
  readonly port?: number;
  readonly name?: string;
  readonly more?: string;
}
const mailbox = ({ user, port = dovecot.imapPort, name = 'desk', more = 'since: all' }: Over) =>
  `  - { name: ${name}, host: 127.0.0.1, port: ${port}, tls: none, user: ${user}, ${/File:/.test(more) ? '' : `passwordFile: ${passwordFile}, `}${more} }\n`;

/** A daemon that watches these mailboxes; what it logs is kept for the canaries. */
async function daemon(mailboxes: readonly string[], yaml = ''): Promise<Trial> {
  const trial = await startTrial({ now, yaml: `mailboxes:\n${mailboxes.join('')}${yaml}` });
  return {
    ...trial,
    get daemon() {
      return trial.daemon;
    },
    async [Symbol.asyncDispose]() {
      await trial[Symbol.asyncDispose]();
      told.push(JSON.stringify(trial.journal));
    },
  };
}

async function until<T>(
  what: string,
  look: () => Promise<T | null | false> | T | null | false,
  msMax = 15_000,
) {
  for (const endAt = performance.now() + msMax; ; ) {
    const found = await look();
    if (found) return found;
    if (performance.now() > endAt) throw new Error(`not within ${msMax} ms: ${what}`);
    await sleep(20);
  }
}

async function rows(trial: Trial): Promise<readonly Received[]> {
  const { received } = trial.daemon.desk.store;
  const found: Received[] = [];
  for (let id = 1; ; id += 1) {
    const one = await received.get(id);
    if (one === null) return found;
    found.push(one);
  }
}
const decided = (trial: Trial, count: number, msMax?: number) =>
  until(
    `${count} decided messages`,
    async () => {
      const found = (await rows(trial)).filter((one) => one.outcome !== null);
      return found.length >= count ? found : null;
    },
    msMax,
  );
const outcomes = (found: readonly Received[]) => found.map((one) => one.outcome);
const events = (trial: Trial, event: string) => trial.journal.filter((one) => one.event === event);
const inFolder = (user: string, count: number, of: string) =>
  until(`${count} mails in ${of}`, async () => {
    const found = await dovecot.list(user, of);
    return found?.length === count ? found : null;
  });
const idles = (proxy: TcpProxy) => until('IDLE', () => / IDLE\r\n$/.test(proxy.said()));

async function balanced(trial: Trial): Promise<void> {
  const tally = await trial.daemon.desk.store.received.tally();
  expect(tally.contradictions).toEqual([]);
  expect(tally.queued).toBe(0);
}

describe('mail in a mailbox', () => {
  it('that arrives while the daemon idles is a ticket in under 2 s, and then stands in Processed', async () => {
    const user = freshUser();
    const proxy = await startProxy(dovecot.imapPort);
    await using trial = await daemon([mailbox({ user, port: proxy.port })]);
    await idles(proxy);
    const startedAt = performance.now();
    await dovecot.deliver(user, inquiry());
    const [message] = await decided(trial, 1, 2_000);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(message!.outcome).toBe('ticket-opened');
    expect(message!.source).toMatchObject({
      kind: 'imap',
      name: 'desk',
      returnPath: 'sato@sample.example.jp',
    });
    await inFolder(user, 1, 'Processed');
    await inFolder(user, 0, 'INBOX');
    // The folder is taken away while we work: it is made again.
    dovecot.doveadm('mailbox', 'delete', '-u', user, 'Processed');
    await dovecot.deliver(user, inquiry());
    await decided(trial, 2);
    await inFolder(user, 1, 'Processed');
    await balanced(trial);
    await proxy.close();
  });

  it('is one ticket, whether it comes by IMAP, SMTP or from a file', async () => {
    const user = freshUser();
    const same = inquiry('三つの道');
    await dovecot.deliver(user, same);
    await using trial = await daemon([mailbox({ user })]);
    await decided(trial, 1);
    const bySmtp = await trial.send(same);
    const byFile = await trial.takeIn(
      Buffer.from(same.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
    );
    expect(outcomes(await rows(trial))).toEqual(['ticket-opened', 'duplicate', 'duplicate']);
    expect(new Set((await rows(trial)).map((one) => one.ticketId)).size).toBe(1);
    expect([bySmtp.ticketId, byFile.ticketId]).not.toContain(null);
    await balanced(trial);
  });

  it('counts as received at its INTERNALDATE, and older mail than `since` stays where it is', async () => {
    const user = freshUser();
    const old = inquiry('古い');
    await dovecot.append(user, [old, old], { at: new Date('2026-11-01T00:00:00Z') });
    await dovecot.append(user, [inquiry('新しい')], { at: new Date('2026-11-20T15:00:00Z') });
    await using trial = await daemon([mailbox({ user, more: 'since: "2026-11-21T00:00:00"' })]);
    const found = await decided(trial, 3);
    expect(
      found.map(({ outcome, reason, receivedAt }) => [
        outcome,
        outcome === 'ignored' ? reason : '',
        receivedAt,
      ]),
    ).toEqual([
      ['ignored', 'before-since', '2026-11-01T00:00:00.000Z'],
      ['duplicate', '', '2026-11-01T00:00:00.000Z'],
      ['ticket-opened', '', '2026-11-20T15:00:00.000Z'],
    ]);
    await inFolder(user, 2, 'INBOX');
    await inFolder(user, 1, 'Processed');
    await trial.restart();
    await dovecot.deliver(user, inquiry());
    await decided(trial, 4);
    expect((await rows(trial)).length).toBe(4);
    await balanced(trial);
  });

  it('older than a `since` that is moved back afterwards is taken then', async () => {
    const user = freshUser();
    await dovecot.append(user, [inquiry()], { at: new Date('2026-11-01T00:00:00Z') });
    await using trial = await daemon([mailbox({ user, more: 'since: "2026-11-24T00:00:00"' })]);
    await decided(trial, 1);
    await trial.daemon[Symbol.asyncDispose]();
    const numbering = { mailbox: 'desk', account: `${user}@127.0.0.1/INBOX`, uidValidity: validity(user) };
    await trial.restart().catch(() => {});
    const { mailboxes } = trial.daemon.desk.store;
    expect(await mailboxes.unknown(numbering, [1])).toEqual([]);
    await mailboxes.begin(numbering, '2026-10-01T00:00:00.000Z');
    expect(await mailboxes.unknown(numbering, [1])).toEqual([1]);
  });

  it('of a size above smtp.maxBytes is a ticket for a person, and is left on the server', async () => {
    const user = freshUser();
    const large = mail({ subject: 'CL-1234-5678 大きい', text: `${'あ'.repeat(12_000)}\n` });
    await dovecot.deliver(user, large);
    await dovecot.deliver(user, inquiry('後から'));
    await using trial = await daemon(
      [mailbox({ user })],
      'smtp: { listen: "127.0.0.1:0", maxBytes: 20000 }\n',
    );
    const found = await decided(trial, 2);
    expect(outcomes(found)).toEqual(['review', 'ticket-opened']);
    expect(found[0]!.reason).toContain('too-large-to-fetch');
    expect(found[0]!.facts?.subject).toContain('大きい');
    await inFolder(user, 1, 'Processed');
    await inFolder(user, 1, 'INBOX');
    expect(events(trial, 'mail-left-on-server')).toHaveLength(1);
    await balanced(trial);
  });
});

const validity = (user: string) =>
  /uidvalidity=(\d+)/.exec(dovecot.doveadm('mailbox', 'status', '-u', user, 'uidvalidity', 'INBOX'))![1]!;

describe('a connection that is lost', () => {
  it('in IDLE is opened again, and the mail that came meanwhile is taken', async () => {
    const user = freshUser();
    const proxy = await startProxy(dovecot.imapPort);
    await using trial = await daemon([mailbox({ user, port: proxy.port })]);
    await idles(proxy);
    proxy.endAll();
    await dovecot.deliver(user, inquiry());
    expect(outcomes(await decided(trial, 1))).toEqual(['ticket-opened']);
    await until('the end of the pass', () => events(trial, 'mailbox-recovered').length === 1);
    expect(events(trial, 'mailbox-lost')).toHaveLength(1);
    await proxy.close();
  });

  it.each<['before' | number]>([['before'], [0], [400]])(
    'in FETCH (%s bytes of the answer came) leaves nothing half taken',
    async (after) => {
      const user = freshUser();
      await dovecot.deliver(user, inquiry());
      const proxy = await startProxy(dovecot.imapPort);
      proxy.cuts.push({ at: /UID FETCH .*BODY\.PEEK\[\]/, after, times: 1 });
      await using trial = await daemon([mailbox({ user, port: proxy.port })]);
      expect(outcomes(await decided(trial, 1))).toEqual(['ticket-opened']);
      await inFolder(user, 1, 'Processed');
      expect(await rows(trial)).toHaveLength(1);
      expect(events(trial, 'mailbox-lost')).toHaveLength(1);
      await balanced(trial);
      await proxy.close();
    },
  );

  it('over one mail again and again does not block the others: its headers are taken', async () => {
    const user = freshUser();
    await dovecot.deliver(user, inquiry('つかえる'));
    await dovecot.deliver(user, inquiry('その次'));
    const proxy = await startProxy(dovecot.imapPort);
    proxy.cuts.push({ at: /UID FETCH (1|1:2|1,2) \(UID BODY\.PEEK\[\]/, after: 100, times: 4 });
    await using trial = await daemon([mailbox({ user, port: proxy.port })]);
    const found = await decided(trial, 2, 40_000);
    expect(outcomes(found).toSorted()).toEqual(['review', 'ticket-opened']);
    await inFolder(user, 1, 'Processed');
    await proxy.close();
  });

  it.each<['before' | number]>([['before'], [0], [10]])(
    'in MOVE (%s bytes of the answer came) is moved once and taken once',
    async (after) => {
      const user = freshUser();
      await dovecot.deliver(user, inquiry());
      const proxy = await startProxy(dovecot.imapPort);
      proxy.cuts.push({ at: /UID MOVE/, after, times: 1 });
      await using trial = await daemon([mailbox({ user, port: proxy.port })]);
      await inFolder(user, 1, 'Processed');
      await until('a second connection', () => events(trial, 'mailbox-recovered').length === 1);
      await decided(trial, 1);
      expect(await rows(trial)).toHaveLength(1);
      await inFolder(user, 0, 'INBOX');
      await balanced(trial);
      await proxy.close();
    },
  );

  it('between accepting and moving, and a new start: only the move is made up for', async () => {
    const user = freshUser();
    await dovecot.deliver(user, inquiry());
    const proxy = await startProxy(dovecot.imapPort);
    proxy.cuts.push({ at: /UID MOVE/, after: 'before', times: 1 });
    await using trial = await daemon([mailbox({ user, port: proxy.port })]);
    await until('the cut', () => events(trial, 'mailbox-lost').length === 1);
    proxy.refuse = true;
    await trial.restart();
    proxy.refuse = false;
    await inFolder(user, 1, 'Processed');
    expect(await rows(trial)).toHaveLength(1);
    await proxy.close();
  });
});

describe('a mailbox that changes', () => {
  it('its UIDVALIDITY: nothing known becomes a new row, nothing new is missed', async () => {
    const user = freshUser();
    for (const subject of ['一', '二', '三']) await dovecot.deliver(user, inquiry(subject));
    await using trial = await daemon([mailbox({ user, more: 'since: all, done: flag' })]);
    await decided(trial, 3);
    await until('flags', async () =>
      (await dovecot.list(user, 'INBOX'))!.every((one) => one.flags.includes('\\Seen')),
    );
    dovecot.doveadm('mailbox', 'update', '-u', user, '--uid-validity', '4242', 'INBOX');
    await dovecot.deliver(user, inquiry('四'));
    await trial.restart();
    await decided(trial, 4);
    await until('the renumbering', () => events(trial, 'mailbox-renumbered').length === 1);
    await sleep(300);
    expect(outcomes(await rows(trial))).toEqual(Array(4).fill('ticket-opened'));
    await balanced(trial);
  });

  it('a mail deleted before it is fetched is passed over with a word in the log', async () => {
    const user = freshUser();
    await dovecot.deliver(user, inquiry('消える'));
    await dovecot.deliver(user, inquiry('残る'));
    const proxy = await startProxy(dovecot.imapPort);
    const remove = async () => {
      const other = await dovecot.client(user);
      await other.mailboxOpen('INBOX');
      await other.messageDelete('1', { uid: true });
      await other.logout();
    };
    proxy.cuts.push({ at: /UID FETCH .*BODY\.PEEK\[\]/, after: remove, times: 1 });
    await using trial = await daemon([mailbox({ user, port: proxy.port })]);
    const [message] = await decided(trial, 1);
    expect(message!.facts?.subject).toBe('残る');
    await inFolder(user, 1, 'Processed');
    expect(events(trial, 'mail-gone').length).toBeGreaterThan(0);
    expect(await rows(trial)).toHaveLength(1);
    await proxy.close();
  });

  it('no room where the done mails go: they are flagged instead, and the next ones are taken', async () => {
    const user = freshUser();
    await dovecot.deliver(user, inquiry());
    await using trial = await daemon([mailbox({ user, more: 'since: all, done: Full/Processed' })]);
    await decided(trial, 1);
    await until('the flag', async () => (await dovecot.list(user, 'INBOX'))![0]!.flags.includes('$Uketsuke'));
    expect(events(trial, 'mail-not-moved')[0]!.fields).toMatchObject({
      mailbox: 'desk',
      mails: 1,
      reason: 'OVERQUOTA',
    });
    await dovecot.deliver(user, inquiry());
    await decided(trial, 2);
    await inFolder(user, 2, 'INBOX');
    expect(await rows(trial)).toHaveLength(2);
  });
});

describe('a login', () => {
  it('that is refused is not tried again hot, says what to do, and a corrected password is taken up', async () => {
    const user = freshUser();
    const wrong = join(folder, 'wrong');
    writeFileSync(wrong, 'not-the-password');
    const proxy = await startProxy(dovecot.imapPort);
    await dovecot.deliver(user, inquiry());
    await using trial = await daemon([
      mailbox({ user, port: proxy.port, more: `since: all, passwordFile: ${wrong}` }),
    ]);
    const [refused] = await until('the refusal', () => {
      const found = events(trial, 'mailbox-login-refused');
      return found.length > 0 && found;
    });
    expect(refused!.fields['reason']).toContain(wrong);
    expect(refused!.fields['reason']).toContain('UKETSUKE_MAILBOX_DESK_PASSWORD');
    expect(refused!.fields['retryMs']).toBeGreaterThan(400_000);
    await sleep(3_000);
    expect(proxy.connections()).toBe(1);
    writeFileSync(wrong, password);
    await decided(trial, 1);
    await proxy.close();
  });

  it('of one mailbox that fails leaves the other alone', async () => {
    const user = freshUser();
    await dovecot.deliver(user, inquiry());
    const missing = join(folder, 'no-such-file');
    await using trial = await daemon([
      mailbox({ user: freshUser(), name: 'broken', more: `since: all, passwordFile: ${missing}` }),
      mailbox({ user: freshUser(), name: 'elsewhere', more: 'since: all, folder: Nowhere' }),
      mailbox({ user, name: 'sound' }),
    ]);
    await decided(trial, 1);
    expect(events(trial, 'mailbox-login-refused')[0]!.fields['reason']).toContain(missing);
    expect(events(trial, 'mailbox-lost')[0]!.fields['reason']).toContain('Nowhere');
  });

  it('takes an access token from its file', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, token);
    await dovecot.deliver('token-user', inquiry());
    await using trial = await daemon([
      mailbox({ user: 'token-user', more: `since: all, tokenFile: ${tokenFile}` }),
    ]);
    await decided(trial, 1);
  });
});

describe('TLS', () => {
  const access = (over: Partial<MailboxAccess>): MailboxAccess => ({
    name: 'desk',
    host: '127.0.0.1',
    port: dovecot.imapPort,
    tls: 'starttls',
    user: 'tls-user',
    secret: async () => ({ kind: 'password', text: password }),
    secretPlace: 'the test',
    folder: 'INBOX',
    mailBytesMax: 1_000_000,
    ca: dovecot.ca,
    ...over,
  });

  it.each(['starttls', 'implicit'] as const)('%s protects the login', async (tls) => {
    const proxy = await startProxy(tls === 'implicit' ? dovecot.imapsPort : dovecot.imapPort);
    const { client } = await connectMailbox(access({ tls, port: proxy.port }));
    expect(client.secureConnection).toBe(true);
    await client.logout();
    expect(proxy.said()).not.toContain(password);
    await proxy.close();
  });

  it.each([
    ['the offer is cut out on the way', /STARTTLS/g, 'XSTRTTLS'],
    ['the server says no to it', /OK Begin TLS/g, 'NO Not today!'],
  ])('STARTTLS never falls back: %s', async (_name, what, instead) => {
    const proxy = await startProxy(dovecot.imapPort, (data) =>
      Buffer.from(data.toString('latin1').replace(what, instead), 'latin1'),
    );
    await expect(connectMailbox(access({ port: proxy.port }))).rejects.toMatchObject({
      kind: 'later',
      message: expect.stringContaining('nothing is sent in clear'),
    });
    expect(proxy.said()).not.toMatch(/LOGIN|AUTHENTICATE/);
    expect(proxy.said()).not.toContain(password);
    await proxy.close();
  });

  it.each(['starttls', 'implicit'] as const)('%s refuses a certificate nobody vouches for', async (tls) => {
    const port = tls === 'implicit' ? dovecot.imapsPort : dovecot.imapPort;
    const { ca: _ca, ...without } = access({ tls, port });
    await expect(connectMailbox(without)).rejects.toThrow('NODE_EXTRA_CA_CERTS');
  });
});

it('is told of before it is fetched, so that its reader can start meanwhile', async () => {
  const user = freshUser();
  const proxy = await startProxy(dovecot.imapPort);
  await using trial = await startTrial({ now });
  const said: string[] = [];
  const options: MailboxOptions = {
    ...{
      name: 'bell',
      host: '127.0.0.1',
      port: proxy.port,
      tls: 'none',
      user,
      folder: 'INBOX',
      mailBytesMax: 1e6,
    },
    ...{ since: null, done: 'Processed', secretPlace: '' },
    secret: async () => ({ kind: 'password', text: password }),
  };
  const intake = {
    ledger: trial.daemon.desk.store.mailboxes,
    expect: () => void said.push('expected'),
    passed: () => void said.push('passed'),
    leads: () => undefined,
    accept: async () => void said.push('fetched'),
  };
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const watched = openMailbox(options, intake, quiet);
  await idles(proxy);
  await dovecot.deliver(user, inquiry());
  await until('a fetched mail', () => said.includes('fetched'));
  await watched[Symbol.asyncDispose]();
  await proxy.close();
  expect(said.slice(0, said.indexOf('fetched'))).toEqual(expect.arrayContaining(['passed', 'expected']));
});

describe('doctor', () => {
  it('logs in, looks for the folder and makes the one for what is done', async () => {
    const user = freshUser();
    const access: MailboxAccess & { done: string } = {
      ...{ name: 'desk', host: '127.0.0.1', port: dovecot.imapPort, tls: 'none', user, folder: 'INBOX' },
      secret: async () => ({ kind: 'password', text: password }),
      secretPlace: '/etc/uketsuke/imap.password',
      mailBytesMax: 1_000_000,
      done: 'Processed',
    };
    expect(await inspectMailbox(access)).toBe('INBOX holds 0 mails; folder Processed was made');
    expect(await inspectMailbox(access)).toBe('INBOX holds 0 mails; folder Processed is there');
    await expect(inspectMailbox({ ...access, folder: 'Nowhere' })).rejects.toThrow('mailboxes[].folder');
    const none = async () => Promise.reject(new Error('/x: no such file; make it, or set UKETSUKE_X'));
    await expect(inspectMailbox({ ...access, secret: none })).rejects.toThrow(
      `no secret for ${user}: /x: no such file; make it, or set UKETSUKE_X`,
    );
    const wrong = { ...access, secret: async () => ({ kind: 'password', text: 'wrong' }) as const };
    await expect(inspectMailbox(wrong)).rejects.toThrow(
      'check mailboxes[].user and /etc/uketsuke/imap.password',
    );
  });
});

it('a long queue is taken in bounded groups, and moved by the hundred', async () => {
  const user = freshUser();
  const small = Array.from({ length: 120 }, (_, index) => inquiry(`${index}`));
  const large = Array.from({ length: 4 }, (_, index) =>
    mail({ text: `${index} ${'x'.repeat(3_000_000)}\n` }),
  );
  await dovecot.append(user, [...small, ...large]);
  const proxy = await startProxy(dovecot.imapPort);
  const groups: number[] = [];
  await using trial = await daemon([mailbox({ user, port: proxy.port })], 'log: warn\n');
  await inFolder(user, 124, 'Processed');
  for (const [, uids] of proxy.said().matchAll(/UID FETCH (\S+) \(UID BODY\.PEEK\[\]/g))
    groups.push(countOf(uids!));
  expect(groups).toEqual([10, 50, 40, 22, 2]);
  expect(proxy.said().match(/UID MOVE/g)!.length).toBeLessThanOrEqual(3);
  expect((await trial.daemon.desk.store.received.tally()).accepted).toBe(124);
  await proxy.close();
});

/** Mails named by a set such as `1:50,52`. */
function countOf(set: string): number {
  return set
    .split(',')
    .map((part) => part.split(':').map(Number))
    .reduce((sum, [first, last]) => sum + (last ?? first!) - first! + 1, 0);
}

describe('the end of the daemon', () => {
  it('does not wait for a server that has fallen silent', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => silent.once('listening', listening));
    const open: Socket[] = [];
    silent.on('connection', (socket) => {
      open.push(socket);
    });
    const address = silent.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const trial = await daemon([mailbox({ user: freshUser(), port })]);
    await until('a connection', () => open.length > 0);
    const startedAt = performance.now();
    await trial[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(9_000);
    for (const socket of open) socket.destroy();
    await new Promise((closed) => silent.close(closed));
  });
});

it('no password, token or text of a customer is in any log', () => {
  expect(told.length).toBeGreaterThan(10);
  for (const canary of [password, token, textCanary, 'not-the-password'])
    expect(told.filter((log) => log.includes(canary))).toEqual([]);
});
