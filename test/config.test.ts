/** The configuration as an operator writes it: what is refused, with place and advice, and where paths lead (spec 9). */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, readSecret } from '../src/config.ts';
import { loadTemplates } from '../src/templates.ts';

const dir = mkdtempSync(join(tmpdir(), 'uketsuke-config-'));
const file = join(dir, 'uketsuke.yaml');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function load(yaml: string, env: Record<string, string> = {}) {
  writeFileSync(file, yaml);
  return loadConfig(file, { env, cwd: '/' });
}

/** The problems, the folder cut off; a sound configuration is an empty list. */
function problems(yaml: string, env: Record<string, string> = {}): readonly string[] {
  try {
    load(yaml, env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map((line) => line.replaceAll(`${dir}/`, ''));
  }
}

const form = (fields: string) => `formProfiles:\n  - name: page\n    from: www@example.jp\n    ${fields}\n`;

describe('what is refused', () => {
  const refused: readonly [string, string, readonly string[]][] = [
    [
      'a list that is not closed',
      'log: info\naddresses: [a@example.jp\n',
      ['uketsuke.yaml:3: the line is not indented like the others of its block, or a [ or { is not closed'],
    ],
    ['a tab', 'smtp:\n\tlisten: false\n', ['uketsuke.yaml:2: a tab indents this line; use spaces']],
    ['a key twice', 'log: info\nlog: debug\n', ['uketsuke.yaml:2: this key stands twice; keep one of them']],
    [
      'a second document',
      'log: info\n---\nlog: debug\n',
      ['uketsuke.yaml:2: a second document begins here; remove the --- line'],
    ],
    ['an alias of nothing', 'addresses: *none\n', [expect.stringContaining('write the value out') as never]],
    [
      'a reader of faxes there is not',
      'ocr:\n  readers: [field, page, lens]\n',
      [expect.stringMatching(/^uketsuke\.yaml:2: ocr\.readers\[2\]: .*field.*line.*page/) as never],
    ],
    [
      'readers of faxes without our own, which nothing would hold back',
      'ocr:\n  readers: [line, page]\n',
      [
        'uketsuke.yaml:2: ocr.readers: must hold field and page, which no number is accepted without; only line may be left out',
      ],
    ],
    ['text alone', 'hello\n', ['uketsuke.yaml:1: must be a block of keys']],
    [
      'unknown keys at every depth, in the order of the file',
      'adresses: [a@example.jp]\nsmtp:\n  lisen: false\nhours:\n  closures:\n    - { from: 2026-12-29, too: 2027-01-04 }\n',
      [
        'uketsuke.yaml:1: adresses: unknown key; etc/uketsuke.yaml shows every key there is',
        'uketsuke.yaml:3: smtp.lisen: unknown key; etc/uketsuke.yaml shows every key there is',
        'uketsuke.yaml:6: hours.closures[0].too: unknown key; etc/uketsuke.yaml shows every key there is',
      ],
    ],
    [
      'a section whose keys are all comments',
      'smtp:\n#  listen: false\n',
      ['uketsuke.yaml:1: smtp: is empty; fill it in, or remove the line and the default holds'],
    ],
    ['a list that is text', 'addresses: cltech@example.jp\n', ['uketsuke.yaml:1: addresses: must be a list']],
    ['an empty list', 'addresses: []\n', ['uketsuke.yaml:1: addresses: must have at least one entry']],
    [
      'a bad address among good ones',
      'addresses:\n  - a@example.jp\n  - b@\n',
      ['uketsuke.yaml:3: addresses[1]: must be a plain mail address such as cltech@example.jp'],
    ],
    ['a bad sender', 'from: ChatLuck\n', ['uketsuke.yaml:1: from: must be an address or "Name <address>"']],
    [
      'a number in quotes',
      'relay:\n  host: 127.0.0.1\n  port: "25"\n',
      ['uketsuke.yaml:3: relay.port: must be a number, written without quotes'],
    ],
    [
      'a number out of bounds',
      'relay: { host: a, port: 70000 }\n',
      ['uketsuke.yaml:1: relay.port: must be at most 65535'],
    ],
    [
      'a key that is missing',
      'relay: { port: 25 }\n',
      ['uketsuke.yaml:1: relay.host: is missing; it must be text'],
    ],
    [
      'a word that is none of the words',
      'outbox: { hours: { acknowledgement: sometimes } }\n',
      ['uketsuke.yaml:1: outbox.hours.acknowledgement: must be reception or business-day or always'],
    ],
    [
      'a letter there is not',
      'outbox: { hours: { ack: always } }\n',
      ['uketsuke.yaml:1: outbox.hours.ack: unknown key; etc/uketsuke.yaml shows every key there is'],
    ],
    [
      'a port alone',
      'smtp: { listen: 2525 }\n',
      ['uketsuke.yaml:1: smtp.listen: must be host:port, such as 127.0.0.1:2525, or false'],
    ],
    [
      'a port there is not',
      'smtp: { listen: "127.0.0.1:99999" }\n',
      ['uketsuke.yaml:1: smtp.listen: must be host:port, such as 127.0.0.1:2525'],
    ],
    [
      'a peer that is no network',
      'smtp: { trustedPeers: [127.0.0.1, mx] }\n',
      [expect.stringMatching(/^uketsuke\.yaml:1: smtp\.trustedPeers\[1\]: .*192\.0\.2\.0\/24$/) as never],
    ],
    [
      'a database there is no driver for',
      'database: mysql://u:canary@h/d\n',
      ['uketsuke.yaml:1: database: must be sqlite:PATH or postgres://user@host/database'],
    ],
    [
      'a database whose address cannot be read',
      'database: "postgres://u:canary@[h/d"\n',
      ['uketsuke.yaml:1: database: must be sqlite:PATH or postgres://user@host/database'],
    ],
    [
      'a window in other words',
      'hours: { windows: ["9-12"] }\n',
      ['uketsuke.yaml:1: hours.windows[0]: must be HH:MM-HH:MM, such as 09:00-12:00'],
    ],
    [
      'an hour there is not',
      'hours: { windows: ["09:00-25:00"] }\n',
      ['uketsuke.yaml:1: hours.windows[0].to: must be a time from 00:00 to 23:59, written HH:MM'],
    ],
    [
      'a window that ends before it begins',
      'hours: { windows: ["12:00-09:00"] }\n',
      [
        'uketsuke.yaml:1: hours.windows[0]: ends (09:00) before it begins (12:00); write the earlier time first',
      ],
    ],
    [
      'windows that overlap',
      'hours:\n  windows:\n    - 09:00-12:00\n    - 11:30-17:30\n',
      [
        'uketsuke.yaml:4: hours.windows[1]: begins (11:30) before the window above it ends (12:00); write windows in order, without overlap',
      ],
    ],
    [
      'a closure the wrong way round',
      'hours:\n  closures:\n    - 2026-08-13\n    - 2026-12-29/2026-01-04\n',
      [
        'uketsuke.yaml:4: hours.closures[1]: ends (2026-01-04) before it begins (2026-12-29); check the year, write the first day first',
      ],
    ],
    [
      'a day there is not',
      'hours: { closures: [2026-02-30] }\n',
      [
        'uketsuke.yaml:1: hours.closures[0]: must be a day there is, written YYYY-MM-DD, or two of them with / between',
      ],
    ],
    [
      'three days',
      'hours: { closures: [2026-12-29/2027-01-04/2027-01-05] }\n',
      [expect.stringContaining('hours.closures[0]: must be a day there is') as never],
    ],
    [
      'a calendar that ends on no day',
      'hours: { closuresKnownUntil: 2027-02-29 }\n',
      ['uketsuke.yaml:1: hours.closuresKnownUntil: must be a day there is, written YYYY-MM-DD'],
    ],
    [
      'a mask too short',
      'supportNumber:\n  mask: CL-99\n',
      ['uketsuke.yaml:2: supportNumber.mask: the mask has 2 places for A or 9, at least 4 are needed'],
    ],
    [
      'a mask in full-width characters',
      'supportNumber:\n  mask: ＣＬ-9999\n',
      [expect.stringMatching(/^uketsuke\.yaml:2: supportNumber\.mask: character 1 .*ASCII/) as never],
    ],
    [
      'a robot without an address',
      'robots: [monitor]\n',
      ['uketsuke.yaml:1: robots[0]: must be a mail address, or @domain'],
    ],
    [
      'a form pattern that does not compile',
      form('subject: "("\n    fields: { address: 【a】, text: 【b】 }'),
      [expect.stringMatching(/^uketsuke\.yaml:4: formProfiles\[0\]\.subject: Invalid regular/) as never],
    ],
    [
      'a form pattern that could hang the reader',
      form('fields:\n      address: "/(?<address>[^ ]+@[^ ]+)\\\\.jp/"\n      text: 【お問合せ内容】'),
      [
        expect.stringMatching(
          /^uketsuke\.yaml:5: formProfiles\[0\]\.fields\.address: \[\^ \] and \[\^ \] can share the same text in too many ways/,
        ) as never,
      ],
    ],
    [
      'a form without the text',
      form('fields: { address: 【メールアドレス】 }'),
      [expect.stringMatching(/^uketsuke\.yaml:4: formProfiles\[0\]\.fields\.text: /) as never],
    ],
    [
      'a secret in the wrong place, which is not repeated',
      'relay: { host: 127.0.0.1, password: canary }\n',
      [
        'uketsuke.yaml:1: relay.password: secrets do not stand in this file; name a file that holds it with passwordFile',
      ],
    ],
  ];
  it.each(refused)('%s', (_, yaml, expected) => {
    const found = problems(yaml);
    expect(found).toEqual(expected);
    expect(found.join()).not.toContain('canary');
  });

  it('everything at once, with what stands outside the file', () => {
    writeFileSync(
      join(dir, 'bad.ics'),
      'BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nSUMMARY:夏期休暇\nDTSTART;VALUE=DATE:20260230\nEND:VEVENT\nEND:VCALENDAR\n',
    );
    const yaml =
      'log: loud\nhours:\n  closuresFile: bad.ics\nrelay:\n  host: mx.example.jp\nsupportNumber: { mask: x }\n';
    expect(problems(yaml, { UKETSUKE_CLOCK: 'tomorrow' })).toEqual([
      'uketsuke.yaml:1: log: must be debug or info or warn or error',
      expect.stringMatching(/^uketsuke\.yaml:6: supportNumber\.mask: /),
      expect.stringMatching(/^uketsuke\.yaml:3: hours\.closuresFile: bad\.ics:4: VEVENT 夏期休暇: DTSTART/),
      expect.stringMatching(/^UKETSUKE_CLOCK: "tomorrow" is not a time/),
      expect.stringMatching(/^UKETSUKE_CLOCK: refused, because the relay mx\.example\.jp is not on this/),
    ]);
  });

  it('a closures file that is not there, or is no calendar', () => {
    expect(problems('hours: { closuresFile: none.ics }\n')).toEqual([
      'uketsuke.yaml:1: hours.closuresFile: none.ics: no such file; export the closures as iCalendar, or remove the key',
    ]);
    writeFileSync(join(dir, 'text.ics'), 'hello\n');
    expect(problems('hours: { closuresFile: text.ics }\n')).toHaveLength(1);
  });

  it('a file that is not there, is a folder, or is not UTF-8', () => {
    const open = (path: string) => () => loadConfig(path, { env: {}, cwd: dir });
    expect(open('none.yaml')).toThrow(
      `${dir}/none.yaml: no such file; name an existing file with --config, or copy etc/uketsuke.yaml`,
    );
    expect(open('.')).toThrow(`${dir}: is a folder; name a file`);
    writeFileSync(join(dir, 'sjis.yaml'), Buffer.from([0x23, 0x20, 0x83, 0x65, 0x83, 0x58, 0x0a]));
    expect(open('sjis.yaml')).toThrow(`${dir}/sjis.yaml: is not UTF-8; save it again as UTF-8`);
  });
});

describe('what is understood', () => {
  it('an empty file, and none, mean the defaults', () => {
    const embedded = loadConfig(null, { env: {}, cwd: '/srv' });
    expect(embedded.dataDir).toBe('/srv/data');
    expect(load('# nothing yet\n')).toEqual({
      ...embedded,
      file,
      dataDir: join(dir, 'data'),
      database: `sqlite:${join(dir, 'data', 'uketsuke.db')}`,
    });
  });

  it('the commented file that is shipped, as it is', () => {
    const shipped = join(import.meta.dirname, '..', 'etc', 'uketsuke.yaml');
    expect(loadConfig(shipped, { env: {}, cwd: '/' }).hours.closuresKnownUntil).toBe('2027-03-31');
    const keys = [...readFileSync(shipped, 'utf8').matchAll(/^# {0,2}(\w+):|^(\w+):/gm)].map(
      ([, a, b]) => a ?? b,
    );
    for (const key of 'dataDir database addresses desk mailboxes smtp relay from addressExtension authservId staff supportNumber hours outbox faxGateways formProfiles ocr retention http log'.split(
      ' ',
    ))
      expect(keys).toContain(key);
  });

  it('relative paths lead from the folder of the file, those of the environment from where one stands', () => {
    const yaml = `dataDir: store
database: sqlite:db/u.db
relay: { host: 127.0.0.1, user: u, passwordFile: relay.secret }
mailboxes:
  - { name: a, host: imap.example.jp, user: u, passwordFile: a.secret, since: all }
  - { name: b, host: imap.example.jp, user: v, tokenFile: b.token, since: all }
`;
    const config = load(yaml);
    expect(config.dataDir).toBe(join(dir, 'store'));
    expect(config.database).toBe(`sqlite:${join(dir, 'db', 'u.db')}`);
    expect(config.relay?.passwordFile).toBe(join(dir, 'relay.secret'));
    expect(config.mailboxes[0]?.passwordFile).toBe(join(dir, 'a.secret'));
    expect(config.mailboxes[1]?.tokenFile).toBe(join(dir, 'b.token'));
    expect(load('log: info\n', { UKETSUKE_DATA: 'elsewhere' }).dataDir).toBe('/elsewhere');
    expect(load(yaml, { UKETSUKE_DATABASE: 'sqlite:x.db' }).database).toBe('sqlite:/x.db');
    expect(() => load(yaml, { UKETSUKE_DATABASE: 'mysql://u:canary@h' })).toThrow(
      /^UKETSUKE_DATABASE: must be sqlite:PATH or postgres/,
    );
  });

  it('a relay elsewhere is spoken to in TLS unless told otherwise; a name that only begins like ours is elsewhere', () => {
    const tls = (host: string) => load(`relay: { host: "${host}" }\n`).relay?.tls;
    expect(['localhost', '127.0.0.1', '127.1.2.3', '::1'].map(tls)).toEqual(Array(4).fill('none'));
    expect(['mx.example.jp', 'localhost.example.jp', '127.example.jp'].map(tls)).toEqual(
      Array(3).fill('starttls'),
    );
  });

  it('a trial clock, unless letters could reach somebody', () => {
    const env = { UKETSUKE_CLOCK: '2026-11-20T17:29' };
    expect(load('log: info\n', env).startAt?.toISOString()).toBe('2026-11-20T08:29:00.000Z');
    expect(load('relay: { host: "::1" }\n', env).startAt).not.toBeNull();
    for (const host of ['mx.example.jp', '192.0.2.1', 'localhost.example.jp', '127.example.jp', '0.0.0.0'])
      expect(problems(`relay: { host: "${host}" }\n`, env)).toEqual([
        expect.stringContaining(`refused, because the relay ${host} is not on this machine`),
      ]);
  });
});

describe('secrets', () => {
  const around = (env: Record<string, string> = {}) => ({ env, cwd: '/' });
  const secret = join(dir, 'secret');

  it('are read at each use, without the end of the line; the environment goes first', () => {
    writeFileSync(secret, 'one two \r\n');
    expect(readSecret('UKETSUKE_X', secret, around())).toBe('one two ');
    writeFileSync(secret, 'three');
    expect(readSecret('UKETSUKE_X', secret, around())).toBe('three');
    expect(readSecret('UKETSUKE_X', secret, around({ UKETSUKE_X: 'four' }))).toBe('four');
    expect(readSecret('UKETSUKE_X', undefined, around())).toBeNull();
  });

  it('that cannot be read say which file, and what would help', () => {
    writeFileSync(secret, '\n');
    expect(() => readSecret('UKETSUKE_X', secret, around())).toThrow(
      `${secret}: is empty; write the secret into it, or set UKETSUKE_X`,
    );
    expect(() => readSecret('UKETSUKE_X', `${secret}.none`, around())).toThrow(
      `${secret}.none: no such file; make it, or set UKETSUKE_X in the environment`,
    );
    mkdirSync(join(dir, 'folder'));
    expect(() => readSecret('UKETSUKE_X', join(dir, 'folder'), around())).toThrow('is a folder; name a file');
    // Root may read everything, so this one needs another user.
    if (process.getuid?.() === 0) return;
    chmodSync(secret, 0);
    expect(() => readSecret('UKETSUKE_X', secret, around())).toThrow(`${secret}: no permission to read it`);
  });
});

describe('templates', () => {
  const shipped = join(import.meta.dirname, '..', 'templates');

  it('are refused with file and line, all at once', () => {
    const folder = join(dir, 'templates');
    cpSync(shipped, folder, { recursive: true });
    const edit = (name: string, change: (text: string) => string) =>
      writeFileSync(join(folder, name), change(readFileSync(join(folder, name), 'utf8')));
    const lines = readFileSync(join(folder, 'reminder.liquid'), 'utf8').split('\n').length;
    edit('reminder.liquid', (text) => `${text}{{ passwort }}\n`);
    edit('neutral.liquid', (text) => text.replace('kind:', 'knd:'));
    rmSync(join(folder, 'notification.liquid'));
    let told = '';
    try {
      loadTemplates(folder);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      told = (error as Error).message;
    }
    expect(told.replaceAll(`${folder}/`, '').split('\n').sort()).toEqual([
      expect.stringMatching(/^neutral\.liquid:\d+: unknown key knd$/),
      'notification.liquid: required template is missing',
      expect.stringMatching(new RegExp(`^reminder\\.liquid:${lines}: unknown slot passwort`)),
    ]);
    expect(() => loadTemplates(join(dir, 'none'))).toThrow(/^templates: ENOENT.*install the program again$/);
    expect(loadTemplates(shipped).size).toBeGreaterThan(5);
  });
});
