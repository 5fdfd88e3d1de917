/** The letters a decision queues: who gets them, whether they may go at all, and when they may leave at the earliest. Pure. */
import { earliest } from '../calendar/reception-hours.ts';
import { type Contract, registeredContact } from '../inquiry/contract.ts';
import type { NumberResult, TriageLetter } from '../inquiry/triage.ts';
import { whyWithheld } from '../reply/withhold.ts';
import type { LetterKind } from '../ticket/ticket.ts';
import { gateHours, type House } from './house.ts';
import type { Findings } from './look-up.ts';
import type { NewEvent, NewLetter } from './ports.ts';

export interface Queued {
  readonly letters: readonly NewLetter[];
  readonly events: readonly NewEvent[];
}

const kindOf: Readonly<Record<TriageLetter, LetterKind>> = {
  acknowledgement: 'acknowledgement',
  bare: 'acknowledgement',
  'request-number': 'request-number',
  period: 'period',
  neutral: 'neutral',
};

export function newLetter(
  house: House,
  now: Date,
  kind: LetterKind,
  to: string,
  onceKey: string,
  data: NewLetter['data'],
): NewLetter {
  const at = earliest(house.calendar, gateHours(house, kind), now);
  return { kind, to, onceKey, notBefore: at?.toISOString() ?? null, data };
}

/** The one automatic letter that answers a message, or the event that says why there is none (spec 5.2). */
export function customerLetter(
  findings: Findings,
  house: House,
  now: Date,
  letter: TriageLetter,
  result: NumberResult,
  known: boolean,
): Queued {
  if (findings.message.quiet) return withheld('taken in with --received-at: no automatic letter');
  const to = recipient(findings, findings.contract);
  const why = whyWithheld({
    to,
    automatic: findings.form !== null || findings.screening.mayAnswer ? null : findings.screening.whyNot,
    authentication: findings.authentication.verdict,
    sent: findings.sentTo(to ?? ''),
    undeliverable: to !== null && findings.undeliverable.includes(to),
    repeat: findings.repeatOf !== null && !findings.repeatOf.quiet,
  });
  if (why !== null || to === null) return withheld(why ?? 'nobody to write to');
  const kind = kindOf[letter];
  const read = result === 'unknown' && letter === 'request-number' ? findings.reading.value : null;
  const key = read === null ? `${kind}:{ticket}` : `${kind}:{ticket}:${read}`;
  return {
    letters: [
      newLetter(house, now, kind, to, key, {
        result,
        bare: letter === 'bare',
        notAtStart: findings.reading.decision === 'not-at-start',
        read,
        remind: known || findings.authentication.verdict === 'pass',
      }),
    ],
    events: [],
  };
}

/** One plain mail to each member of staff; it may leave at any time (spec 5.1). */
export function notifications(
  findings: Findings,
  house: House,
  now: Date,
  event: string,
): readonly NewLetter[] {
  if (findings.message.quiet) return [];
  return staffLetters(house, now, event, `${event}:${findings.message.id}`, {});
}

export function staffLetters(
  house: House,
  now: Date,
  event: string,
  key: string,
  data: NewLetter['data'],
): readonly NewLetter[] {
  return house.staff.map(({ address }) =>
    newLetter(house, now, 'notification', address, `notification:${key}:${address}`, { ...data, event }),
  );
}

function withheld(reason: string): Queued {
  return { letters: [], events: [{ kind: 'letter-withheld', actor: 'system', reason }] };
}

/** From, or a Reply-To that is registered on the contract in question (spec 5.2, threat 36). */
function recipient(findings: Findings, contract: Contract | null): string | null {
  const replyTo = findings.form === null ? findings.letter.replyTo[0] : undefined;
  if (replyTo !== undefined && contract !== null && registeredContact(contract, replyTo.address) !== null) {
    return replyTo.address;
  }
  return findings.sender?.address ?? null;
}
