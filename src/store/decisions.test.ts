import { describe, expect, test } from 'vitest';
import { deciding, facts, letter, opening } from '../../test/decision.ts';
import { at, onBothDatabases } from '../../test/store-trial.ts';
import type { Decision, Store } from '../desk/ports.ts';

onBothDatabases('decisions', (trial) => {
  const { claimed, decided, sql } = trial;

  describe('decisions', () => {
    test('write outcome, ticket, events and letters together', async () => {
      const { id, ticketId, ref } = await decided({
        letters: [
          letter(),
          letter({ kind: 'notification', onceKey: 'n:{ticket}', to: 'Staff@Example.jp', notBefore: null }),
        ],
        events: [{ kind: 'opened', actor: 'customer', reason: 'mail' }],
      });
      expect(ref).toBe('R-20261124-0001');
      const detail = await trial.store.tickets.detail(ref);
      expect(detail?.ticket).toEqual({
        id: ticketId,
        ref,
        state: 'open',
        channel: 'mail',
        number: 'CL-1234-5678',
        verified: true,
        subject: '起動しません',
        openedAt: '2026-11-24T01:02:03.000Z',
        closedAt: null,
        linkedTo: null,
        repeatOf: null,
        category: null,
        assignee: null,
        firstAnswerMinutes: null,
        mergedInto: null,
        version: 1,
        participants: [{ address: 'taro@example.jp', name: '架空 太郎', role: 'author' }],
      });
      expect(detail?.messages).toMatchObject([
        { id, outcome: 'ticket-opened', reason: 'valid number', facts: facts() },
      ]);
      expect(detail?.letters).toMatchObject([
        {
          onceKey: `acknowledgement:${ticketId}`,
          receivedId: id,
          state: 'queued',
          data: letter().data,
          attempts: 0,
          createdAt: at,
        },
        { onceKey: `n:${ticketId}`, to: 'Staff@Example.jp', notBefore: null },
      ]);
      expect(detail?.events).toEqual([{ at, kind: 'opened', actor: 'customer', reason: 'mail' }]);
      expect(await trial.store.tickets.byId(ticketId)).toEqual(detail?.ticket);
      expect(await trial.store.tickets.byRef('R-20261124-9999')).toBeNull();
      expect(await trial.store.tickets.detail('R-20261124-9999')).toBeNull();
      expect((await trial.store.received.tally()).contradictions).toEqual([]);
    });

    test('a failing part leaves nothing behind, not even the identity', async () => {
      const message = await claimed();
      const bad = deciding(message, {
        letters: [letter()],
        earlier: [{ id: 999, outcome: 'held', reason: 'x' }],
      });
      await expect(trial.store.commit(bad)).rejects.toThrow('message 999');
      expect(await trial.store.outbox.list()).toEqual([]);
      expect(await trial.store.tickets.list({})).toEqual([]);
      expect((await trial.store.commit(deciding(message))).kind).toBe('done');
    });

    test('references count by day from 0001 and grow past 9999', async () => {
      await decided();
      await sql((q) => q('ref_counters').update({ last: 9998 }));
      expect((await decided()).ref).toBe('R-20261124-9999');
      expect((await decided()).ref).toBe('R-20261124-10000');
      const other = { kind: 'open', opening: opening({ openedOn: '2026-11-25' }) } as const;
      expect((await decided({ ticket: other })).ref).toBe('R-20261125-0001');
    });

    test('a twin is told of the first message; a duplicate is written beside it', async () => {
      const first = await decided();
      const second = await claimed({ contentKey: first.contentKey });
      expect(await trial.store.commit(deciding(second))).toEqual({
        kind: 'twin',
        of: first.id,
        ticketId: first.ticketId,
      });
      expect((await trial.store.received.get(second.id))?.outcome).toBeNull();
      const duplicate = deciding(second, {
        ticket: { kind: 'attach', id: first.ticketId },
        received: { outcome: 'duplicate', reason: 'same content', duplicateOf: first.id },
      });
      expect(await trial.store.commit(duplicate)).toEqual({
        kind: 'done',
        ticketId: first.ticketId,
        ref: first.ref,
      });
      expect((await claimed({ contentKey: first.contentKey })).twin).toEqual({
        id: first.id,
        ticketId: first.ticketId,
      });
      expect((await trial.store.received.tally()).outcomes).toEqual({ 'ticket-opened': 1, duplicate: 1 });
    });

    test('a change on an old version is refused whole', async () => {
      const { ticketId } = await decided();
      const message = await claimed();
      const change = (version: number) =>
        deciding(message, {
          ticket: { kind: 'change', change: { id: ticketId, version, state: 'closed', closedAt: at } },
          received: { outcome: 'ticket-continued' },
        });
      expect(await trial.store.commit(change(7))).toEqual({ kind: 'stale' });
      expect((await trial.store.commit(change(1))).kind).toBe('done');
      expect(await trial.store.tickets.byId(ticketId)).toMatchObject({
        state: 'closed',
        closedAt: at,
        version: 2,
      });
      expect(await trial.store.change(at, { id: ticketId, version: 1, state: 'open' }, [], [], [])).toBe(
        'stale',
      );
    });

    test('what waited is opened: earlier outcomes and states change with events', async () => {
      const held = await decided({
        ticket: {
          kind: 'open',
          opening: opening({ state: 'awaiting-number', number: null, verified: false }),
        },
        received: { outcome: 'held', reason: 'missing' },
      });
      const people = [
        { address: 'hana@example.jp', name: '', role: 'author' as const },
        { address: 'taro@example.jp', name: '太郎', role: 'copied' as const },
      ];
      const message = await claimed();
      await trial.store.commit(
        deciding(message, {
          ticket: {
            kind: 'change',
            change: {
              id: held.ticketId,
              version: 1,
              state: 'open',
              number: 'CL-1',
              verified: true,
              participants: people,
            },
          },
          received: { outcome: 'ticket-continued', reason: 'the number came' },
          earlier: [{ id: held.id, outcome: 'ticket-opened', reason: 'the number came' }],
        }),
      );
      const detail = await trial.store.tickets.detail(held.ref);
      expect(detail?.ticket).toMatchObject({
        state: 'open',
        number: 'CL-1',
        verified: true,
        version: 2,
        participants: people,
      });
      expect(detail?.messages[0]).toMatchObject({
        id: held.id,
        outcome: 'ticket-opened',
        reason: 'the number came',
      });
      expect(detail?.events.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
        'state: awaiting-number → open',
        'number: none → CL-1',
        'verified: no → yes',
        'outcome: held → ticket-opened: the number came',
      ]);
    });

    test('a change without a message reopens and writes letters and events', async () => {
      const { id, ticketId, ref } = await decided({
        ticket: { kind: 'open', opening: opening({ state: 'review' }) },
        received: { outcome: 'review', reason: 'expired' },
      });
      const done = await trial.store.change(
        at,
        { id: ticketId, version: 1, state: 'open', closedAt: null },
        [{ id, outcome: 'ticket-opened', reason: 'period renewed' }],
        [letter()],
        [{ kind: 'renewed', actor: 'import', reason: 'new period' }],
      );
      expect(done).toBe('done');
      const detail = await trial.store.tickets.detail(ref);
      expect(detail?.letters).toMatchObject([{ receivedId: id, ticketId }]);
      expect(detail?.events.map(({ actor, kind }) => `${actor} ${kind}`)).toEqual([
        'import state',
        'import renewed',
        'import outcome',
      ]);
    });

    test('a letter is written once under its key', async () => {
      const { ticketId } = await decided({
        letters: [letter(), letter({ to: 'other@example.jp' })],
      });
      expect(await trial.store.outbox.ofTicket(ticketId)).toMatchObject([
        { to: 'taro@example.jp', state: 'queued' },
      ]);
      const again = await decided({ letters: [letter({ onceKey: `acknowledgement:${ticketId}` })] });
      expect(await trial.store.outbox.ofTicket(again.ticketId)).toEqual([]);
      const none = await claimed();
      await expect(
        trial.store.commit(deciding(none, { ticket: { kind: 'none' }, letters: [letter()] })),
      ).rejects.toThrow('{ticket}');
    });

    test('lists tickets by state and number', async () => {
      const a = await decided();
      const b = await decided({
        ticket: { kind: 'open', opening: opening({ state: 'review', number: null }) },
      });
      const refs = async (filter: Parameters<Store['tickets']['list']>[0]) =>
        (await trial.store.tickets.list(filter)).map(({ ref }) => ref);
      expect(await refs({})).toEqual([a.ref, b.ref]);
      expect(await refs({ state: 'review' })).toEqual([b.ref]);
      expect(await refs({ number: 'CL-1234-5678' })).toEqual([a.ref]);
      expect(await refs({ number: 'CL-1234-5678', state: 'review' })).toEqual([]);
    });

    test('finds the same text, the encrypted message before a password, and ids', async () => {
      const first = await decided();
      await decided();
      const zip = await decided({ received: { facts: facts({ encrypted: true, textDigest: 'zip' }) } });
      const since = '2026-11-24T01:02:03Z';
      expect((await trial.store.received.sameText('TARO@example.jp', 'digest', since))?.id).toBe(first.id);
      expect(
        await trial.store.received.sameText('taro@example.jp', 'digest', '2026-11-24T01:02:03.001Z'),
      ).toBeNull();
      expect(await trial.store.received.sameText('jiro@example.jp', 'digest', since)).toBeNull();
      expect((await trial.store.received.encryptedFrom('taro@example.jp', since))?.id).toBe(zip.id);
      expect(await trial.store.received.encryptedFrom('taro@example.jp', '2026-11-24T01:03:00Z')).toBeNull();
      const messageId = (await trial.store.received.get(first.id))!.messageId!;
      const again = await claimed({ messageId, receivedAt: '2026-11-25T00:00:00Z' });
      expect(
        (await trial.store.received.byMessageIds([messageId, '<no@example.jp>'])).map(({ id }) => id),
      ).toEqual([first.id]);
      await trial.store.commit(deciding(again));
      expect((await trial.store.received.byMessageIds([messageId])).map(({ id }) => id)).toEqual([
        again.id,
        first.id,
      ]);
      expect(await trial.store.received.byMessageIds([])).toEqual([]);
    });

    test('a permanent bounce closes the address, a temporary one does not; both stand on the ticket', async () => {
      const { ticketId, ref } = await decided({ letters: [letter()] });
      const [sent] = await trial.store.outbox.ofTicket(ticketId);
      const bounce = (permanent: boolean): Partial<Decision> => ({
        ticket: { kind: 'none' },
        bounce: { outboxId: sent!.id, address: 'Taro@Example.jp', permanent },
      });
      const received = { outcome: 'bounce-recorded', reason: '5.1.1' } as const;
      await decided({ ...bounce(false), received });
      expect(await trial.store.outbox.undeliverable(['taro@example.jp'])).toEqual([]);
      await decided({ ...bounce(true), received });
      await decided({ ...bounce(true), received });
      expect(await trial.store.outbox.undeliverable(['TARO@example.jp', 'x@example.jp'])).toEqual([
        'TARO@example.jp',
      ]);
      const events = (await trial.store.tickets.detail(ref))?.events.map(({ reason }) => reason);
      expect(events).toEqual(
        ['temporary', 'permanent', 'permanent'].map((word) => `Taro@Example.jp ${word}`),
      );
    });
  });
});
