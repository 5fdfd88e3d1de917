/** `uketsuke intake FILE…`: takes mail files in as if received, and waits for each outcome (spec 8). */
import { parseTime } from '../calendar/jst.ts';
import { receiveOne } from '../desk/receive.ts';
import { type Door, Failed, UsageError } from './door.ts';

/** Another process may hold a message of ours; its outcome is waited for this long. */
const waitMsMax = 120_000;
const pollMs = 200;

export interface IntakeResult {
  readonly file: string;
  readonly id: number;
  /** Null where the mail has none; `id` is always there. */
  readonly messageId: string | null;
  /** Null when none was reached in time: the message stays queued and the daemon goes on with it. */
  readonly outcome: string | null;
  readonly reason: string | null;
  readonly ticket: string | null;
  readonly number: string | null;
}

export async function intake(
  door: Door,
  files: readonly string[],
  options: { readonly receivedAt?: string; readonly acknowledge?: boolean },
): Promise<void> {
  const receivedAt = options.receivedAt === undefined ? null : parseTime(options.receivedAt);
  if (options.receivedAt !== undefined && receivedAt === null) {
    throw new UsageError(
      `--received-at: "${options.receivedAt}" is not a time; write 2026-11-20T17:29:00 (Asia/Tokyo)`,
    );
  }
  const quiet = receivedAt !== null && options.acknowledge !== true;
  const accepted: { id: number; file: string }[] = [];
  const failures: string[] = [];
  for (const path of files) {
    try {
      for await (const mail of door.mailsIn(path)) {
        accepted.push({ id: await door.accept(mail, receivedAt ?? door.now(), quiet), file: mail.name });
        if (accepted.length % 100 === 0) door.progress(`${accepted.length} mails taken in`);
      }
    } catch (error) {
      const { message } = error as Error;
      failures.push(message.includes(path) ? message : `${path}: ${message}`);
    }
  }
  const results: IntakeResult[] = [];
  for (const { id, file } of accepted) {
    const result = await outcomeOf(door, id, file);
    results.push(result);
    if (result.outcome === null) failures.push(`${file}: ${result.reason}`);
    if (results.length % 100 === 0) door.progress(`${results.length} of ${accepted.length} mails decided`);
  }
  door.print(results, results.map(sentence).join('\n'));
  if (failures.length > 0) throw new Failed(failures.join('\n'));
}

/** Waits until the message is decided, deciding it here unless another process has it. */
export async function outcomeOf(door: Door, id: number, file: string): Promise<IntakeResult> {
  const desk = await door.desk();
  const until = Date.now() + waitMsMax;
  for (;;) {
    await receiveOne(desk, door.now, id);
    const message = await desk.store.received.get(id);
    if (message?.outcome != null) {
      const ticket = message.ticketId === null ? null : await desk.store.tickets.byId(message.ticketId);
      return {
        file,
        id,
        messageId: message.messageId,
        outcome: message.outcome,
        reason: message.reason,
        ticket: ticket?.ref ?? null,
        number: message.facts?.number ?? null,
      };
    }
    if (Date.now() > until) {
      const reason = `message ${id} has no outcome yet; it is safe, and uketsuke start goes on with it`;
      const messageId = message?.messageId ?? null;
      return { file, id, messageId, outcome: null, reason, ticket: null, number: null };
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function sentence(result: IntakeResult): string {
  const ticket = result.ticket === null ? '' : ` → ${result.ticket}`;
  return `${result.file}: ${result.outcome ?? 'queued'} (${result.reason})${ticket}`;
}
