/**
 * The recognisers, in children of their own with a queue of their own: OCR never delays mail (spec 2.3). A page
 * that kills its recogniser is null to the caller and marked; the next page gets a fresh child.
 */
import type { Mask } from '../inquiry/mask.ts';
import { type Children, openChildren } from '../sandbox/children.ts';
import type { Bitmap } from './bitmap.ts';
import * as limits from './limits.ts';
import type { NumberFieldReading } from './number-field.ts';
import type { PageText } from './ocr-engine.ts';
import type { Turn } from './straighten.ts';

export type { PageText, TextLine, Word } from './ocr-engine.ts';

export interface Orientation {
  /** Clockwise degrees that would put the page upright. */
  readonly turn: Turn;
  readonly confidence: number;
}

export type OcrJob =
  | { readonly kind: 'orientation'; readonly bitmap: Bitmap }
  | { readonly kind: 'text'; readonly bitmap: Bitmap }
  | { readonly kind: 'line'; readonly bitmap: Bitmap; readonly characters: string }
  | { readonly kind: 'field'; readonly bitmap: Bitmap; readonly mask: Mask };

export type OcrAnswer = Orientation | PageText | NumberFieldReading | null;

/** Every answer is null when the recogniser died of the question. */
export interface Recogniser {
  orientation(page: Bitmap): Promise<Orientation | null>;
  /** Text of a page or strip, Japanese. */
  text(page: Bitmap): Promise<PageText | null>;
  /** One line read by a second model that knows only `characters`. */
  line(line: Bitmap, characters: string): Promise<PageText | null>;
  /** Our own reader of the number's field; null also when it finds none. */
  field(upperHalf: Bitmap, mask: Mask): Promise<NumberFieldReading | null>;
  close(): Promise<void>;
}

export interface OcrOptions {
  /** Recognisers at once; each takes a core and about 350 MB. */
  readonly workers?: number;
  /** `field`, `line`, `page`; those left out are never asked. All when it is empty. */
  readonly readers?: readonly string[];
  readonly milliseconds?: number;
  readonly jobs?: number;
  readonly idleMilliseconds?: number;
  /** Told when a recogniser had to be killed. */
  readonly onKilled?: (reason: string) => void;
}

export function openRecogniser(options: OcrOptions = {}): Recogniser {
  const module = new URL('./ocr-child.ts', import.meta.url);
  const children: Children<OcrJob, OcrAnswer> = openChildren('recogniser', module, {
    milliseconds: options.milliseconds ?? limits.ocrMilliseconds,
    rssBytes: limits.ocrRssBytes,
    idleMilliseconds: options.idleMilliseconds ?? limits.idleMilliseconds,
    jobs: options.jobs ?? limits.ocrJobs,
    children: options.workers ?? 1,
  });
  const ask = async <Answer extends OcrAnswer>(job: OcrJob): Promise<Answer | null> => {
    const ran = await children.run(job);
    if (ran.kind === 'done') return ran.result as Answer;
    options.onKilled?.(ran.reason);
    return null;
  };
  const { readers = [] } = options;
  const lines = readers.length === 0 || readers.includes('line');
  return {
    orientation: (bitmap) => ask<Orientation>({ kind: 'orientation', bitmap }),
    text: (bitmap) => ask<PageText>({ kind: 'text', bitmap }),
    line: async (bitmap, characters) => (lines ? ask<PageText>({ kind: 'line', bitmap, characters }) : null),
    field: (bitmap, mask) => ask<NumberFieldReading>({ kind: 'field', bitmap, mask }),
    close: () => children.close(),
  };
}
