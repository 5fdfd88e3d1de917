import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import { acceptance } from '../../test/decision.ts';
import { startPostgres } from '../../test/postgres.ts';
import { connect, type Database } from './database.ts';
import { explained } from './failure.ts';
import { isDead, ownerOf } from './lease.ts';
import { migrate } from './migrate.ts';
import { openStore } from './open.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let folder: string;
let made = 0;
const open: Database[] = [];
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uketsuke-database-'));
});
afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
  rmSync(folder, { recursive: true, force: true });
});

function connected(database: string, patience = { busyTimeoutMs: 200, tries: 3 }): Database {
  const db = connect(database, undefined, patience);
  open.push(db);
  return db;
}
async function place(dialect: string): Promise<string> {
  made += 1;
  return dialect === 'sqlite'
    ? `sqlite:${join(folder, 'uketsuke.db')}`
    : postgres.database(`database${made}`);
}
const next = {
  name: '002-more',
  up: async (trx: { raw(sql: string): unknown }) => void (await trx.raw('create table more (id integer)')),
};

describe.each(['sqlite', 'postgres'])('migration on %s', (dialect) => {
  test('six openings at once of a new database all succeed, and it is migrated once', async () => {
    const database = await place(dialect);
    const stores = await Promise.all(
      Array.from({ length: dialect === 'sqlite' ? 3 : 6 }, () => openStore({ database })),
    );
    for (const store of stores) await store.received.accept(acceptance());
    expect((await stores[0]!.received.tally()).accepted).toBe(stores.length);
    for (const store of stores) await store.close();
    const names = await connected(database).read((q) => q('migrations').pluck('name'));
    expect(names).toEqual(migrations.map(({ name }) => name));
  });

  test('a newer database is refused untouched, and the message says what to do', async () => {
    const database = await place(dialect);
    const db = connected(database);
    await migrate(db, undefined, [...migrations, next]);
    const refused = openStore({ database });
    await expect(refused).rejects.toMatchObject({
      kind: 'stop',
      message: expect.stringContaining('002-more'),
    });
    await expect(refused).rejects.toThrow('newer than this program');
  });

  test('a step that fails leaves the old schema whole', async () => {
    const db = connected(await place(dialect));
    await migrate(db);
    const failing = { name: '003-bad', up: async () => Promise.reject(new Error('no')) };
    await expect(migrate(db, undefined, [...migrations, next, failing])).rejects.toThrow('no');
    expect(await db.read((q) => q.schema.hasTable('more'))).toBe(false);
    await migrate(db, undefined, [...migrations, next]);
    expect(await db.read((q) => q.schema.hasTable('more'))).toBe(true);
  });
});

describe('SQLite', () => {
  const file = () => join(folder, 'uketsuke.db');

  test('is set up to survive a power cut and to give room back', async () => {
    const db = connected(`sqlite:${file()}`);
    await migrate(db);
    const pragma = async (name: string) =>
      Object.values((await db.read((q) => q.raw(`pragma ${name}`)))[0])[0];
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
    expect(await pragma('auto_vacuum')).toBe(2);
    expect(await pragma('busy_timeout')).toBe(200);
  });

  test('a database with something in it is copied before it is changed; a new one is not', async () => {
    const store = await openStore({ database: `sqlite:${file()}` });
    await store.received.accept(acceptance());
    await store.close();
    expect(existsSync(`${file()}.before-001`)).toBe(false);
    writeFileSync(`${file()}.before-002.unfinished`, 'left by a crash');
    const db = connected(`sqlite:${file()}`);
    await migrate(db, undefined, [...migrations, next]);
    await using backup = await openStore({ database: `sqlite:${file()}.before-002` });
    expect((await backup.received.tally()).accepted).toBe(1);
    expect(statSync(`${file()}.before-002`).mode).toBe(statSync(file()).mode);
    expect(existsSync(`${file()}.before-002.unfinished`)).toBe(false);
    expect(await db.read((q) => q.schema.hasTable('more'))).toBe(true);
  });

  test('50 of 50 transactions that read and then write survive beside another handle', async () => {
    const handles = [
      connected(`sqlite:${file()}`, { busyTimeoutMs: 10_000, tries: 1 }),
      connected(`sqlite:${file()}`, { busyTimeoutMs: 10_000, tries: 1 }),
    ];
    await handles[0]!.write((trx) => trx.raw('create table n (n integer)'));
    await handles[0]!.write((trx) => trx('n').insert({ n: 0 }));
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        handles[i % 2]!.write(async (trx) => {
          const { n } = await trx('n').first();
          await trx('n').update({ n: n + 1 });
        }),
      ),
    );
    expect(await handles[0]!.read((q) => q('n').first())).toEqual({ n: 50 });
  });

  test('keeps statements ready without mistaking one for another, and refuses what cannot be prepared', async () => {
    const db = connected(await place('sqlite'));
    await db.write((trx) => trx.raw('create table t (id integer primary key, text text)').then());
    const large = 'x'.repeat(100_000);
    await db.write((trx) => trx('t').insert([{ text: 'a' }, { text: large }]));
    // More different statements than are kept, twice, so that some are prepared again.
    for (let round = 0; round < 2; round += 1)
      for (let n = 1; n <= 150; n += 1) {
        const columns = Array.from({ length: n }, (_, index) => `id as c${index}`);
        expect(Object.keys(await db.read((q) => q('t').first(columns)))).toHaveLength(n);
      }
    const text = (id: number) => db.read((q) => q('t').where({ id }).pluck('text'));
    expect([await text(1), await text(2), await text(3)]).toEqual([['a'], [large], []]);
    for (let again = 0; again < 2; again += 1)
      await expect(db.read((q) => q('t').where({ none: 1 }).select())).rejects.toThrow(
        'no such column: none',
      );
    expect(await db.write((trx) => trx('t').where({ id: 1 }).update({ text: 'b' }))).toBe(1);
    expect(await db.write((trx) => trx('t').where({ id: 9 }).update({ text: 'b' }))).toBe(0);
    await db.write((trx) => trx.raw('alter table t add column more text').then());
    expect(await db.read((q) => q('t').where({ id: 1 }).first())).toEqual({ id: 1, text: 'b', more: null });
  });

  test('a lock held too long is an error to try again, and the handle goes on when it is gone', async () => {
    const [holder, waiting] = [
      connected(`sqlite:${file()}`),
      connected(`sqlite:${file()}`, { busyTimeoutMs: 50, tries: 2 }),
    ];
    await holder.write((trx) => trx.raw('create table n (n integer)'));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let took = () => {};
    const taken = new Promise<void>((resolve) => {
      took = resolve;
    });
    const holding = holder.write(async () => {
      took();
      await held;
    });
    await taken;
    const error = await waiting.write((trx) => trx('n').insert({ n: 1 })).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'again', message: expect.stringContaining('locked') });
    release();
    await holding;
    await waiting.write((trx) => trx('n').insert({ n: 1 }));
  });

  test('a commit that fails does not poison the handle', async () => {
    const db = connected(`sqlite:${file()}`);
    await db.write(async (trx) => {
      await trx.raw('create table a (id integer primary key)');
      await trx.raw('create table b (a integer references a (id) deferrable initially deferred)');
    });
    await expect(db.write((trx) => trx('b').insert({ a: 1 }))).rejects.toThrow('FOREIGN KEY');
    await db.write((trx) => trx('a').insert({ id: 1 }));
    await db.write((trx) => trx('b').insert({ a: 1 }));
    expect(await db.read((q) => q('b').select())).toEqual([{ a: 1 }]);
  });

  test('a full disk is an error to try again, nothing is half written, and it goes on by itself', async () => {
    const database = `sqlite:${file()}`;
    const db = connected(database);
    await migrate(db);
    const pages = (await db.read((q) => q.raw('pragma page_count')))[0].page_count;
    await db.read((q) => q.raw(`pragma max_page_count = ${pages + 2}`));
    const insert = () =>
      db.write(async (trx) => {
        await trx('blobs').insert({ digest: 'small', bytes: Buffer.alloc(10) });
        await trx('blobs').insert({ digest: 'large', bytes: Buffer.alloc(100_000) });
      });
    const error = await insert().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'again', message: expect.stringContaining('no room') });
    expect(await db.read((q) => q('blobs').pluck('digest'))).toEqual([]);
    await db.read((q) => q.raw('pragma max_page_count = 1000000'));
    await insert();
    expect(await db.read((q) => q('blobs').orderBy('digest').pluck('digest'))).toEqual(['large', 'small']);
  });

  test.each([
    [
      'is no database',
      () => writeFileSync(file(), 'this is a text file, and not a short one at all'.repeat(200)),
      'damaged',
    ],
    ['lies in a folder that does not exist', () => rmSync(folder, { recursive: true }), 'cannot be opened'],
  ])('a file that %s stops the program with a remedy', async (_, spoil, words) => {
    spoil();
    const error = await openStore({ database: `sqlite:${file()}` }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'stop', message: expect.stringContaining(words) });
  });

  test('a damaged page stops the intake', async () => {
    const store = await openStore({ database: `sqlite:${file()}` });
    await store.received.accept(acceptance({ raw: Buffer.alloc(200_000, 1) }));
    await store.close();
    const size = readFileSync(file()).length;
    truncateSync(file(), 4096 * 3);
    truncateSync(file(), size);
    await expect(
      openStore({ database: `sqlite:${file()}` }).then((again) =>
        again.received.accept(acceptance()).finally(() => again.close()),
      ),
    ).rejects.toMatchObject({ kind: 'stop' });
  });

  test('after the first sign of damage nothing is read or written, not even what is sound, by any process', async () => {
    const database = `sqlite:${file()}`;
    const said: string[] = [];
    const note = (event: string) => void said.push(event);
    await using store = await openStore({ database, log: { info: note, warn: note, error: note } });
    await using other = await openStore({ database });
    await store.received.accept(acceptance());
    const db = connected(database);
    await db.read((q) => q.raw('PRAGMA wal_checkpoint(TRUNCATE)'));
    const { rootpage } = await db.read((q) => q('sqlite_master').where({ name: 'blobs' }).first('rootpage'));
    const sound = readFileSync(file());
    const bytes = Buffer.from(sound);
    bytes.fill(0xff, (rootpage - 1) * 4096, rootpage * 4096);
    writeFileSync(file(), bytes);
    // What a process has read before it keeps in its memory.
    await db.write((trx) => trx('outbox').del());
    const damaged = { kind: 'stop', message: expect.stringContaining('restore the last backup') };
    await expect(store.received.raw(1)).rejects.toMatchObject(damaged);
    await expect(store.received.tally()).rejects.toMatchObject(damaged);
    await expect(other.received.tally()).rejects.toMatchObject(damaged);
    await expect(openStore({ database })).rejects.toMatchObject(damaged);
    expect(said.filter((event) => event === 'store-damaged')).toHaveLength(1);
    rmSync(`${file()}.damaged`);
    await expect(store.received.tally()).rejects.toMatchObject(damaged);
    for (const one of [store, other, db]) await one.close();
    writeFileSync(file(), sound);
    await using mended = await openStore({ database });
    expect((await mended.received.tally()).accepted).toBe(1);
  });

  test.each(['', '-wal'])(
    'uketsuke.db%s removed beneath the running program stops the intake',
    async (suffix) => {
      await using store = await openStore({ database: `sqlite:${file()}` });
      await store.received.accept(acceptance());
      rmSync(`${file()}${suffix}`);
      await expect(store.received.accept(acceptance())).rejects.toMatchObject({ kind: 'stop' });
    },
  );
});

test('PostgreSQL that is not there, or does not know the database, is told apart', async () => {
  const away = await openStore({ database: 'postgres://postgres@127.0.0.1:1/x' }).catch(
    (caught: unknown) => caught,
  );
  expect(away).toMatchObject({ kind: 'again', message: expect.stringContaining('cannot be reached') });
  const unknown = await openStore({ database: `${postgres.url}-none` }).catch((caught: unknown) => caught);
  expect(unknown).toMatchObject({ kind: 'stop', message: expect.stringContaining('create it') });
});

test.each(['mysql://x', 'uketsuke.db', ''])('%j is no database', async (database) => {
  await expect(openStore({ database })).rejects.toMatchObject({ kind: 'stop' });
});

test('an error that is nobody’s doing but ours passes unchanged', () => {
  const ours = new TypeError('x');
  expect(explained(ours)).toBe(ours);
});

describe('the owner of a lease', () => {
  test('is dead when its process is gone or its pid belongs to another; never when it is of another host', async () => {
    const child = spawn('sleep', ['60']);
    const owner = ownerOf(child.pid!);
    expect(isDead(owner)).toBe(false);
    const [host, pid, start] = owner.split(':');
    expect(isDead(`${host}:${pid}:${Number(start) - 1}`)).toBe(true);
    const gone = new Promise((exit) => child.once('exit', exit));
    child.kill('SIGKILL');
    await gone;
    expect(isDead(owner)).toBe(true);
    expect(isDead(`elsewhere/00000000:${pid}:${start}`)).toBe(false);
    expect(isDead(ownerOf(process.pid))).toBe(false);
    expect(isDead('nonsense')).toBe(false);
  });
});
