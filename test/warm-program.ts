/**
 * One process that runs command after command of the built program: a start of its own costs a command more than its
 * work. The first command of each name is still a process of its own, as people and scripts start it.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const program = join(import.meta.dirname, '..', 'dist', 'src', 'main.js');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export type Settings = Readonly<Record<string, string>>;

/** Runs one command in `cwd` to its end; one at a time, in the order they were asked for. */
export type Run = (cwd: string, args: readonly string[], env?: Settings) => Promise<Ran>;

/** For the tests of a file. Rejects where a command leaves something open that would keep a process alive. */
export function warmProgram(): Run {
  const known = new Set<string>();
  let warm: ChildProcess | null = null;
  let last: Promise<unknown> = Promise.resolve();
  // Commands may have left it hearing SIGTERM.
  afterAll(async () => {
    if (warm !== null && warm.exitCode === null && warm.kill('SIGKILL')) await once(warm, 'exit');
  });
  const inWarm = async (cwd: string, args: readonly string[], env: Settings): Promise<Ran> => {
    warm ??= fork(join(import.meta.dirname, 'warm-program.mjs'), [program], { execArgv: [] });
    warm.send({ args, env, cwd });
    const heard = new AbortController();
    const [ran] = await Promise.race(
      ['message', 'exit'].map((event) => once(warm!, event, { signal: heard.signal })),
    );
    heard.abort();
    if (typeof ran !== 'object') throw new Error(`the program ended (${ran}) in ${args.join(' ')}`);
    const { left, ...rest } = ran as Ran & { readonly left: readonly string[] };
    if (left.length > 0) throw new Error(`${args.join(' ')} leaves open: ${left.join(', ')}`);
    return rest;
  };
  return (cwd, args, more = {}) => {
    const env = { PATH: process.env['PATH'] ?? '', ...more };
    const name = nameOf(args);
    if (!known.has(name)) {
      known.add(name);
      const options = { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] };
      return ended(spawn(process.execPath, [program, ...args], options));
    }
    const ran = last.then(() => inWarm(cwd, args, env));
    last = ran.catch(() => undefined);
    return ran;
  };
}

/** What a process said until it ended. */
export async function ended(child: ChildProcess): Promise<Ran> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, out, err };
}

/** `tickets show` of `--config u.yaml tickets show R-1`. */
function nameOf(args: readonly string[]): string {
  const words = args.filter((word, at) => !word.startsWith('-') && args[at - 1] !== '--config');
  return words.slice(0, /^[a-z]+$/.test(words[1] ?? '') ? 2 : 1).join(' ');
}
