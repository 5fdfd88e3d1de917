/** A fax as read: pages, text, and what became of the number. Plain data, as `letter.ts` is for mail. */

/** On a page, in pixels of its upright form at 204 dpi. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** `page`: text of the whole page or its top; `line`: the candidate's line alone by the second model; `field`: our own reader. */
export type FaxReader = 'page' | 'line' | 'field';

/** Why a page, or a whole file, gives neither text nor image. */
export type Unreadable =
  | 'encrypted'
  | 'malformed'
  | 'no-such-page'
  | 'too-large'
  | 'too-small'
  | 'blank'
  /** The child died of it: too much time or memory. */
  | 'killed';

export interface FaxCandidate {
  readonly value: string;
  /** Empty when only a near match, the header line or the caller points to it. */
  readonly readers: readonly {
    readonly reader: FaxReader;
    readonly raw: string;
    readonly confidence: number;
  }[];
}

/** The `number` object of `uketsuke read` for a fax (spec 8), without the registry. */
export interface FaxNumber {
  readonly value: string | null;
  readonly where: 'opening' | 'body' | null;
  readonly raw: string | null;
  readonly decision: 'accepted' | 'not-at-start' | 'missing' | 'malformed' | 'ambiguous' | 'uncertain';
  readonly reason: string;
  /** Best first. */
  readonly candidates: readonly FaxCandidate[];
  /** On page one; null when nothing was seen. */
  readonly box: Box | null;
}

export interface PageReport {
  readonly page: number;
  readonly text: string;
  /** 0 to 100; 100 for a text layer, 0 for a page that was not read. */
  readonly confidence: number;
  readonly seconds: number;
  /** `text`: a text layer; `image`: recognised; `unrecognised`: recognition died of it, the image is kept. */
  readonly outcome: 'text' | 'image' | 'unrecognised' | Unreadable;
  readonly detail: string;
  /** Clockwise degrees it was turned to stand upright. */
  readonly turned: 0 | 90 | 180 | 270;
  readonly png: Uint8Array | null;
}

export interface FaxDocument {
  readonly channel: 'fax';
  readonly kind: 'inquiry';
  readonly from: string | null;
  readonly subject: string;
  readonly text: string;
  /** The header line of page one as the sender's machine printed it; it may lie. */
  readonly header: string;
  readonly number: FaxNumber;
  /** Seconds until the number was first decided. */
  readonly numberSeconds: number;
  readonly pages: readonly PageReport[];
  /** Pages beyond the bound, kept unread. */
  readonly unread: number;
  /** The place of the number as people look at it, PNG. */
  readonly strip: Uint8Array | null;
}

/** What the conditions of spec 3.4 ask of the registry. */
export interface FaxRegistry {
  knows(number: string): boolean;
}
