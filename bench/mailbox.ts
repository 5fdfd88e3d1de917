/**
 * `npm run bench:mailbox [-- --mails 300 --rounds 5 | --many 5000 | --idle SECONDS]`: the daemon against a
 * straight-line script on one corpus and one Dovecot, in turn, medians, and where the time goes. `--many`: once, and
 * whether memory grows with the mails that wait. `--idle`: what an idle daemon takes. The daemon runs from dist as
 * an operator runs it: build first.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { password, startDovecot } from '../test/dovecot.ts';
import { corpus } from './mailbox-corpus.ts';
import { family, type Usage } from './processes.ts';

interface Figures {
  readonly seconds: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

const { values } = parseArgs({
  options: {
    mails: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '5' },
    many: { type: 'string' },
    idle: { type: 'string' },
  },
});
const root = join(import.meta.dirname, '..');
const corpusMails = 300;
const server = await startDovecot();
const folder = mkdtempSync(join(tmpdir(), 'uketsuke-bench-'));
const print = (line: string) => process.stdout.write(`${line}\n`);
try {
  if (values.idle !== undefined) await idle(Number(values.idle));
  else if (values.many !== undefined) await many(Number(values.many));
  else await compare(Number(values.mails), Number(values.rounds));
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Ends the process when `done` says so of a line it logs, or with it when it ends by itself. */
async function measure(
  args: readonly string[],
  done: (line: string, usage: () => Usage) => boolean,
): Promise<Figures> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] });
  let last: Usage = { cpuMs: 0, mb: 0 };
  let peakMb = 0;
  const watch = setInterval(() => {
    const seen = family(child.pid!);
    if (seen.cpuMs >= last.cpuMs) last = seen;
    peakMb = Math.max(peakMb, seen.mb);
  }, 50);
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const finished = new Promise<void>((resolve) => {
    createInterface({ input: child.stderr! }).on('line', (line) => {
      if (done(line, () => family(child.pid!))) resolve();
    });
  });
  await Promise.race([exit, finished]);
  const seconds = (performance.now() - started) / 1000;
  const { cpuMs } = child.exitCode === null ? family(child.pid!) : last;
  clearInterval(watch);
  child.kill('SIGTERM');
  await exit;
  return { seconds, cpuMs, peakMb };
}

/** Straight from the mailbox into a table; ends by itself. */
function script(user: string): Promise<Figures> {
  const file = join(folder, `${user}.db`);
  const args = ['--import', 'tsx', 'bench/mailbox-script.ts', String(server.imapPort), user, password, file];
  return measure(args, () => false);
}

/** Done when every mail is decided; the moves of the last group run beside. */
function daemon(
  user: string,
  mails: number,
  at: (decided: number, usage: () => Usage) => void = () => {},
): Promise<Figures> {
  let decided = 0;
  return measure(['dist/src/main.js', '--config', configure(user), 'start'], (line, usage) => {
    if (!line.includes('"message-decided"')) return false;
    decided += 1;
    at(decided, usage);
    return decided === mails;
  });
}

function configure(user: string): string {
  const config = join(folder, `${user}.yaml`);
  writeFileSync(join(folder, 'password'), password);
  writeFileSync(
    config,
    `dataDir: ${user}\nsmtp: { listen: false }\nmailboxes:\n  - { name: ${user}, host: 127.0.0.1, port: ${server.imapPort}, tls: none, user: ${user}, passwordFile: password, since: all }\n`,
  );
  return config;
}

async function compare(mails: number, rounds: number): Promise<void> {
  const raws = corpus(mails);
  const results: { script: Figures[]; daemon: Figures[] } = { script: [], daemon: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? (['script', 'daemon'] as const) : (['daemon', 'script'] as const)) {
      const user = `${name}${round}`;
      await server.append(user, raws);
      const figures = name === 'script' ? await script(user) : await daemon(user, mails);
      results[name].push(figures);
      process.stderr.write(
        `${name} ${round + 1}: ${figures.seconds.toFixed(2)} s, ${(figures.cpuMs / mails).toFixed(1)} ms CPU a mail\n`,
      );
    }
  }
  print(`${mails} mails, median of ${rounds}, start-up included, all processes together:`);
  print(lineOf('script', results.script, mails));
  print(lineOf('daemon', results.daemon, mails));
  const ratio = (of: (one: Figures) => number) => median(results.daemon, of) / median(results.script, of);
  const [time, cpu] = [ratio((one) => one.seconds), ratio((one) => one.cpuMs)];
  print(`daemon / script: throughput ${(1 / time).toFixed(2)}, CPU ${cpu.toFixed(2)}\n`);
  await server.append('steps', raws);
  const steps = spawn(
    process.execPath,
    ['--import', 'tsx', 'bench/mailbox-steps.ts', configure('steps'), String(mails)],
    { cwd: root, stdio: 'inherit' },
  );
  await new Promise((exit) => steps.once('exit', exit));
}

function median(figures: readonly Figures[], of: (one: Figures) => number): number {
  return figures.map(of).sort((a, b) => a - b)[figures.length >> 1]!;
}

function lineOf(name: string, figures: readonly Figures[], mails: number): string {
  const rate = mails / median(figures, (one) => one.seconds);
  const cpu = median(figures, (one) => one.cpuMs) / mails;
  const peak = median(figures, (one) => one.peakMb);
  return `${name.padEnd(8)} ${rate.toFixed(1).padStart(8)} mails/s ${cpu.toFixed(1).padStart(8)} ms CPU a mail ${peak.toFixed(0).padStart(6)} MB`;
}

/** The same mixture so many times over, each mail with an identity of its own; waiting together in one folder. */
async function many(mails: number): Promise<void> {
  for (let from = 0; from < mails; from += corpusMails)
    await server.append('daemon', corpus(Math.min(corpusMails, mails - from), from));
  print(`${mails} mails waiting, once, start-up included, all processes together:`);
  const memory: string[] = [];
  const figures = await daemon('daemon', mails, (decided, usage) => {
    if (decided % Math.ceil(mails / 10) === 0) memory.push(usage().mb.toFixed(0));
  });
  print(lineOf('daemon', [figures], mails));
  print(`memory of the daemon after each tenth, MB: ${memory.join(' ')}`);
}

/** After some mail, when the children have ended: a watched mailbox, a listener, and nothing to do. */
async function idle(seconds: number): Promise<void> {
  await server.append('idle', corpus(50));
  const config = configure('idle');
  const child = spawn(process.execPath, ['dist/src/main.js', '--config', config, 'start'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const exit = new Promise((gone) => child.once('exit', gone));
  let decided = 0;
  await new Promise<void>((resolve) => {
    createInterface({ input: child.stderr! }).on('line', (line) => {
      if (line.includes('"message-decided"')) decided += 1;
      if (decided === 50) resolve();
    });
  });
  const busy = family(child.pid!);
  while (family(child.pid!).processes > 1) await sleep(1_000);
  const before = family(child.pid!);
  await sleep(seconds * 1000);
  const after = family(child.pid!);
  child.kill('SIGTERM');
  await exit;
  const share = (after.cpuMs - before.cpuMs) / (seconds * 10);
  print(`after 50 mails ${busy.mb.toFixed(0)} MB in ${busy.processes} processes;`);
  print(
    `idle for ${seconds} s: ${share.toFixed(2)} % of a core, ${after.mb.toFixed(0)} MB in ${after.processes} process`,
  );
}
