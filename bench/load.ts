/**
 * `npm run bench:load [-- --mails 1500 --processes 1|2 --faxes 5 --bombs 20]`: mails that wait in one Dovecot, mixed with
 * faxes and bombs, and whole daemons from dist on one PostgreSQL. Mails a second, memory of all processes together over
 * time, and the longest time in which no ordinary mail was decided although some waited: what a customer waited behind
 * a fax or a bomb. Build first.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/open.ts';
import { bombs } from '../test/bombs.ts';
import { password, startDovecot } from '../test/dovecot.ts';
import { faxPage, hylafaxMail } from '../test/fax-mail.ts';
import { startPostgres } from '../test/postgres.ts';
import { command, type Entry, startProcess } from '../test/process.ts';
import { startSink } from '../test/sink.ts';
import { registry } from '../test/trial.ts';
import { corpus } from './mailbox-corpus.ts';
import { family } from './processes.ts';

const { values } = parseArgs({
  options: {
    mails: { type: 'string', default: '1500' },
    processes: { type: 'string', default: '2' },
    faxes: { type: 'string', default: '5' },
    bombs: { type: 'string', default: '20' },
  },
});
const [mails, processes, faxes, bombCount] = [values.mails, values.processes, values.faxes, values.bombs].map(
  Number,
) as [number, number, number, number];
const clock = '2026-11-24T09:30:00';
const receivedAt = new Date('2026-11-24T00:00:00Z');
/** Larger ones say more of the disk than of the road. */
const bombBytesMax = 5_000_000;
const appendedAtOnce = 50;
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Bombs and faxes stand evenly among the mails, the first of each near the front. */
function mixed(): readonly Buffer[] {
  const sound = bombs.filter(({ raw }) => raw.length > 0 && raw.length < bombBytesMax);
  const others = [
    ...Array.from({ length: bombCount }, (_, n) => sound[n % sound.length]!.raw),
    ...Array.from({ length: faxes }, (_, n) =>
      hylafaxMail({ caller: `03-5550-${1000 + n}`, files: [faxPage('cover-fine.tif')] }),
    ),
  ];
  const every = Math.max(1, Math.floor(mails / (others.length + 1)));
  return corpus(mails).flatMap((mail, at) => {
    const other = at % every === 1 ? others[Math.floor(at / every)] : undefined;
    return other === undefined ? [mail] : [other, mail];
  });
}

const folder = mkdtempSync(join(tmpdir(), 'uketsuke-load-'));
const [postgres, dovecot, sink] = await Promise.all([startPostgres(), startDovecot(), startSink()]);
try {
  await run();
} finally {
  await Promise.all([postgres.stop(), dovecot.stop(), sink.close()]);
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const database = await postgres.database('load');
  const config = join(folder, 'uketsuke.yaml');
  writeFileSync(join(folder, 'password'), password);
  writeFileSync(join(folder, 'contracts.csv'), registry);
  const lines = [
    'dataDir: data',
    `database: ${database}`,
    'addresses: [cltech@example.jp]',
    'smtp: { listen: "127.0.0.1:0" }',
    `relay: { host: 127.0.0.1, port: ${sink.port} }`,
    `mailboxes: [{ name: desk, host: 127.0.0.1, port: ${dovecot.imapPort}, tls: none, user: desk, passwordFile: password, since: all }]`,
    'faxGateways: [{ name: hylafax, from: faxmaster@fax.example.jp, layout: hylafax }]',
    'outbox: { perMinute: 10000 }',
    'digest: false',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const imported = await command(config, ['contracts', 'import', join(folder, 'contracts.csv')], { clock });
  if (imported.code !== 0) throw new Error(imported.err);
  const waiting = mixed();
  for (let at = 0; at < waiting.length; at += appendedAtOnce)
    await dovecot.append('desk', waiting.slice(at, at + appendedAtOnce), { at: receivedAt });
  print(
    `${waiting.length} wait: ${mails} mails, ${faxes} faxes, ${bombCount} bombs; ${processes} process(es)`,
  );

  const started = performance.now();
  const workers = Array.from({ length: processes }, () => startProcess(config, null, { clock }));
  await using store = await openStore({ database });
  const samples: { readonly decided: number; readonly mb: number }[] = [];
  for (;;) {
    await sleep(1_000);
    const decided = workers.flatMap((one) => one.log.filter(({ event }) => event === 'message-decided'));
    samples.push({ decided: decided.length, mb: workers.reduce((sum, one) => sum + family(one.pid).mb, 0) });
    const { accepted, queued } = await store.received.tally();
    if (accepted >= waiting.length && queued === 0) break;
    if (workers.some((one) => !one.alive))
      throw new Error(`a process ended: ${JSON.stringify(workers.map((one) => one.log.slice(-3)))}`);
  }
  const seconds = (performance.now() - started) / 1_000;
  await tell(
    store,
    workers.flatMap((one) => one.log),
    samples,
    seconds,
  );
  for (const one of workers)
    print(
      `process ${one.pid}: ${one.log.filter(({ event }) => event === 'message-decided').length} decided, ended with ${await one.end('SIGTERM')}`,
    );
  const audit = JSON.parse((await command(config, ['audit', '--json'], { clock })).out);
  print(`audit: difference ${audit.difference}, ${audit.accepted} accepted, ${audit.queued} queued`);
}

type Store = Awaited<ReturnType<typeof openStore>>;

async function tell(
  store: Store,
  log: readonly Entry[],
  samples: readonly { readonly decided: number; readonly mb: number }[],
  seconds: number,
): Promise<void> {
  const decided = log.filter(({ event }) => event === 'message-decided');
  const rows = await Promise.all(decided.map((one) => store.received.get(Number(one['message']))));
  const ordinary = decided
    .filter((_, at) => rows[at]?.messageId?.startsWith('<bench-') ?? false)
    .map((one) => Date.parse(String(one['time'])))
    .sort((a, b) => a - b);
  const pauses = ordinary.slice(1).map((at, n) => at - ordinary[n]!);
  const span = (ordinary.at(-1)! - ordinary[0]!) / 1_000;
  print(
    `all in ${seconds.toFixed(1)} s, start-up included; ${ordinary.length} ordinary mails at ${(ordinary.length / span).toFixed(1)} a second`,
  );
  print(`longest time in which no ordinary mail was decided: ${(Math.max(...pauses) / 1_000).toFixed(2)} s`);
  const tenths = Array.from({ length: 10 }, (_, n) => {
    const until = ((n + 1) * decided.length) / 10;
    const of = samples.filter((one) => one.decided <= until && one.decided > (n * decided.length) / 10);
    return of.length === 0 ? '–' : String(Math.round(Math.max(...of.map(({ mb }) => mb))));
  });
  print(
    `memory of all processes after each tenth, MB: ${tenths.join(' ')}; most ${Math.round(Math.max(...samples.map(({ mb }) => mb)))}`,
  );
  const outcomes = new Map<string, number>();
  for (const row of rows) outcomes.set(String(row?.outcome), (outcomes.get(String(row?.outcome)) ?? 0) + 1);
  print(`outcomes: ${[...outcomes].map(([name, count]) => `${count} ${name}`).join(', ')}`);
}
