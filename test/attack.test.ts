/** The desk under attack: machines that answer one another, numbers guessed by the thousand, returned mail by the thousand (spec 3.6, 5.2, threats 2, 8, 30). */
import { afterEach, describe, expect, it } from 'vitest';
import { strangersMax } from '../src/reply/withhold.ts';
import { type MailText, mail, opened, startTrial, type Trial, type TrialOptions } from './trial.ts';

const suzuki = 'suzuki@example.jp';
const staff = 'staff: [{ name: 鈴木, address: suzuki@example.jp }]\n';

const running: Trial[] = [];
async function start(over: Partial<TrialOptions> = {}): Promise<Trial> {
  const trial = await startTrial({ now: '2026-11-20T10:00:00', yaml: staff, ...over });
  running.push(trial);
  return trial;
}
afterEach(async () => {
  for (const trial of running.splice(0)) {
    expect(trial.journal.filter((one) => /pass-failed|message-failed/.test(one.event))).toEqual([]);
    await trial[Symbol.asyncDispose]();
  }
});

const file = { kind: 'file', name: 'x.eml', returnPath: null, recipients: [] } as const;
/** Several at once, as if they had come in one poll; then all that follows. */
async function pour(trial: Trial, mails: readonly MailText[]): Promise<void> {
  for (const one of mails) await trial.daemon.desk.accept(mail(one), file, trial.now(), false);
  await trial.daemon.settle();
}
const staffMail = async (trial: Trial) =>
  (await trial.daemon.desk.store.outbox.list()).filter((one) => one.to === suzuki);
const alarms = async (trial: Trial) =>
  (await staffMail(trial)).filter((one) => one.data['event'] === 'alarm');

describe('numbers guessed by the thousand (spec 3.6, threat 30)', () => {
  const number = (count: number) => `CL-${String(1234 + (count % 7000)).padStart(4, '0')}-5678`;
  const guess = (count: number, from: string): MailText => ({
    from,
    subject: `質問 ${count}`,
    text: `${number(count)}\n\n質問 ${count} です。`,
  });

  it('by one sender: five letters, then silence and one alarm', async () => {
    const trial = await start();
    const guesses = (from: number) =>
      Array.from({ length: 500 }, (_one, count) => guess(from + count, 'mallory@guess.example.com'));
    await pour(trial, guesses(0));
    await pour(trial, guesses(500));
    expect(await trial.letters()).toHaveLength(5);
    const [alarm, ...others] = await alarms(trial);
    expect(others).toEqual([]);
    // Staff are told of the five, and once of the rest.
    expect(await staffMail(trial)).toHaveLength(6);
    const tally = await trial.daemon.desk.store.received.tally();
    expect(tally).toMatchObject({ accepted: 1_000, queued: 0, contradictions: [] });
    expect(Object.keys(tally.outcomes).sort()).toEqual(['held', 'ticket-opened']);
    await trial.goTo('2026-11-20T10:01:00');
    const bytes = await trial.daemon.desk.store.outbox.bytes(alarm!.id);
    const told = await opened(bytes!);
    expect(told.subject).toContain('【自動返信停止】');
    expect(told.text.replace(/\s/g, '')).toContain('自動返信が上限(同じ宛先へ1時間に5通)に達しました');
    // The next hour has an alarm of its own, when it goes on.
    await trial.goTo('2026-11-20T11:30:00');
    await pour(trial, guesses(1_000).slice(0, 20));
    expect(await alarms(trial)).toHaveLength(2);
  }, 300_000);

  it('by one domain, each from another address', async () => {
    const trial = await start();
    const cap = strangersMax.domain.hour;
    const guesses = Array.from({ length: cap + 50 }, (_one, count) =>
      guess(count, `user${count}@guess.example.com`),
    );
    await pour(trial, guesses);
    const { length } = await trial.letters();
    expect(length).toBe(cap);
    expect(await alarms(trial)).toHaveLength(1);
    expect(await staffMail(trial)).toHaveLength(length + 1);
    // A customer of that domain, and strangers elsewhere, are served as before.
    await pour(trial, [guess(0, 'sato@sample.example.jp'), guess(1, 'eve@other.example.net')]);
    expect((await trial.letters()).slice(length).map(({ to, kind }) => [to, kind])).toEqual([
      ['sato@sample.example.jp', 'acknowledgement'],
      ['eve@other.example.net', 'neutral'],
    ]);
  }, 300_000);

  it('one letter at one pace, whatever the registry says', async () => {
    const trial = await start({ now: '2026-11-20T17:40:00' });
    const numbers = {
      valid: 'CL-1234-5678',
      unknown: 'CL-9999-0001',
      expired: 'CL-3456-7890',
      cancelled: 'CL-4567-8901',
      'not-started': 'CL-5678-9012',
      ambiguous: 'CL-1234-5678\nCL-2345-6789',
    };
    const words = Object.values(numbers);
    await pour(
      trial,
      words.map((text, at) => ({
        from: `user${at}@guess.example.com`,
        subject: 'x',
        text: `${text}\n\n質問です。`,
      })),
    );
    const queued = await trial.letters();
    expect(queued.map(({ kind }) => kind)).toEqual(words.map(() => 'neutral'));
    expect(new Set(queued.map(({ notBefore }) => notBefore)).size).toBe(1);
    expect(new Set(queued.map(({ createdAt }) => createdAt)).size).toBe(1);
    await trial.goTo('2026-11-24T09:00:00');
    const sent = trial.arrivals.filter(({ to }) => to.endsWith('@guess.example.com'));
    expect(sent).toHaveLength(words.length);
    expect(new Set(sent.map(({ at }) => at)).size).toBe(1);
    const bare = ({ raw, to }: (typeof sent)[number]) =>
      raw
        .toString('latin1')
        .replaceAll(to, 'TO')
        .replace(/R-\d{8}-\d{4}/g, 'REF')
        .replace(/^Subject: (?:.*\r\n(?: .*\r\n)*)/m, '')
        .replace(/^(Message-ID|In-Reply-To|References): <[^>]*>\r\n/gim, '$1\r\n')
        .replace(/[A-Za-z0-9+/=\r\n]{200,}$/s, (body) =>
          Buffer.from(body, 'base64')
            .toString('utf8')
            .replace(/R-\d{8}-\d{4}/g, 'REF'),
        );
    expect(new Set(sent.map(bare)).size).toBe(1);
    // The reference is all that differs in the subject.
    const subjects = await Promise.all(sent.map(async ({ raw }) => (await opened(raw)).subject));
    expect(new Set(subjects.map((one) => one.replace(/R-\d{8}-\d{4}/, 'REF'))).size).toBe(1);
    // And what follows later is the same: no reminder tells one from another.
    await trial.goTo('2026-12-10T09:00:00');
    expect(trial.arrivals.filter(({ to }) => to.endsWith('@guess.example.com'))).toHaveLength(words.length);
  });
});

describe('returned mail by the thousand (threat 8)', () => {
  const bounce = (count: number): MailText => ({
    from: 'MAILER-DAEMON@mx.victim.example.com',
    subject: 'Undelivered Mail Returned to Sender',
    text: `<user${count}@victim.example.com>: 550 5.1.1 User unknown`,
    headers: ['Return-Path: <>'],
  });

  it('is one word to staff, and no customer waits behind it', async () => {
    const trial = await start();
    const { desk } = trial.daemon;
    const storm = 300;
    for (let count = 0; count < storm; count += 1)
      await desk.accept(mail(bounce(count)), { ...file, returnPath: '' }, trial.now(), false);
    await pour(trial, [{}]);
    const events = trial.journal.filter((one) => /^message-(?:received|decided)$/.test(one.event));
    const arrived = events.findLastIndex((one) => one.event === 'message-received');
    const served = events.findIndex((one) => one.fields['outcome'] === 'ticket-opened');
    expect(events.filter((one) => one.event === 'message-decided')).toHaveLength(storm + 1);
    // Some of the storm wait still when it comes, and it overtakes them.
    expect(events.length - served).toBeGreaterThan(10);
    expect(served - arrived).toBeGreaterThan(0);
    expect(served - arrived).toBeLessThan(35);
    expect((await staffMail(trial)).filter((one) => one.data['event'] === 'bounce')).toHaveLength(1);
    expect(await trial.letters()).toHaveLength(1);
  });
});

describe('two copies that answer one another (threat 2)', () => {
  const here = 'cltech@example.jp';
  const there = 'help@other.example.net';

  /** What tells of a machine is lost on the way, the null return path as well; of the thread as told. */
  function stripped(raw: Buffer, keepsThread: boolean): Buffer {
    const text = raw.toString('latin1');
    const gap = text.indexOf('\r\n\r\n');
    const lost = `Auto-Submitted|X-Auto-Response-Suppress${keepsThread ? '' : '|In-Reply-To|References|Message-ID'}`;
    const head = text
      .slice(0, gap + 2)
      .replace(new RegExp(`^(?:${lost}):.*\\r\\n(?:[ \\t].*\\r\\n)*`, 'gim'), '');
    expect(head).not.toMatch(/auto-/i);
    return Buffer.from(head + text.slice(gap + 2), 'latin1');
  }

  it.each([
    ['the thread is kept', true, (text: string) => text],
    ['the thread is lost as well', false, (text: string) => text],
    [
      'letters of their own that do not say who wrote them',
      false,
      (text: string) => text.replace(/本メールは自動送信です。[\s\S]*?お願いいたします。/, ''),
    ],
  ])(
    'for an hour: %s',
    async (_what, keepsThread, worded) => {
      const desks: Record<string, Trial> = {
        [here]: await start(),
        [there]: await start({ address: there, yaml: '' }),
      };
      const inquiry = { from: there, subject: '質問', text: 'お世話になっております。質問です。' };
      // Their references differ, so that neither takes the other's for its own.
      for (const from of ['a@n1.example.jp', 'b@n2.example.jp'])
        await desks[there]!.send(mail({ from, to: there }), from, there);
      await desks[here]!.send(mail(inquiry), there, here);
      const carried: Record<string, number> = { [here]: 0, [there]: 0 };
      const letters = (from: string, to: string) => desks[from]!.arrivals.filter((one) => one.to === to);
      for (let minute = 1; minute <= 60; minute += 1) {
        for (const [from, to] of [
          [here, there],
          [there, here],
        ] as const) {
          const time = new Date(Date.parse('2026-11-20T01:00:00Z') + minute * 60_000);
          await desks[from]!.goTo(time);
          await desks[to]!.goTo(time);
          for (const { raw } of letters(from, to).slice(carried[from])) {
            carried[from]! += 1;
            const parts = await opened(raw);
            const sent = worded(parts.text);
            expect(sent).not.toBe('');
            const arrives =
              sent === parts.text
                ? stripped(raw, keepsThread)
                : mail({ from, to, subject: parts.subject, text: sent });
            await desks[to]!.send(arrives, from, to);
          }
        }
      }
      expect(letters(here, there).length).toBeGreaterThan(0);
      expect(letters(here, there).length + letters(there, here).length).toBeLessThanOrEqual(2);
    },
    300_000,
  );
});
