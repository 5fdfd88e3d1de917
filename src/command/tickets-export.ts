/**
 * `uketsuke tickets export DIR`: tickets for somebody else's archive or spreadsheet: each mail as it came and each
 * letter as it left (`.eml`), and three tables (CSV, UTF-8 with a byte order mark, no cell that runs as a formula).
 */
import { isoJst, parseTime } from '../calendar/jst.ts';
import { recipientsOfItem } from '../desk/answer-item.ts';
import type { SendingDesk } from '../desk/house.ts';
import type { TicketDetail } from '../desk/ports.ts';
import { canonicalNumber } from '../inquiry/support-number.ts';
import { isStaffMail, type Ticket } from '../ticket/ticket.ts';
import { csvText } from './csv.ts';
import { type Door, UsageError } from './door.ts';
import { stateNamed } from './tickets.ts';

export interface ExportOptions {
  readonly state?: string;
  readonly number?: string;
  readonly from?: string;
  readonly to?: string;
}

type Rows = (string | number | null)[][];

export async function ticketsExport(
  door: Door,
  folder: string,
  refs: readonly string[],
  options: ExportOptions,
): Promise<void> {
  const wanted = filterOf(door, refs, options);
  const desk = await door.desk();
  const { store } = desk;
  const all = await store.tickets.list(wanted.query);
  const tickets = all.filter(wanted.takes);
  const missing = wanted.refs.filter((ref) => !tickets.some((one) => one.ref === ref));
  if (missing.length > 0)
    throw new Error(
      `tickets export: ${missing.join(', ')}: there is no such ticket, or it does not fit the filter`,
    );
  const tables = { tickets: [ticketHead], messages: [messageHead], letters: [letterHead] } as Record<
    'tickets' | 'messages' | 'letters',
    Rows
  >;
  const counts = { tickets: 0, messages: 0, letters: 0, bytesGone: 0 };
  for (const { ref } of tickets) {
    const detail = (await store.tickets.detail(ref))!;
    tables.tickets.push(ticketRow(detail.ticket));
    counts.tickets += 1;
    counts.bytesGone += await mailsOf(door, desk, folder, detail, tables.messages);
    await lettersOf(door, desk, folder, detail, tables.letters);
    if (counts.tickets % 100 === 0) door.progress(`${counts.tickets} of ${tickets.length} tickets`);
  }
  counts.messages = tables.messages.length - 1;
  counts.letters = tables.letters.length - 1;
  const files = Object.entries(tables).map(
    ([name, rows]) => door.save(folder, `${name}.csv`, Buffer.from(csvText(rows))).path,
  );
  door.print(
    { folder, ...counts, files },
    [
      `${folder}: ${counts.tickets} tickets, ${counts.messages} messages, ${counts.letters} letters; tables: ${files.join(', ')}`,
      ...(counts.bytesGone === 0
        ? []
        : [`Of ${counts.bytesGone} messages the bytes are no longer kept (retention).`]),
    ].join('\n'),
  );
}

function filterOf(door: Door, typed: readonly string[], { state, number, from, to }: ExportOptions) {
  const refs = typed.map((ref) => ref.normalize('NFKC').trim().toUpperCase());
  const known = stateNamed(state);
  const canonical = number === undefined ? undefined : canonicalNumber(door.config.mask, number);
  if (canonical === null)
    throw new UsageError(`--number: "${number}" does not fit the mask ${door.config.mask.text}`);
  const time = (name: string, text: string | undefined) => {
    const found = text === undefined ? undefined : parseTime(text);
    if (found === null)
      throw new UsageError(`--${name}: "${text}" is not a time; write 2026-11-24 or 2026-11-24T09:00`);
    return found;
  };
  const [since, until] = [time('from', from), time('to', to)];
  return {
    refs,
    query: {
      ...(known === undefined ? {} : { state: known }),
      ...(canonical === undefined ? {} : { number: canonical }),
    },
    /** Received at or after --from, before --to. */
    takes: ({ ref, openedAt }: Ticket) =>
      (refs.length === 0 || refs.includes(ref)) &&
      (since === undefined || new Date(openedAt) >= since) &&
      (until === undefined || new Date(openedAt) < until),
  };
}

const ticketHead =
  'ref,state,channel,number,verified,subject,opened_at,closed_at,category,assignee,first_answer_minutes,participants'.split(
    ',',
  );
const messageHead =
  'ref,id,received_at,from,from_name,subject,outcome,reason,message_id,attachments,file,text'.split(',');
const letterHead = 'ref,id,kind,to,subject,state,reason,sent_at,message_id,file'.split(',');

const time = (at: string | null) => (at === null ? null : isoJst(new Date(at)));

function ticketRow(ticket: Ticket): Rows[number] {
  return [
    ...[
      ticket.ref,
      ticket.state,
      ticket.channel,
      ticket.number,
      ticket.verified ? 'yes' : 'no',
      ticket.subject,
    ],
    ...[
      time(ticket.openedAt),
      time(ticket.closedAt),
      ticket.category,
      ticket.assignee,
      ticket.firstAnswerMinutes,
    ],
    ticket.participants.map(({ address }) => address).join(' '),
  ];
}

/** Returns of how many the bytes are no longer kept. */
async function mailsOf(
  door: Door,
  { store }: SendingDesk,
  folder: string,
  { ticket, messages }: TicketDetail,
  rows: Rows,
): Promise<number> {
  let gone = 0;
  for (const { id, receivedAt, facts, outcome, reason, messageId } of messages) {
    const raw = await store.received.raw(id);
    if (raw === null) gone += 1;
    const file = raw === null ? null : door.save(folder, `${ticket.ref}-${id}.eml`, raw).path;
    rows.push([
      ...[
        ticket.ref,
        id,
        time(receivedAt),
        facts?.from ?? null,
        facts?.fromName ?? null,
        facts?.subject ?? null,
      ],
      ...[outcome, reason, messageId, facts?.attachments.length ?? 0, file, facts?.text ?? null],
    ]);
  }
  return gone;
}

/** What customers got or were to get; mail to staff is no part of the conversation. */
async function lettersOf(
  door: Door,
  { store }: SendingDesk,
  folder: string,
  { ticket, letters }: TicketDetail,
  rows: Rows,
): Promise<void> {
  for (const item of letters) {
    if (isStaffMail(item.kind)) continue;
    const bytes = item.state === 'sent' ? await store.outbox.bytes(item.id) : null;
    const file = bytes === null ? null : door.save(folder, `${ticket.ref}-letter-${item.id}.eml`, bytes).path;
    const { to, cc } = recipientsOfItem(item);
    rows.push([
      ...[ticket.ref, item.id, item.kind, [...to, ...cc].join(' '), item.subject, item.state],
      ...[item.reason, time(item.sentAt), item.messageId, file],
    ]);
  }
}
