/** The key our marks are signed with: `<data>/secret.key`, mode 0600, made once, part of every backup (spec 4). */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MarkKey } from './reply/mark.ts';

const secretBytes = 32;
const base32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Lines of `ID BASE64`; the first signs, all verify, so a new key is put on top and the old one stays below.
 * @throws Error naming the file and line that cannot be read.
 */
export function openSecretKeys(dataDir: string): readonly MarkKey[] {
  const file = join(dataDir, 'secret.key');
  if (!existsSync(file)) makeKey(file);
  const lines = readFileSync(file, 'utf8').split('\n');
  const keys = lines.flatMap((line, index): readonly MarkKey[] => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const match = /^([a-z2-7]{2}) ([A-Za-z0-9+/]{43}=)$/.exec(line.trim());
    if (match === null)
      throw new Error(`${file}:${index + 1}: is not "ID BASE64"; restore the file from a backup`);
    return [{ id: match[1]!, secret: Buffer.from(match[2]!, 'base64') }];
  });
  if (keys.length === 0) throw new Error(`${file}: holds no key; restore the file from a backup`);
  return keys;
}

/** Written whole under another name and linked, so that two processes starting at once agree on one key. */
function makeKey(file: string): void {
  const [a, b] = randomBytes(2);
  const id = `${base32[a! % 32]}${base32[b! % 32]}`;
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${id} ${randomBytes(secretBytes).toString('base64')}\n`, {
    mode: 0o600,
    flush: true,
  });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}
