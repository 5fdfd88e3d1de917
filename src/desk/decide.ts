/** One message, one decision: from everything that was found to what is written. Pure; no row is touched here. */
import { dayOf } from '../calendar/jst.ts';
import type { Triage } from '../inquiry/triage.ts';
import type { Ticket, TicketState } from '../ticket/ticket.ts';
import { heldByCustomer } from './answer-fate.ts';
import { bounced } from './bounced.ts';
import { attach, base, explain, quarantined, subjectOf } from './decision.ts';
import { faxReported } from './fax-reported.ts';
import type { House } from './house.ts';
import { byStaff, probablyAutomatic } from './last-word.ts';
import type { Findings } from './look-up.ts';
import { joined, participantsOf } from './participants.ts';
import type { Decision, TicketChange } from './ports.ts';
import { customerLetter, notifications } from './queueing.ts';
import { decideStaff } from './staff-decide.ts';
import { staffNote } from './staff-mail.ts';
import type { StaffMember } from './staff-reply.ts';
import { isMachine, isPartial, judge, reasonOf } from './verdict.ts';

export function decide(findings: Findings, house: House, now: Date): Decision {
  const { screening, belonging } = findings;
  if (unreadable(findings)) return quarantined(findings.message, house, now, 'nothing readable');
  if (findings.faxReport !== null) return faxReported(findings, findings.faxReport, house, now);
  if (screening.kind === 'bounce' && findings.fax === null) return bounced(findings, house, now);
  if (findings.returned) return ignored(findings, now, 'own-mail');
  if (findings.channel === 'mail' && !findings.gateway) {
    if (screening.kind === 'report' || screening.kind === 'auto-reply') {
      return ignored(findings, now, screening.kind);
    }
    // What a customer we know sends through a list is no newsletter, whatever it looks like.
    const inquires =
      findings.contract !== null || belonging.kind !== 'new' || findings.registeredOn.length > 0;
    if (screening.kind === 'bulk' && !inquires) return ignored(findings, now, 'bulk');
  }
  const { staffReply } = findings;
  if (staffReply !== null)
    return staffReply.ticket === null
      ? astray(findings, staffReply.author, house, now)
      : decideStaff(findings, staffReply, house, now);
  if (findings.forwarded.length > 0) return forwarded(findings, now);
  if (findings.blocked !== null && !findings.fromStaff)
    return ignored(findings, now, `blocked: ${findings.blocked}`);
  return holding(fromCustomer(findings, house, now), findings, house, now);
}

function fromCustomer(findings: Findings, house: House, now: Date): Decision {
  const { belonging } = findings;
  switch (belonging.kind) {
    case 'new':
      return opened(findings, house, now, belonging.linkedTo);
    case 'doubtful':
      return doubtful(findings, house, now, belonging.ticket, belonging.reason);
    case 'continues':
    case 'reopens':
      if (isPartial(findings))
        return doubtful(findings, house, now, belonging.ticket, `limit ${findings.limit}`);
      return continued(findings, house, now, belonging.ticket);
  }
}

/** The customer writes first: no answer leaves that was written without it (spec 5.3). */
function holding(decision: Decision, findings: Findings, house: House, now: Date): Decision {
  const { outcome, reason } = decision.received;
  const writes =
    (outcome === 'ticket-continued' || outcome === 'review') && decision.ticket.kind === 'change';
  if (!writes || reason === probablyAutomatic || reason === 'stranger') return decision;
  const held = heldByCustomer(findings.ticketLetters, house, now);
  return { ...decision, stops: held.stops, letters: [...decision.letters, ...held.letters] };
}

/** Nothing to answer and nobody to answer: the bytes stay, a person looks (spec 2). */
function unreadable({ letter, limit }: Findings): boolean {
  const empty = letter.text.trim() === '' && letter.subject === '' && letter.attachments.length === 0;
  return limit === null && letter.from === null && empty;
}

const stateOf: Readonly<Record<Triage['outcome'], TicketState>> = {
  'ticket-opened': 'open',
  held: 'awaiting-number',
  review: 'review',
};
/** What staff are told of an outcome; see `notification-facts.ts`. */
const eventOf = { 'ticket-opened': 'new', held: 'held', review: 'review' } as const;

function opened(findings: Findings, house: House, now: Date, linkedTo: Ticket | null): Decision {
  const { message, channel } = findings;
  const verdict = judge(findings, message.receivedAt, null);
  const queued = customerLetter(findings, house, now, verdict, findings.repeat.answered);
  return {
    ...base(findings, now, verdict.outcome, reasonOf(findings, verdict), verdict.result),
    ticket: {
      kind: 'open',
      opening: {
        state: stateOf[verdict.outcome],
        channel,
        number: verdict.number,
        verified: verdict.known && verdict.result === 'valid',
        subject: subjectOf(findings),
        openedAt: message.receivedAt,
        openedOn: dayOf(new Date(message.receivedAt)),
        linkedTo: linkedTo?.id ?? null,
        repeatOf: findings.repeat.of?.ticketId ?? null,
        participants: participantsOf(findings, house, 'author'),
      },
    },
    letters: [
      ...queued.letters,
      ...notifications(findings, house, now, eventOf[verdict.outcome], queued.withheld),
    ],
    events: [...explain(findings), ...queued.events],
  };
}

function continued(findings: Findings, house: House, now: Date, ticket: Ticket): Decision {
  const { belonging, reading } = findings;
  const reopens = belonging.kind === 'reopens';
  const waits = ticket.state === 'awaiting-number' || (reopens && ticket.number === null);
  // Staff may have answered, or asked for the number themselves, before there was one.
  const lacks = waits || (ticket.number === null && (ticket.state === 'open' || ticket.state === 'answered'));
  const machine = isMachine(findings);
  // A machine's word is enough for a number that fits, which the registry proves, and for nothing else.
  if (lacks && (machine || !waits ? reading.decision === 'accepted' : reading.decision !== 'missing'))
    return numberArrived(findings, house, now, ticket);
  const event = reopens ? 'reopened' : 'follow-up';
  if (machine) {
    const letters = notifications(findings, house, now, 'follow-up');
    return attach(findings, now, ticket, 'ticket-continued', probablyAutomatic, {}, letters);
  }
  const state: TicketState | undefined = waits
    ? 'awaiting-number'
    : reopens || ticket.state === 'answered'
      ? 'open'
      : undefined;
  const change: Partial<TicketChange> = {
    participants: joined(ticket, participantsOf(findings, house, 'author')),
    ...(state === undefined ? {} : { state, closedAt: null }),
  };
  const reason = waits ? 'still waits for its number' : belonging.reason;
  const letters = notifications(findings, house, now, waits && !reopens ? 'held' : event);
  return attach(findings, now, ticket, 'ticket-continued', reason, change, letters);
}

/** The answer to our request: the held ticket opens with its original time of receipt (spec 4). */
function numberArrived(findings: Findings, house: House, now: Date, ticket: Ticket): Decision {
  const verdict = judge(findings, ticket.openedAt, ticket.number);
  const queued = customerLetter(findings, house, now, verdict, false);
  const reason = reasonOf(findings, verdict);
  const decision = attach(
    findings,
    now,
    ticket,
    'ticket-continued',
    reason,
    {
      state: stateOf[verdict.outcome],
      closedAt: null,
      number: verdict.number,
      verified: verdict.known && verdict.result === 'valid',
      participants: joined(ticket, participantsOf(findings, house, 'author')),
    },
    [...queued.letters, ...notifications(findings, house, now, eventOf[verdict.outcome], queued.withheld)],
    verdict.result,
  );
  const waiting = findings.ticketMessages.filter((one) => one.outcome === 'held');
  return {
    ...decision,
    events: [...decision.events, ...queued.events],
    earlier:
      verdict.outcome === 'held' ? [] : waiting.map(({ id }) => ({ id, outcome: verdict.outcome, reason })),
  };
}

/**
 * By a mark from outside, or with another contract's number: attached, a person decides, nothing automatic
 * (spec 4). The ticket stands among those to look at; one that waits for its number goes on waiting.
 */
function doubtful(findings: Findings, house: House, now: Date, ticket: Ticket, reason: string): Decision {
  const role = reason === 'stranger' ? 'stranger' : 'author';
  const state: TicketState | undefined =
    ticket.state === 'rejected'
      ? undefined
      : ticket.number !== null
        ? 'review'
        : ticket.state === 'closed'
          ? 'awaiting-number'
          : undefined;
  const change: Partial<TicketChange> = {
    participants: joined(ticket, participantsOf(findings, house, role)),
    ...(state === undefined ? {} : { state, closedAt: null }),
  };
  const letters = notifications(findings, house, now, 'review');
  return attach(findings, now, ticket, 'review', reason, change, letters);
}

/** A reply to the morning's list can be about anything in it: nothing is done, and its author hears so. */
function astray(findings: Findings, author: StaffMember, house: House, now: Date): Decision {
  const plain = base(findings, now, 'ignored', 'staff reply about no ticket', null);
  const remarks = ['どの受付についてか分かりません。受付ごとの通知に返信してください。'];
  const key = String(findings.message.id);
  const automatic = findings.screening.strength !== 'none' || findings.message.quiet;
  return {
    ...plain,
    letters: automatic
      ? []
      : [staffNote(house, now, author.address, key, { what: 'refused', remarks, echo: true })],
    events: [{ kind: 'staff-message', actor: author.name, reason: 'about no ticket' }],
  };
}

/** The customers' mails inside are taken in with this decision and go their own ways; staff get no letter for it. */
function forwarded(findings: Findings, now: Date): Decision {
  const plain = base(findings, now, 'ignored', 'forwarded by staff', null);
  const { facts } = plain.received;
  const count = findings.forwarded.length;
  return {
    ...plain,
    received: { ...plain.received, facts: facts === null ? null : { ...facts, kind: byStaff } },
    takes: findings.forwarded,
    events: [{ kind: 'forwarded', actor: findings.sender?.name ?? 'staff', reason: `${count} attached` }],
  };
}

/** Kept, and shown where it belongs, but nobody has to act on it. */
function ignored(findings: Findings, now: Date, reason: string): Decision {
  const { belonging, ours } = findings;
  const ticketId = 'ticket' in belonging ? belonging.ticket.id : (ours?.ticketId ?? null);
  const words = [reason, findings.screening.reasons.join('; ')].filter((one) => one !== '').join(': ');
  return {
    ...base(findings, now, 'ignored', reason, null),
    ticket: ticketId === null ? { kind: 'none' } : { kind: 'attach', id: ticketId },
    events: [{ kind: 'message', actor: 'system', reason: words }],
  };
}
