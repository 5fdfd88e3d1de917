/** Letters as rows of the outbox: written once each, taken out of the queue, and read back. */
import type { Knex } from 'knex';
import type { NewLetter, OutboxItem, OutboxState, Stop } from '../desk/ports.ts';
import type { LetterKind } from '../ticket/ticket.ts';
import { addressKey, indexKey, instant, instantOrNull, numberOrNull, type Row, textOrNull } from './row.ts';
import { type About, writeEvents } from './tickets.ts';

/** Writes letters once each: a key that exists is passed over. */
export async function writeAllLetters(
  trx: Knex,
  all: readonly (readonly [About, readonly NewLetter[]])[],
): Promise<void> {
  const rows = all.flatMap(([about, letters]) => letters.map((letter) => letterRow(about, letter)));
  if (rows.length > 0) await trx('outbox').insert(rows).onConflict('once_key_id').ignore();
}

function letterRow(about: About, letter: NewLetter) {
  if (about.ticketId === null && letter.onceKey.includes('{ticket}'))
    throw new Error(`a letter without a ticket has the key ${letter.onceKey}`);
  const onceKey = letter.onceKey.replaceAll('{ticket}', String(about.ticketId));
  return {
    kind: letter.kind,
    ticket_id: about.ticketId,
    received_id: about.receivedId,
    to_address: letter.to,
    to_id: addressKey(letter.to),
    once_key: onceKey,
    once_key_id: indexKey(onceKey),
    not_before: instantOrNull(letter.notBefore),
    data: JSON.stringify(letter.data),
    state: letter.held === undefined ? 'queued' : 'held',
    reason: letter.held ?? null,
    attempts: 0,
    created_at: instant(about.at),
    body_begun: 0,
  };
}

/** Takes letters out of the queue. False when one that must not leave has begun to. */
export async function stopLetters(trx: Knex, about: About, stops: readonly Stop[]): Promise<boolean> {
  for (const { id, state, reason, must } of stops) {
    // What is held stays cancellable; what is cancelled stays so.
    const stoppable = state === 'held' ? ['queued'] : ['queued', 'held'];
    const stopped = await trx('outbox').where({ id }).whereIn('state', stoppable).update({ state, reason });
    if (stopped === 1)
      await writeEvents(trx, { ...about, outboxId: id }, [
        { kind: `letter-${state}`, actor: 'system', reason },
      ]);
    else if (must) return false;
  }
  return true;
}

export function toItem(row: Row): OutboxItem {
  return {
    id: Number(row['id']),
    kind: row['kind'] as LetterKind,
    ticketId: numberOrNull(row['ticket_id']),
    receivedId: numberOrNull(row['received_id']),
    to: String(row['to_address']),
    onceKey: String(row['once_key']),
    notBefore: textOrNull(row['not_before']),
    data: JSON.parse(String(row['data'])) as OutboxItem['data'],
    state: row['state'] as OutboxState,
    reason: textOrNull(row['reason']),
    attempts: Number(row['attempts']),
    createdAt: String(row['created_at']),
    attemptedAt: textOrNull(row['attempted_at']),
    messageId: textOrNull(row['message_id']),
    subject: textOrNull(row['subject']),
    sentAt: textOrNull(row['sent_at']),
  };
}
