/**
 * Damage is remembered. A sound page beside a damaged one would otherwise go on taking mail into a file that is to be
 * replaced by its backup; so after the first sign of it nothing is read or written any more, by this process, by any
 * other on the same file, and after a restart (threat 76).
 */
import { existsSync, writeFileSync } from 'node:fs';
import type { Journal } from '../desk/ports.ts';
import { connect, type Database } from './database.ts';
import { isDamage, type StoreError, storeError } from './failure.ts';

/** The same database, closed for good to whoever asks after damage was met. */
export function guarded(db: Database, log?: Journal): Database {
  const marker = db.file === null || db.file === ':memory:' ? null : `${db.file}.damaged`;
  let damage: StoreError | null = null;
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    if (damage === null && marker !== null && existsSync(marker))
      damage = storeError(
        'stop',
        `the database was found damaged (see ${marker}); stop the program and restore the last backup, or remove that file if the database was mended`,
      );
    if (damage !== null) throw damage;
    try {
      return await work();
    } catch (error) {
      if (isDamage(error)) {
        damage = error as StoreError;
        remember(marker, damage.message, log);
      }
      throw error;
    }
  };
  return { ...db, read: (work) => guard(() => db.read(work)), write: (work) => guard(() => db.write(work)) };
}

function remember(marker: string | null, reason: string, log?: Journal): void {
  log?.error('store-damaged', { reason, marker });
  try {
    if (marker !== null) writeFileSync(marker, `${new Date().toISOString()} ${reason}\n`, { mode: 0o600 });
  } catch (error) {
    // A disk that fails may take no mark either; this process remembers all the same.
    log?.warn('damage-not-marked', { marker, reason: String(error) });
  }
}

/** What a look at the whole SQLite file finds wrong, in words, or null; PostgreSQL checks its own pages. */
export async function findDamage(database: string): Promise<string | null> {
  if (!database.startsWith('sqlite:')) return null;
  const db = connect(database);
  try {
    const [answer] = await db.read<Readonly<Record<string, unknown>>[]>((q) =>
      q.raw('PRAGMA quick_check(1)'),
    );
    const said = String(Object.values(answer ?? {})[0]).replaceAll(/\s+/g, ' ');
    return said === 'ok'
      ? null
      : `the database is damaged (${said}); stop the program and restore the last backup`;
  } catch (error) {
    if (isDamage(error)) return (error as Error).message;
    throw error;
  } finally {
    await db.close();
  }
}
