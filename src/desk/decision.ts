/** The parts every decision is put together from. Pure. */
import type { Letter } from '../inquiry/letter.ts';
import type { NumberResult } from '../inquiry/triage.ts';
import type { Outcome, Ticket } from '../ticket/ticket.ts';
import type { House } from './house.ts';
import type { Findings } from './look-up.ts';
import type { FaxFacts } from './message-facts.ts';
import type { Decision, MessageFacts, NewEvent, TicketChange } from './ports.ts';
import { staffLetters } from './queueing.ts';
import type { FaxArrival } from './read-fax.ts';
import { numberPlace, remarksOf } from './remarks.ts';

/** Own text kept beside the message for people; the whole text stays in the raw bytes. */
const factsTextCharsMax = 20_000;
/** A reseller may be registered on hundreds. */
const registrationsMax = 10;

/** An outcome and nothing else: no ticket, no letters, no events. */
export function base(
  findings: Findings,
  now: Date,
  outcome: Outcome,
  reason: string,
  result: NumberResult | null,
): Decision {
  const { id, token } = findings.message;
  return {
    at: now.toISOString(),
    received: {
      ...{ id, token, outcome, reason, duplicateOf: null },
      facts: factsOf(findings, result),
      fax: findings.fax?.document,
    },
    ticket: { kind: 'none' },
    earlier: [],
    letters: [],
    events: [],
    bounce: null,
  };
}

/** The message goes to a ticket there is, and changes it. */
export function attach(
  findings: Findings,
  now: Date,
  ticket: Ticket,
  outcome: Outcome,
  reason: string,
  change: Partial<TicketChange>,
  letters: Decision['letters'],
  result: NumberResult | null = null,
): Decision {
  return {
    ...base(findings, now, outcome, reason, result),
    ticket: { kind: 'change', change: { ...change, id: ticket.id, version: ticket.version } },
    letters,
    events: explain(findings),
  };
}

export function explain(findings: Findings): readonly NewEvent[] {
  const lines = [findings.reading.reason, ...findings.screening.reasons];
  return [{ kind: 'message', actor: 'customer', reason: lines.join(' ') }];
}

/** A message nobody can read, or one that killed its reader three times: raw bytes kept, staff told. */
export function quarantined(message: Findings['message'], house: House, now: Date, reason: string): Decision {
  return {
    at: now.toISOString(),
    received: {
      id: message.id,
      token: message.token,
      outcome: 'quarantined',
      reason,
      facts: null,
      duplicateOf: null,
    },
    ticket: { kind: 'none' },
    earlier: [],
    letters: message.quiet
      ? []
      : staffLetters(house, now, 'quarantined', `quarantined:${message.id}`, { reason }),
    events: [{ kind: 'quarantined', actor: 'system', reason }],
    bounce: null,
  };
}

function factsOf(findings: Findings, result: NumberResult | null): MessageFacts {
  const { letter, sender, form, fax } = findings;
  // Of a fax everything but the pages is the gateway's.
  const replyTo = fax === null ? (letter.replyTo[0]?.address ?? null) : null;
  const addresses = (of: Letter['to']) => (fax === null ? of.map((one) => one.address) : []);
  return {
    kind: fax !== null ? 'inquiry' : findings.returned ? 'own' : findings.screening.kind,
    from: sender?.address ?? null,
    fromName: sender?.name ?? '',
    subject: subjectOf(findings),
    number: findings.reading.value,
    textDigest: findings.textDigest,
    // A locked fax is resent, no password follows it.
    encrypted: fax === null && letter.attachments.some((one) => one.encrypted),
    attachments: letter.attachments.map(({ name, bytes, encrypted }) => ({ name, bytes, encrypted })),
    authentication: findings.authentication.verdict,
    authenticationBy: findings.authentication.by,
    authenticationDetail: findings.authentication.detail,
    text: (fax?.document.text ?? form?.text ?? letter.body.own).slice(0, factsTextCharsMax),
    result,
    numberReason: findings.reading.reason,
    numberPlace: numberPlace(findings.reading, fax !== null),
    remarks: remarksOf(findings),
    to: addresses(letter.to),
    cc: addresses(letter.cc),
    replyTo: replyTo === letter.from?.address ? null : replyTo,
    ...(fax === null ? {} : { fax: faxFacts(findings, fax) }),
    grounds: {
      numberWhere: findings.reading.where,
      numberDecision: findings.reading.decision,
      thread: findings.belonging.reason,
      registeredOn: findings.registeredOn.slice(0, registrationsMax).map((one) => one.number),
      screening: findings.screening.reasons,
      limit: findings.limit,
    },
  };
}

/** A fax is named by its pages, and by what it gives as its subject. */
export function subjectOf({ letter, fax }: Findings): string {
  if (fax === null) return letter.subject;
  const { subject, pages, unread } = fax.document;
  return `FAX(${pages.length + unread}枚) ${subject}`.trim();
}

function faxFacts({ authentication, reading }: Findings, { call, document }: FaxArrival): FaxFacts {
  const { header, pages, unread, number } = document;
  return {
    gateway: call.gateway,
    caller: authentication.verdict === 'fail' ? null : call.caller,
    claimed: call.claimed,
    header,
    pages: pages.map(({ outcome }) => outcome),
    unread,
    decision: reading.decision,
    candidates: number.candidates,
  };
}
