/** What keeps an answer from leaving wrongly, twice or too late, and what staff may say besides (spec 5.3, 5.4). */
import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../src/desk/audit.ts';
import { acceptance, deciding } from './decision.ts';
import { header, passed, type StaffDesk, sato, startStaffDesk, suzuki, tanaka } from './staff-desk.ts';
import { mail, opened } from './trial.ts';

const kato = 'kato@sample.example.jp';
const takahashi = 'takahashi@midori.example.jp';
const stranger = 'mallory@freemail.example.jp';

let desk: StaffDesk;
const start = async (...given: Parameters<typeof startStaffDesk>) => {
  desk = await startStaffDesk(...given);
};
afterEach(async () => {
  const { trial } = desk;
  const found = await audit(trial.daemon.desk);
  expect(found.contradictions).toEqual([]);
  expect(found.balanced).toBe(true);
  expect(trial.journal.filter((one) => /pass-failed|message-failed/.test(one.event))).toEqual([]);
  await trial[Symbol.asyncDispose]();
});
const events = async (ref: string) => (await desk.trial.daemon.desk.store.tickets.detail(ref))!.events;
/** Sentences are wrapped for the eye. */
const flat = (text: string) => text.replace(/\n\s*/g, '');
const answered = async (text = '#回答\nこうしてください。') => {
  const first = await desk.send({});
  await desk.reply(text);
  return first;
};

describe('when an answer leaves', () => {
  it('after the undo window, and not a moment before', async () => {
    await start('2026-11-13T10:00:00');
    await answered();
    const before = desk.customers().length;
    expect((await desk.last(suzuki)).subject).toBe(
      '【送信予約】[R-20261113-0001] 2026年11月13日(金) 10:03 に送信します',
    );
    expect((await desk.last(suzuki)).text).not.toContain('★');
    await desk.trial.goTo('2026-11-13T10:02:59');
    expect(desk.customers()).toHaveLength(before);
    await desk.trial.goTo('2026-11-13T10:03:00');
    expect(desk.customers()).toHaveLength(before + 1);
  });

  it.each([
    ['#回答\nはい。', '2026年11月16日(月) 9:00', '★', 0],
    ['#回答 #至急\nはい。', '2026年11月13日(金) 17:28', '', 1],
  ])('mailed at 17:28:30: %j', async (text, when, star, left) => {
    await start('2026-11-13T17:20:00');
    await desk.send({});
    await desk.trial.goTo('2026-11-13T17:28:30');
    const before = desk.customers().length;
    await desk.reply(text);
    const { subject, text: told } = await desk.last(tanaka);
    expect(subject).toContain(`${when} に送信します`);
    expect(told.includes('★')).toBe(star !== '');
    expect(desk.customers()).toHaveLength(before + left);
    await desk.trial.goTo('2026-11-13T17:29:30');
    expect(desk.customers()).toHaveLength(before + left);
    await desk.trial.goTo('2026-11-16T09:00:00');
    expect(desk.customers()).toHaveLength(before + 1);
  });

  it('later than told, staff are told again', async () => {
    await start('2026-11-13T17:20:00');
    await desk.send({});
    await desk.trial.goTo('2026-11-13T17:25:00');
    await desk.reply('#回答\nはい。');
    expect((await desk.last(suzuki)).subject).toContain('17:28');
    await desk.trial.goTo('2026-11-13T17:29:30');
    const { subject, text } = await desk.last(suzuki);
    expect(subject).toContain('2026年11月16日(月) 9:00 に送信します');
    expect(flat(text)).toContain('送信日時が変わっています');
    await desk.trial.goTo('2026-11-16T09:00:00');
    expect((await desk.answers())[0]).toMatchObject({ state: 'sent' });
  });

  it('after a long closure in order and at the set rate', async () => {
    const yaml =
      'outbox: { perMinute: 2 }\nhours: { closures: [{ name: 年末年始休暇, from: 2026-12-29, to: 2027-01-04 }], closuresKnownUntil: 2027-03-31 }\n';
    await start('2026-12-28T16:00:00', 'none', yaml);
    const people = [sato, kato, takahashi, 'ito@aozora.example.jp'];
    for (const from of people) {
      await desk.trial.goTo(new Date(desk.trial.now().getTime() + 60_000));
      await desk.send({ from, text: `CL-1234-5678\n${from}` });
    }
    await desk.trial.goTo('2026-12-30T10:00:00');
    const notices = desk.to(suzuki);
    for (const on of notices) await desk.reply('#回答\nはい。', { on });
    const before = desk.customers().length;
    await desk.trial.goTo('2027-01-05T08:59:59');
    expect(desk.customers()).toHaveLength(before);
    const left = async (time: string) => {
      await desk.trial.goTo(time);
      return desk
        .customers()
        .slice(before)
        .map((one) => one.to);
    };
    expect(await left('2027-01-05T09:00:00')).toEqual(people.slice(0, 2));
    expect(await left('2027-01-05T09:01:00')).toEqual(people);
    const { text } = await opened(desk.customers().at(-1)!.raw);
    expect(text).not.toContain('休業日のお知らせ');
  });
});

describe('an answer is held', () => {
  it('when the customer writes first; its author gets the text back, and answers anew', async () => {
    await start('2026-11-13T10:00:00');
    const first = await answered('#回答\n古い回答。');
    const before = desk.customers().length;
    await desk.send({ text: '自己解決しました。', headers: [`In-Reply-To: ${first.messageId}`] });
    expect((await desk.answers())[0]).toMatchObject({ state: 'held' });
    const note = desk.to(suzuki).find((one) => /staff-note/.test(header(one, 'Message-ID')))!;
    expect((await opened(note.raw)).subject).toContain('【保留】');
    expect((await opened(note.raw)).text).toContain('> 古い回答。');
    await desk.trial.goTo('2026-11-13T11:00:00');
    expect(desk.customers()).toHaveLength(before);
    expect((await desk.ticket(first)).state).toBe('open');
    await desk.reply('#回答\n新しい回答。', { on: note });
    await desk.trial.goTo('2026-11-13T11:03:00');
    expect((await desk.last(sato)).text).toContain('新しい回答。');
    expect((await desk.answers()).map(({ state }) => state)).toEqual(['cancelled', 'sent']);
  });

  it('when the author has not read the customer’s last mail', async () => {
    await start('2026-11-13T10:00:00');
    const first = await desk.send({});
    const notice = desk.to(suzuki).at(-1)!;
    await desk.send({ text: '追加です。', headers: [`In-Reply-To: ${first.messageId}`] });
    const given = await desk.reply('#回答\n追加を知らない回答。', { on: notice });
    expect(given.reason).toBe('answer from staff, held');
    expect((await desk.last(suzuki)).text).toContain('新しいメールが届いています');
    expect((await desk.answers())[0]).toMatchObject({ state: 'held' });
  });

  it('at its release, when a customer’s mail was decided behind it', async () => {
    await start('2026-11-13T10:00:00');
    const first = await answered();
    const item = (await desk.answers())[0]!;
    // As a process would have left it that did not see the answer.
    const { store } = desk.trial.daemon.desk;
    const message = (await store.received.claim(await store.received.accept(acceptance())))!;
    const ticket = { kind: 'attach', id: first.ticketId! } as const;
    await store.commit(deciding(message, { ticket, received: { outcome: 'ticket-continued' } }));
    expect((await desk.answers())[0]).toMatchObject({ state: 'queued' });
    await desk.trial.goTo('2026-11-13T10:30:00');
    expect((await desk.answers())[0]).toMatchObject({ id: item.id, state: 'held' });
    expect((await desk.last(suzuki)).subject).toContain('【保留】');
  });

  it('when a colleague was first, whether that has left or not; who knows of it may add to it', async () => {
    await start('2026-11-13T10:00:00');
    await desk.send({});
    const notice = desk.to(tanaka).at(-1)!;
    await desk.reply('#回答\n鈴木の回答。');
    const second = await desk.reply('#回答\n田中の回答。', { by: tanaka, on: notice });
    expect(second.reason).toBe('answer from staff, held');
    const { subject, text, arrival } = await desk.last(tanaka);
    expect(subject).toContain('【保留】');
    expect(text).toContain('鈴木 一郎');
    expect(text).toContain('> 田中の回答。');
    await desk.trial.goTo('2026-11-13T10:03:00');
    expect((await desk.last(sato)).text).toContain('鈴木の回答。');
    const third = await desk.reply('#回答\nもう一度。', { by: tanaka, on: notice });
    expect(third.reason).toBe('answer from staff, held');
    const added = await desk.reply('#回答\n補足です。', { by: tanaka, on: arrival });
    expect(added.reason).toBe('answer from staff');
    await desk.trial.goTo('2026-11-13T10:06:00');
    expect((await desk.last(sato)).text).toContain('補足です。');
    const waiting = (await desk.answers()).filter((one) => one.state === 'held' || one.state === 'queued');
    expect(waiting).toEqual([]);
  });
});

describe('#取消', () => {
  it('by reply to the confirmation, by anybody of staff, until it leaves; then it is too late', async () => {
    await start('2026-11-13T10:00:00');
    await answered();
    const before = desk.customers().length;
    await desk.reply('#取消', { by: tanaka });
    expect((await desk.last(tanaka)).subject).toContain('【取消】');
    expect((await desk.last(tanaka)).text).toContain('> こうしてください。');
    await desk.trial.goTo('2026-11-13T10:30:00');
    expect(desk.customers()).toHaveLength(before);
    await desk.reply('#回答\nもう一度。', { on: desk.to(suzuki)[0]! });
    const confirmation = desk.to(suzuki).at(-1)!;
    await desk.trial.goTo('2026-11-13T10:33:00');
    expect(desk.customers()).toHaveLength(before + 1);
    await desk.reply('＃ｃａｎｃｅｌ', { on: confirmation });
    expect((await desk.last(suzuki)).subject).toContain('【取消不可】');
  });
});

describe('an answer that does not arrive opens its ticket again, and staff hear of it', () => {
  it('refused by the relay; then uncertain', async () => {
    await start('2026-11-13T10:00:00');
    const first = await answered();
    desk.trial.sink.fail({ at: 'rcpt', to: sato, does: { kind: 'reply', code: 550, text: 'no such user' } });
    await desk.trial.goTo('2026-11-13T10:03:00');
    expect((await desk.answers())[0]).toMatchObject({ state: 'failed' });
    expect(await desk.ticket(first)).toMatchObject({ state: 'open', firstAnswerMinutes: null });
    const { subject, arrival } = await desk.last(suzuki);
    expect(subject).toContain('【送信失敗】');
    await desk.reply('#回答\nもう一度。', { on: arrival });
    desk.trial.sink.fail({ at: 'dot', does: { kind: 'close' } });
    await desk.trial.goTo('2026-11-13T10:06:00');
    expect((await desk.answers())[1]).toMatchObject({ state: 'uncertain' });
    expect((await desk.ticket(first)).state).toBe('open');
    expect((await desk.last(suzuki)).subject).toContain('【送信結果不明】');
    await desk.trial.goTo('2026-11-16T09:00:00');
    expect((await desk.answers())[1]).toMatchObject({ state: 'uncertain', attempts: 1 });
  });

  it.each([
    ['the one in copy', 'ueda@sample.example.jp', 'answered'],
    ['the author', sato, 'open'],
  ])('refused for %s alone', async (_who, refused, state) => {
    await start('2026-11-13T10:00:00');
    const first = await desk.send({ headers: ['Cc: ueda@sample.example.jp'] });
    await desk.reply('#回答\nはい。');
    desk.trial.sink.fail({
      at: 'rcpt',
      to: refused,
      does: { kind: 'reply', code: 550, text: 'no such user' },
    });
    await desk.trial.goTo('2026-11-13T10:03:00');
    expect((await desk.answers())[0]).toMatchObject({ state: 'sent' });
    expect((await desk.ticket(first)).state).toBe(state);
    const { subject, text } = await desk.last(suzuki);
    expect(subject).toContain('【送信失敗】');
    expect(text).toContain(`${refused}: 550 no such user`);
  });

  it('bounced, by the address that came back', async () => {
    await start('2026-11-13T10:00:00');
    const first = await desk.send({ headers: ['Cc: ueda@sample.example.jp'] });
    await desk.reply('#回答\nはい。');
    await desk.trial.goTo('2026-11-13T10:03:00');
    expect((await desk.ticket(first)).state).toBe('answered');
    const id = (await desk.last(sato)).messageId!;
    const report = [
      'From: MAILER-DAEMON@mx.example.jp',
      'To: cltech@example.jp',
      'Subject: Undelivered Mail Returned to Sender',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
      '',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.example.jp',
      '',
      'Final-Recipient: rfc822; Ueda@sample.example.jp',
      'Action: failed',
      'Status: 5.1.1',
      '',
      '--b',
      'Content-Type: text/rfc822-headers',
      '',
      `Message-ID: ${id}`,
      '',
      '--b--',
      '',
    ].join('\r\n');
    expect(await desk.trial.send(Buffer.from(report), '')).toMatchObject({ outcome: 'bounce-recorded' });
    expect((await desk.ticket(first)).state).toBe('open');
    expect((await desk.last(suzuki)).subject).toContain('【不達】');
    const { outbox } = desk.trial.daemon.desk.store;
    expect(await outbox.undeliverable([sato, 'ueda@sample.example.jp'])).toEqual(['ueda@sample.example.jp']);
  });
});

describe('who gets it', () => {
  it('#to and #cc say who, and naming a stranger accepts him', async () => {
    await start('2026-11-13T10:00:00');
    const first = await desk.send({});
    const ack = (await desk.last(sato)).messageId;
    await desk.send({ from: stranger, text: '私用アドレスです。', headers: [`In-Reply-To: ${ack}`] });
    expect((await desk.last(suzuki)).text).toContain(`宛先 To ${sato}\n`);
    await desk.reply(`#回答\n#to ${stranger}\n#cc なし\nはい。`);
    expect((await desk.last(suzuki)).text).toContain('お客様のドメインと異なる宛先');
    await desk.trial.goTo('2026-11-13T10:03:00');
    const answer = await desk.last(stranger);
    expect(answer.arrival.recipients).toEqual([stranger]);
    const next = await desk.send({
      from: stranger,
      text: '届きました。',
      headers: [`In-Reply-To: ${answer.messageId}`],
    });
    expect(next).toMatchObject({ outcome: 'ticket-continued', ticketId: first.ticketId });
  });

  it('attachments go along, under safe names', async () => {
    await start('2026-11-13T10:00:00');
    await desk.send({});
    const parts = (raw: Buffer) => {
      const text = raw.toString();
      const at = text.indexOf('Content-Type:');
      return Buffer.from(
        [
          `${text.slice(0, at)}Content-Type: multipart/mixed; boundary=b`,
          '',
          '--b',
          text.slice(at),
          '--b',
          'Content-Type: application/pdf; name="../../手順.pdf"',
          'Content-Disposition: attachment; filename="../../manual.pdf"',
          'Content-Transfer-Encoding: base64',
          '',
          Buffer.from('%PDF-1.4 \0\xff', 'latin1').toString('base64'),
          '--b--',
          '',
        ].join('\r\n'),
      );
    };
    const given = await desk.reply('#回答\n手順書です。', { raw: parts });
    expect(given.reason).toBe('answer from staff');
    expect((await desk.last(suzuki)).text).toContain('添付: 1件\n  1. manual.pdf');
    await desk.trial.goTo('2026-11-13T10:03:00');
    const raw = (await desk.last(sato)).arrival.raw.toString('latin1');
    expect(raw).toContain('filename=manual.pdf');
    expect(raw).toContain(Buffer.from('%PDF-1.4 \0\xff', 'latin1').toString('base64'));
    expect(raw).not.toContain('..');
  });
});

describe('the other directives', () => {
  it('#番号 opens a held ticket with its original time of receipt; the acknowledgement follows', async () => {
    await start('2026-11-13T17:40:00');
    const first = await desk.send({ text: '番号を忘れました。' });
    await desk.trial.goTo('2026-11-13T18:00:00');
    await desk.reply('#番号 ＣＬ－１２３４－５６７８\n#担当 鈴木');
    expect(await desk.ticket(first)).toMatchObject({
      state: 'open',
      number: 'CL-1234-5678',
      verified: true,
      assignee: '鈴木 一郎',
      openedAt: first.receivedAt,
    });
    expect(await desk.trial.daemon.desk.store.received.get(first.id)).toMatchObject({
      outcome: 'ticket-opened',
    });
    expect((await desk.last(suzuki)).subject).toContain('【処理済み】');
    await desk.trial.goTo('2026-11-16T09:00:00');
    expect(desk.customers().map((one) => one.to)).toEqual([sato]);
    const { subject, text } = await desk.last(sato);
    expect(subject).toContain('お問合せを受け付けました');
    expect(text).toContain('2026年11月13日(金) 17:40');
  });

  it('#電話 records the call and closes the loop; #終了 closes, with the category', async () => {
    await start('2026-11-13T10:00:00');
    const first = await desk.send({});
    await desk.trial.goTo('2026-11-13T13:30:00');
    const before = desk.customers().length;
    await desk.reply('#終了 操作\n#電話\n佐藤様に手順を説明。了承。');
    expect(await desk.ticket(first)).toMatchObject({
      state: 'closed',
      category: 'operation',
      firstAnswerMinutes: 150,
    });
    const { ref } = await desk.ticket(first);
    expect(await events(ref)).toContainEqual(
      expect.objectContaining({
        kind: 'phone-answer',
        actor: '鈴木 一郎',
        reason: '佐藤様に手順を説明。了承。',
      }),
    );
    await desk.trial.goTo('2026-11-16T10:00:00');
    expect(desk.customers()).toHaveLength(before);
  });

  it('#統合 carries a ticket on in another; its mail goes on there; two numbers stay apart', async () => {
    await start('2026-11-13T10:00:00');
    const one = await desk.send({ subject: '一件目' });
    const two = await desk.send({ subject: '二件目', text: '番号なしの続き' });
    const other = await desk.send({ from: takahashi, text: 'CL-2345-6789\n別会社' });
    const [, , notice] = desk.to(suzuki);
    const target = await desk.ticket(one);
    await desk.reply(`#統合 ${target.ref}`, { on: notice! });
    expect(flat((await desk.last(suzuki)).text)).toContain('別のお客様の受付は統合できません');
    expect((await desk.ticket(other)).state).toBe('open');
    await desk.reply(`#統合 ${target.ref}`, { on: desk.to(suzuki)[1]! });
    expect(await desk.ticket(two)).toMatchObject({ ref: target.ref, state: 'open' });
    const merged = await desk.trial.daemon.desk.store.tickets.byId(two.ticketId!);
    expect(merged).toMatchObject({ state: 'closed', mergedInto: target.id });
    const next = await desk.send({ subject: `Re: [${merged!.ref}]`, text: '続きです。' });
    expect(next).toMatchObject({ outcome: 'ticket-continued', ticketId: target.id });
    await desk.trial.goTo('2026-12-04T10:00:00');
    expect(
      (await desk.trial.letters()).filter((item) => item.kind === 'reminder' && item.state === 'sent'),
    ).toEqual([]);
  });

  it('#迷惑 closes, blocks, sends nothing; later mail is kept and ignored; a registered customer is not blocked', async () => {
    await start('2026-11-13T17:40:00');
    const spam = await desk.send({ from: stranger, text: '広告です。CL-1234-5678' });
    await desk.reply('#迷惑 広告');
    expect((await desk.ticket(spam)).state).toBe('closed');
    const again = await desk.send({ from: stranger.toUpperCase(), text: 'また広告です。' });
    expect(again).toMatchObject({ outcome: 'ignored', reason: 'blocked: 広告 (鈴木 一郎)' });
    await desk.send({ text: 'CL-1234-5678\n本物のお客様' });
    await desk.reply('#spam');
    expect((await desk.last(suzuki)).text).toContain('受信拒否にはしていません');
    const next = await desk.send({ text: 'CL-1234-5678\nもう一件' });
    expect(next.outcome).toBe('ticket-opened');
    await desk.trial.goTo('2026-11-16T09:00:00');
    expect(desk.customers().map((one) => one.to)).toEqual([sato]);
  });

  it('an answer quotes the question, not the mail that brought the number', async () => {
    await start('2026-11-13T10:00:00');
    const first = await desk.send({ text: '本当の質問です。' });
    const request = (await desk.last(sato)).messageId;
    await desk.send({ text: 'CL-1234-5678 です。', headers: [`In-Reply-To: ${request}`] });
    await desk.reply('#回答\nはい。');
    await desk.trial.goTo('2026-11-13T10:03:00');
    const { text, arrival } = await desk.last(sato);
    expect(text).toContain('> 本当の質問です。');
    expect(header(arrival, 'In-Reply-To')).not.toBe(first.messageId);
  });

  it('an answer on a ticket that waits for its number settles it', async () => {
    await start('2026-11-13T10:00:00');
    const first = await desk.send({ text: '番号を忘れました。' });
    await desk.reply('#回答 質問\n番号をお知らせください。');
    expect((await desk.ticket(first)).state).toBe('open');
    await desk.trial.goTo('2026-11-13T10:03:00');
    const answer = await desk.last(sato);
    await desk.send({ text: 'CL-1234-5678', headers: [`In-Reply-To: ${answer.messageId}`] });
    expect(await desk.ticket(first)).toMatchObject({ state: 'open', number: 'CL-1234-5678', verified: true });
    await desk.trial.goTo('2026-12-04T10:00:00');
    const reminders = (await desk.trial.letters()).filter((item) => item.kind === 'reminder');
    expect(reminders.map(({ state }) => state)).toEqual(['cancelled']);
  });
});

describe('replies of another kind', () => {
  it('to a mail about no ticket: nothing is done, and the author hears so', async () => {
    await start('2026-11-13T10:00:00');
    const lost =
      'From: MAILER-DAEMON@mx.example.jp\r\nTo: cltech@example.jp\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\nlost\r\n';
    expect(await desk.trial.send(Buffer.from(lost), '')).toMatchObject({
      outcome: 'bounce-recorded',
      ticketId: null,
    });
    const given = await desk.reply('#回答\nどれに?');
    expect(given).toMatchObject({
      outcome: 'ignored',
      reason: 'staff reply about no ticket',
      ticketId: null,
    });
    const { subject, text } = await desk.last(suzuki);
    expect(subject).toBe('【差し戻し】処理できませんでした(何も送信していません)');
    expect(text).toContain('> どれに?');
  });

  it('as HTML alone, with the history below, as Outlook writes it', async () => {
    await start('2026-11-13T10:00:00');
    await desk.send({});
    const html = (raw: Buffer) => {
      const text = raw.toString();
      const head = text.slice(0, text.indexOf('Content-Type:'));
      const body =
        '<html><body><div><p class=MsoNormal>＃回答<o:p></o:p></p><p class=MsoNormal>手順は次のとおりです。<o:p></o:p></p><p class=MsoNormal>① 再起動<br>② 確認<o:p></o:p></p><div><div style="border-top:solid #E1E1E1 1.0pt"><p class=MsoNormal><b>From:</b> ChatLuck サポート窓口 &lt;cltech@example.jp&gt;<br><b>Sent:</b> Friday, November 13, 2026 10:00 AM<br><b>To:</b> suzuki@example.jp<br><b>Subject:</b> 【新規】</p></div></div><p class=MsoNormal>先頭に # の行がない返信は社内メモになります</p></div></body></html>';
      return Buffer.from(`${head}Content-Type: text/html; charset=UTF-8\r\n\r\n${body}\r\n`);
    };
    expect(await desk.reply('', { raw: html })).toMatchObject({ reason: 'answer from staff' });
    await desk.trial.goTo('2026-11-13T10:03:00');
    const { text } = await desk.last(sato);
    expect(text).toMatch(/手順は次のとおりです。\n+① 再起動\n② 確認\n/);
    expect(text).not.toContain('社内メモ');
  });
});

describe('a customer’s mail that staff forward as an attachment', () => {
  const inner = () =>
    mail({ from: kato, subject: '担当者あて', text: 'CL-1234-5678\n個人あてに送りました。' });
  const outer = (attached: Buffer, headers: readonly string[]) =>
    Buffer.from(
      [
        ...[
          `From: ${suzuki}`,
          'To: cltech@example.jp',
          'Subject: Fwd',
          `Message-ID: <${Math.random()}@example.jp>`,
          ...headers,
        ],
        ...['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=out', ''],
        ...['--out', 'Content-Type: text/plain', '', 'FYI', '--out', 'Content-Type: message/rfc822', ''],
        attached.toString('utf8'),
        '--out--',
        '',
      ].join('\r\n'),
    );

  it('opens a ticket for that customer; staff get no letter; a copy that comes later is the same mail', async () => {
    await start('2026-11-13T10:00:00');
    const attached = inner();
    const given = await desk.trial.send(outer(attached, [passed()]));
    expect(given).toMatchObject({ outcome: 'ignored', reason: 'forwarded by staff', ticketId: null });
    const taken = (await desk.trial.daemon.desk.store.received.get(given.id + 1))!;
    expect(taken).toMatchObject({ outcome: 'ticket-opened', reason: 'valid', receivedAt: given.receivedAt });
    expect(taken.facts).toMatchObject({ from: kato, subject: '担当者あて' });
    expect(desk.customers().map((one) => one.to)).toEqual([kato]);
    expect((await desk.last(suzuki)).subject).toContain('【新規】');
    expect(await desk.trial.send(attached)).toMatchObject({ outcome: 'duplicate', ticketId: taken.ticketId });
  });

  it('without proof it is an ordinary mail with a file', async () => {
    await start('2026-11-13T10:00:00');
    const given = await desk.trial.send(outer(inner(), []));
    expect(given).toMatchObject({ outcome: 'review' });
    expect((await desk.trial.daemon.desk.store.received.tally()).accepted).toBe(1);
    expect(desk.customers()).toEqual([]);
  });
});
