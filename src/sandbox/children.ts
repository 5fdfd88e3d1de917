/**
 * Hostile input (mail, PDF, TIFF) is worked on in a child process that can be killed. Time and memory are watched
 * from outside: code that loops never looks at its own clock, and a heap limit does not bound buffers. No
 * RLIMIT_AS, it breaks WebAssembly. One child does one job at a time and is kept warm between jobs.
 */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface ChildBounds {
  /** The parent kills the child after this; a single job may ask for less or more. */
  readonly milliseconds: number;
  /** Resident memory of one child. */
  readonly rssBytes: number;
  /** An idle child ends after this and is started again by the next job. */
  readonly idleMilliseconds: number;
  /** A child is replaced after this many jobs, so that nothing it leaked grows for ever. */
  readonly jobs: number;
  /** Children at once; the rest waits, first come, first served. */
  readonly children: number;
}

export type Ran<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  /** The child was killed, or ended by itself; `reason` begins with `time`, `memory` or the name of the child. */
  | { readonly kind: 'killed'; readonly reason: string };

export interface Children<Job, Result> {
  run(job: Job, milliseconds?: number): Promise<Ran<Result>>;
  /** Starts a child for the next job when there is none; like any other it ends when it stays idle. */
  warm(): void;
  close(): Promise<void>;
}

interface Waiting<Job, Result> {
  readonly job: Job;
  readonly milliseconds: number;
  readonly done: (ran: Ran<Result>) => void;
}

interface Seat {
  readonly child: ChildProcess;
  jobs: number;
  /** It grew so far that the next job could pay for the one before it. */
  heavy: boolean;
  idle: NodeJS.Timeout | null;
}

/** How often the parent looks at the child's memory. */
const watchMilliseconds = 100;

/** A child that came this near to its bound is not used again: memory once taken is seldom given back. */
const heavyShare = 0.75;

/** A module named `.ts` is `.js` beside it in dist; a checkout runs it through tsx, which Node 20 needs. */
function built(module: URL): { path: string; execArgv: string[] } {
  const javascript = new URL(module.href.replace(/\.ts$/, '.js'));
  if (import.meta.url.endsWith('.js') && existsSync(javascript))
    return { path: fileURLToPath(javascript), execArgv: [] };
  return withTsx(module);
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
    // Nothing secret is inherited: the child needs no environment. Two arenas keep what native threads (libvips,
    // tesseract) freed from being held many times over: 70 MB of 660 while reading faxes.
    env: { MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // An unhandled 'error' event would end the daemon; 'exit' follows and tells the job.
  child.on('error', () => undefined);
  child.unref();
  child.channel?.unref();
  return { child, jobs: 0, heavy: false, idle: null };
}

/** One job in one child: resolves with its result, or with why the child had to die. */
function runIn<Job, Result>(
  name: string,
  seat: Seat,
  job: Job,
  bounds: { milliseconds: number; rssBytes: number },
): Promise<Ran<Result>> {
  const { child } = seat;
  seat.jobs += 1;
  const id = seat.jobs;
  return new Promise((resolve) => {
    let said = '';
    let settled = false;
    const finish = (ran: Ran<Result>): void => {
      if (settled) return;
      settled = true;
      clearTimeout(clock);
      clearInterval(watch);
      child.off('message', heard);
      child.off('exit', gone);
      child.off('error', failed);
      child.stderr?.off('data', noted);
      if (ran.kind === 'killed') child.kill('SIGKILL');
      child.channel?.unref();
      resolve(ran);
    };
    const kill = (reason: string): void => finish({ kind: 'killed', reason });
    const heard = (message: { id: number; result: Result }): void => {
      if (message.id === id) finish({ kind: 'done', result: message.result });
    };
    const noted = (chunk: Buffer): void => {
      said = (said + chunk.toString('utf8')).slice(0, 500);
    };
    const gone = (code: number | null, signal: string | null): void =>
      kill(`${name} ended (${signal ?? `exit ${code}`})${said === '' ? '' : `: ${said.split('\n')[0]}`}`);
    const failed = (error: Error): void => kill(`${name} failed: ${error.message}`);
    const clock = setTimeout(() => kill(`time: over ${bounds.milliseconds} ms`), bounds.milliseconds);
    const watch = setInterval(async () => {
      const bytes = child.pid === undefined ? null : await residentBytes(child.pid);
      if (bytes === null) return;
      if (bytes > bounds.rssBytes * heavyShare) seat.heavy = true;
      if (bytes > bounds.rssBytes) kill(`memory: over ${bounds.rssBytes} bytes`);
    }, watchMilliseconds);
    child.channel?.ref();
    child.on('message', heard);
    child.on('exit', gone);
    child.on('error', failed);
    child.stderr?.on('data', noted);
    child.send({ id, job }, (error) => {
      if (error !== null) kill(`${name} not reached: ${error.message}`);
    });
  });
}

/**
 * Children that run `module`, which must hand its work to `serve` of `child.ts`. They start with the first job and
 * end when idle, on `close`, or with the parent. `name` is what a reason calls them.
 */
export function openChildren<Job, Result>(
  name: string,
  module: URL,
  bounds: ChildBounds,
): Children<Job, Result> {
  const program = built(module);
  const waiting: Waiting<Job, Result>[] = [];
  const free: Seat[] = [];
  const busy = new Set<Seat>();
  let closed = false;
  const shut: Ran<Result> = { kind: 'killed', reason: `${name} closed` };

  const end = (seat: Seat): void => {
    if (seat.idle !== null) clearTimeout(seat.idle);
    const at = free.indexOf(seat);
    if (at >= 0) free.splice(at, 1);
    if (seat.child.connected) seat.child.disconnect();
    seat.child.kill('SIGKILL');
  };

  const rest = (seat: Seat): void => {
    if (closed || !seat.child.connected || seat.heavy || seat.jobs >= bounds.jobs) {
      end(seat);
      return;
    }
    seat.idle = setTimeout(() => end(seat), bounds.idleMilliseconds);
    seat.idle.unref();
    free.push(seat);
  };

  const next = (): void => {
    if (busy.size >= bounds.children) return;
    const one = waiting.shift();
    if (one === undefined) return;
    let seat = free.pop();
    while (seat !== undefined && !seat.child.connected) {
      end(seat);
      seat = free.pop();
    }
    const taken = seat ?? start(program);
    if (taken.idle !== null) clearTimeout(taken.idle);
    busy.add(taken);
    const { milliseconds } = one;
    void runIn<Job, Result>(name, taken, one.job, { milliseconds, rssBytes: bounds.rssBytes }).then((ran) => {
      busy.delete(taken);
      if (ran.kind === 'killed') end(taken);
      else rest(taken);
      one.done(closed && ran.kind === 'killed' ? shut : ran);
      next();
    });
  };

  return {
    run(job, milliseconds = bounds.milliseconds) {
      if (closed) return Promise.resolve(shut);
      return new Promise((done) => {
        waiting.push({ job, milliseconds, done });
        next();
      });
    },
    warm() {
      if (!closed && free.length === 0 && busy.size === 0) rest(start(program));
    },
    async close() {
      closed = true;
      for (const one of waiting.splice(0)) one.done(shut);
      const ending = [...free, ...busy];
      const gone = ending.map(
        ({ child }) =>
          new Promise<void>((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) resolve();
            else child.once('exit', () => resolve());
          }),
      );
      for (const seat of ending) {
        // A child at rest holds no process up; while its end is awaited it must.
        seat.child.ref();
        end(seat);
      }
      await Promise.all(gone);
    },
  };
}
