import type { Knex } from 'knex';
import { isStaffMail, type LetterKind } from '../ticket/ticket.ts';
import { connect, type Database } from './database.ts';
import { noLease } from './lease.ts';
import { migrate } from './migrate.ts';
import { instant, numberOrNull, type Row, textOrNull } from './row.ts';
import { writeEvents } from './tickets.ts';

/** What the lost life of a store may have counted up meanwhile: numbers it gave must never be given again. */
const idGap = 1_000_000;
const refGap = 5_000;

export interface Gap {
  readonly backupAt: string;
  /** Until then the other life went on. */
  readonly lostAt: string;
  readonly restoredAt: string;
  /** Days in Asia/Tokyo on which it may have opened tickets. */
  readonly days: readonly string[];
}

/** A letter that waited when the backup was made. */
export interface WaitedLetter {
  readonly id: number;
  readonly kind: LetterKind;
  readonly to: string;
  readonly ref: string | null;
  readonly became: 'uncertain' | 'cancelled';
}

/**
 * Makes a restored store safe to start: what waited and could have left since is sent by nobody. A letter to a customer
 * becomes `uncertain` for a person to decide; mail to staff is dropped, the morning list tells the same. References and
 * ids go on beyond all the lost life can have given, so that no mark or reference of it ever leads to another ticket.
 */
export async function bridge(database: string, gap: Gap): Promise<readonly WaitedLetter[]> {
  const db = connect(database);
  try {
    await migrate(db);
    return await db.write((trx) => close(db, trx, gap));
  } finally {
    await db.close();
  }
}

async function close(db: Database, trx: Knex, gap: Gap): Promise<readonly WaitedLetter[]> {
  const [restoredAt, backupAt, lostAt] = [gap.restoredAt, gap.backupAt, gap.lostAt].map(instant);
  await trx('restores').insert({ restored_at: restoredAt, backup_at: backupAt, lost_at: lostAt });
  await trx('received').whereNotNull('owner').update(noLease);
  await trx('mailbox_leaders').update(noLease);
  // What waited to be decided was decided, and perhaps answered, by the life that is lost.
  await trx('received').whereNull('outcome').where('received_at', '<', lostAt!).update({ quiet: 1 });
  const waited: Row[] = await trx('outbox')
    .leftJoin('tickets', 'tickets.id', 'outbox.ticket_id')
    .whereIn('outbox.state', ['queued', 'sending'])
    // One whose time comes later cannot have left.
    .where((q) =>
      q
        .whereNull('outbox.not_before')
        .orWhere('outbox.not_before', '<=', lostAt!)
        .orWhere('outbox.state', 'sending'),
    )
    .orderBy('outbox.id')
    .select('outbox.*', 'tickets.ref');
  const letters: WaitedLetter[] = [];
  for (const row of waited) {
    const kind = row['kind'] as LetterKind;
    const became = isStaffMail(kind) ? 'cancelled' : 'uncertain';
    const reason = `restored from a backup of ${backupAt}: it may have left since`;
    await trx('outbox')
      .where({ id: row['id'] })
      .update({ ...noLease, state: became, reason });
    const about = {
      at: restoredAt!,
      ticketId: numberOrNull(row['ticket_id']),
      receivedId: numberOrNull(row['received_id']),
      outboxId: Number(row['id']),
    };
    const to = String(row['to_address']);
    await writeEvents(trx, about, [
      { kind: `letter-${became}`, actor: 'operator', reason: `${kind} to ${to}: ${reason}` },
    ]);
    letters.push({ id: about.outboxId, kind, to, ref: textOrNull(row['ref']), became });
  }
  for (const table of ['tickets', 'received', 'outbox', 'events']) await skip(db, trx, table);
  for (const day of gap.days)
    await trx('ref_counters')
      .insert({ day, last: refGap })
      .onConflict('day')
      .merge({ last: trx.raw('?? + ?', ['ref_counters.last', refGap]) });
  return letters;
}

/** The ids of this table go on beyond the gap. */
async function skip(db: Database, trx: Knex, table: string): Promise<void> {
  const row: Row | undefined = await trx(table).max({ last: 'id' }).first();
  const next = Number(row?.['last'] ?? 0) + idGap;
  if (db.dialect === 'postgres') {
    await trx.raw("select setval(pg_get_serial_sequence(?, 'id'), ?)", [table, next]);
    return;
  }
  const changed = await trx('sqlite_sequence').where({ name: table }).update({ seq: next });
  if (changed === 0) await trx('sqlite_sequence').insert({ name: table, seq: next });
}

export async function quietBefore(q: Knex): Promise<string | null> {
  const row: Row | undefined = await q('restores').max({ at: 'lost_at' }).first();
  return textOrNull(row?.['at']);
}
