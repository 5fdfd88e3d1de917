/** Mail of machines and mail of people as it arrives, read whole: no machine gets an answer, everybody else does (spec 5.2, threats 1-15). */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { fateOf } from '../src/desk/bounced.ts';
import { screen } from '../src/inquiry/automatic-mail.ts';
import { opensWithNumber, readOpening } from '../src/inquiry/opening.ts';
import { parseMask } from '../src/inquiry/support-number.ts';
import { identify } from '../src/mailbox/digest.ts';
import { readMail } from '../src/reading/mail.ts';
import { startTrial, type Trial } from './trial.ts';

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

  it(`${machines.length} mails of machines: each has an outcome, none has an answer`, async () => {
    trial = await startTrial({ now: '2026-11-20T10:00:00', yaml });
    for (const { raw } of machines) await trial.daemon.desk.accept(raw, source, trial.now(), false);
    await trial.daemon.settle();
    expect(await trial.letters()).toEqual([]);
    const { accepted, queued } = await trial.daemon.desk.store.received.tally();
    expect([accepted, queued]).toEqual([machines.length, 0]);
  });

  it(`${people.length} mails of people: each has its letter`, async () => {
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
  });
});

const source = { kind: 'file', name: 'test.eml', returnPath: null, recipients: [] } as const;
