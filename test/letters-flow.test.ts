/** The letters of a ticket through the whole daemon: which leave, when, to whom, and what stops them (spec 5). */
import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../src/desk/audit.ts';
import type { OutboxItem } from '../src/desk/ports.ts';
import { type MailText, mail, opened, startTrial, type Trial, type TrialOptions, vouching } from './trial.ts';

const sato = 'sato@sample.example.jp';
const kato = 'kato@sample.example.jp';
const suzuki = 'suzuki@example.jp';
const stranger = 'mallory@freemail.example.jp';
const number = 'CL-1234-5678';
const staff = 'staff: [{ name: 鈴木, address: suzuki@example.jp }]\n';
const pass = (domain: string) => [`Authentication-Results: mx.example.jp; dmarc=pass header.from=${domain}`];

let trial: Trial;
const start = async (now: string, over: Partial<TrialOptions> = {}) => {
  trial = await startTrial({ yaml: staff, ...over, now });
};
afterEach(async () => {
  const found = await audit(trial.daemon.desk);
  expect(found.contradictions).toEqual([]);
  expect(found.balanced).toBe(true);
  expect(trial.journal.filter((one) => /pass-failed|message-failed/.test(one.event))).toEqual([]);
  await trial[Symbol.asyncDispose]();
});

const send = (over: MailText = {}, returnPath?: string, to?: string) =>
  trial.send(mail(over), returnPath, to);
const to = (address: string) => trial.arrivals.filter((one) => one.to === address);
const customers = () => trial.arrivals.filter((one) => one.to !== suzuki);
const subjects = (address: string) =>
  Promise.all(to(address).map(async ({ raw }) => (await opened(raw)).subject));
const states = async () =>
  (await trial.letters()).map(({ kind, state, reason }) => ({ kind, state, reason }));
const letter = async (kind: OutboxItem['kind']) =>
  (await trial.letters()).filter((one) => one.kind === kind).at(-1)!;
const eventsOf = async (ticketId: number | null) => {
  const ticket = (await trial.daemon.desk.store.tickets.byId(ticketId!))!;
  return (await trial.daemon.desk.store.tickets.detail(ticket.ref))!.events;
};

describe('request, reminder, closing notice (spec 5.2)', () => {
  const closures =
    'hours: { closures: [{ name: 年末年始休暇, from: 2026-12-29, to: 2027-01-04 }], closuresKnownUntil: 2027-03-31 }\n';

  it('3 business days, then 5 more, over a closure and a holiday; the number opens it again', async () => {
    await start('2026-12-25T10:00:00', { yaml: staff + closures });
    const first = await send({ text: '番号を忘れました。' });
    expect(to(sato)).toHaveLength(1);
    for (const quiet of ['2026-12-28T10:00:00', '2026-12-31T10:00:00', '2027-01-05T17:00:00']) {
      await trial.goTo(quiet);
      expect(to(sato)).toHaveLength(1);
    }
    await trial.goTo('2027-01-06T08:59:59');
    expect(to(sato)).toHaveLength(1);
    await trial.goTo('2027-01-06T09:00:00');
    expect(to(sato)).toHaveLength(2);
    const reminder = await opened(to(sato)[1]!.raw);
    expect(reminder.subject).toContain('【再送】');
    expect(reminder.text).toContain('2026年12月25日(金) にお願いいたしました');
    expect(reminder.text).toContain('2027年1月13日(水) までにご連絡がない場合は');
    await trial.goTo('2027-01-13T17:00:00');
    expect(to(sato)).toHaveLength(2);
    expect((await trial.ticketOf(first)).state).toBe('awaiting-number');
    await trial.goTo('2027-01-14T09:00:00');
    const notice = await opened(to(sato)[2]!.raw);
    expect(notice.subject).toContain('お問合せ受付終了のお知らせ');
    expect(notice.text).toContain('2027年2月13日(土) までに');
    expect((await trial.ticketOf(first)).state).toBe('closed');
    // Until the last second of the day the notice names.
    await trial.goTo('2027-02-13T23:59:59');
    const answer = await send({ text: number, headers: [`In-Reply-To: ${notice.messageId}`] });
    expect(answer).toMatchObject({ outcome: 'ticket-continued', reason: 'valid', ticketId: first.ticketId });
    expect(await trial.ticketOf(first)).toMatchObject({ state: 'open', closedAt: null, number });
    await trial.goTo('2027-02-15T09:00:00');
    const ack = await opened(to(sato)[3]!.raw);
    expect(ack.text).toContain('受信日時: 2026年12月25日(金) 10:00');
    expect(await states()).toHaveLength(4);
  });

  it('a mail without the number reopens what was closed, is answered by nobody, and shown to staff', async () => {
    await start('2026-11-02T10:00:00');
    const first = await send({ text: '番号を忘れました。' });
    await trial.goTo('2026-11-06T10:00:00');
    await trial.goTo('2026-11-13T10:00:00');
    expect((await trial.ticketOf(first)).state).toBe('closed');
    const ticket = await trial.ticketOf(first);
    await send({ subject: `Re: [${ticket.ref}]`, text: '番号が見つかりません。' });
    expect(await trial.ticketOf(first)).toMatchObject({ state: 'awaiting-number', closedAt: null });
    expect(to(sato)).toHaveLength(3);
    expect((await subjects(suzuki)).at(-1)).toMatch(/^【再開】/);
  });

  it.each([
    ['switched off', 'outbox: { reminders: false }\n', sato, [], 1],
    ['a stranger whom nothing vouches for', '', stranger, [], 1],
    ['a stranger who passed authentication', vouching, stranger, pass('freemail.example.jp'), 2],
  ] as const)('%s', async (_why, yaml, from, headers, count) => {
    await start('2026-11-02T10:00:00', { yaml: staff + yaml });
    await send({ from, headers, text: '番号を忘れました。' });
    await trial.goTo('2026-11-06T10:00:00');
    expect(to(from)).toHaveLength(count);
  });

  it('switched off while one waits: it does not leave', async () => {
    await start('2026-11-02T10:00:00');
    await send({ text: '番号を忘れました。' });
    Object.assign(trial.daemon.desk.house, { reminders: false });
    await trial.goTo('2026-11-06T10:00:00');
    expect(to(sato)).toHaveLength(1);
    expect(await letter('reminder')).toMatchObject({
      state: 'cancelled',
      reason: 'reminders are switched off',
    });
  });

  it('the number cancels what waits, with the reason, and staff are not bothered', async () => {
    await start('2026-11-02T10:00:00');
    const first = await send({ text: '番号を忘れました。' });
    const { messageId } = await opened(to(sato)[0]!.raw);
    await send({ text: number, headers: [`In-Reply-To: ${messageId}`] });
    const told = to(suzuki).length;
    await trial.goTo('2026-11-06T10:00:00');
    expect(await letter('reminder')).toMatchObject({ state: 'cancelled', reason: 'the number has arrived' });
    expect(await eventsOf(first.ticketId)).toContainEqual(
      expect.objectContaining({ kind: 'letter-cancelled', reason: expect.stringContaining('has arrived') }),
    );
    expect(to(suzuki)).toHaveLength(told);
  });

  it('the number on the weekend: the request never leaves, the acknowledgement does', async () => {
    await start('2026-11-14T10:00:00');
    const first = await send({ text: '番号を忘れました。' });
    const ticket = await trial.ticketOf(first);
    await trial.goTo('2026-11-15T10:00:00');
    await send({ subject: `[${ticket.ref}]`, text: number });
    await trial.goTo('2026-11-16T09:00:00');
    expect(await subjects(sato)).toEqual([expect.stringContaining('受け付けました')]);
    expect(await letter('request-number')).toMatchObject({
      state: 'cancelled',
      reason: 'the number has arrived',
    });
  });

  it('two wrong numbers on a weekend: one request leaves, about the newer', async () => {
    await start('2026-11-14T10:00:00');
    const ticket = await trial.ticketOf(await send({ text: 'CL-9999-0001' }));
    await send({ subject: `[${ticket.ref}]`, text: 'CL-9999-0002' });
    await trial.goTo('2026-11-16T09:00:00');
    expect(to(sato)).toHaveLength(1);
    expect((await opened(to(sato)[0]!.raw)).text).toContain('「CL-9999-0002」');
  });
});

describe('a letter that waits is looked at again (spec 5.2)', () => {
  it('is cancelled when its address turns out to be a machine', async () => {
    await start('2026-11-13T17:45:00');
    const ticket = await trial.ticketOf(await send());
    const auto = ['Auto-Submitted: auto-replied'];
    const reply = await send({ subject: `不在: Re: [${ticket.ref}]`, text: '不在です。', headers: auto });
    expect(reply).toMatchObject({ outcome: 'ignored', reason: 'auto-reply', ticketId: ticket.id });
    await trial.goTo('2026-11-16T09:00:00');
    expect(customers()).toEqual([]);
    expect(await states()).toMatchObject([
      { state: 'cancelled', reason: 'the address answers automatically' },
    ]);
  });

  it('is cancelled when its ticket is closed', async () => {
    await start('2026-11-13T17:45:00');
    const ticket = await trial.ticketOf(await send());
    const event = { kind: 'state', actor: '鈴木', reason: '電話で解決' };
    const change = { id: ticket.id, version: ticket.version, state: 'closed' } as const;
    await trial.daemon.desk.store.change(trial.now().toISOString(), change, [], [], [event]);
    await trial.goTo('2026-11-16T09:00:00');
    expect(customers()).toEqual([]);
    expect(await states()).toMatchObject([{ state: 'cancelled', reason: 'the ticket is closed' }]);
  });
});

describe('caps (spec 5.2, threat 2)', () => {
  it('the sixth letter in an hour is withheld with an event, and waiting letters count', async () => {
    await start('2026-11-14T10:00:00');
    const messages = [];
    for (let count = 1; count <= 7; count += 1)
      messages.push(await send({ text: `${number}\n質問${count}` }));
    expect(await eventsOf(messages[4]!.ticketId)).not.toContainEqual(
      expect.objectContaining({ kind: 'letter-withheld' }),
    );
    for (const message of messages.slice(5)) {
      expect(message.outcome).toBe('ticket-opened');
      expect(await eventsOf(message.ticketId)).toContainEqual(
        expect.objectContaining({ kind: 'letter-withheld', reason: expect.stringContaining('an hour') }),
      );
    }
    const told = (await opened(to(suzuki).at(-1)!.raw)).text.replace(/\n +/g, '');
    expect(told).toContain('上限(1時間5通、1日20通)');
    await trial.goTo('2026-11-16T09:00:00');
    expect(to(sato)).toHaveLength(5);
    await send({ from: kato });
    expect(to(kato)).toHaveLength(1);
    await trial.goTo('2026-11-16T10:00:01');
    await send({ text: `${number}\n次の時間` });
    expect(to(sato)).toHaveLength(6);
  });

  it('reminders that wait use up nothing, and leave at most five an hour', async () => {
    await start('2026-11-02T09:00:00');
    for (let count = 1; count <= 8; count += 1) {
      await trial.goTo(`2026-11-02T${count < 4 ? '09' : count < 7 ? '11' : '15'}:0${count}:00`);
      await send({ text: `番号なし${count}` });
    }
    expect(to(sato)).toHaveLength(8);
    await trial.goTo('2026-11-04T10:00:00');
    await send();
    expect(to(sato)).toHaveLength(9);
    for (const time of ['09:00:00', '09:30:00', '10:00:00', '10:00:01', '11:00:02', '11:30:00']) {
      await trial.goTo(`2026-11-06T${time}`);
    }
    const reminders = trial.arrivals.filter((one) => one.at > '2026-11-06' && one.to === sato);
    expect(reminders).toHaveLength(8);
    for (const { at } of reminders) {
      const hour = reminders.filter((one) => one.at <= at && Date.parse(at) - Date.parse(one.at) < 3_600_000);
      expect(hour.length).toBeLessThanOrEqual(5);
    }
  });

  it('two ticket systems that acknowledge one another stop', async () => {
    await start('2026-11-02T09:00:00');
    const other = 'support@tickets.example.jp';
    let answered = 0;
    for (let round = 0; round < 60; round += 1) {
      await trial.goTo(new Date(trial.now().getTime() + 60_000));
      await send({
        from: other,
        subject: `Ticket Received - [#${round}] お問合せ ${round}`,
        text: `お問合せありがとうございます。番号 #${round} で承りました。`,
      });
      answered = to(other).length;
    }
    expect(answered).toBeLessThanOrEqual(6);
  });
});

describe('bounces (spec 5.4, threats 5-8)', () => {
  const report = (over: {
    to?: string;
    from?: string;
    action?: string;
    status?: string;
    original?: string;
  }) =>
    Buffer.from(
      [
        `From: ${over.from ?? 'MAILER-DAEMON@mx.sample.example.jp'}`,
        `To: ${over.to ?? 'cltech@example.jp'}`,
        'Subject: Undelivered Mail Returned to Sender',
        'Auto-Submitted: auto-replied',
        `Message-ID: <${Math.random()}@mx.sample.example.jp>`,
        'MIME-Version: 1.0',
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'could not be delivered',
        '--b',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; mx.sample.example.jp',
        '',
        `Final-Recipient: rfc822; ${sato}`,
        `Action: ${over.action ?? 'failed'}`,
        `Status: ${over.status ?? '5.1.1'}`,
        'Diagnostic-Code: smtp; 550 5.1.1 user unknown',
        '--b',
        'Content-Type: message/rfc822',
        '',
        `Message-ID: ${over.original ?? '<unknown@example.jp>'}`,
        'Subject: x',
        '',
        'x',
        '--b--',
        '',
      ].join('\r\n'),
    );
  const plus = `${staff}addressExtension: '+'\n`;

  it.each(['the signed return path', 'our Message-ID in the returned mail'])('%s matches', async (how) => {
    await start('2026-11-02T10:00:00', { yaml: plus });
    const first = await send();
    const { messageId } = await opened(to(sato)[0]!.raw);
    const { from } = to(sato)[0]!;
    expect(from).toMatch(/^cltech\+b[a-z2-7]{26}@example\.jp$/);
    const verp = how === 'the signed return path';
    const bounce = verp
      ? await trial.send(report({ to: from }), '', from)
      : await trial.send(report({ original: messageId! }), '');
    expect(bounce).toMatchObject({
      outcome: 'bounce-recorded',
      reason: 'permanent',
      ticketId: first.ticketId,
    });
    expect(await eventsOf(first.ticketId)).toContainEqual(
      expect.objectContaining({ kind: 'bounce', reason: expect.stringContaining('5.1.1') }),
    );
    const notice = await opened(to(suzuki).at(-1)!.raw);
    expect(notice.subject).toMatch(/^【不達】/);
    expect(notice.text).toContain(`受付確認(${sato} 宛)が不達で戻りました`);
    const next = await send({ text: `${number}\n次の質問` });
    expect(next.outcome).toBe('ticket-opened');
    expect(to(sato)).toHaveLength(1);
    expect(await eventsOf(next.ticketId)).toContainEqual(
      expect.objectContaining({ kind: 'letter-withheld', reason: expect.stringContaining('bounced') }),
    );
  });

  it('a letter that waits for the same address is cancelled', async () => {
    await start('2026-11-13T17:20:00', { yaml: plus });
    await send();
    const { from } = to(sato)[0]!;
    await trial.goTo('2026-11-13T17:40:00');
    await send({ text: `${number}\n二件目` });
    await trial.send(report({ to: from }), '', from);
    await trial.goTo('2026-11-16T09:00:00');
    expect(to(sato)).toHaveLength(1);
    expect((await trial.letters())[1]).toMatchObject({ state: 'cancelled' });
  });

  it('a delay, and a forged report, close no address; unmatched ones reach staff once a day', async () => {
    await start('2026-11-02T10:00:00', { yaml: plus });
    const first = await send();
    const { messageId } = await opened(to(sato)[0]!.raw);
    const delayed = report({ original: messageId!, action: 'delayed', status: '4.4.1' });
    expect(await trial.send(delayed, '')).toMatchObject({ reason: 'temporary', ticketId: first.ticketId });
    const forged = messageId!.replace(/^<b(..)/, '<bzz');
    for (let count = 0; count < 3; count += 1) {
      const bounce = await trial.send(report({ original: forged }), '');
      expect(bounce).toMatchObject({ outcome: 'bounce-recorded', reason: 'unmatched', ticketId: null });
    }
    expect(await trial.daemon.desk.store.outbox.undeliverable([sato])).toEqual([]);
    expect((await subjects(suzuki)).filter((one) => one.startsWith('【不達】'))).toHaveLength(1);
    await send({ text: `${number}\n次の質問` });
    expect(to(sato)).toHaveLength(2);
    expect(to('MAILER-DAEMON@mx.sample.example.jp')).toEqual([]);
  });

  it('in words only: on the ticket and before staff, the address is kept', async () => {
    await start('2026-11-02T10:00:00', { yaml: plus });
    const first = await send();
    const { from } = to(sato)[0]!;
    const words = mail({
      from: 'MAILER-DAEMON@mail.carrier.example.jp',
      to: from,
      subject: 'Mail System Error - Returned Mail',
      text: '次のあて先へのメールはお届けできませんでした。',
    });
    const bounce = await trial.send(words, '', from);
    expect(bounce).toMatchObject({ outcome: 'bounce-recorded', ticketId: first.ticketId });
    expect(await trial.daemon.desk.store.outbox.undeliverable([sato])).toEqual([]);
    expect((await subjects(suzuki)).at(-1)).toMatch(/^【不達】/);
  });
});

describe('automatic mail and recipients', () => {
  it('an absence notice to our letter is attached and ignored; a closed ticket stays closed', async () => {
    await start('2026-11-02T10:00:00');
    const first = await send();
    const { messageId } = await opened(to(sato)[0]!.raw);
    const ticket = await trial.ticketOf(first);
    const change = {
      id: ticket.id,
      version: ticket.version,
      state: 'closed',
      closedAt: trial.now().toISOString(),
    } as const;
    const event = { kind: 'state', actor: '鈴木', reason: 'test' };
    await trial.daemon.desk.store.change(trial.now().toISOString(), change, [], [], [event]);
    const notice = await send({
      subject: '不在通知',
      text: '本日は不在です。',
      headers: ['Auto-Submitted: auto-replied', `In-Reply-To: ${messageId}`],
    });
    expect(notice).toMatchObject({ outcome: 'ignored', reason: 'auto-reply', ticketId: first.ticketId });
    expect((await trial.ticketOf(first)).state).toBe('closed');
    expect(to(sato)).toHaveLength(1);
    const weak = await send({
      subject: '【自動返信】受付しました',
      text: '担当より連絡します。',
      headers: [`In-Reply-To: ${messageId}`],
    });
    expect(weak).toMatchObject({ outcome: 'ticket-continued', reason: 'probably automatic' });
    expect((await trial.ticketOf(first)).state).toBe('closed');
    expect((await subjects(suzuki)).at(-1)).toMatch(/^【追信】/);
  });

  it('a reply through a mailing list is no newsletter', async () => {
    await start('2026-11-02T10:00:00');
    const first = await send();
    const { messageId } = await opened(to(sato)[0]!.raw);
    const list = ['List-Id: <all.sample.example.jp>', 'Precedence: list'];
    const reply = await send({ text: '追加です。', headers: [...list, `In-Reply-To: ${messageId}`] });
    expect(reply).toMatchObject({ outcome: 'ticket-continued', ticketId: first.ticketId });
    const news = await send({ from: 'news@freemail.example.jp', text: '今月の特集です。', headers: list });
    expect(news).toMatchObject({ outcome: 'ignored', reason: 'bulk' });
  });

  it.each([
    ['registered on the contract: there', kato, kato],
    ['not registered: to the sender', stranger, sato],
    ['registered on another contract: to the sender', 'takahashi@midori.example.jp', sato],
  ])('a Reply-To %s', async (_why, replyTo, expected) => {
    await start('2026-11-02T10:00:00');
    await send({ headers: [`Reply-To: ${replyTo}`, `Cc: ${kato}, Somebody <x@partner.example.jp>`] });
    expect(customers().map((one) => one.to)).toEqual([expected]);
    const { text } = await opened(to(suzuki)[0]!.raw);
    expect(text).toContain(`返信先  : ${replyTo}  ※差出人と異なります`);
    expect(text).toContain('CC      : ');
  });

  it('staff who write a new inquiry get no letter', async () => {
    await start('2026-11-02T10:00:00');
    const message = await send({ from: suzuki, text: `${number}\n代理で登録します。` });
    expect(message.outcome).toBe('ticket-opened');
    expect(await trial.letters()).toEqual([]);
    expect((await opened(to(suzuki)[0]!.raw)).text).toContain('差出人は担当者のアドレスですが');
  });

  describe('the inquiry page', () => {
    const profile = `${staff}${vouching}formProfiles:
  - name: page
    from: www@forms.example.jp
    fields: { address: 【メールアドレス】, number: 【番号】, text: 【内容】, name: 【お名前】 }
`;
    const form = (address: string, headers: readonly string[] = []) => ({
      from: 'www@forms.example.jp',
      subject: 'お問合せがありました',
      headers,
      text: `【お名前】佐藤 花子\n【メールアドレス】${address}\n【番号】${number}\n【内容】起動しません。\n`,
    });

    it('answers the customer, never the server; a field that is missing calls a person', async () => {
      await start('2026-11-02T10:00:00', { yaml: profile });
      const good = await send(form(sato));
      expect(good).toMatchObject({ outcome: 'ticket-opened', reason: 'valid' });
      expect((await trial.ticketOf(good)).channel).toBe('form');
      expect(customers().map((one) => one.to)).toEqual([sato]);
      const broken = await send({ ...form(sato), text: `【メールアドレス】${sato}\n【番号】${number}\n` });
      expect(broken).toMatchObject({ outcome: 'review' });
      const nobody = await send(form(''));
      expect(nobody.outcome).toBe('review');
      expect(to('www@forms.example.jp')).toEqual([]);
      const notice = await opened(to(suzuki).at(-1)!.raw);
      expect(notice.text).toContain('問合せページの「メールアドレス」を読み取れません');
    });

    it('a forged one is nobody’s', async () => {
      await start('2026-11-02T10:00:00', { yaml: profile });
      const failed = ['Authentication-Results: mx.example.jp; dmarc=fail header.from=forms.example.jp'];
      const message = await send(form(sato, failed));
      expect(message).toMatchObject({ outcome: 'ticket-opened', reason: 'valid (unverified)' });
      expect(customers()).toEqual([]);
    });
  });
});

describe('handing over (spec 5.4)', () => {
  it('4xx: tried again inside hours only, and then once', async () => {
    await start('2026-11-13T17:28:00');
    trial.sink.fail({ at: 'rcpt', does: { kind: 'reply', code: 451 }, to: sato });
    await send();
    expect(customers()).toEqual([]);
    expect((await trial.letters())[0]).toMatchObject({
      state: 'queued',
      notBefore: '2026-11-16T00:00:00.000Z',
    });
    for (const time of ['2026-11-13T17:40:00', '2026-11-14T10:00:00', '2026-11-16T08:59:59'])
      await trial.goTo(time);
    expect(customers()).toEqual([]);
    await trial.goTo('2026-11-16T09:00:00');
    expect(to(sato)).toHaveLength(1);
    await trial.goTo('2026-11-16T11:00:00');
    expect(to(sato)).toHaveLength(1);
  });

  it('5xx: failed, staff are told what and why', async () => {
    await start('2026-11-02T10:00:00');
    trial.sink.fail({ at: 'rcpt', does: { kind: 'reply', code: 550, text: '5.1.1 no such user' }, to: sato });
    await send();
    expect(await states()).toMatchObject([
      { state: 'failed', reason: expect.stringContaining('no such user') },
    ]);
    await trial.goTo('2026-11-04T10:00:00');
    expect(to(sato)).toEqual([]);
    const notice = await opened(to(suzuki).at(-1)!.raw);
    expect(notice.subject).toMatch(/^【送信失敗】/);
    expect(notice.text).toContain(`受付確認(${sato} 宛)を送信できませんでした`);
    expect(notice.text).toContain('no such user');
  });

  it('dropped after the dot: uncertain, never again, staff are told', async () => {
    await start('2026-11-02T10:00:00');
    trial.sink.fail({ at: 'dot', does: { kind: 'close' } });
    await send();
    expect(await states()).toMatchObject([{ state: 'uncertain' }]);
    for (const time of ['2026-11-02T10:30:00', '2026-11-04T10:00:00']) await trial.goTo(time);
    await trial.restart();
    await trial.goTo('2026-11-05T10:00:00');
    expect(to(sato)).toHaveLength(1);
    const notice = await opened(to(suzuki).at(-1)!.raw);
    expect(notice.subject).toMatch(/^【送信結果不明】/);
    expect(notice.text).toContain('二重に届くのを避けるため再送していません');
  });

  it('the relay is down for a day: everything leaves the next morning, once, in order', async () => {
    await start('2026-11-02T10:00:00', { yaml: '' });
    trial.sink.fail({ at: 'greeting', does: { kind: 'reply', code: 421 }, times: Number.POSITIVE_INFINITY });
    for (const from of [sato, kato, 'takahashi@midori.example.jp'])
      await send({ from, text: from.startsWith('t') ? 'CL-2345-6789' : number });
    for (let minute = 0; minute < 450; minute += 30) {
      await trial.goTo(new Date(Date.parse('2026-11-02T10:00:00+09:00') + minute * 60_000));
    }
    expect(trial.arrivals).toEqual([]);
    expect((await trial.letters()).map((one) => one.state)).toEqual(['queued', 'queued', 'queued']);
    trial.sink.heal();
    for (const time of ['09:00:00', '10:00:00', '11:00:00']) await trial.goTo(`2026-11-04T${time}`);
    expect(trial.arrivals.map((one) => one.to).sort()).toEqual([kato, sato, 'takahashi@midori.example.jp']);
  });

  it('down for weeks: after 5 business days of tries staff are told; a stop of the program is no try', async () => {
    await start('2026-11-02T10:00:00');
    trial.sink.fail({
      at: 'rcpt',
      to: sato,
      does: { kind: 'reply', code: 450 },
      times: Number.POSITIVE_INFINITY,
    });
    await send();
    await trial.goTo('2026-11-16T10:00:00');
    expect(await states()).toMatchObject([{ state: 'queued' }]);
    for (let day = 16; day <= 20; day += 1) {
      for (let hour = 9; hour <= 17; hour += 1) {
        await trial.goTo(`2026-11-${day}T${String(hour).padStart(2, '0')}:00:00`);
      }
    }
    expect(await states()).toMatchObject([{ state: 'failed', reason: expect.stringContaining('attempts') }]);
    expect((await subjects(suzuki)).at(-1)).toMatch(/^【送信失敗】/);
  });

  it('the window closes while the relay thinks: nothing is handed over', async () => {
    await start('2026-11-02T11:58:00');
    trial.sink.fail({ at: 'rcpt', does: { kind: 'slow', ms: 800 }, to: sato });
    const sending = send();
    while (!trial.sink.events.includes('RCPT')) await new Promise((done) => setTimeout(done, 10));
    await trial.goTo('2026-11-02T11:59:00');
    await sending;
    expect(to(sato)).toEqual([]);
    expect((await trial.letters())[0]).toMatchObject({
      state: 'queued',
      notBefore: '2026-11-02T04:00:00.000Z',
    });
    await trial.goTo('2026-11-02T13:00:00');
    expect(to(sato)).toHaveLength(1);
  });

  it('60 letters after a closure at 10 a minute: in order, in six minutes, staff mail passes them by', async () => {
    await start('2026-11-14T10:00:00', { yaml: `${staff}outbox: { perMinute: 10 }\n` });
    for (let count = 0; count < 60; count += 1) {
      await trial.takeIn(mail({ from: `c${count}@sample.example.jp`, text: `${number}\n${count}` }));
    }
    const counts: number[] = [];
    for (let minute = 0; minute < 6; minute += 1) {
      await trial.goTo(`2026-11-16T09:0${minute}:00`);
      counts.push(customers().length);
      if (minute === 0) {
        await send({ from: 'late@sample.example.jp', text: number });
        expect((await subjects(suzuki)).length).toBe(61);
      }
    }
    expect(counts).toEqual([10, 20, 30, 40, 50, 60]);
    expect(customers().map((one) => one.to)).toEqual(
      Array.from({ length: 60 }, (_, count) => `c${count}@sample.example.jp`),
    );
    await trial.goTo('2026-11-16T09:06:00');
    expect(customers()).toHaveLength(61);
  }, 120_000);

  it('what is left at noon waits until 13:00', async () => {
    await start('2026-11-02T11:50:00', { yaml: 'outbox: { perMinute: 1 }\n' });
    for (let count = 0; count < 5; count += 1)
      await trial.takeIn(mail({ from: `c${count}@sample.example.jp`, text: `${number}\n${count}` }));
    await trial.goTo('2026-11-02T11:58:59');
    expect(customers()).toHaveLength(2);
    for (const time of ['11:59:59', '12:00:00', '12:30:00', '12:59:59']) {
      await trial.goTo(`2026-11-02T${time}`);
      expect(customers()).toHaveLength(2);
    }
    for (const time of ['13:00:00', '13:01:00', '13:02:00']) await trial.goTo(`2026-11-02T${time}`);
    expect(customers()).toHaveLength(5);
  });

  it('a letter that cannot be worded is told and blocks nobody', async () => {
    await start('2026-11-14T10:00:00');
    await send({ from: 'ito@aozora.example.jp', text: 'CL-3456-7890' });
    await send({ from: kato });
    const { templates } = trial.daemon.desk.house;
    (templates as Map<string, unknown>).delete('period-expired');
    await trial.goTo('2026-11-16T09:00:00');
    expect(customers().map((one) => one.to)).toEqual([kato]);
    expect(await states()).toMatchObject([
      { state: 'failed', reason: expect.stringContaining('could not be worded') },
      { state: 'sent' },
    ]);
    expect((await subjects(suzuki)).at(-1)).toMatch(/^【送信失敗】/);
  });
});
