/**
 * The two sums a network is made of, four numbers at a time: WebAssembly, put together here byte by byte because it
 * is two short loops and no tool chain. In plain JavaScript the reader took twice the half second it may take.
 */

export interface Kernel {
  readonly memory: Float32Array;
  /**
   * Adds the 3 × 3 convolution of one padded channel to `to`: `vectors` × 4 columns, `rows` rows. Places are indices
   * of `memory`, strides numbers of floats.
   */
  readonly convolve: (
    from: number,
    weights: number,
    to: number,
    vectors: number,
    rows: number,
    fromStride: number,
    toStride: number,
  ) => void;
  /** The sum of products of `vectors` × 4 pairs. */
  readonly dot: (one: number, other: number, vectors: number) => number;
}

/** The global of every engine; the type library of this project is that of the language alone. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
};

const pageBytes = 65_536;

export function createKernel(floats: number): Kernel {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((floats * 4) / pageBytes) });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code()), { m: { m: memory } });
  const convolve = exports['c'] as (...bytes: number[]) => void;
  const dot = exports['d'] as Kernel['dot'];
  return {
    memory: new Float32Array(memory.buffer),
    convolve: (from, weights, to, vectors, rows, fromStride, toStride) =>
      convolve(4 * from, 4 * weights, 4 * to, vectors, rows, 4 * fromStride, 4 * toStride),
    dot: (one, other, vectors) => dot(4 * one, 4 * other, vectors),
  };
}

const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)]);
const section = (id: number, content: readonly number[]) => [id, ...leb(content.length), ...content];
const [i32, f32, v128] = [0x7f, 0x7d, 0x7b];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const add = [0x6a];
const constant = (value: number) => [0x41, value];
const step = (local: number, by: readonly number[]) => [...get(local), ...by, ...add, ...set(local)];
/** A constant of -1 is one byte in signed LEB128. */
const countDown = (local: number) => [...step(local, constant(0x7f)), ...get(local), 0x0d, 0];
const loop = (body: readonly number[]) => [0x03, 0x40, ...body, 0x0b];
const load = (local: number, offset: number) => [...get(local), 0xfd, 0, 2, offset];
const splat = (local: number, offset: number) => [...get(local), 0xfd, 9, 2, offset];
const store = [0xfd, 11, 2, 0];
const plus = [0xfd, 0xe4, 1];
const product = [0xfd, 0xe6, 1];

function code(): Uint8Array {
  const types = [2, 0x60, 7, ...Array<number>(7).fill(i32), 0, 0x60, 3, i32, i32, i32, 1, f32];
  const imports = [1, 1, 0x6d, 1, 0x6d, 2, 0, 1];
  const exported = [2, 1, 0x63, 0, 0, 1, 0x64, 0, 1];
  const bodies = [convolution(), dotProduct()].flatMap((body) => [...leb(body.length), ...body]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, imports),
    ...section(3, [2, 0, 1]),
    ...section(7, exported),
    ...section(10, [2, ...bodies]),
  ]);
}

function convolution(): readonly number[] {
  const [from, weights, to, vectors, rows, fromStride, toStride] = [0, 1, 2, 3, 4, 5, 6];
  const [left, target, upper, middle, lower] = [7, 8, 9, 10, 11];
  const tap = (index: number) => 12 + index;
  const taps = Array.from({ length: 9 }, (_, index) => index);
  const one = taps.flatMap((index) => [
    ...load([upper, middle, lower][Math.floor(index / 3)]!, 4 * (index % 3)),
    ...get(tap(index)),
    ...product,
    ...plus,
  ]);
  const row = [
    ...[...get(from), ...set(upper), ...get(from), ...get(fromStride), ...add, ...set(middle)],
    ...[...get(middle), ...get(fromStride), ...add, ...set(lower)],
    ...[...get(to), ...set(target), ...get(vectors), ...set(left)],
    ...loop([
      ...[...get(target), ...load(target, 0), ...one, ...store],
      ...[target, upper, middle, lower].flatMap((local) => step(local, constant(16))),
      ...countDown(left),
    ]),
    ...[...step(from, get(fromStride)), ...step(to, get(toStride)), ...countDown(rows)],
  ];
  const fixed = taps.flatMap((index) => [...splat(weights, 4 * index), ...set(tap(index))]);
  return [2, 5, i32, 9, v128, ...fixed, ...loop(row), 0x0b];
}

function dotProduct(): readonly number[] {
  const [one, other, vectors, sum] = [0, 1, 2, 3];
  const body = [
    ...[...get(sum), ...load(one, 0), ...load(other, 0), ...product, ...plus, ...set(sum)],
    ...[one, other].flatMap((local) => step(local, constant(16))),
    ...countDown(vectors),
  ];
  const lane = (index: number) => [...get(sum), 0xfd, 31, index];
  const lanes = [...lane(0), ...lane(1), 0x92, ...lane(2), ...lane(3), 0x92, 0x92];
  return [1, 1, v128, ...loop(body), ...lanes, 0x0b];
}
