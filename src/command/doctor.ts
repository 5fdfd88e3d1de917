/** `uketsuke doctor`: checks everything the daemon needs, one line each, and says how to mend it (spec 7). */
import { type Check, type Door, Failed } from './door.ts';

export async function doctor(door: Door): Promise<void> {
  const checks: Check[] = [];
  for await (const check of door.checks()) checks.push(check);
  door.print(
    checks,
    checks.map((one) => `${one.status.padEnd(4)}  ${one.check.padEnd(13)} ${one.message}`).join('\n'),
  );
  if (checks.some((one) => one.status === 'fail')) throw new Failed('something is to be mended');
}
