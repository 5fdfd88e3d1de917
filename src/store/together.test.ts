/** Work on several messages at once: claimed in order, decided in one transaction, each failing for itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptance, deciding, facts, ignoring, letter, opening } from '../../test/decision.ts';
import { startPostgres } from '../../test/postgres.ts';
import type { Store } from '../desk/ports.ts';
import { storeError } from './failure.ts';
import { openStore } from './open.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let folder: string;
let made = 0;
beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), 'uketsuke-together-'));
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['sqlite', 'postgres'])('several messages on %s', (dialect) => {
  let database: string;
  let store: Store;
  let clock: number;
  beforeEach(async () => {
    made += 1;
    database =
      dialect === 'sqlite' ? `sqlite:${join(folder, `${made}.db`)}` : await postgres.database(`some${made}`);
    clock = Date.parse('2026-11-24T02:00:00Z');
    store = await openStore({ database, leaseClock: () => clock });
  });
  afterEach(() => store.close());

  const arrive = async (...overs: Parameters<typeof acceptance>[0][]) => {
    for (const over of overs) await store.received.accept(acceptance(over));
  };
  const minute = (n: number) => ({ receivedAt: `2026-11-24T01:0${n}:00Z` });
  const all = { messages: 10, bytes: 1_000_000 };
  const outcomes = async (...ids: number[]) =>
    Promise.all(ids.map(async (id) => (await store.received.get(id))?.outcome ?? null));

  test('are claimed by time of receipt with their bytes, no more than asked for, and once', async () => {
    await arrive({ ...minute(3), raw: Buffer.from('c') }, minute(1), minute(2));
    const first = await store.received.claimSome('mail', { ...all, messages: 2 });
    expect(first.map((one) => one.id)).toEqual([2, 3]);
    const [rest] = await store.received.claimSome('mail', all);
    expect(rest).toMatchObject({ id: 1, raw: Buffer.from('c'), kills: 0, twin: null });
    expect(await store.received.claimSome('mail', all)).toEqual([]);
    clock += 5 * 60_000;
    expect(await store.received.claimSome('mail', all)).toHaveLength(3);
  });

  test('are taken while their bytes fit, and the first however large', async () => {
    const raw = (bytes: number, n: number) => ({ ...minute(n), raw: Buffer.alloc(bytes, n) });
    await arrive(raw(900, 1), raw(50, 2), raw(60, 3), raw(10, 4));
    const claim = async () =>
      (await store.received.claimSome('mail', { messages: 10, bytes: 100 })).map((one) => one.id);
    expect(await claim()).toEqual([1]);
    expect(await claim()).toEqual([2]);
    expect(await claim()).toEqual([3, 4]);
  });

  test('that came before are known when they are claimed, unless they are still in hand', async () => {
    await arrive({ contentKey: 'a' }, { contentKey: 'a' }, { contentKey: 'b' });
    const [first, second, other] = await store.received.claimSome('mail', all);
    expect([first, second, other].map((one) => one?.twin)).toEqual([null, null, null]);
    await store.commit(deciding(first!));
    await store.received.release(second!.id, second!.token, false);
    const [again] = await store.received.claimSome('mail', all);
    expect(again?.twin).toEqual({ id: first!.id, ticketId: 1 });
  });

  test('are decided in one transaction, each seeing what those before it wrote', async () => {
    await arrive(minute(1), minute(2));
    const [first, second] = await store.received.claimSome('mail', all);
    const settled = await store.together([
      (inner) => inner.commit(deciding(first!)),
      async (inner) => {
        const ticket = await inner.tickets.byId(1);
        const change = {
          kind: 'change',
          change: { id: 1, version: ticket!.version, state: 'review' },
        } as const;
        return inner.commit(deciding(second!, { ticket: change }));
      },
    ]);
    expect(settled.map((one) => one.status === 'fulfilled' && one.value.kind)).toEqual(['done', 'done']);
    expect(await store.tickets.byId(1)).toMatchObject({ state: 'review', version: 2 });
  });

  test('fail by a fault of ours each for itself, however far it had come', async () => {
    await arrive(minute(1), minute(2), minute(3));
    const [first, second, third] = await store.received.claimSome('mail', all);
    const settled = await store.together([
      (inner) => inner.commit(deciding(first!)),
      async (inner) => {
        await inner.commit(deciding(second!));
        return inner.commit(deciding(third!, { earlier: [{ id: 999, outcome: 'held', reason: 'none' }] }));
      },
      (inner) => inner.commit(deciding(third!)),
    ]);
    expect(settled.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await outcomes(1, 2, 3)).toEqual(['ticket-opened', null, 'ticket-opened']);
    expect(await store.tickets.list({})).toHaveLength(2);
    expect((await store.commit(deciding(second!))).kind).toBe('done');
  });

  test('fail by a statement the database refuses each for itself', async () => {
    await arrive(minute(1), minute(2));
    const [first, second] = await store.received.claimSome('mail', all);
    const broken = { ...opening(), linkedTo: 4711 };
    const settled = await store.together([
      (inner) => inner.commit(deciding(first!, { ticket: { kind: 'open', opening: broken } })),
      (inner) => inner.commit(deciding(second!)),
    ]);
    expect(settled.map((one) => one.status)).toEqual(['rejected', 'fulfilled']);
    expect(await outcomes(1, 2)).toEqual([null, 'ticket-opened']);
  });

  test('whose lease, ticket or identity is gone write nothing and spoil nobody', async () => {
    await arrive({ ...minute(1), contentKey: 'a' }, { ...minute(2), contentKey: 'a' }, minute(3), minute(4));
    const [first, twin, late, stale] = await store.received.claimSome('mail', all);
    await store.received.release(late!.id, late!.token, false);
    const old = { kind: 'change', change: { id: 1, version: 7, state: 'closed' } } as const;
    const settled = await store.together([
      (inner) => inner.commit(deciding(first!)),
      (inner) => inner.commit(deciding(twin!)),
      (inner) => inner.commit(deciding(late!)),
      (inner) => inner.commit(deciding(stale!, { ticket: old })),
    ]);
    const kinds = settled.map((one) => one.status === 'fulfilled' && one.value.kind);
    expect(kinds).toEqual(['done', 'twin', 'lost', 'stale']);
    expect(await outcomes(1, 2, 3, 4)).toEqual(['ticket-opened', null, null, null]);
    expect(await store.tickets.byId(1)).toMatchObject({ state: 'open', version: 1 });
    expect((await store.commit(deciding(stale!))).kind).toBe('done');
  });

  test('are written with one another: each its ticket in their order, its letters and its events', async () => {
    await arrive({ contentKey: 'a' }, { contentKey: 'a' }, {}, {}, {});
    const [first, twin, late, plain, other] = await store.received.claimSome('mail', all);
    await store.received.release(late!.id, late!.token, false);
    const event = { kind: 'message', actor: 'customer', reason: 'because' };
    const openedOn = (day: string) =>
      ({ kind: 'open', opening: opening({ openedOn: day as '2026-11-24' }) }) as const;
    const committed = await store.commitAll([
      deciding(first!, { letters: [letter()], events: [event, event] }),
      deciding(twin!),
      deciding(late!),
      ignoring(plain!),
      deciding(other!, { ticket: openedOn('2026-11-25'), letters: [letter({ to: 'x@example.jp' })] }),
    ]);
    expect(committed).toEqual([
      { kind: 'done', ticketId: 1, ref: 'R-20261124-0001' },
      { kind: 'twin', of: first!.id, ticketId: 1 },
      { kind: 'lost' },
      { kind: 'done', ticketId: null, ref: null },
      { kind: 'done', ticketId: 2, ref: 'R-20261125-0001' },
    ]);
    expect(await outcomes(1, 2, 3, 4, 5)).toEqual(['ticket-opened', null, null, 'ignored', 'ticket-opened']);
    const [one, two] = [
      await store.tickets.detail('R-20261124-0001'),
      await store.tickets.detail('R-20261125-0001'),
    ];
    expect(one?.messages.map(({ id, facts: of }) => [id, of?.text])).toEqual([[first!.id, facts().text]]);
    expect(one?.letters.map(({ to, onceKey, receivedId }) => [to, onceKey, receivedId])).toEqual([
      ['taro@example.jp', 'acknowledgement:1', first!.id],
    ]);
    expect(one?.events).toHaveLength(2);
    expect(two?.letters.map(({ to }) => to)).toEqual(['x@example.jp']);
    expect(two?.ticket.participants).toEqual(opening().participants);
  });

  test('are all undone when the ticket of one changed meanwhile', async () => {
    await arrive({}, {}, {});
    const [first, second, third] = await store.received.claimSome('mail', all);
    await store.commit(deciding(third!));
    const old = { kind: 'change', change: { id: 1, version: 7, state: 'closed' } } as const;
    const both = [deciding(first!), deciding(second!, { ticket: old })];
    expect((await store.commitAll(both)).map(({ kind }) => kind)).toEqual(['stale', 'stale']);
    expect(await outcomes(1, 2)).toEqual([null, null]);
    expect(await store.tickets.list({})).toHaveLength(1);
  });

  test('are looked up at once, and each question gets its own answer', async () => {
    const from = (address: string, digest: string, encrypted = false) => ({
      received: { facts: facts({ from: address, textDigest: digest, encrypted }) },
    });
    await arrive(minute(1), minute(2), minute(3));
    const [first, second, third] = await store.received.claimSome('mail', all);
    await store.commit(deciding(first!, { ...from('A@example.jp', 'x', true), letters: [letter()] }));
    await store.commit(deciding(second!, from('a@example.jp', 'x', true)));
    await store.commit(deciding(third!, from('b@example.jp', 'y')));
    const { received } = store;
    const [early, late] = ['2026-11-24T01:00:00Z', '2026-11-24T01:02:00Z'];
    const idOf = async (asked: ReturnType<typeof received.sameText>) => (await asked)?.id ?? null;
    const found = await Promise.all([
      idOf(received.sameText('a@EXAMPLE.jp', 'x', early)),
      idOf(received.sameText('a@example.jp', 'x', late)),
      idOf(received.sameText('a@example.jp', 'y', early)),
      idOf(received.sameText('b@example.jp', 'y', early)),
      idOf(received.encryptedFrom('a@example.jp', early)),
      idOf(received.encryptedFrom('b@example.jp', early)),
    ]);
    expect(found).toEqual([1, 2, null, 3, 2, null]);
    const since = { hour: early, day: early };
    const counted = ['nobody@example.jp', 'taro@example.jp'].map((to) => store.outbox.countTo(to, since));
    expect((await Promise.all(counted)).map(({ queued }) => queued)).toEqual([0, 1]);
  });

  test('go back together when the world gives way', async () => {
    await arrive(minute(1), minute(2));
    const [first] = await store.received.claimSome('mail', all);
    const work = store.together([
      (inner) => inner.commit(deciding(first!)),
      () => Promise.reject(storeError('again', 'no room on the disk')),
    ]);
    await expect(work).rejects.toThrow('no room on the disk');
    expect(await outcomes(1, 2)).toEqual([null, null]);
    expect((await store.commit(deciding(first!))).kind).toBe('done');
  });
});
