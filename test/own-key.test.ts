/** One secret.key signs for one desk: the desk of another database beside it would give its references and ids again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { openDesk } from '../src/daemon.ts';
import type { Journal } from '../src/desk/ports.ts';
import { at, mail } from './trial.ts';

const now = () => at('2026-11-24T10:00:00');
const silent: Journal = { info: () => {}, warn: () => {}, error: () => {} };
const source = { kind: 'file', name: 'test.eml', returnPath: null, recipients: [] } as const;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'uketsuke-own-key-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Opens the desk on this database, and has it take this many mails. */
async function desk(database: string | null, mails = 0): Promise<void> {
  const file = join(dir, 'uketsuke.yaml');
  writeFileSync(file, `dataDir: data\n${database === null ? '' : `database: ${database}\n`}`);
  await using one = await openDesk(loadConfig(file, { env: {}, cwd: dir }), silent, now);
  for (let sent = 0; sent < mails; sent += 1)
    await one.accept(mail({ text: `質問 ${sent}` }), source, now(), false);
}

it('a desk does not go on in another, empty database with the key it has', async () => {
  await desk(null, 2);
  await expect(desk('sqlite:other.db')).rejects.toThrow(
    `${join(dir, 'data/uketsuke.db')} holds a desk with 2 messages and 0 letters, but the database that is configured is empty`,
  );
  await desk(null, 1);
  await desk('sqlite:data/uketsuke.db', 1);
});

it('a database that only the first checks have made is no desk', async () => {
  await desk(null);
  await desk('sqlite:other.db', 1);
  await desk('sqlite:other.db');
});

it('a desk that has gone on elsewhere is one, whatever lies beside its key', async () => {
  await desk('sqlite:other.db', 1);
  await desk(null, 1);
  await desk('sqlite:other.db');
});
