import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { chmod, rename, stat } from 'node:fs/promises';
import type { Knex } from 'knex';
import { type Migration, migrations } from '../../migrations/index.ts';
import type { Journal } from '../desk/ports.ts';
import { connect, type Database } from './database.ts';
import { storeError } from './failure.ts';

/** Any fixed number: it names the lock under which PostgreSQL migrates. */
const lockNumber = 8_536_421;

/**
 * Brings the schema forward in one transaction under a lock, so that processes opening at once wait for each other
 * and a crash leaves the old schema whole. A SQLite database with anything in it is copied first, to
 * `<file>.before-NNN`. A database that knows steps this program does not is refused untouched.
 */
export async function migrate(
  db: Database,
  log?: Journal,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  if ((await db.read((q) => pending(q, steps))).length === 0) return;
  await db.write(async (trx) => {
    if (db.dialect === 'postgres') await trx.raw('select pg_advisory_xact_lock(?)', [lockNumber]);
    const waiting = await pending(trx, steps);
    const [first] = waiting;
    if (first === undefined) return;
    if (db.file !== null && (await hasTables(trx))) await backUp(db.file, first.name.slice(0, 3), log);
    if (!(await trx.schema.hasTable('migrations')))
      await trx.schema.createTable('migrations', (t) => {
        t.text('name').primary();
        t.text('at').notNullable();
      });
    for (const step of waiting) {
      await step.up(trx);
      await trx('migrations').insert({ name: step.name, at: new Date().toISOString() });
      log?.info('store-migrated', { step: step.name });
    }
  });
}

async function pending(q: Knex, steps: readonly Migration[]): Promise<readonly Migration[]> {
  if (!(await q.schema.hasTable('migrations'))) return steps;
  const done = new Set<string>(await q('migrations').pluck('name'));
  const unknown = [...done].filter((name) => !steps.some((step) => step.name === name)).sort();
  if (unknown.length > 0)
    throw storeError(
      'stop',
      `the database is newer than this program (it knows ${unknown.join(', ')}): install the newer program again, or restore the backup made before it migrated`,
    );
  return steps.filter((step) => !done.has(step.name));
}

async function hasTables(q: Knex): Promise<boolean> {
  const rows: unknown[] = await q('sqlite_master').where({ type: 'table' }).limit(1);
  return rows.length > 0;
}

/**
 * Called while the caller holds the write lock: the copy is read through a second connection and so is exactly
 * what the migration starts from. It gets its name only when it is whole and on the disk.
 */
async function backUp(file: string, number: string, log?: Journal): Promise<void> {
  const path = `${file}.before-${number}`;
  const unfinished = `${path}.unfinished`;
  rmSync(unfinished, { force: true });
  const copy = connect(`sqlite:${file}`, log);
  try {
    await copy.read((q) => q.raw('VACUUM INTO ?', [unfinished]));
  } finally {
    await copy.close();
  }
  const descriptor = openSync(unfinished, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
  await chmod(unfinished, (await stat(file)).mode & 0o777);
  await rename(unfinished, path);
  log?.info('store-backed-up', { path });
}
