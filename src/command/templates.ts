/** `uketsuke templates list|show|check`: the letters, and what is wrong with them by file and line (spec 5.3). */
import { basename } from 'node:path';
import { parseTemplate, parseTemplates, type TemplateProblem } from '../reply/template.ts';
import { findAnswerTemplate } from '../reply/template-name.ts';
import { loadTemplates, templateFiles } from '../templates.ts';
import { type Door, Failed } from './door.ts';

export function templatesList(door: Door): void {
  const all = [...loadTemplates(door.config.templatesDir).values()];
  const documents = all.map(({ name, kind, channel, titles, settings, textRequired, fileName }) => ({
    name,
    kind,
    channel,
    titles,
    settings: settings.map(({ key, required }) => ({ key, required })),
    textRequired,
    file: fileName,
  }));
  const lines = documents.map((one) => {
    const settings = one.settings.map(({ key, required }) => (required ? key : `${key}?`)).join(', ');
    const staff = one.kind === 'answer' ? `  #回答 ${one.titles.join(' / ')}` : '';
    return `${one.name.padEnd(28)} ${one.kind.padEnd(16)}${staff}${settings === '' ? '' : `  (#設定 ${settings})`}`;
  });
  door.print(documents, lines.join('\n'));
}

export function templatesShow(door: Door, name: string): void {
  const templates = loadTemplates(door.config.templatesDir);
  const answer = findAnswerTemplate(templates, name);
  const found = templates.get(name) ?? (answer.kind === 'found' ? answer.template : undefined);
  if (found === undefined)
    throw new Failed(`templates: there is no template ${name}; see uketsuke templates list`);
  const text =
    templateFiles(door.config.templatesDir).find(({ fileName }) => fileName === found.fileName)?.text ?? '';
  door.print({ name: found.name, kind: found.kind, file: found.fileName, text }, text.trimEnd());
}

/** All templates together, or the files given, each by itself: a draft is checked before it is put in place. */
export function templatesCheck(door: Door, files: readonly string[]): void {
  const problems =
    files.length === 0 ? ofAll(door.config.templatesDir) : files.flatMap((path) => ofFile(door, path));
  const lines = problems.map(
    ({ file, line, message }) => `${file}:${line === 0 ? '' : `${line}:`} ${message}`,
  );
  door.print(problems, problems.length === 0 ? 'The templates are sound.' : '');
  if (problems.length > 0) throw new Failed(lines.join('\n'));
}

function ofAll(folder: string): readonly TemplateProblem[] {
  const parsed = parseTemplates(templateFiles(folder));
  return parsed.kind === 'problems' ? parsed.problems : [];
}

function ofFile(door: Door, path: string): readonly TemplateProblem[] {
  const parsed = parseTemplate(basename(path), door.readBytes(path).toString('utf8'));
  return parsed.kind === 'problems' ? parsed.problems.map((one) => ({ ...one, file: path })) : [];
}
