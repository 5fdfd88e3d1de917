/** The built program as processes of their own, with what their journal says and mail handed to them over SMTP. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport } from 'nodemailer';

const program = join(import.meta.dirname, '..', 'dist', 'src', 'main.js');
/** A loaded machine takes its time; what does not come in this time does not come. */
const patienceMs = 60_000;

export interface Entry {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** What its journal said so far. */
  readonly log: readonly Entry[];
  /** The first line of the journal that fits, or an error that names what was said instead. */
  heard(event: string, fits?: (entry: Entry) => boolean): Promise<Entry>;
  /** Of its SMTP listener, once it is ready. */
  port(): Promise<number>;
  readonly alive: boolean;
  /** Sends the signal and resolves with the exit code, null after a kill. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Resolves with the exit code when it ends by itself. */
  readonly exit: Promise<number | null>;
}

export interface Around {
  /** `UKETSUKE_CLOCK`. */
  readonly clock?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Words of the command before node, e.g. `prlimit …`. */
  readonly prefix?: readonly string[];
  /** A module loaded before the program. */
  readonly preload?: string;
}

function spawned(
  configFile: string,
  args: readonly string[],
  { clock, env = {}, prefix = [], preload }: Around,
) {
  const [command = '', ...rest] = [
    ...prefix,
    process.execPath,
    ...(preload === undefined ? [] : ['--import', preload]),
    program,
    '--config',
    configFile,
    ...args,
  ];
  return spawn(command, rest, {
    env: { PATH: process.env['PATH'], ...(clock === undefined ? {} : { UKETSUKE_CLOCK: clock }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export function startProcess(configFile: string, roles: string | null, around: Around): Running {
  const child: ChildProcess = spawned(
    configFile,
    roles === null ? ['start'] : ['start', '--role', roles],
    around,
  );
  const log: Entry[] = [];
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) log.push(line.startsWith('{') ? JSON.parse(line) : { event: 'said', line });
  });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const heard: Running['heard'] = (event, fits = () => true) =>
    until(
      () => log.find((one) => one.event === event && fits(one)),
      () => `"${event}" of ${JSON.stringify(log.slice(-20))}`,
    );
  return {
    pid: child.pid!,
    log,
    heard,
    port: async () => Number((await heard('ready'))['smtp']),
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    exit,
    end(signal) {
      child.kill(signal);
      return exit;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exit;
    },
  };
}

/** One command to its end. */
export async function command(
  configFile: string,
  args: readonly string[],
  around: Around,
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawned(configFile, args, around);
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said.err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}

/** The reply to one mail handed over by SMTP: `250` and on, or what refused it. */
export async function handOver(port: number, from: string, raw: Buffer): Promise<string> {
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true, socketTimeout: 120_000 });
  try {
    return (await transport.sendMail({ envelope: { from, to: 'cltech@example.jp' }, raw })).response;
  } catch (error) {
    return (error as { response?: string }).response ?? String(error);
  } finally {
    transport.close();
  }
}

/** The first value that is not undefined or false. */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: () => string,
): Promise<T> {
  for (const end = performance.now() + patienceMs; ; await sleep(50)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited in vain for ${what()}`);
  }
}
