import type { FaxNumber, PageReport } from '../inquiry/fax.ts';

/** Of a fax; its pages and their pictures are kept beside. */
export interface FaxFacts {
  readonly gateway: string;
  /** Digits as the registry has them; null when hidden, unknown, or not to be believed. */
  readonly caller: string | null;
  /** What the caller's machine says of itself; it may lie. */
  readonly claimed: string | null;
  readonly header: string;
  /** Of page 1 and so on, as far as they were read. */
  readonly pages: readonly PageReport['outcome'][];
  /** Pages kept unread. */
  readonly unread: number;
  readonly decision: FaxNumber['decision'];
  readonly candidates: FaxNumber['candidates'];
}

/** The few facts about a decided message that later decisions and people look up. */
export interface MessageFacts {
  readonly kind: string;
  readonly from: string | null;
  readonly fromName: string;
  readonly subject: string;
  /** Canonical number the decision rests on, or null. */
  readonly number: string | null;
  /** SHA-256 of sender, subject and own text, folded: finds the same inquiry sent again. */
  readonly textDigest: string | null;
  /** Carries an encrypted attachment. */
  readonly encrypted: boolean;
  readonly attachments: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly encrypted: boolean;
  }[];
  /** `pass`, `fail` or `none` (spec 6: no verdict is not failure). */
  readonly authentication: string;
  /** `dmarc`, `dkim` or `spf` proved or disproved it; null when nothing did. */
  readonly authenticationBy: string | null;
  /** What was looked at, in English, for operators. */
  readonly authenticationDetail: string;
  /** The customer's own text, cut. */
  readonly text: string;
  /** Result of the registry (spec 3.6) and the sentence that explains the reading; null for automatic mail. */
  readonly result: string | null;
  readonly numberReason: string | null;
  /** Where it was read, in Japanese for staff, e.g. `冒頭 2行目「ＣＬ－…」`; null when nothing was read. */
  readonly numberPlace: string | null;
  /** Remarks in Japanese for staff: what the reader repaired, what was doubtful. */
  readonly remarks: readonly string[];
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** Reply-To where it differs from From, else null. */
  readonly replyTo: string | null;
  readonly fax?: FaxFacts;
  /** What the decision rested on, for whoever asks why; absent on what was decided before it was kept. */
  readonly grounds?: Grounds;
}

export interface Grounds {
  /** How the number was read: `opening`, `subject`, `body` or null, and what that comes to. */
  readonly numberWhere: string | null;
  readonly numberDecision: string;
  /** The rule that found the ticket, or `no thread`. */
  readonly thread: string;
  /** Numbers of the contracts the sender is registered on, the first ones. */
  readonly registeredOn: readonly string[];
  /** Evidence that no person wrote, as sentences. */
  readonly screening: readonly string[];
  /** The limit of the reader that was passed, or null. */
  readonly limit: string | null;
}
