/** One message, one decision: from everything that was found to what is written. Pure; no row is touched here. */
import { dayOf } from '../calendar/jst.ts';
import { type Contract, registeredContact } from '../inquiry/contract.ts';
import { type NumberResult, numberResult, type Triage, triage } from '../inquiry/triage.ts';
import type { Outcome, Participant, Ticket, TicketState } from '../ticket/ticket.ts';
import type { House } from './house.ts';
import type { Findings } from './look-up.ts';
import type { Decision, MessageFacts, NewEvent, TicketChange } from './ports.ts';
import { customerLetter, notifications, staffLetters } from './queueing.ts';
import { numberPlace, remarksOf } from './remarks.ts';

/** Own text kept beside the message for people; the whole text stays in the raw bytes. */
const factsTextCharsMax = 20_000;

export function decide(findings: Findings, house: House, now: Date): Decision {
  const { screening, belonging } = findings;
  if (unreadable(findings)) return quarantine(findings, house, now);
  if (screening.kind === 'bounce') return bounced(findings, house, now);
  if (findings.returned) return ignored(findings, now, 'own-mail');
  if (findings.form === null) {
    if (screening.kind === 'report' || screening.kind === 'auto-reply') {
      return ignored(findings, now, screening.kind);
    }
    if (screening.kind === 'bulk' && findings.contract === null) return ignored(findings, now, 'bulk');
  }
  switch (belonging.kind) {
    case 'new':
      return opened(findings, house, now, belonging.linkedTo);
    case 'doubtful':
      return doubtful(findings, house, now, belonging.ticket, belonging.reason);
    case 'continues':
    case 'reopens':
      return continued(findings, house, now, belonging.ticket);
  }
}

/** Whether the sender is registered on the contract in question; where there is none, on any (spec 1). */
function isKnown(findings: Findings, contract: Contract | null): boolean {
  if (findings.sender === null || findings.authentication.verdict === 'fail') return false;
  return contract === null
    ? findings.registeredOn.length > 0
    : registeredContact(contract, findings.sender.address) !== null;
}

interface Verdict extends Triage {
  readonly result: NumberResult;
  readonly known: boolean;
  readonly number: string | null;
}

/** Spec 3.2 and 3.6 for a message, on the day its ticket was received. */
function judge(findings: Findings, openedAt: string, inherited: string | null): Verdict {
  const { reading } = findings;
  const contract = findings.inherited ?? findings.contract;
  const known = isKnown(findings, contract);
  const counts = reading.decision !== 'not-at-start' || (contract !== null && known);
  const decision = findings.inherited !== null ? 'accepted' : counts ? reading.decision : 'missing';
  const { result } = numberResult({ ...reading, decision }, contract, dayOf(new Date(openedAt)));
  const told = triage(result, known);
  const number = counts && contract !== null ? contract.number : inherited;
  const wordless = findings.letter.notes.some((note) =>
    ['html-unreadable', 'encrypted-body', 'no-text', 'charset-unclean', 'raw-text'].includes(note.kind),
  );
  const formChanged = (findings.form?.missing.length ?? 0) > 0;
  const automatic = findings.form === null && findings.screening.strength === 'weak';
  const person =
    told.outcome === 'held' &&
    (findings.limit !== null || wordless || automatic || findings.sender === null || formChanged);
  if (!person) return { ...told, result, known, number };
  return { outcome: 'review', letter: known ? 'bare' : 'neutral', result, known, number };
}

const stateOf: Readonly<Record<Triage['outcome'], TicketState>> = {
  'ticket-opened': 'open',
  held: 'awaiting-number',
  review: 'review',
};

function opened(findings: Findings, house: House, now: Date, linkedTo: Ticket | null): Decision {
  const { message, letter, form } = findings;
  const verdict = judge(findings, message.receivedAt, null);
  const queued = customerLetter(findings, house, now, verdict.letter, verdict.result, verdict.known);
  const event = verdict.outcome === 'held' ? null : verdict.outcome === 'review' ? 'review' : 'new';
  return {
    ...base(findings, now, verdict.outcome, reasonOf(findings, verdict), verdict.result),
    ticket: {
      kind: 'open',
      opening: {
        state: stateOf[verdict.outcome],
        channel: form === null ? 'mail' : 'form',
        number: verdict.number,
        verified: verdict.known && verdict.result === 'valid',
        subject: letter.subject,
        openedAt: message.receivedAt,
        openedOn: dayOf(new Date(message.receivedAt)),
        linkedTo: linkedTo?.id ?? null,
        repeatOf: findings.repeatOf?.ticketId ?? null,
        participants: participants(findings, house, 'author'),
      },
    },
    letters: [...queued.letters, ...(event === null ? [] : notifications(findings, house, now, event))],
    events: [...explain(findings), ...queued.events],
  };
}

function continued(findings: Findings, house: House, now: Date, ticket: Ticket): Decision {
  const reopens = findings.belonging.kind === 'reopens';
  const add = joined(ticket, participants(findings, house, 'author'));
  if (findings.fromStaff) {
    return attach(findings, now, ticket, 'ticket-continued', 'note from staff', {}, []);
  }
  if (findings.form === null && findings.screening.strength === 'weak') {
    const letters = notifications(findings, house, now, 'follow-up');
    return attach(findings, now, ticket, 'ticket-continued', 'probably automatic', {}, letters);
  }
  const wasWaiting = ticket.state === 'awaiting-number' || (reopens && ticket.number === null);
  if (wasWaiting && findings.reading.decision !== 'missing')
    return numberArrived(findings, house, now, ticket);
  const letters = wasWaiting ? [] : notifications(findings, house, now, reopens ? 'reopened' : 'follow-up');
  const state: TicketState | undefined = wasWaiting
    ? reopens
      ? 'awaiting-number'
      : undefined
    : reopens || ticket.state === 'answered'
      ? 'open'
      : undefined;
  const reason = wasWaiting ? 'still waits for its number' : findings.belonging.reason;
  const change = { participants: add, ...(state === undefined ? {} : { state, closedAt: null }) };
  return attach(findings, now, ticket, 'ticket-continued', reason, change, letters);
}

/** The answer to our request: the held ticket opens with its original time of receipt (spec 4). */
function numberArrived(findings: Findings, house: House, now: Date, ticket: Ticket): Decision {
  const verdict = judge(findings, ticket.openedAt, ticket.number);
  const queued = customerLetter(findings, house, now, verdict.letter, verdict.result, verdict.known);
  const settled = verdict.outcome !== 'held';
  const waiting = findings.ticketMessages.filter((one) => one.outcome === 'held');
  const letters = settled
    ? notifications(findings, house, now, verdict.outcome === 'review' ? 'review' : 'new')
    : [];
  const decision = attach(
    findings,
    now,
    ticket,
    'ticket-continued',
    reasonOf(findings, verdict),
    {
      state: stateOf[verdict.outcome],
      closedAt: null,
      number: verdict.number,
      verified: verdict.known && verdict.result === 'valid',
      participants: joined(ticket, participants(findings, house, 'author')),
    },
    [...queued.letters, ...letters],
    verdict.result,
  );
  return {
    ...decision,
    events: [...decision.events, ...queued.events],
    earlier: settled
      ? waiting.map(({ id }) => ({ id, outcome: verdict.outcome, reason: reasonOf(findings, verdict) }))
      : [],
  };
}

/** By a mark from outside, or with another contract's number: attached, a person decides, nothing automatic (spec 4). */
function doubtful(findings: Findings, house: House, now: Date, ticket: Ticket, reason: string): Decision {
  const role = reason === 'stranger' ? 'stranger' : 'author';
  const change: Partial<TicketChange> = { participants: joined(ticket, participants(findings, house, role)) };
  const letters = notifications(findings, house, now, 'review');
  return attach(findings, now, ticket, 'review', reason, change, letters);
}

function ignored(findings: Findings, now: Date, reason: string): Decision {
  const { belonging, ours } = findings;
  const ticketId = 'ticket' in belonging ? belonging.ticket.id : (ours?.ticketId ?? null);
  return {
    ...base(findings, now, 'ignored', reason, null),
    ticket: ticketId === null ? { kind: 'none' } : { kind: 'attach', id: ticketId },
    events: [
      { kind: 'message', actor: 'system', reason: `${reason}: ${findings.screening.reasons.join('; ')}` },
    ],
  };
}

/** Only a mark of ours proves which letter bounced; without one the report is recorded and nothing else (spec 5.4). */
function bounced(findings: Findings, house: House, now: Date): Decision {
  const { ours, letter } = findings;
  if (ours === null)
    return { ...base(findings, now, 'bounce-recorded', 'unmatched', null), ticket: { kind: 'none' } };
  const recipients = letter.report?.recipients ?? [];
  const permanent = recipients.some((one) => one.action === 'failed' && !one.status.startsWith('4'));
  const status = recipients.map((one) => `${one.status} ${one.diagnostic}`.trim()).join('; ');
  const words = `mail to ${ours.to} was returned (${permanent ? 'for good' : 'not yet for good'}): ${status || 'no status given'}`;
  return {
    ...base(findings, now, 'bounce-recorded', permanent ? 'permanent' : 'temporary', null),
    ticket: ours.ticketId === null ? { kind: 'none' } : { kind: 'attach', id: ours.ticketId },
    bounce: { outboxId: ours.id, address: ours.to, permanent },
    letters: permanent && ours.kind !== 'notification' ? notifications(findings, house, now, 'bounce') : [],
    events: [{ kind: 'bounce', actor: 'system', reason: words }],
  };
}

/** Nothing to answer and nobody to answer: the bytes stay, a person looks (spec 2). */
function unreadable({ letter, limit }: Findings): boolean {
  const empty = letter.text.trim() === '' && letter.subject === '' && letter.attachments.length === 0;
  return limit === null && letter.from === null && empty;
}

function quarantine(findings: Findings, house: House, now: Date): Decision {
  return quarantined(findings.message, house, now, 'nothing readable');
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

/** Who takes part already, and who joins; a stranger whom the customer copies later takes part. */
function joined(ticket: Ticket, added: readonly Participant[]): readonly Participant[] {
  const known = new Map(ticket.participants.map((one) => [one.address, one]));
  for (const one of added) {
    const before = known.get(one.address);
    if (before === undefined || (before.role === 'copied' && one.role === 'author'))
      known.set(one.address, one);
  }
  return [...known.values()];
}

function attach(
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

function base(
  findings: Findings,
  now: Date,
  outcome: Outcome,
  reason: string,
  result: NumberResult | null,
): Decision {
  const { id, token } = findings.message;
  return {
    at: now.toISOString(),
    received: { id, token, outcome, reason, facts: factsOf(findings, result), duplicateOf: null },
    ticket: { kind: 'none' },
    earlier: [],
    letters: [],
    events: [],
    bounce: null,
  };
}

/** The short reason of an outcome: the result of the registry, and what else turned the decision. */
function reasonOf(findings: Findings, verdict: Verdict): string {
  const turns = [
    verdict.result === 'valid' && !verdict.known ? 'unverified' : '',
    findings.reading.decision === 'not-at-start' ? 'not-at-start' : '',
    findings.limit === null ? '' : `limit ${findings.limit}`,
    findings.repeatOf === null ? '' : '重複?',
  ].filter((one) => one !== '');
  return turns.length === 0 ? verdict.result : `${verdict.result} (${turns.join(', ')})`;
}

function explain(findings: Findings): readonly NewEvent[] {
  const lines = [findings.reading.reason, ...findings.screening.reasons];
  return [{ kind: 'message', actor: 'customer', reason: lines.join(' ') }];
}

function factsOf(findings: Findings, result: NumberResult | null): MessageFacts {
  const { letter, sender, form } = findings;
  const replyTo = letter.replyTo[0]?.address ?? null;
  return {
    kind: findings.returned ? 'own' : findings.screening.kind,
    from: sender?.address ?? null,
    fromName: sender?.name ?? '',
    subject: letter.subject,
    number: findings.reading.value,
    textDigest: findings.textDigest,
    encrypted: letter.attachments.some((one) => one.encrypted),
    attachments: letter.attachments.map(({ name, bytes, encrypted }) => ({ name, bytes, encrypted })),
    authentication: findings.authentication.verdict,
    text: (form?.text ?? letter.body.own).slice(0, factsTextCharsMax),
    result,
    numberReason: findings.reading.reason,
    numberPlace: numberPlace(findings.reading),
    remarks: remarksOf(findings),
    to: letter.to.map((one) => one.address),
    cc: letter.cc.map((one) => one.address),
    replyTo: replyTo === letter.from?.address ? null : replyTo,
  };
}

/** The author, and the customer's own people who stood in To and Cc; never our addresses or staff. */
function participants(findings: Findings, house: House, role: 'author' | 'stranger'): readonly Participant[] {
  const { sender, letter, form } = findings;
  if (sender === null || findings.fromStaff) return [];
  const ours = [...house.addresses, ...house.staff.map((one) => one.address), house.from.address];
  const author: Participant = { address: sender.address, name: sender.name, role };
  if (role === 'stranger' || form !== null) return [author];
  const copied = [...letter.to, ...letter.cc].filter(
    (one) =>
      one.address !== sender.address &&
      !ours.includes(one.address.replace(/\+[^@]*@/, '@')) &&
      !ours.includes(one.address),
  );
  return [
    author,
    ...copied.map((one): Participant => ({ address: one.address, name: one.name, role: 'copied' })),
  ];
}
