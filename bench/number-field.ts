/**
 * Measures what becomes of the number on drawn fax pages: the whole agreement of readers as production decides it,
 * against a registry of 2,000 numbers, half of them one digit from another (spec 3.4).
 *   npm run bench:number-field -- [--seed 7] [--fields 2100] [--empty 300] [--others 300] [--keep FILE] [--part 1/2] [--report]
 * Results are kept line by line: a run that was cut goes on where it was. `--report` only reads what is kept.
 */
import { parseArgs } from 'node:util';
import { openRecogniser } from '../src/fax/ocr.ts';
import { parseMask } from '../src/inquiry/mask.ts';
import { report } from './field/report.ts';
import { keep, keptIn, readDrawn } from './field/run.ts';
import { drawEmpty, drawField, loadFonts, makeRegistry } from './field/sample.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '7' },
    fields: { type: 'string', default: '2100' },
    empty: { type: 'string', default: '300' },
    others: { type: 'string', default: '300' },
    keep: { type: 'string' },
    part: { type: 'string', default: '1/1' },
    report: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const mask = parseMask('CL-9999-9999');
const numbers = makeRegistry();
const known = new Set(numbers);
const registry = { knows: (number: string) => known.has(number) };
const file = values.keep ?? `/tmp/number-field-${seed}.jsonl`;
const [part, parts] = values.part.split('/').map(Number) as [number, number];

async function run(): Promise<void> {
  const fonts = await loadFonts();
  const ocr = openRecogniser();
  const done = keptIn(file);
  const jobs = [
    ...Array.from({ length: Number(values.fields) }, (_, index) => ({ kind: 'field' as const, index })),
    ...Array.from({ length: Number(values.empty) }, (_, index) => ({ kind: 'empty' as const, index })),
    ...Array.from({ length: Number(values.others) }, (_, index) => ({ kind: 'others' as const, index })),
  ].filter(({ kind, index }) => index % parts === part - 1 && !done.has(`${kind} ${seed} ${index}`));
  const beganAt = performance.now();
  // The next page is drawn while this one is read.
  let reading = Promise.resolve();
  for (const [count, { kind, index }] of jobs.entries()) {
    const drawn =
      kind === 'field'
        ? drawField(seed, index, fonts, numbers)
        : drawEmpty(seed, index, fonts, kind === 'others');
    await reading;
    const { page: _, rows: _rows, ...facts } = drawn;
    reading = readDrawn(ocr, drawn, { mask, registry, whole: index % 10 === 0 }).then((read) =>
      keep(file, { key: `${kind} ${seed} ${index}`, ...facts, ...read }),
    );
    if (count % 50 === 49) {
      const seconds = (performance.now() - beganAt) / 1_000;
      process.stderr.write(
        `${count + 1} of ${jobs.length} pages, ${(seconds / (count + 1)).toFixed(2)} s each\n`,
      );
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await reading;
  await ocr.close();
}

if (!values.report) await run();
process.stdout.write(report([...keptIn(file).values()], mask, registry));
