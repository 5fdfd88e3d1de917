import type { Knex } from 'knex';
import type { NewEvent, TicketChange, TicketOpening } from '../desk/ports.ts';
import { formatReference } from '../ticket/reference.ts';
import type { Channel, Participant, Ticket, TicketEvent, TicketState } from '../ticket/ticket.ts';
import { instant, instantOrNull, numberOrNull, type Row, textOrNull } from './row.ts';

/** What an event is about; ids that are null are unknown or do not apply. */
export interface About {
  readonly at: string;
  readonly ticketId: number | null;
  readonly receivedId: number | null;
  readonly outboxId: number | null;
}

export function writeEvents(trx: Knex, about: About, events: readonly NewEvent[]): Promise<void> {
  return writeAllEvents(trx, [[about, events]]);
}

export async function writeAllEvents(
  trx: Knex,
  all: readonly (readonly [About, readonly NewEvent[]])[],
): Promise<void> {
  const rows = all.flatMap(([{ at, ticketId, receivedId, outboxId }, events]) => {
    const ids = { ticket_id: ticketId, received_id: receivedId, outbox_id: outboxId };
    return events.map(({ kind, actor, reason }) => ({ at: instant(at), actor, kind, reason, ...ids }));
  });
  if (rows.length > 0) await trx('events').insert(rows);
}

/** Tickets by any condition on their columns, oldest first. */
export async function loadTickets(
  q: Knex,
  where: Readonly<Record<string, unknown>>,
): Promise<readonly Ticket[]> {
  const rows: Row[] = await q('tickets').where(where).orderBy('id');
  const people: Row[] = await q('participants')
    .whereIn('ticket_id', q('tickets').where(where).select('id'))
    .orderBy(['ticket_id', 'position']);
  const byTicket = new Map<unknown, Participant[]>();
  for (const row of people) {
    const list = byTicket.get(row['ticket_id']) ?? [];
    byTicket.set(row['ticket_id'], list);
    list.push({
      address: String(row['address']),
      name: String(row['name']),
      role: row['role'] as Participant['role'],
    });
  }
  return rows.map((row) => toTicket(row, byTicket.get(row['id']) ?? []));
}

export async function eventsOf(q: Knex, ticketId: number): Promise<readonly TicketEvent[]> {
  return eventsWhere(q, { ticket_id: ticketId });
}

/** Events about a ticket, a message or a letter, oldest first. */
export async function eventsWhere(
  q: Knex,
  where: { readonly ticket_id: number } | { readonly received_id: number },
): Promise<readonly TicketEvent[]> {
  const rows: Row[] = await q('events').where(where).orderBy('id');
  return rows.map((row) => ({
    at: String(row['at']),
    actor: String(row['actor']),
    kind: String(row['kind']),
    reason: String(row['reason']),
  }));
}

/** References are counted up in the same transaction, in the given order: no number is lost, none is given twice (spec 1). */
export async function openTickets(
  trx: Knex,
  openings: readonly TicketOpening[],
): Promise<readonly { readonly id: number; readonly ref: string }[]> {
  if (openings.length === 0) return [];
  const refs = await countUp(trx, openings);
  const made: Row[] = await trx('tickets')
    .insert(
      openings.map((opening, index) => ({
        ref: refs[index]!,
        state: opening.state,
        channel: opening.channel,
        number: opening.number,
        verified: opening.verified ? 1 : 0,
        subject: opening.subject,
        opened_at: instant(opening.openedAt),
        linked_to: opening.linkedTo,
        repeat_of: opening.repeatOf,
        version: 1,
      })),
    )
    .returning(['id', 'ref']);
  // Neither database promises to return the rows in the order given.
  const ids = new Map(made.map((row) => [String(row['ref']), Number(row['id'])]));
  const opened = refs.map((ref) => ({ id: ids.get(ref)!, ref }));
  await writeParticipants(
    trx,
    openings.map(({ participants }, index) => [opened[index]!.id, participants]),
  );
  return opened;
}

async function countUp(trx: Knex, openings: readonly TicketOpening[]): Promise<readonly string[]> {
  const given = new Map<string, number>();
  // Always in the order of the days: two processes that open tickets of the same days never wait for each other in turn.
  for (const day of [...new Set(openings.map((one) => one.openedOn))].sort()) {
    const count = openings.filter((one) => one.openedOn === day).length;
    const [counter] = await trx('ref_counters')
      .insert({ day, last: count })
      .onConflict('day')
      .merge({ last: trx.raw('?? + ?', ['ref_counters.last', count]) })
      .returning('last');
    given.set(day, Number(counter.last) - count);
  }
  return openings.map(({ openedOn }) => {
    const number = given.get(openedOn)! + 1;
    given.set(openedOn, number);
    return formatReference(openedOn, number);
  });
}

/** False, and nothing written, when the ticket is no longer at the version the change was decided on. */
export async function changeTicket(
  trx: Knex,
  about: About,
  change: TicketChange,
  actor: string,
): Promise<boolean> {
  const { id, version } = change;
  const before: Row | undefined = await trx('tickets').where({ id, version }).forUpdate().first();
  if (before === undefined) return false;
  const update: Record<string, unknown> = { version: version + 1 };
  if (change.state !== undefined) update['state'] = change.state;
  if (change.number !== undefined) update['number'] = change.number;
  if (change.verified !== undefined) update['verified'] = change.verified ? 1 : 0;
  if (change.closedAt !== undefined) update['closed_at'] = instantOrNull(change.closedAt);
  if (change.category !== undefined) update['category'] = change.category;
  if (change.assignee !== undefined) update['assignee'] = change.assignee;
  if (change.mergedInto !== undefined) update['merged_into'] = change.mergedInto;
  if (change.firstAnswerMinutes !== undefined && before['first_answer_minutes'] === null)
    update['first_answer_minutes'] = change.firstAnswerMinutes;
  await trx('tickets').where({ id }).update(update);
  if (change.mergedInto !== undefined)
    await trx('received').where({ ticket_id: id }).update({ ticket_id: change.mergedInto });
  if (change.participants !== undefined) {
    await trx('participants').where({ ticket_id: id }).delete();
    await writeParticipants(trx, [[id, change.participants]]);
  }
  await writeEvents(trx, { ...about, ticketId: id }, changes(before, update, actor));
  return true;
}

/** One event for each column of interest that changed, so that no change can go unrecorded. */
function changes(before: Row, update: Row, actor: string): readonly NewEvent[] {
  const words = (value: unknown, kind: string) =>
    kind === 'verified' ? (value === 1 ? 'yes' : 'no') : (textOrNull(value) ?? 'none');
  return ['state', 'number', 'verified', 'category', 'assignee']
    .filter((kind) => kind in update && update[kind] !== before[kind])
    .map((kind) => ({
      kind,
      actor,
      reason: `${words(before[kind], kind)} → ${words(update[kind], kind)}`,
    }));
}

async function writeParticipants(
  trx: Knex,
  all: readonly (readonly [number, readonly Participant[]])[],
): Promise<void> {
  const rows = all.flatMap(([id, people]) =>
    people.map(({ address, name, role }, position) => ({ ticket_id: id, position, address, name, role })),
  );
  if (rows.length > 0) await trx('participants').insert(rows);
}

function toTicket(row: Row, participants: readonly Participant[]): Ticket {
  return {
    id: Number(row['id']),
    ref: String(row['ref']),
    state: row['state'] as TicketState,
    channel: row['channel'] as Channel,
    number: textOrNull(row['number']),
    verified: row['verified'] === 1,
    subject: String(row['subject']),
    openedAt: String(row['opened_at']),
    closedAt: textOrNull(row['closed_at']),
    linkedTo: numberOrNull(row['linked_to']),
    repeatOf: numberOrNull(row['repeat_of']),
    category: textOrNull(row['category']),
    assignee: textOrNull(row['assignee']),
    firstAnswerMinutes: numberOrNull(row['first_answer_minutes']),
    mergedInto: numberOrNull(row['merged_into']),
    version: Number(row['version']),
    participants,
  };
}
