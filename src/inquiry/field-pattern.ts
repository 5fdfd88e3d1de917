/**
 * How an operator says where a value stands in a mail: by its label, or by a pattern with one named group (spec 9).
 * Shared by the inquiry page and the fax gateways.
 */
import type { Letter } from './letter.ts';
import { patternCost } from './pattern-cost.ts';

/** One field as configured: labels such as `【メールアドレス】`, or `/…(?<address>…)…/m` with one named group. */
export type FieldSetting = string | readonly string[];

export type Field =
  | { readonly kind: 'labels'; readonly labels: readonly string[] }
  /** `charsMax`: how much of a mail it sees. */
  | { readonly kind: 'pattern'; readonly pattern: RegExp; readonly charsMax: number };

/** Which mails a profile is for. */
export interface ProfileSender {
  readonly from: string;
  readonly subject: RegExp | null;
}

const patternCharsMax = 500;
/**
 * Patterns come from the operator, mails from anybody: on the worst text a pattern may take so many steps, about 0.3 s. One whose
 * work grows with the square of the text sees less of it; one whose work grows faster is refused.
 */
const stepsMax = 3e7;
const patternTextsMax = [20_000, 5_000];
const subjectCharsMax = 500;
const matchesMax = 100;

/** @throws Error that begins with the key. `from` is an address, or `@domain`. */
export function parseSender(setting: {
  readonly from: string;
  readonly subject?: string | undefined;
}): ProfileSender {
  if (!/^[^\s@]*@[^\s@]+$/.test(setting.from)) throw new Error('from: neither an address nor @domain');
  const subject = setting.subject === undefined ? null : compile('subject', setting.subject, 'u');
  if (subject !== null) textSeen('subject', subject, [subjectCharsMax]);
  return { from: setting.from.toLowerCase(), subject };
}

/** Whether the profile is for this mail. */
export function isFrom(letter: Pick<Letter, 'from' | 'subject'>, { from, subject }: ProfileSender): boolean {
  const sender = letter.from?.address.toLowerCase();
  if (sender === undefined || !(sender === from || (from.startsWith('@') && sender.endsWith(from))))
    return false;
  return subject === null || subject.test(letter.subject.slice(0, subjectCharsMax));
}

/** @throws Error that begins with `key`. */
export function parseField(key: string, value: FieldSetting): Field {
  const slashed = typeof value === 'string' ? /^\/(.+)\/([imsu]*)$/s.exec(value) : null;
  if (slashed === null) {
    const labels = (typeof value === 'string' ? [value] : value).map((label) =>
      label.normalize('NFKC').trim(),
    );
    if (labels.length === 0 || labels.includes('')) throw new Error(`${key}: a label is empty`);
    return { kind: 'labels', labels };
  }
  const [, source = '', flags = ''] = slashed;
  const pattern = compile(key, source, flags);
  if ((source.match(/\(\?<(?![=!])/g) ?? []).length !== 1)
    throw new Error(`${key}: needs exactly one named group`);
  if (patternCost(source, flags, 1).empty)
    throw new Error(
      `${key}: fits where nothing stands, so it finds nothing; begin with what stands before the value`,
    );
  return { kind: 'pattern', pattern, charsMax: textSeen(key, pattern, patternTextsMax) };
}

/** The longest of these texts on which the pattern ends in time. */
function textSeen(key: string, { source, flags }: RegExp, texts: readonly number[]): number {
  const seen = texts.find((chars) => patternCost(source, flags, chars).steps <= stepsMax);
  if (seen !== undefined) return seen;
  const between = patternCost(source, flags, texts[0]!).between.slice(-2).join(' and ');
  throw new Error(
    `${key}: ${between} can share the same text in too many ways, which may take for ever and captures by chance; let neither take what the other or the text between them takes, such as [^@\\s]+@ in place of \\S+@`,
  );
}

function compile(key: string, source: string, flags: string): RegExp {
  if (source.length > patternCharsMax) throw new Error(`${key}: longer than ${patternCharsMax} characters`);
  // Their cost cannot be told from the pattern.
  if (/\\(?:[1-9]|k<)/.test(source)) throw new Error(`${key}: back-references are not allowed`);
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new Error(`${key}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Every place where the pattern fits, in order, up to a bound: a value that differs elsewhere is for the caller to judge. */
export function matched(text: string, { pattern, charsMax }: Field & { kind: 'pattern' }): readonly string[] {
  const every = new RegExp(pattern.source, `${pattern.flags}g`);
  const values: string[] = [];
  for (const { groups } of text.slice(0, charsMax).matchAll(every)) {
    const value = Object.values(groups ?? {})[0];
    if (value !== undefined) values.push(value.trim());
    if (values.length === matchesMax) break;
  }
  return values;
}

export function afterLabel(line: string, labels: readonly string[]): string | null {
  const head = line.slice(0, 200).trimStart();
  for (const label of labels) {
    // Widths may differ from the configured label; NFKC of a label never changes how many characters it has.
    const raw = head.slice(0, label.length);
    if (raw.normalize('NFKC') !== label) continue;
    const rest = line.trimStart().slice(label.length);
    if (/[】\]〕」:：>]$/.test(label) || rest === '' || /^[\s:：=]/.test(rest))
      return rest.replace(/^[\s:：=]+/, '').trim();
  }
  return null;
}
