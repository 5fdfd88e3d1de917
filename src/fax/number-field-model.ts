/** The weights of the reader's network and the file they are kept in. */
import { createHash } from 'node:crypto';

export const shape = {
  width: 20,
  height: 28,
  channels1: 8,
  channels2: 16,
  hidden: 48,
} as const;

/** Area after two poolings by two. */
const pooled = (shape.width / 4) * (shape.height / 4);

export interface Model {
  /** One character a class; `-` is the hyphen, `` (empty) whatever is no glyph of a number. */
  readonly classes: readonly string[];
  readonly seed: number;
  readonly conv1: Float32Array;
  readonly bias1: Float32Array;
  readonly conv2: Float32Array;
  readonly bias2: Float32Array;
  readonly full: Float32Array;
  readonly fullBias: Float32Array;
  readonly out: Float32Array;
  readonly outBias: Float32Array;
}

/** Lengths of the arrays of a model, in the order of the file. */
export function layerSizes(classes: number) {
  const { channels1, channels2, hidden } = shape;
  return {
    conv1: channels1 * 9,
    bias1: channels1,
    conv2: channels2 * channels1 * 9,
    bias2: channels2,
    full: hidden * pooled * channels2,
    fullBias: hidden,
    out: classes * hidden,
    outBias: classes,
  };
}

const magic = 'UKTNUMF1';

/**
 * Reads a model file: 8 bytes magic, 4 bytes little-endian header length, header (JSON: version, classes,
 * seed, sha256 of the weights), padding to 4 bytes, weights as little-endian float32.
 * Throws an Error that says what is wrong with it.
 */
export function loadModel(bytes: Uint8Array): Model {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder();
  if (bytes.length < 12 || text.decode(bytes.subarray(0, 8)) !== magic) {
    throw new Error('the number field model is not a model file of this version');
  }
  const headerBytes = view.getUint32(8, true);
  const start = Math.ceil((12 + headerBytes) / 4) * 4;
  if (start > bytes.length) throw new Error('the number field model is cut short');
  const header = JSON.parse(text.decode(bytes.subarray(12, 12 + headerBytes))) as {
    classes: readonly string[];
    seed: number;
    sha256: string;
  };
  const weights = bytes.subarray(start);
  if (createHash('sha256').update(weights).digest('hex') !== header.sha256) {
    throw new Error('the number field model is damaged: its checksum does not fit');
  }
  let at = start;
  const arrays = Object.entries(layerSizes(header.classes.length)).map(([name, length]) => {
    const values = new Float32Array(length);
    for (let index = 0; index < length; index++, at += 4) values[index] = view.getFloat32(at, true);
    return [name, values] as const;
  });
  if (at !== bytes.length) throw new Error('the number field model has another size than its header says');
  return { classes: header.classes, seed: header.seed, ...Object.fromEntries(arrays) } as Model;
}

/** The bytes `loadModel` reads. */
export function saveModel(model: Model): Uint8Array {
  const names = Object.keys(layerSizes(model.classes.length)) as (keyof ReturnType<typeof layerSizes>)[];
  const floats = names.flatMap((name) => Array.from(model[name]));
  const weights = new Uint8Array(floats.length * 4);
  const view = new DataView(weights.buffer);
  for (const [index, value] of floats.entries()) view.setFloat32(index * 4, value, true);
  const sha256 = createHash('sha256').update(weights).digest('hex');
  const header = new TextEncoder().encode(
    JSON.stringify({ version: 1, classes: model.classes, seed: model.seed, sha256 }),
  );
  const start = Math.ceil((12 + header.length) / 4) * 4;
  const bytes = new Uint8Array(start + weights.length);
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(8, header.length, true);
  bytes.set(header, 12);
  bytes.set(weights, start);
  return bytes;
}
