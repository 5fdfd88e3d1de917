/** The road of a customer's mail, whole: SMTP in, ticket, acknowledgement at a real sink, with a clock the test moves. */
import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../src/desk/audit.ts';
import { mail, opened, startTrial, type Trial, type TrialOptions } from './trial.ts';

let trial: Trial;
const start = async (options: TrialOptions) => {
  trial = await startTrial(options);
};
afterEach(async () => {
  expect((await audit(trial.daemon.desk)).contradictions).toEqual([]);
  expect((await audit(trial.daemon.desk)).balanced).toBe(true);
  expect(trial.journal.filter((one) => /failed/.test(one.event)).map((one) => one.fields)).toEqual([]);
  await trial[Symbol.asyncDispose]();
});
const times = () => trial.arrivals.map((one) => one.at);

describe('a mail by SMTP becomes a ticket and the acknowledgement reaches the sink', () => {
  it('in reception hours, at once', async () => {
    await start({ now: '2026-11-20T10:00:00' });
    const message = await trial.send(mail({ subject: 'ログインできません' }));
    expect(message).toMatchObject({ outcome: 'ticket-opened', reason: 'valid' });
    const ticket = await trial.ticketOf(message);
    expect(ticket).toMatchObject({
      ref: 'R-20261120-0001',
      state: 'open',
      number: 'CL-1234-5678',
      verified: true,
    });
    expect(trial.arrivals).toHaveLength(1);
    const [letter] = trial.arrivals;
    expect(letter).toMatchObject({ to: 'sato@sample.example.jp', from: '' });
    const { subject, text, headers } = await opened(letter!.raw);
    expect(subject).toBe('[R-20261120-0001] お問合せを受け付けました: ログインできません');
    expect(text).toContain('佐藤 花子 様');
    expect(headers.get('in-reply-to')).toBe(message.messageId);
    expect(headers.get('auto-submitted')).toBe('auto-replied');
    expect(letter!.raw.toString('latin1')).toContain(
      'X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\r\n',
    );
  });

  it('the letter names the hours that are configured, not the usual ones', async () => {
    await start({ now: '2026-11-20T10:00:00', yaml: 'hours: { windows: ["10:00-16:00"] }\n' });
    await trial.send(mail());
    expect((await opened(trial.arrivals[0]!.raw)).text).toContain('受付時間: 10:00～16:00\n');
  });

  it('the same mail by SMTP and file is one ticket', async () => {
    await start({ now: '2026-11-20T10:00:00' });
    const raw = mail();
    const first = await trial.send(raw);
    const again = await trial.takeIn(Buffer.from(raw.toString().replaceAll('\r\n', '\n')));
    expect(again).toMatchObject({ outcome: 'duplicate', ticketId: first.ticketId });
    expect(await trial.daemon.desk.store.tickets.list({})).toHaveLength(1);
    expect(trial.arrivals).toHaveLength(1);
  });
});

describe('what leaves when (spec 5.1)', () => {
  it('Friday 17:29 to Monday 09:00', async () => {
    await start({ now: '2026-11-13T17:28:59' });
    await trial.send(mail());
    expect(times()).toEqual(['2026-11-13T08:28:59.000Z']);
    await trial.goTo('2026-11-13T17:29:00');
    await trial.send(mail({ from: 'kato@sample.example.jp' }));
    await trial.send(mail({ from: 'takahashi@midori.example.jp', text: 'CL-2345-6789\nお願いします' }));
    for (const time of [
      '2026-11-13T17:29:59',
      '2026-11-13T17:30:00',
      '2026-11-14T10:00:00',
      '2026-11-15T10:00:00',
      '2026-11-16T08:59:59.999',
    ]) {
      await trial.goTo(time);
      expect(trial.arrivals).toHaveLength(1);
    }
    expect((await trial.letters()).map((one) => one.notBefore)).toEqual([
      expect.anything(),
      '2026-11-16T00:00:00.000Z',
      '2026-11-16T00:00:00.000Z',
    ]);
    await trial.goTo('2026-11-16T09:00:00');
    expect(times().slice(1)).toEqual(['2026-11-16T00:00:00.000Z', '2026-11-16T00:00:00.000Z']);
    expect(trial.arrivals.map((one) => one.to)).toEqual([
      'sato@sample.example.jp',
      'kato@sample.example.jp',
      'takahashi@midori.example.jp',
    ]);
    const { text } = await opened(trial.arrivals[1]!.raw);
    expect(text).toContain('受信日時: 2026年11月13日(金) 17:29');
  });

  it('lunch: nothing from 11:59 to 13:00, and no word of reception hours in the letter', async () => {
    await start({ now: '2026-11-18T11:59:00' });
    await trial.send(mail());
    await trial.goTo('2026-11-18T12:00:00');
    await trial.send(mail({ from: 'kato@sample.example.jp' }));
    await trial.goTo('2026-11-18T12:59:59');
    expect(trial.arrivals).toHaveLength(0);
    await trial.goTo('2026-11-18T13:00:00');
    expect(trial.arrivals).toHaveLength(2);
    for (const { raw } of trial.arrivals) expect((await opened(raw)).text).not.toContain('受付時間外');
  });

  it('2026-09-19 to 24: a weekend, two holidays and the 国民の休日 between them', async () => {
    await start({ now: '2026-09-18T17:45:00' });
    await trial.send(mail());
    for (let day = 19; day <= 23; day += 1) {
      for (const hour of ['09:00:00', '10:30:00', '14:00:00']) {
        await trial.goTo(`2026-09-${day}T${hour}`);
        expect(trial.arrivals).toHaveLength(0);
      }
    }
    await trial.goTo('2026-09-24T08:59:59');
    expect(trial.arrivals).toHaveLength(0);
    await trial.goTo('2026-09-24T09:00:00');
    expect(trial.arrivals).toHaveLength(1);
    expect((await opened(trial.arrivals[0]!.raw)).text).toContain('受付時間外に受信したため');
  });

  it('2026-12-29 to 2027-01-04 with a closure, and the notice before it', async () => {
    await start({
      now: '2026-12-28T17:20:00',
      yaml: 'hours: { closures: [{ name: 年末年始休暇, from: 2026-12-29, to: 2027-01-04 }], closuresKnownUntil: 2027-03-31 }\n',
    });
    await trial.send(mail());
    expect(trial.arrivals).toHaveLength(1);
    const notice = (await opened(trial.arrivals[0]!.raw)).text;
    expect(notice).toContain('2026年12月29日(火) ～ 2027年1月4日(月)');
    expect(notice).toContain('2027年1月5日(火) 9:00');
    await trial.goTo('2026-12-28T17:40:00');
    await trial.send(mail({ from: 'kato@sample.example.jp' }));
    for (const day of [
      '2026-12-29',
      '2026-12-30',
      '2026-12-31',
      '2027-01-01',
      '2027-01-02',
      '2027-01-03',
      '2027-01-04',
    ]) {
      await trial.goTo(`${day}T10:00:00`);
      expect(trial.arrivals).toHaveLength(1);
    }
    await trial.goTo('2027-01-05T09:00:00');
    expect(trial.arrivals).toHaveLength(2);
    expect((await opened(trial.arrivals[1]!.raw)).text).not.toContain('休業日のお知らせ');
  });

  it('beyond closuresKnownUntil nothing leaves, and the outbox says that it does not know when', async () => {
    await start({
      now: '2027-03-31T17:29:30',
      yaml: 'hours: { closuresKnownUntil: 2027-03-31 }\n',
      csv: undefined!,
    });
    await trial.send(mail());
    await trial.goTo('2027-04-01T10:00:00');
    expect(trial.arrivals).toHaveLength(0);
    expect((await trial.letters())[0]).toMatchObject({ state: 'queued', notBefore: null });
  });

  it('an operator may allow a kind at any time, and mail to staff always may leave', async () => {
    await start({
      now: '2026-11-21T22:00:00',
      yaml: 'outbox: { hours: { acknowledgement: always } }\nstaff: [{ name: 鈴木, address: suzuki@example.jp }]\n',
    });
    await trial.send(mail());
    await trial.send(mail({ from: 'takahashi@midori.example.jp', text: '番号を忘れました' }));
    expect(trial.arrivals.map((one) => one.to)).toEqual(
      expect.arrayContaining(['sato@sample.example.jp', 'suzuki@example.jp']),
    );
    expect(trial.arrivals.map((one) => one.to)).not.toContain('takahashi@midori.example.jp');
    const own = trial.arrivals.find((one) => one.to === 'sato@sample.example.jp')!;
    expect((await opened(own.raw)).text).toContain('次の受付開始: 2026年11月24日(火) 9:00');
  });
});

describe('every row of spec 3.6, at the sink', () => {
  const rows: readonly [string, string, string, string, string, string, string | null][] = [
    [
      'valid, known',
      'sato@sample.example.jp',
      'CL-1234-5678',
      'ticket-opened',
      'valid',
      'open',
      '受け付けました',
    ],
    [
      'valid, stranger',
      'x@freemail.example.jp',
      'CL-1234-5678',
      'ticket-opened',
      'valid (unverified)',
      'open',
      '(ご登録内容の確認)',
    ],
    [
      'missing, known',
      'sato@sample.example.jp',
      'こんにちは',
      'held',
      'missing',
      'awaiting-number',
      '番号ご連絡のお願い',
    ],
    [
      'missing, stranger',
      'x@freemail.example.jp',
      'こんにちは',
      'held',
      'missing',
      'awaiting-number',
      '番号ご連絡のお願い',
    ],
    [
      'malformed',
      'sato@sample.example.jp',
      'サポートサービス番号: CL-1234-567',
      'held',
      'malformed',
      'awaiting-number',
      '番号ご連絡のお願い',
    ],
    [
      'unknown, known',
      'sato@sample.example.jp',
      'CL-9999-0001',
      'held',
      'unknown',
      'awaiting-number',
      '番号ご連絡のお願い',
    ],
    [
      'unknown, stranger',
      'x@freemail.example.jp',
      'CL-9999-0001',
      'held',
      'unknown',
      'awaiting-number',
      '(ご登録内容の確認)',
    ],
    [
      'expired, known',
      'ito@aozora.example.jp',
      'CL-3456-7890',
      'review',
      'expired',
      'review',
      'サポートサービス期間ご確認',
    ],
    [
      'expired, stranger',
      'x@freemail.example.jp',
      'CL-3456-7890',
      'review',
      'expired',
      'review',
      '(ご登録内容の確認)',
    ],
    [
      'not started, known',
      'mirai@korekara.example.jp',
      'CL-5678-9012',
      'review',
      'not-started',
      'review',
      'サポートサービス期間ご確認',
    ],
    [
      'cancelled, known',
      'haruno@koharu.example.jp',
      'CL-4567-8901',
      'review',
      'cancelled',
      'review',
      '受け付けました',
    ],
    [
      'cancelled, stranger',
      'x@freemail.example.jp',
      'CL-4567-8901',
      'review',
      'cancelled',
      'review',
      '(ご登録内容の確認)',
    ],
    [
      'ambiguous, known',
      'sato@sample.example.jp',
      'CL-1234-5678\nCL-2345-6789',
      'review',
      'ambiguous',
      'review',
      '受け付けました',
    ],
    [
      'ambiguous, stranger',
      'x@freemail.example.jp',
      'CL-1234-5678\nCL-2345-6789',
      'review',
      'ambiguous',
      'review',
      '(ご登録内容の確認)',
    ],
  ];
  it.each(rows)('%s', async (_why, from, text, outcome, reason, state, subject) => {
    await start({ now: '2026-11-20T10:00:00' });
    const message = await trial.send(mail({ from, text }));
    expect(message).toMatchObject({ outcome, reason });
    expect((await trial.ticketOf(message)).state).toBe(state);
    expect(trial.arrivals).toHaveLength(1);
    const letter = await opened(trial.arrivals[0]!.raw);
    expect(letter.subject).toContain(subject);
    // Customer data goes to registered addresses only, and not with a number that names no contract.
    const mayName = from !== 'x@freemail.example.jp' && !['cancelled', 'ambiguous'].includes(reason);
    expect(letter.text.startsWith('お客様')).toBe(!mayName);
  });

  it('both boundary minutes of a period are decided by the time of receipt in Tokyo', async () => {
    await start({ now: '2026-11-20T10:00:00' });
    const ask = (receivedAt: string) =>
      trial.takeIn(
        mail({ from: 'ito@aozora.example.jp', text: `CL-3456-7890\n${receivedAt}` }),
        receivedAt,
        true,
      );
    expect((await ask('2025-10-19T23:59:59')).reason).toBe('not-started');
    expect((await ask('2025-10-20T00:00:00')).reason).toBe('valid');
    expect((await ask('2026-10-31T23:59:59')).reason).toBe('valid');
    expect((await ask('2026-11-01T00:00:00')).reason).toBe('expired');
  });

  it('NEUTRAL letters are the same bytes but for reference and time, whatever the registry says', async () => {
    await start({ now: '2026-11-20T10:00:00' });
    for (const number of ['CL-1234-5678', 'CL-9999-0001', 'CL-3456-7890', 'CL-4567-8901', 'CL-5678-9012']) {
      await trial.send(
        mail({ from: `x${number.slice(-1)}@freemail.example.jp`, subject: number, text: number }),
      );
    }
    const bodies = trial.arrivals.map(({ raw }) => {
      const text = raw.toString('latin1');
      return text.slice(text.indexOf('\r\n\r\n'));
    });
    const plain = bodies.map((body) =>
      Buffer.from(body, 'base64')
        .toString()
        .replace(/R-\d{8}-\d{4}/g, 'R'),
    );
    expect(plain).toHaveLength(5);
    expect(new Set(plain).size).toBe(1);
    const heads = trial.arrivals.map(({ raw }) =>
      raw
        .toString('latin1')
        .split('\r\n\r\n')[0]!
        .replace(/^(To|Message-ID|In-Reply-To|References): .*$/gm, '$1')
        .replace(/=\?.*\?=/g, ''),
    );
    expect(new Set(heads).size).toBe(1);
  });
});
