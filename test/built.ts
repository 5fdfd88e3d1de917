/** Whether the built program is what the sources say: then tests let it do work that would cost much more through tsx. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** False without a build, and in a checkout changed since the last one. */
export function builtIsFresh(): boolean {
  const built = join(root, 'dist/src/main.js');
  if (!existsSync(built)) return false;
  const builtAt = statSync(built).mtimeMs;
  return !['src', 'migrations']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(root, folder, file),
      ),
    )
    .some((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && statSync(file).mtimeMs > builtAt);
}
