import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import knex, { type Knex } from 'knex';
import Client from 'knex/lib/dialects/postgres/index.js';
import type { Journal } from '../desk/ports.ts';
import { explained, gaveWay, storeError } from './failure.ts';
import { storable } from './row.ts';
import { openSqlite, type Patience, silentKnex } from './sqlite.ts';

/** One open database. Queries are written once against `q`; only this file knows the two dialects apart. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  /** SQLite file, or null. */
  readonly file: string | null;
  read<T>(work: (q: Knex) => Promise<T>): Promise<T>;
  /** One committed write transaction; done again from its start when the database gave way to another. */
  write<T>(work: (trx: Knex.Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const require = createRequire(import.meta.url);
/** About 60 s in all (6 × 10 s), then the caller hears `again`. */
const patient: Patience = { busyTimeoutMs: 10_000, tries: 6 };

/** `sqlite:PATH` or `postgres://…`. Connects lazily but for SQLite's file, whose pragmas are set at once. */
export function connect(database: string, log?: Journal, patience: Patience = patient): Database {
  const file = database.startsWith('sqlite:') ? database.slice('sqlite:'.length) : null;
  if (file === null && !/^postgres(ql)?:\/\//.test(database))
    throw storeError('stop', `\`database\` must be sqlite:PATH or postgres://…`);
  const watch = file === null || file === ':memory:' ? null : watchFile(file);
  const q = file === null ? openPostgres(database) : openSqlite(file, patience, () => watch?.reset());

  async function write<T>(work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await q.transaction(work);
        watch?.check();
        return result;
      } catch (error) {
        if (!gaveWay(error) || attempt >= patience.tries) throw explained(error);
        log?.warn('store-busy', { attempt, error: String(error) });
        await sleep(attempt * 20 * (1 + Math.random()));
      }
    }
  }

  return {
    dialect: file === null ? 'postgres' : 'sqlite',
    file,
    write,
    read: async (work) => {
      try {
        return await work(q);
      } catch (error) {
        throw explained(error);
      }
    },
    close: () => q.destroy(),
  };
}

/** The same database from inside a transaction that is under way: what is written here is committed with it. */
export function inside(db: Database, trx: Knex.Transaction): Database {
  return {
    ...db,
    read: async (work) => {
      try {
        return await work(trx);
      } catch (error) {
        throw explained(error);
      }
    },
    write: async (work) => {
      const done = await apart(trx, () => work(trx));
      if (done.status === 'rejected') throw done.reason;
      return done.value;
    },
    close: async () => {},
  };
}

/**
 * A piece of a transaction that is undone alone when it fails by a fault of ours. The world's trouble is thrown and
 * undoes everything: after a full disk or a deadlock the whole transaction is gone anyway.
 */
export async function apart<T>(
  trx: Knex.Transaction,
  piece: () => Promise<T>,
): Promise<PromiseSettledResult<T>> {
  await trx.raw('savepoint piece');
  try {
    const value = await piece();
    await trx.raw('release savepoint piece');
    return { status: 'fulfilled', value };
  } catch (error) {
    const reason = explained(error);
    if (reason instanceof Error && 'kind' in reason) throw reason;
    await trx.raw('rollback to savepoint piece');
    await trx.raw('release savepoint piece');
    return { status: 'rejected', reason };
  }
}

/** Rows for one worker: PostgreSQL passes over those another transaction holds; SQLite has one writer anyway. */
export function forOneWorker<T extends Knex.QueryBuilder>(query: T): T {
  if (query.client.dialect === 'postgresql') query.forUpdate().skipLocked();
  return query;
}

/**
 * SQLite goes on writing into a file that was deleted or replaced beneath it, and everything since would be lost at
 * the next start. So each commit is believed only while the names still lead to the same files.
 */
function watchFile(file: string): { check(): void; reset(): void } {
  let seen: readonly number[] | null = null;
  function check(): void {
    try {
      const now = [statSync(file).ino, statSync(`${file}-wal`).ino];
      seen ??= now;
      if (now[0] === seen[0] && now[1] === seen[1]) return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
    }
    throw storeError(
      'stop',
      `${file} or its -wal file was removed or replaced while the program was running; stop the program, restore both`,
    );
  }
  return {
    check,
    reset: () => {
      seen = null;
    },
  };
}

function openPostgres(url: string): Knex {
  /** The last query of each connection: pg wants the next one only when it is answered. */
  const asked = new WeakMap<object, Promise<unknown>>();
  class PostgresClient extends Client {
    _query(connection: object, query: unknown): Promise<unknown> {
      const answer = (asked.get(connection) ?? Promise.resolve()).then(() => super._query(connection, query));
      asked.set(
        connection,
        answer.catch(() => {}),
      );
      return answer;
    }

    prepBindings(bindings: readonly unknown[] | undefined): unknown {
      return bindings?.map(storable);
    }
  }
  // A desk on SQLite never loads this driver.
  const pg: typeof import('pg') = require('pg');
  const int8 = 20;
  const types = {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
  };
  return knex({
    client: PostgresClient as unknown as typeof Knex.Client,
    connection: { connectionString: url, types, application_name: 'uketsuke' } as Knex.PgConnectionConfig,
    log: silentKnex,
    pool: { min: 0, max: 8 },
    acquireConnectionTimeout: 60_000,
  });
}
