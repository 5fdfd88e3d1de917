/**
 * What a letter may say, ready for people: every time and day is Japanese text already, rendered when the
 * letter leaves (spec 5.2). Each kind of letter is handed only what it may know.
 */

import type { ConfirmationFacts, DigestFacts, NotificationFacts, StaffNoteFacts } from './staff-facts.ts';

export type { NotificationFacts } from './staff-facts.ts';

/** The desk as configured; a piece of the signature drops out when it is missing. */
export interface DeskFacts {
  readonly name: string;
  readonly mail: string;
  readonly fax?: string | undefined;
  readonly tel?: string | undefined;
  /** Reception hours in words; default `9:00～12:00、13:00～17:30`. */
  readonly hours?: string | undefined;
  /** Replaces the whole block. */
  readonly signature?: string | undefined;
}

/** A closure (休業日) announced from 14 days before it until its last day. */
export interface ClosureNotice {
  readonly name: string;
  /** First and last day closed, the time the desk opens again, as Japanese text. */
  readonly from: string;
  readonly to: string;
  readonly reopens: string;
}

export interface NeutralFacts {
  readonly ref: string;
  readonly receivedAt: string;
  readonly desk: DeskFacts;
  readonly closureNotice: ClosureNotice | null;
}

/** Of the fax a fax answers; `resend` asks for one on which the number can be read. */
export interface FaxFacts {
  readonly pages: number;
  /** e.g. `2、3`; null when all could be read. */
  readonly pagesUnreadable: string | null;
  readonly resend: boolean;
}

export interface LetterFacts extends NeutralFacts {
  /** 宛名 as `addresseeOf` writes it: one to three lines. */
  readonly addressee: string;
  readonly subject: string;
  readonly attachmentsCount: number;
  readonly numberNotAtStart: boolean;
  /** `held`: came outside hours and leaves at the opening; lunch is `no`. `any-hour`: leaves outside hours. */
  readonly afterHours: 'no' | 'held' | 'any-hour';
  readonly nextOpening: string | null;
  /** Named in the body when a registered distributor writes for it. */
  readonly endCustomer: string | null;
  /** What was read where a number was expected but is not in the registry; only to a known sender. */
  readonly readNumber: string | null;
  /** Canonical number of the contract, in the letter about its period. */
  readonly number: string;
  readonly period:
    | { readonly kind: 'expired'; readonly endedOn: string }
    | { readonly kind: 'not-started'; readonly startsOn: string };
  /** Who renews, one line; null names the dealer only. */
  readonly renewalDesk: string | null;
  readonly firstRequestOn: string;
  readonly closeOn: string;
  readonly reopenUntil: string;
  readonly fax: FaxFacts;
  readonly notification: NotificationFacts;
  readonly confirmation: ConfirmationFacts;
  readonly staffNote: StaffNoteFacts;
  readonly digest: DigestFacts;
}

type Of<Key extends keyof LetterFacts> = Pick<LetterFacts, Key | keyof NeutralFacts>;

/** The facts each kind of letter takes. NEUTRAL refuses all others even when an object happens to carry them. */
export interface FactsOf {
  readonly acknowledgement: Of<
    | 'addressee'
    | 'subject'
    | 'attachmentsCount'
    | 'numberNotAtStart'
    | 'afterHours'
    | 'nextOpening'
    | 'endCustomer'
  >;
  readonly 'fax-acknowledgement': NeutralFacts & Pick<LetterFacts, 'fax'>;
  readonly 'request-number': Of<'addressee' | 'subject' | 'readNumber'>;
  readonly neutral: NeutralFacts & {
    readonly [Key in Exclude<keyof LetterFacts, keyof NeutralFacts>]?: never;
  };
  readonly period: Of<'addressee' | 'subject' | 'number' | 'period' | 'renewalDesk'>;
  readonly reminder: Of<'addressee' | 'subject' | 'firstRequestOn' | 'closeOn'>;
  readonly 'closing-notice': Of<'addressee' | 'subject' | 'reopenUntil'>;
  readonly notification: Of<'subject' | 'notification'>;
  readonly confirmation: Of<'confirmation'>;
  readonly 'staff-note': Of<'staffNote'>;
  /** About the whole desk, no ticket. */
  readonly digest: Pick<LetterFacts, 'digest'>;
}
