/** The ledger of messages: every accepted one has an outcome or waits in the queue (spec 2). */
import type { Desk } from './house.ts';
import type { Tally } from './ports.ts';

export interface Audit extends Tally {
  readonly decided: number;
  readonly difference: number;
  readonly balanced: boolean;
}

export async function audit(desk: Desk): Promise<Audit> {
  const tally = await desk.store.received.tally();
  const decided = Object.values(tally.outcomes).reduce((sum, count) => sum + count, 0);
  const difference = tally.accepted - decided - tally.queued;
  return { ...tally, decided, difference, balanced: difference === 0 && tally.contradictions.length === 0 };
}
