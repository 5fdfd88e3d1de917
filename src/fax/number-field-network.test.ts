import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKernel } from './number-field-kernel.ts';
import { loadModel, type Model, shape } from './number-field-model.ts';
import { createNetwork, softmax } from './number-field-network.ts';

const model = loadModel(readFileSync(join(import.meta.dirname, 'number-field-model.bin')));
const noise = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, at) => (((at + seed) * 7919 + seed * 104_729) % 1009) / 1009 - 0.3);

/** The same network, written down as slowly and plainly as it is defined. */
function plain(weights: Model, glyph: Float32Array): Float32Array {
  const layer = (
    maps: readonly Float32Array[],
    [width, height]: readonly [number, number],
    kernels: Float32Array,
    bias: Float32Array,
  ) =>
    Array.from(bias, (base, out) => {
      const at = (x: number, y: number) => {
        let sum = base;
        for (const [from, map] of maps.entries()) {
          for (let tap = 0; tap < 9; tap++) {
            const [column, row] = [x + (tap % 3) - 1, y + Math.floor(tap / 3) - 1];
            if (column < 0 || row < 0 || column >= width || row >= height) continue;
            sum += kernels[(out * maps.length + from) * 9 + tap]! * map[row * width + column]!;
          }
        }
        return sum;
      };
      return Float32Array.from({ length: (width * height) / 4 }, (_, cell) => {
        const [x, y] = [2 * (cell % (width / 2)), 2 * Math.floor(cell / (width / 2))];
        return Math.max(0, at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1));
      });
    });
  const dense = (from: Float32Array, matrix: Float32Array, bias: Float32Array) =>
    bias.map((base, row) =>
      from.reduce((sum, value, column) => sum + value * matrix[row * from.length + column]!, base),
    );
  const first = layer([glyph], [shape.width, shape.height], weights.conv1, weights.bias1);
  const half = [shape.width / 2, shape.height / 2] as const;
  const flat = Float32Array.from(layer(first, half, weights.conv2, weights.bias2).flatMap((map) => [...map]));
  const middle = dense(flat, weights.full, weights.fullBias).map((value) => Math.max(0, value));
  return softmax(dense(middle, weights.out, weights.outBias));
}

it('the network computes what its definition says, for any glyph, one after the other', () => {
  const network = createNetwork(model);
  for (const seed of [1, 2, 3]) {
    const glyph = noise(shape.width * shape.height, seed).map((value) => Math.max(0, value));
    const [fast, slow] = [network(glyph), plain(model, glyph)];
    for (const [index, value] of slow.entries()) expect(fast[index]).toBeCloseTo(value, 4);
  }
});

describe('the kernel', () => {
  it('convolves row by row and adds to what is there', () => {
    const { memory, convolve } = createKernel(200);
    const [stride, width, height] = [12, 8, 2];
    memory.set(noise(stride * 4, 5), 0);
    memory.set(noise(9, 6), 60);
    memory.fill(1, 100, 100 + width * height);
    convolve(0, 60, 100, width / 4, height, stride, width);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 1;
        for (let tap = 0; tap < 9; tap++)
          sum += memory[60 + tap]! * memory[(y + Math.floor(tap / 3)) * stride + x + (tap % 3)]!;
        expect(memory[100 + y * width + x]).toBeCloseTo(sum, 5);
      }
    }
  });

  it('sums products', () => {
    const { memory, dot } = createKernel(40);
    memory.set([1, 2, 3, 4, 5, 6, 7, 8], 4);
    memory.set([1, 1, 1, 1, 1, 1, 1, 2], 20);
    expect(dot(4, 20, 2)).toBe(44);
  });
});
