/**
 * The network that reads one glyph: two small convolutions and two layers, in plain typed arrays. One glyph
 * is a 20 × 28 picture of darkness (0 paper, 1 ink), its box scaled to fit with its proportions kept.
 */
import type { Box } from './bitmap.ts';
import { createKernel } from './number-field-kernel.ts';
import { type Model, shape } from './number-field-model.ts';

/** Floats between two rows: a vector of four that begins in a row may not end in the next one. */
const [stride1, stride2, strideMap2] = [24, 16, 12];

/** The network's work space, for one glyph at a time; made once a page. */
export function createNetwork(model: Model) {
  const { width, height, channels1, channels2, hidden } = shape;
  const [w1, h1, w2, h2] = [width / 2, height / 2, width / 4, height / 4];
  const area2 = stride2 * (h1 + 2);
  const flatSize = channels2 * w2 * h2;
  let end = 0;
  const place = (length: number) => {
    const at = end;
    end += Math.ceil(length / 4) * 4;
    return at;
  };
  const [padded1, map1] = [place(stride1 * (height + 2) + 4), place(width * height)];
  const [padded2, map2] = [place(channels1 * area2 + 4), place(strideMap2 * h1)];
  const [flat, middle] = [place(flatSize), place(hidden)];
  const [conv1, conv2] = [place(model.conv1.length), place(model.conv2.length)];
  const [full, out] = [place(model.full.length), place(model.out.length)];
  const { memory, convolve, dot } = createKernel(end);
  memory.set(model.conv1, conv1);
  memory.set(model.conv2, conv2);
  memory.set(model.full, full);
  memory.set(model.out, out);
  const classes = model.classes.length;

  /** The probability of each class. */
  return (glyph: Float32Array): Float32Array => {
    for (let y = 0; y < height; y++)
      memory.set(glyph.subarray(y * width, (y + 1) * width), padded1 + (y + 1) * stride1 + 1);
    for (let channel = 0; channel < channels1; channel++) {
      memory.fill(model.bias1[channel]!, map1, map1 + width * height);
      convolve(padded1, conv1 + channel * 9, map1, width / 4, height, stride1, width);
      pool(memory, map1, width, w1, h1, padded2 + channel * area2 + stride2 + 1, stride2);
    }
    for (let channel = 0; channel < channels2; channel++) {
      memory.fill(model.bias2[channel]!, map2, map2 + strideMap2 * h1);
      for (let from = 0; from < channels1; from++) {
        const weights = conv2 + (channel * channels1 + from) * 9;
        convolve(padded2 + from * area2, weights, map2, strideMap2 / 4, h1, stride2, strideMap2);
      }
      pool(memory, map2, strideMap2, w2, h2, flat + channel * w2 * h2, w2);
    }
    for (let index = 0; index < hidden; index++) {
      const sum = model.fullBias[index]! + dot(flat, full + index * flatSize, flatSize / 4);
      memory[middle + index] = Math.max(0, sum);
    }
    const odds = new Float32Array(classes);
    for (let index = 0; index < classes; index++)
      odds[index] = model.outBias[index]! + dot(middle, out + index * hidden, hidden / 4);
    return softmax(odds);
  };
}

/** The largest of each 2 × 2, at least 0: `across` × `down` of them. */
function pool(
  memory: Float32Array,
  from: number,
  fromStride: number,
  across: number,
  down: number,
  to: number,
  toStride: number,
): void {
  for (let y = 0; y < down; y++) {
    let p = from + 2 * y * fromStride;
    const q = to + y * toStride;
    for (let x = 0; x < across; x++, p += 2) {
      let most = 0;
      if (memory[p]! > most) most = memory[p]!;
      if (memory[p + 1]! > most) most = memory[p + 1]!;
      if (memory[p + fromStride]! > most) most = memory[p + fromStride]!;
      if (memory[p + fromStride + 1]! > most) most = memory[p + fromStride + 1]!;
      memory[q + x] = most;
    }
  }
}

export function softmax(odds: Float32Array): Float32Array {
  let top = Number.NEGATIVE_INFINITY;
  for (const value of odds) if (value > top) top = value;
  let sum = 0;
  for (let index = 0; index < odds.length; index++) sum += odds[index] = Math.exp(odds[index]! - top);
  for (let index = 0; index < odds.length; index++) odds[index] = odds[index]! / sum;
  return odds;
}

/** The box of a page of darkness (0 paper, 255 ink) as the network takes it. */
export function glyphOf(dark: Uint8Array, pageWidth: number, box: Box): Float32Array {
  const glyph = new Float32Array(shape.width * shape.height);
  const scale = Math.min(shape.width / box.width, shape.height / box.height, 4);
  const [width, height] = [
    Math.max(1, Math.round(box.width * scale)),
    Math.max(1, Math.round(box.height * scale)),
  ];
  const columns = footprints(box.width, width);
  const rows = footprints(box.height, height);
  const left = (shape.width - width) >> 1;
  const top = (shape.height - height) >> 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const [row, rowShare] of rows[y]!) {
        const line = (box.y + row) * pageWidth + box.x;
        for (const [column, share] of columns[x]!) sum += dark[line + column]! * share * rowShare;
      }
      glyph[(top + y) * shape.width + left + x] = sum / 255;
    }
  }
  return glyph;
}

/** For each target cell, which source cells it covers and their shares; at least one cell wide. */
function footprints(source: number, target: number): readonly (readonly (readonly [number, number])[])[] {
  const step = source / target;
  const half = Math.max(1, step) / 2;
  return Array.from({ length: target }, (_, index) => {
    const centre = (index + 0.5) * step;
    const [from, to] = [Math.max(0, centre - half), Math.min(source, centre + half)];
    const shares: (readonly [number, number])[] = [];
    for (let cell = Math.floor(from); cell < to; cell++) {
      shares.push([cell, (Math.min(cell + 1, to) - Math.max(cell, from)) / (to - from)]);
    }
    return shares;
  });
}
