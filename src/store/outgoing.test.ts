import { describe, expect, test } from 'vitest';
import { ignoring, letter } from '../../test/decision.ts';
import { at, attempt, nothing, onBothDatabases } from '../../test/store-trial.ts';
import type { NewLetter } from '../desk/ports.ts';

onBothDatabases('the outbox', (trial) => {
  const { claimed, decided, queued } = trial;

  describe('outbox', () => {
    test('what is due comes by its time, letters without a known time last', async () => {
      const unknown = await queued({ notBefore: null });
      const second = await queued({ notBefore: '2026-11-24T09:00:00+09:00' });
      const first = await queued({ notBefore: '2026-11-23T23:59:59.999Z' });
      await queued({ notBefore: '2026-11-24T00:00:00.001Z' });
      const due = async (limit: number) =>
        (await trial.store.outbox.due('2026-11-24T00:00:00Z', limit)).map(({ id }) => id);
      expect(await due(10)).toEqual([first, second, unknown]);
      expect(await due(2)).toEqual([first, second]);
    });

    test('an attempt is on record with its bytes before the network is touched, and once', async () => {
      const id = await queued();
      const token = await trial.store.outbox.begin(id, attempt());
      expect(await trial.store.outbox.begin(id, attempt())).toBeNull();
      expect(await trial.store.outbox.get(id)).toMatchObject({
        state: 'sending',
        attempts: 1,
        messageId: '<1@example.jp>',
        subject: '件名',
        sentAt: null,
      });
      expect(await trial.store.outbox.bytes(id)).toEqual(Buffer.from([0, 255, 1]));
      expect(await trial.store.outbox.bodyBegins(id, 'other')).toBe(false);
      expect(await trial.store.outbox.bodyBegins(id, token!)).toBe(true);
      expect(await trial.store.outbox.settle(id, 'other', { kind: 'sent', at, reason: '250' }, nothing)).toBe(
        false,
      );
      expect(await trial.store.outbox.settle(id, token!, { kind: 'sent', at, reason: '250' }, nothing)).toBe(
        true,
      );
      expect(await trial.store.outbox.settle(id, token!, { kind: 'sent', at, reason: '250' }, nothing)).toBe(
        false,
      );
      expect(await trial.store.outbox.get(id)).toMatchObject({ state: 'sent', sentAt: at, reason: '250' });
      expect(await trial.store.outbox.putAside(id, { kind: 'cancelled', at, reason: 'late' }, nothing)).toBe(
        false,
      );
      expect(await trial.store.outbox.get(99_999)).toBeNull();
      expect(await trial.store.outbox.bytes(99_999)).toBeNull();
    });

    test('later puts it back with its time, and the next attempt counts on', async () => {
      const id = await queued();
      const token = await trial.store.outbox.begin(id, attempt());
      await trial.store.outbox.settle(
        id,
        token!,
        { kind: 'later', at, notBefore: '2026-11-24T06:00:00Z', reason: '451' },
        nothing,
      );
      expect(await trial.store.outbox.get(id)).toMatchObject({
        state: 'queued',
        notBefore: '2026-11-24T06:00:00.000Z',
        reason: '451',
      });
      expect(await trial.store.outbox.begin(id, attempt(2))).not.toBeNull();
      expect(await trial.store.outbox.get(id)).toMatchObject({ attempts: 2, messageId: '<2@example.jp>' });
      expect(await trial.store.outbox.bytes(id)).toEqual(Buffer.from([0, 255, 2]));
    });

    test('a settlement brings its ticket change, letters and events with it', async () => {
      const { ticketId, ref } = await decided({ letters: [letter()] });
      const id = (await trial.store.outbox.ofTicket(ticketId))[0]!.id;
      const token = await trial.store.outbox.begin(id, attempt());
      const aftermath = {
        ticket: { id: ticketId, version: 1, state: 'review' as const },
        letters: [letter({ kind: 'notification', onceKey: 'failed:{ticket}' })],
        events: [{ kind: 'failed', actor: 'system', reason: '550' }],
      };
      await trial.store.outbox.settle(id, token!, { kind: 'failed', at, reason: '550' }, aftermath);
      const detail = await trial.store.tickets.detail(ref);
      expect(detail?.ticket).toMatchObject({ state: 'review', version: 2 });
      expect(detail?.letters).toMatchObject([
        { state: 'failed' },
        { kind: 'notification', onceKey: `failed:${ticketId}` },
      ]);
      expect(detail?.events.map(({ kind }) => kind)).toEqual(['failed', 'state']);
    });

    test('a settlement stands though the ticket changed meanwhile; the change is left out and said', async () => {
      const { ticketId, ref } = await decided({ letters: [letter()] });
      const id = (await trial.store.outbox.ofTicket(ticketId))[0]!.id;
      const token = await trial.store.outbox.begin(id, attempt());
      await trial.store.change(at, { id: ticketId, version: 1, state: 'review' }, [], [], []);
      const change = { id: ticketId, version: 1, state: 'answered' as const };
      await trial.store.outbox.settle(
        id,
        token!,
        { kind: 'sent', at, reason: '250' },
        { ...nothing, ticket: change },
      );
      const detail = await trial.store.tickets.detail(ref);
      expect(detail?.ticket.state).toBe('review');
      expect(detail?.letters[0]?.state).toBe('sent');
      expect(detail?.events.at(-1)?.kind).toBe('not-changed');
    });

    test('a letter nobody tried can be put aside', async () => {
      const id = await queued();
      const event = { kind: 'cancelled', actor: 'hana', reason: 'answered by phone' };
      expect(
        await trial.store.outbox.putAside(
          id,
          { kind: 'cancelled', at, reason: 'answered' },
          { ...nothing, events: [event] },
        ),
      ).toBe(true);
      expect(await trial.store.outbox.get(id)).toMatchObject({ state: 'cancelled', reason: 'answered' });
      expect(await trial.store.outbox.begin(id, attempt())).toBeNull();
    });

    test('letters of a sender that ran out of time: queued again, or uncertain once the body was begun', async () => {
      const [one, two] = [await queued(), await queued()];
      const tokenOne = await trial.store.outbox.begin(one, attempt(1));
      const tokenTwo = await trial.store.outbox.begin(two, attempt(2));
      trial.clock += 60_000;
      await trial.store.outbox.bodyBegins(two, tokenTwo!);
      expect(await trial.store.outbox.recover(at, () => [])).toEqual([]);
      trial.clock += 2 * 60_000;
      expect(await trial.store.outbox.recover(at, () => [])).toMatchObject([{ id: one, state: 'queued' }]);
      trial.clock += 60_000;
      expect(await trial.store.outbox.recover(at, () => [])).toMatchObject([{ id: two, state: 'uncertain' }]);
      expect(await trial.store.outbox.recover(at, () => [])).toEqual([]);
      expect(await trial.store.outbox.bodyBegins(one, tokenOne!)).toBe(false);
      expect(await trial.store.outbox.settle(two, tokenTwo!, { kind: 'sent', at, reason: '' }, nothing)).toBe(
        false,
      );
      const { ticketId } = (await trial.store.outbox.get(two))!;
      const ticket = await trial.store.tickets.byId(ticketId!);
      expect((await trial.store.tickets.detail(ticket!.ref))?.events.at(-1)?.reason).toContain(
        'sending → uncertain',
      );
    });

    test('counts automatic letters to an address, and what left, without staff mail', async () => {
      const send = async (kind: 'acknowledgement' | 'answer' | 'notification', sentAt: string, n: number) => {
        const id = await queued({ kind, onceKey: `${n}` });
        const token = await trial.store.outbox.begin(id, attempt(n));
        await trial.store.outbox.settle(id, token!, { kind: 'sent', at: sentAt, reason: '' }, nothing);
      };
      await send('acknowledgement', '2026-11-24T01:00:00Z', 1);
      await send('acknowledgement', '2026-11-23T23:00:00Z', 2);
      await send('answer', '2026-11-24T01:00:00Z', 3);
      await send('notification', '2026-11-24T01:00:00Z', 4);
      await queued({ onceKey: '5' });
      await trial.store.outbox.begin(await queued({ onceKey: '6' }), attempt(6));
      await queued({ onceKey: '7', kind: 'answer' });
      await queued({ onceKey: '9', to: 'hana@example.jp' });
      const since = { hour: '2026-11-24T01:00:00Z', day: '2026-11-23T12:00:00Z' };
      expect(await trial.store.outbox.countTo('TARO@example.jp', since)).toEqual({
        queued: 2,
        hour: 1,
        day: 2,
      });
      const between = trial.store.outbox.sentBetween;
      expect(await between('2026-11-24T01:00:00Z', '2026-11-24T01:00:30Z')).toBe(2);
      // Of a clock that was set back since.
      expect(await between('2026-11-23T23:00:00Z', '2026-11-24T00:00:00Z')).toBe(1);
    });
  });

  test('counts first letters to strangers by domain and in all, and letters that bounced', async () => {
    const first = async (n: number, to: string, at: string, kind: NewLetter['kind'] = 'neutral') => {
      await trial.store.outbox.add(at, [letter({ kind, to, onceKey: `first:${n}`, notBefore: null })]);
      return (await trial.store.outbox.list()).at(-1)!.id;
    };
    await first(1, 'a@Guess.example.com', '2026-11-24T01:30:00Z');
    await first(2, 'b@guess.example.com', '2026-11-24T00:10:00Z', 'request-number');
    await first(3, 'c@sub.guess.example.com', '2026-11-24T01:30:00Z');
    await first(4, 'd@guess.example.com', '2026-11-22T01:30:00Z');
    await first(5, 'e@guess.example.com', '2026-11-24T01:30:00Z', 'acknowledgement');
    const gone = await first(6, 'f@guess.example.com', '2026-11-24T01:30:00Z');
    const cancelled = { kind: 'cancelled', at: '2026-11-24T01:31:00Z', reason: '' } as const;
    await trial.store.outbox.putAside(gone, cancelled, nothing);
    const since = { hour: '2026-11-24T01:00:00Z', day: '2026-11-23T02:00:00Z' };
    expect(await trial.store.outbox.countStrangers('guess.example.com', since)).toEqual({
      domain: { hour: 1, day: 2 },
      all: { hour: 2, day: 3 },
    });
    expect(await trial.store.outbox.bouncedSince('2026-11-24T01:00:00Z', 5)).toBe(0);
    for (let count = 0; count < 3; count += 1) {
      const message = await claimed();
      const bounce = { outboxId: gone, address: 'f@guess.example.com', permanent: false };
      await trial.store.commit({ ...ignoring(message), at: '2026-11-24T02:00:00.000Z', bounce });
    }
    // Several reports of one letter are one letter.
    expect(await trial.store.outbox.bouncedSince('2026-11-24T01:00:00Z', 5)).toBe(1);
    expect(await trial.store.outbox.bouncedSince('2026-11-24T03:00:00Z', 5)).toBe(0);
  });
});
