/** `uketsuke doctor`: checks everything the daemon needs, one line each, and says how to mend it (spec 7). */
import { type Check, type Door, Failed } from './door.ts';

export async function doctor(door: Door, options: { readonly probe?: boolean } = {}): Promise<void> {
  const checks: Check[] = [];
  if (options.probe === true) door.progress('Mailing itself; this takes up to two minutes.');
  for await (const check of door.checks(options.probe === true)) checks.push(check);
  tell(door.print, checks);
}

/** With a configuration that is refused nothing else can be checked; each of its problems is one line. */
export function refused(print: Door['print'], problems: string): void {
  tell(
    print,
    problems.split('\n').map((message) => ({ check: 'configuration', status: 'fail', message })),
  );
}

function tell(print: Door['print'], checks: readonly Check[]): void {
  print(
    checks,
    checks.map((one) => `${one.status.padEnd(4)}  ${one.check.padEnd(13)} ${one.message}`).join('\n'),
  );
  const failed = checks.filter((one) => one.status === 'fail').length;
  if (failed > 0)
    throw new Failed(`${failed} of ${checks.length} checks failed; mend what stands behind fail`);
}
