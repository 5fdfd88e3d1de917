import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openServiceNotice } from './service-notice.ts';

const folder = mkdtempSync(join(tmpdir(), 'uketsuke-notice-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** Stands for systemd's own: it writes down what it is asked to send, and whereto. */
beforeAll(() => {
  const file = join(folder, 'systemd-notify');
  writeFileSync(file, '#!/bin/sh\necho "$* $NOTIFY_SOCKET" >> "$NOTIFY_SOCKET.said"\n');
  chmodSync(file, 0o755);
});

const errors: string[] = [];
const log = { info: () => {}, warn: () => {}, error: (event: string) => void errors.push(event) };
let serial = 0;
function notice(env: Readonly<Record<string, string>>, path = `${folder}:/usr/bin:/bin`) {
  const socket = join(folder, `socket-${++serial}`);
  const said = () =>
    existsSync(`${socket}.said`) ? readFileSync(`${socket}.said`, 'utf8').split('\n').slice(0, -1) : [];
  return {
    notice: openServiceNotice({ env: { NOTIFY_SOCKET: socket, PATH: path, ...env } }, log)!,
    said,
    socket,
  };
}
async function until(look: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !look(); tries += 1) await sleep(25);
  expect(look()).toBe(true);
}

it('nobody asked: nothing is made', () => {
  expect(openServiceNotice({ env: {} }, log)).toBeNull();
  expect(openServiceNotice({ env: { NOTIFY_SOCKET: '' } }, log)).toBeNull();
});

it('ready, then alive again and again, then stopping and nothing more', async () => {
  const { notice: told, said, socket } = notice({ WATCHDOG_USEC: '100000' });
  told.ready();
  await until(() => said().filter((line) => line === `WATCHDOG=1 ${socket}`).length >= 3);
  expect(said()).toContain(`--ready ${socket}`);
  told.stopping();
  await until(() => said().includes(`STOPPING=1 ${socket}`));
  await sleep(200);
  const count = said().length;
  await sleep(300);
  expect(said()).toHaveLength(count);
});

it('without a watchdog there is no heartbeat', async () => {
  const { notice: told, said } = notice({});
  told.ready();
  await until(() => said().length === 1);
  await sleep(200);
  expect(said()).toHaveLength(1);
});

it('a program that is missing is told to the log, once, and stops nothing', async () => {
  const { notice: told } = notice({ WATCHDOG_USEC: '20000' }, join(folder, 'nowhere'));
  told.ready();
  await until(() => errors.length > 0);
  await sleep(100);
  told.stopping();
  expect(errors).toEqual(['service-not-notified']);
});

it('the unit lets a helper speak for the daemon, and gives it the time it needs to end', () => {
  const unit = readFileSync(join(import.meta.dirname, '../etc/uketsuke.service'), 'utf8');
  const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
  expect(setting('Type')).toBe('notify');
  // What is sent comes from systemd-notify, which is not the main process.
  expect(setting('NotifyAccess')).toBe('all');
  expect(Number(setting('WatchdogSec'))).toBeGreaterThanOrEqual(60);
  expect(Number(setting('TimeoutStopSec'))).toBeGreaterThan(10);
  // V8 and WebAssembly write the code they run.
  expect(setting('MemoryDenyWriteExecute')).toBe('');
});
