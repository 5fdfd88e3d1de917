import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptance, deciding, facts, ignoring, letter, opening } from '../../test/decision.ts';
import { startPostgres } from '../../test/postgres.ts';
import type { ClaimedMessage, Decision, NewLetter, Store } from '../desk/ports.ts';
import type { Contract, SupportNumber } from '../inquiry/contract.ts';
import { searchWords } from '../inquiry/search-text.ts';
import { connect } from './database.ts';
import { openStore } from './open.ts';

const at = '2026-11-24T02:00:00.000Z';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let folder: string;
let made = 0;
beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), 'uketsuke-store-'));
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['sqlite', 'postgres'])('the store on %s', (dialect) => {
  let database: string;
  let store: Store & AsyncDisposable;
  let clock: number;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    made += 1;
    database =
      dialect === 'sqlite' ? `sqlite:${join(folder, `${made}.db`)}` : await postgres.database(`test${made}`);
    clock = Date.parse(at);
    store = await openStore({ database, leaseClock: () => clock });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await store.close();
  });

  async function claimed(over: Parameters<typeof acceptance>[0] = {}): Promise<ClaimedMessage> {
    const id = await store.received.accept(acceptance(over));
    const message = await store.received.claim(id);
    if (message === null) throw new Error('not claimed');
    return message;
  }
  async function decided(over: Parameters<typeof deciding>[1] = {}) {
    const message = await claimed();
    const committed = await store.commit(deciding(message, over));
    if (committed.kind !== 'done') throw new Error(committed.kind);
    return {
      id: message.id,
      contentKey: message.contentKey,
      ticketId: committed.ticketId!,
      ref: committed.ref!,
    };
  }
  async function queued(over: Parameters<typeof letter>[0] = {}): Promise<number> {
    const { ticketId } = await decided({ letters: [letter(over)] });
    return (await store.outbox.ofTicket(ticketId))[0]!.id;
  }
  async function sql<T>(work: Parameters<ReturnType<typeof connect>['read']>[0]): Promise<T> {
    const db = connect(database);
    try {
      return (await db.read(work)) as T;
    } finally {
      await db.close();
    }
  }
  /** A second process at the same database; resolves with its first line. */
  async function child(mode: string): Promise<{ process: ChildProcess; line: string }> {
    const started = spawn('node', ['--import', 'tsx', 'test/claimer.ts', database, mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(started);
    let out = '';
    await new Promise<void>((resolve, reject) => {
      started.stdout!.on('data', (chunk) => {
        out += chunk;
        if (out.includes('\n')) resolve();
      });
      started.once('exit', () =>
        out.includes('\n') ? resolve() : reject(new Error('the child said nothing')),
      );
    });
    return { process: started, line: out };
  }
  async function killed(process: ChildProcess): Promise<void> {
    const gone = new Promise((exit) => process.once('exit', exit));
    process.kill('SIGKILL');
    await gone;
  }
  const attempt = (n = 1) => ({
    messageId: `<${n}@example.jp>`,
    subject: '件名',
    bytes: Buffer.from([0, 255, n]),
    at,
  });
  const nothing = { ticket: null, letters: [], events: [] };

  describe('intake', () => {
    test.each([undefined, { trusted: true, client: null }, { trusted: false, client: '2001:db8::7' }])(
      'keeps who handed it over: %j',
      async (peer) => {
        const { source } = acceptance();
        const given = peer === undefined ? source : { ...source, peer };
        const id = await store.received.accept(acceptance({ source: given }));
        expect((await store.received.get(id))?.source).toEqual(given);
      },
    );

    test('keeps bytes, source and identity as they came, and gives numbers for ids', async () => {
      const given = acceptance({ quiet: true, messageId: null, contentKey: `long ${'x'.repeat(9000)}` });
      const id = await store.received.accept(given);
      expect(typeof id).toBe('number');
      const { raw, ...rest } = given;
      expect(await store.received.get(id)).toEqual({
        id,
        ...rest,
        outcome: null,
        reason: null,
        decidedAt: null,
        ticketId: null,
        facts: null,
      });
      expect(await store.received.raw(id)).toEqual(raw);
      expect(await store.received.get(id + 1)).toBeNull();
      expect(await store.received.raw(id + 1)).toBeNull();
    });

    test('no sender can block the intake: NUL, a lone surrogate, a huge Message-ID', async () => {
      const messageId = `<${randomBytes(50_000).toString('hex')}@example.jp>`;
      const message = await claimed({
        messageId,
        source: { kind: 'file', name: 'a\0b\ud800', returnPath: 'x\0', recipients: ['\0'] },
      });
      await store.commit(
        deciding(message, { ticket: { kind: 'open', opening: opening({ subject: 'a\0b' }) } }),
      );
      const found = await store.received.byMessageIds([messageId]);
      expect(found.map(({ id }) => id)).toEqual([message.id]);
      expect(found[0]!.source.name).toBe('a\uFFFDb\uFFFD');
      expect(found[0]!.facts).toEqual(facts());
    });

    test('the same bytes twice are kept once, as two messages', async () => {
      const raw = Buffer.from('same');
      const ids = [
        await store.received.accept(acceptance({ raw })),
        await store.received.accept(acceptance({ raw })),
      ];
      expect(new Set(ids).size).toBe(2);
      expect(await sql<unknown[]>((q) => q('blobs').select('digest'))).toHaveLength(1);
    });

    test('instants with an offset or without milliseconds are one form, and others are refused', async () => {
      const id = await store.received.accept(acceptance({ receivedAt: '2026-11-24T10:02:03+09:00' }));
      expect((await store.received.get(id))?.receivedAt).toBe('2026-11-24T01:02:03.000Z');
      await expect(store.received.accept(acceptance({ receivedAt: '2026-11-24' }))).rejects.toThrow(
        RangeError,
      );
    });

    test('the oldest by time of receipt is claimed first, each once', async () => {
      const late = await store.received.accept(acceptance({ receivedAt: '2026-11-24T03:00:00Z' }));
      const early = await store.received.accept(acceptance({ receivedAt: '2026-11-24T02:00:00.500Z' }));
      expect((await store.received.claim())?.id).toBe(early);
      expect(await store.received.claim(early)).toBeNull();
      expect((await store.received.claim(late))?.id).toBe(late);
      expect(await store.received.claim()).toBeNull();
    });

    test('a released message is free again, and only a death of the reader counts', async () => {
      const message = await claimed();
      await store.received.release(message.id, 'another token', true);
      expect(await store.received.claim()).toBeNull();
      await store.received.release(message.id, message.token, true);
      // What a reader died of waits where no mail waits behind it.
      expect(await store.received.claim()).toBeNull();
      const second = await store.received.claim('again');
      expect(second).toMatchObject({ kills: 1, lane: 'again' });
      await store.received.release(message.id, second!.token, false);
      expect((await store.received.claim('again'))?.kills).toBe(1);
    });

    test('a quarantined message goes into the queue once more, its deaths forgotten, and keeps its identity', async () => {
      const message = await claimed();
      await store.received.release(message.id, message.token, true);
      expect(await store.received.requeue(message.id, at, 'operator')).toBe(false);
      const second = (await store.received.claim('again'))!;
      const quarantined = { outcome: 'quarantined', reason: 'killed the reader', facts: null } as const;
      await store.commit({ ...ignoring(second), received: { ...ignoring(second).received, ...quarantined } });
      expect((await store.received.withOutcome('quarantined')).map(({ id }) => id)).toEqual([message.id]);
      expect(await store.received.requeue(message.id, at, 'operator')).toBe(true);
      expect(await store.received.requeue(message.id, at, 'operator')).toBe(false);
      expect(await store.received.get(message.id)).toMatchObject({
        outcome: null,
        reason: null,
        decidedAt: null,
      });
      const third = await store.received.claim('again');
      expect(third).toMatchObject({ id: message.id, kills: 0, twin: null });
      expect((await store.commit(deciding(third!))).kind).toBe('done');
      expect((await store.received.tally()).contradictions).toEqual([]);
    });

    test('a claim ends after five minutes, and the late worker has lost it', async () => {
      const message = await claimed();
      clock += 5 * 60_000 - 1;
      expect(await store.received.claim()).toBeNull();
      clock += 1;
      const second = await store.received.claim();
      expect(second?.id).toBe(message.id);
      expect(await store.commit(deciding(message))).toEqual({ kind: 'lost' });
      expect((await store.commit(deciding(second!))).kind).toBe('done');
      expect(await store.commit(deciding(second!))).toEqual({ kind: 'lost' });
    });
  });

  test('tells the trail of a message: bytes, place, its other arrivals, its events', async () => {
    const place = { mailbox: 'cltech', account: 'a', uidValidity: '18446744073709551615', uid: 7 };
    await store.mailboxes.begin(place, null);
    const given = acceptance({ messageId: '<t@example.jp>', partial: 'too large', place });
    await store.received.acceptAll([given]);
    const first = (await store.received.claim())!;
    await store.commit(deciding(first, { letters: [], events: [{ kind: 'k', actor: 'a', reason: 'r' }] }));
    const again = await store.received.accept(acceptance({ messageId: '<t@example.jp>' }));
    const twin = (await store.received.claim())!;
    await store.commit(
      deciding(twin, { ticket: { kind: 'none' }, received: { duplicateOf: first.id, outcome: 'duplicate' } }),
    );
    expect(await store.received.trail(first.id)).toMatchObject({
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      bytes: given.raw.length,
      partial: 'too large',
      kills: 0,
      place: { mailbox: 'cltech', uidValidity: '18446744073709551615', uid: 7, state: 'left' },
      duplicateOf: null,
      duplicates: [again],
      events: [{ kind: 'k', actor: 'a', reason: 'r' }],
    });
    expect(await store.received.trail(again)).toMatchObject({ place: null, duplicateOf: first.id });
    expect(await store.received.named('<t@example.jp>')).toEqual([first.id, again]);
    expect(await store.received.named('<u@example.jp>')).toEqual([]);
    expect(await store.received.trail(again + 1)).toBeNull();
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
      const id = await store.received.accept(acceptance());
      const message = (await store.received.claim(id))!;
      const document = fax === undefined ? {} : { fax: { pages: [{ ...page, text: fax }], strip: null } };
      const done = await store.commit(deciding(message, { received: { facts: facts(over), ...document } }));
      return done.kind === 'done' ? done.ref! : '';
    };
    const found = async (typed: string, more: object = {}) => {
      const hits = await store.tickets.search({ words: searchWords(typed), limit: 50, ...more });
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
      const id = (await store.tickets.byRef(first))!.id;
      expect(await found('印刷 給紙')).toEqual([]);
      const more = (await store.received.claim(await store.received.accept(acceptance())))!;
      await store.commit(
        deciding(more, { ticket: { kind: 'attach', id }, received: { facts: facts({ text: '給紙' }) } }),
      );
      expect(await found('印刷 給紙')).toEqual([first]);
      expect(await found('印刷')).toEqual([second, first]);
      expect(await found('印刷', { limit: 1 })).toEqual([second]);
      expect(await found('印刷', { state: 'closed' })).toEqual([]);
    });
  });

  describe('purge', () => {
    const before = '2026-11-25T00:00:00.000Z';
    const now = '2026-12-25T00:00:00.000Z';
    const all = { before, at: now, dryRun: false, stopping: () => false };
    const take = async (raw: string, over: Parameters<typeof deciding>[1] = {}, receivedAt = at) => {
      const id = await store.received.accept(acceptance({ raw: Buffer.from(raw), receivedAt }));
      const message = (await store.received.claim(id))!;
      const done = await store.commit(deciding(message, { letters: [], events: [], ...over }));
      return { id, ticketId: done.kind === 'done' ? done.ticketId : null };
    };
    const closed = { ticket: { kind: 'open', opening: opening({ state: 'closed' }) } } as const;
    const bytesOf = async (...ids: readonly number[]) =>
      Promise.all(ids.map(async (id) => (await store.received.raw(id))?.toString() ?? null));

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
      const waits = await store.received.accept(acceptance({ raw: Buffer.from('waits'), receivedAt: at }));
      const ids = [done, ignored, open, review, young, bad, answer].map(({ id }) => id);
      const kept = ['open', 'review', 'young', 'bad', 'answer'];
      expect(await store.purge({ ...all, dryRun: true })).toEqual({ messages: 2, letters: 0, bytes: 11 });
      expect(await bytesOf(done.id)).toEqual(['done']);
      expect(await store.purge(all)).toEqual({ messages: 2, letters: 0, bytes: 11 });
      expect(await bytesOf(...ids)).toEqual([null, null, ...kept]);
      expect(await bytesOf(waits)).toEqual(['waits']);
      expect(await store.purge(all)).toEqual({ messages: 0, letters: 0, bytes: 0 });
      expect((await store.received.tally()).contradictions).toEqual([]);
      expect(await store.received.get(done.id)).toMatchObject({
        outcome: 'ticket-opened',
        facts: { text: expect.stringContaining('本文') },
      });
      expect(await store.received.trail(done.id)).toMatchObject({ bytes: 0, purgedAt: now });
      expect(await store.purge({ ...all, before: now, stopping: () => true })).toMatchObject({ messages: 0 });
    });

    test('mail that comes again is known, kept until it is old itself, and read by nobody', async () => {
      const given = acceptance({ raw: Buffer.from('same'), receivedAt: at });
      const first = await store.received.accept(given);
      await store.commit(deciding((await store.received.claim(first))!, closed));
      await store.purge(all);
      const second = await store.received.accept({ ...given, receivedAt: '2026-12-01T00:00:00.000Z' });
      const claimed = (await store.received.claim(second))!;
      expect(claimed.twin).toMatchObject({ id: first });
      await store.commit(
        deciding(claimed, {
          ticket: { kind: 'none' },
          received: { outcome: 'duplicate', duplicateOf: first, facts: null },
        }),
      );
      expect(await bytesOf(second)).toEqual(['same']);
      await store.purge(all);
      expect(await bytesOf(second)).toEqual(['same']);
      await store.purge({ ...all, before: now });
      expect(await bytesOf(first, second)).toEqual([null, null]);
      expect((await store.received.tally()).contradictions).toEqual([]);
    });

    test('the same bytes twice in one go are kept once', async () => {
      const twice = [1, 2].map(() => acceptance({ raw: Buffer.from('twice') }));
      const ids = await store.received.acceptAll(twice);
      expect(await bytesOf(ids[0]!, ids[1]!)).toEqual(['twice', 'twice']);
    });

    test('bytes two messages share stay while one of them keeps them', async () => {
      const closedOne = await take('shared', closed);
      const openOne = await take('shared');
      expect(await store.purge(all)).toEqual({ messages: 1, letters: 0, bytes: 0 });
      expect(await bytesOf(openOne.id)).toEqual(['shared']);
      expect(await bytesOf(closedOne.id)).toEqual(['shared']);
      expect((await store.received.tally()).contradictions).toEqual([]);
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
      expect(await store.tickets.search({ words: ['給紙'], limit: 1 })).toHaveLength(1);
      const token = (await store.outbox.begin(1, {
        messageId: '<m@example.jp>',
        subject: '',
        bytes: Buffer.from('letter'),
        at,
      }))!;
      await store.outbox.settle(
        1,
        token,
        { kind: 'sent', at, reason: '250' },
        { ticket: null, letters: [], events: [] },
      );
      expect(await store.purge(all)).toEqual({
        messages: 1,
        letters: 1,
        bytes: 'faxpicturestripletter'.length,
      });
      expect(await store.received.pages(id)).toMatchObject([{ page: 1, outcome: 'text', text: '' }]);
      for (const number of [0, 1]) expect(await store.received.picture(id, number)).toBeNull();
      expect((await store.received.get(id))!.facts!.text).toBe('');
      expect(await store.tickets.search({ words: ['給紙'], limit: 1 })).toEqual([]);
      expect(await store.outbox.bytes(1)).toBeNull();
      expect(await store.outbox.get(1)).toMatchObject({ state: 'sent', messageId: '<m@example.jp>' });
      expect((await store.received.tally()).contradictions).toEqual([]);
    });

    test('more than one batch', async () => {
      await store.received.acceptAll(
        Array.from({ length: 230 }, (_, i) =>
          acceptance({ receivedAt: at, raw: Buffer.from(`m${i}`), ignored: { reason: 'before-since', at } }),
        ),
      );
      expect((await store.purge(all)).messages).toBe(230);
      expect((await store.received.tally()).contradictions).toEqual([]);
    });
  });

  describe('faxes', () => {
    test('wait in a lane of their own, and stay there when their worker dies', async () => {
      const fax = await claimed({ receivedAt: '2026-11-24T01:00:00Z' });
      const mail = await store.received.accept(acceptance());
      await store.received.defer(fax.id, 'another token', 'fax');
      expect(await store.received.claim('fax')).toBeNull();
      await store.received.defer(fax.id, fax.token, 'fax');
      expect((await store.received.claim())?.id).toBe(mail);
      expect(await store.received.claim()).toBeNull();
      const again = await store.received.claim('fax');
      expect(again).toMatchObject({ id: fax.id, lane: 'fax', kills: 0 });
      await store.received.release(fax.id, again!.token, true);
      expect(await store.received.claim()).toBeNull();
      expect(await store.received.claim(fax.id)).toMatchObject({ lane: 'fax', kills: 1 });
    });

    test('a lease is renewed by its holder alone', async () => {
      const fax = await claimed();
      clock += 4 * 60_000;
      expect(await store.received.renew(fax.id, fax.token)).toBe(true);
      expect(await store.received.renew(fax.id, 'another token')).toBe(false);
      clock += 4 * 60_000;
      expect(await store.received.claim(fax.id)).toBeNull();
      clock += 60_000;
      expect(await store.received.claim(fax.id)).not.toBeNull();
      expect(await store.received.renew(fax.id, fax.token)).toBe(false);
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
      expect(await store.received.pages(id)).toEqual([
        { page: 1, text: '本文です', confidence: 88, outcome: 'image', detail: '', turned: 180 },
        { page: 2, text: '', confidence: 0, outcome: 'malformed', detail: '', turned: 180 },
      ]);
      const pictures = [];
      for (const at of [0, 1, 2, 3]) pictures.push(await store.received.picture(id, at));
      expect(pictures).toEqual([strip, png, null, null]);
      expect(await store.received.picture(999, 0)).toBeNull();
      expect((await store.received.tally()).contradictions).toEqual([]);
    });
  });

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
      const detail = await store.tickets.detail(ref);
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
      expect(await store.tickets.byId(ticketId)).toEqual(detail?.ticket);
      expect(await store.tickets.byRef('R-20261124-9999')).toBeNull();
      expect(await store.tickets.detail('R-20261124-9999')).toBeNull();
      expect((await store.received.tally()).contradictions).toEqual([]);
    });

    test('a failing part leaves nothing behind, not even the identity', async () => {
      const message = await claimed();
      const bad = deciding(message, {
        letters: [letter()],
        earlier: [{ id: 999, outcome: 'held', reason: 'x' }],
      });
      await expect(store.commit(bad)).rejects.toThrow('message 999');
      expect(await store.outbox.list()).toEqual([]);
      expect(await store.tickets.list({})).toEqual([]);
      expect((await store.commit(deciding(message))).kind).toBe('done');
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
      expect(await store.commit(deciding(second))).toEqual({
        kind: 'twin',
        of: first.id,
        ticketId: first.ticketId,
      });
      expect((await store.received.get(second.id))?.outcome).toBeNull();
      const duplicate = deciding(second, {
        ticket: { kind: 'attach', id: first.ticketId },
        received: { outcome: 'duplicate', reason: 'same content', duplicateOf: first.id },
      });
      expect(await store.commit(duplicate)).toEqual({
        kind: 'done',
        ticketId: first.ticketId,
        ref: first.ref,
      });
      expect((await claimed({ contentKey: first.contentKey })).twin).toEqual({
        id: first.id,
        ticketId: first.ticketId,
      });
      expect((await store.received.tally()).outcomes).toEqual({ 'ticket-opened': 1, duplicate: 1 });
    });

    test('a change on an old version is refused whole', async () => {
      const { ticketId } = await decided();
      const message = await claimed();
      const change = (version: number) =>
        deciding(message, {
          ticket: { kind: 'change', change: { id: ticketId, version, state: 'closed', closedAt: at } },
          received: { outcome: 'ticket-continued' },
        });
      expect(await store.commit(change(7))).toEqual({ kind: 'stale' });
      expect((await store.commit(change(1))).kind).toBe('done');
      expect(await store.tickets.byId(ticketId)).toMatchObject({ state: 'closed', closedAt: at, version: 2 });
      expect(await store.change(at, { id: ticketId, version: 1, state: 'open' }, [], [], [])).toBe('stale');
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
      await store.commit(
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
      const detail = await store.tickets.detail(held.ref);
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
      const done = await store.change(
        at,
        { id: ticketId, version: 1, state: 'open', closedAt: null },
        [{ id, outcome: 'ticket-opened', reason: 'period renewed' }],
        [letter()],
        [{ kind: 'renewed', actor: 'import', reason: 'new period' }],
      );
      expect(done).toBe('done');
      const detail = await store.tickets.detail(ref);
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
      expect(await store.outbox.ofTicket(ticketId)).toMatchObject([
        { to: 'taro@example.jp', state: 'queued' },
      ]);
      const again = await decided({ letters: [letter({ onceKey: `acknowledgement:${ticketId}` })] });
      expect(await store.outbox.ofTicket(again.ticketId)).toEqual([]);
      const none = await claimed();
      await expect(
        store.commit(deciding(none, { ticket: { kind: 'none' }, letters: [letter()] })),
      ).rejects.toThrow('{ticket}');
    });

    test('lists tickets by state and number', async () => {
      const a = await decided();
      const b = await decided({
        ticket: { kind: 'open', opening: opening({ state: 'review', number: null }) },
      });
      const refs = async (filter: Parameters<Store['tickets']['list']>[0]) =>
        (await store.tickets.list(filter)).map(({ ref }) => ref);
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
      expect((await store.received.sameText('TARO@example.jp', 'digest', since))?.id).toBe(first.id);
      expect(
        await store.received.sameText('taro@example.jp', 'digest', '2026-11-24T01:02:03.001Z'),
      ).toBeNull();
      expect(await store.received.sameText('jiro@example.jp', 'digest', since)).toBeNull();
      expect((await store.received.encryptedFrom('taro@example.jp', since))?.id).toBe(zip.id);
      expect(await store.received.encryptedFrom('taro@example.jp', '2026-11-24T01:03:00Z')).toBeNull();
      const messageId = (await store.received.get(first.id))!.messageId!;
      const again = await claimed({ messageId, receivedAt: '2026-11-25T00:00:00Z' });
      expect((await store.received.byMessageIds([messageId, '<no@example.jp>'])).map(({ id }) => id)).toEqual(
        [first.id],
      );
      await store.commit(deciding(again));
      expect((await store.received.byMessageIds([messageId])).map(({ id }) => id)).toEqual([
        again.id,
        first.id,
      ]);
      expect(await store.received.byMessageIds([])).toEqual([]);
    });

    test('a permanent bounce closes the address, a temporary one does not; both stand on the ticket', async () => {
      const { ticketId, ref } = await decided({ letters: [letter()] });
      const [sent] = await store.outbox.ofTicket(ticketId);
      const bounce = (permanent: boolean): Partial<Decision> => ({
        ticket: { kind: 'none' },
        bounce: { outboxId: sent!.id, address: 'Taro@Example.jp', permanent },
      });
      const received = { outcome: 'bounce-recorded', reason: '5.1.1' } as const;
      await decided({ ...bounce(false), received });
      expect(await store.outbox.undeliverable(['taro@example.jp'])).toEqual([]);
      await decided({ ...bounce(true), received });
      await decided({ ...bounce(true), received });
      expect(await store.outbox.undeliverable(['TARO@example.jp', 'x@example.jp'])).toEqual([
        'TARO@example.jp',
      ]);
      const events = (await store.tickets.detail(ref))?.events.map(({ reason }) => reason);
      expect(events).toEqual(
        ['temporary', 'permanent', 'permanent'].map((word) => `Taro@Example.jp ${word}`),
      );
    });
  });

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
        store.change(
          at,
          { id: ticketId, version, category: 'trouble', assignee: '佐藤', firstAnswerMinutes: minutes },
          [],
          [],
          [],
        );
      expect(await change(1, 30)).toBe('done');
      expect(await change(2, 90)).toBe('done');
      expect(await store.tickets.byRef(ref)).toMatchObject({
        category: 'trouble',
        assignee: '佐藤',
        firstAnswerMinutes: 30,
      });
      const { events } = (await store.tickets.detail(ref))!;
      expect(events.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual(
        expect.arrayContaining(['category none → trouble', 'assignee none → 佐藤']),
      );
    });

    test('a held letter is kept, never due, and can still be cancelled', async () => {
      const id = await queued(told({ held: 'another answer waits', notBefore: null }));
      expect(await store.outbox.get(id)).toMatchObject({
        state: 'held',
        reason: 'another answer waits',
        data: { to: ['a@example.jp'], settings: { k: 'v' } },
      });
      expect(await store.outbox.due(at, 9)).toEqual([]);
      const message = await claimed();
      const stops = [{ id, state: 'cancelled', reason: 'taken back', must: true }] as const;
      expect(await store.commit({ ...ignoring(message), stops })).toMatchObject({ kind: 'done' });
      expect(await store.outbox.get(id)).toMatchObject({ state: 'cancelled', reason: 'taken back' });
      const other = await queued(told({ onceKey: 'answer:2', held: 'x' }));
      const giveUp = { kind: 'cancelled', at, reason: 'given up' } as const;
      expect(await store.outbox.putAside(other, { ...giveUp, kind: 'failed' }, nothing)).toBe(false);
      expect(await store.outbox.putAside(other, giveUp, nothing)).toBe(true);
      expect(await store.outbox.putAside(other, giveUp, nothing)).toBe(false);
    });

    test('a decision that rests on stopping a letter writes nothing when the letter is leaving', async () => {
      const id = await queued(told());
      await store.outbox.begin(id, attempt());
      const message = await claimed();
      const stop = { id, state: 'held', reason: 'the customer wrote', must: true } as const;
      expect(await store.commit(deciding(message, { stops: [stop] }))).toEqual({ kind: 'stale' });
      expect(await store.received.get(message.id)).toMatchObject({ outcome: null });
      expect(await store.commit(deciding(message, { stops: [{ ...stop, must: false }] }))).toMatchObject({
        kind: 'done',
      });
      expect(await store.outbox.get(id)).toMatchObject({ state: 'sending' });
    });

    test('a merged ticket hands its messages over, and the ledger is sound', async () => {
      const one = await decided();
      const two = await decided();
      const message = await claimed();
      const merged = deciding(message, {
        ticket: { kind: 'change', change: { id: two.ticketId, version: 1 } },
        other: { id: one.ticketId, version: 1, state: 'closed', closedAt: at, mergedInto: two.ticketId },
      });
      expect(await store.commit(merged)).toMatchObject({ kind: 'done', ref: two.ref });
      expect(await store.tickets.byRef(one.ref)).toMatchObject({ mergedInto: two.ticketId, state: 'closed' });
      expect((await store.received.ofTicket(two.ticketId)).map(({ id }) => id)).toEqual(
        expect.arrayContaining([one.id, two.id, message.id]),
      );
      expect((await store.received.tally()).contradictions).toEqual([]);
      const late = await claimed();
      const again = { ...merged, received: { ...merged.received, id: late.id, token: late.token } };
      expect(await store.commit(again)).toEqual({ kind: 'stale' });
    });

    test('a blocked address is found whatever its case, with the first reason', async () => {
      const message = await claimed();
      const block = (reason: string) => ({ block: { address: 'Spam@Example.jp', reason } });
      await store.commit({ ...ignoring(message), ...block('advertising') });
      await store.commit({ ...ignoring(await claimed()), ...block('again') });
      expect(await store.blocked('spam@example.JP')).toBe('advertising');
      expect(await store.blocked('taro@example.jp')).toBeNull();
      expect(await store.blocks()).toEqual([{ address: 'Spam@Example.jp', reason: 'advertising', at }]);
      expect(await store.unblock('SPAM@example.jp')).toBe(true);
      expect(await store.unblock('SPAM@example.jp')).toBe(false);
      expect(await store.blocked('spam@example.jp')).toBeNull();
    });
  });

  describe('outbox', () => {
    test('what is due comes by its time, letters without a known time last', async () => {
      const unknown = await queued({ notBefore: null });
      const second = await queued({ notBefore: '2026-11-24T09:00:00+09:00' });
      const first = await queued({ notBefore: '2026-11-23T23:59:59.999Z' });
      await queued({ notBefore: '2026-11-24T00:00:00.001Z' });
      const due = async (limit: number) =>
        (await store.outbox.due('2026-11-24T00:00:00Z', limit)).map(({ id }) => id);
      expect(await due(10)).toEqual([first, second, unknown]);
      expect(await due(2)).toEqual([first, second]);
    });

    test('an attempt is on record with its bytes before the network is touched, and once', async () => {
      const id = await queued();
      const token = await store.outbox.begin(id, attempt());
      expect(await store.outbox.begin(id, attempt())).toBeNull();
      expect(await store.outbox.get(id)).toMatchObject({
        state: 'sending',
        attempts: 1,
        messageId: '<1@example.jp>',
        subject: '件名',
        sentAt: null,
      });
      expect(await store.outbox.bytes(id)).toEqual(Buffer.from([0, 255, 1]));
      expect(await store.outbox.bodyBegins(id, 'other')).toBe(false);
      expect(await store.outbox.bodyBegins(id, token!)).toBe(true);
      expect(await store.outbox.settle(id, 'other', { kind: 'sent', at, reason: '250' }, nothing)).toBe(
        false,
      );
      expect(await store.outbox.settle(id, token!, { kind: 'sent', at, reason: '250' }, nothing)).toBe(true);
      expect(await store.outbox.settle(id, token!, { kind: 'sent', at, reason: '250' }, nothing)).toBe(false);
      expect(await store.outbox.get(id)).toMatchObject({ state: 'sent', sentAt: at, reason: '250' });
      expect(await store.outbox.putAside(id, { kind: 'cancelled', at, reason: 'late' }, nothing)).toBe(false);
      expect(await store.outbox.get(99_999)).toBeNull();
      expect(await store.outbox.bytes(99_999)).toBeNull();
    });

    test('later puts it back with its time, and the next attempt counts on', async () => {
      const id = await queued();
      const token = await store.outbox.begin(id, attempt());
      await store.outbox.settle(
        id,
        token!,
        { kind: 'later', at, notBefore: '2026-11-24T06:00:00Z', reason: '451' },
        nothing,
      );
      expect(await store.outbox.get(id)).toMatchObject({
        state: 'queued',
        notBefore: '2026-11-24T06:00:00.000Z',
        reason: '451',
      });
      expect(await store.outbox.begin(id, attempt(2))).not.toBeNull();
      expect(await store.outbox.get(id)).toMatchObject({ attempts: 2, messageId: '<2@example.jp>' });
      expect(await store.outbox.bytes(id)).toEqual(Buffer.from([0, 255, 2]));
    });

    test('a settlement brings its ticket change, letters and events with it', async () => {
      const { ticketId, ref } = await decided({ letters: [letter()] });
      const id = (await store.outbox.ofTicket(ticketId))[0]!.id;
      const token = await store.outbox.begin(id, attempt());
      const aftermath = {
        ticket: { id: ticketId, version: 1, state: 'review' as const },
        letters: [letter({ kind: 'notification', onceKey: 'failed:{ticket}' })],
        events: [{ kind: 'failed', actor: 'system', reason: '550' }],
      };
      await store.outbox.settle(id, token!, { kind: 'failed', at, reason: '550' }, aftermath);
      const detail = await store.tickets.detail(ref);
      expect(detail?.ticket).toMatchObject({ state: 'review', version: 2 });
      expect(detail?.letters).toMatchObject([
        { state: 'failed' },
        { kind: 'notification', onceKey: `failed:${ticketId}` },
      ]);
      expect(detail?.events.map(({ kind }) => kind)).toEqual(['failed', 'state']);
    });

    test('a settlement stands though the ticket changed meanwhile; the change is left out and said', async () => {
      const { ticketId, ref } = await decided({ letters: [letter()] });
      const id = (await store.outbox.ofTicket(ticketId))[0]!.id;
      const token = await store.outbox.begin(id, attempt());
      await store.change(at, { id: ticketId, version: 1, state: 'review' }, [], [], []);
      const change = { id: ticketId, version: 1, state: 'answered' as const };
      await store.outbox.settle(
        id,
        token!,
        { kind: 'sent', at, reason: '250' },
        { ...nothing, ticket: change },
      );
      const detail = await store.tickets.detail(ref);
      expect(detail?.ticket.state).toBe('review');
      expect(detail?.letters[0]?.state).toBe('sent');
      expect(detail?.events.at(-1)?.kind).toBe('not-changed');
    });

    test('a letter nobody tried can be put aside', async () => {
      const id = await queued();
      const event = { kind: 'cancelled', actor: 'hana', reason: 'answered by phone' };
      expect(
        await store.outbox.putAside(
          id,
          { kind: 'cancelled', at, reason: 'answered' },
          { ...nothing, events: [event] },
        ),
      ).toBe(true);
      expect(await store.outbox.get(id)).toMatchObject({ state: 'cancelled', reason: 'answered' });
      expect(await store.outbox.begin(id, attempt())).toBeNull();
    });

    test('letters of a sender that ran out of time: queued again, or uncertain once the body was begun', async () => {
      const [one, two] = [await queued(), await queued()];
      const tokenOne = await store.outbox.begin(one, attempt(1));
      const tokenTwo = await store.outbox.begin(two, attempt(2));
      clock += 60_000;
      await store.outbox.bodyBegins(two, tokenTwo!);
      expect(await store.outbox.recover(at, () => [])).toEqual([]);
      clock += 2 * 60_000;
      expect(await store.outbox.recover(at, () => [])).toMatchObject([{ id: one, state: 'queued' }]);
      clock += 60_000;
      expect(await store.outbox.recover(at, () => [])).toMatchObject([{ id: two, state: 'uncertain' }]);
      expect(await store.outbox.recover(at, () => [])).toEqual([]);
      expect(await store.outbox.bodyBegins(one, tokenOne!)).toBe(false);
      expect(await store.outbox.settle(two, tokenTwo!, { kind: 'sent', at, reason: '' }, nothing)).toBe(
        false,
      );
      const { ticketId } = (await store.outbox.get(two))!;
      const ticket = await store.tickets.byId(ticketId!);
      expect((await store.tickets.detail(ticket!.ref))?.events.at(-1)?.reason).toContain(
        'sending → uncertain',
      );
    });

    test('counts automatic letters to an address, and what left, without staff mail', async () => {
      const send = async (kind: 'acknowledgement' | 'answer' | 'notification', sentAt: string, n: number) => {
        const id = await queued({ kind, onceKey: `${n}` });
        const token = await store.outbox.begin(id, attempt(n));
        await store.outbox.settle(id, token!, { kind: 'sent', at: sentAt, reason: '' }, nothing);
      };
      await send('acknowledgement', '2026-11-24T01:00:00Z', 1);
      await send('acknowledgement', '2026-11-23T23:00:00Z', 2);
      await send('answer', '2026-11-24T01:00:00Z', 3);
      await send('notification', '2026-11-24T01:00:00Z', 4);
      await queued({ onceKey: '5' });
      await store.outbox.begin(await queued({ onceKey: '6' }), attempt(6));
      await queued({ onceKey: '7', kind: 'answer' });
      await queued({ onceKey: '9', to: 'hana@example.jp' });
      const since = { hour: '2026-11-24T01:00:00Z', day: '2026-11-23T12:00:00Z' };
      expect(await store.outbox.countTo('TARO@example.jp', since)).toEqual({ queued: 2, hour: 1, day: 2 });
      expect(await store.outbox.sentSince('2026-11-24T01:00:00Z')).toBe(2);
    });
  });

  test('counts first letters to strangers by domain and in all, and letters that bounced', async () => {
    const first = async (n: number, to: string, at: string, kind: NewLetter['kind'] = 'neutral') => {
      await store.outbox.add(at, [letter({ kind, to, onceKey: `first:${n}`, notBefore: null })]);
      return (await store.outbox.list()).at(-1)!.id;
    };
    await first(1, 'a@Guess.example.com', '2026-11-24T01:30:00Z');
    await first(2, 'b@guess.example.com', '2026-11-24T00:10:00Z', 'request-number');
    await first(3, 'c@sub.guess.example.com', '2026-11-24T01:30:00Z');
    await first(4, 'd@guess.example.com', '2026-11-22T01:30:00Z');
    await first(5, 'e@guess.example.com', '2026-11-24T01:30:00Z', 'acknowledgement');
    const gone = await first(6, 'f@guess.example.com', '2026-11-24T01:30:00Z');
    const cancelled = { kind: 'cancelled', at: '2026-11-24T01:31:00Z', reason: '' } as const;
    await store.outbox.putAside(gone, cancelled, nothing);
    const since = { hour: '2026-11-24T01:00:00Z', day: '2026-11-23T02:00:00Z' };
    expect(await store.outbox.countStrangers('guess.example.com', since)).toEqual({
      domain: { hour: 1, day: 2 },
      all: { hour: 2, day: 3 },
    });
    expect(await store.outbox.bouncedSince('2026-11-24T01:00:00Z', 5)).toBe(0);
    for (let count = 0; count < 3; count += 1) {
      const message = await claimed();
      const bounce = { outboxId: gone, address: 'f@guess.example.com', permanent: false };
      await store.commit({ ...ignoring(message), at: '2026-11-24T02:00:00.000Z', bounce });
    }
    // Several reports of one letter are one letter.
    expect(await store.outbox.bouncedSince('2026-11-24T01:00:00Z', 5)).toBe(1);
    expect(await store.outbox.bouncedSince('2026-11-24T03:00:00Z', 5)).toBe(0);
  });

  describe('registry', () => {
    const contract = (number: string, over: Partial<Contract> = {}): Contract => ({
      number: number as SupportNumber,
      customer: '架空商事株式会社',
      product: 'ChatLuck',
      purchasedOn: '2025-03-20',
      status: 'active',
      customised: true,
      periods: [
        { startsOn: '2025-04-01', endsOn: '2026-03-31' },
        { startsOn: '2026-04-01', endsOn: '2027-03-31' },
      ],
      contacts: [
        {
          company: '',
          department: '総務',
          name: '太郎',
          email: 'taro@example.jp',
          fax: '0300000000',
          phone: '',
        },
        { company: '', department: '', name: '', email: '@example.com', fax: '', phone: '' },
      ],
      ...over,
    });

    test('reads back what was imported; replaces named numbers and leaves others alone', async () => {
      await store.contracts.replace([contract('CL-2'), contract('CL-1')], at);
      const changed = contract('CL-2', { status: 'cancelled', customised: false, periods: [], contacts: [] });
      await store.contracts.replace([changed], at);
      expect(await store.contracts.find('CL-1')).toEqual(contract('CL-1'));
      expect(await store.contracts.find('CL-2')).toEqual(changed);
      expect(await store.contracts.find('CL-3')).toBeNull();
      expect(await store.contracts.count()).toBe(2);
    });

    test('finds contracts by address or by whole domain, and by nothing shorter', async () => {
      await store.contracts.replace([contract('CL-1'), contract('CL-2', { contacts: [] })], at);
      const on = async (address: string) =>
        (await store.contracts.registeredOn(address)).map(({ number }) => number);
      expect(await on('Taro@Example.jp')).toEqual(['CL-1']);
      expect(await on('anybody@example.com')).toEqual(['CL-1']);
      expect(await on('anybody@sub.example.com')).toEqual([]);
      expect(await on('jiro@example.jp')).toEqual([]);
      expect(await on('@example.com')).toEqual([]);
      expect(await on('')).toEqual([]);
    });

    test('finds contracts by the fax number of a contact, and knows every number', async () => {
      await store.contracts.replace([contract('CL-1'), contract('CL-2', { contacts: [] })], at);
      const on = async (fax: string) =>
        (await store.contracts.registeredFax(fax)).map(({ number }) => number);
      expect(await on('0300000000')).toEqual(['CL-1']);
      expect(await on('030000000')).toEqual([]);
      // A contact without a fax number is not reached by a caller who hides his.
      expect(await on('')).toEqual([]);
      expect(await store.contracts.numbers()).toEqual(new Set(['CL-1', 'CL-2']));
    });

    test('two imports of the same numbers at once leave one of them whole', async () => {
      await using other = await openStore({ database });
      const numbers = Array.from({ length: 700 }, (_, n) => `CL-${n}`);
      await Promise.all([
        store.contracts.replace(
          numbers.map((number) => contract(number)),
          at,
        ),
        other.contracts.replace(
          numbers.toReversed().map((number) => contract(number)),
          at,
        ),
      ]);
      expect(await store.contracts.count()).toBe(700);
      expect(await store.contracts.find('CL-699')).toEqual(contract('CL-699'));
    });
  });

  describe('audit', () => {
    test('counts what is accepted, queued and decided', async () => {
      await decided();
      await store.received.accept(acceptance());
      await store.commit(ignoring(await claimed()));
      expect(await store.received.tally()).toEqual({
        accepted: 3,
        queued: 1,
        outcomes: { 'ticket-opened': 1, ignored: 1 },
        contradictions: [],
      });
    });

    test.each<[string, (q: never, id: number) => string[]]>([
      ['belongs to ticket 777', (_, id) => [`update received set ticket_id = 777 where id = ${id}`]],
      ['was decided but has no outcome', (_, id) => [`update received set outcome = null where id = ${id}`]],
      ['but no ticket', (_, id) => [`update received set ticket_id = null where id = ${id}`]],
      ['has no message', (_, id) => [`update received set ticket_id = null where id = ${id}`]],
      ['without a reason', (_, id) => [`update received set reason = null where id = ${id}`]],
      ['is held for its number', (_, id) => [`update received set outcome = 'held' where id = ${id}`]],
      [
        'is a duplicate of nothing',
        (_, id) => [`update received set outcome = 'duplicate' where id = ${id}`],
      ],
      ['is a duplicate of 777', (_, id) => [`update received set duplicate_of = 777 where id = ${id}`]],
      ['without holding its identity', () => ['delete from content_keys']],
      ['are missing', () => ['delete from blobs']],
      ['do not match their digest', () => ["update blobs set digest = 'g' || substr(digest, 2)"]],
      ['was sent without', () => ["update outbox set state = 'sent'"]],
      [
        '2 letters were sent under',
        () => ["update outbox set state = 'sent', message_id = '<1>', sent_at = created_at"],
      ],
      ['points to a ticket', () => ['update outbox set ticket_id = 777']],
      ['is failed without a reason', () => ["update outbox set state = 'failed'"]],
      ['is being sent by nobody', () => ["update outbox set state = 'sending'"]],
    ])('says when something %s', async (sentence, spoil) => {
      const { id } = await decided({ letters: [letter(), letter({ onceKey: 'second:{ticket}' })] });
      await sql(async (q) => {
        // A damaged file or a hand at the tables is what the audit is for, so the guards are switched off.
        if (dialect === 'sqlite') await q.raw('pragma foreign_keys = off');
        await q.transaction(async (trx) => {
          if (dialect === 'postgres') await trx.raw('set local session_replication_role = replica');
          for (const statement of spoil(undefined as never, id)) await trx.raw(statement);
        });
      });
      const { contradictions } = await store.received.tally();
      expect(contradictions.join('\n')).toContain(sentence);
    });
  });

  describe('several workers', () => {
    test('two processes claim and decide 300 messages: each exactly once', async () => {
      for (let n = 0; n < 300; n++) await store.received.accept(acceptance());
      const lines = await Promise.all([child('all'), child('all')]);
      const ids = lines.flatMap(({ line }) => JSON.parse(line) as number[]);
      expect(ids).toHaveLength(300);
      expect(new Set(ids).size).toBe(300);
      expect((await store.received.tally()).outcomes).toEqual({ ignored: 300 });
    });

    test('two handles claim 500 messages: each exactly once', async () => {
      for (let n = 0; n < 500; n++) await store.received.accept(acceptance());
      await using other = await openStore({ database, leaseClock: () => clock });
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
      const ids = (await Promise.all([drain(store), drain(store), drain(other), drain(other)])).flat();
      expect(ids.toSorted((a, b) => a - b)).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
      expect(ids).toHaveLength(500);
    });

    test('of two messages with one identity decided at once, one wins', async () => {
      await using other = await openStore({ database, leaseClock: () => clock });
      for (let round = 0; round < 10; round++) {
        const contentKey = `race ${round}`;
        const [a, b] = [await claimed({ contentKey }), await claimed({ contentKey })];
        const kinds = (await Promise.all([store.commit(deciding(a)), other.commit(deciding(b))])).map(
          ({ kind }) => kind,
        );
        expect(kinds.toSorted()).toEqual(['done', 'twin']);
      }
      expect(await store.tickets.list({})).toHaveLength(10);
    });

    test('of two changes to one version, one wins; of two attempts at one letter, one begins', async () => {
      await using other = await openStore({ database, leaseClock: () => clock });
      for (let round = 0; round < 10; round++) {
        const { ticketId } = await decided({ letters: [letter()] });
        const change = { id: ticketId, version: 1, state: 'review' as const };
        const results = await Promise.all([store, other].map((one) => one.change(at, change, [], [], [])));
        expect(results.toSorted()).toEqual(['done', 'stale']);
        const [item] = await store.outbox.ofTicket(ticketId);
        const tokens = await Promise.all(
          [store, other].map((one) => one.outbox.begin(item!.id, attempt(round))),
        );
        expect(tokens.filter((token) => token !== null)).toHaveLength(1);
      }
    });

    test('references stay unique when tickets open at once', async () => {
      await using other = await openStore({ database, leaseClock: () => clock });
      const messages = [];
      for (let n = 0; n < 40; n++) messages.push(await claimed());
      const opened = await Promise.all(
        messages.map((message, n) => (n % 2 ? store : other).commit(deciding(message))),
      );
      const refs = opened.map((one) => (one.kind === 'done' ? one.ref : one.kind)).toSorted();
      expect(refs).toEqual(
        Array.from({ length: 40 }, (_, n) => `R-20261124-${String(n + 1).padStart(4, '0')}`),
      );
    });

    test('a message held by a killed process is taken over at once, one held by a living process is not', async () => {
      const id = await store.received.accept(acceptance());
      clock = Date.now();
      const holder = await child('hold');
      expect(await store.received.claim()).toBeNull();
      await killed(holder.process);
      expect((await store.received.claim())?.id).toBe(id);
    });

    test.each([
      ['begin', 'queued'],
      ['body', 'uncertain'],
    ])('a letter whose sender was killed at %s is %s at once', async (mode, state) => {
      const id = await queued();
      clock = Date.now();
      const holder = await child(mode);
      expect(await store.outbox.recover(at, () => [])).toEqual([]);
      await killed(holder.process);
      expect(await store.outbox.recover(at, () => [])).toMatchObject([{ id, state }]);
    });
  });

  test('50,000 queued rows are claimed and looked through without a scan', async () => {
    const many = 50_000;
    await sql((q) =>
      q.raw(
        dialect === 'sqlite'
          ? `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${many})
             insert into outbox (kind, to_address, to_id, once_key, once_key_id, not_before, data, state, attempts, created_at, body_begun)
             select 'answer', 'a', 'a', 'k' || i, 'k' || i, '2027-01-01T00:00:00.000Z', '{}', 'queued', 0, '', 0 from n`
          : `insert into outbox (kind, to_address, to_id, once_key, once_key_id, not_before, data, state, attempts, created_at, body_begun)
             select 'answer', 'a', 'a', 'k' || i, 'k' || i, '2027-01-01T00:00:00.000Z', '{}', 'queued', 0, '', 0 from generate_series(1, ${many}) i`,
      ),
    );
    await store.received.accept(acceptance());
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
    expect(await took(() => store.outbox.due(at, 50))).toBeLessThan(30);
    expect(await took(() => store.received.claim())).toBeLessThan(60);
  });
});
