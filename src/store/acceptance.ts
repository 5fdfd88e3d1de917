import type { Knex } from 'knex';
import type { Acceptance, Place } from '../desk/ports.ts';
import { keepBlobs } from './blobs.ts';
import { indexKey, instant, type Row } from './row.ts';

/**
 * Writes raw bytes, rows and places of messages in the given order, with a few statements for all of them. Null for
 * one whose place is known, or that was taken before.
 */
export async function takeIn(
  trx: Knex,
  acceptances: readonly Acceptance[],
): Promise<readonly (number | null)[]> {
  const free = await claimPlaces(trx, acceptances);
  const known = await renumbered(trx, free);
  const fresh = free.filter((one) => !known.has(one));
  const ids = await insert(trx, fresh);
  await writePlaces(trx, new Map([...known, ...ids]));
  for (const one of fresh) {
    if (one.ignored !== undefined) await decideAtOnce(trx, ids.get(one)!, one.contentKey, one.ignored);
  }
  return acceptances.map((one) => ids.get(one) ?? null);
}

/**
 * Those without a place and those whose place is now theirs. The unique key makes a second process wait for the first
 * and then find the place taken.
 */
async function claimPlaces(trx: Knex, acceptances: readonly Acceptance[]): Promise<readonly Acceptance[]> {
  const places = acceptances.flatMap((one) =>
    one.place === undefined ? [] : [placeRow(one, one.place, null)],
  );
  if (places.length === 0) return acceptances;
  const rows: Row[] = await trx('mailbox_ledger')
    .insert(places)
    .onConflict(placeKey)
    .ignore()
    .returning(placeKey);
  const claimed = new Set(rows.map((row) => placeKey.map((name) => row[name]).join()));
  return acceptances.filter(({ place }) => {
    if (place === undefined) return true;
    // One place claimed by two of them belongs to the first.
    return claimed.delete([place.mailbox, place.uidValidity, place.uid].join());
  });
}

const placeKey = ['mailbox', 'uid_validity', 'uid'];

function placeRow(acceptance: Acceptance, { mailbox, account, uidValidity, uid }: Place, id: number | null) {
  const left = acceptance.ignored !== undefined || acceptance.partial !== undefined;
  const state = left ? 'left' : 'accepted';
  return { mailbox, account, uid_validity: uidValidity, uid, received_id: id, state };
}

async function writePlaces(trx: Knex, ids: ReadonlyMap<Acceptance, number>): Promise<void> {
  const rows = [...ids].flatMap(([one, id]) =>
    one.place === undefined ? [] : [placeRow(one, one.place, id)],
  );
  if (rows.length > 0) await trx('mailbox_ledger').insert(rows).onConflict(placeKey).merge(['received_id']);
}

/**
 * The messages these mailboxes gave us under an earlier numbering: same content, and no place leads to them any more.
 * Each is the same delivery, so it gets its new place and no second row.
 */
async function renumbered(
  trx: Knex,
  acceptances: readonly Acceptance[],
): Promise<ReadonlyMap<Acceptance, number>> {
  const placed = acceptances.filter((one) => one.place !== undefined);
  if (placed.length === 0) return new Map();
  const rows: Row[] = await trx('received')
    .where({ source_kind: 'imap' })
    .whereIn('source_name', [...new Set(placed.map((one) => one.source.name))])
    .whereIn(
      'content_key_id',
      placed.map((one) => indexKey(one.contentKey)),
    )
    .whereNotExists(trx('mailbox_ledger').select(trx.raw('1')).whereRaw('received_id = received.id'))
    .orderBy('id')
    .select('id', 'source_name', 'content_key_id');
  return paired(placed, rows, (one) => [one.source.name, indexKey(one.contentKey)], [
    'source_name',
    'content_key_id',
  ]);
}

/** Each acceptance with the first row of the same values that no acceptance before it was given. */
function paired(
  acceptances: readonly Acceptance[],
  rows: readonly Row[],
  valuesOf: (one: Acceptance) => readonly unknown[],
  columns: readonly string[],
): ReadonlyMap<Acceptance, number> {
  const left = new Map<string, number[]>();
  for (const row of rows) {
    const key = JSON.stringify(columns.map((name) => row[name]));
    left.set(key, [...(left.get(key) ?? []), Number(row['id'])]);
  }
  const found = new Map<Acceptance, number>();
  for (const one of acceptances) {
    const id = left.get(JSON.stringify(valuesOf(one)))?.shift();
    if (id !== undefined) found.set(one, id);
  }
  return found;
}

/** Neither database promises to return the rows in the order given, so each is known by what it holds. */
async function insert(
  trx: Knex,
  acceptances: readonly Acceptance[],
): Promise<ReadonlyMap<Acceptance, number>> {
  if (acceptances.length === 0) return new Map();
  const digests = await keepBlobs(
    trx,
    acceptances.map((one) => one.raw),
  );
  const rows = acceptances.map((one, index) => receivedRow(one, digests[index]!));
  const columns = ['content_key_id', 'received_at', 'digest', 'partial'] as const;
  const made: Row[] = await trx('received')
    .insert(rows)
    .returning(['id', ...columns]);
  const rowOf = new Map(acceptances.map((one, index) => [one, rows[index]!]));
  const byId = made.toSorted((a, b) => Number(a['id']) - Number(b['id']));
  return paired(acceptances, byId, (one) => columns.map((name) => rowOf.get(one)![name]), columns);
}

function receivedRow({ source, messageId, contentKey, ...one }: Acceptance, digest: string) {
  return {
    received_at: instant(one.receivedAt),
    source_kind: source.kind,
    source_name: source.name,
    return_path: source.returnPath,
    recipients: JSON.stringify(source.recipients),
    peer_trusted: source.peer === undefined ? null : source.peer.trusted ? 1 : 0,
    peer_client: source.peer?.client ?? null,
    message_id: messageId,
    message_id_id: messageId === null ? null : indexKey(messageId),
    content_key: contentKey,
    content_key_id: indexKey(contentKey),
    quiet: one.quiet ? 1 : 0,
    lane: source.returnPath === '' ? 'returned' : 'mail',
    digest,
    encrypted: 0,
    kills: 0,
    partial: one.partial ?? null,
  };
}

/** An outcome without reading. The ledger wants each identity held once: a second copy is a duplicate of the first. */
async function decideAtOnce(
  trx: Knex,
  id: number,
  contentKey: string,
  ignored: NonNullable<Acceptance['ignored']>,
): Promise<void> {
  const key = indexKey(contentKey);
  await trx('content_keys')
    .insert({ content_key_id: key, received_id: id })
    .onConflict('content_key_id')
    .ignore();
  const holder: Row = await trx('content_keys').where({ content_key_id: key }).first('received_id');
  const first = Number(holder['received_id']);
  await trx('received')
    .where({ id })
    .update({
      decided_at: instant(ignored.at),
      ...(first === id
        ? { outcome: 'ignored', reason: ignored.reason }
        : { outcome: 'duplicate', reason: `duplicate of message ${first}`, duplicate_of: first }),
    });
}
