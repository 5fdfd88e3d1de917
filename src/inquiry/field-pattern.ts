/**
 * How an operator says where a value stands in a mail: by its label, or by a pattern with one named group (spec 9).
 * Shared by the inquiry page and the fax gateways.
 */
import type { Letter } from './letter.ts';

/** One field as configured: labels such as `【メールアドレス】`, or `/…(?<address>…)…/m` with one named group. */
export type FieldSetting = string | readonly string[];

export type Field =
  | { readonly kind: 'labels'; readonly labels: readonly string[] }
  | { readonly kind: 'pattern'; readonly pattern: RegExp };

/** Which mails a profile is for. */
export interface ProfileSender {
  readonly from: string;
  readonly subject: RegExp | null;
}

const patternCharsMax = 500;
/** Patterns come from the operator; they see this much, so that none of them can hang the reader. */
const patternTextMax = 20_000;
const subjectCharsMax = 500;

/** @throws Error that begins with the key. `from` is an address, or `@domain`. */
export function parseSender(setting: {
  readonly from: string;
  readonly subject?: string | undefined;
}): ProfileSender {
  if (!/^[^\s@]*@[^\s@]+$/.test(setting.from)) throw new Error('from: neither an address nor @domain');
  const subject = setting.subject === undefined ? null : compile('subject', setting.subject, 'u');
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
  return { kind: 'pattern', pattern };
}

function compile(key: string, source: string, flags: string): RegExp {
  if (source.length > patternCharsMax) throw new Error(`${key}: longer than ${patternCharsMax} characters`);
  // A repeated group that itself repeats backtracks without end on hostile text; so may a back-reference.
  if (/[*+}][^()]*\)(?:[*+]|\{\d+,)/.test(source))
    throw new Error(`${key}: a repeated group must not repeat inside`);
  if (/\\(?:[1-9]|k<)/.test(source)) throw new Error(`${key}: back-references are not allowed`);
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new Error(`${key}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function matched(text: string, pattern: RegExp): readonly string[] {
  const groups = pattern.exec(text.slice(0, patternTextMax))?.groups;
  const value = Object.values(groups ?? {})[0];
  return value === undefined ? [] : [value.trim()];
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
