/** Letters of which nobody knows, or that failed, and what a person decides about them, at a relay that misbehaves (spec 5.4). */
import { afterEach, describe, expect, it } from 'vitest';
import { audit } from '../src/desk/audit.ts';
import type { OutboxItem } from '../src/desk/ports.ts';
import { retryLetter, settleLetter } from '../src/desk/settle-letter.ts';
import type { Fault } from './sink.ts';
import { header, type StaffDesk, sato, startStaffDesk, suzuki } from './staff-desk.ts';

let desk: StaffDesk;
const start = async (now = '2026-11-02T10:00:00', yaml = '') => {
  desk = await startStaffDesk(now, 'none', yaml);
};
afterEach(async () => {
  const found = await audit(desk.trial.daemon.desk);
  expect(found.contradictions).toEqual([]);
  expect(desk.trial.journal.filter((one) => /pass-failed|message-failed/.test(one.event))).toEqual([]);
  await desk.trial[Symbol.asyncDispose]();
});

const house = () => desk.trial.daemon.desk;
const letter = async (kind: OutboxItem['kind']) =>
  (await desk.trial.letters()).filter((one) => one.kind === kind).at(-1)!;
const events = async (item: OutboxItem) => {
  const ticket = (await house().store.tickets.byId(item.ticketId!))!;
  return (await house().store.tickets.detail(ticket.ref))!.events;
};
const flat = (text: string) => text.replace(/\n\s*/g, '');
/** A letter that met this fault; with its state. */
const meets = async (fault: Fault, state: OutboxItem['state']): Promise<OutboxItem> => {
  await start();
  desk.trial.sink.fail(fault.at === 'rcpt' ? { ...fault, to: sato } : fault);
  await desk.send({});
  const item = await letter('acknowledgement');
  expect(item.state).toBe(state);
  return item;
};
const retry = async (id: number) => {
  const at = await retryLetter(house(), id, desk.trial.now());
  await desk.trial.goTo(desk.trial.now());
  return at;
};

describe('what a relay does to a letter is told in words, with what to do', () => {
  it.each([
    ['hangs up in the body', { at: 'body', does: { kind: 'close' } }, 'uncertain', '受領の返事がない'],
    ['hangs up after the dot', { at: 'dot', does: { kind: 'close' } }, 'uncertain', '受領の返事がない'],
    ['5xx to the recipient', { at: 'rcpt', does: { kind: 'reply', code: 550 } }, 'failed', '拒否しました'],
    ['5xx to the body', { at: 'dot', does: { kind: 'reply', code: 554 } }, 'failed', '拒否しました'],
  ] as const)('%s', async (_what, fault, state, words) => {
    const item = await meets(fault, state);
    const { subject, text } = await desk.last(suzuki);
    expect(subject).toContain('R-20261102-0001');
    expect(flat(text)).toContain(`受付確認(${sato} 宛)`);
    expect(flat(text)).toContain(words);
    expect(flat(text)).toContain(`uketsuke outbox retry ${item.id}`);
    expect(flat(text).includes(`uketsuke outbox settle ${item.id} --delivered`)).toBe(state === 'uncertain');
  });

  it.each([
    ['hangs up before the body', { at: 'data', does: { kind: 'close' } }, /^relay /],
    ['greylists', { at: 'rcpt', does: { kind: 'reply', code: 450, text: '4.2.0 greylisted' } }, /greylisted/],
    ['4xx to the body', { at: 'dot', does: { kind: 'reply', code: 451 } }, /^451/],
    ['offers no login', { at: 'mail', does: { kind: 'reply', code: 530 } }, /check relay\.user/],
  ] as const)('%s: it stays queued with the reason, leaves later, once', async (_what, fault, reason) => {
    await start();
    desk.trial.sink.fail(fault);
    desk.trial.sink.fail({ ...fault, to: sato } as Fault);
    await desk.send({});
    await desk.trial.goTo('2026-11-02T10:00:30');
    const waiting = (await house().store.outbox.list()).filter(({ attempts }) => attempts > 0);
    expect(waiting.map((one) => one.reason ?? '').filter((one) => reason.test(one))).not.toEqual([]);
    desk.trial.sink.heal();
    for (const time of ['10:20:00', '11:00:00']) await desk.trial.goTo(`2026-11-02T${time}`);
    expect(desk.to(sato)).toHaveLength(1);
    expect(desk.to(suzuki)).toHaveLength(1);
  });

  it('one of two recipients refused: staff hear who has it and who has not, and nothing is sent again', async () => {
    await start();
    await desk.send({ headers: ['Cc: kato@sample.example.jp'] });
    desk.trial.sink.fail({
      at: 'rcpt',
      to: 'kato@sample.example.jp',
      does: { kind: 'reply', code: 550, text: '5.1.1 no such user' },
    });
    await desk.reply('#回答 #至急\nはい。');
    expect(await letter('answer')).toMatchObject({ state: 'sent' });
    const { text } = await desk.last(suzuki);
    expect(flat(text)).toContain('次の宛先には届いていません: kato@sample.example.jp');
    expect(flat(text)).toContain('no such user');
    expect(text).not.toContain('outbox retry');
  });
});

describe('retry', () => {
  it('sends the same Message-ID once more, and what follows a letter follows', async () => {
    const item = await meets({ at: 'dot', does: { kind: 'close' } }, 'uncertain');
    expect(desk.to(sato)).toHaveLength(1);
    await retry(item.id);
    const [first, second] = desk.to(sato);
    expect(header(second!, 'Message-ID')).toBe(header(first!, 'Message-ID'));
    expect(await letter('acknowledgement')).toMatchObject({ state: 'sent', attempts: 1 });
    expect(await events(item)).toContainEqual(
      expect.objectContaining({ kind: 'letter-retried', actor: 'operator' }),
    );
    await desk.trial.goTo('2026-11-04T10:00:00');
    expect(desk.to(sato)).toHaveLength(2);
  });

  it('waits for reception hours like any letter', async () => {
    const item = await meets({ at: 'rcpt', does: { kind: 'reply', code: 550 } }, 'failed');
    await desk.trial.goTo('2026-11-02T19:00:00');
    expect(await retry(item.id)).toBe('2026-11-04T00:00:00.000Z');
    await desk.trial.goTo('2026-11-04T08:59:59');
    expect(desk.to(sato)).toEqual([]);
    await desk.trial.goTo('2026-11-04T09:00:00');
    expect(desk.to(sato)).toHaveLength(1);
  });

  it('that ends badly again is told again', async () => {
    const item = await meets({ at: 'dot', does: { kind: 'close' } }, 'uncertain');
    const told = desk.to(suzuki).length;
    await desk.trial.goTo('2026-11-02T10:10:00');
    desk.trial.sink.fail({ at: 'dot', does: { kind: 'close' } });
    await retry(item.id);
    expect(await letter('acknowledgement')).toMatchObject({ state: 'uncertain' });
    expect(desk.to(suzuki)).toHaveLength(told + 1);
  });

  it('a failed answer: its author is told the new time, and the ticket is answered when it left', async () => {
    await start();
    const message = await desk.send({});
    desk.trial.sink.fail({ at: 'rcpt', to: sato, does: { kind: 'reply', code: 552, text: 'mailbox full' } });
    await desk.reply('#回答 #至急\nはい。');
    const answer = await letter('answer');
    expect(answer.state).toBe('failed');
    expect((await desk.ticket(message)).state).toBe('open');
    await desk.trial.goTo('2026-11-02T15:00:00');
    await retry(answer.id);
    expect((await desk.ticket(message)).state).toBe('answered');
    expect((await desk.last(suzuki)).subject).toContain('送信予約');
  });

  it('of what the customer has overtaken is refused, with the reason; so is what is no trouble', async () => {
    await start('2026-11-02T17:40:00');
    await desk.send({});
    await desk.reply('#回答\nはい。');
    await desk.send({ subject: 'Re: [R-20261102-0001]', text: '追加です。' });
    const answer = await letter('answer');
    expect(answer.state).toBe('held');
    await expect(retry(answer.id)).rejects.toThrow('the customer wrote before the answer left');
    await expect(retry((await letter('acknowledgement')).id)).rejects.toThrow(
      /is queued.*only letters that are/,
    );
    await expect(retry(999)).rejects.toThrow('there is no letter 999');
  });
});

describe('settle', () => {
  it('as delivered: nothing is sent, and the answer counts from when it left', async () => {
    await start();
    const message = await desk.send({});
    await desk.trial.goTo('2026-11-02T10:30:00');
    desk.trial.sink.fail({ at: 'dot', does: { kind: 'close' } });
    await desk.reply('#回答 #至急\nはい。');
    const answer = await letter('answer');
    expect(answer.state).toBe('uncertain');
    await desk.trial.goTo('2026-11-02T16:00:00');
    const before = desk.trial.arrivals.length;
    await settleLetter(house(), answer.id, true, desk.trial.now());
    await desk.trial.goTo('2026-11-04T16:00:00');
    expect(desk.trial.arrivals).toHaveLength(before);
    expect(await letter('answer')).toMatchObject({ state: 'sent', sentAt: '2026-11-02T01:30:00.000Z' });
    expect(await desk.ticket(message)).toMatchObject({ state: 'answered', firstAnswerMinutes: 30 });
    expect(await events(answer)).toContainEqual(
      expect.objectContaining({ kind: 'letter-settled', actor: 'operator' }),
    );
  });

  it('a request for the number as delivered: the reminder follows from now', async () => {
    await start();
    desk.trial.sink.fail({ at: 'dot', does: { kind: 'close' } });
    await desk.send({ text: '番号を忘れました。' });
    await settleLetter(house(), (await letter('request-number')).id, true, desk.trial.now());
    expect(await letter('reminder')).toMatchObject({
      state: 'queued',
      notBefore: '2026-11-06T00:00:00.000Z',
    });
  });

  it('as not delivered: failed, and can be sent again', async () => {
    const item = await meets({ at: 'body', does: { kind: 'close' } }, 'uncertain');
    await settleLetter(house(), item.id, false, desk.trial.now());
    expect(await letter('acknowledgement')).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('not delivered, says an operator'),
    });
    await expect(settleLetter(house(), item.id, false, desk.trial.now())).rejects.toThrow(
      'only letters that',
    );
    const before = desk.to(sato).length;
    await retry(item.id);
    expect(desk.to(sato)).toHaveLength(before + 1);
  });

  it('of what never began to leave is refused', async () => {
    await start();
    await desk.send({});
    const item = await letter('acknowledgement');
    await expect(settleLetter(house(), item.id, true, desk.trial.now())).rejects.toThrow('is sent');
  });
});
