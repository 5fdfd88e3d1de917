/**
 * Reads every fax of a folder and compares with its truth: `npm run bench:fax -- DIR [--format pdf] [--workers 2] [--registry]`.
 * The folder holds `truth.jsonl` and the files it names, as in shared/fax-corpus/README.md.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openRecogniser } from '../src/fax/ocr.ts';
import { openPages } from '../src/fax/pages.ts';
import { readFax } from '../src/fax/recognise.ts';
import { parseMask } from '../src/inquiry/support-number.ts';
import { characterErrorRate } from './fax-score.ts';
import { makeRegistry } from './field/sample.ts';
import { watchMemory } from './memory.ts';

interface Truth {
  readonly file: string;
  readonly tier: number;
  readonly number: string;
  readonly style: string;
  readonly pages: readonly { readonly body: string }[];
}

interface Row {
  faxes: number;
  accepted: number;
  wrong: number;
  uncertain: number;
  other: number;
  pages: number;
  errorRate: number;
  seconds: number;
  share: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    format: { type: 'string', default: 'tif' },
    workers: { type: 'string', default: '1' },
    mask: { type: 'string', default: 'CL-9999-9999' },
    only: { type: 'string', default: '' },
    /** As the daemon decides: the numbers of the folder are registered, among 2,000 others, half of them near one another. */
    registry: { type: 'boolean', default: false },
    wrong: { type: 'string', default: '/tmp/bench-fax.json' },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new Error('usage: bench/fax.ts DIR [--format tif|pdf] [--workers N]');
const mask = parseMask(values.mask);
const truths = readFileSync(join(folder, 'truth.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => JSON.parse(line) as Truth)
  .filter(({ file }) => file.includes(values.only));

const known = new Set([...makeRegistry(), ...truths.map(({ number }) => number)]);
const registry = values.registry ? { knows: (number: string) => known.has(number) } : null;

const kills: string[] = [];
const memory = watchMemory();
const pages = openPages();
const ocr = openRecogniser({ workers: Number(values.workers), onKilled: (reason) => kills.push(reason) });
const rows = new Map<number, Row>();
const notable: unknown[] = [];

async function measure(truth: Truth): Promise<void> {
  const named = join(folder as string, `${truth.file}.${values.format}`);
  const file = existsSync(named) ? named : join(folder as string, truth.file);
  const read = await readFax({ pages, ocr }, readFileSync(file), { mask, registry });
  const row = rows.get(truth.tier) ?? {
    ...{ faxes: 0, accepted: 0, wrong: 0, uncertain: 0, other: 0 },
    ...{ pages: 0, errorRate: 0, seconds: 0, share: 0 },
  };
  rows.set(truth.tier, row);
  const { number } = read;
  const rates = truth.pages.map(({ body }, at) => characterErrorRate(body, read.pages[at]?.text ?? ''));
  row.faxes += 1;
  if (number.decision === 'accepted') row[number.value === truth.number ? 'accepted' : 'wrong'] += 1;
  else row[number.decision === 'uncertain' ? 'uncertain' : 'other'] += 1;
  row.pages += rates.length;
  row.errorRate += rates.reduce((sum, one) => sum + one, 0);
  row.seconds += read.pages.reduce((sum, one) => sum + one.seconds, 0);
  row.share += read.numberSeconds / (read.pages[0]?.seconds ?? 1);
  const seen = number.candidates.map((one) => {
    const readers = one.readers.map(({ reader, confidence }) => `${reader} ${confidence.toFixed(2)}`);
    return `${one.value === truth.number ? 'right' : one.value} (${readers.join(', ')})`;
  });
  const told = `${number.decision}${number.value === null || number.value === truth.number ? '' : ' WRONG'}`;
  const rate = rates.map((one) => (100 * one).toFixed(1)).join(' ');
  process.stderr.write(
    `${truth.file} ${truth.tier} ${truth.style}: ${told}; ${seen.join('; ')}; CER ${rate}; ` +
      `known after ${read.numberSeconds.toFixed(2)} of ${(read.pages[0]?.seconds ?? 0).toFixed(2)} s; ${number.reason}\n`,
  );
  if (number.value !== truth.number) notable.push({ ...truth, pages: undefined, got: number, rates });
}

let next = 0;
const worker = async (): Promise<void> => {
  while (next < truths.length) await measure(truths[next++] as Truth);
};
await Promise.all(Array.from({ length: Number(values.workers) }, worker));
await Promise.all([pages.close(), ocr.close()]);

process.stdout.write('tier  faxes  accepted  wrong  uncertain  other  body CER  s/page  number known\n');
for (const [tier, row] of [...rows].sort(([a], [b]) => a - b)) {
  const cells = [
    String(tier).padEnd(4),
    String(row.faxes).padStart(6),
    String(row.accepted).padStart(9),
    String(row.wrong).padStart(6),
    String(row.uncertain).padStart(10),
    String(row.other).padStart(6),
    `${((100 * row.errorRate) / row.pages).toFixed(2)} %`.padStart(9),
    (row.seconds / row.pages).toFixed(2).padStart(7),
    `at ${Math.round((100 * row.share) / row.faxes)} % of page one`,
  ];
  process.stdout.write(`${cells.join(' ')}\n`);
}
process.stdout.write(`decoder and recognisers together: ${memory.peak()} MB at most\n`);
memory.end();
if (kills.length > 0) process.stdout.write(`recognisers killed: ${kills.join('; ')}\n`);
writeFileSync(values.wrong, JSON.stringify(notable, null, 1));
process.stdout.write(`faxes not accepted, or wrong: ${values.wrong}\n`);
