/** Reads a drawn sample with the readers as production runs them, and keeps each result in a file: one line a page. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { FaxReading } from '../../src/fax/agreement.ts';
import { type Bitmap, rows } from '../../src/fax/bitmap.ts';
import type { PageText, Recogniser } from '../../src/fax/ocr.ts';
import type { FaxPage, Pages } from '../../src/fax/pages.ts';
import { readFax } from '../../src/fax/recognise.ts';
import type { FaxNumber, FaxRegistry } from '../../src/inquiry/fax.ts';
import type { Mask } from '../../src/inquiry/mask.ts';
import type { Drawn } from './sample.ts';

export interface Kept {
  /** `field` or `empty`, seed, index. */
  readonly key: string;
  readonly truth: string | null;
  readonly groups: readonly string[];
  readonly note: string;
  /** What production decided, with the registry. */
  readonly decision: FaxNumber['decision'];
  readonly value: string | null;
  readonly readings: readonly FaxReading[];
}

export function keptIn(file: string): Map<string, Kept> {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  // The last line of a run that was cut may be half a line.
  const whole = lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as Kept);
  return new Map(whole.map((one) => [one.key, one]));
}

/**
 * The whole road of `readFax` for a page that is already straight and upright: decoding and the question which way is
 * up are left out. The paper below what is drawn is empty, so the top of the page and the page have one text; where
 * the number was accepted before, it is read only when `whole` wants it, since it can only add doubt.
 */
export async function readDrawn(
  ocr: Recogniser,
  drawn: Drawn,
  how: { readonly mask: Mask; readonly registry: FaxRegistry; readonly whole: boolean },
): Promise<Pick<Kept, 'decision' | 'value' | 'readings'>> {
  let readings: readonly FaxReading[] = [];
  let text: Promise<PageText | null> | null = null;
  let known = false;
  const once: Recogniser = {
    ...ocr,
    orientation: async () => null,
    text: async () => {
      if (known && !how.whole) return null;
      text ??= ocr.text(rows(drawn.page, 0, drawn.rows));
      return text;
    },
  };
  const { number } = await readFax({ pages: straightPage(drawn.page), ocr: once }, new Uint8Array(), {
    ...how,
    onNumber: ({ value }) => {
      known = value !== null;
    },
    onReadings: (all) => {
      readings = all;
    },
  });
  return { decision: number.decision, value: number.value, readings };
}

export function keep(file: string, one: Kept): void {
  appendFileSync(file, `${JSON.stringify(one)}\n`);
}

function straightPage(page: Bitmap): Pages {
  const found = { total: 1, header: null, skewDegrees: 0, specks: 0, damaged: false };
  return {
    page: async (): Promise<FaxPage> => ({ kind: 'image', ...found, page }),
    png: async () => null,
    close: async () => undefined,
  };
}
