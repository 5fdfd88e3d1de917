import type { Knex } from 'knex';
import { connect } from './database.ts';
import { storeError } from './failure.ts';
import { type Row, rowsOf } from './row.ts';

/** What a copy holds, told beside it. */
export interface StoreFacts {
  readonly migrations: string[];
  readonly counts: { readonly messages: number; readonly tickets: number; readonly letters: number };
}

/**
 * Copies a SQLite database as it stands at one instant; other processes read and write meanwhile. The copy is compact,
 * looked through for damage, and needs no journal beside it.
 */
export async function copySqlite(database: string, path: string): Promise<StoreFacts> {
  const source = connect(database);
  try {
    if (!(await source.read((q) => q.schema.hasTable('migrations'))))
      throw new Error(`${database} holds no desk yet; nothing was copied`);
    await source.read((q) => q.raw('VACUUM INTO ?', [path]));
  } finally {
    await source.close();
  }
  return storeFacts(`sqlite:${path}`, true);
}

export async function storeFacts(database: string, check = false): Promise<StoreFacts> {
  const db = connect(database);
  try {
    if (check) await db.read(sound);
    return await db.read(factsOf);
  } finally {
    await db.close();
  }
}

async function sound(q: Knex): Promise<void> {
  const [answer] = rowsOf(await q.raw('PRAGMA quick_check(1)'));
  const said = String(Object.values(answer ?? {})[0]);
  if (said !== 'ok')
    throw storeError('stop', `the database is damaged (${said}); keep the backups there are`);
  // The copy is one file again, complete without a -wal beside it.
  await q.raw('PRAGMA journal_mode = DELETE');
}

async function factsOf(q: Knex): Promise<StoreFacts> {
  const count = async (table: string) => {
    const row: Row | undefined = await q(table).count({ n: '*' }).first();
    return Number(row?.['n']);
  };
  return {
    migrations: await q('migrations').orderBy('name').pluck('name'),
    counts: {
      messages: await count('received'),
      tickets: await count('tickets'),
      letters: await count('outbox'),
    },
  };
}

/** Of PostgreSQL: no table of anybody stands in the way. */
export async function isEmpty(database: string): Promise<boolean> {
  const db = connect(database);
  try {
    const rows = rowsOf(
      await db.read((q) => q.raw("select 1 as n from pg_tables where schemaname = 'public' limit 1")),
    );
    return rows.length === 0;
  } finally {
    await db.close();
  }
}
