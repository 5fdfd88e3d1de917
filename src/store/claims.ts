import type { Knex } from 'knex';
import type { ClaimedMessage, Lane } from '../desk/ports.ts';
import { blobSizes, blobs } from './blobs.ts';
import { type Database, forOneWorker } from './database.ts';
import { claimLeaseMs, isDead, newLease, noLease } from './lease.ts';
import { toReceived } from './received-row.ts';
import { numberOrNull, type Row, textOrNull } from './row.ts';

/**
 * Leases the oldest waiting messages of a lane, or the one named, in one transaction; the bytes are read after it. However
 * large, the first is taken; those behind it only while all together stay within `bytes`.
 */
export async function claim(
  db: Database,
  now: number,
  which: Lane | number,
  atMost: { readonly messages: number; readonly bytes: number } = { messages: 1, bytes: 0 },
): Promise<readonly ClaimedMessage[]> {
  // Asked every few seconds by each lane: where nothing waits, nobody takes the write lock.
  if (!(await db.read(anyUndecided))) return [];
  const lease = newLease(now, claimLeaseMs);
  const claimed = await db.write(async (trx) => {
    await freeDeadClaims(trx, now);
    const waiting = trx('received')
      .whereNull('outcome')
      .where((free) => free.whereNull('lease_until').orWhere('lease_until', '<=', now))
      .where(typeof which === 'number' ? { id: which } : { lane: which })
      .orderBy(['received_at', 'id'])
      .limit(atMost.messages);
    const rows = await within(trx, atMost.bytes, await forOneWorker(waiting.select()));
    const ids = rows.map((row) => row['id'] as number);
    if (rows.length > 0)
      await trx('received')
        .whereIn('id', ids)
        .update({ owner: lease.owner, token: lease.token, lease_until: lease.until });
    return { rows, twins: await twinsOf(trx, rows) };
  });
  const raws = await db.read((q) => blobs(q, claimed.rows.map(digestOf)));
  return claimed.rows.map((row) => {
    const raw = raws.get(digestOf(row));
    if (raw === undefined) throw new Error(`message ${row['id']} has no bytes; run audit`);
    return {
      ...toReceived(row),
      token: lease.token,
      lane: row['lane'] as Lane,
      kills: Number(row['kills']),
      raw,
      partial: textOrNull(row['partial']),
      twin: otherThan(row['id'], claimed.twins.get(row['content_key_id'])),
    };
  });
}

/** A message that is decided once more holds its identity itself. */
const otherThan = (id: unknown, twin: ClaimedMessage['twin'] | undefined) =>
  twin === undefined || twin?.id === Number(id) ? null : twin;

async function anyUndecided(q: Knex): Promise<boolean> {
  const row: Row | undefined = await q('received').whereNull('outcome').first('id');
  return row !== undefined;
}

const digestOf = (row: Row) => String(row['digest']);

/** Those at the head of the queue that fit, and in any case the first. */
async function within(trx: Knex, bytesMax: number, rows: readonly Row[]): Promise<readonly Row[]> {
  if (rows.length < 2) return rows;
  const sizes = await blobSizes(trx, rows.map(digestOf));
  let bytes = 0;
  return rows.filter((row, index) => {
    bytes += sizes.get(digestOf(row)) ?? 0;
    return index === 0 || bytes <= bytesMax;
  });
}

async function twinsOf(
  trx: Knex,
  rows: readonly Row[],
): Promise<ReadonlyMap<unknown, NonNullable<ClaimedMessage['twin']>>> {
  if (rows.length === 0) return new Map();
  const keys = rows.map((row) => String(row['content_key_id']));
  const found: Row[] = await trx('content_keys')
    .join('received', 'received.id', 'content_keys.received_id')
    .whereIn('content_keys.content_key_id', keys)
    .select('content_keys.content_key_id', 'received.id', 'received.ticket_id');
  return new Map(
    found.map((row) => [
      row['content_key_id'],
      { id: Number(row['id']), ticketId: numberOrNull(row['ticket_id']) },
    ]),
  );
}

/** Claims of processes of this host that are gone, and claims whose time is over, are open to anybody again. */
export async function freeDeadClaims(trx: Knex, now: number): Promise<void> {
  const owners: string[] = await trx('received').whereNotNull('owner').distinct().pluck('owner');
  await trx('received')
    .whereNotNull('owner')
    .where((over) => over.whereIn('owner', owners.filter(isDead)).orWhere('lease_until', '<=', now))
    .update(noLease);
}
