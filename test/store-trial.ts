/** A suite that runs on both databases, with a fresh store for each test and what most of them need. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { ClaimedMessage, Store } from '../src/desk/ports.ts';
import { connect } from '../src/store/database.ts';
import { openStore } from '../src/store/open.ts';
import { acceptance, deciding, letter } from './decision.ts';
import { startPostgres } from './postgres.ts';

export const at = '2026-11-24T02:00:00.000Z';
export const nothing = { ticket: null, letters: [], events: [] };

export function attempt(n = 1) {
  return { messageId: `<${n}@example.jp>`, subject: '件名', bytes: Buffer.from([0, 255, n]), at };
}

/** The store of the test that runs. */
class StoreTrial {
  store!: Store & AsyncDisposable;
  /** Milliseconds, for the leases. */
  clock = 0;
  readonly children: ChildProcess[] = [];
  readonly dialect: string;
  database = '';

  constructor(dialect: string) {
    this.dialect = dialect;
  }

  claimed = async (over: Parameters<typeof acceptance>[0] = {}): Promise<ClaimedMessage> => {
    const id = await this.store.received.accept(acceptance(over));
    const message = await this.store.received.claim(id);
    if (message === null) throw new Error('not claimed');
    return message;
  };

  decided = async (over: Parameters<typeof deciding>[1] = {}) => {
    const message = await this.claimed();
    const committed = await this.store.commit(deciding(message, over));
    if (committed.kind !== 'done') throw new Error(committed.kind);
    return {
      id: message.id,
      contentKey: message.contentKey,
      ticketId: committed.ticketId!,
      ref: committed.ref!,
    };
  };

  queued = async (over: Parameters<typeof letter>[0] = {}): Promise<number> => {
    const { ticketId } = await this.decided({ letters: [letter(over)] });
    return (await this.store.outbox.ofTicket(ticketId))[0]!.id;
  };

  sql = async <T>(work: Parameters<ReturnType<typeof connect>['read']>[0]): Promise<T> => {
    const db = connect(this.database);
    try {
      return (await db.read(work)) as T;
    } finally {
      await db.close();
    }
  };

  /** A second process at the same database; resolves with its first line. */
  child = async (mode: string): Promise<{ process: ChildProcess; line: string }> => {
    const started = spawn('node', ['--import', 'tsx', 'test/claimer.ts', this.database, mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.children.push(started);
    let out = '';
    await new Promise<void>((resolve, reject) => {
      started.stdout!.on('data', (chunk) => {
        out += chunk;
        if (out.includes('\n')) resolve();
      });
      started.once('exit', () =>
        out.includes('\n') ? resolve() : reject(new Error('the child said nothing')),
      );
    });
    return { process: started, line: out };
  };

  killed = async (process: ChildProcess): Promise<void> => {
    const gone = new Promise((exit) => process.once('exit', exit));
    process.kill('SIGKILL');
    await gone;
  };
}

/** `title` is followed by the database. What is in `trial` changes with each test: its functions may be taken out of it. */
export function onBothDatabases(title: string, suite: (trial: StoreTrial) => void): void {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let folder: string;
  let made = 0;
  beforeAll(async () => {
    postgres = await startPostgres();
    folder = mkdtempSync(join(tmpdir(), 'uketsuke-store-'));
  });
  afterAll(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  describe.each(['sqlite', 'postgres'])(`${title} on %s`, (dialect) => {
    const trial = new StoreTrial(dialect);
    beforeEach(async () => {
      made += 1;
      trial.database =
        dialect === 'sqlite'
          ? `sqlite:${join(folder, `${made}.db`)}`
          : await postgres.database(`test${made}`);
      trial.clock = Date.parse(at);
      trial.store = await openStore({ database: trial.database, leaseClock: () => trial.clock });
    });
    afterEach(async () => {
      for (const child of trial.children.splice(0)) child.kill('SIGKILL');
      await trial.store.close();
    });
    suite(trial);
  });
}
