/** The outbox: letters that wait, are being sent, or have left, and what each step of the way writes. */
import type { Knex } from 'knex';
import type {
  Aftermath,
  NewLetter,
  OutboxItem,
  OutboxState,
  OutboxStore,
  Settlement,
} from '../desk/ports.ts';
import type { LetterKind } from '../ticket/ticket.ts';
import { blob, keepBlob } from './blobs.ts';
import { freeDeadClaims } from './claims.ts';
import { type Database, forOneWorker } from './database.ts';
import { isDead, newLease, noLease, sendLeaseMs } from './lease.ts';
import { letterCounts } from './letter-counts.ts';
import { toItem, writeAllLetters } from './letter-rows.ts';
import { instant, instantOrNull, numberOrNull, type Row } from './row.ts';
import { type About, changeTicket, writeEvents } from './tickets.ts';

export function outboxStore(db: Database, leaseClock: () => number): OutboxStore {
  async function many(query: (q: Knex) => Knex.QueryBuilder): Promise<readonly OutboxItem[]> {
    const rows: Row[] = await db.read((q) => query(q).select());
    return rows.map(toItem);
  }
  return {
    due: (now, limit, kinds) => db.read((q) => due(q, instant(now), limit, kinds)),
    begin: (id, attempt) =>
      db.write(async (trx) => {
        const waiting: Row | undefined = await trx('outbox')
          .where({ id, state: 'queued' })
          .forUpdate()
          .first();
        if (waiting === undefined) return null;
        const lease = newLease(leaseClock(), sendLeaseMs);
        await trx('outbox')
          .where({ id })
          .update({
            state: 'sending',
            attempts: Number(waiting['attempts']) + 1,
            message_id: attempt.messageId,
            subject: attempt.subject,
            digest: await keepBlob(trx, attempt.bytes),
            attempted_at: instant(attempt.at),
            body_begun: 0,
            owner: lease.owner,
            token: lease.token,
            lease_until: lease.until,
          });
        return lease.token;
      }),
    bodyBegins: (id, token) =>
      db.write(async (trx) => {
        const held = await trx('outbox')
          .where({ id, token, state: 'sending' })
          .update({ body_begun: 1, lease_until: leaseClock() + sendLeaseMs });
        return held === 1;
      }),
    settle: (id, token, settlement, aftermath) =>
      db.write((trx) => settle(trx, { id, token, state: 'sending' }, settlement, aftermath)),
    putAside: (id, settlement, aftermath) =>
      db.write(async (trx) => {
        if (await settle(trx, { id, state: 'queued' }, settlement, aftermath)) return true;
        // What is held goes nowhere by itself; it can still be given up.
        return (
          settlement.kind === 'cancelled' && (await settle(trx, { id, state: 'held' }, settlement, aftermath))
        );
      }),
    resolve: (id, from, settlement, aftermath, messageId) =>
      db.write(async (trx) => {
        for (const state of from) {
          if (!(await settle(trx, { id, state }, settlement, aftermath))) continue;
          const letter = trx('outbox').where({ id });
          // Tries are counted anew; what has arrived left with its last attempt.
          if (settlement.kind === 'later') await letter.update({ attempts: 0 });
          if (settlement.kind === 'sent')
            await letter.update({
              sent_at: trx.raw('coalesce(attempted_at, sent_at)'),
              message_id: trx.raw('coalesce(message_id, ?)', [messageId ?? null]),
            });
          return true;
        }
        return false;
      }),
    recover: async (now, follow) => {
      // Asked every few seconds: where nothing is being sent, nobody takes the write lock.
      const sending: Row | undefined = await db.read((q) =>
        q('outbox').where({ state: 'sending' }).first('id'),
      );
      if (sending === undefined) return [];
      return db.write((trx) => recover(trx, instant(now), leaseClock(), follow));
    },
    add: (now, letters) =>
      db.write((trx) =>
        writeLetters(trx, { at: now, ticketId: null, receivedId: null, outboxId: null }, letters),
      ),
    last: async (kind) =>
      (await many((q) => q('outbox').where({ kind }).orderBy('id', 'desc').limit(1)))[0] ?? null,
    get: async (id) => (await many((q) => q('outbox').where({ id })))[0] ?? null,
    list: () => many((q) => q('outbox').orderBy('id')),
    ofTicket: (ticketId) => many((q) => q('outbox').where({ ticket_id: ticketId }).orderBy('id')),
    bytes: (id) =>
      db.read(async (q) => {
        const row: Row | undefined = await q('outbox').where({ id }).whereNotNull('digest').first('digest');
        return row === undefined ? null : blob(q, String(row['digest']));
      }),
    ...letterCounts(db),
  };
}

/**
 * Letters whose time has come, by that time; those the calendar knows no time for come last, so that however many
 * of them wait, they keep nothing else from leaving.
 */
async function due(
  q: Knex,
  now: string,
  limit: number,
  kinds?: readonly LetterKind[],
): Promise<readonly OutboxItem[]> {
  const queued = () => {
    const all = q('outbox').where({ state: 'queued' }).orderBy(['not_before', 'id']);
    return kinds === undefined ? all : all.whereIn('kind', kinds);
  };
  const dated: Row[] = await queued().where('not_before', '<=', now).limit(limit);
  const undated: Row[] =
    dated.length < limit
      ? await queued()
          .whereNull('not_before')
          .limit(limit - dated.length)
      : [];
  return [...dated, ...undated].map(toItem);
}

/**
 * The settlement always stands, for it tells what happened in the world. A change to a ticket that somebody else
 * changed meanwhile is left out, and an event says so: the newer decision knew more.
 */
async function settle(
  trx: Knex,
  where: { id: number; token?: string; state: OutboxState },
  settlement: Settlement,
  aftermath: Aftermath,
): Promise<boolean> {
  const row: Row | undefined = await trx('outbox').where(where).forUpdate().first();
  if (row === undefined) return false;
  await trx('outbox').where({ id: where.id }).update(columnsOf(settlement));
  const about: About = {
    at: settlement.at,
    ticketId: aftermath.ticket?.id ?? numberOrNull(row['ticket_id']),
    receivedId: numberOrNull(row['received_id']),
    outboxId: where.id,
  };
  await writeEvents(trx, about, aftermath.events);
  const actor = aftermath.events[0]?.actor ?? 'system';
  if (aftermath.ticket !== null && !(await changeTicket(trx, about, aftermath.ticket, actor)))
    await writeEvents(trx, about, [
      { kind: 'not-changed', actor, reason: 'the ticket changed while the letter was on its way' },
    ]);
  await writeLetters(trx, about, aftermath.letters);
  return true;
}

function columnsOf(settlement: Settlement): Readonly<Record<string, unknown>> {
  const common = { ...noLease, reason: settlement.reason };
  switch (settlement.kind) {
    case 'sent':
      return { ...common, state: 'sent', sent_at: instant(settlement.at) };
    case 'later':
      return { ...common, state: 'queued', not_before: instantOrNull(settlement.notBefore) };
    default:
      return { ...common, state: settlement.kind };
  }
}

function writeLetters(trx: Knex, about: About, letters: readonly NewLetter[]): Promise<void> {
  return writeAllLetters(trx, [[about, letters]]);
}

async function recover(
  trx: Knex,
  now: string,
  clock: number,
  follow: (item: OutboxItem) => readonly NewLetter[],
): Promise<readonly OutboxItem[]> {
  await freeDeadClaims(trx, clock);
  const sending: Row[] = await forOneWorker(trx('outbox').where({ state: 'sending' }).orderBy('id').select());
  const changed: OutboxItem[] = [];
  for (const row of sending) {
    if (Number(row['lease_until']) > clock && !isDead(String(row['owner']))) continue;
    const uncertain = row['body_begun'] === 1;
    const reason = uncertain
      ? 'the sender died after the body was begun: nobody knows whether it arrived'
      : 'the sender died before the body was begun: queued again';
    const update = { ...noLease, state: uncertain ? 'uncertain' : 'queued', reason };
    await trx('outbox').where({ id: row['id'] }).update(update);
    const about: About = {
      at: now,
      ticketId: numberOrNull(row['ticket_id']),
      receivedId: numberOrNull(row['received_id']),
      outboxId: Number(row['id']),
    };
    await writeEvents(trx, about, [
      { kind: 'letter', actor: 'system', reason: `sending → ${update.state}: ${reason}` },
    ]);
    const item = toItem({ ...row, ...update });
    await writeLetters(trx, about, follow(item));
    changed.push(item);
  }
  return changed;
}
