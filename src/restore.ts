/**
 * A backup becomes a desk again, in an empty place: what it had sent is never sent again, because whatever waited and
 * may have left since the backup is handed to a person (`store/restored.ts`). The database gets its name last, so that
 * what ended half-way is no desk.
 */
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { migrations } from '../migrations/index.ts';
import {
  databaseName,
  keyName,
  type Manifest,
  manifestName,
  manifestShape,
  onDisk,
  postgresTool,
  sumOf,
} from './backup.ts';
import { addDays, dayOf } from './calendar/jst.ts';
import type { Config } from './config.ts';
import { prepareFolder } from './daemon.ts';
import { purgeOlder } from './desk/purge.ts';
import { isEmpty } from './store/copy.ts';
import { openStore } from './store/open.ts';
import { bridge, type WaitedLetter } from './store/restored.ts';

export interface Restored {
  readonly manifest: Manifest;
  readonly lostAt: string;
  /** What waited in the backup and must not leave by itself. */
  readonly letters: readonly WaitedLetter[];
}

/** A backup older than this gets no gap in the references of every single day. */
const daysMax = 400;

/**
 * @param lostAt until when the desk the backup was taken from went on; null: it had stopped before the backup and has
 * not run since, so that nothing can have been sent.
 * @throws Error in a sentence that says what to do; then nothing was restored.
 */
export async function restore(
  config: Config,
  folder: string,
  lostAt: Date | null,
  now: Date,
): Promise<Restored> {
  const manifest = await wholeBackup(config, folder);
  const key = join(config.dataDir, keyName);
  if (existsSync(key))
    throw new Error(`${config.dataDir} holds a desk (${key}); restore into an empty data folder`);
  prepareFolder(config.dataDir);
  const file = join(folder, databaseName[manifest.database]);
  const gap = gapOf(manifest, lostAt, now);
  if (manifest.database === 'postgres') {
    if (!(await isEmpty(config.database)))
      throw new Error('the database holds tables already; create an empty one and name it in `database`');
    await postgresTool('pg_restore', config.database, [
      '--no-owner',
      '--no-privileges',
      '--exit-on-error',
      '--single-transaction',
      file,
    ]);
    const letters = gap === null ? [] : await bridge(config.database, gap);
    await purgeAgain(config, config.database, now);
    await placeKey(folder, key);
    return { manifest, lostAt: gap?.lostAt ?? manifest.at, letters };
  }
  const target = config.database.slice('sqlite:'.length);
  if (existsSync(target))
    throw new Error(`${target} is there already; move it away, or set dataDir to an empty folder`);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const unfinished = `${target}.restoring`;
  await clear(unfinished);
  try {
    await copyFile(file, unfinished);
    const letters = gap === null ? [] : await bridge(`sqlite:${unfinished}`, gap);
    await purgeAgain(config, `sqlite:${unfinished}`, now);
    await onDisk(unfinished);
    await placeKey(folder, key);
    await rename(unfinished, target);
    await onDisk(dirname(target));
    return { manifest, lostAt: gap?.lostAt ?? manifest.at, letters };
  } finally {
    await clear(unfinished);
  }
}

async function wholeBackup(config: Config, folder: string): Promise<Manifest> {
  const path = join(folder, manifestName);
  if (!existsSync(path)) throw new Error(`${folder} is no backup: it has no ${manifestName}`);
  const found = manifestShape.safeParse(parsed(path));
  if (!found.success) throw new Error(`${path} cannot be read; take another backup`);
  const manifest = found.data;
  for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
    const file = join(folder, name);
    const sum = existsSync(file) ? await sumOf(file) : null;
    if (sum?.bytes !== bytes || sum.sha256 !== sha256)
      throw new Error(`${file} is ${sum === null ? 'missing' : 'damaged'}; take another backup`);
  }
  for (const name of [databaseName[manifest.database], keyName])
    if (!(name in manifest.files)) throw new Error(`${path} names no ${name}; take another backup`);
  const unknown = manifest.migrations.filter((name) => !migrations.some((step) => step.name === name));
  if (unknown.length > 0)
    throw new Error(
      `the backup is newer than this program (it knows ${unknown.join(', ')}): install the newer program`,
    );
  const kind = config.database.startsWith('sqlite:') ? 'sqlite' : 'postgres';
  if (kind !== manifest.database)
    throw new Error(
      `the backup is of a ${manifest.database} database, \`database\` names a ${kind} one; name one of its kind`,
    );
  return manifest;
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function gapOf({ at }: Manifest, lostAt: Date | null, now: Date) {
  if (lostAt === null) return null;
  if (lostAt < new Date(at))
    throw new Error(`the desk cannot have been lost (${lostAt.toISOString()}) before its backup of ${at}`);
  const days: string[] = [];
  for (let day = dayOf(new Date(at)); day <= dayOf(lostAt) && days.length < daysMax; day = addDays(day, 1))
    days.push(day);
  return { backupAt: at, lostAt: lostAt.toISOString(), restoredAt: now.toISOString(), days };
}

/** What `retention` had let go since the backup does not come back with it. */
async function purgeAgain({ retention }: Config, database: string, now: Date): Promise<void> {
  if (retention === null) return;
  await using store = await openStore({ database });
  await purgeOlder({ store }, retention, now);
}

async function placeKey(folder: string, key: string): Promise<void> {
  await writeFile(key, readFileSync(join(folder, keyName)), { mode: 0o600, flag: 'wx', flush: true });
  await onDisk(dirname(key));
}

/** The unfinished file with its journals, and the copy a migration made of it: the backup itself is still there. */
async function clear(path: string): Promise<void> {
  for (const name of await readdir(dirname(path)))
    if (name.startsWith(basename(path))) await rm(join(dirname(path), name), { force: true });
}
