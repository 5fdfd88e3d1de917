/** `uketsuke intake FILE…` beside the daemon: killed now and then, and run again with every file it did not finish. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { intake, type Program } from './life.ts';
import type { Fed } from './post.ts';

export interface FileIntake extends AsyncDisposable {
  /** Lays the mails down as files and starts a run when the one before has ended; killed after `killMs`, or never. */
  begin(mails: readonly Fed[], killMs: number | null): void;
  /** Resolves when every file was taken in by a run that ended by itself. */
  finish(): Promise<void>;
  readonly groups: readonly number[];
  readonly failures: readonly string[];
  readonly runs: number;
  readonly killed: number;
}

export function openFileIntake(
  program: Program,
  configFile: string,
  dir: string,
  clock: () => string,
): FileIntake {
  const waiting = new Map<string, Fed>();
  const groups: number[] = [];
  const failures: string[] = [];
  let runs = 0;
  let killed = 0;
  let serial = 0;
  let running: Promise<void> = Promise.resolve();
  const closing = new AbortController();
  async function run(killMs: number | null): Promise<void> {
    const taken = [...waiting];
    for (const [, fed] of taken) fed.tries += 1;
    runs += 1;
    const names = taken.map(([name]) => name);
    const late = killMs === null ? [] : [AbortSignal.timeout(killMs)];
    const stop = AbortSignal.any([closing.signal, ...late]);
    const { pid, done, error } = await intake(program, configFile, clock(), names, stop);
    groups.push(pid);
    if (error !== '') failures.push(error);
    if (!done) {
      killed += 1;
      return;
    }
    for (const [name, fed] of taken) {
      fed.confirmed += 1;
      waiting.delete(name);
    }
  }
  return {
    begin(mails, killMs) {
      for (const fed of mails) {
        serial += 1;
        const name = join(dir, `${serial}.eml`);
        writeFileSync(name, fed.raw);
        waiting.set(name, fed);
      }
      running = running.then(() => (closing.signal.aborted ? undefined : run(killMs)));
    },
    async finish() {
      await running;
      if (waiting.size > 0 && failures.length === 0) await run(null);
    },
    groups,
    failures,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await running;
    },
    get runs() {
      return runs;
    },
    get killed() {
      return killed;
    },
  };
}
