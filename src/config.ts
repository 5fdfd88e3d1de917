/**
 * The configuration file and the environment become one frozen `Config` (spec 9). Every problem is
 * reported at once with file, line and path. The only reader of `process.env`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Closure, parseClosuresIcal } from './calendar/closures.ts';
import { holidaysKnownUntil } from './calendar/holidays.ts';
import { parseTime } from './calendar/jst.ts';
import type { ReceptionCalendar } from './calendar/reception-hours.ts';
import { type ConfigFile, configSchema } from './config-schema.ts';
import { type FormProfile, parseFormProfile } from './inquiry/profile.ts';
import { type Mask, parseMask } from './inquiry/support-number.ts';

/** What was wrong with the operator's input: exit code 2 for usage, 1 for the rest; the text is for people. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface Config extends Omit<ConfigFile, 'dataDir' | 'database' | 'from' | 'desk' | 'formProfiles'> {
  /** Path of the file, or null on the embedded default. */
  readonly file: string | null;
  readonly dataDir: string;
  readonly database: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly desk: {
    readonly name: string;
    readonly mail: string;
    readonly fax?: string | undefined;
    readonly tel?: string | undefined;
    readonly signature?: string | undefined;
  };
  readonly calendar: ReceptionCalendar;
  readonly mask: Mask;
  readonly formProfiles: readonly FormProfile[];
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

/**
 * Reads and checks the configuration.
 * @throws ConfigError naming file, line and path of every problem.
 */
export function loadConfig(file: string | null, around: Surroundings = surroundings()): Config {
  const path = file === null ? null : resolve(around.cwd, file);
  const parsed = path === null ? configSchema.parse({}) : parseFile(path);
  const base = path === null ? around.cwd : dirname(path);
  const problems: string[] = [];
  const attempt = <T>(key: string, work: () => T, fallback: T): T => {
    try {
      return work();
    } catch (error) {
      problems.push(`${path ?? 'defaults'}: ${key}: ${(error as Error).message}`);
      return fallback;
    }
  };
  const dataDir =
    parsed.dataDir === undefined
      ? resolve(around.cwd, around.env['UKETSUKE_DATA'] || 'data')
      : resolve(base, parsed.dataDir);
  const fileClosures = attempt('hours.closuresFile', () => readClosures(parsed, base), []);
  const mask = attempt('supportNumber.mask', () => parseMask(parsed.supportNumber.mask), null);
  const formProfiles = parsed.formProfiles.flatMap((setting, index) =>
    attempt<readonly FormProfile[]>(`formProfiles[${index}]`, () => [parseFormProfile(setting)], []),
  );
  const startAt = attempt('UKETSUKE_CLOCK', () => trialClock(around.env['UKETSUKE_CLOCK'], parsed), null);
  if (problems.length > 0 || mask === null) throw new ConfigError(problems.join('\n'));
  const mail = parsed.desk.mail ?? parsed.addresses[0]!;
  return Object.freeze({
    ...parsed,
    file: path,
    dataDir,
    database: around.env['UKETSUKE_DATABASE'] || parsed.database || `sqlite:${join(dataDir, 'uketsuke.db')}`,
    from: parsed.from ?? { name: parsed.desk.name, address: parsed.addresses[0]! },
    desk: { ...parsed.desk, mail },
    calendar: {
      windows: parsed.hours.windows,
      closures: [...parsed.hours.closures, ...fileClosures],
      closuresKnownUntil: parsed.hours.closuresKnownUntil ?? null,
      holidaysKnownUntil,
    },
    mask,
    formProfiles,
    templatesDir: join(packageRoot(), 'templates'),
    startAt,
  });
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
  return file === undefined ? null : readFileSync(file, 'utf8').trim();
}

function parseFile(path: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code}). Name an existing file with --config, or copy etc/uketsuke.yaml.`,
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((e) => `${path}:${lines.linePos(e.pos[0]).line}: ${e.message}`).join('\n'),
    );
  }
  const result = configSchema.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => explain(issue, []));
  throw new ConfigError(
    problems
      .map(
        ({ path: keys, message }) =>
          `${path}:${lineOf(document, lines, keys)}: ${pathText(keys)}: ${message}`,
      )
      .join('\n'),
  );
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Flattens zod's issue: unknown keys one by one, and the closest branch of a union. */
function explain(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): readonly Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: 'unknown key; see etc/uketsuke.yaml for the keys there are',
    }));
  }
  if (issue.code === 'invalid_union') {
    const branch = issue.errors.find((errors) =>
      errors.some((e) => e.code !== 'invalid_type' || e.path.length > 0),
    );
    return (branch ?? issue.errors[0] ?? []).flatMap((inner) => explain(inner, path));
  }
  return [{ path, message: issue.message.replace(/^Invalid input: /, '') }];
}

function pathText(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
    '',
  );
}

/** The line of the deepest node on the path that stands in the file. */
function lineOf(document: Document, lines: LineCounter, keys: readonly PropertyKey[]): number {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const node = document.getIn(keys.slice(0, depth), true) as { range?: readonly number[] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]!).line;
  }
  return 1;
}

function readClosures(parsed: ConfigFile, base: string): readonly Closure[] {
  if (parsed.hours.closuresFile === undefined) return [];
  const file = resolve(base, parsed.hours.closuresFile);
  try {
    return parseClosuresIcal(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

function trialClock(text: string | undefined, parsed: ConfigFile): Date | null {
  if (text === undefined || text === '') return null;
  const at = parseTime(text);
  if (at === null) throw new Error(`"${text}" is not a time; write it as 2026-11-20T17:29:00 (Asia/Tokyo)`);
  const host = parsed.relay?.host;
  if (host !== undefined && !/^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/.test(host)) {
    throw new Error(
      `refused, because the relay ${host} is not on this machine: a trial must never reach a customer`,
    );
  }
  return at;
}
