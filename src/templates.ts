/** Reads the letters' templates from disk; a bad one is refused at start with file and line (spec 5.3). */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config.ts';
import { readText } from './file-text.ts';
import { parseTemplates, type Templates } from './reply/template.ts';

/** @throws ConfigError with one line `FILE:LINE: what is wrong` for each problem of all templates. */
export function loadTemplates(folder: string): Templates {
  const parsed = parseTemplates(templateFiles(folder));
  if (parsed.kind === 'templates') return parsed.templates;
  throw new ConfigError(
    parsed.problems
      .map(({ file, line, message }) => `${join(folder, file)}:${line === 0 ? '' : `${line}:`} ${message}`)
      .join('\n'),
  );
}

/** Every template file of the folder, by name. */
export function templateFiles(
  folder: string,
): readonly { readonly fileName: string; readonly text: string }[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.liquid'));
    return names.sort().map((fileName) => ({ fileName, text: readText(join(folder, fileName)) }));
  } catch (error) {
    throw new ConfigError(`templates: ${(error as Error).message}; install the program again`);
  }
}
