/**
 * An online backup: the database as it stands at one instant, while others go on writing, and the key its marks are
 * signed with. The key is copied after the database, because keys are only ever added: what the copy of the database
 * was signed with is in the copy of the file. Blobs lie in the database, so nothing else can be ahead or behind.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { type Config, ConfigError, programVersion, surroundings } from './config.ts';
import { prepareFolder } from './daemon.ts';
import { copySqlite, type StoreFacts, storeFacts } from './store/copy.ts';

/** What stands beside the files, so that a restore knows what it has and that it is whole. */
export const manifestShape = z.strictObject({
  format: z.literal(1),
  program: z.string(),
  /** ISO UTC, before the copy began. */
  at: z.iso.datetime(),
  database: z.enum(['sqlite', 'postgres']),
  migrations: z.array(z.string()),
  counts: z.strictObject({ messages: z.number(), tickets: z.number(), letters: z.number() }),
  files: z.record(z.string(), z.strictObject({ bytes: z.number(), sha256: z.string() })),
});
export type Manifest = z.output<typeof manifestShape>;

export const manifestName = 'backup.json';
export const keyName = 'secret.key';
export const databaseName = { sqlite: 'uketsuke.db', postgres: 'uketsuke.dump' } as const;

/**
 * Makes the folder, which must not be there; it gets its name when all in it is whole and on the disk.
 * @throws Error in a sentence that says what to do.
 */
export async function backUp(config: Config, folder: string, now: Date): Promise<Manifest> {
  if (existsSync(folder)) throw new Error(`${folder} is there already; name a folder that is not`);
  const key = join(config.dataDir, keyName);
  if (!existsSync(key))
    throw new Error(
      `${key} is missing: there is no desk in ${config.dataDir}; check dataDir, or UKETSUKE_DATA`,
    );
  prepareFolder(config.dataDir);
  const unfinished = join(dirname(folder), `.${basename(folder)}.unfinished`);
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(
      `${folder} cannot be made (${(error as NodeJS.ErrnoException).code}); make a folder that this user may write to, and name one in it`,
    );
  }
  try {
    const kind = config.database.startsWith('sqlite:') ? 'sqlite' : 'postgres';
    const copy = join(unfinished, databaseName[kind]);
    const facts =
      kind === 'sqlite' ? await copySqlite(config.database, copy) : await dump(config.database, copy);
    await copyFile(key, join(unfinished, keyName));
    const files: Record<string, Manifest['files'][string]> = {};
    for (const name of [databaseName[kind], keyName]) {
      await chmod(join(unfinished, name), 0o600);
      await onDisk(join(unfinished, name));
      files[name] = await sumOf(join(unfinished, name));
    }
    const manifest: Manifest = {
      format: 1,
      program: programVersion(),
      at: now.toISOString(),
      database: kind,
      ...facts,
      files,
    };
    const path = join(unfinished, manifestName);
    await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
    await onDisk(unfinished);
    await rename(unfinished, folder);
    await onDisk(dirname(folder));
    return manifest;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function dump(database: string, path: string): Promise<StoreFacts> {
  // Counted before the dump begins: what comes between is in the dump as well.
  const facts = await storeFacts(database);
  await postgresTool('pg_dump', database, [
    '--format=custom',
    '--no-owner',
    '--no-privileges',
    `--file=${path}`,
  ]);
  return facts;
}

/** A tool of PostgreSQL on this database. The password travels in the environment: the command line is everybody's to read. */
export async function postgresTool(tool: string, database: string, args: readonly string[]): Promise<void> {
  const url = new URL(database);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const child = spawn(tool, ['--no-password', `--dbname=${url.href}`, ...args], {
    env: { ...surroundings().env, ...(password === '' ? {} : { PGPASSWORD: password }) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(0, 2_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new ConfigError(
              `${tool} is missing; install the client of your PostgreSQL (Debian: apt-get install postgresql-client)`,
            )
          : error,
      ),
    );
  });
  if (code !== 0)
    throw new Error(`${tool} failed (${code}): ${said.trim().split('\n').slice(0, 3).join(' ')}`);
}

export async function sumOf(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

/** A file, or the names in a folder. */
export async function onDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
