/** Many messages wait: they are read ahead and decided together, and still each for itself and in order. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { openDesk } from '../src/daemon.ts';
import { audit } from '../src/desk/audit.ts';
import type { OpenDesk } from '../src/desk/house.ts';
import type { Journal, Reader, Store } from '../src/desk/ports.ts';
import { receiveWaiting } from '../src/desk/receive.ts';
import { at, mail, register } from './trial.ts';

const now = () => at('2026-11-24T10:00:00');
const silent: Journal = { info: () => {}, warn: () => {}, error: () => {} };
const source = { kind: 'file', name: 'test.eml', returnPath: null, recipients: [] } as const;
const again = Object.assign(new Error('the database stayed locked'), { kind: 'again' as const });

let dir: string;
let desk: OpenDesk;
let minutes = 0;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'uketsuke-receive-'));
  writeFileSync(join(dir, 'uketsuke.yaml'), 'dataDir: data\naddresses: [cltech@example.jp]\n');
  desk = await openDesk(loadConfig(join(dir, 'uketsuke.yaml'), { env: {}, cwd: dir }), silent, now);
  await register(desk, now());
  minutes = 0;
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

/** A minute after the one before. */
function arrive(raw: Buffer): Promise<number> {
  minutes += 1;
  return desk.accept(raw, source, new Date(now().getTime() - 3_600_000 + minutes * 60_000), false);
}

interface Over {
  readonly reader?: Reader;
  readonly store?: Store;
  readonly stopping?: () => boolean;
  readonly clock?: () => Date;
}

async function work(over: Over = {}): Promise<void> {
  for (const lane of ['mail', 'again'] as const)
    await receiveWaiting({ ...desk, ...over }, lane, over.clock ?? now, over.stopping ?? (() => false), {
      decided: () => {},
      deferred: () => {},
    });
}

/** Dies of every mail that says so; the other mails are really read. */
function mortal(word: string): Reader {
  const read: Reader['read'] = async (raw) =>
    raw.includes(word) ? { kind: 'killed', reason: 'time: over 1 ms' } : desk.reader.read(raw);
  return { ...desk.reader, read };
}

/** Gives the first of so many mails back when all of them are read, so that they are decided in one group. */
function allAtOnce(mails: number): Reader {
  let left = mails;
  let go = () => {};
  const all = new Promise<void>((resolve) => {
    go = resolve;
  });
  const read: Reader['read'] = async (raw) => {
    const reading = await desk.reader.read(raw);
    left -= 1;
    if (left === 0) go();
    await all;
    return reading;
  };
  return { ...desk.reader, read };
}

async function outcomes(count: number): Promise<readonly (string | null)[]> {
  const rows = await Promise.all(
    Array.from({ length: count }, (_, index) => desk.store.received.get(index + 1)),
  );
  return rows.map((row) => row?.outcome ?? null);
}

it('a reply is decided after the mail it answers, though both wait together and it is read sooner', async () => {
  await arrive(mail({ text: '別件です。\n' }));
  await arrive(mail({ messageId: '<slow@sample.example.jp>' }));
  await arrive(mail({ text: '続きです。\n', headers: ['In-Reply-To: <slow@sample.example.jp>'] }));
  const read: Reader['read'] = async (raw) => {
    const reading = await desk.reader.read(raw);
    // The third is read before the first is decided, the second long after it.
    if (!raw.includes('In-Reply-To:')) await sleep(raw.includes('<slow@') ? 1_500 : 500);
    return reading;
  };
  await work({ reader: { ...desk.reader, read } });
  expect(await outcomes(3)).toEqual(['held', 'ticket-opened', 'ticket-continued']);
  expect((await desk.store.received.get(3))?.ticketId).toBe(2);
});

it('the same mail twice in one group is one ticket', async () => {
  const raw = mail();
  for (let copies = 0; copies < 3; copies += 1) await arrive(raw);
  await work();
  expect(await outcomes(3)).toEqual(['ticket-opened', 'duplicate', 'duplicate']);
  expect(await desk.store.tickets.list({})).toHaveLength(1);
});

it('mails of several people are decided with few statements, and two of one person one after the other', async () => {
  const from = (name: string, number = '') =>
    mail({ from: `${name}@sample.example.jp`, text: `${number}\n` });
  for (const name of ['a', 'b', 'a', 'c']) await arrive(from(name, '同じ内容です。'));
  const groups: number[] = [];
  const counting = (inner: Store): Store => ({
    ...inner,
    commitAll(decisions) {
      groups.push(decisions.length);
      return inner.commitAll(decisions);
    },
    together: (pieces) => inner.together(pieces.map((piece) => (deeper) => piece(counting(deeper)))),
  });
  await work({ store: counting(desk.store), reader: allAtOnce(4) });
  expect(groups).toEqual([2, 2]);
  expect(await outcomes(4)).toEqual(['held', 'held', 'held', 'held']);
  const tickets = await desk.store.tickets.list({});
  expect(tickets.map(({ repeatOf }) => repeatOf)).toEqual([null, null, 1, null]);
});

it('one of several that breaks our rules is found out, and the others are decided all the same', async () => {
  for (const name of ['a', 'b', 'c']) await arrive(mail({ from: `${name}@sample.example.jp`, text: '?\n' }));
  const reader = allAtOnce(3);
  const read: Reader['read'] = async (raw) => {
    const reading = await reader.read(raw);
    if (!raw.includes('b@sample') || reading.kind === 'killed') return reading;
    return { ...reading, letter: { ...reading.letter, subject: null as unknown as string } };
  };
  await work({ reader: { ...reader, read } });
  expect(await outcomes(3)).toEqual(['held', 'quarantined', 'held']);
});

it('a mail the reader dies of costs its neighbours nothing, and is quarantined at the third death', async () => {
  await arrive(mail());
  await arrive(mail({ text: 'POISON\n' }));
  await arrive(mail());
  await work({ reader: mortal('POISON') });
  expect(await outcomes(3)).toEqual(['ticket-opened', 'quarantined', 'ticket-opened']);
  const { contradictions, difference } = await audit(desk);
  expect({ contradictions, difference }).toEqual({ contradictions: [], difference: 0 });
  const { reason } = (await desk.store.received.get(2))!;
  expect(reason).toBe('killed the reader: time: over 1 ms (3 times)');
});

it('a reading that breaks our rules is counted against its own message', async () => {
  await arrive(mail());
  await arrive(mail({ text: 'BROKEN\n' }));
  await arrive(mail());
  const read: Reader['read'] = async (raw) => {
    const reading = await desk.reader.read(raw);
    if (!raw.includes('BROKEN') || reading.kind === 'killed') return reading;
    return { ...reading, letter: { ...reading.letter, to: null as never } };
  };
  await work({ reader: { ...desk.reader, read } });
  expect(await outcomes(3)).toEqual(['ticket-opened', 'quarantined', 'ticket-opened']);
});

it('after trouble of the world every message is free again, and no death is counted', async () => {
  for (let n = 0; n < 3; n += 1) await arrive(mail());
  const together: Store['together'] = (pieces) =>
    desk.store.together([...pieces, () => Promise.reject(again)]);
  await expect(work({ store: { ...desk.store, together } })).rejects.toThrow('stayed locked');
  expect(await outcomes(3)).toEqual([null, null, null]);
  const free = await desk.store.received.claimSome('mail', { messages: 9, bytes: 1_000_000 });
  expect(free.map((one) => [one.id, one.kills])).toEqual([
    [1, 0],
    [2, 0],
    [3, 0],
  ]);
});

it('a reader that closes keeps what was read before it, and frees the rest', async () => {
  for (let n = 0; n < 3; n += 1)
    await arrive(mail({ text: n === 1 ? 'CLOSED\n' : `CL-1234-5678\n\n${n}\n` }));
  const read: Reader['read'] = async (raw) => {
    if (raw.includes('CLOSED')) throw Object.assign(new Error('the reader is closing'), { kind: 'again' });
    return desk.reader.read(raw);
  };
  await expect(work({ reader: { ...desk.reader, read } })).rejects.toThrow('the reader is closing');
  const [first, second] = await outcomes(2);
  expect([first, second]).toEqual(['ticket-opened', null]);
  await work();
  expect(await outcomes(3)).toEqual(['ticket-opened', 'held', 'ticket-opened']);
});

it('what waits behind a mail that holds the reader up stays ours', async () => {
  for (let n = 0; n < 3; n += 1) await arrive(mail());
  const renewed: number[] = [];
  const renew: Store['received']['renew'] = (id, token) => {
    renewed.push(id);
    return desk.store.received.renew(id, token);
  };
  let time = now().getTime();
  let reads = 0;
  const read: Reader['read'] = async (raw) => {
    reads += 1;
    if (reads === 1) time += 61_000;
    else await sleep(300);
    return desk.reader.read(raw);
  };
  const store = { ...desk.store, received: { ...desk.store.received, renew } };
  await work({ reader: { ...desk.reader, read }, store, clock: () => new Date(time) });
  expect(renewed).toEqual([2, 3]);
});

it('a stop finishes the mail being read and frees those behind it at once', async () => {
  for (let n = 0; n < 3; n += 1) await arrive(mail());
  let reads = 0;
  const read: Reader['read'] = (raw) => {
    reads += 1;
    return reads === 1 ? desk.reader.read(raw) : new Promise(() => {});
  };
  await work({ reader: { ...desk.reader, read }, stopping: () => reads > 0 });
  expect(await outcomes(3)).toEqual(['ticket-opened', null, null]);
  await work();
  expect(await outcomes(3)).toEqual(['ticket-opened', 'ticket-opened', 'ticket-opened']);
});
