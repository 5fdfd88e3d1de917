/** One life of the daemon: a process in a group of its own, so that whoever outlives it can be found. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { transformSync } from 'esbuild';
import { builtIsFresh } from '../built.ts';
import type { Order, Report } from './steps.ts';

const root = join(import.meta.dirname, '..', '..');
/** A step that is not passed, or an answer that does not come, in this time is a fault of the driver or the daemon. */
const patienceMs = 60_000;
/** All the letters that queued up while the lives before it died are sent by the last one. */
const settleMsMax = 15 * 60_000;
const orphanMsMax = 10_000;
const pollMs = 3;

export type Program = 'src' | 'dist/src';

export interface Life {
  readonly pid: number;
  /** Errors the journal wrote. */
  readonly errors: string[];
  order(order: Order): void;
  /** The report of that kind, or null when the daemon died first. */
  hear<K extends Report['kind']>(kind: K): Promise<Extract<Report, { kind: K }> | null>;
  readonly alive: boolean;
  kill(): void;
  /** Resolves with the signal that ended it, null for a normal end. */
  readonly death: Promise<NodeJS.Signals | null>;
}

/** The compiled program is quicker; a checkout changed since the last build is run from its sources. */
export function programFolder(): Program {
  return builtIsFresh() ? 'dist/src' : 'src';
}

/** What each life runs, written into `dir`: without its types it needs no tsx, which is most of a start. */
export function plainChild(dir: string): string {
  const file = join(dir, 'child.mjs');
  const source = readFileSync(join(import.meta.dirname, 'child.ts'), 'utf8');
  writeFileSync(file, transformSync(source, { loader: 'ts', format: 'esm' }).code);
  return file;
}

/** Starts and loads a daemon that waits for its orders; `script` is a `plainChild`. */
export function conceive(program: Program, script: string): Life {
  const child = fork(script, [program], {
    cwd: root,
    detached: true,
    execArgv: program === 'src' ? ['--import', 'tsx'] : [],
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const heard: Report[] = [];
  child.on('message', (report: Report) => {
    heard.push(report);
    if (report.kind === 'error') errors.push(report.text);
  });
  const death = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
  return {
    pid: child.pid!,
    errors,
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    // It may have died already: then the death is what the driver waits for.
    order: (order) => void child.send(order, () => {}),
    async hear(kind) {
      const until = Date.now() + (kind === 'settled' ? settleMsMax : patienceMs);
      for (;;) {
        const at = heard.findIndex((report) => report.kind === kind);
        if (at >= 0) return heard.splice(at, 1)[0] as Extract<Report, { kind: typeof kind }>;
        if (child.exitCode !== null || child.signalCode !== null) return null;
        if (Date.now() > until) throw new Error(`the daemon did not say "${kind}": ${errors.join(' / ')}`);
        await sleep(pollMs);
      }
    },
    kill: () => void child.kill('SIGKILL'),
    death,
  };
}

/** `death`, or an error when it does not come. */
export async function mustDie(life: Life, step: string): Promise<void> {
  const clock = new AbortController();
  const late = sleep(patienceMs, 'late' as const, { signal: clock.signal }).catch(() => 'late' as const);
  const signal = await Promise.race([life.death, late]);
  clock.abort();
  if (signal === 'late')
    throw new Error(`the step ${step} was not passed in ${patienceMs} ms: ${life.errors.join(' / ')}`);
  if (signal !== 'SIGKILL')
    throw new Error(`the daemon ended by itself (${signal}): ${life.errors.join(' / ')}`);
}

/** The command line beside the daemon, killed when `stop` says so unless it ends before. */
export async function intake(
  program: Program,
  configFile: string,
  clock: string,
  files: readonly string[],
  stop: AbortSignal,
): Promise<{ readonly pid: number; readonly done: boolean; readonly error: string }> {
  const main = program === 'src' ? ['--import', 'tsx', 'src/main.ts'] : ['dist/src/main.js'];
  const child: ChildProcess = spawn(
    process.execPath,
    [...main, '--config', configFile, '--json', 'intake', ...files],
    {
      cwd: root,
      detached: true,
      env: { PATH: process.env['PATH'], UKETSUKE_CLOCK: clock },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  stop.addEventListener('abort', () => child.kill('SIGKILL'));
  const [code, signal] = await once(child, 'exit');
  const killed = signal === 'SIGKILL';
  return {
    pid: child.pid!,
    done: code === 0,
    error: code === 0 || killed ? '' : `intake ended with ${code}: ${said}`,
  };
}

/** Processes of these groups that still run after a fair wait, and are ended now; a group is a life and its readers. */
export async function orphans(groups: readonly number[]): Promise<readonly string[]> {
  const own = new Set(groups);
  const until = Date.now() + orphanMsMax;
  for (;;) {
    const found = running().filter(({ group }) => own.has(group));
    if (found.length > 0 && Date.now() < until) await sleep(100);
    else {
      for (const { pid } of found) end(pid);
      return found.map(({ name, pid }) => `${name} (${pid})`);
    }
  }
}

/** From /proc; what has ended and only waits for its parent to ask does not run. */
function running(): readonly { readonly pid: number; readonly group: number; readonly name: string }[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z' || state === 'X') return [];
        const name = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(pid), group: Number(group), name }];
      } catch {
        return []; // Ended while we looked.
      }
    });
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone at last.
  }
}
