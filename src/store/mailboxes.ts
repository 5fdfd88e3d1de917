import type { MailboxLedger, Numbering } from '../desk/ports.ts';
import type { Database } from './database.ts';
import { instant } from './row.ts';

/** Bound parameters a statement may have on either database, with room to spare. */
const uidsMax = 500;

export function mailboxLedger(db: Database): MailboxLedger {
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
  };
}

const keyOf = ({ mailbox, uidValidity }: Numbering) => ({ mailbox, uid_validity: uidValidity });

function chunks(uids: readonly number[]): readonly (readonly number[])[] {
  const found: (readonly number[])[] = [];
  for (let at = 0; at < uids.length; at += uidsMax) found.push(uids.slice(at, at + uidsMax));
  return found;
}
