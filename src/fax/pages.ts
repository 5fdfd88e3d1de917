/**
 * PDF or TIFF bytes to pages, one at a time (spec 2.3). Decoding hostile files happens in a child that can be
 * killed; a page that kills it costs that page, not the fax.
 */
import type { Unreadable } from '../inquiry/fax.ts';
import { type Children, openChildren } from '../sandbox/children.ts';
import type { Bitmap } from './bitmap.ts';
import * as limits from './limits.ts';
import type { Turn } from './straighten.ts';

export type FaxPage =
  /** A real text layer. */
  | { readonly kind: 'text'; readonly total: number; readonly text: string }
  | {
      readonly kind: 'image';
      readonly total: number;
      /** Square 204 dpi, straight, the sender's header line blanked. */
      readonly page: Bitmap;
      readonly header: Bitmap | null;
      readonly skewDegrees: number;
      /** Isolated specks a megapixel: how dirty the line was. */
      readonly specks: number;
      readonly damaged: boolean;
    }
  | {
      readonly kind: 'unreadable';
      readonly total: number;
      readonly why: Unreadable;
      readonly detail: string;
    };

export type PageJob =
  | { readonly kind: 'page'; readonly raw: Uint8Array; readonly page: number; readonly turn: Turn }
  | { readonly kind: 'png'; readonly bitmap: Bitmap };

export type PageAnswer = FaxPage | { readonly kind: 'png'; readonly png: Buffer };

export interface Pages {
  /** Page `page`, from 1, turned clockwise by `turn`. `total` is 0 when the file does not tell its pages. */
  page(raw: Uint8Array, page: number, turn?: Turn): Promise<FaxPage>;
  /** A page, or a strip of one, as people look at it; null when it could not be made. */
  png(bitmap: Bitmap): Promise<Buffer | null>;
  close(): Promise<void>;
}

/** PDF and TIFF by their first bytes; a PDF may begin after white space or a byte order mark. */
export function isFaxFile(raw: Uint8Array): boolean {
  const head = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, 1_024)).toString('latin1');
  return /^(?:II\*\0|MM\0\*)/.test(head) || /^[\s\u00ef\u00bb\u00bf]{0,16}%PDF-\d/.test(head);
}

export function openPages(
  bounds: { readonly milliseconds?: number; readonly rssBytes?: number } = {},
): Pages {
  const children: Children<PageJob, PageAnswer> = openChildren(
    'page decoder',
    new URL('./page-child.ts', import.meta.url),
    {
      milliseconds: bounds.milliseconds ?? limits.decodeMilliseconds,
      rssBytes: bounds.rssBytes ?? limits.decodeRssBytes,
      idleMilliseconds: limits.idleMilliseconds,
      jobs: limits.decodeJobs,
      children: 1,
    },
  );
  return {
    async page(raw, page, turn = 0) {
      const ran = await children.run({ kind: 'page', raw, page, turn });
      if (ran.kind === 'killed') return { kind: 'unreadable', total: 0, why: 'killed', detail: ran.reason };
      return ran.result as FaxPage;
    },
    async png(bitmap) {
      const ran = await children.run({ kind: 'png', bitmap });
      return ran.kind === 'done' && ran.result.kind === 'png' ? ran.result.png : null;
    },
    close: () => children.close(),
  };
}
