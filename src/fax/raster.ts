/** What a decoder gives: the page's own raster before it is squared, or why there is none. */
import type { Unreadable } from '../inquiry/fax.ts';
import type { Bitmap } from './bitmap.ts';

export interface Raster {
  readonly bitmap: Bitmap;
  /** Dots an inch across and down; unequal on every fax of 204 × 98 or 204 × 196. */
  readonly xDots: number;
  readonly yDots: number;
  /** The file is cut or its coding broken, and only part of the page is there. */
  readonly damaged: boolean;
}

export type Content =
  | { readonly kind: 'raster'; readonly raster: Raster }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly why: Unreadable; readonly detail: string };

/** One page of a file, and how many it has (0 when the file does not say). */
export interface Decoded {
  readonly total: number;
  readonly content: Content;
}

export const unreadable = (why: Unreadable, detail = ''): Content => ({
  kind: 'unreadable',
  why,
  detail: detail.slice(0, 200),
});
