/**
 * The configuration file and the environment become one frozen `Config` (spec 9). Every problem is
 * reported at once with file, line and path. The only reader of `process.env`.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Closure } from './calendar/closures.ts';
import { parseClosuresIcal } from './calendar/closures-ical.ts';
import { holidaysKnownUntil } from './calendar/holidays.ts';
import { japaneseWindows } from './calendar/japanese-date.ts';
import { parseTime } from './calendar/jst.ts';
import type { ReceptionCalendar } from './calendar/reception-hours.ts';
import { type ConfigText, readConfigFile } from './config-file.ts';
import { type ConfigFile, databaseAdvice, isDatabase } from './config-schema.ts';
import { readText } from './file-text.ts';
import { type FaxGateway, parseFaxGateway } from './inquiry/fax-gateway.ts';
import { type FormProfile, parseFormProfile } from './inquiry/profile.ts';
import { type Mask, parseMask } from './inquiry/support-number.ts';
import type { DeskFacts } from './reply/facts.ts';

/** What was wrong with the operator's input: exit code 2 for usage, 1 for the rest; the text is for people. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface Config
  extends Omit<
    ConfigFile,
    'dataDir' | 'database' | 'relay' | 'from' | 'desk' | 'formProfiles' | 'faxGateways'
  > {
  /** Path of the file, or null on the embedded default. */
  readonly file: string | null;
  readonly dataDir: string;
  readonly database: string;
  readonly relay:
    | {
        readonly host: string;
        readonly port: number;
        readonly tls: 'none' | 'starttls' | 'implicit';
        readonly user?: string | undefined;
        readonly passwordFile?: string | undefined;
      }
    | undefined;
  readonly from: { readonly name: string; readonly address: string };
  readonly desk: DeskFacts;
  readonly calendar: ReceptionCalendar;
  readonly mask: Mask;
  readonly formProfiles: readonly FormProfile[];
  readonly faxGateways: readonly FaxGateway[];
  readonly templatesDir: string;
  /** Where the clock starts (UKETSUKE_CLOCK), for trials; null is the real time. */
  readonly startAt: Date | null;
}

/** Everything of the environment the program reads, taken once. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export function surroundings(): Surroundings {
  return { env: process.env, cwd: process.cwd() };
}

/** The folder that holds package.json: templates and samples ship beside the code. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json not found above the program');
    folder = parent;
  }
  return folder;
}

export function programVersion(): string {
  return JSON.parse(readText(join(packageRoot(), 'package.json'))).version;
}

/**
 * Reads and checks the configuration. Relative paths are taken from the folder of the file; without a file, and
 * for what the environment names, from the working directory.
 * @throws ConfigError naming file, line and path of every problem.
 */
export function loadConfig(file: string | null, around: Surroundings = surroundings()): Config {
  const { env, cwd } = around;
  const path = file === null ? null : resolve(cwd, file);
  const base = path === null ? cwd : dirname(path);
  const text = readOrRefuse(path);
  const closures = readClosures(text, base);
  const clock = trialClock(env['UKETSUKE_CLOCK'], text.textAt('relay', 'host'));
  const problems = [...text.problems, ...closures.problems, ...clock.problems];
  const { settings } = text;
  if (problems.length > 0 || settings === null) throw new ConfigError(problems.join('\n'));
  const dataDir =
    settings.dataDir === undefined
      ? env['UKETSUKE_DATA']
        ? resolve(cwd, env['UKETSUKE_DATA'])
        : resolve(base, 'data')
      : resolve(base, settings.dataDir);
  return Object.freeze({
    ...settings,
    file: path,
    dataDir,
    database: databaseOf(settings, env['UKETSUKE_DATABASE'], { dataDir, base, cwd }),
    relay: relayOf(settings, base),
    mailboxes: settings.mailboxes.map((one) => ({
      ...one,
      ...(one.passwordFile === undefined ? {} : { passwordFile: resolve(base, one.passwordFile) }),
      ...(one.tokenFile === undefined ? {} : { tokenFile: resolve(base, one.tokenFile) }),
    })),
    from: settings.from ?? { name: settings.desk.name, address: settings.addresses[0]! },
    desk: {
      ...settings.desk,
      mail: settings.desk.mail ?? settings.addresses[0]!,
      hours: japaneseWindows(settings.hours.windows),
    },
    calendar: {
      windows: settings.hours.windows,
      closures: [...settings.hours.closures, ...closures.closures],
      closuresKnownUntil: settings.hours.closuresKnownUntil ?? null,
      holidaysKnownUntil,
    },
    mask: parseMask(settings.supportNumber.mask),
    formProfiles: settings.formProfiles.map((setting) => parseFormProfile(setting)),
    faxGateways: settings.faxGateways.map((setting) => parseFaxGateway(setting)),
    templatesDir: join(packageRoot(), 'templates'),
    startAt: clock.startAt,
  });
}

function readOrRefuse(path: string | null): ConfigText {
  try {
    return readConfigFile(path);
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
}

/**
 * A secret: the environment first (`UKETSUKE_RELAY_PASSWORD`), else the file, read at each call because
 * access tokens expire hourly (spec 9). Null when neither is given.
 */
export function readSecret(
  name: string,
  file: string | undefined,
  around: Surroundings = surroundings(),
): string | null {
  const fromEnvironment = around.env[name];
  if (fromEnvironment) return fromEnvironment;
  if (file === undefined) return null;
  const secret = readText(file, `make it, or set ${name} in the environment`).replace(
    /^\uFEFF|(?<![\r\n])[\r\n]+$/g,
    '',
  );
  if (secret === '')
    throw Object.assign(new Error(`${file}: is empty; write the secret into it, or set ${name}`), {
      code: 'empty',
    });
  return secret;
}

/** Whether a relay is this machine, so that a trial cannot reach a customer and mail need not be encrypted. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|\[::1\])$/i.test(host);
}

/** Mail stays unencrypted on this machine alone, unless the operator says otherwise. */
function relayOf({ relay }: ConfigFile, base: string): Config['relay'] {
  if (relay === undefined) return undefined;
  return {
    ...relay,
    tls: relay.tls ?? (isLoopback(relay.host) ? 'none' : 'starttls'),
    ...(relay.passwordFile === undefined ? {} : { passwordFile: resolve(base, relay.passwordFile) }),
  };
}

function databaseOf(
  settings: ConfigFile,
  override: string | undefined,
  { dataDir, base, cwd }: { readonly dataDir: string; readonly base: string; readonly cwd: string },
): string {
  const named = override || settings.database || `sqlite:${join(dataDir, 'uketsuke.db')}`;
  if (override && !isDatabase(override)) throw new ConfigError(`UKETSUKE_DATABASE: ${databaseAdvice}`);
  const file = named.startsWith('sqlite:') ? named.slice('sqlite:'.length) : null;
  return file === null || file === ':memory:' ? named : `sqlite:${resolve(override ? cwd : base, file)}`;
}

/** Looked at even where the rest of the file is wrong, so that every problem is told at once. */
function readClosures(
  text: ConfigText,
  base: string,
): { readonly closures: readonly Closure[]; readonly problems: readonly string[] } {
  const named = text.textAt('hours', 'closuresFile');
  if (named === undefined) return { closures: [], problems: [] };
  const place = text.place('hours', 'closuresFile');
  const file = resolve(base, named);
  let ical: string;
  try {
    ical = readText(file, 'export the closures as iCalendar, or remove the key');
  } catch (error) {
    return { closures: [], problems: [`${place}: ${(error as Error).message}`] };
  }
  try {
    return { closures: parseClosuresIcal(ical), problems: [] };
  } catch (error) {
    const lines = (error as Error).message.split('\n');
    return {
      closures: [],
      problems: lines.map(
        (line) => `${place}: ${file}${line.replace(/^line (\d+): |^/, ':$1: ').replace('::', ':')}`,
      ),
    };
  }
}

function trialClock(
  text: string | undefined,
  relayHost: string | undefined,
): { readonly startAt: Date | null; readonly problems: readonly string[] } {
  if (text === undefined || text === '') return { startAt: null, problems: [] };
  const startAt = parseTime(text);
  const problems = [
    ...(startAt === null
      ? [`UKETSUKE_CLOCK: "${text}" is not a time; write it as 2026-11-20T17:29:00 (Asia/Tokyo)`]
      : []),
    ...(relayHost === undefined || isLoopback(relayHost)
      ? []
      : [
          `UKETSUKE_CLOCK: refused, because the relay ${relayHost} is not on this machine: a trial must never reach a customer; unset it, or set relay.host to 127.0.0.1`,
        ]),
  ];
  return { startAt, problems };
}
