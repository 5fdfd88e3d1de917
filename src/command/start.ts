/** `uketsuke start`: the daemon, or some of its roles where several processes share the work (spec 7). */
import { allRoles, type Door, type Role, UsageError } from './door.ts';

export async function start(door: Door, options: { readonly role?: string }): Promise<void> {
  await door.start(options.role === undefined ? allRoles : rolesOf(options.role));
}

function rolesOf(text: string): readonly Role[] {
  const names = text.split(',').map((one) => one.trim());
  const unknown = names.find((name) => !allRoles.includes(name as Role));
  if (unknown === undefined) return names as Role[];
  throw new UsageError(
    `start --role: "${unknown}" is none of ${allRoles.join(', ')}; write them with commas between`,
  );
}
