/** The letters a decision queues: who gets them, whether they may go at all, and when they may leave at the earliest. Pure. */
import { earliest } from '../calendar/reception-hours.ts';
import { type Contract, registeredContact } from '../inquiry/contract.ts';
import type { TriageLetter } from '../inquiry/triage.ts';
import { type Withheld, whyWithheld } from '../reply/withhold.ts';
import { isStaffMail, type LetterKind } from '../ticket/ticket.ts';
import { gateHours, type House } from './house.ts';
import type { Findings } from './look-up.ts';
import type { NewEvent, NewLetter } from './ports.ts';
import { isMachine, isSuspected, type Verdict } from './verdict.ts';

export interface Queued {
  readonly letters: readonly NewLetter[];
  readonly events: readonly NewEvent[];
  /** Why there is no letter; staff are told. */
  readonly withheld: Withheld['kind'] | null;
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
  verdict: Verdict,
  repeat: boolean,
): Queued {
  const { channel, screening, authentication, reading } = findings;
  if (findings.message.quiet)
    return withheld(
      'taken in afterwards (--received-at, or mail from before a restore): no automatic letter',
      null,
    );
  if (channel === 'phone') return withheld('taken by telephone: nothing goes out by itself', null);
  const mail = recipient(findings, findings.inherited ?? findings.contract);
  const fax = mail === null ? findings.faxBack : null;
  const to = mail ?? fax?.address ?? null;
  if (channel === 'fax' && !verdict.known)
    return withheld(
      'a fax from a number that is not registered: nothing goes out by itself',
      'unregistered-fax',
    );
  const why = whyWithheld({
    to,
    automatic: isMachine(findings) ? (screening.whyNot ?? 'mail of a fax gateway') : null,
    authentication: authentication.verdict,
    sent: findings.sentTo(to ?? ''),
    strangers: verdict.known ? null : findings.strangers,
    ofTicket: findings.ticketLetters.filter(({ kind }) => !isStaffMail(kind) && kind !== 'answer').length,
    undeliverable: to !== null && findings.undeliverable.includes(to),
    repeat,
  });
  if (why !== null) return { ...withheld(why.reason, why.kind), letters: alarm(house, now, why) };
  // On a page that lies in a shared tray nothing is said of a contract.
  const kind = fax !== null && verdict.letter === 'period' ? 'acknowledgement' : kindOf[verdict.letter];
  const resend = fax !== null && verdict.result === 'uncertain';
  const read = verdict.result === 'unknown' && verdict.letter === 'request-number' ? reading.value : null;
  const key = resend
    ? 'fax-resend:{ticket}'
    : read === null
      ? `${kind}:{ticket}`
      : `${kind}:{ticket}:${read}`;
  const letter = newLetter(house, now, kind, to!, key, {
    result: verdict.result,
    bare: verdict.letter === 'bare',
    notAtStart: reading.decision === 'not-at-start',
    read,
    // What a form server proves about itself proves nothing about the customer it names.
    remind: fax === null && (verdict.known || (channel === 'mail' && authentication.verdict === 'pass')),
    ...(fax === null ? {} : { fax: fax.number, resend }),
  });
  return { letters: [letter], events: [], withheld: null };
}

/** A cap that is reached may be a loop or somebody who guesses: staff hear of it once an hour. */
function alarm(house: House, now: Date, { kind, reason }: Withheld): readonly NewLetter[] {
  const hour = now.toISOString().slice(0, 13);
  return kind === 'cap' ? staffLetters(house, now, 'alarm', `alarm:${hour}`, { reason }) : [];
}

/**
 * One plain mail to each member of staff; it may leave at any time (spec 5.1). A new ticket that waits for its number, and what
 * is suspected, stand in the morning list alone.
 */
export function notifications(
  findings: Findings,
  house: House,
  now: Date,
  event: string,
  unanswered: Withheld['kind'] | null = null,
): readonly NewLetter[] {
  // Who answers our request without a number needs a person: that is told at once.
  const waits = event === 'held' && findings.belonging.kind === 'new';
  const listed = house.digest !== null && (waits || isSuspected(findings));
  // Of strangers beyond a cap the alarm tells; a mail for each of a thousand guesses would be the attack itself.
  const flooding = unanswered === 'cap' && findings.registeredOn.length === 0;
  if (findings.message.quiet || listed || flooding) return [];
  return staffLetters(house, now, event, `${event}:${findings.message.id}`, { unanswered });
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

function withheld(reason: string, kind: Withheld['kind'] | null): Queued {
  return { letters: [], events: [{ kind: 'letter-withheld', actor: 'system', reason }], withheld: kind };
}

/** From, or a Reply-To that is registered on the contract in question (spec 5.2, threat 36). */
function recipient(findings: Findings, contract: Contract | null): string | null {
  const replyTo = findings.channel === 'mail' ? findings.letter.replyTo[0] : undefined;
  if (replyTo !== undefined && contract !== null && registeredContact(contract, replyTo.address) !== null) {
    return replyTo.address;
  }
  return findings.sender?.address ?? null;
}
