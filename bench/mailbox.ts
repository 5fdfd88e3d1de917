/**
 * `npm run bench:mailbox [-- MAILS ROUNDS]`: the daemon against a straight-line script on one corpus and one Dovecot,
 * in turn, medians. The daemon runs from dist as an operator runs it: build first.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { password, startDovecot } from '../test/dovecot.ts';
import { corpus } from './mailbox-corpus.ts';

interface Figures {
  readonly seconds: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

const [mails = 300, rounds = 5] = process.argv.slice(2).map(Number);
const root = join(import.meta.dirname, '..');
const ticksMs = 10;

/** CPU of a process, what it reaped included, and its resident memory; null when it is gone. */
function usage(pid: number): { parent: number; cpuMs: number; mb: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return {
      parent: fields[1]!,
      cpuMs: (fields[11]! + fields[12]! + fields[13]! + fields[14]!) * ticksMs,
      mb: (fields[21]! * 4096) / 1e6,
    };
  } catch {
    return null;
  }
}

/** A process and its living children together. */
function family(pid: number): { cpuMs: number; mb: number } {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const children = all.filter((one) => usage(one)?.parent === pid);
  const found = [pid, ...children].flatMap((one) => usage(one) ?? []);
  return {
    cpuMs: found.reduce((sum, one) => sum + one.cpuMs, 0),
    mb: found.reduce((sum, one) => sum + one.mb, 0),
  };
}

async function measure(args: readonly string[], done: (line: string) => boolean): Promise<Figures> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] });
  let last = { cpuMs: 0, mb: 0 };
  let peakMb = 0;
  const watch = setInterval(() => {
    const seen = family(child.pid!);
    if (seen.cpuMs >= last.cpuMs) last = seen;
    peakMb = Math.max(peakMb, seen.mb);
  }, 50);
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const finished = new Promise<void>((resolve) => {
    createInterface({ input: child.stderr! }).on('line', (line) => {
      if (done(line)) resolve();
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

const server = await startDovecot();
const raws = corpus(mails);
const folder = mkdtempSync(join(tmpdir(), 'uketsuke-bench-'));
const results: { script: Figures[]; daemon: Figures[] } = { script: [], daemon: [] };
try {
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? (['script', 'daemon'] as const) : (['daemon', 'script'] as const)) {
      const user = `${name}${round}`;
      await server.append(user, raws);
      results[name].push(name === 'script' ? await script(user) : await daemon(user));
      const left = (await server.list(user, 'INBOX'))?.length ?? 0;
      process.stderr.write(
        `${name} ${round + 1}: ${results[name].at(-1)!.seconds.toFixed(2)} s, ${left} left in INBOX\n`,
      );
    }
  }
  report();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

function script(user: string): Promise<Figures> {
  const file = join(folder, `${user}.db`);
  const args = ['--import', 'tsx', 'bench/mailbox-script.ts', String(server.imapPort), user, password, file];
  return measure(args, () => false);
}

/** Done when every mail is decided; the moves of the last group run beside. */
async function daemon(user: string): Promise<Figures> {
  const config = join(folder, `${user}.yaml`);
  const secret = join(folder, 'password');
  writeFileSync(secret, password);
  writeFileSync(
    config,
    `dataDir: ${user}\nsmtp: { listen: false }\nmailboxes:\n  - { name: ${user}, host: 127.0.0.1, port: ${server.imapPort}, tls: none, user: ${user}, passwordFile: password, since: all }\n`,
  );
  let decided = 0;
  const figures = await measure(['dist/src/main.js', '--config', config, 'start'], (line) => {
    if (line.includes('"message-decided"')) decided += 1;
    return decided === mails;
  });
  await sleep(100);
  return figures;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function report(): void {
  const of = (name: 'script' | 'daemon') => ({
    rate: mails / median(results[name].map((one) => one.seconds)),
    cpu: median(results[name].map((one) => one.cpuMs)) / mails,
    peak: median(results[name].map((one) => one.peakMb)),
  });
  const [script, daemon] = [of('script'), of('daemon')];
  const line = (name: string, one: typeof script) =>
    `${name.padEnd(8)} ${one.rate.toFixed(1).padStart(8)} mails/s ${one.cpu.toFixed(1).padStart(8)} ms CPU a mail ${one.peak.toFixed(0).padStart(6)} MB`;
  process.stdout.write(
    `${mails} mails, median of ${rounds}, start-up included:\n${line('script', script)}\n${line('daemon', daemon)}\n`,
  );
  process.stdout.write(
    `daemon / script: throughput ${(daemon.rate / script.rate).toFixed(2)}, CPU ${(daemon.cpu / script.cpu).toFixed(2)}\n`,
  );
}
