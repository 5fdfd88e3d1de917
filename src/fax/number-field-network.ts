/**
 * The network that reads one glyph: two small convolutions and two layers, in plain typed arrays. One glyph
 * is a 20 × 28 picture of darkness (0 paper, 1 ink), its box scaled to fit with its proportions kept.
 */
import type { Box } from './bitmap.ts';
import { type Model, shape } from './number-field-model.ts';

/** The network's work space, for one glyph at a time; made once a page. */
export function createNetwork(model: Model) {
  const { width, height, channels1, channels2, hidden } = shape;
  const [w1, h1, w2, h2] = [width / 2, height / 2, width / 4, height / 4];
  const padded1 = new Float32Array((width + 2) * (height + 2));
  const map1 = new Float32Array(width * height);
  const padded2 = new Float32Array(channels1 * (w1 + 2) * (h1 + 2));
  const map2 = new Float32Array(w1 * h1);
  const flat = new Float32Array(channels2 * w2 * h2);
  const middle = new Float32Array(hidden);
  const classes = model.classes.length;

  /** The probability of each class. */
  return (glyph: Float32Array): Float32Array => {
    for (let y = 0; y < height; y++) {
      padded1.set(glyph.subarray(y * width, (y + 1) * width), (y + 1) * (width + 2) + 1);
    }
    for (let channel = 0; channel < channels1; channel++) {
      map1.fill(model.bias1[channel]!);
      convolve(padded1, 0, model.conv1, channel * 9, map1, width, height);
      pool(map1, width, height, padded2, channel * (w1 + 2) * (h1 + 2) + w1 + 3, w1 + 2);
    }
    for (let channel = 0; channel < channels2; channel++) {
      map2.fill(model.bias2[channel]!);
      for (let from = 0; from < channels1; from++) {
        convolve(
          padded2,
          from * (w1 + 2) * (h1 + 2),
          model.conv2,
          (channel * channels1 + from) * 9,
          map2,
          w1,
          h1,
        );
      }
      pool(map2, w1, h1, flat, channel * w2 * h2, w2);
    }
    dense(flat, model.full, model.fullBias, middle);
    for (let index = 0; index < hidden; index++) if (middle[index]! < 0) middle[index] = 0;
    const odds = new Float32Array(classes);
    dense(middle, model.out, model.outBias, odds);
    return softmax(odds);
  };
}

/** Adds the 3 × 3 convolution of one padded channel to `into` (width × height). */
function convolve(
  from: Float32Array,
  offset: number,
  weights: Float32Array,
  at: number,
  into: Float32Array,
  width: number,
  height: number,
): void {
  const [a, b, c] = [weights[at]!, weights[at + 1]!, weights[at + 2]!];
  const [d, e, f] = [weights[at + 3]!, weights[at + 4]!, weights[at + 5]!];
  const [g, h, i] = [weights[at + 6]!, weights[at + 7]!, weights[at + 8]!];
  const stride = width + 2;
  for (let y = 0; y < height; y++) {
    let p = offset + y * stride;
    let q = y * width;
    for (let x = 0; x < width; x++, p++, q++) {
      const r = p + stride;
      const s = r + stride;
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

/** The largest of each 2 × 2, at least 0. */
function pool(
  from: Float32Array,
  width: number,
  height: number,
  into: Float32Array,
  at: number,
  stride: number,
): void {
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const p = y * width + x;
      const top = Math.max(from[p]!, from[p + 1]!, 0);
      into[at + (y >> 1) * stride + (x >> 1)] = Math.max(top, from[p + width]!, from[p + width + 1]!);
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
