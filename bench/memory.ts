/** Resident memory of the children of this process, looked at four times a second. */
import { readdirSync, readFileSync } from 'node:fs';

const pageBytes = 4_096;

/** Bytes of all children whose command line names one of `modules`, together. */
function residentBytes(modules: readonly string[]): number {
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = /^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
      if (Number(parent) !== process.pid) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      if (!modules.some((name) => command.includes(name))) continue;
      sum += Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * pageBytes;
    } catch {
      // It ended while it was looked at.
    }
  }
  return sum;
}

/** `peak` gives the most megabytes since it was last asked. */
export function watchMemory(modules: readonly string[] = ['ocr-child', 'page-child']) {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, residentBytes(modules));
  }, 250);
  return {
    peak: (): number => {
      const megabytes = Math.round(most / 1024 / 1024);
      most = 0;
      return megabytes;
    },
    end: () => clearInterval(timer),
  };
}
