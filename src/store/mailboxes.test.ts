import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startPostgres } from '../../test/postgres.ts';
import type { Acceptance, Numbering, Store } from '../desk/ports.ts';
import { openStore } from './open.ts';

const at = '2026-11-24T02:00:00.000Z';
const numbering: Numbering = { mailbox: 'desk', account: 'u@h/INBOX', uidValidity: '18446744073709551615' };
const acceptance = (uid: number, text: string, over: Partial<Acceptance> = {}): Acceptance => ({
  raw: Buffer.from(text),
  source: { kind: 'imap', name: 'desk', returnPath: null, recipients: [] },
  receivedAt: at,
  messageId: null,
  contentKey: text,
  quiet: false,
  place: { ...numbering, uid },
  ...over,
});
const old = { ignored: { reason: 'before-since', at }, partial: 'before-since' };

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let folder: string;
let made = 0;
beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), 'uketsuke-ledger-'));
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['sqlite', 'postgres'])('the ledger of mailboxes on %s', (dialect) => {
  let database: string;
  let store: Store & AsyncDisposable;
  beforeEach(async () => {
    made += 1;
    database =
      dialect === 'sqlite'
        ? `sqlite:${join(folder, `${made}.db`)}`
        : await postgres.database(`ledger${made}`);
    store = await openStore({ database });
    return () => store.close();
  });

  test('knows a place from the moment its mail is accepted, until it is settled and after', async () => {
    expect(await store.mailboxes.begin(numbering, null)).toBe(false);
    const uids = Array.from({ length: 1_200 }, (_, index) => 4_294_966_000 + index);
    expect(await store.mailboxes.unknown(numbering, uids)).toEqual(uids);
    const ids = await store.received.acceptAll(uids.slice(0, 3).map((uid) => acceptance(uid, `mail ${uid}`)));
    expect(ids).toEqual([1, 2, 3]);
    expect(await store.mailboxes.unknown(numbering, uids)).toEqual(uids.slice(3));
    expect(await store.mailboxes.unsettled(numbering, 2)).toEqual(uids.slice(0, 2));
    await store.mailboxes.settled(numbering, uids.slice(0, 2));
    expect(await store.mailboxes.unsettled(numbering, 2)).toEqual([uids[2]]);
    expect(await store.mailboxes.unknown(numbering, uids)).toEqual(uids.slice(3));
    expect(await store.mailboxes.begin(numbering, null)).toBe(false);
  });

  test('takes a place once, also from two processes at once', async () => {
    const other = await openStore({ database });
    const all = Array.from({ length: 20 }, (_, index) => acceptance(index + 1, `mail ${index + 1}`));
    const both = await Promise.all([store.received.acceptAll(all), other.received.acceptAll(all)]);
    expect(both.flat().filter((id) => id !== null)).toHaveLength(20);
    expect((await store.received.tally()).accepted).toBe(20);
    await other.close();
  });

  test('a batch is accepted wholly or not at all', async () => {
    const broken = acceptance(2, 'two', { receivedAt: 'yesterday' });
    await expect(store.received.acceptAll([acceptance(1, 'one'), broken])).rejects.toThrow('not an instant');
    expect((await store.received.tally()).accepted).toBe(0);
    expect(await store.mailboxes.unknown(numbering, [1, 2])).toEqual([1, 2]);
  });

  test('two copies in one mailbox are two rows; numbered anew they are the same two', async () => {
    expect(await store.received.acceptAll([acceptance(1, 'same'), acceptance(2, 'same')])).toEqual([1, 2]);
    await store.mailboxes.settled(numbering, [1]);
    const anew = { ...numbering, uidValidity: '7' };
    expect(await store.mailboxes.begin(anew, null)).toBe(true);
    expect(await store.mailboxes.unknown(anew, [1, 2, 3])).toEqual([1, 2, 3]);
    const again = [1, 2, 3].map((uid) => acceptance(uid, 'same', { place: { ...anew, uid } }));
    expect(await store.received.acceptAll(again)).toEqual([null, null, 3]);
    expect(await store.mailboxes.unsettled(anew, 10)).toEqual([1, 2, 3]);
  });

  test('a mailbox that moved to another account under the same number is not believed to be the same', async () => {
    await store.received.acceptAll([acceptance(1, 'one')]);
    const moved = { ...numbering, account: 'u@elsewhere/INBOX' };
    expect(await store.mailboxes.begin(moved, null)).toBe(true);
    expect(await store.mailboxes.unknown(moved, [1])).toEqual([1]);
  });

  test('older mail is decided at once, and taken when `since` is moved back', async () => {
    await store.mailboxes.begin(numbering, '2026-11-24T03:00:00.000Z');
    const ids = await store.received.acceptAll([acceptance(1, 'a', old), acceptance(2, 'a', old)]);
    expect(await store.received.get(ids[0]!)).toMatchObject({ outcome: 'ignored', reason: 'before-since' });
    expect(await store.received.get(ids[1]!)).toMatchObject({ outcome: 'duplicate' });
    expect(await store.received.claim()).toBeNull();
    expect((await store.received.tally()).contradictions).toEqual([]);
    expect(await store.mailboxes.unsettled(numbering, 10)).toEqual([]);
    await store.mailboxes.begin(numbering, '2026-11-24T02:30:00.000Z');
    expect(await store.mailboxes.unknown(numbering, [1, 2])).toEqual([]);
    await store.mailboxes.begin(numbering, at);
    expect(await store.mailboxes.unknown(numbering, [1])).toEqual([1]);
  });

  test('has one leader, until that one resigns, or its minute is over', async () => {
    let clock = 0;
    await using other = await openStore({ database, leaseClock: () => clock });
    await using third = await openStore({ database, leaseClock: () => clock });
    const token = await other.mailboxes.lead('desk', null);
    expect(token).not.toBeNull();
    expect(await third.mailboxes.lead('desk', null)).toBeNull();
    expect(await third.mailboxes.lead('office', null)).not.toBeNull();
    clock = 50_000;
    expect(await other.mailboxes.lead('desk', token)).toBe(token);
    clock = 109_999;
    expect(await third.mailboxes.lead('desk', 'a token of old')).toBeNull();
    clock = 110_000;
    const taken = await third.mailboxes.lead('desk', null);
    expect(taken).not.toBeNull();
    expect(await other.mailboxes.lead('desk', token)).toBeNull();
    await other.mailboxes.resign('desk', token!);
    expect(await other.mailboxes.lead('desk', null)).toBeNull();
    await third.mailboxes.resign('desk', taken!);
    expect(await other.mailboxes.lead('desk', null)).not.toBeNull();
  });

  test('of many who want to lead at once one does', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ database })));
    const tokens = await Promise.all(stores.map((one) => one.mailboxes.lead('desk', null)));
    expect(tokens.filter((one) => one !== null)).toHaveLength(1);
    for (const one of stores) await one.close();
  });

  test('tells the reader that only the headers are there', async () => {
    await store.received.acceptAll([acceptance(1, 'large', { partial: 'too-large-to-fetch' })]);
    expect(await store.received.claim()).toMatchObject({ partial: 'too-large-to-fetch' });
    expect(await store.mailboxes.unsettled(numbering, 10)).toEqual([]);
    expect(await store.mailboxes.unknown(numbering, [1])).toEqual([]);
  });
});
