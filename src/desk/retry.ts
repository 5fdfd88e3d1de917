/**
 * When a letter that could not be handed over is tried again (spec 5.4): after 5, 10, 20, 40, 80 minutes and
 * then every 100, each up to a fifth later so that letters held up together do not come back together, and
 * never more than 2 hours apart. After 5 business days, and tries on most of them, a person is told. The calendar is the caller's: it
 * counts the business days and moves the instant into reception hours.
 */

export const businessDaysTriedMax = 5;
/** Five days hold more than this; a letter that lay while the program was stopped has not been tried for five days. */
const attemptsMin = 20;
const firstDelayMs = 5 * 60_000;
const delayMsMax = 100 * 60_000;
const jitterShare = 0.2;

export type NextAttempt =
  | { readonly kind: 'again'; readonly notBefore: string }
  | { readonly kind: 'give-up'; readonly reason: string };

export interface Tried {
  /** The outbox id; the jitter is taken from it, so the same letter always waits the same time. */
  readonly id: number;
  /** Attempts made, the one that just failed included. */
  readonly attempts: number;
  /** Business days from the day it could leave until now. */
  readonly businessDaysTried: number;
}

/** What follows the attempt that failed at `now`. `notBefore` is ISO UTC. */
export function nextAttempt(tried: Tried, now: Date): NextAttempt {
  if (tried.businessDaysTried >= businessDaysTriedMax && tried.attempts >= attemptsMin) {
    return {
      kind: 'give-up',
      reason: `not handed over in ${tried.attempts} attempts on ${tried.businessDaysTried} business days`,
    };
  }
  const doublings = Math.min(Math.max(tried.attempts - 1, 0), 30);
  const delayMs = Math.min(firstDelayMs * 2 ** doublings, delayMsMax);
  const lateMs = Math.floor(delayMs * jitterShare * fraction(tried.id, tried.attempts));
  return { kind: 'again', notBefore: new Date(now.getTime() + delayMs + lateMs).toISOString() };
}

/** A number in [0, 1) that neighbouring ids do not share (the finaliser of MurmurHash3). */
function fraction(id: number, attempts: number): number {
  let hash = Math.imul(id, 0x9e3779b1) ^ Math.imul(attempts, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
