/** `uketsuke why MESSAGE|REF`: the whole trail of decisions about a message or a ticket, in plain words. */
import { isoJst } from '../calendar/jst.ts';
import type { Source } from '../desk/accepted.ts';
import type { OutboxItem } from '../desk/ports.ts';
import { type Told, why } from '../desk/why.ts';
import type { Door } from './door.ts';

export async function tellWhy(door: Door, asked: string): Promise<void> {
  const found = await why(await door.desk(), asked);
  if (found === null)
    throw new Error(
      `why: there is nothing by the name ${asked}; give a reference (R-…), an id of a message, or a Message-ID`,
    );
  const { ticket } = found;
  const document = {
    ticket:
      ticket === null
        ? null
        : {
            ...{ ref: ticket.ref, state: ticket.state, number: ticket.number, verified: ticket.verified },
            mergedInto: found.mergedInto,
          },
    messages: found.messages.map(messageOf),
    letters: found.letters.map(letterOf),
    events: found.events.map((event) => ({ ...event, at: shown(event.at) })),
  };
  door.print(document, story(document));
}

const shown = (at: string) => isoJst(new Date(at));
const shownOrNull = (at: string | null) => (at === null ? null : shown(at));

function messageOf({ message, trail }: Told) {
  const { facts, source } = message;
  const grounds = facts?.grounds ?? null;
  return {
    id: message.id,
    messageId: message.messageId,
    receivedAt: shown(message.receivedAt),
    way: { kind: source.kind, name: source.name, peer: source.peer ?? null, place: trail.place },
    identity: message.contentKey,
    digest: trail.digest,
    bytes: trail.bytes,
    purgedAt: shownOrNull(trail.purgedAt),
    partial: trail.partial,
    kills: trail.kills,
    duplicateOf: trail.duplicateOf,
    duplicates: trail.duplicates,
    read:
      facts === null
        ? null
        : {
            kind: facts.kind,
            from: facts.from,
            subject: facts.subject,
            attachments: facts.attachments.length,
            limit: grounds?.limit ?? null,
            evidence: grounds?.screening ?? [],
            fax: facts.fax ?? null,
          },
    sender:
      facts === null
        ? null
        : {
            authentication: facts.authentication,
            by: facts.authenticationBy,
            detail: facts.authenticationDetail,
            registeredOn: grounds?.registeredOn ?? null,
          },
    number:
      facts === null
        ? null
        : {
            value: facts.number,
            where: grounds?.numberWhere ?? null,
            decision: grounds?.numberDecision ?? null,
            reason: facts.numberReason,
            registry: facts.result,
          },
    thread: grounds?.thread ?? null,
    outcome: message.outcome,
    reason: message.reason,
    decidedAt: shownOrNull(message.decidedAt),
  };
}

function letterOf(item: OutboxItem) {
  return {
    id: item.id,
    kind: item.kind,
    to: item.to,
    messageId: item.messageId,
    state: item.state,
    reason: item.reason,
    attempts: item.attempts,
    queuedAt: shown(item.createdAt),
    notBefore: shownOrNull(item.notBefore),
    attemptedAt: shownOrNull(item.attemptedAt),
    sentAt: shownOrNull(item.sentAt),
  };
}

interface Document {
  readonly ticket: {
    ref: string;
    state: string;
    number: string | null;
    verified: boolean;
    mergedInto: string | null;
  } | null;
  readonly messages: readonly ReturnType<typeof messageOf>[];
  readonly letters: readonly ReturnType<typeof letterOf>[];
  readonly events: readonly { at: string; actor: string; kind: string; reason: string }[];
}

function story({ ticket, messages, letters, events }: Document): string {
  const number =
    ticket?.number == null ? 'no number' : `${ticket.number}${ticket.verified ? '' : ' (unverified)'}`;
  return [
    ticket === null ? 'No ticket.' : `Ticket ${ticket.ref} is ${ticket.state}, ${number}.`,
    ...(ticket?.mergedInto == null
      ? []
      : [`It goes on in ${ticket.mergedInto}: its messages are there (uketsuke why ${ticket.mergedInto}).`]),
    ...messages.flatMap((one) => ['', ...steps(one)]),
    '',
    letters.length === 0 ? 'No letter was queued.' : 'Letters:',
    ...letters.map((one) => `  ${one.id}  ${one.kind} to ${one.to}: ${fate(one)}`),
    ...(events.length === 0 ? [] : ['', 'Events:']),
    ...events.map(({ at, actor, kind, reason }) => `  ${at}  ${actor}  ${kind}: ${reason}`),
  ].join('\n');
}

/** One line a step of the road, in the order of the road. */
function steps(message: ReturnType<typeof messageOf>): readonly string[] {
  const { read, sender, number } = message;
  const line = (step: string, words: string) => `  ${step.padEnd(9)} ${words}`;
  // What a directive names is no number of a sender, and staff are strangers to every ticket.
  const byStaff = read?.kind === 'staff';
  const came = `${message.receivedAt} ${wayOf(message.way)}`;
  return [
    `Message ${message.id}  ${message.messageId ?? '(without Message-ID)'}`,
    line('received', came),
    ...(message.way.place === null ? [] : [line('mailbox', placeOf(message.way.place))]),
    line(
      'kept',
      `${message.purgedAt === null ? `${message.bytes} bytes` : `no longer, deleted ${message.purgedAt} (retention)`}, SHA-256 ${message.digest}`,
    ),
    ...(message.partial === null ? [] : [line('', `only its headers were fetched: ${message.partial}`)]),
    ...(message.kills === 0 ? [] : [line('', `the reader died of it ${message.kills} times`)]),
    ...(message.duplicateOf === null
      ? []
      : [
          line(
            'same as',
            `message ${message.duplicateOf}: same Message-ID and content, so it is not read again`,
          ),
        ]),
    ...(message.duplicates.length === 0
      ? []
      : [line('again as', `${message.duplicates.map((id) => `message ${id}`).join(', ')} (duplicates)`)]),
    ...(read === null
      ? []
      : [
          line(
            'read',
            `${read.fax === null ? 'mail' : 'fax'}, ${read.kind}, from ${read.from ?? 'nobody'}: ${read.subject}`,
          ),
          ...(read.limit === null ? [] : [line('', `a limit of the reader was passed: ${read.limit}`)]),
          ...read.evidence.map((one) => line('', one)),
        ]),
    ...(sender === null ? [] : [line('sender', senderOf(sender))]),
    ...(byStaff
      ? [line('thread', 'a reply of staff to a mail of ours, with every proof')]
      : [
          ...(number === null ? [] : numberSteps(number)).map((words, at) =>
            line(at === 0 ? 'number' : '', words),
          ),
          ...(message.thread === null ? [] : [line('thread', message.thread)]),
        ]),
    line(
      'outcome',
      message.outcome === null
        ? 'waits to be read and decided'
        : `${message.outcome} (${message.reason}) at ${message.decidedAt}`,
    ),
  ];
}

const ways: Readonly<Record<Source['kind'], string>> = {
  imap: 'fetched from mailbox',
  smtp: 'by SMTP from',
  lmtp: 'by LMTP from',
  file: 'taken in from file',
  staff: 'noted by staff:',
};

function wayOf({ kind, name, peer }: ReturnType<typeof messageOf>['way']): string {
  const trusted = peer === null ? '' : peer.trusted ? ' (one of smtp.trustedPeers)' : ' (not a trusted peer)';
  return `${ways[kind]} ${name}${trusted}`;
}

function placeOf({ mailbox, uidValidity, uid, state }: NonNullable<Told['trail']['place']>): string {
  const became = { accepted: 'still to be moved', done: 'moved or marked as done', left: 'left where it is' };
  return `${mailbox}, UIDVALIDITY ${uidValidity}, UID ${uid}: ${became[state]}`;
}

function senderOf({
  authentication,
  detail,
  registeredOn,
}: NonNullable<ReturnType<typeof messageOf>['sender']>) {
  const proof = `authentication ${authentication}${detail === '' ? '' : ` (${detail})`}`;
  if (registeredOn === null) return proof;
  return `${proof}; ${registeredOn.length === 0 ? 'registered on no contract' : `registered on ${registeredOn.join(', ')}`}`;
}

function numberSteps(number: NonNullable<ReturnType<typeof messageOf>['number']>): readonly string[] {
  const { value, where, decision, reason, registry } = number;
  return [
    [value ?? 'none', where === null ? '' : `in the ${where}`, decision ?? '']
      .filter((one) => one !== '')
      .join(', '),
    ...(reason === null ? [] : [reason]),
    ...(registry === null ? [] : [`registry: ${registry}`]),
  ];
}

function fate(letter: ReturnType<typeof letterOf>): string {
  const why = letter.reason === null ? '' : ` (${letter.reason})`;
  switch (letter.state) {
    case 'sent':
      return `sent ${letter.sentAt} as ${letter.messageId}${why}`;
    case 'queued':
      return `queued, leaves ${letter.notBefore ?? 'when reception hours are known'}, ${letter.attempts} attempts so far${why}`;
    default:
      return `${letter.state}${letter.attemptedAt === null ? '' : `, last attempt ${letter.attemptedAt}`}${why}`;
  }
}
