/** Files an operator names: read and written whole, with an error that says which file, what is wrong and what to do. */
import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';

/**
 * @param advice what to do when the file is not there.
 * @throws Error with the `code` of the system.
 */
export function readBytes(path: string, advice = 'check the path'): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw Object.assign(new Error(`${path}: ${trouble(code, advice)}`), { code });
  }
}

/** As `readBytes`; a file that is not UTF-8 is refused rather than guessed at. A byte order mark is dropped. */
export function readText(path: string, advice?: string): string {
  const bytes = readBytes(path, advice);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${path}: is not UTF-8; save it again as UTF-8`);
  }
}

/** @throws Error saying which file cannot be written and what to do. */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new Error(
      `${path}: cannot be written (${code}); name a file this user may write, in a folder that is there`,
    );
  }
}

function trouble(code: string, advice: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `no such file; ${advice}`;
    case 'EACCES':
    case 'EPERM':
      return `no permission to read it; give ${ownName()} the right to read it (owner or mode, and those of the folders above)`;
    case 'EISDIR':
      return 'is a folder; name a file';
    default:
      return `cannot be read (${code})`;
  }
}

/** The desk runs as a user of its own, which is seldom who typed the command. */
function ownName(): string {
  try {
    return `the user ${userInfo().username}`;
  } catch {
    return 'this user';
  }
}
