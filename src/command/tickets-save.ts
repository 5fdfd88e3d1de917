/** `uketsuke tickets save REF DIR`: the mails of a ticket as they came, and the files in them (threats 48, 49). */
import type { Received, Store } from '../desk/ports.ts';
import { safeFile } from '../reply/attachment.ts';
import { type Door, Failed } from './door.ts';

interface Entry {
  readonly file: string | null;
  readonly kind: 'mail' | 'attachment' | 'picture';
  readonly message: number;
  readonly bytes: number;
  /** `written`, `same` (it was there), or why there is no file. */
  readonly how: string;
}

export async function ticketsSave(door: Door, text: string, folder: string): Promise<void> {
  const { store, reader } = await door.desk();
  const ref = text.normalize('NFKC').trim().toUpperCase();
  const detail = await store.tickets.detail(ref);
  if (detail === null) throw new Error(`tickets: there is no ticket ${text}; see uketsuke tickets list`);
  const entries: Entry[] = [];
  for (const message of detail.messages) {
    const raw = await store.received.raw(message.id);
    if (raw === null) {
      entries.push(missing(message, 'mail', 'its bytes are no longer kept'));
      continue;
    }
    const prefix = `${ref}-${message.id}`;
    const save = (kind: Entry['kind'], name: string, bytes: Uint8Array): void => {
      const { path, how } = door.save(folder, name, bytes);
      entries.push({ file: path, kind, message: message.id, bytes: bytes.length, how });
    };
    save('mail', `${prefix}.eml`, raw);
    for (const { name, bytes } of await faxPictures(store, message.id))
      save('picture', `${prefix}-${name}`, bytes);
    if ((message.facts?.attachments ?? []).length === 0) continue;
    const unpacked = await reader.unpack(raw);
    if (unpacked.kind === 'killed') {
      const why = `its files cannot be taken out (${unpacked.reason}): open the .eml in a mail program`;
      entries.push(missing(message, 'attachment', why));
      continue;
    }
    for (const { name, type, content } of unpacked.attachments)
      save('attachment', `${prefix}-${safeFile({ name, type, bytes: content }).name}`, content);
  }
  door.print(entries, entries.map(line).join('\n'));
  const lost = entries.filter(({ file }) => file === null).length;
  if (lost > 0) throw new Failed(`${ref}: ${lost} of ${entries.length} could not be saved`);
}

/** A fax: the place where the number stands, and each page. */
export async function faxPictures(
  { received }: Store,
  id: number,
): Promise<readonly { readonly name: string; readonly bytes: Buffer }[]> {
  const pictures: { name: string; bytes: Buffer }[] = [];
  for (const page of [0, ...(await received.pages(id)).map((one) => one.page)]) {
    const bytes = await received.picture(id, page);
    if (bytes !== null) pictures.push({ name: page === 0 ? 'number.png' : `page-${page}.png`, bytes });
  }
  return pictures;
}

function missing({ id }: Received, kind: Entry['kind'], how: string): Entry {
  return { file: null, kind, message: id, bytes: 0, how };
}

function line({ file, message, bytes, how }: Entry): string {
  if (file === null) return `message ${message}: ${how}`;
  return `${file}  ${bytes} bytes${how === 'same' ? '  (was there, the same)' : ''}`;
}
