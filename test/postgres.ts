import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './free-port.ts';

/**
 * A throw-away PostgreSQL on 127.0.0.1 with its data in a temporary folder, gone after `stop`. Durability is off:
 * no test here pulls the plug of the server. `database()` makes one more empty database and returns its URL.
 */
export async function startPostgres(): Promise<{
  readonly url: string;
  database(name: string): Promise<string>;
  stop(): Promise<void>;
}> {
  const bin = binaries();
  const folder = mkdtempSync('/tmp/uketsuke-postgres-');
  const port = await freePort();
  // PostgreSQL refuses to run as root.
  const asRoot = process.getuid?.() === 0;
  const [first = '', ...rest] = asRoot
    ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
    : [];
  const command = (name: string, args: readonly string[]): [string, string[]] =>
    asRoot ? [first, [...rest, join(bin, name), ...args]] : [join(bin, name), [...args]];
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' };
  if (asRoot) execFileSync('chown', ['postgres:', folder]);
  chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  execFileSync(
    ...command('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']),
    {
      env,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const options = ['-D', data, '-p', String(port), '-k', folder, '-F', '-c', 'listen_addresses=127.0.0.1'];
  const server = spawn(...command('postgres', [...options, '-c', 'log_min_messages=fatal']), {
    env,
    cwd: '/',
    stdio: 'ignore',
  });
  const url = (name: string) => `postgres://postgres@127.0.0.1:${port}/${name}`;
  try {
    await ready(url('postgres'), server);
  } catch (error) {
    await stop(server, folder);
    throw error;
  }
  return {
    url: url('postgres'),
    database: async (name) => {
      await query(url('postgres'), `create database "${name}"`);
      return url(name);
    },
    stop: () => stop(server, folder),
  };
}

function binaries(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  const found = folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))),
  );
  if (found === undefined) throw new Error('PostgreSQL is missing: bash test/needs.sh');
  return found;
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries++) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`);
    try {
      return await query(url, 'select 1');
    } catch (error) {
      if (tries > 300) throw error;
      await sleep(100);
    }
  }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    const gone = new Promise((exit) => server.once('exit', exit));
    // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients. setpriv became the server itself.
    server.kill('SIGINT');
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
}
