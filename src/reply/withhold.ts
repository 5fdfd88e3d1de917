/**
 * Why an automatic letter does not go to somebody (RFC 3834 §2, spec 5.2, 6). Detection of automatic mail
 * cannot be complete, so the caps hold whatever the headers say.
 */

/** At most so many automatic letters to one address, queued and sent together *(ours)*. */
export const lettersPerHourMax = 5;
export const lettersPerDayMax = 20;

export interface Circumstances {
  /** Address the letter would go to; null when the message names none. */
  readonly to: string | null;
  /** Why the kind of mail forbids an answer, or null. */
  readonly automatic: string | null;
  readonly authentication: 'pass' | 'fail' | 'none';
  readonly sent: { readonly queued: number; readonly hour: number; readonly day: number };
  /** A permanent bounce was recorded for the address. */
  readonly undeliverable: boolean;
  /** The same content came before and was acknowledged. */
  readonly repeat: boolean;
}

/** The reason in plain words, or null when the letter may be queued. */
export function whyWithheld(facts: Circumstances): string | null {
  if (facts.to === null) return 'the message names no usable sender address';
  if (facts.automatic !== null) return facts.automatic;
  if (facts.authentication === 'fail') return 'the sender failed authentication';
  if (facts.undeliverable) return 'mail to this address bounced for good';
  if (facts.repeat) return 'the same inquiry was sent again within 3 days';
  if (facts.sent.queued + facts.sent.hour >= lettersPerHourMax) {
    return `cap: ${lettersPerHourMax} automatic letters an hour to one address`;
  }
  if (facts.sent.queued + facts.sent.day >= lettersPerDayMax) {
    return `cap: ${lettersPerDayMax} automatic letters a day to one address`;
  }
  return null;
}
