import type { Knex } from 'knex';
import type { Received, ReceivedStore } from '../desk/ports.ts';
import { takeIn } from './acceptance.ts';
import { blob } from './blobs.ts';
import { claim } from './claims.ts';
import type { Database } from './database.ts';
import { faxPages, picture } from './fax-pages.ts';
import { gathered, values } from './gather.ts';
import { claimLeaseMs, newLease, noLease } from './lease.ts';
import { toReceived } from './received-row.ts';
import { addressKey, indexKey, instant, type Row } from './row.ts';
import { tally } from './tally.ts';
import { writeEvents } from './tickets.ts';
import { trail } from './trail.ts';

export function receivedStore(db: Database, leaseClock: () => number): ReceivedStore {
  async function one(query: (q: Knex) => Knex.QueryBuilder): Promise<Received | null> {
    const row: Row | undefined = await db.read((q) => query(q).first('received.*'));
    return row === undefined ? null : toReceived(row);
  }
  async function many(query: (q: Knex) => Knex.QueryBuilder): Promise<readonly Received[]> {
    const rows: Row[] = await db.read((q) => query(q).select('received.*'));
    return rows.map(toReceived);
  }
  const firstOf = (where: string) =>
    gathered((questions: readonly (readonly string[])[]) => db.read((q) => firstOfEach(q, questions, where)));
  const sameText = firstOf(`from_id = asked.column2 and text_digest = asked.column3
    and received_at >= asked.column4 and outcome is not null order by received_at, id`);
  const encryptedFrom = firstOf(`from_id = asked.column2 and encrypted = 1
    and received_at >= asked.column3 and ticket_id is not null order by received_at desc, id desc`);
  return {
    accept: async (acceptance) => {
      const [id] = await db.write((trx) => takeIn(trx, [acceptance]));
      if (typeof id !== 'number') throw new Error('a mail of a mailbox is accepted by acceptAll');
      return id;
    },
    acceptAll: (acceptances) => db.write((trx) => takeIn(trx, acceptances)),
    claim: async (which = 'mail') => (await claim(db, leaseClock(), which))[0] ?? null,
    claimSome: (lane, atMost) => claim(db, leaseClock(), lane, atMost),
    defer: (id, token, lane) =>
      db.write(async (trx) => {
        await trx('received')
          .where({ id, token })
          .whereNull('outcome')
          .update({ ...noLease, lane });
      }),
    renew: (id, token) =>
      db.write(async (trx) => {
        const lease_until = newLease(leaseClock(), claimLeaseMs).until;
        const held = trx('received').where({ id, token }).whereNull('outcome');
        return (await held.update({ lease_until })) === 1;
      }),
    release: (id, token, killed) =>
      db.write(async (trx) => {
        await trx('received')
          .where({ id, token })
          .whereNull('outcome')
          .update(
            killed
              ? { ...noLease, lane: trx.raw("case when lane = 'fax' then lane else 'again' end") }
              : noLease,
          )
          .increment('kills', killed ? 1 : 0);
      }),
    withOutcome: (outcome) => many((q) => q('received').where({ outcome }).orderBy(['received_at', 'id'])),
    requeue: (id, now, actor) =>
      db.write(async (trx) => {
        const row: Row | undefined = await trx('received')
          .where({ id, outcome: 'quarantined' })
          .forUpdate()
          .first('reason');
        if (row === undefined) return false;
        const fresh = { outcome: null, reason: null, decided_at: null, facts: null, kills: 0, lane: 'again' };
        await trx('received').where({ id }).update(fresh);
        const reason = `quarantined → queued once more; it was: ${row['reason']}`;
        await writeEvents(trx, { at: now, ticketId: null, receivedId: id, outboxId: null }, [
          { kind: 'outcome', actor, reason },
        ]);
        return true;
      }),
    get: (id) => one((q) => q('received').where({ id })),
    raw: (id) =>
      db.read(async (q) => {
        const row: Row | undefined = await q('received').where({ id }).first('digest');
        return row === undefined ? null : blob(q, String(row['digest']));
      }),
    sameText: (from, textDigest, since) => sameText([addressKey(from), textDigest, instant(since)]),
    encryptedFrom: (from, since) => encryptedFrom([addressKey(from), instant(since)]),
    byMessageIds: async (ids) =>
      ids.length === 0
        ? []
        : many((q) =>
            q('received')
              .whereIn('message_id_id', ids.map(indexKey))
              .whereNotNull('outcome')
              .orderBy([
                { column: 'received_at', order: 'desc' },
                { column: 'id', order: 'desc' },
              ]),
          ),
    ofTicket: (ticketId) =>
      many((q) => q('received').where({ ticket_id: ticketId }).orderBy(['received_at', 'id'])),
    trail: (id) => db.read((q) => trail(q, id)),
    named: (messageId) =>
      db.read(async (q) => {
        const ids: unknown[] = await q('received')
          .where({ message_id_id: indexKey(messageId) })
          .orderBy(['received_at', 'id'])
          .pluck('id');
        return ids.map(Number);
      }),
    pages: (id) => db.read((q) => faxPages(q, id)),
    picture: (id, page) => db.read((q) => picture(q, id, page)),
    tally: () => db.read(tally),
  };
}

/** The first message that answers each question, or null. `where` knows what a question holds as `asked.column2` and on. */
async function firstOfEach(
  q: Knex,
  questions: readonly (readonly string[])[],
  where: string,
): Promise<readonly (Received | null)[]> {
  const asked = values(
    q,
    questions.map((one, place) => [place, ...one]),
  );
  const first = `(select id from received where ${where} limit 1)`;
  const found = q.raw(`(select asked.column1 as place, ${first} as id from ? as asked) as found`, [asked]);
  const rows: Row[] = await q
    .from(found)
    .join('received', 'received.id', 'found.id')
    .select('found.place', 'received.*');
  const byPlace = new Map(rows.map((row) => [Number(row['place']), toReceived(row)]));
  return questions.map((_, place) => byPlace.get(place) ?? null);
}
