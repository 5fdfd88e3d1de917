/**
 * Hostile mail is read in a child process that can be killed. Time and memory are watched from outside: code
 * that loops never looks at its own clock, and a heap limit does not bound buffers. No RLIMIT_AS, it breaks
 * WebAssembly. One child reads one mail at a time and is kept warm between mails.
 */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Reader } from '../desk/ports.ts';
import type { Reading } from '../inquiry/letter.ts';
import * as limits from './limits.ts';

export interface ReaderOptions {
  readonly milliseconds?: number;
  readonly rssBytes?: number;
  readonly idleMilliseconds?: number;
  /** Children at once; the rest waits. */
  readonly children?: number;
  /** Another child module, for tests of the watch. */
  readonly childModule?: URL;
}

interface Job {
  readonly raw: Buffer;
  readonly done: (reading: Reading) => void;
}

interface Seat {
  readonly child: ChildProcess;
  reads: number;
  idle: NodeJS.Timeout | null;
}

/** Beside this file as `.js` in dist, as `.ts` in a checkout; the latter needs tsx on Node 20. */
function childModule(): { path: string; execArgv: string[] } {
  const built = new URL('./reader-child.js', import.meta.url);
  if (import.meta.url.endsWith('.js') && existsSync(built))
    return { path: fileURLToPath(built), execArgv: [] };
  return withTsx(new URL('./reader-child.ts', import.meta.url));
}

function withTsx(module: URL): { path: string; execArgv: string[] } {
  const path = fileURLToPath(module);
  return { path, execArgv: path.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [] };
}

/** Resident bytes of a process, or null when it is gone. */
async function residentBytes(pid: number): Promise<number | null> {
  try {
    const pages = Number((await readFile(`/proc/${pid}/statm`, 'latin1')).split(' ')[1]);
    return pages * 4096;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || existsSync('/proc/self')) return null;
  }
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'rss=', '-p', String(pid)], (error, out) => {
      const kilobytes = Number(out);
      resolve(error !== null || Number.isNaN(kilobytes) ? null : kilobytes * 1024);
    });
  });
}

function start(module: { path: string; execArgv: string[] }): Seat {
  const child = fork(module.path, [], {
    execArgv: module.execArgv,
    serialization: 'advanced',
    // Nothing secret is inherited: the child needs no environment at all.
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // An unhandled 'error' event would end the daemon; 'exit' follows and tells the job.
  child.on('error', () => undefined);
  child.unref();
  child.channel?.unref();
  return { child, reads: 0, idle: null };
}

/** One mail in one child: resolves with its reading, or with why the child had to die. */
function readIn(
  seat: Seat,
  raw: Buffer,
  bounds: { milliseconds: number; rssBytes: number },
): Promise<Reading> {
  const { child } = seat;
  seat.reads += 1;
  const id = seat.reads;
  return new Promise((resolve) => {
    let said = '';
    let settled = false;
    const finish = (reading: Reading): void => {
      if (settled) return;
      settled = true;
      clearTimeout(clock);
      clearInterval(watch);
      child.off('message', heard);
      child.off('exit', gone);
      child.off('error', failed);
      child.stderr?.off('data', noted);
      if (reading.kind === 'killed') child.kill('SIGKILL');
      child.channel?.unref();
      resolve(reading);
    };
    const kill = (reason: string): void => finish({ kind: 'killed', reason });
    const heard = (message: { id: number; reading: Reading }): void => {
      if (message.id === id) finish(message.reading);
    };
    const noted = (chunk: Buffer): void => {
      said = (said + chunk.toString('utf8')).slice(0, 500);
    };
    const gone = (code: number | null, signal: string | null): void =>
      kill(`reader ended (${signal ?? `exit ${code}`})${said === '' ? '' : `: ${said.split('\n')[0]}`}`);
    const failed = (error: Error): void => kill(`reader failed: ${error.message}`);
    const clock = setTimeout(() => kill(`time: over ${bounds.milliseconds} ms`), bounds.milliseconds);
    const watch = setInterval(async () => {
      const bytes = child.pid === undefined ? null : await residentBytes(child.pid);
      if (bytes !== null && bytes > bounds.rssBytes) kill(`memory: over ${bounds.rssBytes} bytes`);
    }, limits.childWatchMilliseconds);
    child.channel?.ref();
    child.on('message', heard);
    child.on('exit', gone);
    child.on('error', failed);
    child.stderr?.on('data', noted);
    child.send({ id, raw }, (error) => {
      if (error !== null) kill(`reader not reached: ${error.message}`);
    });
  });
}

/** Opens the reader. Children start with the first mail and end when idle, on `close`, or with the parent. */
export function openReader(options: ReaderOptions = {}): Reader {
  const bounds = {
    milliseconds: options.milliseconds ?? limits.childMilliseconds,
    rssBytes: options.rssBytes ?? limits.childRssBytes,
  };
  const idleMilliseconds = options.idleMilliseconds ?? limits.childIdleMilliseconds;
  const seatsMax = options.children ?? 1;
  const module = options.childModule === undefined ? childModule() : withTsx(options.childModule);
  const waiting: Job[] = [];
  const free: Seat[] = [];
  const busy = new Set<Seat>();
  let closed = false;

  const end = (seat: Seat): void => {
    if (seat.idle !== null) clearTimeout(seat.idle);
    const at = free.indexOf(seat);
    if (at >= 0) free.splice(at, 1);
    if (seat.child.connected) seat.child.disconnect();
    seat.child.kill('SIGKILL');
  };

  const rest = (seat: Seat): void => {
    if (closed || !seat.child.connected || seat.reads >= limits.childMails) {
      end(seat);
      return;
    }
    seat.idle = setTimeout(() => end(seat), idleMilliseconds);
    seat.idle.unref();
    free.push(seat);
  };

  const next = (): void => {
    if (busy.size >= seatsMax) return;
    const job = waiting.shift();
    if (job === undefined) return;
    let seat = free.pop();
    while (seat !== undefined && !seat.child.connected) {
      end(seat);
      seat = free.pop();
    }
    const taken = seat ?? start(module);
    if (taken.idle !== null) clearTimeout(taken.idle);
    busy.add(taken);
    void readIn(taken, job.raw, bounds).then((reading) => {
      busy.delete(taken);
      if (reading.kind === 'killed') end(taken);
      else rest(taken);
      job.done(closed && reading.kind === 'killed' ? { kind: 'killed', reason: 'reader closed' } : reading);
      next();
    });
  };

  return {
    read(raw) {
      if (closed) return Promise.resolve({ kind: 'killed', reason: 'reader closed' });
      return new Promise<Reading>((done) => {
        waiting.push({ raw, done });
        next();
      });
    },
    async close() {
      closed = true;
      for (const job of waiting.splice(0)) job.done({ kind: 'killed', reason: 'reader closed' });
      const ending = [...free, ...busy];
      const gone = ending.map(
        ({ child }) =>
          new Promise<void>((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) resolve();
            else child.once('exit', () => resolve());
          }),
      );
      for (const seat of ending) end(seat);
      await Promise.all(gone);
    },
  };
}
