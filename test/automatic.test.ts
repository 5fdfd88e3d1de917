/** Mail of machines and mail of people as it arrives, read whole: no machine gets an answer, everybody else does (spec 5.2, threats 1-15). */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { fateOf } from '../src/desk/bounced.ts';
import { screen } from '../src/inquiry/automatic-mail.ts';
import { opensWithNumber, readOpening } from '../src/inquiry/opening.ts';
import { parseMask } from '../src/inquiry/support-number.ts';
import { identify } from '../src/mailbox/digest.ts';
import { readMail } from '../src/reading/mail.ts';
import { mail, startTrial, type Trial } from './trial.ts';

interface Sample {
  readonly name: string;
  readonly expected: readonly string[];
  readonly raw: Buffer;
}

function samples(file: string): readonly Sample[] {
  return readFileSync(new URL(`../fixtures/automatic/${file}.txt`, import.meta.url), 'utf8')
    .split(/^#### /m)
    .slice(1)
    .map((block) => {
      const [name = '', ...expected] = block.slice(0, block.indexOf('\n')).split(' | ');
      const text = block.slice(block.indexOf('\n') + 1);
      const typed = /^Content-Type:/im.test(text.slice(0, text.indexOf('\n\n')));
      const label = typed ? '' : 'Content-Type: text/plain; charset=utf-8\n';
      return { name, expected, raw: Buffer.from((label + text).replaceAll('\n', '\r\n')) };
    });
}

const machines = ['bounces', 'auto-replies', 'lists-and-reports', 'machines'].flatMap(samples);
const people = samples('customers');
const mask = parseMask('CL-9999-9999');

async function screened(raw: Buffer) {
  const { letter } = await readMail(raw);
  const numbered = opensWithNumber(readOpening(mask, { ...letter.body, subject: letter.subject }));
  const screening = screen(letter, {
    returnPath: identify(raw).returnPath,
    ourAddresses: ['cltech@example.jp'],
    staffAddresses: ['suzuki@example.jp'],
    robots: ['licence-robot@example.jp'],
    numbered,
  });
  return { letter, screening };
}

describe('what machines write', () => {
  it.each(machines)('$name', async ({ expected: [kind, fate = '-'], raw }) => {
    const { letter, screening } = await screened(raw);
    expect(screening).toMatchObject({ kind, mayAnswer: false });
    expect(screening.whyNot).not.toBeNull();
    if (fate !== '-') expect(fateOf(letter.report)).toBe(fate);
  });
});

describe('what people write', () => {
  it.each(people)('$name', async ({ raw }) => {
    const { screening } = await screened(raw);
    expect(screening).toMatchObject({ kind: 'inquiry', mayAnswer: true, reasons: [] });
  });
});

describe('through the whole desk', () => {
  let trial: Trial;
  afterEach(async () => {
    expect(trial.journal.filter((one) => /pass-failed|message-failed/.test(one.event))).toEqual([]);
    await trial[Symbol.asyncDispose]();
  });
  const yaml = 'robots: [licence-robot@example.jp]\nstaff: [{ name: 鈴木, address: suzuki@example.jp }]\n';

  it('mails of machines: each has an outcome, none has an answer', async () => {
    trial = await startTrial({ now: '2026-11-20T10:00:00', yaml });
    for (const { raw } of machines) await trial.daemon.desk.accept(raw, source, trial.now(), false);
    await trial.daemon.settle();
    expect(await trial.letters()).toEqual([]);
    const { accepted, queued } = await trial.daemon.desk.store.received.tally();
    expect([accepted, queued]).toEqual([machines.length, 0]);
  }, 300_000);

  it('mails of people: each has its letter', async () => {
    trial = await startTrial({ now: '2026-11-20T10:00:00', yaml });
    for (const { raw } of people) await trial.daemon.desk.accept(raw, source, trial.now(), false);
    await trial.daemon.settle();
    const answered = (await trial.letters()).map(({ to }) => to);
    const { desk } = trial.daemon;
    const senders = await Promise.all(
      people.map(async ({ raw }) => (await readMail(raw)).letter.from?.address ?? ''),
    );
    expect(senders.filter((address) => !answered.includes(address))).toEqual([]);
    expect((await desk.store.received.tally()).outcomes).not.toHaveProperty('ignored');
  }, 300_000);

  it('reports of abuse, DMARC and TLS, and receipts, stand in no ticket', async () => {
    trial = await startTrial({ now: '2026-11-20T10:00:00', yaml });
    const reports = machines.filter(({ expected: [kind] }) => kind === 'report');
    expect(reports.length).toBeGreaterThan(8);
    for (const { raw } of reports)
      expect(await trial.takeIn(raw)).toMatchObject({ outcome: 'ignored', reason: 'report', ticketId: null });
    expect(await trial.daemon.desk.store.tickets.list({})).toEqual([]);
    expect(await trial.daemon.desk.store.outbox.list()).toEqual([]);
  });

  it('an absence notice in Japanese words alone is before a person, and gets no letter', async () => {
    trial = await startTrial({ now: '2026-11-20T10:00:00', yaml });
    const notices = machines.filter(({ name }) =>
      /^(?:absence by subject alone|business trip|at lunch)/.test(name),
    );
    expect(notices).toHaveLength(3);
    for (const { raw } of notices) {
      const message = await trial.takeIn(raw);
      expect(message).toMatchObject({ outcome: 'review', facts: { kind: 'inquiry' } });
      expect(message.reason).toContain('probably automatic');
      const ticket = (await trial.daemon.desk.store.tickets.byId(message.ticketId!))!;
      expect(ticket.state).toBe('review');
    }
    expect(await trial.letters()).toEqual([]);
  });

  it('a mail that went in circles for fifty hops gets no letter and a person', async () => {
    trial = await startTrial({ now: '2026-11-20T10:00:00', yaml });
    const hops = (count: number) =>
      Array.from({ length: count }, () => 'Received: from a by b; Fri, 20 Nov 2026 10:00:00 +0900');
    const looped = await trial.takeIn(mail({ headers: hops(51) }));
    expect(looped).toMatchObject({ outcome: 'ticket-opened' });
    expect(await trial.letters()).toEqual([]);
    const { events } = (await trial.daemon.desk.store.tickets.detail((await trial.ticketOf(looped)).ref))!;
    const kept = { kind: 'letter-withheld', reason: '51 Received fields: a loop' };
    expect(events).toContainEqual(expect.objectContaining(kept));
    await trial.takeIn(mail({ headers: hops(50) }));
    expect(await trial.letters()).toHaveLength(1);
  });

  it('a receipt that is asked for is not given', async () => {
    trial = await startTrial({ now: '2026-11-20T10:00:00', yaml });
    const asks = [
      'Disposition-Notification-To: sato@sample.example.jp',
      'Return-Receipt-To: sato@sample.example.jp',
    ];
    await trial.takeIn(mail({ headers: asks }));
    const sent = trial.arrivals.filter(({ to }) => to !== 'suzuki@example.jp');
    expect(sent).toHaveLength(1);
    expect(sent[0]!.raw.toString('latin1')).not.toMatch(/disposition|multipart\/report/i);
  });

  it('a robot of the house is kept, and heard when it names a contract', async () => {
    trial = await startTrial({ now: '2026-11-20T10:00:00', yaml });
    const from = 'licence-robot@example.jp';
    expect(await trial.takeIn(mail({ from, text: '処理が終わりました。' }))).toMatchObject({
      outcome: 'ignored',
    });
    expect(await trial.takeIn(mail({ from }))).toMatchObject({ outcome: 'ticket-opened' });
    expect(await trial.letters()).toEqual([]);
  });
});

const source = { kind: 'file', name: 'test.eml', returnPath: null, recipients: [] } as const;
