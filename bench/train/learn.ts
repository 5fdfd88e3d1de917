/** Gradients of the reader's network, by hand, and Adam; one thread, the same result from the same seed. */
import { layerSizes, type Model, shape } from '../../src/fax/number-field-model.ts';
import { softmax } from '../../src/fax/number-field-network.ts';
import type { Random } from './random.ts';
import { pictureSize, type Samples } from './samples.ts';

const { width, height, channels1, channels2, hidden } = shape;
const [w1, h1, w2, h2] = [width / 2, height / 2, width / 4, height / 4];
const [stride0, stride1] = [width + 2, w1 + 2];
const area1 = stride1 * (h1 + 2);
const flatSize = channels2 * w2 * h2;

export type Weights = { [name in keyof ReturnType<typeof layerSizes>]: Float32Array };

export function freshWeights(classes: number, random: Random): Weights {
  const sizes = layerSizes(classes);
  const inputs: Record<string, number> = { conv1: 9, conv2: channels1 * 9, full: flatSize, out: hidden };
  return Object.fromEntries(
    Object.entries(sizes).map(([name, length]) => {
      const scale = inputs[name] === undefined ? 0 : Math.sqrt(2 / inputs[name]);
      return [name, Float32Array.from({ length }, () => random.normal() * scale)];
    }),
  ) as Weights;
}

export const modelOf = (weights: Weights, classes: readonly string[], seed: number): Model => ({
  classes,
  seed,
  ...weights,
});

export function createLearner(weights: Weights, classes: number) {
  const zeros = (length: number) => new Float32Array(length);
  const names = Object.keys(weights) as (keyof Weights)[];
  const like = () => Object.fromEntries(names.map((name) => [name, zeros(weights[name].length)])) as Weights;
  const [grads, first, second] = [like(), like(), like()];
  const input = zeros(stride0 * (height + 2));
  const map1 = zeros(width * height);
  const pooled1 = zeros(channels1 * area1);
  const back1 = zeros(channels1 * area1);
  const from1 = new Int32Array(channels1 * w1 * h1);
  const map2 = zeros(w1 * h1);
  const flat = zeros(flatSize);
  const from2 = new Int32Array(flatSize);
  const middle = zeros(hidden);
  const backFlat = zeros(flatSize);
  const backMiddle = zeros(hidden);
  const odds = zeros(classes);
  let steps = 0;

  /** Adds the gradient of one picture; returns its loss and whether it was read right. */
  function add(pictures: Uint8Array, at: number, label: number, smoothing: number) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        input[(y + 1) * stride0 + x + 1] = pictures[at + y * width + x]! / 255;
      }
    }
    for (let c = 0; c < channels1; c++) {
      map1.fill(weights.bias1[c]!);
      convolve(input, 0, stride0, weights.conv1, c * 9, map1, width, height);
      poolFrom(map1, width, height, pooled1, c * area1 + stride1 + 1, stride1, from1, c * w1 * h1);
    }
    for (let c = 0; c < channels2; c++) {
      map2.fill(weights.bias2[c]!);
      for (let k = 0; k < channels1; k++) {
        convolve(pooled1, k * area1, stride1, weights.conv2, (c * channels1 + k) * 9, map2, w1, h1);
      }
      poolFrom(map2, w1, h1, flat, c * w2 * h2, w2, from2, c * w2 * h2);
    }
    dense(flat, weights.full, weights.fullBias, middle);
    for (let j = 0; j < hidden; j++) if (middle[j]! < 0) middle[j] = 0;
    dense(middle, weights.out, weights.outBias, odds);
    softmax(odds);
    let best = 0;
    for (let k = 1; k < classes; k++) if (odds[k]! > odds[best]!) best = k;
    const loss = -Math.log(Math.max(1e-9, odds[label]!));
    for (let k = 0; k < classes; k++)
      odds[k] = odds[k]! - smoothing / classes - (k === label ? 1 - smoothing : 0);

    backMiddle.fill(0);
    backDense(odds, middle, weights.out, grads.out, grads.outBias, backMiddle);
    for (let j = 0; j < hidden; j++) if (middle[j]! <= 0) backMiddle[j] = 0;
    backFlat.fill(0);
    backDense(backMiddle, flat, weights.full, grads.full, grads.fullBias, backFlat);
    back1.fill(0);
    for (let c = 0; c < channels2; c++) {
      for (let q = 0; q < w2 * h2; q++) {
        const index = c * w2 * h2 + q;
        const g = flat[index]! > 0 ? backFlat[index]! : 0;
        if (g === 0) continue;
        grads.bias2[c] = grads.bias2[c]! + g;
        const place = from2[index]!;
        const corner = Math.floor(place / w1) * stride1 + (place % w1);
        for (let k = 0; k < channels1; k++) {
          const source = k * area1 + corner;
          const tap = (c * channels1 + k) * 9;
          for (let t = 0; t < 9; t++) {
            const p = source + (t < 3 ? t : t < 6 ? stride1 + t - 3 : 2 * stride1 + t - 6);
            grads.conv2[tap + t] = grads.conv2[tap + t]! + g * pooled1[p]!;
            back1[p] = back1[p]! + g * weights.conv2[tap + t]!;
          }
        }
      }
    }
    for (let c = 0; c < channels1; c++) {
      for (let q = 0; q < w1 * h1; q++) {
        const p = c * area1 + (Math.floor(q / w1) + 1) * stride1 + (q % w1) + 1;
        const g = pooled1[p]! > 0 ? back1[p]! : 0;
        if (g === 0) continue;
        grads.bias1[c] = grads.bias1[c]! + g;
        const place = from1[c * w1 * h1 + q]!;
        const corner = Math.floor(place / width) * stride0 + (place % width);
        for (let t = 0; t < 9; t++) {
          const source = corner + (t < 3 ? t : t < 6 ? stride0 + t - 3 : 2 * stride0 + t - 6);
          grads.conv1[c * 9 + t] = grads.conv1[c * 9 + t]! + g * input[source]!;
        }
      }
    }
    return { loss, right: best === label };
  }

  function step(rate: number, batch: number): void {
    steps++;
    const [b1, b2] = [0.9, 0.999];
    const size = rate * (Math.sqrt(1 - b2 ** steps) / (1 - b1 ** steps));
    for (const name of names) {
      const [w, g, m, v] = [weights[name], grads[name], first[name], second[name]];
      for (let index = 0; index < w.length; index++) {
        const value = g[index]! / batch;
        m[index] = b1 * m[index]! + (1 - b1) * value;
        v[index] = b2 * v[index]! + (1 - b2) * value * value;
        w[index] = w[index]! - (size * m[index]!) / (Math.sqrt(v[index]!) + 1e-8);
      }
      g.fill(0);
    }
  }

  /** One pass over the samples in a random order. */
  return (samples: Samples, rate: (share: number) => number, random: Random, smoothing: number) => {
    const order = Uint32Array.from({ length: samples.count }, (_, index) => index);
    for (let index = order.length - 1; index > 0; index--) {
      const other = random.whole(0, index);
      [order[index], order[other]] = [order[other]!, order[index]!];
    }
    const batch = 64;
    let [loss, right] = [0, 0];
    for (const [index, which] of order.entries()) {
      const one = add(samples.pictures, which * pictureSize, samples.labels[which]!, smoothing);
      loss += one.loss;
      if (one.right) right++;
      if (index % batch === batch - 1) step(rate(index / order.length), batch);
    }
    return { loss: loss / order.length, right: right / order.length };
  };
}

function convolve(
  from: Float32Array,
  offset: number,
  stride: number,
  weights: Float32Array,
  at: number,
  into: Float32Array,
  columns: number,
  rows: number,
): void {
  const [a, b, c] = [weights[at]!, weights[at + 1]!, weights[at + 2]!];
  const [d, e, f] = [weights[at + 3]!, weights[at + 4]!, weights[at + 5]!];
  const [g, h, i] = [weights[at + 6]!, weights[at + 7]!, weights[at + 8]!];
  for (let y = 0; y < rows; y++) {
    let p = offset + y * stride;
    let q = y * columns;
    for (let x = 0; x < columns; x++, p++, q++) {
      const [r, s] = [p + stride, p + 2 * stride];
      into[q] =
        into[q]! +
        a * from[p]! +
        b * from[p + 1]! +
        c * from[p + 2]! +
        d * from[r]! +
        e * from[r + 1]! +
        f * from[r + 2]! +
        g * from[s]! +
        h * from[s + 1]! +
        i * from[s + 2]!;
    }
  }
}

function poolFrom(
  map: Float32Array,
  columns: number,
  rows: number,
  into: Float32Array,
  at: number,
  stride: number,
  where: Int32Array,
  whereAt: number,
): void {
  for (let y = 0; y < rows; y += 2) {
    for (let x = 0; x < columns; x += 2) {
      let best = y * columns + x;
      if (map[best + 1]! > map[best]!) best++;
      const below = (y + 1) * columns + x;
      if (map[below]! > map[best]!) best = below;
      if (map[below + 1]! > map[best]!) best = below + 1;
      where[whereAt++] = best;
      into[at + (y >> 1) * stride + (x >> 1)] = Math.max(0, map[best]!);
    }
  }
}

function dense(from: Float32Array, weights: Float32Array, bias: Float32Array, into: Float32Array): void {
  for (let row = 0, at = 0; row < into.length; row++) {
    let sum = bias[row]!;
    for (let column = 0; column < from.length; column++, at++) sum += weights[at]! * from[column]!;
    into[row] = sum;
  }
}

function backDense(
  back: Float32Array,
  from: Float32Array,
  weights: Float32Array,
  grad: Float32Array,
  gradBias: Float32Array,
  into: Float32Array,
): void {
  const columns = from.length;
  for (let row = 0; row < back.length; row++) {
    const g = back[row]!;
    if (g === 0) continue;
    gradBias[row] = gradBias[row]! + g;
    const at = row * columns;
    for (let column = 0; column < columns; column++) {
      grad[at + column] = grad[at + column]! + g * from[column]!;
      into[column] = into[column]! + g * weights[at + column]!;
    }
  }
}
