/** Files written for an operator, under names that came from outside: nothing that is there is ever overwritten. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const namesTried = 1_000;
/** File systems take 255 octets; a number and an ending are added. */
const nameOctetsMax = 200;

export interface Saved {
  readonly path: string;
  /** `same`: a file of this name and these very bytes was there. */
  readonly how: 'written' | 'same';
}

/**
 * Writes the bytes into the folder, which is made when missing. `name` must be free of paths and controls
 * (`safeFile`); when another file has it, a number is added.
 * @throws Error saying which folder or file cannot be written and what to do.
 */
export function saveNew(folder: string, name: string, bytes: Uint8Array): Saved {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (let count = 1; count <= namesTried; count += 1) {
      const path = join(folder, numbered(name, count));
      if (write(path, bytes)) return { path, how: 'written' };
      if (isSame(path, bytes)) return { path, how: 'same' };
    }
  } catch (error) {
    const { code = (error as Error).message } = error as NodeJS.ErrnoException;
    throw new Error(
      `${folder}: ${name} cannot be written (${code}); name a folder this user may write to, with room on its disk`,
    );
  }
  throw new Error(`${folder}: ${namesTried} files are called ${name}; name another folder`);
}

/** False when the name is taken, by a link as well. */
function write(path: string, bytes: Uint8Array): boolean {
  try {
    writeFileSync(path, bytes, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isSame(path: string, bytes: Uint8Array): boolean {
  try {
    return readFileSync(path).equals(bytes);
  } catch {
    return false;
  }
}

/** `name.pdf`, `name (2).pdf`, …; a long name loses its middle, never its ending. */
function numbered(name: string, count: number): string {
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? '';
  let stem = name.slice(0, name.length - ending.length);
  while (Buffer.byteLength(stem + ending) > nameOctetsMax) stem = Array.from(stem).slice(0, -1).join('');
  return `${stem}${count === 1 ? '' : ` (${count})`}${ending}`;
}
