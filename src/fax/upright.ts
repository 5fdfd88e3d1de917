/** Pages that came on their head or on their side. */
import type { Bitmap } from './bitmap.ts';
import type { Recogniser } from './ocr.ts';
import type { FaxPage, Pages } from './pages.ts';
import type { Turn } from './straighten.ts';

export interface FaxTools {
  readonly pages: Pages;
  readonly ocr: Recogniser;
}

export type FaxImage = FaxPage & { readonly kind: 'image' };

const orientationMin = 2;

/** The page turned to where orientation detection wants it; null when it stands upright as far as anyone can tell. */
export async function uprightPage(
  tools: FaxTools,
  raw: Uint8Array,
  page: number,
  seen: Bitmap,
  before: Turn = 0,
): Promise<{ readonly image: FaxImage; readonly turn: Turn } | null> {
  const found = await tools.ocr.orientation(seen);
  if (found === null || found.turn === 0 || found.confidence < orientationMin) return null;
  const turn = ((before + found.turn) % 360) as Turn;
  const image = await tools.pages.page(raw, page, turn);
  return image.kind === 'image' ? { image, turn } : null;
}
