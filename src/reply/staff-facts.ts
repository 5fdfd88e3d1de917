/** What mail to staff may say, ready for people: notification, confirmation, note back, morning digest (tone 9). */

export interface NotificationFacts {
  readonly event:
    | 'new'
    | 'follow-up'
    | 'review'
    | 'held'
    | 'out-of-period'
    | 'bounce'
    | 'reopened'
    | 'repeat'
    | 'quarantined'
    | 'failed'
    | 'uncertain'
    | 'alarm';
  readonly channel: 'mail' | 'fax' | 'form' | 'phone';
  /** Of the letter to the customer, e.g. `2026年9月24日(木) 9:00 送信予定`. */
  readonly ackState: string;
  readonly customer: string | null;
  readonly number: string | null;
  /** Where it was read, e.g. `冒頭 2行目「サポート番号：ＣＬ…」`. */
  readonly numberWhere: string | null;
  /** e.g. `2026年4月1日(水) ～ 2027年3月31日(水) 有効`. */
  readonly period: string | null;
  readonly customised: boolean;
  /** Name and address as they arrived, and what the registry says of it. */
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** Only when it differs from the sender. */
  readonly replyTo: string | null;
  readonly authentication: 'pass' | 'fail' | 'none';
  /** What proved it: `DKIM`, `SPF`, `DMARC`; null when nothing did. */
  readonly authenticationBy: string | null;
  readonly flags: readonly string[];
  readonly ownText: string;
  readonly attachments: readonly FileFacts[];
  /** How to get at the files, one line. */
  readonly attachmentHint?: string;
  /** When an answer given now would leave, and to whom; left out where nobody can be answered. */
  readonly answer?:
    | {
        readonly leavesAt: string | null;
        readonly to: readonly string[];
        readonly cc: readonly string[];
      }
    | undefined;
  /** A reply with directives is understood; false hides how to write them. Default true. */
  readonly operations?: boolean;
}

export interface FileFacts {
  readonly name: string;
  readonly bytes: number;
  /** e.g. `添付`, `保管のみ(転送上限超)`. */
  readonly note?: string;
}

export interface ConfirmationFacts {
  /** When it will leave, as Japanese text; null when the calendar does not know. */
  readonly leavesAt: string | null;
  readonly notToday: boolean;
  /** Who answered, for the desk reads it too. */
  readonly author: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** Title of the template. */
  readonly template: string;
  readonly attachments: readonly FileFacts[];
  /** What the author should look at: `remarksOn` of the recipients, and the desk's own. */
  readonly warnings: readonly string[];
  /** The letter exactly as the customer will read it. */
  readonly rendered: { readonly subject: string; readonly body: string };
}

/** A short word back to the author of a reply. */
export interface StaffNoteFacts {
  readonly what: /** Kept inside; nothing was sent. */
    | 'note-kept'
    /** Not understood, or the template lacks something: nothing was sent, the text comes back. */
    | 'refused'
    /** Directives other than an answer were carried out; `remarks` says which. */
    | 'done'
    /** The answer waits because the customer wrote first, or another answer won. */
    | 'held'
    | 'cancelled'
    /** `#取消` came after the letter had left. */
    | 'too-late';
  /** Japanese sentences. */
  readonly remarks: readonly string[];
  /** What the author wrote, so that nothing is lost; '' leaves it out. */
  readonly ownText: string;
}

interface ListedMail {
  readonly ref: string;
  readonly from: string;
  readonly subject: string;
}

export interface DigestFacts {
  /** e.g. `9/24(木)`. */
  readonly day: string;
  /** The time it speaks of, e.g. `8:45`. */
  readonly asOf: string;
  readonly counts: {
    readonly new: number;
    readonly followUp: number;
    /** Tickets as they stand. */
    readonly review: number;
    readonly held: number;
    /** All messages that came since the last digest. */
    readonly total: number;
  };
  /** Since when, e.g. `9/18(金) 8:45 以降`. */
  readonly since: string;
  /** Days off in between, e.g. `休業 9/19(土)～9/23(水) をはさむ`. */
  readonly daysOff: string | null;
  /** Acknowledgements waiting to leave, and when, e.g. `9:00～9:05 に順次`. */
  readonly acknowledgements: { readonly count: number; readonly when: string | null };
  /** Tickets without an answer for more than so many business hours. */
  readonly overdue: { readonly hours: number; readonly count: number };
  /** Longest wait first, in business time. */
  readonly waiting: readonly {
    readonly ref: string;
    /** e.g. `★未回答(2通)`, `要確認`. */
    readonly state: string;
    /** e.g. `営業 6時間`. */
    readonly waited: string;
    readonly assignee: string | null;
    readonly customer: string | null;
    readonly subject: string;
  }[];
  /** Tickets a person must look at, by channel. */
  readonly review: Readonly<Record<'fax' | 'mail' | 'form' | 'phone', number>>;
  /** Some of those that wait for their number. */
  readonly held: readonly ListedMail[];
  readonly failed: readonly {
    readonly ref: string;
    /** e.g. `不達`, `送信失敗`. */
    readonly what: string;
    readonly to: string;
  }[];
  readonly junk: {
    readonly count: number;
    /** Some of them. */
    readonly first: readonly ListedMail[];
  };
}
