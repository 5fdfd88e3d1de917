import { describe, expect, test } from 'vitest';
import { acceptance, deciding, letter } from '../../test/decision.ts';
import { at, attempt, onBothDatabases } from '../../test/store-trial.ts';
import type { Store } from '../desk/ports.ts';
import { openStore } from './open.ts';

onBothDatabases('several workers', (trial) => {
  const { claimed, decided, queued, sql, child, killed } = trial;

  describe('several workers', () => {
    test('two processes claim and decide 300 messages: each exactly once', async () => {
      for (let n = 0; n < 300; n++) await trial.store.received.accept(acceptance());
      const lines = await Promise.all([child('all'), child('all')]);
      const ids = lines.flatMap(({ line }) => JSON.parse(line) as number[]);
      expect(ids).toHaveLength(300);
      expect(new Set(ids).size).toBe(300);
      expect((await trial.store.received.tally()).outcomes).toEqual({ ignored: 300 });
    });

    test('two handles claim 500 messages: each exactly once', async () => {
      for (let n = 0; n < 500; n++) await trial.store.received.accept(acceptance());
      await using other = await openStore({ database: trial.database, leaseClock: () => trial.clock });
      const drain = async (from: Store): Promise<number[]> => {
        const ids: number[] = [];
        for (
          let message = await from.received.claim();
          message !== null;
          message = await from.received.claim()
        )
          ids.push(message.id);
        return ids;
      };
      const ids = (
        await Promise.all([drain(trial.store), drain(trial.store), drain(other), drain(other)])
      ).flat();
      expect(ids.toSorted((a, b) => a - b)).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
      expect(ids).toHaveLength(500);
    });

    test('of two messages with one identity decided at once, one wins', async () => {
      await using other = await openStore({ database: trial.database, leaseClock: () => trial.clock });
      for (let round = 0; round < 10; round++) {
        const contentKey = `race ${round}`;
        const [a, b] = [await claimed({ contentKey }), await claimed({ contentKey })];
        const kinds = (await Promise.all([trial.store.commit(deciding(a)), other.commit(deciding(b))])).map(
          ({ kind }) => kind,
        );
        expect(kinds.toSorted()).toEqual(['done', 'twin']);
      }
      expect(await trial.store.tickets.list({})).toHaveLength(10);
    });

    test('of two changes to one version, one wins; of two attempts at one letter, one begins', async () => {
      await using other = await openStore({ database: trial.database, leaseClock: () => trial.clock });
      for (let round = 0; round < 10; round++) {
        const { ticketId } = await decided({ letters: [letter()] });
        const change = { id: ticketId, version: 1, state: 'review' as const };
        const results = await Promise.all(
          [trial.store, other].map((one) => one.change(at, change, [], [], [])),
        );
        expect(results.toSorted()).toEqual(['done', 'stale']);
        const [item] = await trial.store.outbox.ofTicket(ticketId);
        const tokens = await Promise.all(
          [trial.store, other].map((one) => one.outbox.begin(item!.id, attempt(round))),
        );
        expect(tokens.filter((token) => token !== null)).toHaveLength(1);
      }
    });

    test('references stay unique when tickets open at once', async () => {
      await using other = await openStore({ database: trial.database, leaseClock: () => trial.clock });
      const messages = [];
      for (let n = 0; n < 40; n++) messages.push(await claimed());
      const opened = await Promise.all(
        messages.map((message, n) => (n % 2 ? trial.store : other).commit(deciding(message))),
      );
      const refs = opened.map((one) => (one.kind === 'done' ? one.ref : one.kind)).toSorted();
      expect(refs).toEqual(
        Array.from({ length: 40 }, (_, n) => `R-20261124-${String(n + 1).padStart(4, '0')}`),
      );
    });

    test('a message held by a killed process is taken over at once, one held by a living process is not', async () => {
      const id = await trial.store.received.accept(acceptance());
      trial.clock = Date.now();
      const holder = await child('hold');
      expect(await trial.store.received.claim()).toBeNull();
      await killed(holder.process);
      expect((await trial.store.received.claim())?.id).toBe(id);
    });

    test.each([
      ['begin', 'queued'],
      ['body', 'uncertain'],
    ])('a letter whose sender was killed at %s is %s at once', async (mode, state) => {
      const id = await queued();
      trial.clock = Date.now();
      const holder = await child(mode);
      expect(await trial.store.outbox.recover(at, () => [])).toEqual([]);
      await killed(holder.process);
      expect(await trial.store.outbox.recover(at, () => [])).toMatchObject([{ id, state }]);
    });
  });

  test('50,000 queued rows are claimed and looked through without a scan', async () => {
    const many = 50_000;
    await sql((q) =>
      q.raw(
        trial.dialect === 'sqlite'
          ? `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${many})
             insert into outbox (kind, to_address, to_id, once_key, once_key_id, not_before, data, state, attempts, created_at, body_begun)
             select 'answer', 'a', 'a', 'k' || i, 'k' || i, '2027-01-01T00:00:00.000Z', '{}', 'queued', 0, '', 0 from n`
          : `insert into outbox (kind, to_address, to_id, once_key, once_key_id, not_before, data, state, attempts, created_at, body_begun)
             select 'answer', 'a', 'a', 'k' || i, 'k' || i, '2027-01-01T00:00:00.000Z', '{}', 'queued', 0, '', 0 from generate_series(1, ${many}) i`,
      ),
    );
    await trial.store.received.accept(acceptance());
    await sql((q) =>
      q.raw(`insert into received (received_at, source_kind, source_name, recipients, content_key, content_key_id, quiet, digest, encrypted, kills)
      select received_at, source_kind, source_name, recipients, content_key, content_key_id, quiet, digest, encrypted, kills
      from received, (select id as n from outbox) as o`),
    );
    const took = async (work: () => Promise<unknown>) => {
      const start = process.cpuUsage();
      for (let n = 0; n < 20; n++) await work();
      return process.cpuUsage(start).user / 1000 / 20;
    };
    expect(await took(() => trial.store.outbox.due(at, 50))).toBeLessThan(30);
    expect(await took(() => trial.store.received.claim())).toBeLessThan(60);
  });
});
