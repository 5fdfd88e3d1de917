/** `uketsuke quarantine list|show|retry`: mails that killed the reader, or that nobody could read (spec 2). Their bytes are kept. */
import { isoJst } from '../calendar/jst.ts';
import type { OpenDesk } from '../desk/house.ts';
import type { Received } from '../desk/ports.ts';
import { type Door, Failed, UsageError } from './door.ts';
import { outcomeOf } from './intake.ts';

/** Of a header that may be a megabyte long, enough to know the mail by. */
const headLinesMax = 40;
const headLineCharsMax = 200;

export async function quarantineList(door: Door): Promise<void> {
  const { store } = await door.desk();
  const entries = (await store.received.withOutcome('quarantined')).map(entryOf);
  const lines = entries.map(
    (one) =>
      `${String(one.id).padStart(5)}  ${one.receivedAt}  by ${one.source} from ${one.from}  ${one.reason}`,
  );
  door.print(entries, entries.length === 0 ? 'Nothing is quarantined.' : lines.join('\n'));
}

export async function quarantineShow(
  door: Door,
  idText: string,
  options: { readonly save?: string },
): Promise<void> {
  const { store } = await door.desk();
  const message = await quarantinedMessage(store, idText);
  const raw = await store.received.raw(message.id);
  const saved =
    options.save === undefined || raw === null
      ? null
      : door.save(options.save, `message-${message.id}.eml`, raw);
  if (saved !== null && saved.path === null) throw new Failed(`quarantine: ${saved.how}`);
  const document = {
    ...entryOf(message),
    bytes: raw?.length ?? null,
    head: raw === null ? [] : headOf(raw),
    file: saved?.path ?? null,
  };
  const lines = [
    `message ${document.id}  received ${document.receivedAt} by ${document.source} from ${document.from}`,
    `reason: ${document.reason}`,
    raw === null ? 'its bytes are no longer kept' : `${raw.length} bytes are kept; it begins:`,
    ...document.head.map((line) => `  ${line}`),
    ...(document.file === null
      ? [`the whole mail: uketsuke quarantine show ${document.id} --save FOLDER (open it with care)`]
      : [`saved: ${document.file} (open it with care)`]),
    `once more: uketsuke quarantine retry ${document.id}`,
  ];
  door.print(document, lines.join('\n'));
}

/** Three more tries, here and now, with the time of receipt it always had. */
export async function quarantineRetry(door: Door, idText: string): Promise<void> {
  const { store } = await door.desk();
  const { id } = await quarantinedMessage(store, idText);
  if (!(await store.received.requeue(id, door.now().toISOString(), 'operator')))
    throw new Failed(`quarantine: message ${id} is no longer quarantined`);
  const { outcome, reason, ticket, number, messageId } = await outcomeOf(door, id, '');
  const document = { id, messageId, outcome, reason, ticket, number };
  const where = ticket === null ? '' : ` → ${ticket}`;
  door.print(document, `Message ${id}: ${outcome ?? 'queued'} (${reason})${where}`);
  if (outcome === 'quarantined' || outcome === null)
    throw new Failed(`quarantine: message ${id} cannot be read yet; its bytes stay as they are`);
}

async function quarantinedMessage(store: OpenDesk['store'], idText: string): Promise<Received> {
  const id = Number(idText);
  if (!Number.isSafeInteger(id) || id < 1)
    throw new UsageError(`quarantine: "${idText}" is not an id; see uketsuke quarantine list`);
  const message = await store.received.get(id);
  if (message === null)
    throw new Failed(`quarantine: there is no message ${id}; see uketsuke quarantine list`);
  if (message.outcome !== 'quarantined')
    throw new Failed(
      `quarantine: message ${id} is not quarantined, it is ${message.outcome ?? 'waiting to be read'}`,
    );
  return message;
}

function entryOf({ id, receivedAt, source, messageId, reason }: Received) {
  return {
    id,
    receivedAt: isoJst(new Date(receivedAt)),
    source: source.kind,
    from: source.returnPath === null || source.returnPath === '' ? 'an unknown sender' : source.returnPath,
    messageId,
    reason: reason ?? '',
  };
}

/** The first lines as they stand, on one screen: no parser touches them, and nothing in them moves the cursor. */
function headOf(raw: Buffer): readonly string[] {
  const lines = raw
    .subarray(0, headLinesMax * headLineCharsMax)
    .toString('utf8')
    .split(/\r\n|\r|\n/);
  return lines
    .slice(0, headLinesMax)
    .map((line) => line.replace(/[\p{Cc}\p{Cf}\u2028\u2029\ufffd]/gu, '·').slice(0, headLineCharsMax));
}
