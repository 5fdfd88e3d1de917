/** The ports of the edges but the store: readers, sender's proof, courier, log. Of `ports.ts`, through which edges and flows know them. */
import type { Evidence, ProofQuestion } from '../inquiry/authentication.ts';
import type { FaxDocument, FaxRegistry, PageReport } from '../inquiry/fax.ts';
import type { Reading, Unpacked } from '../inquiry/letter.ts';
import type { Mask } from '../inquiry/mask.ts';

export interface Reader {
  /** Mail is likely to come: what takes time to start is started. */
  warm(): void;
  /** A `suspect`, which a reader died of, has longer, and a child of its own so that nothing waits behind it. */
  read(raw: Buffer, suspect?: boolean): Promise<Reading>;
  /** The attachments with their bytes, under the names `read` gives them. */
  unpack(raw: Buffer): Promise<Unpacked>;
  close(): Promise<void>;
}

/** What the fax reader is told besides the bytes. */
export interface FaxQuestion {
  readonly mask: Mask;
  readonly registry: FaxRegistry | null;
  /** Numbers the header line of page one points to; they only rank candidates. */
  readonly hints: (header: string) => readonly string[];
  /** Makes a PNG of each page and of the place where the number stands. */
  readonly pictures: boolean;
  /** Told as pages are done. */
  readonly onPage: (page: PageReport, total: number) => void;
}

/** Reads PDF and TIFF, in children and a queue of its own. Rejects with `kind: 'again'` while it closes. */
export interface FaxReader {
  read(raw: Uint8Array, question: FaxQuestion): Promise<FaxDocument>;
  close(): Promise<void>;
}

/** Checks signature and return path of a mail. Only waits for so long; what cannot be checked is `none`. */
export interface Prover {
  prove(question: ProofQuestion): Promise<Evidence>;
  close(): Promise<void>;
}

/** One letter as it leaves: exact bytes (CRLF, no dot-stuffing) and envelope. */
export interface Parcel {
  readonly messageId: string;
  /** '' is the null return path. */
  readonly envelopeFrom: string;
  readonly recipients: readonly string[];
  readonly bytes: Buffer;
}

/** A recipient the relay refused while it took the letter for the others. */
export interface Refusal {
  readonly recipient: string;
  readonly reason: string;
}

export type Delivery =
  /** The final dot was accepted. */
  | { readonly kind: 'sent'; readonly reason: string; readonly refused?: readonly Refusal[] }
  /** Nothing was handed over, or the relay said 4xx: try again. */
  | { readonly kind: 'later'; readonly reason: string }
  /** The relay refused for good (5xx). */
  | { readonly kind: 'never'; readonly reason: string }
  /** The body was begun and no answer came: nobody knows. */
  | { readonly kind: 'uncertain'; readonly reason: string }
  /** `mayBegin` said no: nothing was handed over. */
  | { readonly kind: 'shut'; readonly reason: string };

export interface Courier {
  /** `mayBegin` is asked immediately before the body is handed over. */
  deliver(parcel: Parcel, mayBegin: () => Promise<boolean>): Promise<Delivery>;
  close(): Promise<void>;
}

/** What the desk tells the log. One method an event keeps words and fields the same everywhere. */
export interface Journal {
  info(event: string, fields: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields: Readonly<Record<string, unknown>>): void;
  error(event: string, fields: Readonly<Record<string, unknown>>): void;
}
