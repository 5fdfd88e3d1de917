/** Answers by mail through the whole daemon: who may give them, what leaves, when, and what stops it (spec 5.3). */
import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../src/desk/audit.ts';
import { header, passed, type StaffDesk, sato, startStaffDesk, suzuki, tanaka } from './staff-desk.ts';
import { type Arrival, mail, opened } from './trial.ts';

let desk: StaffDesk;
const start = async (...given: Parameters<typeof startStaffDesk>) => {
  desk = await startStaffDesk(...given);
};
afterEach(async () => {
  const { trial } = desk;
  const found = await audit(trial.daemon.desk);
  expect(found.contradictions).toEqual([]);
  expect(found.balanced).toBe(true);
  expect(trial.journal.filter((one) => /failed/.test(one.event)).map((one) => one.fields)).toEqual([]);
  await trial[Symbol.asyncDispose]();
});

describe.each(['+', 'none'] as const)('an answer by reply to the notification, extension %s', (extension) => {
  it('given on Friday at 20:00 leaves on Monday at 9:00 in the right thread; the customer goes on', async () => {
    await start('2026-11-13T16:00:00', extension);
    const first = await desk.send({
      subject: 'ログイン不可',
      headers: ['Cc: Ueda <ueda@sample.example.jp>'],
    });
    const notice = await desk.last(suzuki);
    expect(notice.text).toContain('#回答');
    expect(notice.text).toContain('今回答した場合の送信: 2026年11月13日(金) 16:03\n');
    expect(notice.text).toContain(`宛先 To ${sato}\n`);
    expect(notice.text).toContain('CC ueda@sample.example.jp');
    await desk.trial.goTo('2026-11-13T20:00:00');
    const before = desk.customers().length;
    const given = await desk.reply('#回答\n設定をご確認ください。\n');
    expect(given).toMatchObject({
      outcome: 'ticket-continued',
      reason: 'answer from staff',
      ticketId: first.ticketId,
    });
    expect((await desk.answers())[0]).toMatchObject({
      state: 'queued',
      notBefore: '2026-11-16T00:00:00.000Z',
    });
    for (const address of [suzuki, tanaka]) {
      const { subject, text } = await desk.last(address);
      expect(subject).toBe('【送信予約】[R-20261113-0001] 2026年11月16日(月) 9:00 に送信します');
      expect(text).toContain('★本日中には出ません');
      expect(text).toContain(`宛先: To ${sato}\n`);
      expect(text).toContain('ueda@sample.example.jp');
      expect(text).toContain('設定をご確認ください。');
    }
    const preview = (await desk.last(suzuki)).text.split('お客様に届く文面 ―――――――――――\n')[1]!;
    await desk.trial.goTo('2026-11-16T08:59:59');
    expect(desk.customers()).toHaveLength(before);
    await desk.trial.goTo('2026-11-16T09:00:00');
    expect(desk.customers()).toHaveLength(before + 1);
    const answer = await desk.last(sato);
    expect(answer.arrival.recipients).toEqual([sato, 'ueda@sample.example.jp']);
    expect(answer.arrival.from).toMatch(
      extension === '+' ? /^cltech\+b[a-z2-7]{26}@example\.jp$/ : /^cltech@example\.jp$/,
    );
    expect(answer.subject).toBe('Re: [R-20261113-0001] ログイン不可');
    expect(answer.text).toContain('佐藤 花子 様');
    expect(answer.text).toContain('サポート窓口の鈴木です。');
    expect(preview.trim()).toBe(`件名: ${answer.subject}\n\n${answer.text}`.trim());
    expect(header(answer.arrival, 'In-Reply-To')).toBe(first.messageId);
    expect(header(answer.arrival, 'References')).toContain(first.messageId!);
    expect(header(answer.arrival, 'Cc')).toBe('ueda@sample.example.jp');
    expect(header(answer.arrival, 'Auto-Submitted')).toBe('');
    // From Friday 16:00 to 17:30.
    expect(await desk.ticket(first)).toMatchObject({ state: 'answered', firstAnswerMinutes: 90 });

    const back = await desk.send(
      { subject: '別件名', text: 'まだ駄目です。', headers: [`In-Reply-To: ${answer.messageId}`] },
      header(answer.arrival, 'Reply-To') || undefined,
    );
    expect(back).toMatchObject({ outcome: 'ticket-continued', ticketId: first.ticketId });
    expect((await desk.ticket(first)).state).toBe('open');
    await desk.reply('＃回答　完了\n#終了 障害\n解決しました。');
    await desk.trial.goTo('2026-11-16T09:10:00');
    expect(await desk.ticket(first)).toMatchObject({
      state: 'closed',
      category: 'trouble',
      firstAnswerMinutes: 90,
    });
    const closing = await desk.last(sato);
    await desk.trial.goTo('2026-12-01T10:00:00');
    await desk.send({ text: '再発しました。', headers: [`In-Reply-To: ${closing.messageId}`] });
    expect(await desk.ticket(first)).toMatchObject({ state: 'open', closedAt: null });
    expect((await desk.last(suzuki)).subject).toMatch(/^【再開】/);
  });
});

describe('who may answer: every proof is needed', () => {
  const ways: readonly [string, (notice: Arrival) => Promise<Parameters<StaffDesk['reply']>[1]>][] = [
    [
      'no authentication result',
      async (notice) => ({ headers: [`In-Reply-To: ${(await opened(notice.raw)).messageId}`] }),
    ],
    [
      'authentication of another domain',
      async (notice) => ({
        headers: [passed('evil.example'), `In-Reply-To: ${(await opened(notice.raw)).messageId}`],
      }),
    ],
    [
      'a result by another server',
      async (notice) => ({
        headers: [
          passed().replace('mx.example.jp', 'mx.evil.example'),
          `In-Reply-To: ${(await opened(notice.raw)).messageId}`,
        ],
      }),
    ],
    ['no mark', async () => ({ headers: [passed()], subject: 'Re: [R-20261113-0001]' })],
    [
      'a mark that was changed',
      async (notice) => ({
        headers: [
          passed(),
          `In-Reply-To: ${(await opened(notice.raw)).messageId!.replace(/.\./, (one) => (one === 'a.' ? 'b.' : 'a.'))}`,
        ],
      }),
    ],
    ['a From that is not listed', async () => ({ from: 'boss@example.jp' })],
    ['the mark of another member', async () => ({ on: desk.to(tanaka).at(-1)! })],
    [
      'two From',
      async (notice) => ({
        headers: [
          passed(),
          `In-Reply-To: ${(await opened(notice.raw)).messageId}`,
          'From: mallory@freemail.example.jp',
        ],
      }),
    ],
    ["the mark of a customer's letter", async () => ({ on: desk.to(sato).at(-1)! })],
  ];
  it.each(ways)('%s: an ordinary mail, nothing leaves', async (_why, how) => {
    await start('2026-11-13T10:00:00');
    await desk.send({});
    const before = desk.customers().length;
    const over = await how(desk.to(suzuki).at(-1)!);
    const forged = await desk.reply('#回答\n偽の回答です。', over);
    expect(forged.reason).not.toMatch(/staff|refused/);
    expect(forged.facts?.kind).toBe('inquiry');
    await desk.trial.goTo('2026-11-13T11:00:00');
    expect(await desk.answers()).toEqual([]);
    expect(
      desk
        .customers()
        .slice(before)
        .map((one) => one.to),
    ).toEqual([]);
    expect((await desk.last(tanaka)).text).toContain('偽の回答です。');
  });

  it('with extension +, the signed address alone is the mark, and the one of a customer is none', async () => {
    await start('2026-11-13T10:00:00', '+');
    await desk.send({});
    await desk.send({});
    // The reply address of ticket 2 bears the number of a letter to this very member.
    expect(await desk.trial.daemon.desk.store.outbox.get(2)).toMatchObject({ to: suzuki });
    const replyTo = header(desk.to(suzuki).at(-1)!, 'Reply-To');
    const given = { from: suzuki, headers: [passed()], text: '#回答\nこちらです。' };
    const forged = await desk.send(
      { ...given, to: header(desk.to(sato).at(-1)!, 'Reply-To') },
      header(desk.to(sato).at(-1)!, 'Reply-To'),
    );
    expect(forged).toMatchObject({ outcome: 'review', reason: 'stranger' });
    expect(await desk.send({ ...given, to: replyTo, text: '#回答\nこれです。' }, replyTo)).toMatchObject({
      reason: 'answer from staff',
    });
  });

  it('a vacation notice is recorded on the ticket, is no answer, and is not answered', async () => {
    await start('2026-11-13T10:00:00');
    const first = await desk.send({});
    const headers = async () => [
      passed(),
      `In-Reply-To: ${(await opened(desk.to(suzuki).at(-1)!.raw)).messageId}`,
    ];
    const since = desk.trial.arrivals.length;
    const strong = await desk.reply('#回答\n不在にしております。', {
      headers: [...(await headers()), 'Auto-Submitted: auto-replied'],
    });
    expect(strong).toMatchObject({ outcome: 'ignored', reason: 'auto-reply', ticketId: first.ticketId });
    const weak = await desk.reply('ただいま不在にしております。', {
      headers: await headers(),
      subject: '不在通知',
    });
    expect(weak).toMatchObject({
      outcome: 'ticket-continued',
      reason: 'probably automatic',
      ticketId: first.ticketId,
    });
    const doubtful = await desk.reply('#回答\n不在にしております。', {
      headers: await headers(),
      subject: '自動返信',
    });
    expect(doubtful.reason).toBe('refused');
    await desk.trial.goTo('2026-11-13T11:00:00');
    expect(await desk.answers()).toEqual([]);
    expect(desk.trial.arrivals.slice(since).map((one) => one.to)).toEqual([suzuki]);
    expect((await desk.ticket(first)).state).toBe('open');
  });

  it('mail of the past asks for nothing', async () => {
    await start('2026-11-13T10:00:00');
    await desk.send({});
    const { messageId } = await desk.last(suzuki);
    const raw = mail({
      from: suzuki,
      headers: [passed(), `In-Reply-To: ${messageId}`],
      text: '#回答\n昔の回答',
    });
    expect(await desk.trial.takeIn(raw, '2026-11-12T10:00:00', true)).toMatchObject({
      reason: 'note from staff, taken in later',
    });
    expect(await desk.answers()).toEqual([]);
  });
});

describe('what comes back to its author', () => {
  it.each([
    ['no directive is a note', '調査中です。', '社内メモ', '先頭の行に「#回答」'],
    [
      'a directive further down is none',
      'お世話になっております。\n#回答\n本文',
      '社内メモ',
      '先頭の行にないため',
    ],
    ['an unknown directive', '#解凍\n本文', '差し戻し', '「#解凍」は指示にありません'],
    ['an unknown template', '#回答 存在しない型\n本文', '差し戻し', '型「存在しない型」はありません'],
    ['a setting that lacks', '#回答 パッチ\n本文', '差し戻し', '設定「patch」が必要です'],
    ['no text', '#回答', '差し戻し', '本文が必要です'],
    ['an address of ours', '#回答\n#to cltech@example.jp\n本文', '差し戻し', '当窓口または社員のアドレス'],
    ['an unknown ticket', '#統合 R-20200101-0001', '差し戻し', '受付 R-20200101-0001 がありません'],
    ['an unknown number', '#番号 CL-9999-0001', '差し戻し', '登録にありません'],
    ['an unknown colleague', '#担当 山本', '差し戻し', '鈴木 一郎、田中'],
    ['half of two directives', '#担当 田中\n#統合 R-20200101-0001', '差し戻し', '一緒に書けません'],
    ['nothing to take back', '#取消', '差し戻し', '取り消せる回答がありません'],
  ])('%s', async (_why, text, label, words) => {
    await start('2026-11-13T10:00:00');
    const first = await desk.send({});
    const before = desk.customers().length;
    const ticket = await desk.ticket(first);
    const written = await desk.reply(text, {});
    expect(written).toMatchObject({ outcome: 'ticket-continued', ticketId: first.ticketId });
    const back = await desk.last(suzuki);
    expect(back.subject).toContain(`【${label}】[${ticket.ref}]`);
    expect(back.text).toContain(words);
    if (label === '差し戻し') expect(back.text).toContain(`> ${text.split('\n')[0]}`);
    expect((await desk.ticket(first)).state).toBe('open');
    expect((await desk.ticket(first)).assignee).toBeNull();
    await desk.trial.goTo('2026-11-13T11:00:00');
    expect(desk.customers()).toHaveLength(before);
    expect(desk.to(tanaka)).toHaveLength(1);
  });
});
