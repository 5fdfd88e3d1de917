import type { Knex } from 'knex';
import type { Acceptance, Place } from '../desk/ports.ts';
import { keepBlob } from './blobs.ts';
import { indexKey, instant, type Row } from './row.ts';

/** Writes raw bytes, row and place of one message. Null when its place is known or it was taken before. */
export async function takeIn(trx: Knex, acceptance: Acceptance): Promise<number | null> {
  const { place } = acceptance;
  if (place === undefined) return insert(trx, acceptance);
  const left = acceptance.ignored !== undefined || acceptance.partial !== undefined;
  if (!(await claimPlace(trx, place, left ? 'left' : 'accepted'))) return null;
  const before = await renumbered(trx, acceptance);
  const id = before ?? (await insert(trx, acceptance));
  await trx('mailbox_ledger').where(keyOf(place)).update({ received_id: id });
  return before === null ? id : null;
}

/** The unique key makes a second process wait for the first and then find the place taken. */
async function claimPlace(trx: Knex, place: Place, state: 'accepted' | 'left'): Promise<boolean> {
  const rows: Row[] = await trx('mailbox_ledger')
    .insert({ ...keyOf(place), account: place.account, received_id: null, state })
    .onConflict(['mailbox', 'uid_validity', 'uid'])
    .ignore()
    .returning('uid');
  return rows.length > 0;
}

const keyOf = ({ mailbox, uidValidity, uid }: Place) => ({ mailbox, uid_validity: uidValidity, uid });

/**
 * The message this mailbox gave us under an earlier numbering: same content, and no place leads to it any more. It
 * is the same delivery, so it gets its new place and no second row.
 */
async function renumbered(trx: Knex, { source, contentKey }: Acceptance): Promise<number | null> {
  const row: Row | undefined = await trx('received')
    .where({
      source_kind: 'imap',
      source_name: source.name,
      content_key_id: indexKey(contentKey),
    })
    .whereNotExists(trx('mailbox_ledger').select(trx.raw('1')).whereRaw('received_id = received.id'))
    .orderBy('id')
    .first('id');
  return row === undefined ? null : Number(row['id']);
}

async function insert(trx: Knex, acceptance: Acceptance): Promise<number> {
  const digest = await keepBlob(trx, acceptance.raw);
  const { source, messageId, ignored } = acceptance;
  const [row] = await trx('received')
    .insert({
      received_at: instant(acceptance.receivedAt),
      source_kind: source.kind,
      source_name: source.name,
      return_path: source.returnPath,
      recipients: JSON.stringify(source.recipients),
      peer_trusted: source.peer === undefined ? null : source.peer.trusted ? 1 : 0,
      peer_client: source.peer?.client ?? null,
      message_id: messageId,
      message_id_id: messageId === null ? null : indexKey(messageId),
      content_key: acceptance.contentKey,
      content_key_id: indexKey(acceptance.contentKey),
      quiet: acceptance.quiet ? 1 : 0,
      digest,
      encrypted: 0,
      kills: 0,
      partial: acceptance.partial ?? null,
    })
    .returning('id');
  const id = Number(row.id);
  if (ignored !== undefined) await decideAtOnce(trx, id, acceptance.contentKey, ignored);
  return id;
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
