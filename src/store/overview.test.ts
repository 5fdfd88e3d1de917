/** What is counted over many rows, on both databases, and that of several processes one queues the morning list. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptance, deciding, facts, letter, opening } from '../../test/decision.ts';
import { startPostgres } from '../../test/postgres.ts';
import { defaultReceptionCalendar } from '../calendar/reception-calendar.ts';
import { queueDigest } from '../desk/digest.ts';
import type { Desk } from '../desk/house.ts';
import type { Store } from '../desk/ports.ts';
import { openStore } from './open.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let folder: string;
let made = 0;
beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), 'uketsuke-overview-'));
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['sqlite', 'postgres'])('an overview on %s', (dialect) => {
  let database: string;
  let store: Store;
  const stores: Store[] = [];
  const open = async () => {
    const one = await openStore({ database });
    stores.push(one);
    return one;
  };
  beforeEach(async () => {
    made += 1;
    database =
      dialect === 'sqlite' ? `sqlite:${join(folder, `${made}.db`)}` : await postgres.database(`view${made}`);
    store = await open();
  });
  afterEach(async () => {
    for (const one of stores.splice(0)) await one.close();
  });

  async function decided(at: string, over: Parameters<typeof deciding>[1] = {}, receivedAt = at) {
    const id = await store.received.accept(acceptance({ receivedAt }));
    const message = (await store.received.claim(id))!;
    const committed = await store.commit(deciding(message, { at, ...over }));
    if (committed.kind !== 'done') throw new Error(committed.kind);
    return { id, ticketId: committed.ticketId!, ref: committed.ref! };
  }
  const noTicket = { ticket: { kind: 'none' } } as const;
  const span = ['2026-11-23T23:45:00.000Z', '2026-11-24T23:45:00.000Z'] as const;

  test('counts what waits and what went wrong, for monitors', async () => {
    const at = '2026-11-24T01:00:00.000Z';
    const none = await store.overview.gauges(at);
    expect(none.waiting.mail).toEqual({ count: 0, oldest: null });
    expect(none.outbox).toEqual({
      ...{ queued: 0, due: 0, oldestDue: null, retried: 0 },
      ...{ sending: 0, failed: 0, held: 0, uncertain: 0 },
    });
    const notBefore = [
      '2026-11-24T00:00:00.000Z',
      '2026-11-24T00:30:00.000Z',
      '2026-11-25T00:00:00.000Z',
      null,
    ];
    const letters = notBefore.map((one, index) => letter({ onceKey: `k${index}`, notBefore: one }));
    await decided(at, { letters: [...letters, letter({ onceKey: 'h', held: 'the customer wrote' })] });
    await decided(at, { ...noTicket, received: { outcome: 'quarantined', reason: 'r', facts: null } });
    await store.received.accept(acceptance({ receivedAt: '2026-11-24T00:10:00.000Z' }));
    await store.received.accept(acceptance({ receivedAt: '2026-11-24T00:05:00.000Z' }));
    const token = (await store.outbox.begin(1, {
      messageId: '<m@example.jp>',
      subject: '',
      bytes: Buffer.from('x'),
      at,
    }))!;
    const put = { kind: 'uncertain', at, reason: 'r' } as const;
    await store.outbox.settle(1, token, put, { ticket: null, letters: [], events: [] });
    expect(await store.overview.gauges(at)).toMatchObject({
      waiting: { mail: { count: 2, oldest: '2026-11-24T00:05:00.000Z' }, fax: { count: 0, oldest: null } },
      outbox: {
        queued: 3,
        due: 1,
        oldestDue: '2026-11-24T00:30:00.000Z',
        retried: 0,
        held: 1,
        uncertain: 1,
        failed: 0,
      },
      quarantined: 1,
      tickets: { open: 1, review: 0 },
    });
  });

  test('counts what was decided in the span, its beginning left out and its end included', async () => {
    await decided(span[0]);
    await decided('2026-11-23T23:45:00.001Z');
    await decided(span[1], { received: { outcome: 'review' } });
    await decided('2026-11-24T23:45:00.001Z');
    await decided('2026-11-24T01:00:00.000Z', {
      ...noTicket,
      received: { outcome: 'ignored', reason: 'auto-reply' },
    });
    const first = await decided('2026-11-24T01:00:00.000Z');
    await decided('2026-11-24T02:00:00.000Z', {
      ...noTicket,
      received: { outcome: 'duplicate', duplicateOf: first.id },
    });
    await store.received.accept(
      acceptance({ ignored: { reason: 'before-since', at: '2026-11-24T02:00:00.000Z' } }),
    );
    await store.received.accept(acceptance());
    const { outcomes } = await store.overview.happened(...span);
    expect(outcomes).toEqual({ 'ticket-opened': 2, review: 1, ignored: 1 });
  });

  test('names what is suspected, with and without a ticket, and counts beyond what it names', async () => {
    const at = '2026-11-24T01:00:00.000Z';
    const { ref } = await decided(at, { received: { reason: 'missing (probably automatic)' } });
    await decided(at, {
      ...noTicket,
      received: { outcome: 'ignored', reason: 'bulk', facts: facts({ subject: '広告' }) },
    });
    await decided(at);
    for (let count = 0; count < 12; count += 1)
      await decided(at, { received: { outcome: 'ticket-continued', reason: 'probably automatic' } });
    const { suspected } = await store.overview.happened(...span);
    expect(suspected.count).toBe(14);
    expect(suspected.first).toHaveLength(10);
    expect(suspected.first.slice(0, 2)).toEqual([
      { ref, from: 'taro@example.jp', subject: '起動しません' },
      { ref: null, from: 'taro@example.jp', subject: '広告' },
    ]);
  });

  test('names letters that failed or bounced in the span, and those of unknown fate whenever', async () => {
    const before = '2026-11-20T01:00:00.000Z';
    const within = '2026-11-24T01:00:00.000Z';
    const fate = async (at: string, kind: 'failed' | 'uncertain' | 'cancelled', to: string) => {
      const { ticketId, ref } = await decided(before, { letters: [letter({ to })] });
      const item = (await store.outbox.ofTicket(ticketId))[0]!;
      const event = { kind: `letter-${kind}`, actor: 'system', reason: 'x' };
      await store.outbox.putAside(
        item.id,
        { kind, at, reason: 'x' },
        { ticket: null, letters: [], events: [event] },
      );
      return { id: item.id, ref };
    };
    await fate(before, 'failed', 'old@example.jp');
    const failed = await fate(within, 'failed', 'failed@example.jp');
    const unknown = await fate(before, 'uncertain', 'unknown@example.jp');
    await fate(within, 'cancelled', 'cancelled@example.jp');
    for (const [address, permanent] of [
      ['bounced@example.jp', true],
      ['slow@example.jp', false],
    ] as const)
      await decided(within, {
        ...noTicket,
        received: { outcome: 'bounce-recorded' },
        bounce: { outboxId: failed.id, address, permanent },
      });
    const { troubles } = await store.overview.happened(...span);
    const kind = 'acknowledgement';
    expect(troubles).toEqual([
      { ref: failed.ref, what: 'failed', kind, to: 'failed@example.jp' },
      { ref: failed.ref, what: 'bounce', kind, to: 'failed@example.jp' },
      { ref: unknown.ref, what: 'uncertain', kind, to: 'unknown@example.jp' },
    ]);
  });

  test('lists tickets that wait for us since the first message after the last answer', async () => {
    const state = (
      value: 'open' | 'review' | 'answered' | 'awaiting-number',
      channel: 'mail' | 'fax' = 'mail',
    ) => ({
      ticket: {
        kind: 'open',
        opening: opening({ state: value, channel, openedAt: '2026-11-20T01:00:00.000Z' }),
      } as const,
    });
    const waits = await decided('2026-11-20T01:00:00.000Z', state('open'));
    await decided('2026-11-20T01:00:00.000Z', state('answered'));
    const held = await decided('2026-11-20T01:00:00.000Z', {
      ...state('awaiting-number'),
      received: { outcome: 'held' },
    });
    await decided('2026-11-20T01:00:00.000Z', state('review', 'fax'));
    const change = async (value: 'answered' | 'open', at: string) => {
      const { version } = (await store.tickets.byId(waits.ticketId))!;
      await store.change(at, { id: waits.ticketId, version, state: value }, [], [], []);
    };
    const follow = (at: string) =>
      decided(at, {
        ticket: { kind: 'attach', id: waits.ticketId },
        received: { outcome: 'ticket-continued' },
      });
    const listed = async () => {
      const { waiting } = await store.overview.standing();
      return waiting.map(({ state: found, since, messages }) => [found, since, messages]);
    };
    const fax = ['review', '2026-11-20T01:00:00.000Z', 1];
    expect(await listed()).toEqual([['open', '2026-11-20T01:00:00.000Z', 1], fax]);
    await change('answered', '2026-11-20T05:00:00.000Z');
    expect(await listed()).toEqual([fax]);
    await follow('2026-11-23T01:00:00.000Z');
    await follow('2026-11-24T01:00:00.000Z');
    await change('open', '2026-11-24T01:00:00.000Z');
    expect(await listed()).toEqual([['open', '2026-11-23T01:00:00.000Z', 2], fax]);
    const { tickets, held: named } = await store.overview.standing();
    expect(named).toEqual([{ ref: held.ref, from: 'taro@example.jp', subject: '起動しません' }]);
    expect([...tickets].sort((a, b) => (a.state < b.state ? -1 : 1))).toEqual([
      { state: 'awaiting-number', channel: 'mail', count: 1 },
      { state: 'review', channel: 'fax', count: 1 },
    ]);
  });

  test('acknowledgements that wait for their time, not reminders and not mail to staff', async () => {
    const times = ['2026-11-24T04:00:00.000Z', '2026-11-24T00:00:00.000Z'];
    const letters = [
      letter({ notBefore: times[0]! }),
      letter({ kind: 'neutral', onceKey: 'n', notBefore: times[1]! }),
      letter({ kind: 'reminder', onceKey: 'r' }),
      letter({ kind: 'notification', onceKey: 's' }),
      letter({ kind: 'period', onceKey: 'p', notBefore: null }),
    ];
    await decided('2026-11-24T00:00:00.000Z', { letters });
    expect((await store.overview.standing()).acknowledgements).toEqual([times[1], times[0]]);
  });

  test('tickets of a month, with all that ever became of them', async () => {
    const on = (openedAt: string, over: Parameters<typeof opening>[0] = {}) => ({
      ticket: { kind: 'open', opening: opening({ openedAt, ...over }) } as const,
    });
    const month = ['2026-10-31T15:00:00.000Z', '2026-11-30T15:00:00.000Z'] as const;
    const at = '2026-11-10T01:00:00.000Z';
    await decided('2026-10-31T14:59:59.999Z', on('2026-10-31T14:59:59.999Z'));
    await decided(month[1], on(month[1]));
    const held = await decided(at, {
      ...on(month[0], { state: 'awaiting-number', number: null }),
      received: { outcome: 'held' },
    });
    await decided(at, {
      ...on(at, { state: 'review', channel: 'fax' }),
      received: { outcome: 'review', facts: facts({ result: 'expired' }) },
    });
    const merged = await decided(at, on(at));
    const change = async (id: number, over: object, earlier: Parameters<Store['change']>[2] = []) => {
      const { version } = (await store.tickets.byId(id))!;
      await store.change(at, { id, version, ...over }, earlier, [], []);
    };
    await change(held.ticketId, { state: 'open', number: 'CL-1234-5678' }, [
      { id: held.id, outcome: 'ticket-opened', reason: 'valid' },
    ]);
    await change(held.ticketId, { state: 'answered', category: 'trouble', firstAnswerMinutes: 42 });
    await change(merged.ticketId, { mergedInto: held.ticketId });
    const found = await store.overview.opened(...month);
    expect(found).toEqual([
      {
        ref: held.ref,
        channel: 'mail',
        state: 'answered',
        number: 'CL-1234-5678',
        customer: null,
        category: 'trouble',
        firstAnswerMinutes: 42,
        held: true,
        expired: false,
        review: false,
      },
      expect.objectContaining({
        channel: 'fax',
        held: false,
        expired: true,
        review: true,
        firstAnswerMinutes: null,
      }),
    ]);
  });

  test('of several processes one queues the list of a day, one letter to each member of staff', async () => {
    const house = {
      calendar: defaultReceptionCalendar,
      hours: {},
      digest: { overdueHours: 8 },
      staff: ['a@example.jp', 'b@example.jp'].map((address) => ({ name: '', address })),
    };
    const journal = { info: () => {}, warn: () => {}, error: () => {} };
    const desks: Desk[] = [];
    for (let count = 0; count < 4; count += 1)
      desks.push({ house, store: await open(), journal } as unknown as Desk);
    const all = (time: string) =>
      Promise.all(desks.map((desk) => queueDigest(desk, new Date(`${time}+09:00`))));
    expect(await all('2026-11-24T08:44:59')).toEqual([null, null, null, null]);
    expect(await all('2026-11-24T08:45:00')).toEqual(Array(4).fill('2026-11-24'));
    expect(await all('2026-11-24T11:00:00')).toEqual(Array(4).fill('2026-11-24'));
    const first = await store.outbox.list();
    expect(first.map(({ to, data }) => [to, data['since'], data['until']])).toEqual(
      ['a@example.jp', 'b@example.jp'].map((to) => [
        to,
        '2026-11-19T23:45:00.000Z',
        '2026-11-23T23:45:00.000Z',
      ]),
    );
    await all('2026-11-25T09:30:00');
    const second = (await store.outbox.list()).slice(2);
    expect(second.map(({ to, data }) => [to, data['since'], data['until']])).toEqual(
      ['a@example.jp', 'b@example.jp'].map((to) => [
        to,
        '2026-11-23T23:45:00.000Z',
        '2026-11-25T00:30:00.000Z',
      ]),
    );
  });
});
