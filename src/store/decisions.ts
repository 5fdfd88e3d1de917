import type { Knex } from 'knex';
import type {
  Block,
  Committed,
  Decision,
  NewEvent,
  NewLetter,
  Stop,
  Store,
  TicketChange,
} from '../desk/ports.ts';
import { takeIn } from './acceptance.ts';
import type { Database } from './database.ts';
import { writeFax } from './fax-pages.ts';
import { stopLetters, writeLetters } from './outgoing.ts';
import { addressKey, instant, type Row, textOrNull } from './row.ts';
import { type About, changeTicket, openTicket, writeEvents } from './tickets.ts';

/** Thrown to undo a transaction whose ticket turned out to have changed; never leaves this file. */
const stale = new Error('the ticket changed meanwhile');

export function decisions(db: Database): Pick<Store, 'commit' | 'change' | 'blocked' | 'blocks' | 'unblock'> {
  return {
    commit: (decision) =>
      unlessStale<Committed>(() => db.write((trx) => commit(trx, decision)), { kind: 'stale' }),
    change: (now, change, earlier, letters, events, stops = []) =>
      unlessStale<'done' | 'stale'>(async () => {
        await db.write((trx) => changeAlone(trx, now, change, { earlier, letters, events, stops }));
        return 'done';
      }, 'stale'),
    blocked: (address) =>
      db.read(async (q) => {
        const row: Row | undefined = await q('blocked_senders')
          .where({ address_id: addressKey(address) })
          .first('reason');
        return row === undefined ? null : String(row['reason']);
      }),
    blocks: () =>
      db.read(async (q) => {
        const rows: Row[] = await q('blocked_senders').orderBy(['at', 'address_id']);
        return rows.map((row) => ({
          address: String(row['address']),
          reason: String(row['reason']),
          at: String(row['at']),
        }));
      }),
    unblock: (address) =>
      db.write(async (trx) => {
        return (
          (await trx('blocked_senders')
            .where({ address_id: addressKey(address) })
            .delete()) > 0
        );
      }),
  };
}

async function unlessStale<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error === stale) return otherwise;
    throw error;
  }
}

/** Lease, identity, version; then everything, or by an exception nothing. */
async function commit(trx: Knex, decision: Decision): Promise<Committed> {
  const { id, token, outcome, reason, facts, duplicateOf, fax } = decision.received;
  const message: Row | undefined = await trx('received')
    .where({ id, token })
    .whereNull('outcome')
    .forUpdate()
    .first('content_key_id');
  if (message === undefined) return { kind: 'lost' };
  if (duplicateOf === null) {
    const twin = await claimIdentity(trx, id, String(message['content_key_id']));
    if (twin !== null) return twin;
  }
  const actor = decision.events[0]?.actor ?? 'system';
  const about: About = { at: decision.at, ticketId: null, receivedId: id, outboxId: null };
  const ticket = await applyTicket(trx, about, decision.ticket, actor);
  await trx('received')
    .where({ id })
    .update({
      outcome,
      reason,
      decided_at: instant(decision.at),
      ticket_id: ticket.id,
      duplicate_of: duplicateOf,
      facts: facts === null ? null : JSON.stringify(facts),
      from_id: facts === null || facts.from === null ? null : addressKey(facts.from),
      text_digest: facts?.textDigest ?? null,
      encrypted: facts?.encrypted === true ? 1 : 0,
      owner: null,
      token: null,
      lease_until: null,
    });
  if (decision.other !== undefined && !(await changeTicket(trx, about, decision.other, actor))) throw stale;
  if (fax !== undefined) await writeFax(trx, id, fax);
  await writeRest(trx, { ...about, ticketId: ticket.id }, decision);
  if (decision.block !== undefined) await writeBlock(trx, { ...about, ticketId: ticket.id }, decision.block);
  if (decision.takes !== undefined) await takeIn(trx, decision.takes);
  if (decision.bounce !== null) await recordBounce(trx, about, decision.bounce);
  return { kind: 'done', ticketId: ticket.id, ref: ticket.ref };
}

/** Null when the message has its identity; the unique key makes a second claimant wait for the first. */
async function claimIdentity(trx: Knex, id: number, contentKeyId: string): Promise<Committed | null> {
  const mine: Row[] = await trx('content_keys')
    .insert({ content_key_id: contentKeyId, received_id: id })
    .onConflict('content_key_id')
    .ignore()
    .returning('received_id');
  if (mine.length > 0) return null;
  const first: Row = await trx('content_keys')
    .join('received', 'received.id', 'content_keys.received_id')
    .where('content_keys.content_key_id', contentKeyId)
    .first('received.id', 'received.ticket_id');
  if (Number(first['id']) === id) return null;
  const ticketId = first['ticket_id'] === null ? null : Number(first['ticket_id']);
  return { kind: 'twin', of: Number(first['id']), ticketId };
}

async function applyTicket(
  trx: Knex,
  about: About,
  ticket: Decision['ticket'],
  actor: string,
): Promise<{ id: number | null; ref: string | null }> {
  switch (ticket.kind) {
    case 'none':
      return { id: null, ref: null };
    case 'open':
      return openTicket(trx, ticket.opening);
    case 'change':
      if (!(await changeTicket(trx, about, ticket.change, actor))) throw stale;
      return { id: ticket.change.id, ref: await refOf(trx, ticket.change.id) };
    case 'attach':
      return { id: ticket.id, ref: await refOf(trx, ticket.id) };
  }
}

async function refOf(trx: Knex, id: number): Promise<string> {
  const row: Row | undefined = await trx('tickets').where({ id }).first('ref');
  if (row === undefined) throw new Error(`there is no ticket ${id}`);
  return String(row['ref']);
}

async function changeAlone(trx: Knex, now: string, change: TicketChange, rest: Rest): Promise<void> {
  const { earlier, events } = rest;
  // A letter written now answers the first message whose outcome changes, when there is one.
  const about: About = { at: now, ticketId: change.id, receivedId: earlier[0]?.id ?? null, outboxId: null };
  if (!(await changeTicket(trx, about, change, events[0]?.actor ?? 'system'))) throw stale;
  await writeRest(trx, about, rest);
}

interface Rest {
  readonly earlier: Decision['earlier'];
  readonly letters: readonly NewLetter[];
  readonly events: readonly NewEvent[];
  readonly stops?: readonly Stop[];
}

async function writeRest(
  trx: Knex,
  about: About,
  { earlier, letters, events, stops = [] }: Rest,
): Promise<void> {
  await writeEvents(trx, about, events);
  for (const { id, outcome, reason } of earlier) {
    const before: Row | undefined = await trx('received')
      .where({ id })
      .whereNotNull('outcome')
      .forUpdate()
      .first();
    if (before === undefined) throw new Error(`message ${id} has no outcome to change`);
    const ticketId = before['ticket_id'] === null ? about.ticketId : Number(before['ticket_id']);
    await trx('received').where({ id }).update({ outcome, reason, ticket_id: ticketId });
    const change = `${textOrNull(before['outcome'])} → ${outcome}: ${reason}`;
    await writeEvents(trx, { ...about, ticketId, receivedId: id }, [
      { kind: 'outcome', actor: events[0]?.actor ?? 'system', reason: change },
    ]);
  }
  if (!(await stopLetters(trx, about, stops))) throw stale;
  await writeLetters(trx, about, letters);
}

async function writeBlock(trx: Knex, about: About, { address, reason }: Block): Promise<void> {
  await trx('blocked_senders')
    .insert({
      address_id: addressKey(address),
      address,
      reason,
      at: instant(about.at),
      ticket_id: about.ticketId,
    })
    .onConflict('address_id')
    .ignore();
}

/** The event stands on the ticket of the letter that bounced; only a permanent bounce closes the address. */
async function recordBounce(trx: Knex, about: About, bounce: NonNullable<Decision['bounce']>): Promise<void> {
  const { outboxId, address, permanent } = bounce;
  const letter: Row | undefined = await trx('outbox').where({ id: outboxId }).first('ticket_id');
  if (letter === undefined) throw new Error(`there is no letter ${outboxId}`);
  const ticketId = letter['ticket_id'] === null ? null : Number(letter['ticket_id']);
  await writeEvents(trx, { ...about, ticketId, outboxId }, [
    { kind: 'bounce', actor: 'system', reason: `${address} ${permanent ? 'permanent' : 'temporary'}` },
  ]);
  if (permanent)
    await trx('undeliverable')
      .insert({ address_id: addressKey(address), address, at: instant(about.at), outbox_id: outboxId })
      .onConflict('address_id')
      .ignore();
}
