/**
 * Measures the reader of the number's field.
 *   npx tsx bench/number-field.ts [--fields 2400] [--empty 300] [--corpus DIR] [--model FILE] [--wrong FILE]
 * Fields: fonts never trained on, a share of trained ones, a second kind of degradation, one character a box;
 * against a registry of 2,000 numbers, half of them neighbours of others in one digit.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bitmap, rows } from '../src/fax/bitmap.ts';
import { loadModel, type NumberFieldReading, readNumberField } from '../src/fax/number-field.ts';
import { straighten } from '../src/fax/straighten.ts';
import { tiffPage } from '../src/fax/tiff-page.ts';
import { parseMask } from '../src/inquiry/mask.ts';
import { createAtlas, type Face } from './train/atlas.ts';
import { fax, type Tier } from './train/degrade.ts';
import { layOut, styles } from './train/layout.ts';
import { createRandom } from './train/random.ts';

const { values } = parseArgs({
  options: {
    fields: { type: 'string', default: '2400' },
    empty: { type: 'string', default: '300' },
    corpus: { type: 'string' },
    model: { type: 'string', default: join(import.meta.dirname, '../src/fax/number-field-model.bin') },
    seed: { type: 'string', default: '7' },
    wrong: { type: 'string', default: '/tmp/number-field-wrong.json' },
  },
});

const model = loadModel(readFileSync(values.model));
const mask = parseMask('CL-9999-9999');
const random = createRandom(Number(values.seed));
const thresholds = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995] as const;
let cpu = 0;
let slowest = 0;
let reads = 0;

interface Outcome {
  readonly groups: readonly string[];
  readonly truth: string;
  readonly reading: NumberFieldReading | null;
  readonly note: string;
}

function read(page: Bitmap): NumberFieldReading | null {
  const before = process.cpuUsage();
  const reading = readNumberField(model, mask, page);
  const used = process.cpuUsage(before);
  const seconds = (used.user + used.system) / 1e6;
  cpu += seconds;
  reads++;
  slowest = Math.max(slowest, seconds);
  return reading;
}

function table(title: string, outcomes: readonly Outcome[], registry: ReadonlySet<string> | null): void {
  const groups = [...new Set(outcomes.flatMap((one) => one.groups))].sort();
  console.log(`\n${title}: right/wrong/none, then accepted right/wrong alone at p ≥`);
  console.log(
    `  ${'group'.padEnd(22)} ${'all'.padEnd(14)} ${thresholds.map((t) => String(t).padEnd(9)).join(' ')}`,
  );
  for (const group of ['all', ...groups]) {
    const these = group === 'all' ? outcomes : outcomes.filter((one) => one.groups.includes(group));
    const right = these.filter((one) => one.reading?.value === one.truth);
    const wrong = these.filter((one) => one.reading !== null && one.reading.value !== one.truth);
    const accepted = (list: readonly Outcome[], p: number) =>
      list.filter((one) => one.reading!.confidence >= p && (registry?.has(one.reading!.value) ?? true))
        .length;
    const cells = thresholds.map((p) => `${accepted(right, p)}/${accepted(wrong, p)}`.padEnd(9));
    const all = `${right.length}/${wrong.length}/${these.length - right.length - wrong.length}`;
    console.log(`  ${group.padEnd(22)} ${all.padEnd(14)} ${cells.join(' ')}`);
  }
}

/** Half drawn at random, half neighbours of one of those in one digit. */
function makeRegistry(size: number): readonly string[] {
  const numbers = new Set<string>();
  const format = (digits: string) => `CL-${digits.slice(0, 4)}-${digits.slice(4)}`;
  while (numbers.size < size / 2) numbers.add(format(String(random.whole(0, 99_999_999)).padStart(8, '0')));
  const first = [...numbers];
  while (numbers.size < size) {
    const digits = [...random.pick(first).replaceAll(/\D/g, '')];
    digits[random.whole(0, 7)] = String(random.whole(0, 9));
    numbers.add(format(digits.join('')));
  }
  return [...numbers];
}

async function fields(unseen: readonly Face[], trained: readonly Face[]): Promise<void> {
  const registry = makeRegistry(2_000);
  const outcomes: Outcome[] = [];
  const count = Number(values.fields);
  for (let index = 0; index < count; index++) {
    const tier = ((index % 3) + 1) as Tier;
    const kind = random.chance(0.2) ? 'copy' : 'scan';
    const pool = random.chance(0.67) ? unseen : trained;
    const hand = random.chance(0.33);
    const face = random.pick(pool.filter(({ font }) => font.hand === hand));
    const style = random.chance(0.05) ? 'boxed' : random.pick(styles);
    const truth = random.pick(registry);
    const sheet = layOut({ width: 1728, height: 720, face, style, number: truth, whole: true }, random);
    const reading = read(fax(sheet, tier, kind, random).page);
    const groups = [
      `tier ${tier}`,
      kind,
      `${pool === unseen ? 'unseen' : 'trained'} ${hand ? 'hand' : 'print'}`,
      style === 'boxed' ? `boxed ${tier}` : 'unboxed',
      ...(style === 'boxed' ? ['boxed'] : []),
    ];
    outcomes.push({ groups, truth, reading, note: `${face.font.name} ${style} tier ${tier} ${kind}` });
    if (index % 200 === 199) {
      console.log(`  ${index + 1} fields, ${(cpu / reads).toFixed(3)} s CPU each`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  table(`${count} fields, every reading`, outcomes, null);
  table('the same, only what the registry of 2,000 knows', outcomes, new Set(registry));
  const wrong = outcomes.filter((one) => one.reading?.value !== one.truth);
  writeFileSync(values.wrong, JSON.stringify(wrong, null, 1));
}

async function empty(faces: readonly Face[]): Promise<void> {
  const outcomes: Outcome[] = [];
  for (let index = 0; index < Number(values.empty); index++) {
    const tier = ((index % 3) + 1) as Tier;
    const face = random.pick(faces);
    const wish = { width: 1728, height: 1143, face, style: random.pick(styles), number: null, whole: true };
    const reading = read(fax(layOut(wish, random), tier, random.chance(0.2) ? 'copy' : 'scan', random).page);
    outcomes.push({ groups: [`tier ${tier}`], truth: '', reading, note: face.font.name });
    await new Promise((resolve) => setImmediate(resolve));
  }
  table('pages without a number (wrong = found)', outcomes, null);
}

async function corpus(folder: string): Promise<void> {
  const outcomes: Outcome[] = [];
  const lines = readFileSync(join(folder, 'truth.jsonl'), 'utf8').trim().split('\n');
  for (const line of lines) {
    const truth = JSON.parse(line) as {
      file: string;
      tier: number;
      number: string;
      style: string;
      pages: { rotation: 0 | 90 | 180 | 270 }[];
    };
    const decoded = await tiffPage(readFileSync(join(folder, `${truth.file}.tif`)), 1);
    if (decoded.content.kind !== 'raster') throw new Error(`${truth.file} cannot be read`);
    const turn = ((360 - truth.pages[0]!.rotation) % 360) as 0 | 90 | 180 | 270;
    const { page } = straighten(decoded.content.raster, turn);
    const reading = read(rows(page, 0, Math.round(page.height / 2)));
    const groups = [`tier ${truth.tier}`, ...(truth.style === 'boxed' ? ['boxed'] : [])];
    outcomes.push({ groups, truth: truth.number, reading, note: truth.file });
    if (reading?.value !== truth.number) {
      const p = reading?.glyphs.map((one) => one.char + one.p.toFixed(2)).join(' ') ?? '';
      console.log(
        `  ${truth.file} tier ${truth.tier} ${truth.style} ${truth.number} read ${reading?.value ?? 'nothing'} ${p}`,
      );
    }
  }
  table(`corpus ${folder}`, outcomes, null);
}

if (values.corpus !== undefined) await corpus(values.corpus);
if (Number(values.fields) + Number(values.empty) > 0) {
  const unseen = await createAtlas('test');
  if (Number(values.fields) > 0) await fields(unseen, await createAtlas('train'));
  if (Number(values.empty) > 0) await empty(unseen);
}
console.log(
  `\n${reads} pages, CPU ${(cpu / reads).toFixed(3)} s on average, ${slowest.toFixed(3)} s at most`,
);
