/** Every bomb of `bombs.ts` through the whole daemon: an outcome a person sees, and the mail behind it does not wait. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../src/desk/audit.ts';
import { type Bomb, bombs } from './bombs.ts';
import { mail, opened, startTrial, type Trial } from './trial.ts';

/** A waiting message is looked for every five seconds: two polls. */
const twoPollsMs = 10_000;
const source = { kind: 'file', name: 'bomb.eml', returnPath: null, recipients: [] } as const;

let trial: Trial;
beforeAll(async () => {
  trial = await startTrial({
    now: '2026-11-24T10:00:00',
    yaml: 'staff: [{ name: 鈴木, address: suzuki@example.jp }]\n',
  });
  // The reader's child is up, as it is on any working day.
  await trial.takeIn(mail());
});
afterAll(async () => {
  await trial[Symbol.asyncDispose]();
});

/** Takes the bomb in, an ordinary mail right behind it, and tells how long that one waited for its ticket. */
async function inFrontOfMail({ raw }: Bomb) {
  const { desk } = trial.daemon;
  const bomb = await desk.accept(raw, source, trial.now(), false);
  const behind = await desk.accept(mail(), source, trial.now(), false);
  const beganAt = performance.now();
  const settled = trial.daemon.settle();
  let waited: number | null = null;
  while (waited === null && performance.now() - beganAt < 60_000) {
    if ((await desk.store.received.get(behind))?.outcome === 'ticket-opened')
      waited = performance.now() - beganAt;
    else await sleep(25);
  }
  await settled;
  return { bomb: (await desk.store.received.get(bomb))!, waited };
}

describe('a bomb in front of ordinary mail', () => {
  it.each(bombs)('$name', async (bomb) => {
    const found = await inFrontOfMail(bomb);
    expect(found.waited).toBeLessThan(twoPollsMs);
    expect(found.bomb).toMatchObject({
      outcome: bomb.outcome,
      reason: expect.stringContaining(bomb.reason ?? ''),
    });
    // Its bytes are kept, whatever it was.
    expect((await trial.daemon.desk.store.received.raw(found.bomb.id))?.equals(bomb.raw)).toBe(true);
    // A person hears of it, but of what waits for its number in the morning alone.
    const told = (await trial.daemon.desk.store.outbox.list()).filter(
      ({ kind, receivedId, data }) =>
        kind === 'notification' && receivedId === found.bomb.id && data['event'] !== 'alarm',
    );
    expect(told.map(({ state }) => state)).toEqual(['sent']);
  });
});

it('bytes that no charset explains: staff are told, with what still can be read and the way to the original', async () => {
  const since = trial.arrivals.length;
  const noise = Buffer.from('81ff8e00fe80ff1b24fd9f81a0fffe00', 'hex');
  const head = 'From: sato@sample.example.jp\r\nSubject: s\r\nMessage-ID: <noise@example.jp>\r\n\r\n';
  const message = await trial.takeIn(
    Buffer.concat([Buffer.from(head), noise, Buffer.from('\n読めない所があります')]),
  );
  expect(message).toMatchObject({
    outcome: 'review',
    facts: { remarks: expect.arrayContaining([expect.stringContaining('文字化け')]) },
  });
  // What was still on its way when this one came leaves first.
  const told = trial.arrivals.slice(since).filter(({ to }) => to === 'suzuki@example.jp');
  const texts = await Promise.all(told.map(async ({ raw }) => (await opened(raw)).text.replace(/\s+/g, '')));
  expect(texts.join('\n')).toContain('文字化けが残っています。uketsuketicketssaveで原本を取り出して');
});

it('after all of them the ledger balances, nothing failed, and staff mail is of ordinary size', async () => {
  expect(await audit(trial.daemon.desk)).toMatchObject({ balanced: true, queued: 0 });
  expect(trial.journal.filter(({ event }) => /failed|killed|put-back/.test(event))).toEqual([]);
  await trial.goTo(trial.now());
  for (const { raw } of trial.arrivals) {
    expect(raw.length).toBeLessThan(11_000_000);
    expect((await opened(raw)).subject.length).toBeLessThan(400);
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
});
