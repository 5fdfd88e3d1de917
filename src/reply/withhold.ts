/**
 * Why an automatic letter does not go to somebody (RFC 3834 §2, spec 5.2, 6). Detection of automatic mail
 * cannot be complete, so the caps hold whatever the headers say.
 */

/** At most so many automatic letters to one address, queued and sent together *(ours)*. */
export const lettersPerHourMax = 5;
export const lettersPerDayMax = 20;
/** And to one ticket in all, whoever gets them *(ours)*. */
export const lettersPerTicketMax = 10;
/**
 * First letters to people no contract knows, to one domain and to all of them *(ours)*: whoever guesses numbers from a
 * thousand addresses ends in silence. Real strangers are a few an hour, and a provider of many of them stays far below.
 */
export const strangersMax = {
  domain: { hour: 100, day: 300 },
  all: { hour: 500, day: 2_000 },
} as const;

/** First letters queued or sent to people no contract knows, since an hour and since a day. */
export interface StrangerCounts {
  readonly domain: { readonly hour: number; readonly day: number };
  readonly all: { readonly hour: number; readonly day: number };
}

export interface Circumstances {
  /** Address the letter would go to; null when the message names none. */
  readonly to: string | null;
  /** Why the kind of mail forbids an answer, or null. */
  readonly automatic: string | null;
  readonly authentication: 'pass' | 'fail' | 'none';
  readonly sent: { readonly queued: number; readonly hour: number; readonly day: number };
  /** Null when the registry knows the sender: the caps on strangers are not for customers. */
  readonly strangers: StrangerCounts | null;
  /** Automatic letters of the ticket so far. */
  readonly ofTicket: number;
  /** A permanent bounce was recorded for the address. */
  readonly undeliverable: boolean;
  /** The same content came before and was answered. */
  readonly repeat: boolean;
}

export interface Withheld {
  readonly kind:
    | 'no-address'
    | 'automatic'
    | 'authentication'
    | 'undeliverable'
    | 'repeat'
    | 'cap'
    | 'unregistered-fax';
  /** In plain words. */
  readonly reason: string;
}

/** Null when the letter may be queued. */
export function whyWithheld(facts: Circumstances): Withheld | null {
  if (facts.to === null) return { kind: 'no-address', reason: 'the message names no usable sender address' };
  if (facts.automatic !== null) return { kind: 'automatic', reason: facts.automatic };
  if (facts.authentication === 'fail')
    return { kind: 'authentication', reason: 'the sender failed authentication' };
  if (facts.undeliverable) return { kind: 'undeliverable', reason: 'mail to this address bounced for good' };
  if (facts.repeat) return { kind: 'repeat', reason: 'the same inquiry was sent again within 3 days' };
  const reason = capReached(facts.sent) ?? strangersReached(facts.strangers) ?? ticketReached(facts.ofTicket);
  return reason === null ? null : { kind: 'cap', reason };
}

/** Which cap another letter would break, in plain words, or null. */
export function capReached(sent: Circumstances['sent']): string | null {
  if (sent.queued + sent.hour >= lettersPerHourMax)
    return `cap: ${lettersPerHourMax} automatic letters an hour to one address`;
  if (sent.queued + sent.day >= lettersPerDayMax)
    return `cap: ${lettersPerDayMax} automatic letters a day to one address`;
  return null;
}

function strangersReached(counts: StrangerCounts | null): string | null {
  if (counts === null) return null;
  for (const whom of ['domain', 'all'] as const)
    for (const span of ['hour', 'day'] as const)
      if (counts[whom][span] >= strangersMax[whom][span])
        return `cap: ${strangersMax[whom][span]} first letters ${span === 'hour' ? 'an hour' : 'a day'} to ${whom === 'domain' ? 'one domain' : 'strangers'}`;
  return null;
}

/** Whether a cap lies within the next so many first letters: then each must know of those before it. */
export function strangersNear({ domain, all }: StrangerCounts, letters: number): boolean {
  const after = ({ hour, day }: StrangerCounts['all']) => ({ hour: hour + letters, day: day + letters });
  const then = { domain: after(domain), all: after(all) };
  return strangersReached({ domain, all }) === null && strangersReached(then) !== null;
}

function ticketReached(letters: number): string | null {
  return letters < lettersPerTicketMax ? null : `cap: ${lettersPerTicketMax} automatic letters to one ticket`;
}

/** The instants from which on letters count for the caps, as ISO UTC. */
export function countedSince(now: Date): { readonly hour: string; readonly day: string } {
  return {
    hour: new Date(now.getTime() - 3_600_000).toISOString(),
    day: new Date(now.getTime() - 86_400_000).toISOString(),
  };
}
