import type { Knex } from 'knex';
import type { MailboxLedger, Numbering } from '../desk/ports.ts';
import type { Database } from './database.ts';
import { isDead, leadLeaseMs, newLease, noLease } from './lease.ts';
import { instant, type Row } from './row.ts';

/** Bound parameters a statement may have on either database, with room to spare. */
const uidsMax = 500;

export function mailboxLedger(db: Database, leaseClock: () => number): MailboxLedger {
  return {
    begin: ({ mailbox, account, uidValidity }, since) =>
      db.write(async (trx) => {
        const dropped: number = await trx('mailbox_ledger')
          .where({ mailbox })
          .where((other) =>
            other.whereNot({ account }).orWhere((q) => q.whereNot({ uid_validity: uidValidity })),
          )
          .delete();
        const older = trx('received')
          .select('id')
          .where({ source_kind: 'imap', source_name: mailbox, outcome: 'ignored', reason: 'before-since' });
        if (since !== null) older.where('received_at', '>=', instant(since));
        await trx('mailbox_ledger').where({ mailbox, state: 'left' }).whereIn('received_id', older).delete();
        return dropped > 0;
      }),
    unknown: (numbering, uids) =>
      db.read(async (q) => {
        const known = new Set<number>();
        for (const some of chunks(uids)) {
          const found: (number | string)[] = await q('mailbox_ledger')
            .where(keyOf(numbering))
            .whereIn('uid', some)
            .pluck('uid');
          for (const uid of found) known.add(Number(uid));
        }
        return uids.filter((uid) => !known.has(uid));
      }),
    unsettled: (numbering, limit) =>
      db.read(async (q) => {
        const found: (number | string)[] = await q('mailbox_ledger')
          .where({ ...keyOf(numbering), state: 'accepted' })
          .orderBy('uid')
          .limit(limit)
          .pluck('uid');
        return found.map(Number);
      }),
    settled: (numbering, uids) =>
      db.write(async (trx) => {
        for (const some of chunks(uids))
          await trx('mailbox_ledger').where(keyOf(numbering)).whereIn('uid', some).update({ state: 'done' });
      }),
    lead: async (mailbox, token) => {
      const row = (q: Knex): Promise<Row | undefined> =>
        q('mailbox_leaders').where({ mailbox }).first().then();
      const mayTake = (found: Row | undefined) =>
        found === undefined ||
        found['token'] === null ||
        found['token'] === token ||
        Number(found['lease_until']) <= leaseClock() ||
        isDead(String(found['owner']));
      // Those who wait only look.
      if (!mayTake(await db.read(row))) return null;
      return db.write(async (trx) => {
        await trx('mailbox_leaders').insert({ mailbox }).onConflict('mailbox').ignore();
        const [found]: Row[] = await trx('mailbox_leaders').where({ mailbox }).forUpdate();
        if (!mayTake(found)) return null;
        const lease = newLease(leaseClock(), leadLeaseMs);
        const kept = token !== null && found?.['token'] === token ? token : lease.token;
        await trx('mailbox_leaders')
          .where({ mailbox })
          .update({ owner: lease.owner, token: kept, lease_until: lease.until });
        return kept;
      });
    },
    resign: (mailbox, token) =>
      db.write(async (trx) => void (await trx('mailbox_leaders').where({ mailbox, token }).update(noLease))),
  };
}

const keyOf = ({ mailbox, uidValidity }: Numbering) => ({ mailbox, uid_validity: uidValidity });

function chunks(uids: readonly number[]): readonly (readonly number[])[] {
  const found: (readonly number[])[] = [];
  for (let at = 0; at < uids.length; at += uidsMax) found.push(uids.slice(at, at + uidsMax));
  return found;
}
