import type { Knex } from 'knex';
import type { Lane, Trail } from '../desk/ports.ts';
import { blobSizes } from './blobs.ts';
import { numberOrNull, type Row, textOrNull } from './row.ts';
import { eventsWhere } from './tickets.ts';

/** How a message came and what became of it, beyond what the desk knows of every message. */
export async function trail(q: Knex, id: number): Promise<Trail | null> {
  const row: Row | undefined = await q('received').where({ id }).first();
  if (row === undefined) return null;
  const digest = String(row['digest']);
  const place: Row | undefined = await q('mailbox_ledger').where({ received_id: id }).first();
  const duplicates: unknown[] = await q('received').where({ duplicate_of: id }).orderBy('id').pluck('id');
  return {
    digest,
    bytes: (await blobSizes(q, [digest])).get(digest) ?? 0,
    purgedAt: textOrNull(row['purged_at']),
    partial: textOrNull(row['partial']),
    lane: row['lane'] as Lane,
    kills: Number(row['kills']),
    place:
      place === undefined
        ? null
        : {
            mailbox: String(place['mailbox']),
            uidValidity: String(place['uid_validity']),
            uid: Number(place['uid']),
            state: place['state'] as NonNullable<Trail['place']>['state'],
          },
    duplicateOf: numberOrNull(row['duplicate_of']),
    duplicates: duplicates.map(Number),
    events: await eventsWhere(q, { received_id: id }),
  };
}
