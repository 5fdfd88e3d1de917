/** The built program as an operator and as scripts meet it (spec 8): words, shapes, exit codes, and every way to get it wrong. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import knex from 'knex';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { hylafaxMail } from './fax-mail.ts';
import { startSink } from './sink.ts';
import { mail, registry } from './trial.ts';
import { ended, type Settings, warmProgram } from './warm-program.ts';

const root = join(import.meta.dirname, '..');
const program = join(root, 'dist', 'src', 'main.js');
const home = mkdtempSync(join(tmpdir(), 'uketsuke-cli-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

let folder = home;
let serial = 0;
let minute = 0;
beforeEach(() => {
  serial += 1;
  minute = 0;
  folder = join(home, String(serial));
  mkdirSync(folder);
  put('contracts.csv', registry);
});

function start(args: readonly string[], env: Settings = {}, main = program): ChildProcess {
  const [command = '', ...rest] = Array.isArray(main) ? main : [process.execPath, main];
  return spawn(command, [...rest, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const inWarm = warmProgram();
const run = (args: readonly string[], env: Settings = {}) => inWarm(folder, args, env);
const uketsuke = (...args: readonly string[]) => run(args);
/** A working day from ten on, so that letters leave; each call finds the clock a minute further. */
const atWork = (): Settings => {
  minute += 1;
  return { UKETSUKE_CLOCK: `2026-11-24T10:${String(minute).padStart(2, '0')}:00` };
};
const during = (...args: readonly string[]) => run(args, atWork());

async function json(...args: readonly string[]) {
  const ran = await run([...args, '--json'], atWork());
  return { ...ran, document: JSON.parse(ran.out) };
}

function put(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return name;
}

/** Log lines of a running daemon, and a wait for one of them. */
function listen(child: ChildProcess) {
  const lines: Record<string, unknown>[] = [];
  let rest = '';
  const waiting: { event: string; done: () => void }[] = [];
  child.stderr?.on('data', (chunk) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = JSON.parse(part);
      lines.push(line);
      for (const one of waiting) if (one.event === line.event) one.done();
    }
  });
  const seen = (event: string) =>
    lines.some((line) => line['event'] === event)
      ? Promise.resolve()
      : new Promise<void>((done) => waiting.push({ event, done }));
  return { lines, seen };
}

/** A port nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const quiet = 'smtp: { listen: false }\n';

describe('usage', () => {
  it.each([
    [['--help'], 'Usage: uketsuke'],
    [['help'], 'Usage: uketsuke'],
    [['calendar', 'check', '--help'], 'Usage: uketsuke calendar check'],
    [['--version'], '0.'],
  ])('%j is answered on standard output', async (args, begins) => {
    const ran = await uketsuke(...args);
    expect(ran).toEqual({ code: 0, out: expect.stringMatching(`^${begins}`), err: '' });
  });

  it.each([
    [[], 'Usage: uketsuke'],
    [['tickets'], 'Usage: uketsuke tickets'],
    [['frob'], "uketsuke: unknown command 'frob'"],
    [['tickets', 'frob'], "uketsuke: unknown command 'frob'"],
    [['--frob', 'audit'], "uketsuke: unknown option '--frob'"],
    [['audit', '--frob'], "uketsuke: unknown option '--frob'"],
    [['audit', 'frob'], 'uketsuke: too many arguments'],
    [['audit', '--config'], "uketsuke: option '--config <file>' argument missing"],
    [['intake'], "uketsuke: missing required argument 'files'"],
    [['read'], "uketsuke: missing required argument 'file'"],
    [['contracts', 'import'], "uketsuke: missing required argument 'file'"],
    [['calendar', 'check'], "uketsuke: missing required argument 'time'"],
    [['calendar', 'check', 'noon'], 'uketsuke: calendar check: "noon" is not a time; write 2026-'],
    [['calendar', 'check', '2026-02-30'], 'uketsuke: calendar check: "2026-02-30" is not a time'],
    [['calendar', 'list', '2026-12-01'], "uketsuke: missing required argument 'to'"],
    [['calendar', 'list', '2026-12-02', '2026-12-01'], 'uketsuke: calendar list: 2026-12-02 is after'],
    [['tickets', 'list', '--state', 'shut'], 'uketsuke: --state: "shut" is none of awaiting-number, review'],
    [['outbox', 'cancel', 'x'], 'uketsuke: outbox cancel: "x" is not an id; see uketsuke outbox list'],
    [['outbox', 'retry', 'x'], 'uketsuke: outbox retry: "x" is not an id; see uketsuke outbox list'],
    [
      ['outbox', 'settle', '1'],
      'uketsuke: outbox settle: say what became of it, with --delivered or with --undelivered',
    ],
    [['outbox', 'settle', '1', '--delivered', '--undelivered'], 'uketsuke: outbox settle: say what'],
    [['outbox', 'run'], "uketsuke: required option '--once' not specified"],
    [['intake', 'a.eml', '--received-at', 'noon'], 'uketsuke: --received-at: "noon" is not a time'],
    [['start', '--role', 'send,reed'], 'uketsuke: start --role: "reed" is none of intake, read, send'],
    [['start', '--role', ''], 'uketsuke: start --role: "" is none of'],
  ])('%j is wrong usage: 2, told on standard error', async (args, begins) => {
    const ran = await uketsuke(...args);
    expect(ran).toEqual({ code: 2, out: '', err: expect.stringContaining(begins) });
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('a misspelt command is told its neighbour and where help is', async () => {
    const { err } = await uketsuke('calendar', 'chek', '2026-11-24');
    expect(err).toBe(
      "uketsuke: unknown command 'chek'\n(Did you mean check?)\nuketsuke calendar --help shows how it is used\n",
    );
  });

  it('looking at the calendar loads no database and no mail', () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      const text = readFileSync(file, 'utf8');
      // The build packs a package into our files, or into files they share, and says so in a comment.
      for (const [, name = ''] of text.matchAll(/^\s*\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm))
        packages.add(name);
      for (const [, , name = ''] of text.matchAll(/^(?:import|export) (?:[^;'"]*?from )?(['"])([^'"]+)\1;/gm))
        if (name.startsWith('.')) visit(normalize(join(dirname(file), name)));
        else if (!name.startsWith('node:')) packages.add(name);
    };
    visit(program);
    visit(join(dirname(program), 'command', 'calendar.js'));
    expect([...packages].sort()).toEqual(['@holiday-jp/holiday_jp', 'commander', 'ical.js', 'yaml', 'zod']);
  });

  it('a reader that goes away early is no failure', async () => {
    for (let n = 0; n < 3; n += 1) {
      const child = start(['calendar', 'list', '2020-01-01', '2029-12-31', '--json']);
      child.stdout?.once('data', () => child.stdout?.destroy());
      const { code, err } = await ended(child);
      expect({ code, err }).toEqual({ code: 0, err: '' });
    }
  });
});

describe('calendar', () => {
  it.each([
    ['2026-11-24T09:00:00', true, 'open', '2026-11-24T09:00:00+09:00', '2026-11-24T12:00:00+09:00'],
    ['2026-11-24T00:00:00Z', true, 'open', '2026-11-24T09:00:00+09:00', '2026-11-24T12:00:00+09:00'],
    ['2026-11-24T08:59:59', false, 'before-hours', '2026-11-24T09:00:00+09:00', '2026-11-24T12:00:00+09:00'],
    ['2026-11-24T12:00:00', false, 'lunch', '2026-11-24T13:00:00+09:00', '2026-11-24T17:30:00+09:00'],
    ['2026-11-20T17:30:00', false, 'after-hours', '2026-11-24T09:00:00+09:00', '2026-11-24T12:00:00+09:00'],
    ['2026-11-21', false, 'weekend', '2026-11-24T09:00:00+09:00', '2026-11-24T12:00:00+09:00'],
    ['2026-09-22T10:00', false, 'holiday', '2026-09-24T09:00:00+09:00', '2026-09-24T12:00:00+09:00'],
    ['2026-12-29T10:00', false, 'closure', '2027-01-05T09:00:00+09:00', '2027-01-05T12:00:00+09:00'],
    ['2027-02-01T10:00', false, 'unknown', null, null],
  ])('check %s', async (time, open, reason, opensAt, closesAt) => {
    put('u.yaml', 'hours: { closures: [2026-12-29/2027-01-04], closuresKnownUntil: 2027-01-29 }\n');
    const ran = await uketsuke('--config', 'u.yaml', 'calendar', 'check', time, '--json');
    expect({ ...ran, out: JSON.parse(ran.out) }).toEqual({
      code: 0,
      err: '',
      out: { open, opensAt, closesAt, reason },
    });
  });

  it('list is one array, days off among the windows', async () => {
    const { code, document } = await json('calendar', 'list', '2026-11-22', '2026-11-24');
    expect(code).toBe(0);
    const closed = { open: false, opensAt: null, closesAt: null };
    expect(document).toMatchObject([
      { ...closed, day: '2026-11-22', reason: 'weekend' },
      { ...closed, day: '2026-11-23', reason: 'holiday' },
      {
        open: true,
        opensAt: '2026-11-24T09:00:00+09:00',
        closesAt: '2026-11-24T12:00:00+09:00',
        reason: 'open',
      },
      {
        open: true,
        opensAt: '2026-11-24T13:00:00+09:00',
        closesAt: '2026-11-24T17:30:00+09:00',
        reason: 'open',
      },
    ]);
    const text = await uketsuke('calendar', 'list', '2026-11-23', '2026-11-23');
    expect(text.out).toMatch(/^2026-11-23 +holiday/);
  });

  it('words for people', async () => {
    expect((await uketsuke('calendar', 'check', '2026-11-24T09:00')).out).toBe(
      'open until 2026-11-24T12:00:00+09:00\n',
    );
  });
});

describe('contracts', () => {
  it('names file, line and column of what is only a warning', async () => {
    const [header, line] = registry.split('\n');
    put('twice.csv', `${header}\n${line}\n${line}\n`);
    const { code, out } = await uketsuke('contracts', 'import', 'twice.csv');
    expect(code).toBe(0);
    expect(out).toContain('twice.csv:3: number: warning: CL-1234-5678: says what line 2 says\n');
  });

  it('import and show', async () => {
    expect((await json('contracts', 'import', 'contracts.csv')).document).toMatchObject({ imported: 5 });
    const { document } = await json('contracts', 'show', 'ＣＬ１２３４５６７８');
    expect(document).toMatchObject({
      number: 'CL-1234-5678',
      customer: '株式会社サンプル商事',
      periods: [{ startsOn: '2025-04-01', endsOn: '2027-03-31' }],
      contacts: [{ email: 'sato@sample.example.jp' }, { email: 'kato@sample.example.jp' }],
    });
    expect(await uketsuke('contracts', 'show', 'CL-9999-0000')).toEqual({
      code: 1,
      out: '',
      err: 'uketsuke: contracts show: CL-9999-0000 is not in the registry; add it with uketsuke contracts import FILE.csv\n',
    });
    expect((await uketsuke('contracts', 'show', 'CL-1')).err).toContain('write it as CL-9999-9999');
  });

  it('a bad file changes nothing, and every line is named', async () => {
    await uketsuke('contracts', 'import', 'contracts.csv');
    const lines = registry.split('\n');
    for (const n of [1, 2]) lines[n] = lines[n]!.replaceAll('株式会社サンプル商事', '株式会社改名');
    lines[3] = lines[3]!.replace('2027-06-15', '2027-06-31');
    lines[4] = lines[4]!.replace('active', 'aktiv');
    put('bad.csv', lines.join('\n'));
    const ran = await uketsuke('contracts', 'import', 'bad.csv');
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^bad\.csv:4: period_end: /m);
    expect(ran.out).toMatch(/^bad\.csv:5: status: /m);
    expect(ran.err).toBe('uketsuke: bad.csv: 2 problems, nothing was imported\n');
    const again = await json('contracts', 'import', 'bad.csv');
    expect(again).toMatchObject({
      code: 1,
      document: {
        imported: 0,
        problems: [
          { file: 'bad.csv', line: 4, column: 'period_end' },
          { file: 'bad.csv', line: 5, column: 'status' },
        ],
      },
    });
    const { document } = await json('contracts', 'show', 'CL-1234-5678');
    expect(document.customer).toBe('株式会社サンプル商事');
    expect(await uketsuke('contracts', 'import', 'none.csv')).toEqual({
      code: 1,
      out: '',
      err: 'uketsuke: none.csv: no such file; check the path\n',
    });
  });
});

describe('intake and what follows', () => {
  it('takes a mail to its outcome, its ticket, its letter, and the letter away', async () => {
    await uketsuke('contracts', 'import', 'contracts.csv');
    put('a.eml', mail({ messageId: '<a@sample.example.jp>', subject: '動作について' }));
    const taken = await json('intake', 'a.eml');
    expect(taken).toMatchObject({ code: 0, err: '' });
    expect(taken.document).toMatchObject([
      {
        messageId: '<a@sample.example.jp>',
        outcome: 'ticket-opened',
        reason: expect.any(String),
        ticket: 'R-20261124-0001',
        number: 'CL-1234-5678',
      },
    ]);
    const shape = {
      ref: 'R-20261124-0001',
      state: 'open',
      channel: 'mail',
      number: 'CL-1234-5678',
      subject: '動作について',
      openedAt: expect.stringMatching(/^2026-11-24T10:01:\d\d(\.\d+)?\+09:00$/),
      messages: [{ messageId: '<a@sample.example.jp>', outcome: 'ticket-opened' }],
      events: expect.arrayContaining([
        {
          at: expect.stringContaining('+09:00'),
          kind: expect.any(String),
          actor: expect.any(String),
          reason: expect.any(String),
        },
      ]),
    };
    expect((await json('tickets', 'list')).document).toMatchObject([shape]);
    expect((await json('tickets', 'list', '--state', 'open')).document).toHaveLength(1);
    expect((await json('tickets', 'list', '--state', 'closed')).document).toEqual([]);
    expect((await json('tickets', 'show', 'r-20261124-0001')).document).toMatchObject(shape);
    expect(await during('tickets', 'show', 'R-20261124-0009')).toEqual({
      code: 1,
      out: '',
      err: 'uketsuke: tickets: there is no ticket R-20261124-0009; see uketsuke tickets list\n',
    });

    const item = {
      id: 1,
      kind: 'acknowledgement',
      to: 'sato@sample.example.jp',
      subject: expect.stringContaining('[R-20261124-0001]'),
      notBefore: expect.stringMatching(/^2026-11-24T10:01:.*\+09:00$/),
      state: 'queued',
    };
    expect((await json('outbox', 'list')).document).toMatchObject([item]);
    expect((await json('outbox', 'run', '--once')).document).toMatchObject([{ ...item, state: 'sent' }]);
    expect(readdirSync(join(folder, 'data', 'sent'))).toHaveLength(1);
    expect(await during('outbox', 'run', '--once')).toEqual({ code: 0, out: 'Nothing was due.\n', err: '' });
    const late = await during('outbox', 'cancel', '1');
    expect(late).toMatchObject({
      code: 1,
      err: expect.stringContaining('letter 1 is sent and can no longer'),
    });
    expect(await during('outbox', 'cancel', '99')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no letter 99'),
    });
    expect((await json('audit')).document).toMatchObject({
      accepted: 1,
      decided: 1,
      queued: 0,
      difference: 0,
      balanced: true,
    });
  });

  it('a letter that waits can be cancelled', async () => {
    await uketsuke('contracts', 'import', 'contracts.csv');
    put('a.eml', mail());
    await during('intake', 'a.eml');
    expect((await json('outbox', 'cancel', '1')).document).toMatchObject({ id: 1, state: 'cancelled' });
    expect((await json('outbox', 'run', '--once')).document).toEqual([]);
    expect(existsSync(join(folder, 'data', 'sent'))).toBe(false);
  });

  it('back-filled mail is answered only when told to', async () => {
    await uketsuke('contracts', 'import', 'contracts.csv');
    put('a.eml', mail());
    put('b.eml', mail());
    const old = ['--received-at', '2026-11-19T16:00:00'];
    expect((await json('intake', 'a.eml', ...old)).document).toMatchObject([{ ticket: 'R-20261119-0001' }]);
    expect((await json('outbox', 'list')).document).toEqual([]);
    await during('intake', 'b.eml', ...old, '--acknowledge');
    expect((await json('outbox', 'list')).document).toMatchObject([{ ticket: 'R-20261119-0002' }]);
  });

  it('every mail of an mbox; what cannot be read does not stop the others', async () => {
    const mails = [1, 2, 3].map((n) => `From x@example.jp Tue Nov 24 10:00:0${n} 2026\n${mail()}\n`);
    put('three.mbox', mails.join('\n').replaceAll('\r\n', '\n'));
    put('empty.eml', '');
    mkdirSync(join(folder, 'sub'));
    const ran = await json('intake', 'none.eml', 'sub', 'empty.eml', 'three.mbox');
    expect(ran.code).toBe(1);
    expect(ran.document.map((one: { file: string }) => one.file)).toEqual([
      'three.mbox#1',
      'three.mbox#2',
      'three.mbox#3',
    ]);
    expect(ran.err).toBe(
      'uketsuke: 3 problems:\nnone.eml: no such file; check the path\nsub is a directory; name the .eml or mbox files in it\nempty.eml is empty; save the mail again\n',
    );
    expect(await uketsuke('intake', 'none.eml')).toMatchObject({ code: 1, out: '' });
    const twice = await json('intake', 'three.mbox');
    expect(twice.document.map((one: { outcome: string }) => one.outcome)).toEqual(Array(3).fill('duplicate'));
  });

  it('a mail without Message-ID has none, and an outcome', async () => {
    put('a.eml', mail({ messageId: null }));
    expect((await json('intake', 'a.eml')).document).toMatchObject([{ messageId: null, outcome: 'held' }]);
  });

  it('with the relay away the letter waits, and the reason is told', async () => {
    put('u.yaml', `relay: { host: 127.0.0.1, port: ${await freePort()} }\n`);
    put('a.eml', mail());
    await during('--config', 'u.yaml', 'intake', 'a.eml');
    const ran = await json('--config', 'u.yaml', 'outbox', 'run', '--once');
    expect(ran.code).toBe(1);
    expect(ran.document).toMatchObject([
      { id: 1, state: 'queued', reason: expect.stringContaining('ECONNREFUSED') },
    ]);
    expect(ran.err).toContain('uketsuke: 1 of 1 letters did not leave: ');
    expect((await during('--config', 'u.yaml', 'outbox', 'list')).out).toMatch(
      /queued .*leaves at 2026-11-24T10.*ECONNREFUSED/,
    );
    const doctor = await json('--config', 'u.yaml', 'doctor');
    expect(doctor.code).toBe(1);
    expect(doctor.document.find((one: { check: string }) => one.check === 'relay')).toEqual({
      check: 'relay',
      status: 'fail',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+: .*ECONNREFUSED.*; check relay\.host.*letters wait/),
    });
  });

  it('a row removed by hand is found by the audit', async () => {
    put('a.eml', mail());
    put('b.eml', mail());
    await during('intake', 'a.eml', 'b.eml');
    const q = knex({
      client: 'sqlite3',
      connection: { filename: join(folder, 'data', 'uketsuke.db') },
      useNullAsDefault: true,
    });
    await q.raw('pragma foreign_keys = off');
    await q('received').where({ id: 1 }).delete();
    await q.destroy();
    const ran = await json('audit');
    expect(ran.code).toBe(1);
    expect(ran.document.balanced).toBe(false);
    expect(ran.document.contradictions.join()).toMatch(/Ticket 1 .* has no message/);
    expect(ran.err).toMatch(/^uketsuke: the ledger does not balance: difference \d+, \d+ contradictions; /);
  });
});

describe('review', () => {
  it('lists, explains, and carries out what a person decides', async () => {
    await uketsuke('contracts', 'import', 'contracts.csv');
    put('two.eml', mail({ text: 'CL-1234-5678\nCL-2345-6789\nどちらかです' }));
    put('more.eml', mail({ text: 'CL-2345-6789\nCL-1234-5678\nやはりどちらかです' }));
    await uketsuke('intake', 'two.eml', 'more.eml');
    const [first, second] = (await json('review', 'list')).document;
    expect(first).toMatchObject({ channel: 'mail', state: 'review', reason: 'ambiguous', candidates: [] });
    const { ref } = first;
    expect((await uketsuke('review', 'show', ref.toLowerCase())).out).toContain(
      `decide: uketsuke review accept ${ref} [--number N]`,
    );
    expect(await uketsuke('review', 'accept', ref)).toMatchObject({
      code: 1,
      err: expect.stringContaining('give --number; no number was read'),
    });
    expect(await uketsuke('review', 'accept', ref, '--number', 'CL-12')).toMatchObject({ code: 2 });
    expect(await uketsuke('review', 'accept', ref, '--number', 'CL-9999-9999')).toMatchObject({ code: 1 });
    const { document } = await json('review', 'accept', ref, '--number', 'cl12345678');
    expect(document).toMatchObject({ ref, number: 'CL-1234-5678', known: true });
    expect((await json('tickets', 'show', ref)).document).toMatchObject({
      state: 'open',
      number: 'CL-1234-5678',
    });
    expect((await uketsuke('review', 'show', ref)).out).not.toContain('decide:');
    expect((await json('review', 'reject', second.ref)).document).toEqual({
      ref: second.ref,
      state: 'rejected',
    });
    expect((await json('review', 'list')).document).toEqual([]);
    expect(await uketsuke('review', 'accept', ref)).toMatchObject({ code: 1 });
    expect((await json('audit')).document.balanced).toBe(true);
  });
});

describe('read', () => {
  it('explains a mail in the fixed shape and changes nothing', async () => {
    put(
      'a.eml',
      mail({ subject: '動作について', text: 'お世話になります。\n\nCL-1234-5678\n\n質問です。\n' }),
    );
    const alone = await json('read', 'a.eml');
    expect(alone.code).toBe(0);
    expect(alone.document).toMatchObject({
      channel: 'mail',
      kind: 'inquiry',
      from: 'sato@sample.example.jp',
      subject: '動作について',
      text: expect.stringContaining('質問です。'),
      number: {
        value: 'CL-1234-5678',
        where: 'opening',
        raw: 'CL-1234-5678',
        decision: 'accepted',
        reason: expect.any(String),
        candidates: expect.any(Array),
        registry: null,
      },
      pages: [],
    });
    const known = await json('read', 'a.eml', '--contracts', 'contracts.csv');
    expect(known.document.number.registry).toBe('valid');
    expect((await during('read', 'a.eml')).out).toMatch(/^inquiry by mail from sato@sample\.example\.jp/);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('reads a fax by its first bytes, and says of a broken one that a person must look', async () => {
    put('fax.pdf', '%PDF-1.4\n%âãÏÓ\n1 0 obj\n');
    put('fax.tif', Buffer.from('II*\0\x08\0\0\0', 'latin1'));
    for (const name of ['fax.pdf', 'fax.tif']) {
      const { document } = await json('read', name);
      expect(document).toMatchObject({
        ...{
          channel: 'fax',
          kind: 'inquiry',
          number: { value: null, decision: 'uncertain', registry: null },
        },
        pages: [{ page: 1, text: '', outcome: 'malformed' }],
      });
    }
    put('cover.tif', readFileSync(join(import.meta.dirname, '../fixtures/fax/cover-fine.tif')));
    const { document } = await json('read', 'cover.tif', '--contracts', 'contracts.csv');
    expect(document.number).toMatchObject({
      value: 'CL-4180-2537',
      decision: 'accepted',
      registry: 'unknown',
    });
    expect(document.text).toContain('みどり製紙株式会社');
    const { out } = await uketsuke('read', 'cover.tif');
    expect(out).toMatch(/^inquiry by fax from an unknown caller: 送信の遅れについて\n/);
  });

  it('reads the fax in a gateway’s mail, and says who called', async () => {
    put('fax.eml', hylafaxMail({ caller: '0355500142' }));
    const { document } = await json('read', 'fax.eml', '--contracts', 'contracts.csv');
    expect(document).toMatchObject({
      channel: 'fax',
      from: '0355500142',
      call: { gateway: 'hylafax (not listed)', caller: '0355500142', pages: 1 },
      number: { value: 'CL-4180-2537', decision: 'accepted', registry: 'unknown' },
      pages: [{ page: 1, outcome: 'image' }],
    });
  });

  it('says what is wrong with the file, or with the registry', async () => {
    put('a.eml', mail());
    put('bad.csv', 'number,customer\n1,2\n');
    expect((await uketsuke('read', 'none.eml')).err).toBe(
      'uketsuke: none.eml: no such file; check the path\n',
    );
    put('a.pdf', mail());
    expect(await uketsuke('read', 'a.pdf')).toMatchObject({
      code: 1,
      err: 'uketsuke: a.pdf is neither PDF nor TIFF inside, whatever its name says; get the file again\n',
    });
    const ran = await uketsuke('read', 'a.eml', '--contracts', 'bad.csv');
    expect(ran).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('bad.csv:1: product: is missing'),
    });
  });
});

describe('the configuration and the folder', () => {
  it('a bad configuration is told with its places, 1; doctor tells it as checks', async () => {
    put('u.yaml', 'log: loud\nadresses: [a@example.jp]\n');
    const lines = [
      `${folder}/u.yaml:1: log: must be debug or info or warn or error`,
      `${folder}/u.yaml:2: adresses: unknown key; etc/uketsuke.yaml shows every key there is`,
    ];
    expect(await uketsuke('audit', '--config', 'u.yaml')).toEqual({
      code: 1,
      out: '',
      err: `uketsuke: 2 problems:\n${lines.join('\n')}\n`,
    });
    expect(await json('doctor', '--config', 'u.yaml')).toMatchObject({
      code: 1,
      document: lines.map((message) => ({ check: 'configuration', status: 'fail', message })),
    });
    expect((await uketsuke('audit', '--config', 'none.yaml')).err).toContain('none.yaml: no such file; name');
  });

  it('a trial clock is refused with a relay elsewhere', async () => {
    put('u.yaml', 'relay: { host: mx.example.jp }\n');
    const ran = await during('audit', '--config', 'u.yaml');
    expect(ran).toMatchObject({
      code: 1,
      err: expect.stringContaining('a trial must never reach a customer'),
    });
  });

  it('a data folder that cannot be made or written', async () => {
    put('file', 'x');
    const env = { UKETSUKE_DATA: join(folder, 'file', 'data') };
    const ran = await run(['audit'], env);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(
      /^uketsuke: data folder .*\/file\/data cannot be written \(ENOTDIR\)\. Give .* set dataDir/,
    );
    const doctor = await run(['doctor'], env);
    expect(doctor).toMatchObject({ code: 1, out: expect.stringMatching(/^fail +data folder .*calendar/ms) });
    // Root may write everywhere: as root the program is run as nobody, where the machine can do that.
    const root = process.getuid?.() === 0;
    const setpriv = '/usr/bin/setpriv';
    if (root && !existsSync(setpriv)) return;
    mkdirSync(join(folder, 'locked'), { mode: 0o555 });
    chmodSync(home, 0o755);
    const other = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, program];
    const child = root
      ? spawn(setpriv, [...other, 'audit'], { cwd: folder, env: { UKETSUKE_DATA: join(folder, 'locked') } })
      : start(['audit'], { UKETSUKE_DATA: join(folder, 'locked') });
    expect(await ended(child)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/data folder .*locked cannot be written \(EACCES\)/),
    });
    if (!root) return;
    const foreign = join(folder, 'foreign');
    mkdirSync(foreign);
    chownSync(foreign, 65534, 65534);
    const asRoot = await run(['audit'], { UKETSUKE_DATA: foreign });
    expect(asRoot).toMatchObject({
      code: 1,
      err: expect.stringMatching(/this is root: .* sudo -u '#65534'/),
    });
    expect(readdirSync(foreign)).toEqual([]);
  });

  it('a bad template is refused at start with file and line', async () => {
    const copy = join(folder, 'program');
    for (const part of ['dist', 'templates', 'package.json'])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const template = join(copy, 'templates', 'neutral.liquid');
    const text = readFileSync(template, 'utf8');
    writeFileSync(template, `${text}{{ customer_secret }}\n`);
    const line = text.split('\n').length;
    for (const command of ['start', 'doctor']) {
      const ran = await ended(start([command], {}, join(copy, 'dist', 'src', 'main.js')));
      expect(ran.code).toBe(1);
      expect(ran.out + ran.err).toContain(`${template}:${line}: unknown slot customer_secret`);
    }
  });

  it('secrets reach no output, whatever fails', async () => {
    const canary = 'canary-7391';
    await using sink = await startSink({ auth: { user: 'desk', password: 'other' } });
    const port = await freePort();
    put('secret', canary);
    put('relay.yaml', `relay: { host: 127.0.0.1, port: ${sink.port}, user: desk, passwordFile: secret }\n`);
    put('a.eml', mail());
    await during('--config', 'relay.yaml', 'intake', 'a.eml');
    const told = [
      await during('--config', 'relay.yaml', 'outbox', 'run', '--once'),
      await during('--config', 'relay.yaml', 'doctor'),
      await run(['doctor'], { UKETSUKE_DATABASE: `postgres://desk:${canary}@127.0.0.1:${port}/x` }),
      await run(['audit'], { UKETSUKE_DATABASE: `postgres://desk:${canary}@[x/y` }),
      await run(['audit'], { UKETSUKE_DATABASE: `mysql://desk:${canary}@x/y` }),
    ];
    expect(told.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1]);
    expect(told[0]!.err).toContain('letters did not leave');
    expect(told[1]!.out).toMatch(/^fail +relay .*\(535\); correct relay\.user and the password/m);
    expect(told[2]!.out).toMatch(/^fail +database .*ECONNREFUSED/m);
    expect(JSON.stringify(told)).not.toContain(canary);
    rmSync(join(folder, 'secret'));
    const missing = await during('--config', 'relay.yaml', 'doctor');
    expect(missing.out).toMatch(
      /^fail +relay .*\/secret: no such file; make it, or set UKETSUKE_RELAY_PASSWORD/m,
    );
  });

  it('doctor names every check with its mending', async () => {
    const { code, document } = await json('doctor');
    expect(code).toBe(0);
    expect(document.map((one: { check: string; status: string }) => `${one.check}: ${one.status}`)).toEqual([
      'configuration: warn',
      'clock: warn',
      'data folder: ok',
      'templates: ok',
      'signing key: ok',
      'database: warn',
      'backlog: ok',
      'calendar: warn',
      'staff: warn',
      'relay: warn',
      'replies: ok',
      'sender proof: ok',
      'mailboxes: ok',
      'fax: ok',
      'retention: ok',
      'http: ok',
      'disk: ok',
    ]);
  });
});

describe('start', () => {
  it('tells it is ready, takes mail, and ends on SIGTERM with 0; the port is taken meanwhile', async () => {
    const port = await freePort();
    put('u.yaml', `smtp: { listen: "127.0.0.1:${port}" }\n`);
    const child = start(['--config', 'u.yaml', 'start', '--json'], atWork());
    const end = ended(child);
    const log = listen(child);
    await log.seen('ready');
    const other = await during('--config', 'u.yaml', 'start');
    expect(other.code).toBe(1);
    expect(other.err).toContain(
      `uketsuke: cannot listen for mail on 127.0.0.1:${port}: another program has this port: stop it, or choose another port in smtp.listen\n`,
    );
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'data');
    const before = Date.now();
    child.kill('SIGTERM');
    const ran = await end;
    socket.destroy();
    expect(ran).toMatchObject({ code: 0, out: '' });
    expect(Date.now() - before).toBeLessThan(10_000);
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', event: 'stopped', time: expect.any(String) });
  });

  it('roles: what is not asked for is not done', async () => {
    put('u.yaml', quiet);
    put('a.eml', mail());
    await during('--config', 'u.yaml', 'intake', 'a.eml');
    const child = start(['--config', 'u.yaml', 'start', '--role', 'read'], atWork());
    const end = ended(child);
    const log = listen(child);
    await log.seen('ready');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    child.kill('SIGINT');
    expect(await end).toMatchObject({ code: 0 });
    expect(log.lines.find((line) => line['event'] === 'ready')).toMatchObject({
      roles: ['read'],
      smtp: null,
    });
    expect((await json('--config', 'u.yaml', 'outbox', 'list')).document).toMatchObject([
      { state: 'queued' },
    ]);
  });

  it('two daemons on one folder share the work and double nothing', async () => {
    put('u.yaml', quiet);
    const names = Array.from({ length: 8 }, (_, n) =>
      put(`${n}.eml`, mail({ from: `s${n}@sample${n}.example.jp`, text: `質問 ${n}\n` })),
    );
    await during('--config', 'u.yaml', 'intake', ...names);
    const children = [1, 2].map(() => start(['--config', 'u.yaml', 'start'], atWork()));
    const ends = children.map(ended);
    const logs = children.map(listen);
    await Promise.all(logs.map((log) => log.seen('ready')));
    const sent = () => logs.flatMap((log) => log.lines.filter((line) => line['event'] === 'letter-sent'));
    for (let n = 0; n < 200 && sent().length < 8; n += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    // Another tick or two, in which a doubled letter would leave.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    for (const child of children) child.kill('SIGTERM');
    expect((await Promise.all(ends)).map(({ code }) => code)).toEqual([0, 0]);
    expect(
      sent()
        .map((line) => line['letter'])
        .sort(),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(readdirSync(join(folder, 'data', 'sent'))).toHaveLength(8);
    expect((await json('--config', 'u.yaml', 'audit')).document).toMatchObject({ balanced: true });
  });

  it('SIGTERM in the middle of a long queue ends after the message in hand', async () => {
    const { loadConfig } = await import('../src/config.ts');
    const { openDesk } = await import('../src/daemon.ts');
    put('u.yaml', quiet);
    const nothing = { info() {}, warn() {}, error() {} };
    const desk = await openDesk(loadConfig(join(folder, 'u.yaml'), { env: {}, cwd: folder }), nothing);
    for (let n = 0; n < 300; n += 1) {
      const source = { kind: 'file', name: `${n}.eml`, returnPath: null, recipients: [] } as const;
      await desk.accept(mail(), source, new Date('2026-11-24T01:00:00Z'), true);
    }
    await desk[Symbol.asyncDispose]();
    const child = start(['--config', 'u.yaml', 'start', '--role', 'read'], atWork());
    const end = ended(child);
    const log = listen(child);
    await log.seen('message-decided');
    const before = Date.now();
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ code: 0 });
    expect(Date.now() - before).toBeLessThan(10_000);
    const { document } = await json('--config', 'u.yaml', 'audit');
    expect(document).toMatchObject({ accepted: 300, balanced: true });
    expect(document.queued).toBeGreaterThan(0);
  });

  it('SIGTERM while the relay says nothing: out within 10 s, the letter waits', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    put('u.yaml', `${quiet}relay: { host: 127.0.0.1, port: ${port} }\n`);
    put('a.eml', mail());
    await during('--config', 'u.yaml', 'intake', 'a.eml');
    const child = start(['--config', 'u.yaml', 'start'], atWork());
    const end = ended(child);
    listen(child);
    const [socket] = await once(silent, 'connection');
    socket.on('error', () => {});
    const before = Date.now();
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ code: 0 });
    expect(Date.now() - before).toBeLessThan(10_000);
    silent.close();
    expect((await json('--config', 'u.yaml', 'outbox', 'list')).document).toMatchObject([
      { state: 'queued' },
    ]);
  });
});
