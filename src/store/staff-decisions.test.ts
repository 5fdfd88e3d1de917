import { describe, expect, test } from 'vitest';
import { deciding, ignoring, letter } from '../../test/decision.ts';
import { at, attempt, nothing, onBothDatabases } from '../../test/store-trial.ts';

onBothDatabases('decisions of staff', (trial) => {
  const { claimed, decided, queued } = trial;

  describe('what staff decide', () => {
    const told = (over: Parameters<typeof letter>[0] = {}) =>
      letter({
        kind: 'answer',
        onceKey: 'answer:1',
        data: { to: ['a@example.jp'], settings: { k: 'v' } },
        ...over,
      });

    test('category, assignee and the first answer are kept, and only the first answer counts', async () => {
      const { ticketId, ref } = await decided();
      const change = (version: number, minutes: number) =>
        trial.store.change(
          at,
          { id: ticketId, version, category: 'trouble', assignee: '佐藤', firstAnswerMinutes: minutes },
          [],
          [],
          [],
        );
      expect(await change(1, 30)).toBe('done');
      expect(await change(2, 90)).toBe('done');
      expect(await trial.store.tickets.byRef(ref)).toMatchObject({
        category: 'trouble',
        assignee: '佐藤',
        firstAnswerMinutes: 30,
      });
      const { events } = (await trial.store.tickets.detail(ref))!;
      expect(events.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual(
        expect.arrayContaining(['category none → trouble', 'assignee none → 佐藤']),
      );
    });

    test('a held letter is kept, never due, and can still be cancelled', async () => {
      const id = await queued(told({ held: 'another answer waits', notBefore: null }));
      expect(await trial.store.outbox.get(id)).toMatchObject({
        state: 'held',
        reason: 'another answer waits',
        data: { to: ['a@example.jp'], settings: { k: 'v' } },
      });
      expect(await trial.store.outbox.due(at, 9)).toEqual([]);
      const message = await claimed();
      const stops = [{ id, state: 'cancelled', reason: 'taken back', must: true }] as const;
      expect(await trial.store.commit({ ...ignoring(message), stops })).toMatchObject({ kind: 'done' });
      expect(await trial.store.outbox.get(id)).toMatchObject({ state: 'cancelled', reason: 'taken back' });
      const other = await queued(told({ onceKey: 'answer:2', held: 'x' }));
      const giveUp = { kind: 'cancelled', at, reason: 'given up' } as const;
      expect(await trial.store.outbox.putAside(other, { ...giveUp, kind: 'failed' }, nothing)).toBe(false);
      expect(await trial.store.outbox.putAside(other, giveUp, nothing)).toBe(true);
      expect(await trial.store.outbox.putAside(other, giveUp, nothing)).toBe(false);
    });

    test('a decision that rests on stopping a letter writes nothing when the letter is leaving', async () => {
      const id = await queued(told());
      await trial.store.outbox.begin(id, attempt());
      const message = await claimed();
      const stop = { id, state: 'held', reason: 'the customer wrote', must: true } as const;
      expect(await trial.store.commit(deciding(message, { stops: [stop] }))).toEqual({ kind: 'stale' });
      expect(await trial.store.received.get(message.id)).toMatchObject({ outcome: null });
      expect(
        await trial.store.commit(deciding(message, { stops: [{ ...stop, must: false }] })),
      ).toMatchObject({
        kind: 'done',
      });
      expect(await trial.store.outbox.get(id)).toMatchObject({ state: 'sending' });
    });

    test('a merged ticket hands its messages over, and the ledger is sound', async () => {
      const one = await decided();
      const two = await decided();
      const message = await claimed();
      const merged = deciding(message, {
        ticket: { kind: 'change', change: { id: two.ticketId, version: 1 } },
        other: { id: one.ticketId, version: 1, state: 'closed', closedAt: at, mergedInto: two.ticketId },
      });
      expect(await trial.store.commit(merged)).toMatchObject({ kind: 'done', ref: two.ref });
      expect(await trial.store.tickets.byRef(one.ref)).toMatchObject({
        mergedInto: two.ticketId,
        state: 'closed',
      });
      expect((await trial.store.received.ofTicket(two.ticketId)).map(({ id }) => id)).toEqual(
        expect.arrayContaining([one.id, two.id, message.id]),
      );
      expect((await trial.store.received.tally()).contradictions).toEqual([]);
      const late = await claimed();
      const again = { ...merged, received: { ...merged.received, id: late.id, token: late.token } };
      expect(await trial.store.commit(again)).toEqual({ kind: 'stale' });
    });

    test('a blocked address is found whatever its case, with the first reason', async () => {
      const message = await claimed();
      const block = (reason: string) => ({ block: { address: 'Spam@Example.jp', reason } });
      await trial.store.commit({ ...ignoring(message), ...block('advertising') });
      await trial.store.commit({ ...ignoring(await claimed()), ...block('again') });
      expect(await trial.store.blocked('spam@example.JP')).toBe('advertising');
      expect(await trial.store.blocked('taro@example.jp')).toBeNull();
      expect(await trial.store.blocks()).toEqual([{ address: 'Spam@Example.jp', reason: 'advertising', at }]);
      expect(await trial.store.unblock('SPAM@example.jp')).toBe(true);
      expect(await trial.store.unblock('SPAM@example.jp')).toBe(false);
      expect(await trial.store.blocked('spam@example.jp')).toBeNull();
    });
  });
});
