/** The customer's files that travel with a notification, as far as they fit; the others are told by name and how to get them. */
import { type Carried, staffFilesBytesMax, whatFits } from '../reply/attachment.ts';
import type { FileFacts } from '../reply/staff-facts.ts';
import type { Desk } from './house.ts';
import type { MessageFacts } from './message-facts.ts';
import type { Occasion } from './occasion.ts';
import type { OutboxItem } from './ports.ts';

/** Told of a letter of ours, or of a mail nobody can read: a customer's files have no part in it. */
const withoutFiles = ['bounce', 'quarantined', 'failed', 'uncertain'];

export function isAboutLetter({ data }: OutboxItem): boolean {
  return withoutFiles.includes(String(data['event']));
}

/** Bytes of the files that fit; none when they cannot be taken out. */
export async function enclosedFiles(
  { store, reader }: Desk,
  { item, message }: Occasion,
): Promise<readonly Carried[]> {
  const wanted = item.kind === 'notification' && !isAboutLetter(item);
  if (!wanted || message === null || (message.facts?.attachments ?? []).length === 0) return [];
  const raw = await store.received.raw(message.id);
  const unpacked = raw === null ? null : await reader.unpack(raw);
  if (unpacked?.kind !== 'unpacked') return [];
  const files = unpacked.attachments.map(({ name, type, content }) => ({ name, type, bytes: content }));
  const fits = new Set(whatFits(files.map(sized), staffFilesBytesMax).carried.map(({ at }) => at));
  return files.filter((_file, at) => fits.has(at));
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
  const taken = fits.size === carried.length;
  return attachments.map(({ name, bytes, encrypted }, at) => {
    const note = !fits.has(at) ? '保管のみ(転送上限超)' : taken ? '添付' : '保管のみ(取り出せませんでした)';
    return { name, bytes, note: encrypted ? `暗号化 ${note}` : note };
  });
}

function sized({ bytes }: Carried, at: number): { readonly bytes: number; readonly at: number } {
  return { bytes: bytes.length, at };
}
