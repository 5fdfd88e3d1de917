/** `uketsuke outbox list|cancel|retry|settle|run`: what waits, what left, and what an operator does about it (spec 5.4, 8). */
import { isoJst } from '../calendar/jst.ts';
import { nothing } from '../desk/aftermath.ts';
import { recipientsOfItem } from '../desk/answer-item.ts';
import { composeItem } from '../desk/compose-item.ts';
import { dispatchDue } from '../desk/dispatch.ts';
import type { SendingDesk } from '../desk/house.ts';
import type { OutboxItem } from '../desk/ports.ts';
import { retryLetter, settleLetter } from '../desk/settle-letter.ts';
import { type Door, Failed, UsageError } from './door.ts';

export interface OutboxEntry {
  readonly id: number;
  readonly kind: string;
  /** Several with a comma between; only answers have any in cc. */
  readonly to: string;
  readonly cc: readonly string[];
  readonly subject: string;
  readonly notBefore: string | null;
  readonly state: string;
  readonly reason: string | null;
  readonly ticket: string | null;
  readonly sentAt: string | null;
}

export async function outboxList(door: Door): Promise<void> {
  const desk = await door.desk();
  const entries: OutboxEntry[] = [];
  for (const item of await desk.store.outbox.list()) entries.push(await entryOf(desk, item, door.now()));
  door.print(entries, entries.length === 0 ? 'The outbox is empty.' : entries.map(line).join('\n'));
}

export async function outboxCancel(door: Door, idText: string): Promise<void> {
  const id = idOf('cancel', idText);
  const desk = await door.desk();
  const item = await desk.store.outbox.get(id);
  if (item === null) throw new Error(`outbox: there is no letter ${id}; see uketsuke outbox list`);
  const event = { kind: 'letter-cancelled', actor: 'operator', reason: `${item.kind} to ${item.to}` };
  const settlement = {
    kind: 'cancelled',
    at: door.now().toISOString(),
    reason: 'cancelled by an operator',
  } as const;
  const done = await desk.store.outbox.putAside(id, settlement, { ...nothing, events: [event] });
  if (!done)
    throw new Error(
      `outbox: letter ${id} is ${item.state} and can no longer be cancelled; only queued and held letters can`,
    );
  const entry = await entryOf(desk, (await desk.store.outbox.get(id))!, door.now());
  door.print(entry, `Letter ${id} (${item.kind} to ${item.to}) will not leave.`);
}

export async function outboxRetry(door: Door, idText: string): Promise<void> {
  const id = idOf('retry', idText);
  const desk = await door.desk();
  const notBefore = await retryLetter(desk, id, door.now());
  const entry = await entryOf(desk, (await desk.store.outbox.get(id))!, door.now());
  const when = notBefore === null ? 'when reception hours are known again' : isoJst(new Date(notBefore));
  door.print(
    entry,
    `Letter ${id} (${entry.kind} to ${entry.to}) leaves again, under the same Message-ID: ${when}`,
  );
}

export interface SettleOptions {
  readonly delivered?: boolean;
  readonly undelivered?: boolean;
}

export async function outboxSettle(door: Door, idText: string, options: SettleOptions): Promise<void> {
  const id = idOf('settle', idText);
  const delivered = options.delivered === true;
  if (delivered === (options.undelivered === true))
    throw new UsageError('outbox settle: say what became of it, with --delivered or with --undelivered');
  const desk = await door.desk();
  await settleLetter(desk, id, delivered, door.now());
  const entry = await entryOf(desk, (await desk.store.outbox.get(id))!, door.now());
  door.print(
    entry,
    `Letter ${id} (${entry.kind} to ${entry.to}) counts as ${delivered ? 'delivered' : 'not delivered'}; nothing was sent.`,
  );
}

function idOf(command: string, text: string): number {
  const id = Number(text);
  if (Number.isSafeInteger(id) && id >= 1) return id;
  throw new UsageError(`outbox ${command}: "${text}" is not an id; see uketsuke outbox list`);
}

export async function outboxRun(door: Door): Promise<void> {
  const desk = await door.desk();
  const trace = ({ state, attempts }: OutboxItem) => `${state} ${attempts}`;
  const before = new Map((await desk.store.outbox.list()).map((item) => [item.id, trace(item)]));
  await dispatchDue(desk, door.now);
  const entries: OutboxEntry[] = [];
  for (const item of await desk.store.outbox.list()) {
    if (trace(item) !== (before.get(item.id) ?? 'queued 0'))
      entries.push(await entryOf(desk, item, door.now()));
  }
  door.print(entries, entries.length === 0 ? 'Nothing was due.' : entries.map(line).join('\n'));
  const stayed = entries.filter(({ state }) => state !== 'sent' && state !== 'cancelled');
  if (stayed.length > 0) {
    const reasons = [...new Set(stayed.map(({ reason }) => reason))].join('; ');
    throw new Failed(`${stayed.length} of ${entries.length} letters did not leave: ${reasons}`);
  }
}

export async function entryOf(desk: SendingDesk, item: OutboxItem, now: Date): Promise<OutboxEntry> {
  const ticket = item.ticketId === null ? null : await desk.store.tickets.byId(item.ticketId);
  return {
    id: item.id,
    kind: item.kind,
    to: recipientsOfItem(item).to.join(', '),
    cc: recipientsOfItem(item).cc,
    subject: item.subject ?? (await subjectNow(desk, item, now)),
    notBefore: item.notBefore === null ? null : isoJst(new Date(item.notBefore)),
    state: item.state,
    reason: item.reason,
    ticket: ticket?.ref ?? null,
    sentAt: item.sentAt === null ? null : isoJst(new Date(item.sentAt)),
  };
}

/** A letter that cannot be worded now must not hide the others; dispatch tells why when its time comes. */
async function subjectNow(desk: SendingDesk, item: OutboxItem, now: Date): Promise<string> {
  return composeItem(desk, item, now).then(
    ({ subject }) => subject,
    (error: Error) => `(cannot be worded: ${error.message})`,
  );
}

function line(entry: OutboxEntry): string {
  const when =
    entry.state === 'queued'
      ? `leaves at ${entry.notBefore ?? '(no known reception hours: extend the calendar)'}${entry.reason === null ? '' : ` (${entry.reason})`}`
      : (entry.sentAt ?? entry.reason ?? '');
  return `${String(entry.id).padStart(5)}  ${entry.state.padEnd(9)} ${entry.kind.padEnd(15)} ${entry.to}  ${when}\n       ${entry.subject}`;
}
