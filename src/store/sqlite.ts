import { setTimeout as sleep } from 'node:timers/promises';
import knex, { type Knex } from 'knex';
import Transaction from 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js';
import Client from 'knex/lib/dialects/sqlite3/index.js';
import { gaveWay } from './failure.ts';
import { storable } from './row.ts';

/** knex would write to standard output, where the command line prints JSON. What it says comes up as errors anyway. */
export const silentKnex: Knex.Logger = {
  warn: () => {},
  error: () => {},
  deprecate: () => {},
  debug: () => {},
};

/** How long a lock is waited for, and how often a transaction that lost is done again. */
export interface Patience {
  readonly busyTimeoutMs: number;
  readonly tries: number;
}

/** The file with its pragmas set, as one connection. `opened` is told of each. */
export function openSqlite(file: string, patience: Patience, opened: () => void): Knex {
  return knex({
    client: sqliteClient(),
    connection: { filename: file },
    useNullAsDefault: true,
    log: silentKnex,
    // One connection a process: waiting writers would otherwise each block a thread of the pool that the holder needs.
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: SqliteConnection, done: (error: unknown, c: unknown) => void) => {
        (async () => {
          await exec(connection, `PRAGMA busy_timeout = ${patience.busyTimeoutMs}`);
          await setUp(connection, Date.now() + patience.busyTimeoutMs);
          opened();
        })().then(
          () => done(null, connection),
          (error: unknown) => done(error, connection),
        );
      },
    },
  });
}

interface SqliteConnection {
  exec(sql: string, done: (error: Error | null) => void): void;
  get(sql: string, done: (error: Error | null, row?: { page_count: number }) => void): void;
  prepare(sql: string, done: (error: Error | null) => void): SqliteStatement;
}

interface SqliteStatement {
  run(bindings: readonly unknown[], done: (error: Error | null, rows: unknown) => void): void;
  all(bindings: readonly unknown[], done: (error: Error | null, rows: unknown) => void): void;
  finalize(): void;
}

/** A query as knex hands it to its client. */
interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  readonly method?: string;
  readonly returning?: unknown;
}

interface Prepared {
  readonly handle: SqliteStatement;
  /** A statement that cannot be prepared never calls back; all who wait for it are told here. */
  readonly waiting: Set<(error: Error) => void>;
}

/** Statements of one connection kept ready: preparing one takes as long as running it, and a thread more. */
const statements = new WeakMap<SqliteConnection, Map<string, Prepared>>();
const statementsMax = 100;
/** A statement keeps what was bound to it last, so one with a mail in it is not kept. */
const boundBytesMax = 16 * 1024;

/** Null for what is better run without keeping it: large values, and all that is no plain work on rows. */
function prepared(connection: SqliteConnection, { sql, bindings = [] }: Query): Prepared | null {
  if (!/^(?:select|insert|update|delete|savepoint|release|rollback|begin|commit)\b/i.test(sql)) return null;
  if (bindings.some((one) => sizeOf(one) > boundBytesMax)) return null;
  const kept = statements.get(connection) ?? new Map<string, Prepared>();
  statements.set(connection, kept);
  const found = kept.get(sql);
  kept.delete(sql);
  const statement: Prepared = found ?? {
    handle: connection.prepare(sql, (error) => {
      if (error === null) return;
      kept.delete(sql);
      for (const tell of statement.waiting) tell(error);
    }),
    waiting: new Set(),
  };
  kept.set(sql, statement);
  for (const [oldest, { handle }] of kept) {
    if (kept.size <= statementsMax) break;
    kept.delete(oldest);
    handle.finalize();
  }
  return statement;
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 0;
}

/** As knex tells them apart: what gives no rows says how many it changed. */
function writes({ method = '', returning }: Query): boolean {
  return method === 'del' || method === 'counter' || (/^(?:insert|update)$/.test(method) && !returning);
}

function exec(connection: SqliteConnection, sql: string): Promise<void> {
  return new Promise((resolve, reject) =>
    connection.exec(sql, (error) => (error === null ? resolve() : reject(error))),
  );
}

/** Changing the journal mode does not honour the busy timeout while another process opens the same new file. */
async function setUp(connection: SqliteConnection, deadline: number): Promise<void> {
  try {
    const pages = await new Promise<number | undefined>((resolve, reject) =>
      connection.get('PRAGMA page_count', (error, row) => (error ? reject(error) : resolve(row?.page_count))),
    );
    // On a new file and before WAL: afterwards auto_vacuum stays off and a purge never shrinks the file. On an old
    // one the words would only wait for the write lock, which another process may hold for long.
    if (pages === 0) await exec(connection, 'PRAGMA auto_vacuum = INCREMENTAL');
    await exec(connection, 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  } catch (error) {
    if (!gaveWay(error) || Date.now() > deadline) throw error;
    await sleep(20 + 30 * Math.random());
    await setUp(connection, deadline);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: knex has no types for its inner classes
type Inner = any;

/**
 * knex's SQLite client with transactions that take the write lock at their start. knex begins deferred, and two
 * processes that read and then write fail at once with SQLITE_BUSY, whatever the busy timeout.
 */
function sqliteClient(): typeof Knex.Client {
  class ImmediateTransaction extends Transaction {
    async begin(this: Inner, connection: unknown): Promise<void> {
      try {
        await this.trxClient.query(connection, 'BEGIN IMMEDIATE;');
      } catch (error) {
        // A COMMIT that failed (a full disk, a deferred check) may have left its transaction open.
        if (!String(error).includes('within a transaction')) throw error;
        await this.trxClient.query(connection, 'ROLLBACK;');
        await this.trxClient.query(connection, 'BEGIN IMMEDIATE;');
      }
    }

    async rollback(this: Inner, connection: unknown, error: unknown): Promise<void> {
      // A full disk rolls back by itself; the failing ROLLBACK must not hide why.
      await this.trxClient.query(connection, 'ROLLBACK;').catch(() => undefined);
      this._completed = true;
      this._rejecter(error);
    }
  }
  return class extends Client {
    transaction(container: unknown, config: unknown, outerTx: unknown): unknown {
      return new (ImmediateTransaction as Inner)(this, container, config, outerTx);
    }

    prepBindings(bindings: readonly unknown[] | undefined): unknown {
      return bindings?.map(storable);
    }

    _query(connection: SqliteConnection, query: Query): Promise<Query> {
      const statement = prepared(connection, query);
      if (statement === null) return super._query(connection, query);
      return new Promise((resolve, reject) => {
        const done = function (this: unknown, error: Error | null, rows: unknown) {
          statement.waiting.delete(reject);
          if (error !== null) return reject(error);
          resolve(Object.assign(query, { response: rows, context: this }));
        };
        statement.waiting.add(reject);
        if (writes(query)) statement.handle.run(query.bindings ?? [], done);
        else statement.handle.all(query.bindings ?? [], done);
      });
    }

    async destroyRawConnection(connection: SqliteConnection): Promise<void> {
      for (const { handle } of statements.get(connection)?.values() ?? []) handle.finalize();
      statements.delete(connection);
      await super.destroyRawConnection(connection);
    }
  } as Inner;
}
