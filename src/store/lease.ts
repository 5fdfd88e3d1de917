import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds a row, and until when (milliseconds of the lease clock). */
export interface Lease {
  readonly owner: string;
  readonly token: string;
  readonly until: number;
}

/** The columns of a row nobody holds. */
export const noLease = { owner: null, token: null, lease_until: null };

export const claimLeaseMs = 5 * 60_000;
export const sendLeaseMs = 3 * 60_000;
export const leadLeaseMs = 60_000;

/**
 * This process as `host:pid:start`. The host part names machine and pid namespace too, so that two containers or
 * two cloned machines of one name never judge each other's processes.
 */
export function ownerOf(pid: number): string {
  return `${host}:${pid}:${processStart(pid)}`;
}

export function newLease(now: number, lengthMs: number): Lease {
  return { owner: ownerOf(process.pid), token: randomUUID(), until: now + lengthMs };
}

/** True when the owner was a process of this very host and is certainly gone; a reused pid does not count as alive. */
export function isDead(owner: string): boolean {
  const [ownerHost, pidText, start] = owner.split(':');
  const pid = Number(pidText);
  if (ownerHost !== host || !Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM means that somebody else's process has the pid; its start time below tells whether it is the owner.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  const now = processStart(pid);
  return now === 'zombie' || (start !== '' && now !== '' && now !== start);
}

/** Start of a process in clock ticks since boot, `zombie` when only its exit status is left, '' when unknown. */
function processStart(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`);
  // The command name stands in brackets and may hold spaces and brackets itself: count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? 'zombie' : (fields[19] ?? '');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

const place = createHash('sha256')
  .update(`${textOf('/etc/machine-id')} ${pidNamespace()}`)
  .digest('hex');
const host = `${hostname().replaceAll(':', '-')}/${place.slice(0, 8)}`;
