/** The configuration file as text: YAML and its shape, each problem with file, line, path and what to do (spec 9). */
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type ConfigFile, configSchema } from './config-schema.ts';
import { readText } from './file-text.ts';

export interface ConfigText {
  /** Null where the shape is wrong: `problems` says how. */
  readonly settings: ConfigFile | null;
  /** `FILE:LINE: PATH: what to do`. */
  readonly problems: readonly string[];
  /** Text that stands at a path of the file, whether or not the rest is sound. */
  readonly textAt: (...keys: readonly string[]) => string | undefined;
  /** The place of a path, as problems begin. */
  readonly place: (...keys: readonly string[]) => string;
}

/** Without a file every default holds. */
export function readConfigFile(path: string | null): ConfigText {
  if (path === null) {
    return {
      settings: configSchema.parse({}),
      problems: [],
      textAt: () => undefined,
      place: (...keys) => keys.join('.'),
    };
  }
  const lines = new LineCounter();
  const text = readText(path, 'name an existing file with --config, or copy etc/uketsuke.yaml');
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (...keys: readonly PropertyKey[]) =>
    `${path}:${lineOf(document, lines, keys)}: ${pathText(keys)}`;
  const read = { textAt: textIn(document), place };
  const broken = [...document.errors, ...document.warnings].map(
    (error) => `${path}:${lines.linePos(error.pos[0]).line}: ${advised(error.code, error.message)}`,
  );
  if (broken.length > 0) return { ...read, settings: null, problems: broken };
  let plain: unknown;
  try {
    plain = document.toJS() ?? {};
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    return { ...read, settings: null, problems: [`${path}:1: ${reason}; write the value out in place of *`] };
  }
  const result = configSchema.safeParse(plain, { error: complaint });
  if (result.success) return { ...read, settings: result.data, problems: [] };
  const found = result.error.issues.flatMap((issue) => explain(issue, []));
  const sorted = found
    .map((one) => ({ ...one, line: lineOf(document, lines, one.path) }))
    .sort((a, b) => a.line - b.line);
  const problems = sorted.map(
    (one) => `${path}:${one.line}: ${[pathText(one.path), one.message].filter(Boolean).join(': ')}`,
  );
  return { ...read, settings: null, problems: [...new Set(problems)] };
}

function textIn(document: Document): ConfigText['textAt'] {
  return (...keys) => {
    if (document.errors.length > 0) return undefined;
    const value: unknown = document.getIn(keys);
    return typeof value === 'string' ? value : undefined;
  };
}

/** The library's words where they serve an operator, else ours. */
function advised(code: string, message: string): string {
  const advice: Readonly<Record<string, string>> = {
    DUPLICATE_KEY: 'this key stands twice; keep one of them',
    MULTIPLE_DOCS: 'a second document begins here; remove the --- line',
    TAB_AS_INDENT: 'a tab indents this line; use spaces',
    TAG_RESOLVE_FAILED: 'a tag (!…) is not understood here; write plain text, in quotes if need be',
    BAD_INDENT: 'the line is not indented like the others of its block, or a [ or { is not closed',
  };
  return advice[code] ?? `not valid YAML: ${message.split('\n')[0]}`;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
};

/** Says what would be right; never the value itself, which may be a secret in the wrong place. */
function complaint(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = kinds[issue.expected] ?? issue.expected;
      if (issue.input === undefined) return `is missing; it must be ${wanted}`;
      if (issue.input === null) return 'is empty; fill it in, or remove the line and the default holds';
      return `must be ${wanted}${issue.expected === 'number' && typeof issue.input === 'string' ? ', written without quotes' : ''}`;
    }
    case 'too_small':
      if (issue.origin === 'array') return 'must have at least one entry';
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    default:
      return undefined;
  }
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Flattens zod's issue: unknown keys one by one, and of a union the branch that came closest. */
function explain(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): readonly Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key) }));
  }
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    const branch = issue.errors.find((errors) =>
      errors.some((e) => e.code !== 'invalid_type' || e.path.length > 0),
    );
    return (branch ?? issue.errors[0] ?? []).flatMap((inner) => explain(inner, path));
  }
  return [{ path, message: issue.message }];
}

function unknownKey(key: string): string {
  return /pass|secret|token/i.test(key)
    ? 'secrets do not stand in this file; name a file that holds it with passwordFile'
    : 'unknown key; etc/uketsuke.yaml shows every key there is';
}

function pathText(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
    '',
  );
}

/** The line of the deepest key or entry on the path that stands in the file. */
function lineOf(document: Document, lines: LineCounter, keys: readonly PropertyKey[]): number {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const parent = document.getIn(keys.slice(0, depth - 1), true);
    const last = keys[depth - 1];
    const key = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === last)?.key
      : null;
    const node = (key ?? document.getIn(keys.slice(0, depth), true)) as
      | { range?: readonly number[] }
      | undefined;
    if (node?.range) return lines.linePos(node.range[0]!).line;
  }
  return 1;
}
