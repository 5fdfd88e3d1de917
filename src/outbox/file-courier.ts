/**
 * Without a relay letters are written to `<data>/sent` and count as sent (spec 5.4). A file is complete or
 * absent, whatever happens in between, and one letter never makes two: the first one written stays.
 */
import { createHash } from 'node:crypto';
import { access, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Courier, Delivery, Journal, Parcel } from '../desk/ports.ts';
import { envelopeFault } from './verdict.ts';

const NAME_CHARS_MAX = 120;

/** `folder` is made when the first letter leaves. A disk that refuses is `later`: nothing was handed over. */
export function openFileCourier(folder: string, log: Journal): Courier {
  async function write(parcel: Parcel, mayBegin: () => Promise<boolean>): Promise<Delivery> {
    await mkdir(folder, { recursive: true });
    const name = fileName(parcel.messageId);
    const path = join(folder, name);
    if (!(await mayBegin())) return { kind: 'shut', reason: 'not allowed to begin: nothing was handed over' };
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (!there) {
      // The same name each time, so a crash leaves at most one half-written file and the next try takes it over.
      const unfinished = join(folder, `.${name}.part`);
      const file = await open(unfinished, 'w', 0o600);
      try {
        await file.writeFile(parcel.bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
    }
    await syncFolder(folder);
    return { kind: 'sent', reason: there ? `already written as ${name}` : `written as ${name}` };
  }

  return {
    async deliver(parcel, mayBegin) {
      const fault = envelopeFault(parcel);
      if (fault) return { kind: 'never', reason: fault };
      try {
        return await write(parcel, mayBegin);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.error('letter-not-written', { messageId: parcel.messageId, reason });
        return { kind: 'later', reason: reason.slice(0, 300) };
      }
    },
    async close() {},
  };
}

/** The rename itself must survive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The Message-ID in safe characters; when that changed it, a digest keeps two ids apart. */
function fileName(messageId: string): string {
  const id = messageId.replace(/^<|>$/g, '');
  const safe = id
    .replace(/[^A-Za-z0-9@+=_.-]/g, '_')
    .replace(/^\./, '_')
    .slice(0, NAME_CHARS_MAX);
  const digest = createHash('sha256').update(messageId).digest('hex').slice(0, 16);
  return safe !== '' && safe === id ? `${safe}.eml` : `${safe}-${digest}.eml`;
}
