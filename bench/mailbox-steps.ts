/**
 * The daemon from dist with a stopwatch at each of its ports: `mailbox-steps.ts CONFIG MAILS` ends when so many mails
 * are decided and moved, and prints where the time went. Steps overlap, so together they are more than the whole.
 */
import type { OpenDesk } from '../src/desk/house.ts';
import type { Journal } from '../src/desk/ports.ts';

const [file = '', count = '0'] = process.argv.slice(2);
const { loadConfig }: typeof import('../src/config.ts') = await import('../dist/src/config.js' as string);
const { startDaemon }: typeof import('../src/daemon.ts') = await import('../dist/src/daemon.js' as string);

const spent = new Map<string, { calls: number; ms: number }>();
const add = (step: string, ms: number) => {
  const { calls, ms: before } = spent.get(step) ?? { calls: 0, ms: 0 };
  spent.set(step, { calls: calls + 1, ms: before + ms });
};
const timed =
  <A extends unknown[], T>(step: string, work: (...args: A) => Promise<T>) =>
  async (...args: A): Promise<T> => {
    const at = performance.now();
    try {
      return await work(...args);
    } finally {
      add(step, performance.now() - at);
    }
  };

/** The watch of a mailbox does one thing after the other: what lies between two calls of it is the server's part. */
function between() {
  let since = performance.now();
  return <A extends unknown[], T>(before: string, step: string, work: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      if (before !== '') add(before, performance.now() - since);
      const result = await timed(step, work)(...args);
      since = performance.now();
      return result;
    };
}

/** Time with at least one mail in the reader's hands. */
function busy<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let inside = 0;
  let since = 0;
  return async (...args) => {
    if (inside === 0) since = performance.now();
    inside += 1;
    try {
      return await work(...args);
    } finally {
      inside -= 1;
      if (inside === 0) add('reader busy', performance.now() - since);
    }
  };
}

let decided = 0;
let settled = 0;
let finish: () => void;
const finished = new Promise<void>((resolve) => {
  finish = resolve;
});
const check = () => decided >= Number(count) && settled >= Number(count) && finish();
const journal: Journal = {
  info: (event) => {
    if (event === 'message-decided') decided += 1;
    check();
  },
  warn: (event, fields) => console.error(event, fields),
  error: (event, fields) => console.error(event, fields),
};

function measured(desk: OpenDesk): OpenDesk {
  const { store, reader } = desk;
  const { received, mailboxes, outbox } = store;
  const step = between();
  return {
    ...desk,
    reader: { ...reader, read: busy((raw) => reader.read(raw)) },
    store: {
      ...store,
      together: timed('decide and commit together', (pieces) =>
        store.together(pieces),
      ) as typeof store.together,
      received: {
        ...received,
        claimSome: timed('claim', (lane, atMost) => received.claimSome(lane, atMost)),
        acceptAll: step('fetch and digest', 'accept', (mails) => received.acceptAll(mails)),
      },
      mailboxes: {
        ...mailboxes,
        unknown: step('', 'ask the ledger', (numbering, uids) => mailboxes.unknown(numbering, uids)),
        unsettled: step('', 'ask the ledger', (numbering, limit) => mailboxes.unsettled(numbering, limit)),
        settled: step('move', 'write the ledger', async (numbering, uids) => {
          await mailboxes.settled(numbering, uids);
          settled += uids.length;
          check();
        }),
      },
      outbox: {
        ...outbox,
        recover: timed('look for letters', (now, follow) => outbox.recover(now, follow)),
        due: timed('look for letters', (now, limit) => outbox.due(now, limit)),
      },
    },
  };
}

const startedAt = performance.now();
const config = loadConfig(file, { env: {}, cwd: process.cwd() });
const daemon = await startDaemon(config, ['intake', 'read', 'send'], journal, undefined, measured);
await finished;
const wall = performance.now() - startedAt;
await daemon[Symbol.asyncDispose]();
console.log(
  `${'step (they overlap)'.padEnd(30)} calls      ms  ms a mail  share of ${(wall / 1000).toFixed(2)} s`,
);
for (const [step, { calls, ms }] of [...spent].sort((a, b) => b[1].ms - a[1].ms)) {
  const share = `${((100 * ms) / wall).toFixed(0)} %`;
  console.log(
    `${step.padEnd(30)} ${String(calls).padStart(5)} ${ms.toFixed(0).padStart(7)} ${(ms / Number(count)).toFixed(2).padStart(10)} ${share.padStart(7)}`,
  );
}
