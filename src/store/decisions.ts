import type { Knex } from 'knex';
import type { Committed, Decision, Store, TicketChange } from '../desk/ports.ts';
import { takeIn } from './acceptance.ts';
import { writeBlock } from './blocks.ts';
import type { Database } from './database.ts';
import { writeFax } from './fax-pages.ts';
import { values } from './gather.ts';
import { stopLetters, writeAllLetters } from './letter-rows.ts';
import { addressKey, instant, numberOrNull, type Row, textOrNull } from './row.ts';
import { type About, changeTicket, openTickets, writeAllEvents, writeEvents } from './tickets.ts';

/** Thrown to undo a transaction whose ticket turned out to have changed; never leaves this file. */
const stale = new Error('the ticket changed meanwhile');

export function decisions(db: Database): Pick<Store, 'commit' | 'commitAll' | 'change'> {
  const commitAll: Store['commitAll'] = (decided) =>
    unlessStale<readonly Committed[]>(
      () => db.write((trx) => commit(trx, decided)),
      decided.map(() => ({ kind: 'stale' })),
    );
  return {
    commit: async (decision) => (await commitAll([decision]))[0]!,
    commitAll,
    change: (now, change, earlier, letters, events, stops = []) =>
      unlessStale<'done' | 'stale'>(async () => {
        await db.write((trx) => changeAlone(trx, now, change, { earlier, letters, events, stops }));
        return 'done';
      }, 'stale'),
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

/** Lease, identity, version; then everything, or by an exception nothing. Few statements, however many they are. */
async function commit(trx: Knex, decided: readonly Decision[]): Promise<readonly Committed[]> {
  const ids = decided.map(({ received }) => received.id);
  const rows: Row[] = await trx('received')
    .whereIn('id', ids)
    .whereNull('outcome')
    .orderBy('id')
    .forUpdate()
    .select('id', 'token', 'content_key_id');
  const held = new Map(rows.map((row) => [Number(row['id']), row]));
  const ours = decided.filter(({ received: { id, token } }) => held.get(id)?.['token'] === token);
  const twins = await claimIdentities(
    trx,
    ours
      .filter(({ received }) => received.duplicateOf === null)
      .map(({ received: { id } }) => ({ id, key: String(held.get(id)!['content_key_id']) })),
  );
  const free = ours.filter(({ received }) => !twins.has(received.id));
  const tickets = await applyTickets(trx, free);
  await writeOutcomes(trx, free, tickets);
  await writeRest(
    trx,
    free.map((decision) => [{ ...aboutOf(decision), ticketId: tickets.get(decision)!.id }, decision]),
  );
  for (const decision of free) await writeRare(trx, decision, tickets);
  const written = new Map(free.map((decision) => [decision.received.id, tickets.get(decision)!]));
  return decided.map(({ received: { id } }) => {
    const ticket = written.get(id);
    if (ticket !== undefined) return { kind: 'done', ticketId: ticket.id, ref: ticket.ref };
    const twin = twins.get(id);
    if (twin === undefined) return { kind: 'lost' };
    // The first of the two may be among those written just now.
    return { kind: 'twin', of: twin.of, ticketId: written.get(twin.of)?.id ?? twin.ticketId };
  });
}

function aboutOf({ at, received }: Decision): About {
  return { at, ticketId: null, receivedId: received.id, outboxId: null };
}

const actorOf = ({ events }: Pick<Decision, 'events'>) => events[0]?.actor ?? 'system';

async function writeOutcomes(trx: Knex, decided: readonly Decision[], tickets: Tickets): Promise<void> {
  if (decided.length === 0) return;
  const rows = decided.map((decision) => {
    const { id, outcome, reason, duplicateOf, facts } = decision.received;
    const from = facts?.from ?? null;
    return [
      ...[id, outcome, reason, instant(decision.at), tickets.get(decision)!.id, duplicateOf],
      facts === null ? null : JSON.stringify(facts),
      from === null ? null : addressKey(from),
      facts?.textDigest ?? null,
      facts?.encrypted === true ? 1 : 0,
    ];
  });
  const numbers = { 4: 'bigint', 5: 'bigint', 9: 'bigint' } as const;
  await trx.raw(
    `update received set outcome = v.column2, reason = v.column3, decided_at = v.column4, ticket_id = v.column5,
      duplicate_of = v.column6, facts = v.column7, from_id = v.column8, text_digest = v.column9,
      encrypted = v.column10, owner = null, token = null, lease_until = null
    from ? as v where received.id = v.column1`,
    [values(trx, rows, numbers)],
  );
}

/** What few decisions bring with them. */
async function writeRare(trx: Knex, decision: Decision, tickets: Tickets): Promise<void> {
  const about = aboutOf(decision);
  const ofTicket = { ...about, ticketId: tickets.get(decision)!.id };
  const { other, block, takes, bounce } = decision;
  const { id, fax } = decision.received;
  if (other !== undefined && !(await changeTicket(trx, about, other, actorOf(decision)))) throw stale;
  if (fax !== undefined) await writeFax(trx, id, fax);
  if (block !== undefined) await writeBlock(trx, ofTicket, block);
  if (takes !== undefined) await takeIn(trx, takes);
  if (bounce !== null) await recordBounce(trx, about, bounce);
}

interface Twin {
  readonly of: number;
  readonly ticketId: number | null;
}

/**
 * The messages that are twins of others, which have their identity; the unique key makes a second claimant wait for
 * the first.
 */
async function claimIdentities(
  trx: Knex,
  claims: readonly { readonly id: number; readonly key: string }[],
): Promise<ReadonlyMap<number, Twin>> {
  if (claims.length === 0) return new Map();
  const mine: Row[] = await trx('content_keys')
    .insert(claims.map(({ id, key }) => ({ content_key_id: key, received_id: id })))
    .onConflict('content_key_id')
    .ignore()
    .returning('received_id');
  const claimed = new Set(mine.map((row) => Number(row['received_id'])));
  const twins = new Map<number, Twin>();
  for (const { id, key } of claims.filter((one) => !claimed.has(one.id))) {
    const first: Row = await trx('content_keys')
      .join('received', 'received.id', 'content_keys.received_id')
      .where('content_keys.content_key_id', key)
      .first('received.id', 'received.ticket_id');
    const [of, ticketId] = [Number(first['id']), numberOrNull(first['ticket_id'])];
    if (of !== id) twins.set(id, { of, ticketId });
  }
  return twins;
}

type Tickets = ReadonlyMap<Decision, { readonly id: number | null; readonly ref: string | null }>;

async function applyTickets(trx: Knex, decided: readonly Decision[]): Promise<Tickets> {
  const opening = decided.flatMap((one) =>
    one.ticket.kind === 'open' ? { one, opens: one.ticket.opening } : [],
  );
  const opened = await openTickets(
    trx,
    opening.map(({ opens }) => opens),
  );
  const tickets = new Map<Decision, { id: number | null; ref: string | null }>();
  for (const [index, { one }] of opening.entries()) tickets.set(one, opened[index]!);
  for (const decision of decided) {
    const { ticket } = decision;
    if (ticket.kind === 'open') continue;
    if (
      ticket.kind === 'change' &&
      !(await changeTicket(trx, aboutOf(decision), ticket.change, actorOf(decision)))
    )
      throw stale;
    const id = ticket.kind === 'none' ? null : ticket.kind === 'change' ? ticket.change.id : ticket.id;
    tickets.set(decision, { id, ref: id === null ? null : await refOf(trx, id) });
  }
  return tickets;
}

async function refOf(trx: Knex, id: number): Promise<string> {
  const row: Row | undefined = await trx('tickets').where({ id }).first('ref');
  if (row === undefined) throw new Error(`there is no ticket ${id}`);
  return String(row['ref']);
}

async function changeAlone(trx: Knex, now: string, change: TicketChange, rest: Rest): Promise<void> {
  // A letter written now answers the first message whose outcome changes, when there is one.
  const about: About = {
    at: now,
    ticketId: change.id,
    receivedId: rest.earlier[0]?.id ?? null,
    outboxId: null,
  };
  if (!(await changeTicket(trx, about, change, actorOf(rest)))) throw stale;
  await writeRest(trx, [[about, rest]]);
}

type Rest = Pick<Decision, 'earlier' | 'letters' | 'events' | 'stops'>;

async function writeRest(trx: Knex, all: readonly (readonly [About, Rest])[]): Promise<void> {
  await writeAllEvents(
    trx,
    all.map(([about, { events }]) => [about, events]),
  );
  for (const [about, rest] of all) {
    for (const one of rest.earlier) await changeOutcome(trx, about, one, actorOf(rest));
    if (!(await stopLetters(trx, about, rest.stops ?? []))) throw stale;
  }
  await writeAllLetters(
    trx,
    all.map(([about, { letters }]) => [about, letters]),
  );
}

async function changeOutcome(
  trx: Knex,
  about: About,
  { id, outcome, reason }: Decision['earlier'][number],
  actor: string,
): Promise<void> {
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
    { kind: 'outcome', actor, reason: change },
  ]);
}

/** The event stands on the ticket of the letter that bounced; only a permanent bounce closes the address. */
async function recordBounce(trx: Knex, about: About, bounce: NonNullable<Decision['bounce']>): Promise<void> {
  const { outboxId, address, permanent } = bounce;
  const letter: Row | undefined = await trx('outbox').where({ id: outboxId }).first('ticket_id');
  if (letter === undefined) throw new Error(`there is no letter ${outboxId}`);
  const ticketId = letter['ticket_id'] === null ? null : Number(letter['ticket_id']);
  const reason = `${address} ${permanent ? 'permanent' : 'temporary'}`;
  await writeEvents(trx, { ...about, ticketId, outboxId }, [{ kind: 'bounce', actor: 'system', reason }]);
  if (permanent)
    await trx('undeliverable')
      .insert({ address_id: addressKey(address), address, at: instant(about.at), outbox_id: outboxId })
      .onConflict('address_id')
      .ignore();
}
