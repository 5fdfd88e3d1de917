/** The customer's files that travel with a notification, as far as they fit; the others are told by name and how to get them. */
import { type Carried, staffFilesBytesMax, whatFits } from '../reply/attachment.ts';
import type { FileFacts } from '../reply/staff-facts.ts';
import type { Desk } from './house.ts';
import type { MessageFacts } from './message-facts.ts';
import type { Occasion } from './occasion.ts';
import type { OutboxItem, Received, Store } from './ports.ts';

/** A page of 1-bit pixels is a tenth of it. */
const pictureBytesMax = 1_000_000;

/** Told of a letter of ours, or of a mail nobody can read: a customer's files have no part in it. */
const withoutFiles = ['bounce', 'quarantined', 'failed', 'uncertain'];

export function isAboutLetter({ data }: OutboxItem): boolean {
  return withoutFiles.includes(String(data['event']));
}

/** The same files go to each member of staff in turn: taken out once, the last ones are at hand. */
const atHand = new WeakMap<
  Desk['reader'],
  { readonly message: number; readonly files: readonly Carried[] }
>();

/**
 * Bytes of the files that fit, and behind them, of a fax, pictures a telephone can show: the place of the number and
 * page one. None when the files cannot be taken out.
 */
export async function enclosedFiles(desk: Desk, { item, message }: Occasion): Promise<readonly Carried[]> {
  const wanted = item.kind === 'notification' && !isAboutLetter(item);
  if (!wanted || message === null || (message.facts?.attachments ?? []).length === 0) return [];
  const before = atHand.get(desk.reader);
  if (before?.message === message.id) return before.files;
  const files = await takenOut(desk, message);
  atHand.set(desk.reader, { message: message.id, files });
  return files;
}

async function takenOut({ store, reader }: Desk, message: Received): Promise<readonly Carried[]> {
  const raw = await store.received.raw(message.id);
  const unpacked = raw === null ? null : await reader.unpack(raw);
  if (unpacked?.kind !== 'unpacked') return [];
  const taken = unpacked.attachments.map(({ name, type, content }) => ({ name, type, bytes: content }));
  const files = [...taken, ...(await faxPictures(store, message))];
  const fits = new Set(whatFits(files.map(sized), staffFilesBytesMax).carried.map(({ at }) => at));
  return files.filter((_file, at) => fits.has(at));
}

async function faxPictures({ received }: Store, { id, facts }: Received): Promise<readonly Carried[]> {
  if (facts?.fax === undefined) return [];
  const pictures: Carried[] = [];
  for (const [page, name] of ['番号の場所.png', '1枚目.png'].entries()) {
    const bytes = await received.picture(id, page);
    if (bytes !== null && bytes.length < pictureBytesMax) pictures.push({ name, type: 'image/png', bytes });
  }
  return pictures;
}

/** How each file is told: whether it is in the mail, or why it is not. */
export function filesTold(
  attachments: MessageFacts['attachments'],
  carried: readonly Carried[],
): readonly FileFacts[] {
  const fits = new Set(
    whatFits(
      attachments.map((one, at) => ({ ...one, at })),
      staffFilesBytesMax,
    ).carried.map(({ at }) => at),
  );
  const taken = carried.length >= fits.size;
  const pictures = carried
    .slice(fits.size)
    .map(({ name, bytes }) => ({ name, bytes: bytes.length, note: '添付' }));
  const told = attachments.map(({ name, bytes, encrypted }, at) => {
    const note = !fits.has(at) ? '保管のみ(転送上限超)' : taken ? '添付' : '保管のみ(取り出せませんでした)';
    return { name, bytes, note: encrypted ? `暗号化 ${note}` : note };
  });
  return [...told, ...pictures];
}

function sized({ bytes }: Carried, at: number): { readonly bytes: number; readonly at: number } {
  return { bytes: bytes.length, at };
}
