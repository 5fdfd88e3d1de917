/** The house rules of docs/flow.md, held by a test: who may import whom, how long a file may be, where the environment is read. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => join('src', file))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.endsWith('.d.ts'));
const sources = files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
const folderOf = (file: string) => (file.split('/').length > 2 ? file.split('/')[1]! : 'top');

const pure = ['calendar', 'inquiry', 'ticket', 'reply'];
const edges = ['mailbox', 'reading', 'proof', 'fax', 'outbox', 'store'];
/** The killable child, for the edges that read what strangers send. */
const base = ['sandbox'];
/** Pure packages, data, and the one deterministic builtin. */
const purePackages = [
  'node:crypto',
  '@holiday-jp/holiday_jp',
  'ical.js',
  'libphonenumber-js/min',
  'liquidjs',
  'yaml',
];
const linesMax = 400;

function imports(text: string): readonly string[] {
  const found = text.matchAll(
    /^(?:import|export)\s[^;'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return Array.from(found, (match) => (match[1] ?? match[2] ?? match[3])!);
}

function targets({ file, text }: (typeof sources)[number]) {
  return imports(text).map((name) => {
    if (!name.startsWith('.')) return { folder: null, name };
    const path = relative(root, normalize(join(root, dirname(file), name)));
    return { folder: folderOf(path), name: path };
  });
}

const breaches = (of: (source: (typeof sources)[number]) => readonly string[]) =>
  sources.flatMap((source) => of(source).map((what) => `${source.file}: ${what}`));

describe('the direction of imports', () => {
  it('pure folders know one another in order, and pure packages', () => {
    const found = breaches((source) => {
      const place = pure.indexOf(folderOf(source.file));
      if (place < 0) return [];
      return targets(source)
        .filter(({ folder, name }) =>
          folder === null ? !purePackages.includes(name) : !pure.slice(0, place + 1).includes(folder),
        )
        .map(({ name }) => name);
    });
    expect(found).toEqual([]);
  });

  it('pure folders and decisions never wait, look at a clock, or at the process', () => {
    const found = breaches(({ file, text }) => {
      if (!pure.includes(folderOf(file))) return [];
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      return code.match(/\basync\b|\bawait\b|\bDate\.now\b|new Date\(\)|Math\.random|\bprocess\./g) ?? [];
    });
    expect(found).toEqual([]);
  });

  it('the desk knows the pure folders and its ports', () => {
    const found = breaches((source) =>
      folderOf(source.file) !== 'desk'
        ? []
        : targets(source)
            .filter(({ folder }) => folder === null || ![...pure, 'desk'].includes(folder))
            .map(({ name }) => name),
    );
    expect(found).toEqual([]);
  });

  it('an edge knows neither another edge nor a flow', () => {
    const found = breaches((source) => {
      const own = folderOf(source.file);
      if (!edges.includes(own)) return [];
      return targets(source)
        .filter(
          ({ folder, name }) =>
            folder !== null &&
            ![own, ...pure, ...base].includes(folder) &&
            name !== 'src/desk/ports.ts' &&
            !name.startsWith('migrations'),
        )
        .map(({ name }) => name);
    });
    expect(found).toEqual([]);
  });

  it('commands know the desk and the pure folders, never an edge', () => {
    const found = breaches((source) =>
      folderOf(source.file) !== 'command'
        ? []
        : targets(source)
            .filter(({ folder }) => folder !== null && edges.includes(folder))
            .map(({ name }) => name),
    );
    expect(found).toEqual([]);
  });

  it('there are no circles between folders', () => {
    const order = [...pure, 'desk', ...base, ...edges, 'command', 'top'];
    const back = breaches((source) =>
      targets(source)
        .filter(({ folder }) => folder !== null && folder !== 'top' && order.includes(folder))
        .filter(({ folder }) => order.indexOf(folder!) > order.indexOf(folderOf(source.file)))
        .map(({ name }) => name),
    );
    expect(back).toEqual([]);
  });
});

describe('sizes and places', () => {
  it(`no file is longer than ${linesMax} lines`, () => {
    const found = sources
      .filter(({ text }) => text.split('\n').length > linesMax + 1)
      .map(({ file }) => file);
    expect(found).toEqual([]);
  });

  it('the environment is read in config.ts alone', () => {
    const found = sources.filter(
      ({ file, text }) => text.includes('process.env') && file !== 'src/config.ts',
    );
    expect(found.map(({ file }) => file)).toEqual([]);
  });

  it('nothing is printed but by main, the demo and the log', () => {
    const found = sources.filter(({ text }) => /console\.(log|error|warn|info)/.test(text));
    expect(found.map(({ file }) => file)).toEqual([]);
  });

  it('versions are exact, and one folder knows the parser of mail', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const versions: [string, string][] = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    const found = sources.filter(
      ({ file, text }) => text.includes("'mailparser'") && !file.startsWith('src/reading/'),
    );
    // The demonstration shows letters of our own with it.
    expect(found.map(({ file }) => file)).toEqual(['src/demo.ts']);
  });

  it('the libraries the house was asked to build on are all at work', () => {
    const used = new Set(sources.flatMap(({ text }) => imports(text)).map((name) => name.split('/')[0]));
    // And sqlite3, which knex loads.
    const named = 'imapflow mailparser smtp-server nodemailer pdf-parse tesseract.js knex node-cron';
    expect(named.split(' ').filter((name) => !used.has(name))).toEqual([]);
  });

  it('exports are named', () => {
    const found = sources.filter(({ text }) => /^export default/m.test(text));
    expect(found.map(({ file }) => file)).toEqual([]);
  });
});
