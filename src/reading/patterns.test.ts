/**
 * Every regular expression of ours takes at most 50 ms on 1 MB of what is worst for it (threat 68). They are found by
 * parsing the sources, so that a new one is held from its first day; those put together at run time are held when they are
 * made while their module is loaded, and by `pattern-time.test.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAst } from 'vitest/node';

const source = join(import.meta.dirname, '..');
const millisecondsMax = 50;
const full = 1_000_000;

/** Quadratic work shows on far less, in far less time; only what shows is given the whole megabyte. */
/** Patterns that see this much at most, by the slice their caller takes: as many tries as their bounds multiply to at each place. */
const sees: readonly (readonly [file: string, begins: string, chars: number])[] = [
  ['inquiry/automatic-acts.ts', '(?:担当', 20_000],
  ['inquiry/phone-number.ts', '\\+?[0-9(][0-9() .-]', 20_000],
  ['reading/bounce-words.ts', '[A-Za-z0-9!#$%&', 100_000],
  // A line of a signature.
  ['reading/signature.ts', '(?:株式会社', 120],
];

const steps = [
  // A few letters are enough for work that doubles with each, a page for work of the third power.
  { chars: 24, milliseconds: 0 },
  { chars: 512, milliseconds: 0 },
  { chars: 8_192, milliseconds: 0.4 },
  { chars: 65_536, milliseconds: 3.2 },
  { chars: full, milliseconds: millisecondsMax },
] as const;

interface Held {
  readonly where: string;
  readonly pattern: RegExp;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !/\.(?:test|d)\.ts$/.test(file),
);

interface Node {
  readonly type?: string;
  readonly regex?: { readonly pattern: string; readonly flags: string };
}

function* literals(node: unknown): Generator<RegExp> {
  if (node === null || typeof node !== 'object') return;
  const { type, regex } = node as Node;
  if (type === 'Literal' && regex !== undefined) yield new RegExp(regex.pattern, regex.flags);
  for (const child of Object.values(node)) yield* literals(child);
}

function written(): readonly Held[] {
  return files.flatMap((file) =>
    [...literals(parseAst(readFileSync(join(source, file), 'utf8'), { lang: 'ts' }, file))].map(
      (pattern) => ({
        where: file,
        pattern,
      }),
    ),
  );
}

/** Those a module makes of words when it is loaded. */
async function made(): Promise<readonly Held[]> {
  const found: Held[] = [];
  const Original = globalThis.RegExp;
  const makers = files.filter((file) =>
    /^(?:export )?(?:const| {1,2}\w+:) .*new RegExp\(|^ {2}\w+: new RegExp\(/m.test(
      readFileSync(join(source, file), 'utf8'),
    ),
  );
  let where = '';
  globalThis.RegExp = new Proxy(Original, {
    construct(target, args: [string, string?]) {
      const pattern = new target(...args);
      found.push({ where, pattern });
      return pattern;
    },
  });
  try {
    for (where of makers) await import(join(source, where));
  } finally {
    globalThis.RegExp = Original;
  }
  expect(makers.length).toBeGreaterThan(6);
  return found;
}

/** Behind what is repeated: the end a pattern hopes for does not come. */
const misfit = '\u0007あ!';

const anything = [' ', '\n', 'a', '1', 'あ', '-', '<', '(', '"', ':', '@', '/', '.', '　'];

/** A text the pattern nearly or wholly matches: first alternatives, each repeated thing once, look-around left out. */
function nearly(source: string): string {
  const classes: Readonly<Record<string, string>> = {
    d: '1',
    s: ' ',
    w: 'a',
    S: 'a',
    D: 'a',
    W: ' ',
    n: '\n',
    t: '\t',
    r: '\r',
    p: 'あ',
    P: 'a',
    b: '',
    B: '',
  };
  let out = '';
  let at = 0;
  const escaped = (): string => {
    const code = /^\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|u\{([0-9a-f]+)\})/i.exec(source.slice(at));
    if (code !== null) {
      at += code[0].length;
      return String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '20', 16));
    }
    const name = source[at + 1] ?? '';
    at += 2;
    if (/[pP]/.test(name)) at = source.indexOf('}', at) + 1;
    return classes[name] ?? name;
  };
  const group = (): void => {
    for (let first = true; at < source.length && source[at] !== ')'; ) {
      const character = source[at] ?? '';
      if (character === '|') first = false;
      const kept = out;
      if (character === '(') {
        const open = /^\((?:\?(?:<?[=!]|:|<\w+>))?/.exec(source.slice(at))?.[0] ?? '(';
        at += open.length;
        group();
        if (/[=!]$/.test(open)) out = kept;
        at += 1;
      } else if (character === '[') {
        const negated = source[at + 1] === '^';
        at += negated ? 2 : 1;
        const one = source[at] === '\\' ? escaped() : (source[at++] ?? '');
        while (at < source.length && source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
        at += 1;
        out += negated ? 'あ' : one;
      } else if (character === '\\') out += escaped();
      else {
        at += 1;
        if (character === '.') out += 'x';
        else if (character === '{') at = source.indexOf('}', at) + 1;
        else if (!/[\^$*+?|]/.test(character)) out += character;
      }
      if (!first) out = kept;
    }
  };
  group();
  return out;
}

/** What its own words are made of, and texts it nearly matches. */
function alphabet(pattern: RegExp): {
  readonly units: readonly string[];
  readonly matches: readonly string[];
} {
  const plain = pattern.source.replace(/\\[dDwWsSbBpP](?:\{[^}]*\})?|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}/gi, '');
  const own = [...new Set(plain.match(/[^\\^$.*+?()[\]{}|]/gu) ?? [])].slice(0, 8);
  const matches = [nearly(pattern.source)];
  const parts = matches.filter((one) => one !== '' && one.length < 200);
  const torn = parts.map((one) => [...one].slice(0, -1).join('')).filter((one) => one !== '');
  return {
    units: [...new Set([...anything, ...own, ...parts, ...torn])],
    matches: [...new Set(['', ...torn])].slice(0, 3),
  };
}

/** CPU milliseconds, the best of three when the first is over. */
function taken(pattern: RegExp, text: string, milliseconds: number): number {
  const once = (): number => {
    const begun = process.cpuUsage();
    pattern.lastIndex = 0;
    // A global pattern goes on behind each match, and that too must be linear in all.
    if (pattern.global) text.replace(pattern, '');
    else pattern.test(text);
    return process.cpuUsage(begun).user / 1_000;
  };
  let best = once();
  for (let again = 0; again < 2 && best > milliseconds; again += 1) best = Math.min(best, once());
  return best;
}

/** Without a repetition that has no bound, the work at one place has one; at the start alone there is one place. */
const bounded = (pattern: RegExp) =>
  !/[*+]|\{\d+,\}/.test(pattern.source.replace(/\\./g, '')) &&
  (pattern.source.startsWith('^') || !/\{/.test(pattern.source));

/** How much slower than it should this machine works now: a plain linear pattern takes 40 ms for 1 MB on a free one. */
const busy = Math.max(
  1,
  Math.min(...[1, 2, 3].map(() => taken(/[^\p{L}\p{N}]/gu, ' '.repeat(full), 0))) / 30,
);

function slowness({ where, pattern }: Held): string | null {
  if (bounded(pattern)) return null;
  const fresh = new RegExp(pattern.source, pattern.flags);
  const seen =
    sees.find(([file, begins]) => file === where && pattern.source.startsWith(begins))?.[2] ?? full;
  const { units, matches } = alphabet(pattern);
  for (const unit of units)
    for (const [before, after] of matches.flatMap(
      (one) =>
        [
          [one, ''],
          [one, misfit],
        ] as const,
    )) {
      let late = 0;
      let early = 0;
      const slow = steps.every(({ chars, milliseconds }) => {
        const text = before + unit.repeat(Math.ceil(Math.min(chars, seen) / unit.length)) + after;
        // What is over already on less than a megabyte need not be waited for.
        if (late >= millisecondsMax) return true;
        early = late;
        const now = taken(fresh, text, milliseconds) / busy;
        late = now >= millisecondsMax ? (now * full) / chars : now;
        return now >= milliseconds;
      });
      // Sixteen times the text takes a linear pattern sixteen times as long, and on a busy machine three times that.
      if (slow && late < 3 * millisecondsMax && late < 32 * early) continue;
      if (slow)
        return `${where}: ${pattern} takes ${Math.round(late)} ms over ${JSON.stringify(before)} and ${JSON.stringify(unit)}, again and again`;
    }
  return null;
}

it('no regular expression in src takes more than 50 ms on 1 MB of its worst input', {
  timeout: 240_000,
}, async () => {
  const unique = new Map([...written(), ...(await made())].map((one) => [`${one.pattern}`, one]));
  expect(unique.size).toBeGreaterThan(300);
  expect([...unique.values()].flatMap((one) => slowness(one) ?? [])).toEqual([]);
});

it.each([/\s+$/, /(?:a+)+b/, /<!--.*?-->/gs, /あ+い/])('knows a slow one: %s', (pattern) => {
  expect(slowness({ where: 'here', pattern })).not.toBeNull();
});
