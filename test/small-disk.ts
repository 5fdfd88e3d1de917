/** Folders that run out of room for real: a file system of a few megabytes, or a bound on what a process may write. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk extends AsyncDisposable {
  readonly folder: string;
  /** No byte more for these processes, nor for those started later with `prefix()` before their command. */
  fill(pids: readonly number[]): void;
  /** Room again. */
  free(pids: readonly number[]): void;
  prefix(): readonly string[];
}

/** Root in a machine that lets it mount; a container often does not. */
export function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'uketsuke-mount-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  if (mounted) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return mounted;
}

export function openTmpfs(size: string): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'uketsuke-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => {
      const file = openSync(filler, 'w');
      try {
        for (const chunk = Buffer.alloc(4096, 1); ; ) writeSync(file, chunk);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler),
    prefix: () => [],
    async [Symbol.asyncDispose]() {
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** Whoever is no root can still bound the size of the files a process writes (RLIMIT_FSIZE; node ignores the signal). */
export function openBounded(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'uketsuke-disk-'));
  const bound = '4096:unlimited';
  let full = false;
  const limit = (pids: readonly number[], to: string) => {
    for (const pid of pids) execFileSync('prlimit', ['--pid', String(pid), `--fsize=${to}`]);
  };
  return {
    folder,
    fill: (pids) => {
      full = true;
      limit(pids, bound);
    },
    free: (pids) => {
      full = false;
      limit(pids, 'unlimited:unlimited');
    },
    prefix: () => (full ? ['prlimit', `--fsize=${bound}`] : []),
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true });
    },
  };
}
