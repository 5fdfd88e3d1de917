/**
 * A whole year of the whole daemon: mails come and the clock jumps, and whatever happens, nothing reaches a
 * customer outside reception hours (約款 2(1), spec 5.1). What is open is told here by a list of its own, asked of
 * what the sink received.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mail, registry, startTrial } from './trial.ts';

const holidays = new Set(
  `2026-04-29 2026-05-03 2026-05-04 2026-05-05 2026-05-06 2026-07-20 2026-08-11 2026-09-21 2026-09-22 2026-09-23
   2026-10-12 2026-11-03 2026-11-23 2027-01-01 2027-01-11 2027-02-11 2027-02-23 2027-03-21 2027-03-22`.split(
    /\s+/,
  ),
);
const closed = new Set(
  `2026-08-13 2026-08-14 2026-12-29 2026-12-30 2026-12-31 2027-01-02 2027-01-03 2027-01-04
   2026-06-12 2026-10-29 2026-10-30`.split(/\s+/),
);
const ics = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//test//JP',
  ...[
    ['20260612', '20260613', '創立記念日'],
    ['20261029', '20261031', '社員研修'],
  ].flatMap(([from, to, name], index) => [
    'BEGIN:VEVENT',
    `UID:${index}@example.jp`,
    'DTSTAMP:20260401T000000Z',
    `DTSTART;VALUE=DATE:${from}`,
    `DTEND;VALUE=DATE:${to}`,
    `SUMMARY:${name}`,
    'END:VEVENT',
  ]),
  'END:VCALENDAR',
  '',
].join('\r\n');

const jst = (at: Date) => new Date(at.getTime() + 9 * 3_600_000).toISOString();

/** Whether a letter may begin at this instant, told naively. */
function mayLeave(at: Date): boolean {
  const text = jst(at);
  const day = text.slice(0, 10);
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  if (weekday === 0 || weekday === 6 || holidays.has(day) || closed.has(day)) return false;
  const time = text.slice(11, 23);
  return (
    (time >= '09:00:00.000' && time < '11:59:00.000') || (time >= '13:00:00.000' && time < '17:29:00.000')
  );
}

/** Numbers in [0, 1) from a seed, so that a failure can be told again. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

const edges = [
  '08:59:59.999',
  '09:00:00',
  '11:58:59',
  '11:58:59.999',
  '11:59:00',
  '11:59:59',
  '12:00:00',
].concat([
  '12:59:59.999',
  '13:00:00',
  '17:28:59',
  '17:28:59.999',
  '17:29:00',
  '17:29:59',
  '17:30:00',
  '23:59:59.999',
  '00:00:00',
]);
/** Ordinary days and the edges of weekends, holidays and closures. */
const days =
  `2026-04-01 2026-04-28 2026-04-29 2026-05-01 2026-05-06 2026-05-07 2026-06-12 2026-08-12 2026-08-14 2026-09-18
  2026-09-22 2026-09-24 2026-10-28 2026-10-30 2026-12-28 2026-12-31 2027-01-04 2027-01-05 2027-02-23 2027-03-22`.split(
    /\s+/,
  );
const yearFrom = Date.parse('2026-04-01T00:00:00+09:00');
const yearTo = Date.parse('2027-03-05T00:00:00+09:00');

it('over a year of edges, random instants and a clock that jumps, everything leaves, and only in hours', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'uketsuke-ics-'));
  writeFileSync(join(dir, 'closures.ics'), ics);
  const random = numbers(20_260_401);
  const chance = (share: number) => random.next().value < share;
  const instants = [
    ...days.flatMap((day) => edges.map((time) => Date.parse(`${day}T${time}+09:00`))),
    ...Array.from({ length: 150 }, () => Math.floor(yearFrom + random.next().value * (yearTo - yearFrom))),
  ]
    .filter((at) => at >= yearFrom && at < yearTo)
    .sort((a, b) => a - b);
  await using trial = await startTrial({
    now: '2026-04-01T00:00:00',
    csv: `${registry}CL-6789-0123,株式会社ドメイン,ChatLuck,2025-04-01,2025-04-01,2027-03-31,active,no,窓口,@domain.example.jp,,,,株式会社ドメイン\n`,
    yaml: [
      'hours:',
      '  closures:',
      '    - { name: 夏期休暇, from: 2026-08-13, to: 2026-08-14 }',
      '    - 2026-12-29/2027-01-04',
      `  closuresFile: ${join(dir, 'closures.ics')}`,
      '  closuresKnownUntil: 2027-03-31',
    ].join('\n'),
  });
  let sender = 0;
  const write = () => {
    sender += 1;
    const text = chance(0.85) ? `CL-6789-0123\n質問 ${sender}` : `番号を忘れました ${sender}`;
    return trial.takeIn(mail({ from: `c${sender}@domain.example.jp`, text }));
  };
  const overdue = async () =>
    (await trial.letters()).filter(
      (one) => one.state === 'queued' && one.notBefore !== null && one.notBefore <= trial.now().toISOString(),
    );
  for (const at of instants) {
    // A step back of an hour, as a clock that is set right does.
    if (chance(0.08)) await trial.goTo(new Date(at - 3_600_000));
    const spoken = trial.sink.events.length;
    await trial.goTo(new Date(at));
    if (chance(0.6)) await write();
    // Outside hours the relay is not even spoken to.
    if (!mayLeave(new Date(at))) expect(trial.sink.events.length, jst(new Date(at))).toBe(spoken);
    if (mayLeave(new Date(at))) expect(await overdue(), jst(new Date(at))).toEqual([]);
  }
  // Requests without an answer bring a reminder and a closing notice: they have until the end of the year.
  for (let at = yearTo + 10 * 3_600_000; at < Date.parse('2027-04-01T00:00:00+09:00'); at += 86_400_000)
    await trial.goTo(new Date(at));
  const wrong = trial.arrivals.filter(({ at }) => !mayLeave(new Date(at)));
  expect(wrong.map(({ at }) => jst(new Date(at)))).toEqual([]);
  const letters = await trial.letters();
  expect(
    letters.filter((one) => one.state !== 'sent').map((one) => [one.kind, one.state, one.notBefore]),
  ).toEqual([]);
  expect(trial.arrivals).toHaveLength(letters.length);
  expect(sender).toBeGreaterThan(150);
  expect(letters.filter((one) => one.kind === 'closing-notice').length).toBeGreaterThan(10);
  // Each letter once: the Message-ID is its own.
  const ids = trial.arrivals.map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw.toString('latin1'))?.[1]);
  expect(new Set(ids).size).toBe(ids.length);
  rmSync(dir, { recursive: true, force: true });
}, 180_000);
