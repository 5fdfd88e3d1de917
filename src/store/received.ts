import type { Knex } from 'knex';
import type { ClaimedMessage, Lane, MessageFacts, Received, ReceivedStore, Source } from '../desk/ports.ts';
import type { Outcome } from '../ticket/ticket.ts';
import { takeIn } from './acceptance.ts';
import { blob } from './blobs.ts';
import { type Database, forOneWorker } from './database.ts';
import { faxPages, picture } from './fax-pages.ts';
import { claimLeaseMs, isDead, newLease } from './lease.ts';
import { addressKey, indexKey, instant, numberOrNull, type Row, textOrNull } from './row.ts';
import { tally } from './tally.ts';

export function receivedStore(db: Database, leaseClock: () => number): ReceivedStore {
  async function one(query: (q: Knex) => Knex.QueryBuilder): Promise<Received | null> {
    const row: Row | undefined = await db.read((q) => query(q).first('received.*'));
    return row === undefined ? null : toReceived(row);
  }
  async function many(query: (q: Knex) => Knex.QueryBuilder): Promise<readonly Received[]> {
    const rows: Row[] = await db.read((q) => query(q).select('received.*'));
    return rows.map(toReceived);
  }
  return {
    accept: async (acceptance) => {
      const id = await db.write((trx) => takeIn(trx, acceptance));
      if (id === null) throw new Error('a mail of a mailbox is accepted by acceptAll');
      return id;
    },
    acceptAll: (acceptances) =>
      db.write(async (trx) => {
        const ids: (number | null)[] = [];
        for (const acceptance of acceptances) ids.push(await takeIn(trx, acceptance));
        return ids;
      }),
    claim: (which = 'mail') => claim(db, leaseClock(), which),
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
          .update(noLease)
          .increment('kills', killed ? 1 : 0);
      }),
    twin: (contentKey) =>
      one((q) =>
        q('content_keys')
          .join('received', 'received.id', 'content_keys.received_id')
          .where('content_keys.content_key_id', indexKey(contentKey)),
      ),
    get: (id) => one((q) => q('received').where({ id })),
    raw: (id) =>
      db.read(async (q) => {
        const row: Row | undefined = await q('received').where({ id }).first('digest');
        return row === undefined ? null : blob(q, String(row['digest']));
      }),
    sameText: (from, textDigest, since) =>
      one((q) =>
        q('received')
          .where({ from_id: addressKey(from), text_digest: textDigest })
          .where('received_at', '>=', instant(since))
          .whereNotNull('outcome')
          .orderBy(['received_at', 'id']),
      ),
    encryptedFrom: (from, since) =>
      one((q) =>
        q('received')
          .where({ from_id: addressKey(from), encrypted: 1 })
          .where('received_at', '>=', instant(since))
          .whereNotNull('ticket_id')
          .orderBy([
            { column: 'received_at', order: 'desc' },
            { column: 'id', order: 'desc' },
          ]),
      ),
    byMessageIds: (ids) =>
      many((q) =>
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
    pages: (id) => db.read((q) => faxPages(q, id)),
    picture: (id, page) => db.read((q) => picture(q, id, page)),
    tally: () => db.read(tally),
  };
}

const noLease = { owner: null, token: null, lease_until: null };

async function claim(db: Database, now: number, which: Lane | number): Promise<ClaimedMessage | null> {
  const lease = newLease(now, claimLeaseMs);
  const row = await db.write(async (trx): Promise<Row | null> => {
    await freeDeadClaims(trx, now);
    const waiting = trx('received')
      .whereNull('outcome')
      .where((free) => free.whereNull('lease_until').orWhere('lease_until', '<=', now))
      .where(typeof which === 'number' ? { id: which } : { lane: which })
      .orderBy(['received_at', 'id']);
    const found: Row | undefined = await forOneWorker(waiting.first());
    if (found === undefined) return null;
    await trx('received')
      .where({ id: found['id'] })
      .update({ owner: lease.owner, token: lease.token, lease_until: lease.until });
    return found;
  });
  if (row === null) return null;
  const raw = await db.read((q) => blob(q, String(row['digest'])));
  if (raw === null) throw new Error(`message ${row['id']} has no bytes; run audit`);
  return {
    ...toReceived(row),
    token: lease.token,
    lane: row['lane'] as Lane,
    kills: Number(row['kills']),
    raw,
    partial: textOrNull(row['partial']),
  };
}

/** Claims of processes of this host that are gone, and claims whose time is over, are open to anybody again. */
export async function freeDeadClaims(trx: Knex, now: number): Promise<void> {
  const owners: string[] = await trx('received').whereNotNull('owner').distinct().pluck('owner');
  await trx('received')
    .whereNotNull('owner')
    .where((over) => over.whereIn('owner', owners.filter(isDead)).orWhere('lease_until', '<=', now))
    .update(noLease);
}

function toReceived(row: Row): Received {
  return {
    id: Number(row['id']),
    receivedAt: String(row['received_at']),
    source: {
      kind: row['source_kind'] as Source['kind'],
      name: String(row['source_name']),
      returnPath: textOrNull(row['return_path']),
      recipients: JSON.parse(String(row['recipients'])) as string[],
      ...(row['peer_trusted'] === null
        ? {}
        : { peer: { trusted: row['peer_trusted'] === 1, client: textOrNull(row['peer_client']) } }),
    },
    messageId: textOrNull(row['message_id']),
    contentKey: String(row['content_key']),
    quiet: row['quiet'] === 1,
    outcome: textOrNull(row['outcome']) as Outcome | null,
    reason: textOrNull(row['reason']),
    decidedAt: textOrNull(row['decided_at']),
    ticketId: numberOrNull(row['ticket_id']),
    facts: row['facts'] === null ? null : (JSON.parse(String(row['facts'])) as MessageFacts),
  };
}
