/** The clock of the host jumps, and the daemon restarts at the edges: nothing leaves outside the window, nothing twice (threat 80). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { command, handOver, startProcess, until } from './process.ts';
import { startSink } from './sink.ts';
import { mail, startTrial } from './trial.ts';

const timeout = 240_000;
const jst = (at: string | Date) =>
  new Date(new Date(at).getTime() + 9 * 3_600_000).toISOString().slice(0, 19);
/** 約款 2(1) without the last minute of each window, told naively; the days below are all working days. */
const open = (at: string) => {
  const time = jst(at).slice(11);
  return (time >= '09:00:00' && time < '11:59:00') || (time >= '13:00:00' && time < '17:29:00');
};

it.concurrent('jumps of an hour either way, and restarts at every edge', { timeout }, async () => {
  await using trial = await startTrial({ now: '2026-11-18T08:00:00' });
  let written = 0;
  for (const day of ['2026-11-20'])
    for (const edge of [
      '08:59:59',
      '09:00:00',
      '11:58:59',
      '12:00:00',
      '13:00:00',
      '17:28:59',
      '17:29:59',
      '17:30:00',
    ]) {
      const at = Date.parse(`${day}T${edge}+09:00`);
      await trial.goTo(new Date(at));
      written += 1;
      await trial.takeIn(mail({ from: `c${written}@customer.example.jp`, text: `質問 ${written}` }));
      await trial.restart();
      const jumps = written % 2 === 0 ? [-1, 0, 1, 0] : [1, 0, -1, 0];
      for (const hours of jumps) await trial.goTo(new Date(at + hours * 3_600_000));
    }
  await trial.goTo('2026-11-24T10:00:00');
  expect(trial.arrivals.filter(({ at }) => !open(at)).map(({ at }) => jst(at))).toEqual([]);
  const letters = (await trial.letters()).filter(({ kind }) => kind !== 'reminder');
  expect(letters.map(({ state }) => state)).toEqual(letters.map(() => 'sent'));
  expect(trial.arrivals.map(({ to }) => to).sort()).toEqual(letters.map(({ to }) => to).sort());
  expect(letters).toHaveLength(written);
});

it.concurrent('a clock that is set back an hour beneath the running program does not put it to sleep', {
  timeout,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'uketsuke-clock-'));
  await using sink = await startSink();
  const config = join(folder, 'uketsuke.yaml');
  writeFileSync(
    config,
    `dataDir: data\naddresses: [cltech@example.jp]\nsmtp: { listen: "127.0.0.1:0" }\nrelay: { host: 127.0.0.1, port: ${sink.port} }\ndigest: false\n`,
  );
  await using daemon = startProcess(config, null, {
    preload: join(import.meta.dirname, 'wrapped-clock.mjs'),
    env: { WRAPPED_CLOCK: '2026-11-20T11:00:00+09:00' },
  });
  const arrived = (count: number) =>
    until(
      () => sink.mails.length >= count,
      () => `letter ${count}: ${JSON.stringify(daemon.log)}`,
    );
  /** By another process, so that no doorbell rings in the daemon: its tick must find the letter. */
  const takeIn = async (n: number, clock: string) => {
    const file = join(folder, `${n}.eml`);
    writeFileSync(file, mail({ from: `c${n}@customer.example.jp`, text: `質問 ${n}` }));
    expect(await command(config, ['intake', file], { clock })).toMatchObject({ code: 0 });
  };
  /** One after the other: two signals on their way at once are one. */
  const jump = async (...hours: readonly number[]) => {
    for (const one of hours) {
      process.kill(daemon.pid, one < 0 ? 'SIGUSR2' : 'SIGHUP');
      await sleep(1_000);
    }
  };
  const raw = mail({ from: 'c1@customer.example.jp', text: '質問 1' });
  expect(await handOver(await daemon.port(), 'c1@customer.example.jp', raw)).toMatch(/^250 /);
  await arrived(1);
  await jump(-1); // 10:00
  await takeIn(2, '2026-11-20T09:30:00');
  await arrived(2);
  await jump(1, 1); // 12:00
  await takeIn(3, '2026-11-20T12:00:30');
  await sleep(5_000);
  await jump(-1); // 11:00: the letter says 13:00
  await sleep(5_000);
  expect(sink.mails).toHaveLength(2);
  await jump(1, 1); // 13:00
  await arrived(3);
  await sleep(3_000);
  expect(sink.mails.map(({ to }) => to[0])).toEqual([1, 2, 3].map((n) => `c${n}@customer.example.jp`));
  expect(await daemon.end('SIGTERM')).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});
