/**
 * Templates: YAML front matter and a liquid body, strict and sandboxed (spec 5.3). A template is checked in
 * full when it is read: syntax, tags, filters and slots, each problem with its file and line. What is put into
 * a slot is data and is never read as a template again (threat 42).
 */
import { Liquid, type Template as Node } from 'liquidjs';
import { cut } from './display-width.ts';
import { type FrontMatter, readFrontMatter } from './front-matter.ts';
import { layOut } from './layout.ts';
import { REQUIRED_TEMPLATES, SLOTS, type Slots } from './slots.ts';
import { calls } from './template-name.ts';
import { oneLine } from './words.ts';

const TEMPLATE_CHARS_MAX = 100_000;
const RENDER_MS_MAX = 10_000;
const RENDER_OBJECTS_MAX = 2_000_000;
/** Tags that only choose and repeat. All others go: include, render and layout read files. */
const TAGS = new Set(['if', 'unless', 'case', 'for', 'comment', 'raw']);
/** A line that holds one tag and nothing else leaves no empty line behind. */
const TAG_LINE = /^[ \t]*\{%-?([^\n%]*?)-?%\}[ \t]*$/gm;

export interface Template extends Omit<FrontMatter, 'subject'> {
  readonly fileName: string;
  readonly subject: readonly Node[];
  readonly body: readonly Node[];
}

export interface TemplateProblem {
  readonly file: string;
  /** Line in the file, from 1; 0 when the file as a whole is meant. */
  readonly line: number;
  readonly message: string;
}

/** Loaded templates by name. */
export type Templates = ReadonlyMap<string, Template>;

type Parsed =
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'problems'; readonly problems: readonly TemplateProblem[] };

const ENGINE = sandbox();

/** Reads every `.liquid` file of the desk: all templates, or all problems at once, missing letters included. */
export function parseTemplates(
  files: readonly { readonly fileName: string; readonly text: string }[],
):
  | { readonly kind: 'templates'; readonly templates: Templates }
  | { readonly kind: 'problems'; readonly problems: readonly TemplateProblem[] } {
  const templates = new Map<string, Template>();
  const problems: TemplateProblem[] = [];
  for (const { fileName, text } of files) {
    const parsed = parseTemplate(fileName, text);
    if (parsed.kind === 'problems') {
      problems.push(...parsed.problems);
      continue;
    }
    const { name, titles } = parsed.template;
    const twin = templates.get(name);
    if (twin !== undefined) {
      problems.push(problem(fileName, 0, `name ${twin.name} is taken by ${twin.fileName}`));
      continue;
    }
    for (const title of titles) {
      const other = [...templates.values()].find((one) => calls(one, title));
      if (other !== undefined)
        problems.push(problem(fileName, 0, `title ${title} is taken by ${other.fileName}`));
    }
    templates.set(name, parsed.template);
  }
  for (const [name, kind] of Object.entries(REQUIRED_TEMPLATES)) {
    const found = templates.get(name);
    const broken = problems.some(({ file }) => file === `${name}.liquid`);
    if (found === undefined && !broken)
      problems.push(problem(`${name}.liquid`, 0, 'required template is missing'));
    else if (found !== undefined && found.kind !== kind)
      problems.push(problem(found.fileName, 0, `kind must be ${kind}`));
  }
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'templates', templates };
}

/** Reads one template. Lines count in the file, front matter included. */
export function parseTemplate(fileName: string, text: string): Parsed {
  const source = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const end = source.indexOf('\n---\n');
  if (!source.startsWith('---\n') || end < 0) {
    return {
      kind: 'problems',
      problems: [problem(fileName, 1, 'front matter between two --- lines is missing')],
    };
  }
  const { front, lineOf, problems: frontProblems } = readFrontMatter(source.slice(4, end + 1));
  const problems = frontProblems.map(({ line, message }) => problem(fileName, line, message));
  if (problems.length > 0) return { kind: 'problems', problems };
  // Empty lines stand for the front matter, so that liquid counts lines as the file does.
  const frontLines = source.slice(0, end + 1).split('\n').length;
  const padded = '\n'.repeat(frontLines) + source.slice(end + 5).replace(TAG_LINE, '{%$1-%}');
  const subjectPadded = '\n'.repeat((lineOf['subject'] ?? 1) - 1) + front.subject;
  const [subject, body] = [subjectPadded, padded].map((part) => readLiquid(fileName, part, front));
  problems.push(...subject!.problems, ...body!.problems);
  if (problems.length === 0 && front.kind === 'answer') {
    const unused = ['answer', ...front.settings.map(({ key }) => key)].filter(
      (slot) => !body!.used.has(slot),
    );
    problems.push(...unused.map((slot) => problem(fileName, 0, `slot ${slot} is not used in the text`)));
    if (!subject!.used.has('ref'))
      problems.push(problem(fileName, lineOf['subject'] ?? 0, 'subject must hold ref'));
  }
  if (problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'template', template: { ...front, fileName, subject: subject!.nodes, body: body!.nodes } };
}

/** Fills a template. Every slot of its kind must be given; the subject comes out as one line, the body laid out. */
export function renderTemplate(
  template: Template,
  slots: Slots,
): { readonly subject: string; readonly body: string } {
  return {
    subject: oneLine(String(ENGINE.renderSync([...template.subject], slots))),
    body: layOut(String(ENGINE.renderSync([...template.body], slots))),
  };
}

function readLiquid(fileName: string, text: string, { kind, settings }: FrontMatter) {
  const slots = [...SLOTS[kind], ...settings.map(({ key }) => key)];
  try {
    const nodes = ENGINE.parse(text);
    const found = Object.values(ENGINE.analyzeSync(nodes, { partials: false }).globals).flat();
    const unknown = found.filter(({ segments: [root, ...path] }) => {
      return !slots.includes(String(root)) || path.some((step) => step !== 'size');
    });
    const problems = unknown.map((variable) =>
      problem(fileName, variable.location.row, `unknown slot ${variable.toString()} for kind ${kind}`),
    );
    return { nodes, problems, used: new Set(found.map(({ segments }) => String(segments[0]))) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = /, line:(\d+)/.exec(message)?.[1];
    const plain = message.replace(/, line:.*$/s, '');
    return { nodes: [], problems: [problem(fileName, Number(line ?? 0), plain)], used: new Set<string>() };
  }
}

function sandbox(): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    greedy: false,
    templates: {},
    parseLimit: TEMPLATE_CHARS_MAX,
    renderLimit: RENDER_MS_MAX,
    memoryLimit: RENDER_OBJECTS_MAX,
  });
  for (const tag of Object.keys(engine.tags)) if (!TAGS.has(tag)) delete engine.tags[tag];
  for (const filter of Object.keys(engine.filters)) if (filter !== 'size') delete engine.filters[filter];
  engine.registerFilter('cut', (text: unknown, count: unknown) => cut(String(text ?? ''), Number(count)));
  // Empty text is an answer too: somebody has said it already.
  engine.registerFilter('or', (text: unknown, words: unknown) => text ?? words);
  engine.registerFilter('quote', (text: unknown) =>
    String(text ?? '').replace(/^.*$/gm, (line) => (line === '' ? '>' : `> ${line}`)),
  );
  return engine;
}

function problem(file: string, line: number, message: string): TemplateProblem {
  return { file, line, message };
}
