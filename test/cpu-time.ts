/** CPU milliseconds of this process while the work ran: what a bound on linear time is held against on a busy machine. */
export function cpuMs(work: () => void): number {
  const begun = process.cpuUsage();
  work();
  return process.cpuUsage(begun).user / 1_000;
}
