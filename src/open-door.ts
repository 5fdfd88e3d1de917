/** What a command is handed, opened when it is first asked for: looking at the calendar loads no database. */
import { clockOf } from './clock.ts';
import type { Door } from './command/door.ts';
import { type Config, loadConfig, surroundings } from './config.ts';
import type { OpenDesk } from './desk/house.ts';
import type { Journal, Reader } from './desk/ports.ts';
import { saveNew } from './file-save.ts';
import { readBytes, writeText } from './file-text.ts';
import { openServiceNotice } from './service-notice.ts';

export interface Globals {
  readonly config?: string;
  readonly json?: boolean;
}

/** Runs one command and closes what it opened, whatever happens. */
export async function throughDoor(
  globals: Globals,
  work: (door: Door) => Promise<void> | void,
): Promise<void> {
  const config = loadConfig(globals.config ?? null);
  const now = clockOf(config);
  let opened: Promise<OpenDesk> | null = null;
  let reader: Promise<Reader> | null = null;
  const desk = () => (opened ??= openQuietly(config, now, (line) => door.progress(line)));
  const mailReader = () => (reader ??= import('./reading/sandbox.ts').then(({ openReader }) => openReader()));
  const door: Door = {
    json: globals.json === true,
    now,
    config,
    desk,
    readMail: async (raw) => (await mailReader()).read(raw, true),
    unpack: async (raw) => (await mailReader()).unpack(raw),
    readFax: async (raw, registry, hints) => {
      const { isFaxFile, openFaxReader } = await import('./fax/fax.ts');
      if (!isFaxFile(raw)) return null;
      await using reader = openFaxReader(config.ocr);
      return await reader.read(raw, {
        mask: config.mask,
        registry,
        hints,
        onPage: ({ page, seconds }, total) =>
          door.progress(`page ${page} of ${total}: ${seconds.toFixed(1)} s`),
      });
    },
    async *mailsIn(path) {
      const { readMailFile } = await import('./mailbox/files.ts');
      yield* readMailFile(path);
    },
    accept: async ({ raw, name }, receivedAt, backFilled, by = 'file') =>
      (await desk()).accept(
        raw,
        { kind: by, name, returnPath: null, recipients: [] },
        receivedAt,
        backFilled,
      ),
    backUp: async (folder) => (await import('./backup.ts')).backUp(config, folder, now()),
    restore: async (folder, lostAt) => (await import('./restore.ts')).restore(config, folder, lostAt, now()),
    start: async (roles) => {
      // Its child loads what it reads mail with while this process loads the rest.
      const early = roles.includes('read') ? await mailReader() : undefined;
      early?.warm();
      const [{ startDaemon }, { openLog }] = await Promise.all([import('./daemon.ts'), import('./log.ts')]);
      const journal = openLog(config.log);
      await untilSignal(() => startDaemon(config, roles, journal, now, undefined, early), journal);
    },
    readBytes: (path) => readBytes(path),
    write: writeText,
    save: saveNew,
    async *checks(probe) {
      const { checks } = await import('./doctor.ts');
      yield* checks(config, desk, now());
      if (!probe) return;
      const { probe: mailItself } = await import('./doctor-probe.ts');
      yield* mailItself(await desk(), config.relay !== undefined);
    },
    print: printer(globals),
    progress: (line) => {
      if (globals.json !== true) process.stderr.write(`${line}\n`);
    },
  };
  try {
    await work(door);
  } finally {
    await (await settled<Reader>(reader))?.close();
    await (await settled<OpenDesk>(opened))?.[Symbol.asyncDispose]();
  }
}

/** One document with `--json`, else words for people. */
export function printer(globals: Globals): Door['print'] {
  return (document, text) => {
    if (globals.json === true) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    else if (text !== '') process.stdout.write(`${text}\n`);
  };
}

/**
 * A single command tells its result on standard output; routine events would bury its errors. The pages of a fax take
 * long enough to be told one by one.
 */
async function openQuietly(
  config: Config,
  now: () => Date,
  progress: (line: string) => void,
): Promise<OpenDesk> {
  const [{ openDesk }, { openLog }] = await Promise.all([import('./daemon.ts'), import('./log.ts')]);
  const log = openLog('warn');
  const info: Journal['info'] = (event, fields) => {
    if (event === 'fax-page-read')
      progress(
        `message ${fields['message']}: page ${fields['page']} of ${fields['of']} (${fields['outcome']})`,
      );
    else log.info(event, fields);
  };
  return openDesk(config, { ...log, info }, now);
}

/** What failed to open was told when it was asked for, and needs no closing. */
async function settled<T>(opening: Promise<T> | null): Promise<T | null> {
  return opening === null ? null : opening.catch(() => null);
}

/** Runs until SIGTERM or SIGINT, even one during the start; the message in hand is finished first (spec 7). */
async function untilSignal(start: () => Promise<AsyncDisposable>, journal: Journal): Promise<void> {
  const signalled = new Promise<string>((resolve) => {
    // Heard once: a second signal ends the process as it always does.
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  const daemon = await start();
  const notice = openServiceNotice(surroundings(), journal);
  notice?.ready();
  const signal = await signalled;
  notice?.stopping();
  journal.info('stopping', { signal });
  await daemon[Symbol.asyncDispose]();
  journal.info('stopped', {});
}
