/** Imports the registry and opens the tickets that waited for a period (spec 3.5). */
import { dayOf } from '../calendar/jst.ts';
import { type Contract, registeredContact, standing } from '../inquiry/contract.ts';
import type { Ticket } from '../ticket/ticket.ts';
import type { Desk } from './house.ts';
import { newLetter, staffLetters } from './queueing.ts';

/** Reasons of `review` that a renewed period answers; the first word of the message's reason. */
const waitsForPeriod = ['expired', 'not-started'];

/** Returns the references of the tickets that opened. */
export async function importContracts(
  desk: Desk,
  contracts: readonly Contract[],
  now: Date,
): Promise<readonly string[]> {
  await desk.store.contracts.replace(contracts, now.toISOString());
  const reopened: string[] = [];
  for (const contract of contracts) {
    for (const ticket of await desk.store.tickets.list({ state: 'review', number: contract.number })) {
      for (let fresh: Ticket | null = ticket; fresh !== null; ) {
        const done = await reopen(desk, contract, fresh, now);
        if (done === 'done') reopened.push(ticket.ref);
        fresh = done === 'stale' ? await desk.store.tickets.byId(ticket.id) : null;
      }
    }
  }
  return reopened;
}

/** The ticket opens with its original time of receipt, which the new period must cover; letter 1 follows. */
async function reopen(
  desk: Desk,
  contract: Contract,
  ticket: Ticket,
  now: Date,
): Promise<'done' | 'stale' | 'not-waiting'> {
  const waiting = (await desk.store.received.ofTicket(ticket.id)).filter(
    (one) => one.outcome === 'review' && waitsForPeriod.includes(one.reason?.split(' ')[0] ?? ''),
  );
  const first = waiting[0];
  const covered = standing(contract, dayOf(new Date(ticket.openedAt))).kind === 'valid';
  if (first === undefined || ticket.state !== 'review' || !covered) return 'not-waiting';
  const author = ticket.participants.find((one) => one.role === 'author')?.address ?? '';
  const known = author !== '' && registeredContact(contract, author) !== null;
  // Who was told of the period is told that it is settled; to whom no letter could go, none goes now.
  const asked = (await desk.store.outbox.ofTicket(ticket.id)).find((one) => one.kind === 'period');
  const { house } = desk;
  const letters = first.quiet
    ? []
    : [
        ...(known && asked !== undefined
          ? [
              newLetter(house, now, 'acknowledgement', asked.to, 'acknowledgement:{ticket}', {
                result: 'valid',
              }),
            ]
          : []),
        ...staffLetters(house, now, 'new', `renewed:${ticket.id}`, { receivedId: first.id }),
      ];
  return desk.store.change(
    now.toISOString(),
    { id: ticket.id, version: ticket.version, state: 'open', verified: known },
    waiting.map(({ id }) => ({ id, outcome: 'ticket-opened', reason: 'valid (period renewed)' })),
    letters,
    [
      {
        kind: 'period-renewed',
        actor: 'operator',
        reason: `the registry now covers ${dayOf(new Date(ticket.openedAt))}`,
      },
    ],
  );
}
