/** Reads the letters' templates from disk; a bad one is refused at start with file and line (spec 5.3). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config.ts';
import { parseTemplates, type Templates } from './reply/template.ts';

export function loadTemplates(folder: string): Templates {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.liquid'))
    .sort();
  const parsed = parseTemplates(
    names.map((fileName) => ({ fileName, text: readFileSync(join(folder, fileName), 'utf8') })),
  );
  if (parsed.kind === 'templates') return parsed.templates;
  throw new ConfigError(
    parsed.problems.map(({ file, line, message }) => `${join(folder, file)}:${line}: ${message}`).join('\n'),
  );
}
