/** What a process and its living children take, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  readonly cpuMs: number;
  /** Resident, the children included; pages they share are counted for each. */
  readonly mb: number;
}

const tickMs = 10;
const pageBytes = 4096;

/** CPU of a process, what it reaped included, and its resident memory; null when it is gone. */
function usage(pid: number): (Usage & { readonly parent: number }) | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, one) => sum + one, 0);
    return { parent: fields[1]!, cpuMs: ticks * tickMs, mb: (fields[21]! * pageBytes) / 1e6 };
  } catch {
    return null;
  }
}

export function family(pid: number): Usage & { readonly processes: number } {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = all.map(Number).filter((one) => usage(one)?.parent === pid);
  const found = [pid, ...children].flatMap((one) => usage(one) ?? []);
  return {
    processes: found.length,
    cpuMs: found.reduce((sum, one) => sum + one.cpuMs, 0),
    mb: found.reduce((sum, one) => sum + one.mb, 0),
  };
}
