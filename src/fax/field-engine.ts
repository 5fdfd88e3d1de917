/** The small reader of our own with its model, inside the killable child. */
import { existsSync, readFileSync } from 'node:fs';
import type { Mask } from '../inquiry/mask.ts';
import type { Bitmap } from './bitmap.ts';
import { loadModel, type Model, type NumberFieldReading, readNumberField } from './number-field.ts';

/** Beside this file in a checkout; a build leaves it in `src`. */
const places = ['./number-field-model.bin', '../../../src/fax/number-field-model.bin'];

let model: Model | null | undefined;

function theModel(): Model | null {
  const file = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url));
  return file === undefined ? null : loadModel(readFileSync(file));
}

/** Null when the field is not found, and when no model is installed: then the other readers decide. */
export function fieldOf(mask: Mask, upperHalf: Bitmap): NumberFieldReading | null {
  model ??= theModel();
  return model === null ? null : readNumberField(model, mask, upperHalf);
}
