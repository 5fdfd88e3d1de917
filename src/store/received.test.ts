import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { acceptance, deciding, facts, ignoring, opening } from '../../test/decision.ts';
import { at, onBothDatabases } from '../../test/store-trial.ts';
import { searchWords } from '../inquiry/search-text.ts';

onBothDatabases('what is received', (trial) => {
  const { claimed, decided, sql } = trial;

  describe('intake', () => {
    test.each([undefined, { trusted: true, client: null }, { trusted: false, client: '2001:db8::7' }])(
      'keeps who handed it over: %j',
      async (peer) => {
        const { source } = acceptance();
        const given = peer === undefined ? source : { ...source, peer };
        const id = await trial.store.received.accept(acceptance({ source: given }));
        expect((await trial.store.received.get(id))?.source).toEqual(given);
      },
    );

    test('keeps bytes, source and identity as they came, and gives numbers for ids', async () => {
      const given = acceptance({ quiet: true, messageId: null, contentKey: `long ${'x'.repeat(9000)}` });
      const id = await trial.store.received.accept(given);
      expect(typeof id).toBe('number');
      const { raw, ...rest } = given;
      expect(await trial.store.received.get(id)).toEqual({
        id,
        ...rest,
        outcome: null,
        reason: null,
        decidedAt: null,
        ticketId: null,
        facts: null,
      });
      expect(await trial.store.received.raw(id)).toEqual(raw);
      expect(await trial.store.received.get(id + 1)).toBeNull();
      expect(await trial.store.received.raw(id + 1)).toBeNull();
    });

    test('no sender can block the intake: NUL, a lone surrogate, a huge Message-ID', async () => {
      const messageId = `<${randomBytes(50_000).toString('hex')}@example.jp>`;
      const message = await claimed({
        messageId,
        source: { kind: 'file', name: 'a\0b\ud800', returnPath: 'x\0', recipients: ['\0'] },
      });
      await trial.store.commit(
        deciding(message, { ticket: { kind: 'open', opening: opening({ subject: 'a\0b' }) } }),
      );
      const found = await trial.store.received.byMessageIds([messageId]);
      expect(found.map(({ id }) => id)).toEqual([message.id]);
      expect(found[0]!.source.name).toBe('a\uFFFDb\uFFFD');
      expect(found[0]!.facts).toEqual(facts());
    });

    test('the same bytes twice are kept once, as two messages', async () => {
      const raw = Buffer.from('same');
      const ids = [
        await trial.store.received.accept(acceptance({ raw })),
        await trial.store.received.accept(acceptance({ raw })),
      ];
      expect(new Set(ids).size).toBe(2);
      expect(await sql<unknown[]>((q) => q('blobs').select('digest'))).toHaveLength(1);
    });

    test('instants with an offset or without milliseconds are one form, and others are refused', async () => {
      const id = await trial.store.received.accept(acceptance({ receivedAt: '2026-11-24T10:02:03+09:00' }));
      expect((await trial.store.received.get(id))?.receivedAt).toBe('2026-11-24T01:02:03.000Z');
      await expect(trial.store.received.accept(acceptance({ receivedAt: '2026-11-24' }))).rejects.toThrow(
        RangeError,
      );
    });

    test('the oldest by time of receipt is claimed first, each once', async () => {
      const late = await trial.store.received.accept(acceptance({ receivedAt: '2026-11-24T03:00:00Z' }));
      const early = await trial.store.received.accept(acceptance({ receivedAt: '2026-11-24T02:00:00.500Z' }));
      expect((await trial.store.received.claim())?.id).toBe(early);
      expect(await trial.store.received.claim(early)).toBeNull();
      expect((await trial.store.received.claim(late))?.id).toBe(late);
      expect(await trial.store.received.claim()).toBeNull();
    });

    test('a released message is free again, and only a death of the reader counts', async () => {
      const message = await claimed();
      await trial.store.received.release(message.id, 'another token', true);
      expect(await trial.store.received.claim()).toBeNull();
      await trial.store.received.release(message.id, message.token, true);
      // What a reader died of waits where no mail waits behind it.
      expect(await trial.store.received.claim()).toBeNull();
      const second = await trial.store.received.claim('again');
      expect(second).toMatchObject({ kills: 1, lane: 'again' });
      await trial.store.received.release(message.id, second!.token, false);
      expect((await trial.store.received.claim('again'))?.kills).toBe(1);
    });

    test('a quarantined message goes into the queue once more, its deaths forgotten, and keeps its identity', async () => {
      const message = await claimed();
      await trial.store.received.release(message.id, message.token, true);
      expect(await trial.store.received.requeue(message.id, at, 'operator')).toBe(false);
      const second = (await trial.store.received.claim('again'))!;
      const quarantined = { outcome: 'quarantined', reason: 'killed the reader', facts: null } as const;
      await trial.store.commit({
        ...ignoring(second),
        received: { ...ignoring(second).received, ...quarantined },
      });
      expect((await trial.store.received.withOutcome('quarantined')).map(({ id }) => id)).toEqual([
        message.id,
      ]);
      expect(await trial.store.received.requeue(message.id, at, 'operator')).toBe(true);
      expect(await trial.store.received.requeue(message.id, at, 'operator')).toBe(false);
      expect(await trial.store.received.get(message.id)).toMatchObject({
        outcome: null,
        reason: null,
        decidedAt: null,
      });
      const third = await trial.store.received.claim('again');
      expect(third).toMatchObject({ id: message.id, kills: 0, twin: null });
      expect((await trial.store.commit(deciding(third!))).kind).toBe('done');
      expect((await trial.store.received.tally()).contradictions).toEqual([]);
    });

    test('a claim ends after five minutes, and the late worker has lost it', async () => {
      const message = await claimed();
      trial.clock += 5 * 60_000 - 1;
      expect(await trial.store.received.claim()).toBeNull();
      trial.clock += 1;
      const second = await trial.store.received.claim();
      expect(second?.id).toBe(message.id);
      expect(await trial.store.commit(deciding(message))).toEqual({ kind: 'lost' });
      expect((await trial.store.commit(deciding(second!))).kind).toBe('done');
      expect(await trial.store.commit(deciding(second!))).toEqual({ kind: 'lost' });
    });
  });

  test('tells the trail of a message: bytes, place, its other arrivals, its events', async () => {
    const place = { mailbox: 'cltech', account: 'a', uidValidity: '18446744073709551615', uid: 7 };
    await trial.store.mailboxes.begin(place, null);
    const given = acceptance({ messageId: '<t@example.jp>', partial: 'too large', place });
    await trial.store.received.acceptAll([given]);
    const first = (await trial.store.received.claim())!;
    await trial.store.commit(
      deciding(first, { letters: [], events: [{ kind: 'k', actor: 'a', reason: 'r' }] }),
    );
    const again = await trial.store.received.accept(acceptance({ messageId: '<t@example.jp>' }));
    const twin = (await trial.store.received.claim())!;
    await trial.store.commit(
      deciding(twin, { ticket: { kind: 'none' }, received: { duplicateOf: first.id, outcome: 'duplicate' } }),
    );
    expect(await trial.store.received.trail(first.id)).toMatchObject({
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      bytes: given.raw.length,
      partial: 'too large',
      kills: 0,
      place: { mailbox: 'cltech', uidValidity: '18446744073709551615', uid: 7, state: 'left' },
      duplicateOf: null,
      duplicates: [again],
      events: [{ kind: 'k', actor: 'a', reason: 'r' }],
    });
    expect(await trial.store.received.trail(again)).toMatchObject({ place: null, duplicateOf: first.id });
    expect(await trial.store.received.named('<t@example.jp>')).toEqual([first.id, again]);
    expect(await trial.store.received.named('<u@example.jp>')).toEqual([]);
    expect(await trial.store.received.trail(again + 1)).toBeNull();
  });

  describe('search', () => {
    const page = {
      page: 1,
      outcome: 'text',
      detail: '',
      confidence: 90,
      turned: 0,
      png: null,
      seconds: 1,
    } as const;
    const said = async (over: Parameters<typeof facts>[0], fax?: string) => {
      const id = await trial.store.received.accept(acceptance());
      const message = (await trial.store.received.claim(id))!;
      const document = fax === undefined ? {} : { fax: { pages: [{ ...page, text: fax }], strip: null } };
      const done = await trial.store.commit(
        deciding(message, { received: { facts: facts(over), ...document } }),
      );
      return done.kind === 'done' ? done.ref! : '';
    };
    const found = async (typed: string, more: object = {}) => {
      const hits = await trial.store.tickets.search({ words: searchWords(typed), limit: 50, ...more });
      return hits.map(({ ref }) => ref);
    };

    test('finds two characters of Japanese in subject, text and recognised pages, in any spelling', async () => {
      const subject = await said({ subject: '印刷の件', text: 'x' });
      const text = await said({ subject: 's', text: '初期設\r\n定でﾛｸﾞｲﾝできない 100%_\\' });
      const faxed = await said(
        {
          subject: 'FAX(1枚)',
          text: '設定',
          fax: {
            gateway: 'g',
            caller: null,
            claimed: null,
            header: '',
            pages: ['text'],
            unread: 0,
            decision: 'missing',
            candidates: [],
          },
        },
        '給 紙 トレイ',
      );
      expect(await found('印刷')).toEqual([subject]);
      expect(await found('設定')).toEqual([text]);
      expect(await found('ログイン')).toEqual([text]);
      expect(await found('給紙')).toEqual([faxed]);
      expect(await found('設定 ログイン')).toEqual([text]);
      expect(await found('設定 印刷')).toEqual([]);
      // The end of the subject and the beginning of the name make no word.
      expect(await found('件架')).toEqual([]);
      // What means something to LIKE or to SQL is a character like any other.
      expect(await found('100%_\\')).toEqual([text]);
      expect(await found("%' or 1=1 --")).toEqual([]);
      expect(await found('図.png')).toEqual([faxed, text, subject]);
    });

    test('words of two messages of one ticket count together; newest first, at most so many, by state', async () => {
      const first = await said({ text: '印刷' });
      const second = await said({ text: '印刷' });
      const id = (await trial.store.tickets.byRef(first))!.id;
      expect(await found('印刷 給紙')).toEqual([]);
      const more = (await trial.store.received.claim(await trial.store.received.accept(acceptance())))!;
      await trial.store.commit(
        deciding(more, { ticket: { kind: 'attach', id }, received: { facts: facts({ text: '給紙' }) } }),
      );
      expect(await found('印刷 給紙')).toEqual([first]);
      expect(await found('印刷')).toEqual([second, first]);
      expect(await found('印刷', { limit: 1 })).toEqual([second]);
      expect(await found('印刷', { state: 'closed' })).toEqual([]);
    });
  });

  describe('faxes', () => {
    test('wait in a lane of their own, and stay there when their worker dies', async () => {
      const fax = await claimed({ receivedAt: '2026-11-24T01:00:00Z' });
      const mail = await trial.store.received.accept(acceptance());
      await trial.store.received.defer(fax.id, 'another token', 'fax');
      expect(await trial.store.received.claim('fax')).toBeNull();
      await trial.store.received.defer(fax.id, fax.token, 'fax');
      expect((await trial.store.received.claim())?.id).toBe(mail);
      expect(await trial.store.received.claim()).toBeNull();
      const again = await trial.store.received.claim('fax');
      expect(again).toMatchObject({ id: fax.id, lane: 'fax', kills: 0 });
      await trial.store.received.release(fax.id, again!.token, true);
      expect(await trial.store.received.claim()).toBeNull();
      expect(await trial.store.received.claim(fax.id)).toMatchObject({ lane: 'fax', kills: 1 });
    });

    test('a lease is renewed by its holder alone', async () => {
      const fax = await claimed();
      trial.clock += 4 * 60_000;
      expect(await trial.store.received.renew(fax.id, fax.token)).toBe(true);
      expect(await trial.store.received.renew(fax.id, 'another token')).toBe(false);
      trial.clock += 4 * 60_000;
      expect(await trial.store.received.claim(fax.id)).toBeNull();
      trial.clock += 60_000;
      expect(await trial.store.received.claim(fax.id)).not.toBeNull();
      expect(await trial.store.received.renew(fax.id, fax.token)).toBe(false);
    });

    test('pages and pictures are written with the decision, and the same picture once', async () => {
      const [png, strip] = [Buffer.from('page'), Buffer.from('strip')];
      const page = { seconds: 1.5, outcome: 'image', detail: '', turned: 180, png } as const;
      const { id } = await decided({
        received: {
          fax: {
            pages: [
              { ...page, page: 1, text: '本文\0です', confidence: 87.6 },
              { ...page, page: 2, text: '', confidence: 0, outcome: 'malformed', png: null },
            ],
            strip,
          },
        },
      });
      expect(await trial.store.received.pages(id)).toEqual([
        { page: 1, text: '本文です', confidence: 88, outcome: 'image', detail: '', turned: 180 },
        { page: 2, text: '', confidence: 0, outcome: 'malformed', detail: '', turned: 180 },
      ]);
      const pictures = [];
      for (const at of [0, 1, 2, 3]) pictures.push(await trial.store.received.picture(id, at));
      expect(pictures).toEqual([strip, png, null, null]);
      expect(await trial.store.received.picture(999, 0)).toBeNull();
      expect((await trial.store.received.tally()).contradictions).toEqual([]);
    });
  });
});
