/**
 * Templates: YAML front matter and a liquid body, strict and sandboxed (spec 5.3). A template is checked in
 * full when it is read: syntax, tags, filters and slots, each problem with its file and line. What is put into
 * a slot is data and is never read as a template again (threat 42).
 */
import { Liquid, type Template as Node } from 'liquidjs';
import { LineCounter, parseDocument } from 'yaml';
import { cut } from './display-width.ts';
import { layOut } from './layout.ts';
import { REQUIRED_TEMPLATES, SLOTS, type Slots, type TemplateKind } from './slots.ts';
import { oneLine } from './words.ts';

const TEMPLATE_CHARS_MAX = 100_000;
const RENDER_MS_MAX = 10_000;
const RENDER_OBJECTS_MAX = 2_000_000;
/** Tags that only choose and repeat. All others go: include, render and layout read files. */
const TAGS = new Set(['if', 'unless', 'case', 'for', 'comment', 'raw']);
const FRONT_KEYS = ['name', 'subject', 'channel', 'kind'];
/** A line that holds one tag and nothing else leaves no empty line behind. */
const TAG_LINE = /^[ \t]*\{%-?([^\n%]*?)-?%\}[ \t]*$/gm;

export interface Template {
  readonly fileName: string;
  readonly name: string;
  readonly kind: TemplateKind;
  readonly channel: 'mail' | 'fax';
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
    const twin = templates.get(parsed.template.name);
    if (twin === undefined) templates.set(parsed.template.name, parsed.template);
    else problems.push(problem(fileName, 0, `name ${twin.name} is taken by ${twin.fileName}`));
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
  const front = frontMatter(fileName, source.slice(0, end + 1));
  if (front.problems.length > 0) return { kind: 'problems', problems: front.problems };
  const { name, subject, channel, kind } = front.values;
  // Empty lines stand for the front matter, so that liquid counts lines as the file does.
  const padded = '\n'.repeat(front.lines) + source.slice(end + 5).replace(TAG_LINE, '{%$1-%}');
  const subjectPadded = '\n'.repeat((front.lineOf['subject'] ?? 1) - 1) + subject;
  const problems: TemplateProblem[] = [];
  const nodes = [subjectPadded, padded].map((part) => {
    const read = readLiquid(fileName, part, kind as TemplateKind);
    problems.push(...read.problems);
    return read.nodes;
  });
  if (problems.length > 0) return { kind: 'problems', problems };
  const [subjectNodes = [], body = []] = nodes;
  const template = { fileName, name, kind: kind as TemplateKind, channel: channel as 'mail' | 'fax' };
  return { kind: 'template', template: { ...template, subject: subjectNodes, body } };
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

function frontMatter(fileName: string, text: string) {
  const counter = new LineCounter();
  const document = parseDocument(text.slice(4), { lineCounter: counter, schema: 'failsafe' });
  const problems = document.errors.map((error) =>
    problem(fileName, counter.linePos(error.pos[0]).line + 1, error.message.split('\n')[0] ?? ''),
  );
  const values: Record<string, string> = {};
  const lineOf: Record<string, number> = {};
  const contents: unknown = problems.length > 0 ? null : document.toJS();
  const pairs = contents !== null && typeof contents === 'object' ? Object.entries(contents) : [];
  for (const [key, value] of pairs) {
    const node = document.get(key, true) as { range?: [number, number, number] } | undefined;
    const line = counter.linePos(node?.range?.[0] ?? 0).line + 1;
    lineOf[key] = line;
    if (!FRONT_KEYS.includes(key)) problems.push(problem(fileName, line, `unknown key ${key}`));
    else if (typeof value !== 'string' || value.trim() === '')
      problems.push(problem(fileName, line, `${key} must be text`));
    else if (key === 'channel' && value !== 'mail' && value !== 'fax')
      problems.push(problem(fileName, line, 'channel must be mail or fax'));
    else if (key === 'kind' && !Object.hasOwn(SLOTS, value))
      problems.push(problem(fileName, line, `kind must be one of ${Object.keys(SLOTS).join(', ')}`));
    else values[key] = value;
  }
  const missing = problems.length > 0 ? [] : FRONT_KEYS.filter((key) => values[key] === undefined);
  problems.push(...missing.map((key) => problem(fileName, 1, `key ${key} is missing`)));
  const { name = '', subject = '', channel = '', kind = '' } = values;
  return { problems, lineOf, values: { name, subject, channel, kind }, lines: text.split('\n').length };
}

function readLiquid(fileName: string, text: string, kind: TemplateKind) {
  try {
    const nodes = ENGINE.parse(text);
    const used = Object.values(ENGINE.analyzeSync(nodes, { partials: false }).globals).flat();
    const unknown = used.filter(({ segments: [root, ...path] }) => {
      return !SLOTS[kind].includes(String(root)) || path.some((step) => step !== 'size');
    });
    const problems = unknown.map((variable) =>
      problem(fileName, variable.location.row, `unknown slot ${variable.toString()} for kind ${kind}`),
    );
    return { nodes, problems };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = /, line:(\d+)/.exec(message)?.[1];
    const plain = message.replace(/, line:.*$/s, '');
    return { nodes: [], problems: [problem(fileName, Number(line ?? 0), plain)] };
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
  engine.registerFilter('quote', (text: unknown) => String(text ?? '').replace(/^/gm, '> '));
  return engine;
}

function problem(file: string, line: number, message: string): TemplateProblem {
  return { file, line, message };
}
