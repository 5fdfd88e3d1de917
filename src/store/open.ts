import type { Journal, Store, TicketStore } from '../desk/ports.ts';
import { blocks } from './blocks.ts';
import { contractStore } from './contracts.ts';
import { guarded } from './damage.ts';
import { apart, connect, type Database, inside } from './database.ts';
import { decisions } from './decisions.ts';
import { mailboxLedger } from './mailboxes.ts';
import { migrate } from './migrate.ts';
import { outboxStore } from './outgoing.ts';
import { overview } from './overview.ts';
import { purge } from './purge.ts';
import { receivedStore } from './received.ts';
import { quietBefore } from './restored.ts';
import { search } from './search.ts';
import { sharedClock } from './shared-clock.ts';
import type { Patience } from './sqlite.ts';
import { eventsOf, loadTickets } from './tickets.ts';

export interface StoreOptions {
  /** `sqlite:PATH` or `postgres://…`. */
  readonly database: string;
  readonly log?: Journal;
  /** Milliseconds; judges the age of leases and nothing else. The clock of PostgreSQL there, else that of the host. */
  readonly leaseClock?: () => number;
  readonly patience?: Patience;
}

/**
 * Opens the memory of the desk on either database, migrated forward. Rejects with a `StoreError` whose `kind` says
 * whether trying again can help.
 */
export async function openStore(options: StoreOptions): Promise<Store & AsyncDisposable> {
  const { log } = options;
  const db = guarded(connect(options.database, log, options.patience), log);
  try {
    await migrate(db, log);
    const leaseClock = options.leaseClock ?? (db.dialect === 'postgres' ? await sharedClock(db) : Date.now);
    return { ...storeOn(db, leaseClock), [Symbol.asyncDispose]: () => db.close() };
  } catch (error) {
    await db.close();
    throw error;
  }
}

function storeOn(db: Database, leaseClock: () => number): Store {
  const received = receivedStore(db, leaseClock);
  const outbox = outboxStore(db, leaseClock);
  return {
    received,
    mailboxes: mailboxLedger(db, leaseClock),
    contracts: contractStore(db),
    outbox,
    overview: overview(db),
    tickets: ticketStore(db, received, outbox),
    ...decisions(db),
    ...blocks(db),
    purge: (order) => purge(db, order),
    quietBefore: () => db.read(quietBefore),
    together: (pieces) =>
      db.write(async (trx) => {
        const store = storeOn(inside(db, trx), leaseClock);
        const settled: Awaited<ReturnType<typeof apart>>[] = [];
        for (const piece of pieces) settled.push(await apart(trx, () => piece(store)));
        return settled as never;
      }),
    close: () => db.close(),
  };
}

function ticketStore(db: Database, received: Store['received'], outbox: Store['outbox']): TicketStore {
  const one = async (where: { id: number } | { ref: string }) =>
    (await db.read((q) => loadTickets(q, where)))[0] ?? null;
  return {
    byId: (id) => one({ id }),
    byRef: (ref) => one({ ref }),
    list: ({ state, number }) =>
      db.read((q) =>
        loadTickets(q, {
          ...(state === undefined ? {} : { state }),
          ...(number === undefined ? {} : { number }),
        }),
      ),
    search: (sought) => search(db, sought),
    detail: async (ref) => {
      const ticket = await one({ ref });
      if (ticket === null) return null;
      return {
        ticket,
        messages: await received.ofTicket(ticket.id),
        letters: await outbox.ofTicket(ticket.id),
        events: await db.read((q) => eventsOf(q, ticket.id)),
      };
    },
  };
}
