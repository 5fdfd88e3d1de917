/**
 * Kills the daemon again and again while mail comes in and letters leave, and then counts (spec 7, threats 16–20).
 * Customers write by SMTP and hand over again what nobody confirmed, or their mail comes into a mailbox; beside the daemon `uketsuke intake` takes in
 * files and is killed too. The relay is a real SMTP server that lives through everything.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, loadConfig } from '../../src/config.ts';
import { openDesk } from '../../src/daemon.ts';
import { importContracts } from '../../src/desk/import-contracts.ts';
import type { Journal } from '../../src/desk/ports.ts';
import { parseContracts } from '../../src/inquiry/contract-csv.ts';
import { canonicalNumber } from '../../src/inquiry/support-number.ts';
import { type Sink, startSink } from '../sink.ts';
import { at } from '../trial.ts';
import { type Counts, check } from './check.ts';
import { openFileIntake } from './file-intake.ts';
import { conceive, type Life, mustDie, orphans, type Program, plainChild, programFolder } from './life.ts';
import { type CrashMailbox, openCrashMailbox } from './mailbox.ts';
import { contracts, deliver, type Fed, write } from './post.ts';
import { type Fault, mailboxSteps, ownSteps, type Step, steps } from './steps.ts';

export interface CrashOptions {
  readonly kills: number;
  readonly seed: number;
  readonly fault?: Fault;
  /** Only these, in turn; all of them unless told. */
  readonly steps?: readonly Step[];
  /** `postgres://…` of an empty database; a SQLite file of its own unless told. */
  readonly database?: string;
  readonly progress?: (line: string) => void;
}

export interface CrashResult {
  readonly failures: readonly string[];
  readonly killsByStep: Readonly<Record<string, number>>;
  readonly counts: Counts;
  readonly intakes: { readonly runs: number; readonly killed: number };
}

/** Friday morning; the run must end before the desk closes at noon. */
const startsAt = at('2026-11-20T09:01:00');
const runMsMax = 170 * 60_000;
const passingsMax = 3;
const anyMsMax = 400;
const openingMsMax = 80;
const intakeEvery = 7;
const intakeMsMax = 1_500;
const filesPerIntake = 3;
/** Without any mail leaving the mailbox for so long, what is left in it stays; a planted fault leaves it there on purpose. */
const standstillMsMax = 15_000;
const plantedMsMax = 3_000;
const twiceShare = 0.1;
/** Lives that find a mail in the mailbox, and how many of those mails come by SMTP as well. */
const mailboxShare = 0.4;
const bothWaysShare = 0.2;
const silent: Journal = { info: () => {}, warn: () => {}, error: () => {} };

/** The whole run; `failures` is empty when nothing was lost and nothing doubled. */
export async function crash(options: CrashOptions): Promise<CrashResult> {
  const dir = mkdtempSync(join(tmpdir(), 'uketsuke-crash-'));
  const sink = await startSink();
  try {
    return await run(options, dir, sink);
  } finally {
    await sink.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function run(options: CrashOptions, dir: string, sink: Sink): Promise<CrashResult> {
  const random = dice(options.seed);
  const clock = openClock();
  const program = programFolder();
  await using mailbox = await openCrashMailbox();
  const configFile = writeConfig(dir, sink.port, mailbox, options.database);
  const config = loadConfig(configFile, { env: {}, cwd: dir });
  const nursery = openNursery({ program, script: plainChild(dir) }, configFile, clock, options.fault ?? null);
  await using files = openFileIntake(program, configFile, dir, clock);
  const mails: Fed[] = [];
  const waiting: Fed[] = [];
  const compose = (): Fed => mails[mails.push(write(mails.length)) - 1]!;
  const plan = planned(options, random);
  const left: string[] = [];
  let registered = false;
  try {
    for (const [n, step] of plan.entries()) {
      if (!registered && step !== 'opening') {
        await register(config, clock());
        registered = true;
      }
      const passing = step === 'dot' ? 1 : 1 + Math.floor(random() * passingsMax);
      // Mail that comes again passes the early steps only, so there is always enough that is new.
      const fresh = waiting.filter((fed) => fed.tries === 0).length;
      for (let more = fresh; more <= passing; more += 1) waiting.push(compose());
      if (n % intakeEvery === intakeEvery - 1) {
        const mails = Array.from({ length: filesPerIntake }, compose);
        // The first of them comes by SMTP as well.
        waiting.push(mails[0]!);
        files.begin(mails, random() < 0.5 ? Math.floor(random() * intakeMsMax) : null);
      }
      if (!mailboxSteps.includes(step) && random() < mailboxShare) {
        const fed = compose();
        await mailbox.post(fed, new Date(clock()));
        if (random() < bothWaysShare) waiting.push(fed);
      }
      const life = await nursery.begin(step, passing);
      const post = async () => {
        if (mailboxSteps.includes(step)) await mailbox.postWhile(life, compose, () => new Date(clock()));
      };
      await liveAndDie(life, step, sink, waiting, post, random);
      options.progress?.(`${n + 1}: ${step}, passing ${passing}`);
    }
    if (!registered) await register(config, clock());
    await settle(await nursery.begin(null, 0), waiting, async () => {
      await files.finish();
      left.push(...(await mailbox.emptied(options.fault === undefined ? standstillMsMax : plantedMsMax)));
    });
  } finally {
    await nursery.close();
  }
  const still = await orphans([...nursery.groups, ...files.groups]);
  const count = (of: readonly Step[]) => plan.filter((step) => of.includes(step)).length;
  const sure = count(['body-begun', 'answered', 'dot']);
  // Where the sending job itself dies before or after them, no body is under way.
  const never = count(['attempt-written', 'recorded']);
  const kills = { sure, maybe: plan.length - sure - never };
  await using desk = await openDesk(config, silent, () => new Date(clock()));
  const { failures, counts } = await check(desk.store, mails, sink.mails, kills);
  return {
    failures: [
      ...nursery.errors().map((error) => `the journal: ${error.trim()}`),
      ...files.failures,
      ...left,
      ...still.map((what) => `still running: ${what}`),
      ...failures,
    ],
    killsByStep: Object.fromEntries(steps.map((step) => [step, count([step])])),
    counts,
    intakes: { runs: files.runs, killed: files.killed },
  };
}

/** Lives one after the other; the next one loads while the present one works. */
function openNursery(
  { program, script }: { readonly program: Program; readonly script: string },
  configFile: string,
  clock: () => string,
  fault: Fault | null,
) {
  let next = conceive(program, script);
  const lives = [next];
  return {
    groups: [] as number[],
    errors: () => lives.flatMap((life) => life.errors),
    async begin(step: Step | null, passing: number): Promise<Life> {
      const life = next;
      next = conceive(program, script);
      lives.push(next);
      this.groups.push(life.pid);
      await life.hear('warm');
      const own = ownSteps.find((one) => one === step) ?? null;
      life.order({ kind: 'go', configFile, clock: clock(), step: own, passing, fault });
      return life;
    },
    async close() {
      for (const life of lives.filter((one) => one.alive)) life.kill();
      await Promise.all(lives.map((life) => life.death));
    },
  };
}

/**
 * The first life dies while it makes the store. Then every named step comes once a round, in an order of the dice, so
 * that 300 kills come to each of the 15 twenty times; one kill at any moment comes with each round and is not counted.
 */
function planned({ kills, steps: only }: CrashOptions, random: () => number): readonly Step[] {
  if (only !== undefined) return Array.from({ length: kills }, (_, n) => only[n % only.length]!);
  const shuffled = (round: readonly Step[]) =>
    round
      .map((step) => ({ step, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ step }) => step);
  const plan: Step[] = ['opening', ...shuffled(steps.filter((step) => step !== 'opening'))];
  const named = () => plan.filter((step) => step !== 'any').length;
  while (named() < kills) plan.push(...shuffled(steps));
  while (named() > kills) plan.pop();
  return plan;
}

async function liveAndDie(
  life: Life,
  step: Step,
  sink: Sink,
  waiting: Fed[],
  post: () => Promise<void>,
  random: () => number,
): Promise<void> {
  if (step === 'opening' || step === 'any') {
    if (step === 'any') await life.hear('ready');
    setTimeout(() => life.kill(), random() * (step === 'any' ? anyMsMax : openingMsMax));
  }
  if (step === 'dot') {
    sink.fail({ at: 'dot', does: { kind: 'silence' } });
    void untilTaken(sink, life).then(() => life.kill());
  }
  const ready = await life.hear('ready');
  if (ready !== null) {
    const comesTwice = () => random() < twiceShare;
    await Promise.all([deliver(waiting, ready.smtpPort, () => life.alive, comesTwice), post()]);
  }
  await mustDie(life, step);
}

/** The relay has one letter more and keeps silent. */
async function untilTaken(sink: Sink, life: Life): Promise<void> {
  const before = sink.mails.length;
  while (sink.mails.length === before && life.alive) await sleep(1);
}

/** Everything that waits outside is handed over, everything inside comes to its end, and the last life ends by itself. */
async function settle(life: Life, waiting: Fed[], finishOthers: () => Promise<void>): Promise<void> {
  const ready = await life.hear('ready');
  if (ready === null) throw new Error(`the last life did not start: ${life.errors.join(' / ')}`);
  await finishOthers();
  await deliver(
    waiting,
    ready.smtpPort,
    () => life.alive,
    () => false,
  );
  life.order({ kind: 'settle' });
  await life.hear('settled');
  life.order({ kind: 'stop' });
  await life.death;
}

async function register(config: Config, now: string): Promise<void> {
  await using desk = await openDesk(config, silent);
  const parsed = parseContracts(Buffer.from(contracts), (text) => canonicalNumber(config.mask, text));
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  await importContracts(desk, parsed.contracts, new Date(now));
}

function writeConfig(
  dir: string,
  relayPort: number,
  mailbox: CrashMailbox,
  database: string | undefined,
): string {
  const file = join(dir, 'uketsuke.yaml');
  writeFileSync(join(dir, 'password'), mailbox.password);
  const lines = [
    mailbox.yaml,
    'dataDir: data',
    ...(database === undefined ? [] : [`database: ${database}`]),
    'addresses: [cltech@example.jp]',
    'smtp: { listen: "127.0.0.1:0" }',
    `relay: { host: 127.0.0.1, port: ${relayPort} }`,
    'staff: [{ name: 鈴木, address: suzuki@example.jp }]',
    'outbox: { perMinute: 10000 }',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** The trial clock runs on through all lives. */
function openClock(): () => string {
  const began = performance.now();
  return () => {
    const elapsedMs = Math.floor(performance.now() - began);
    if (elapsedMs > runMsMax) throw new Error('the desk closes before the run ends: take fewer kills');
    return new Date(startsAt.getTime() + elapsedMs).toISOString();
  };
}

/** The same numbers between 0 and 1 for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
