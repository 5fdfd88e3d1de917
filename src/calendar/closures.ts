/** Closures of the firm (休業日): 夏期休暇, 年末年始休暇, announced separately from the terms (約款 2(1)). */
import { addDays, type Day } from './jst.ts';

/** Both days are closed, and all between them. Closures may overlap. */
export interface Closure {
  readonly name: string;
  readonly from: Day;
  readonly to: Day;
}

/** The closure a day lies in, or null. */
export function closureOn(day: Day, closures: readonly Closure[]): Closure | null {
  return closures.find((closure) => closure.from <= day && day <= closure.to) ?? null;
}

/**
 * The closure to be announced in a letter that leaves on this day (spec 5.2): from `leadDays` before its first
 * day until its last. Of several the nearest; of those running already, or beginning together, the longest.
 */
export function noticeFor(day: Day, closures: readonly Closure[], leadDays = 14): Closure | null {
  const nearness = ({ from }: Closure) => (from < day ? day : from);
  const due = closures.filter(({ from, to }) => addDays(from, -leadDays) <= day && day <= to);
  due.sort((a, b) => compare(nearness(a), nearness(b)) || compare(b.to, a.to));
  return due[0] ?? null;
}

function compare(a: Day, b: Day): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
