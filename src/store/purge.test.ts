import { describe, expect, test } from 'vitest';
import { acceptance, deciding, facts, letter, opening } from '../../test/decision.ts';
import { at, onBothDatabases } from '../../test/store-trial.ts';

onBothDatabases('purge', (trial) => {
  describe('purge', () => {
    const before = '2026-11-25T00:00:00.000Z';
    const now = '2026-12-25T00:00:00.000Z';
    const all = { before, at: now, dryRun: false, stopping: () => false };
    const take = async (raw: string, over: Parameters<typeof deciding>[1] = {}, receivedAt = at) => {
      const id = await trial.store.received.accept(acceptance({ raw: Buffer.from(raw), receivedAt }));
      const message = (await trial.store.received.claim(id))!;
      const done = await trial.store.commit(deciding(message, { letters: [], events: [], ...over }));
      return { id, ticketId: done.kind === 'done' ? done.ticketId : null };
    };
    const closed = { ticket: { kind: 'open', opening: opening({ state: 'closed' }) } } as const;
    const bytesOf = async (...ids: readonly number[]) =>
      Promise.all(ids.map(async (id) => (await trial.store.received.raw(id))?.toString() ?? null));

    test('deletes what is done with and old; what waits for somebody, and what is young, keeps its bytes', async () => {
      const done = await take('done', closed);
      const ignored = await take('ignored', { ticket: { kind: 'none' }, received: { outcome: 'ignored' } });
      const open = await take('open');
      const review = await take('review', {
        ticket: { kind: 'open', opening: opening({ state: 'review' }) },
      });
      const young = await take('young', closed, before);
      const bad = await take('bad', {
        ticket: { kind: 'none' },
        received: { outcome: 'quarantined', facts: null },
      });
      const answer = await take('answer', { ...closed, letters: [letter({ onceKey: 'a', held: 'x' })] });
      const waits = await trial.store.received.accept(
        acceptance({ raw: Buffer.from('waits'), receivedAt: at }),
      );
      const ids = [done, ignored, open, review, young, bad, answer].map(({ id }) => id);
      const kept = ['open', 'review', 'young', 'bad', 'answer'];
      expect(await trial.store.purge({ ...all, dryRun: true })).toEqual({
        messages: 2,
        letters: 0,
        bytes: 11,
      });
      expect(await bytesOf(done.id)).toEqual(['done']);
      expect(await trial.store.purge(all)).toEqual({ messages: 2, letters: 0, bytes: 11 });
      expect(await bytesOf(...ids)).toEqual([null, null, ...kept]);
      expect(await bytesOf(waits)).toEqual(['waits']);
      expect(await trial.store.purge(all)).toEqual({ messages: 0, letters: 0, bytes: 0 });
      expect((await trial.store.received.tally()).contradictions).toEqual([]);
      expect(await trial.store.received.get(done.id)).toMatchObject({
        outcome: 'ticket-opened',
        facts: { text: expect.stringContaining('本文') },
      });
      expect(await trial.store.received.trail(done.id)).toMatchObject({ bytes: 0, purgedAt: now });
      expect(await trial.store.purge({ ...all, before: now, stopping: () => true })).toMatchObject({
        messages: 0,
      });
    });

    test('mail that comes again is known, kept until it is old itself, and read by nobody', async () => {
      const given = acceptance({ raw: Buffer.from('same'), receivedAt: at });
      const first = await trial.store.received.accept(given);
      await trial.store.commit(deciding((await trial.store.received.claim(first))!, closed));
      await trial.store.purge(all);
      const second = await trial.store.received.accept({ ...given, receivedAt: '2026-12-01T00:00:00.000Z' });
      const claimed = (await trial.store.received.claim(second))!;
      expect(claimed.twin).toMatchObject({ id: first });
      await trial.store.commit(
        deciding(claimed, {
          ticket: { kind: 'none' },
          received: { outcome: 'duplicate', duplicateOf: first, facts: null },
        }),
      );
      expect(await bytesOf(second)).toEqual(['same']);
      await trial.store.purge(all);
      expect(await bytesOf(second)).toEqual(['same']);
      await trial.store.purge({ ...all, before: now });
      expect(await bytesOf(first, second)).toEqual([null, null]);
      expect((await trial.store.received.tally()).contradictions).toEqual([]);
    });

    test('the same bytes twice in one go are kept once', async () => {
      const twice = [1, 2].map(() => acceptance({ raw: Buffer.from('twice') }));
      const ids = await trial.store.received.acceptAll(twice);
      expect(await bytesOf(ids[0]!, ids[1]!)).toEqual(['twice', 'twice']);
    });

    test('bytes two messages share stay while one of them keeps them', async () => {
      const closedOne = await take('shared', closed);
      const openOne = await take('shared');
      expect(await trial.store.purge(all)).toEqual({ messages: 1, letters: 0, bytes: 0 });
      expect(await bytesOf(openOne.id)).toEqual(['shared']);
      expect(await bytesOf(closedOne.id)).toEqual(['shared']);
      expect((await trial.store.received.tally()).contradictions).toEqual([]);
    });

    test('a fax loses text and pictures, and is found no more; a letter that left loses its bytes', async () => {
      const png = Buffer.from('picture');
      const page = {
        page: 1,
        outcome: 'text',
        detail: '',
        text: '給紙',
        confidence: 90,
        turned: 0,
        png,
        seconds: 1,
      } as const;
      const fax = {
        gateway: 'g',
        caller: null,
        claimed: null,
        header: '',
        pages: ['text'],
        unread: 0,
        decision: 'missing',
        candidates: [],
      } as const;
      const { id } = await take('fax', {
        ...closed,
        letters: [letter()],
        received: {
          facts: facts({ text: '給紙', fax }),
          fax: { pages: [page], strip: Buffer.from('strip') },
        },
      });
      expect(await trial.store.tickets.search({ words: ['給紙'], limit: 1 })).toHaveLength(1);
      const token = (await trial.store.outbox.begin(1, {
        messageId: '<m@example.jp>',
        subject: '',
        bytes: Buffer.from('letter'),
        at,
      }))!;
      await trial.store.outbox.settle(
        1,
        token,
        { kind: 'sent', at, reason: '250' },
        { ticket: null, letters: [], events: [] },
      );
      expect(await trial.store.purge(all)).toEqual({
        messages: 1,
        letters: 1,
        bytes: 'faxpicturestripletter'.length,
      });
      expect(await trial.store.received.pages(id)).toMatchObject([{ page: 1, outcome: 'text', text: '' }]);
      for (const number of [0, 1]) expect(await trial.store.received.picture(id, number)).toBeNull();
      expect((await trial.store.received.get(id))!.facts!.text).toBe('');
      expect(await trial.store.tickets.search({ words: ['給紙'], limit: 1 })).toEqual([]);
      expect(await trial.store.outbox.bytes(1)).toBeNull();
      expect(await trial.store.outbox.get(1)).toMatchObject({ state: 'sent', messageId: '<m@example.jp>' });
      expect((await trial.store.received.tally()).contradictions).toEqual([]);
    });

    test('more than one batch', async () => {
      await trial.store.received.acceptAll(
        Array.from({ length: 230 }, (_, i) =>
          acceptance({ receivedAt: at, raw: Buffer.from(`m${i}`), ignored: { reason: 'before-since', at } }),
        ),
      );
      expect((await trial.store.purge(all)).messages).toBe(230);
      expect((await trial.store.received.tally()).contradictions).toEqual([]);
    });
  });
});
