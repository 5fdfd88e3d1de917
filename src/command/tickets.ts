/** `uketsuke tickets list|show`: what is open, and the whole story of one ticket (spec 8). */
import { isoJst } from '../calendar/jst.ts';
import type { SendingDesk } from '../desk/house.ts';
import type { TicketDetail } from '../desk/ports.ts';
import type { Ticket, TicketState } from '../ticket/ticket.ts';
import { type Door, UsageError } from './door.ts';
import { entryOf } from './outbox.ts';

const states: readonly TicketState[] = [
  'awaiting-number',
  'review',
  'open',
  'answered',
  'closed',
  'rejected',
];

export async function ticketsList(door: Door, options: { readonly state?: string }): Promise<void> {
  const state = stateNamed(options.state);
  const desk = await door.desk();
  const tickets = await desk.store.tickets.list(state === undefined ? {} : { state });
  const lines = tickets.map(
    (one) =>
      `${one.ref}  ${one.state.padEnd(15)} ${one.number ?? '-'}  ${isoJst(new Date(one.openedAt))}  ${one.subject}`,
  );
  const documents = [];
  for (const { ref } of door.json ? tickets : []) documents.push(await documentOf(desk, ref, door.now()));
  door.print(documents, tickets.length === 0 ? 'No tickets.' : lines.join('\n'));
}

/** @throws UsageError for a word that is no state. */
export function stateNamed(text: string | undefined): TicketState | undefined {
  const state = states.find((one) => one === text);
  if (text !== undefined && state === undefined)
    throw new UsageError(`--state: "${text}" is none of ${states.join(', ')}`);
  return state;
}

export async function ticketsShow(door: Door, ref: string): Promise<void> {
  const desk = await door.desk();
  const document = await documentOf(desk, ref.normalize('NFKC').trim().toUpperCase(), door.now());
  if (document === null) throw new Error(`tickets: there is no ticket ${ref}; see uketsuke tickets list`);
  door.print(document, story(document));
}

/** The shape of spec 8, the same in a list as alone. */
async function documentOf(desk: SendingDesk, ref: string, now: Date) {
  const detail = await desk.store.tickets.detail(ref);
  if (detail === null) return null;
  const linked =
    detail.ticket.linkedTo === null ? null : await desk.store.tickets.byId(detail.ticket.linkedTo);
  const repeat =
    detail.ticket.repeatOf === null ? null : await desk.store.tickets.byId(detail.ticket.repeatOf);
  const letters = [];
  for (const item of detail.letters) letters.push(await entryOf(desk, item, now));
  return {
    ...summary(detail.ticket),
    linkedTo: linked?.ref ?? null,
    repeatOf: repeat?.ref ?? null,
    participants: detail.ticket.participants,
    messages: messagesOf(detail),
    letters,
    events: detail.events.map((event) => ({ ...event, at: isoJst(new Date(event.at)) })),
  };
}

function summary(ticket: Ticket) {
  return {
    ref: ticket.ref,
    state: ticket.state,
    channel: ticket.channel,
    number: ticket.number,
    verified: ticket.verified,
    subject: ticket.subject,
    openedAt: isoJst(new Date(ticket.openedAt)),
    closedAt: ticket.closedAt === null ? null : isoJst(new Date(ticket.closedAt)),
    category: ticket.category,
    assignee: ticket.assignee,
  };
}

function messagesOf(detail: TicketDetail) {
  return detail.messages.map((message) => ({
    id: message.id,
    messageId: message.messageId,
    receivedAt: isoJst(new Date(message.receivedAt)),
    source: message.source.kind,
    outcome: message.outcome,
    reason: message.reason,
    from: message.facts?.from ?? null,
    fromName: message.facts?.fromName ?? '',
    subject: message.facts?.subject ?? '',
    number: message.facts?.number ?? null,
    numberReason: message.facts?.numberReason ?? null,
    text: message.facts?.text ?? '',
    attachments: message.facts?.attachments ?? [],
    authentication: message.facts?.authentication ?? 'none',
    authenticationBy: message.facts?.authenticationBy ?? null,
    authenticationDetail: message.facts?.authenticationDetail ?? '',
    remarks: message.facts?.remarks ?? [],
    fax: message.facts?.fax ?? null,
  }));
}

/** One line on who vouches for the sender. */
function proofOf({ authentication, authenticationDetail }: ReturnType<typeof messagesOf>[number]): string {
  return `sender: ${authentication}${authenticationDetail === '' ? '' : ` (${authenticationDetail})`}`;
}

function story(document: NonNullable<Awaited<ReturnType<typeof documentOf>>>): string {
  const number =
    document.number === null ? 'no number' : `${document.number}${document.verified ? '' : ' (unverified)'}`;
  return [
    `${document.ref}  ${document.state}  ${number}  ${document.subject}`,
    `received ${document.openedAt}`,
    ...document.messages.map(
      (one) =>
        `\n── ${one.receivedAt}  ${one.from ?? 'unknown sender'}  ${one.outcome} (${one.reason})\n${[proofOf(one), ...one.remarks.map((remark) => `remark: ${remark}`), one.text].join('\n')}`,
    ),
    `\nAs they came, and the files in them: uketsuke tickets save ${document.ref} FOLDER`,
    '\nLetters:',
    ...document.letters.map(
      (one) => `  ${one.kind} to ${one.to}: ${one.state} ${one.sentAt ?? one.notBefore ?? ''}`,
    ),
    '\nEvents:',
    ...document.events.map((one) => `  ${one.at}  ${one.actor}  ${one.kind}: ${one.reason}`),
  ].join('\n');
}
