/** What an operator installs (etc/) and types (the two READMEs) fits together. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
const folders: string[] = [];

afterEach(() => {
  for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
});

/** The installed command, for this user and in a folder of its own, with a program that tells what it was given. */
function command(secrets: string | null, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'uketsuke-install-'));
  folders.push(folder);
  const etc = join(folder, 'etc');
  const program = join(folder, 'opt/dist/src/main.js');
  mkdirSync(etc);
  mkdirSync(join(program, '..'), { recursive: true });
  if (secrets !== null) writeFileSync(join(etc, 'secrets.env'), secrets);
  const told = 'console.log(JSON.stringify({ args: process.argv.slice(2), env: process.env }))';
  writeFileSync(program, told);
  const script = read('etc/uketsuke')
    .replaceAll('/etc/uketsuke', etc)
    .replaceAll('/opt/uketsuke', join(folder, 'opt'))
    .replaceAll('/usr/bin/node', process.execPath)
    .replace('!= uketsuke', `!= ${userInfo().username}`);
  const file = join(folder, 'uketsuke');
  writeFileSync(file, script);
  const ran = spawnSync('sh', [file, ...args], { encoding: 'utf8' });
  return { ...ran, etc, said: ran.status === 0 ? JSON.parse(ran.stdout) : null };
}

test('the command takes the configuration, its arguments, and the secrets as they stand', () => {
  const secrets = [
    '# the database',
    'UKETSUKE_DATABASE=postgres://u:p%26$HOME`id`"x@h/d',
    '',
    'UKETSUKE_RELAY_PASSWORD="two words"',
    "QUOTED='a=b'",
    '; another comment',
    'LAST=without a line end',
  ].join('\n');
  const { said, etc } = command(secrets, 'contracts', 'import', '台帳 1.csv');
  expect(said.args).toEqual(['--config', join(etc, 'uketsuke.yaml'), 'contracts', 'import', '台帳 1.csv']);
  expect(said.env).toMatchObject({
    UKETSUKE_DATABASE: 'postgres://u:p%26$HOME`id`"x@h/d',
    UKETSUKE_RELAY_PASSWORD: 'two words',
    QUOTED: 'a=b',
    LAST: 'without a line end',
    HOME: '/var/lib/uketsuke',
  });
});

test('the command needs no secrets', () => {
  expect(command(null, 'doctor').said.args.at(-1)).toBe('doctor');
});

test.each([
  ['A=1\nUKETSUKE_DATABASE = postgres://u@h/d\n', 2],
  ['UKETSUKE_DATABASE\n', 1],
  ['=x\n', 1],
  ['1A=x\n', 1],
  ['\n\nexport A=1\n', 3],
])('a line that names nothing is refused by file and line: %j', (secrets, line) => {
  const { status, stdout, stderr, etc } = command(secrets, 'doctor');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toBe(
    `${join(etc, 'secrets.env')}:${line}: write NAME=VALUE, without a space before or after =\n`,
  );
});

test('the daemon of the unit and the command are the same: user, program, configuration, environment', () => {
  const unit = read('etc/uketsuke.service');
  const script = read('etc/uketsuke');
  const start = /^ExecStart=(.*) start$/m.exec(unit)?.[1] ?? '';
  expect(script).toContain(`exec ${start} "$@"`);
  const environment = /^EnvironmentFile=-(.*)$/m.exec(unit)?.[1];
  expect(script).toContain(`secrets=${environment}\n`);
  const user = /^User=(.*)$/m.exec(unit)?.[1];
  expect(script).toContain(`"$(id -un)" != ${user}`);
  const home = `/var/lib/${/^StateDirectory=(.*)$/m.exec(unit)?.[1]}`;
  expect(script).toContain(`HOME=${home}\n`);
  expect(read('etc/uketsuke.yaml')).toContain(`dataDir: ${home}\n`);
});

test('a desk that was just installed writes to nobody', () => {
  expect(read('etc/uketsuke.yaml')).not.toMatch(/^relay:/m);
});

/** Command lines of a README without remarks; what an operator puts in by hand is one blank. */
function commands(readme: string): readonly string[] {
  return [...read(readme).matchAll(/^ *(?:sudo|echo|uketsuke|npx|npm|curl) .*|`((?:sudo|uketsuke) [^`]*)`/gm)]
    .map(([line, inline]) => (inline ?? line).replace(/ +#.*$/, '').trim())
    .flatMap((line) => line.split(' && '))
    .map((line) =>
      line.replace(/REPOSITORY|リポジトリのURL|PASSWORD|パスワード|contracts\.csv|台帳\.csv/g, '…'),
    )
    .filter((line) => /^(?:sudo|echo|npm|npx|curl|uketsuke (?:doctor|backup|--config))/.test(line))
    .map((line) => line.replace(/COPY-OF-SECRET\.KEY|一台目の\S+/, '…'));
}

test('both READMEs give the same commands, and each file the unit needs is put there by one', () => {
  const english = new Set(commands('README.md'));
  const japanese = new Set(commands('README.ja.md'));
  expect([...english].filter((line) => !japanese.has(line))).toEqual([]);
  expect([...japanese].filter((line) => !english.has(line))).toEqual([]);
  for (const needed of [
    'sudo useradd --system --home-dir /var/lib/uketsuke --shell /usr/sbin/nologin uketsuke',
    'sudo git clone … /opt/uketsuke',
    'sudo npm ci',
    'sudo install -d -o uketsuke -g uketsuke -m 0700 /var/lib/uketsuke',
    'sudo install -d -g uketsuke -m 0750 /etc/uketsuke',
    'sudo install -g uketsuke -m 0640 etc/uketsuke.yaml /etc/uketsuke/',
    'sudo install -m 0755 etc/uketsuke /usr/local/bin/',
    'sudo install -m 0644 /opt/uketsuke/etc/uketsuke.service /etc/systemd/system/',
    'sudo systemctl enable --now uketsuke',
  ])
    expect(english).toContain(needed);
});
