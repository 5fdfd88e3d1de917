/**
 * What systemd is told of the daemon (sd_notify(3)): that it is ready, alive and stopping. Node.js cannot send datagrams
 * to a unix socket, so systemd's own `systemd-notify` does: no native module, and a start of a small program each
 * half of the watchdog's time. Sent from a timer of the event loop: a daemon that hangs falls silent and is restarted, which at any
 * moment loses nothing (spec 7). A database that is away is no reason to: /readyz tells of that.
 */
import { spawn } from 'node:child_process';
import type { Surroundings } from './config.ts';
import type { Journal } from './desk/ports.ts';

export interface ServiceNotice {
  ready(): void;
  /** The end begins; systemd waits for it, so nothing is sent any more. */
  stopping(): void;
}

/** Null where nobody asked to be told. */
export function openServiceNotice({ env }: Pick<Surroundings, 'env'>, log: Journal): ServiceNotice | null {
  const socket = env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return null;
  const watchdogMs = Number(env['WATCHDOG_USEC'] ?? 0) / 1000;
  let beat: NodeJS.Timeout | undefined;
  let failed = false;
  const send = (...words: readonly string[]) => {
    const fail = (reason: string) => {
      // Told once: with `Type=notify` systemd gives up by itself, and says so.
      if (!failed) log.error('service-not-notified', { reason });
      failed = true;
    };
    const child = spawn('systemd-notify', words, {
      env: { PATH: env['PATH'], NOTIFY_SOCKET: socket },
      stdio: 'ignore',
    });
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => (code === 0 ? undefined : fail(`systemd-notify ended with ${code}`)));
    child.unref();
  };
  return {
    ready() {
      send('--ready');
      if (watchdogMs > 0) beat = setInterval(() => send('WATCHDOG=1'), watchdogMs / 2).unref();
    },
    stopping() {
      clearInterval(beat);
      send('STOPPING=1');
    },
  };
}
