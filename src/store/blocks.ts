/** Senders whose mail is kept and ignored, each with the reason. */
import type { Knex } from 'knex';
import type { Block, Store } from '../desk/ports.ts';
import type { Database } from './database.ts';
import { gathered } from './gather.ts';
import { addressKey, instant, type Row } from './row.ts';
import type { About } from './tickets.ts';

export function blocks(db: Database): Pick<Store, 'blocked' | 'blocks' | 'unblock'> {
  return {
    blocked: gathered(async (addresses) => {
      const keys = addresses.map(addressKey);
      const rows: Row[] = await db.read((q) => q('blocked_senders').whereIn('address_id', keys));
      const reasons = new Map(rows.map((row) => [row['address_id'], String(row['reason'])]));
      return keys.map((key) => reasons.get(key) ?? null);
    }),
    blocks: () =>
      db.read(async (q) => {
        const rows: Row[] = await q('blocked_senders').orderBy(['at', 'address_id']);
        return rows.map((row) => ({
          address: String(row['address']),
          reason: String(row['reason']),
          at: String(row['at']),
        }));
      }),
    unblock: (address) =>
      db.write(async (trx) => {
        return (
          (await trx('blocked_senders')
            .where({ address_id: addressKey(address) })
            .delete()) > 0
        );
      }),
  };
}

export async function writeBlock(trx: Knex, about: About, { address, reason }: Block): Promise<void> {
  await trx('blocked_senders')
    .insert({
      address_id: addressKey(address),
      address,
      reason,
      at: instant(about.at),
      ticket_id: about.ticketId,
    })
    .onConflict('address_id')
    .ignore();
}
