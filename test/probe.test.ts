/** `doctor --probe` against a mail server that brings its mail back, with and without extended addresses. */
import { createTransport } from 'nodemailer';
import { afterEach, expect, it } from 'vitest';
import type { OpenDesk } from '../src/desk/house.ts';
import { probe } from '../src/doctor-probe.ts';
import { markedAddress, signMark } from '../src/reply/mark.ts';
import { mail, startTrial, type Trial } from './trial.ts';

let trial: Trial;
let stop: (() => void) | null = null;
afterEach(async () => {
  stop?.();
  stop = null;
  await trial[Symbol.asyncDispose]();
});

/** What comes is seen at once; only what never comes is waited for. */
const bounds = { waitMs: 40_000, graceMs: 40_000 };
const short = { waitMs: 4_000, graceMs: 2_000 };

/** The relay as a mail server: what it takes for `takes` comes back to us, with what it writes on top. */
function bringBack(takes: (to: string) => boolean, heading = ''): void {
  let done = 0;
  const timer = setInterval(async () => {
    for (const sunk of trial.sink.mails.slice(done)) {
      done += 1;
      if (!takes(sunk.to[0]!)) continue;
      const transport = createTransport({ host: '127.0.0.1', port: trial.daemon.smtpPort, ignoreTLS: true });
      const raw = Buffer.concat([Buffer.from(heading), sunk.raw]);
      await transport.sendMail({ envelope: { from: '', to: [...sunk.to] }, raw }).catch(() => undefined);
      transport.close();
      await trial.daemon.settle();
    }
  }, 50);
  stop = () => clearInterval(timer);
}
async function asked(desk: OpenDesk = trial.daemon.desk, patience = bounds) {
  const found = [];
  for await (const one of probe(desk, true, patience)) found.push(one);
  return found.map(({ check, status, message }) => ({ line: `${check}: ${status}`, message }));
}
const all = () => true;
const plainOnly = (to: string) => !to.includes('+');

it.each([
  ['+', all, ['probe: ok', 'replies: ok', 'sender proof: ok'], /as configured/],
  ['none', all, ['probe: ok', 'replies: warn', 'sender proof: ok'], /set addressExtension to "\+"/],
  ['none', plainOnly, ['probe: ok', 'replies: ok', 'sender proof: ok'], /cannot be extended/],
  ['+', plainOnly, ['probe: ok', 'replies: fail', 'sender proof: ok'], /set addressExtension to none/],
] as const)('configured %s', async (extension, takes, lines, words) => {
  trial = await startTrial({ now: '2026-11-20T10:00:00', yaml: `addressExtension: '${extension}'\n` });
  bringBack(takes);
  const found = await asked(trial.daemon.desk, takes === all ? bounds : { ...bounds, graceMs: 2_000 });
  expect(found.map(({ line }) => line)).toEqual(lines);
  expect(found[1]!.message).toMatch(words);
  // No ticket, no letter, nobody told: two mails of ours that came back.
  expect(await trial.daemon.desk.store.tickets.list({})).toEqual([]);
  expect(await trial.daemon.desk.store.outbox.list()).toEqual([]);
});

it('a relay that refuses extended addresses is told in its own words', async () => {
  trial = await startTrial({ now: '2026-11-20T10:00:00' });
  bringBack(all);
  const { desk } = trial.daemon;
  const courier: OpenDesk['courier'] = {
    ...desk.courier,
    deliver: async (parcel, mayBegin) =>
      plainOnly(parcel.recipients[0]!)
        ? desk.courier.deliver(parcel, mayBegin)
        : { kind: 'never', reason: '550 no such user' },
  };
  const found = await asked({ ...desk, courier });
  expect(found[1]).toMatchObject({
    line: 'replies: ok',
    message: expect.stringMatching(/was refused: 550 no such user: addresses cannot be extended/),
  });
});

it('names the mail server that writes Authentication-Results', async () => {
  trial = await startTrial({ now: '2026-11-20T10:00:00', yaml: 'authservId: mx.old.example.jp\n' });
  bringBack(all, 'Authentication-Results: mx.example.jp; spf=none\r\n');
  const found = await asked();
  expect(found[2]).toMatchObject({
    line: 'sender proof: warn',
    message: expect.stringMatching(/set authservId to mx\.example\.jp$/),
  });
});

it('a mail that does not come back, and no relay at all', async () => {
  trial = await startTrial({ now: '2026-11-20T10:00:00' });
  expect(await asked(trial.daemon.desk, short)).toEqual([
    { line: 'probe: fail', message: expect.stringMatching(/did not come back within 4 s; start the daemon/) },
  ]);
  const found = [];
  for await (const one of probe(trial.daemon.desk, false, short)) found.push(one.status);
  expect(found).toEqual(['warn']);
});

it('an extension that looks like a mark and is not signed is nobody’s address', async () => {
  trial = await startTrial({ now: '2026-11-20T10:00:00' });
  const { keys, from } = trial.daemon.desk.house;
  const deliver = (mark: string) => trial.send(mail(), undefined, markedAddress(from.address, mark)!);
  const signed = signMark(keys[0]!, 'c', 7);
  await expect(deliver(`${signed.slice(0, -1)}${signed.endsWith('a') ? 'b' : 'a'}`)).rejects.toThrow(/550/);
  expect(await deliver(signed)).toMatchObject({ outcome: 'ticket-opened' });
});
