/** The YAML head of a template: its name, subject, channel and kind, and for answers what staff may call and set. */
import { LineCounter, parseDocument } from 'yaml';
import { SETTABLE, SLOTS, type TemplateKind } from './slots.ts';

export interface FrontMatter {
  readonly name: string;
  readonly subject: string;
  readonly channel: 'mail' | 'fax';
  readonly kind: TemplateKind;
  /** Names staff use in `#回答 …`; the first is shown to them. */
  readonly titles: readonly string[];
  /** What `#設定 key=value` fills; `key?` in the file may stay empty. */
  readonly settings: readonly Setting[];
  /** Whether the letter makes sense without a text of the staff member's own. */
  readonly textRequired: boolean;
}

export interface Setting {
  readonly key: string;
  readonly required: boolean;
}

/** A problem with its line in the file, from 1. */
export interface FrontProblem {
  readonly line: number;
  readonly message: string;
}

const REQUIRED = ['name', 'subject', 'channel', 'kind'];
const OF_ANSWERS = ['titles', 'settings', 'text'];
const SETTING = /^([a-z][a-z0-9_]{0,30})(\?)?$/;

/** @param text what stands between the two `---` lines; its first line is line 2 of the file. */
export function readFrontMatter(text: string): {
  readonly problems: readonly FrontProblem[];
  readonly lineOf: Readonly<Record<string, number>>;
  readonly front: FrontMatter;
} {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, schema: 'failsafe' });
  const problems: FrontProblem[] = document.errors.map((error) => ({
    line: counter.linePos(error.pos[0]).line + 1,
    message: error.message.split('\n')[0] ?? '',
  }));
  const contents: unknown = problems.length > 0 ? null : document.toJS();
  const pairs = contents !== null && typeof contents === 'object' ? Object.entries(contents) : [];
  const values = new Map<string, unknown>(pairs);
  const lineOf: Record<string, number> = {};
  for (const [key, value] of pairs) {
    const node = document.get(key, true) as { range?: [number, number, number] } | undefined;
    const line = counter.linePos(node?.range?.[0] ?? 0).line + 1;
    lineOf[key] = line;
    const message = whyWrong(key, value, values.get('kind'));
    if (message !== null) problems.push({ line, message });
  }
  const missing = problems.length > 0 ? [] : REQUIRED.filter((key) => !values.has(key));
  problems.push(...missing.map((key) => ({ line: 1, message: `key ${key} is missing` })));
  return { problems, lineOf, front: frontOf(problems.length > 0 ? new Map() : values) };
}

function whyWrong(key: string, value: unknown, kind: unknown): string | null {
  if (OF_ANSWERS.includes(key) && kind === 'answer') {
    if (key === 'text')
      return value === 'required' || value === 'optional' ? null : 'text must be required or optional';
    if (!isListOfWords(value)) return `${key} must be a list of words`;
    if (key === 'titles') return value.length > 0 ? null : 'titles must name one at least';
    const bad = value.find((one) => !SETTING.test(one) || isTaken(one.replace('?', '')));
    if (bad !== undefined) return `setting ${bad} must be a-z, 0-9 and _, and no slot of its own`;
    return new Set(value.map((one) => one.replace('?', ''))).size < value.length
      ? 'a setting is listed twice'
      : null;
  }
  if (!REQUIRED.includes(key)) return `unknown key ${key}`;
  if (typeof value !== 'string' || value.trim() === '') return `${key} must be text`;
  if (key === 'channel' && value !== 'mail' && value !== 'fax') return 'channel must be mail or fax';
  if (key === 'kind' && !Object.hasOwn(SLOTS, value)) {
    return `kind must be one of ${Object.keys(SLOTS).join(', ')}`;
  }
  return null;
}

/** Slots every answer has, and those every answer lets staff set, are no settings of one template. */
function isTaken(key: string): boolean {
  return SLOTS.answer.includes(key) || SETTABLE.includes(key);
}

function isListOfWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && one.trim() !== '');
}

function frontOf(values: ReadonlyMap<string, unknown>): FrontMatter {
  const text = (key: string) => String(values.get(key) ?? '');
  const list = (key: string) => (values.get(key) ?? []) as readonly string[];
  return {
    name: text('name'),
    subject: text('subject'),
    channel: text('channel') as 'mail' | 'fax',
    kind: text('kind') as TemplateKind,
    titles: list('titles'),
    settings: list('settings').map((one) => {
      const [, key = '', optional] = SETTING.exec(one) ?? [];
      return { key, required: optional === undefined };
    }),
    textRequired: values.get('text') !== 'optional',
  };
}
