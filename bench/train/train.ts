/**
 * Trains the reader of the number's field and writes src/fax/number-field-model.bin.
 *   sh bench/train/fonts.sh && npx tsx bench/train/train.ts [--seed N] [--glyphs N] [--epochs N] [--out FILE]
 * The same seed and fonts give the same file.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { saveModel } from '../../src/fax/number-field-model.ts';
import { createAtlas } from './atlas.ts';
import { createLearner, freshWeights, modelOf } from './learn.ts';
import { createRandom } from './random.ts';
import { addPage, classes, emptySamples, pictureSize, type Samples } from './samples.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '20261123' },
    glyphs: { type: 'string', default: '120000' },
    epochs: { type: 'string', default: '10' },
    out: { type: 'string', default: join(import.meta.dirname, '../../src/fax/number-field-model.bin') },
    /** Keeps the drawn glyphs between runs with the same seed, to try other epochs. */
    keep: { type: 'string' },
  },
});

const seed = Number(values.seed);
const epochs = Number(values.epochs);
const startedAt = performance.now();
const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(0);

async function draw(): Promise<Samples> {
  const kept = values.keep;
  if (kept !== undefined && existsSync(kept)) {
    const bytes = readFileSync(kept);
    const count = bytes.length / (pictureSize + 1);
    return { count, labels: bytes.subarray(0, count), pictures: bytes.subarray(count) };
  }
  const samples = emptySamples(Number(values.glyphs));
  const faces = await createAtlas('train');
  const random = createRandom(seed);
  for (let page = 0; samples.count < samples.labels.length; page++) {
    addPage(samples, faces, random, 0.06);
    if (page % 500 === 0) console.log(`${seconds()} s: ${page} pages, ${samples.count} glyphs`);
  }
  if (kept !== undefined) writeFileSync(kept, Buffer.concat([samples.labels, samples.pictures]));
  return samples;
}

const samples = await draw();
const counts = new Uint32Array(classes.length);
for (const label of samples.labels) counts[label] = counts[label]! + 1;
console.log(classes.map((one, index) => `${one === '' ? 'reject' : one} ${counts[index]}`).join(', '));
const random = createRandom(seed + 1);
const weights = freshWeights(classes.length, random);
const learn = createLearner(weights, classes.length);
for (let epoch = 0; epoch < epochs; epoch++) {
  const rate = (share: number) =>
    0.00005 + 0.00145 * (1 + Math.cos((Math.PI * (epoch + share)) / epochs)) * 0.5;
  const { loss, right } = learn(samples, rate, random, 0);
  console.log(
    `${seconds()} s: epoch ${epoch + 1}, loss ${loss.toFixed(4)}, right ${(100 * right).toFixed(2)} %`,
  );
  writeFileSync(values.out, saveModel(modelOf(weights, classes, seed)));
}
