/**
 * What recognition costs: `npm run bench:ocr -- DIR [--pages 12] [--rounds 2] [--memory 200]`, on the faxes of a folder
 * as bench/fax.ts takes it. Needs Debian's `tesseract-ocr` to compare with.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { type Bitmap, graymap, rows, softened } from '../src/fax/bitmap.ts';
import { loadModel, readNumberField } from '../src/fax/number-field.ts';
import { openRecogniser } from '../src/fax/ocr.ts';
import { dataFolder } from '../src/fax/ocr-engine.ts';
import { openPages } from '../src/fax/pages.ts';
import { parseMask } from '../src/inquiry/mask.ts';
import { watchMemory } from './memory.ts';

const run = promisify(execFile);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pages: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '2' },
    memory: { type: 'string', default: '200' },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new Error('usage: npm run bench:ocr -- DIR [--pages N] [--memory N]');
const files = readdirSync(folder).filter((name) => name.endsWith('.tif'));
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Page one of files spread over the folder, so that all severities are among them. */
async function somePages(count: number): Promise<readonly Bitmap[]> {
  const decoder = openPages();
  const found: Bitmap[] = [];
  for (let index = 0; index < count; index++) {
    const name = files[Math.floor((index * files.length) / count)]!;
    const page = await decoder.page(readFileSync(join(folder!, name)), 1);
    if (page.kind === 'image') found.push(page.page);
  }
  await decoder.close();
  return found;
}

async function inTwos<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<number> {
  const beganAt = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all([lane(), lane()]);
  return (performance.now() - beganAt) / 1_000;
}

async function againstNative(pages: readonly Bitmap[]): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'bench-ocr-'));
  const data = gunzipSync(readFileSync(join(dataFolder('jpn'), 'jpn.traineddata.gz')));
  writeFileSync(join(home, 'jpn.traineddata'), data);
  const names = pages.map((page, index) => {
    const name = join(home, `${index}.pgm`);
    writeFileSync(name, graymap(softened(page)));
    return name;
  });
  const native = (name: string) =>
    run('tesseract', [name, '-', '--tessdata-dir', home, '-l', 'jpn', '--psm', '3', '--dpi', '204'], {
      env: { PATH: process.env['PATH'], OMP_THREAD_LIMIT: '1' },
    });
  const ocr = openRecogniser({ workers: 2 });
  // Both workers are warm before the clock starts, as they are when faxes come in a row.
  await inTwos(pages.slice(0, 2), (page) => ocr.text(page));
  let [ours, theirs] = [0, 0];
  for (let round = 0; round < Number(values.rounds); round++) {
    const [one, two] = [await inTwos(pages, (page) => ocr.text(page)), await inTwos(names, native)];
    say(
      `round ${round + 1}: two workers ${one.toFixed(1)} s, two native processes ${two.toFixed(1)} s, ${pages.length} pages`,
    );
    ours += one;
    theirs += two;
  }
  say(`two workers take ${(ours / theirs).toFixed(2)} times as long as two native processes`);
  await ocr.close();
  rmSync(home, { recursive: true });
}

function ownReader(pages: readonly Bitmap[]): void {
  const model = loadModel(readFileSync(join(import.meta.dirname, '../src/fax/number-field-model.bin')));
  const mask = parseMask('CL-9999-9999');
  const seconds = pages.map((page) => {
    const before = process.cpuUsage();
    readNumberField(model, mask, rows(page, 0, Math.ceil(page.height / 2)));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  const sorted = seconds.toSorted((a, b) => a - b);
  say(
    `our own reader, half a page: CPU ${sorted[sorted.length >> 1]!.toFixed(2)} s median, ${sorted.at(-1)!.toFixed(2)} s at most (the first page, cold: ${seconds[0]!.toFixed(2)} s)`,
  );
}

async function memory(count: number): Promise<void> {
  const watch = watchMemory();
  const [decoder, ocr] = [openPages(), openRecogniser()];
  const mask = parseMask('CL-9999-9999');
  const peaks: number[] = [];
  for (let index = 0; index < count; index++) {
    const page = await decoder.page(readFileSync(join(folder!, files[index % files.length]!)), 1);
    if (page.kind === 'image') {
      await ocr.field(rows(page.page, 0, page.page.height >> 1), mask);
      await ocr.text(page.page);
      await decoder.png(page.page);
    }
    if (index % 25 === 24) peaks.push(watch.peak());
  }
  watch.end();
  say(`decoder and recogniser together, MB at most in each 25 of ${count} pages: ${peaks.join(' ')}`);
  await Promise.all([decoder.close(), ocr.close()]);
}

const pages = await somePages(Number(values.pages));
ownReader(pages);
await againstNative(pages);
if (Number(values.memory) > 0) await memory(Number(values.memory));
