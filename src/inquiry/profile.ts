/**
 * Mail from the vendor's own inquiry page (専用問合せページ, 約款 2(1); spec 2.1): who really wrote, with which
 * number. The web server that sent it is never the customer.
 */
import type { Letter } from './letter.ts';

/** One field as configured: labels such as `【メールアドレス】`, or `/…(?<address>…)…/m` with one named group. */
export type FieldSetting = string | readonly string[];

export interface FormProfileSetting {
  readonly name: string;
  /** Address of the form server, or `@domain`. */
  readonly from: string;
  /** Regular expression the subject must match. */
  readonly subject?: string | undefined;
  readonly fields: {
    readonly address: FieldSetting;
    readonly text: FieldSetting;
    readonly number?: FieldSetting | undefined;
    readonly name?: FieldSetting | undefined;
    readonly company?: FieldSetting | undefined;
  };
}

type FieldName = keyof FormProfileSetting['fields'];
type Field =
  | { readonly kind: 'labels'; readonly labels: readonly string[] }
  | { readonly kind: 'pattern'; readonly pattern: RegExp };

export interface FormProfile {
  readonly name: string;
  readonly from: string;
  readonly subject: RegExp | null;
  readonly fields: ReadonlyMap<FieldName, Field>;
}

export interface FormReading {
  readonly profile: string;
  /** The customer's address, lower-case domain; null when missing or no plain address. */
  readonly address: string | null;
  readonly name: string | null;
  readonly company: string | null;
  /** As written; stands at the start (`field` of `readOpening`). */
  readonly number: string | null;
  readonly text: string | null;
  /** Fields the form did not give, or gave twice with different values: a person must look. */
  readonly missing: readonly string[];
}

const patternCharsMax = 500;
/** Patterns come from the operator; they see this much, so that none of them can hang the reader. */
const patternTextMax = 20_000;
const subjectCharsMax = 500;
const plainAddress =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z0-9-]{2,63}$/;

/** Checks one entry of `formProfiles[]`. Throws an Error that begins with the key, e.g. `fields.address: …`. */
export function parseFormProfile(setting: FormProfileSetting): FormProfile {
  if (!/^[^\s@]*@[^\s@]+$/.test(setting.from)) throw new Error('from: neither an address nor @domain');
  const fields = new Map<FieldName, Field>();
  for (const [name, value] of Object.entries(setting.fields) as [FieldName, FieldSetting | undefined][]) {
    if (value !== undefined) fields.set(name, parseField(`fields.${name}`, value));
  }
  for (const name of ['address', 'text'] as const) {
    if (!fields.has(name)) throw new Error(`fields.${name}: is required`);
  }
  const subject = setting.subject === undefined ? null : compile('subject', setting.subject, 'u');
  return { name: setting.name, from: setting.from.toLowerCase(), subject, fields };
}

function parseField(key: string, value: FieldSetting): Field {
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

/** What the first matching profile reads in the mail; null when the mail comes from no inquiry page. */
export function applyProfile(
  letter: Pick<Letter, 'from' | 'subject' | 'text'>,
  profiles: readonly FormProfile[],
): FormReading | null {
  const sender = letter.from?.address.toLowerCase();
  const profile = profiles.find(
    ({ from, subject }) =>
      sender !== undefined &&
      (sender === from || (from.startsWith('@') && sender.endsWith(from))) &&
      (subject === null || subject.test(letter.subject.slice(0, subjectCharsMax))),
  );
  if (profile === undefined) return null;
  const lines = letter.text.split(/\r\n|[\n\r]/);
  const missing: string[] = [];
  const read = (name: FieldName): string | null => {
    const field = profile.fields.get(name);
    if (field === undefined) return null;
    const values =
      field.kind === 'labels' ? labelled(lines, field.labels, profile) : matched(letter.text, field.pattern);
    // A label repeated in the customer's text must not put another address or number in place of the first.
    const clash = name !== 'text' && new Set(values).size > 1;
    const value = clash ? null : (values[0] ?? null);
    if (value === null || (value === '' && (name === 'address' || name === 'text'))) missing.push(name);
    return value === '' ? null : value;
  };
  let address = read('address');
  if (address !== null && !plainAddress.test(address)) {
    missing.push('address');
    address = null;
  }
  if (address !== null) {
    const at = address.lastIndexOf('@');
    address = address.slice(0, at) + address.slice(at).toLowerCase();
  }
  return {
    profile: profile.name,
    address,
    name: read('name'),
    company: read('company'),
    number: read('number'),
    text: read('text'),
    missing,
  };
}

function matched(text: string, pattern: RegExp): readonly string[] {
  const groups = pattern.exec(text.slice(0, patternTextMax))?.groups;
  const value = Object.values(groups ?? {})[0];
  return value === undefined ? [] : [value.trim()];
}

/** The rest of the label's line or, if that is empty, the lines until the next label of the profile. */
function labelled(
  lines: readonly string[],
  labels: readonly string[],
  profile: FormProfile,
): readonly string[] {
  const others = [...profile.fields.values()].flatMap((field) =>
    field.kind === 'labels' ? field.labels : [],
  );
  const values: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const rest = afterLabel(lines[at] as string, labels);
    if (rest === null) continue;
    // A customer's text runs on below its label's line; the other fields end at a blank line.
    const own = profile.fields.get('text');
    const isText = own?.kind === 'labels' && own.labels === labels;
    const runsOn = rest === '' || isText;
    let to = at + 1;
    while (runsOn && to < lines.length && afterLabel(lines[to] as string, others) === null) to++;
    const value = [rest, ...lines.slice(at + 1, to)].join('\n').trim();
    values.push(isText ? value : (value.split(/\n[ \t\u3000]*\n/)[0] as string));
    at = to - 1;
  }
  return values;
}

function afterLabel(line: string, labels: readonly string[]): string | null {
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
