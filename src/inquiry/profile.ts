/**
 * Mail from the vendor's own inquiry page (専用問合せページ, 約款 2(1); spec 2.1): who really wrote, with which
 * number. The web server that sent it is never the customer.
 */
import {
  afterLabel,
  type Field,
  type FieldSetting,
  isFrom,
  matched,
  type ProfileSender,
  parseField,
  parseSender,
} from './field-pattern.ts';
import type { Letter } from './letter.ts';

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
export interface FormProfile extends ProfileSender {
  readonly name: string;
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

const plainAddress =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z0-9-]{2,63}$/;

/** Checks one entry of `formProfiles[]`. Throws an Error that begins with the key, e.g. `fields.address: …`. */
export function parseFormProfile(setting: FormProfileSetting): FormProfile {
  const sender = parseSender(setting);
  const fields = new Map<FieldName, Field>();
  for (const [name, value] of Object.entries(setting.fields) as [FieldName, FieldSetting | undefined][]) {
    if (value !== undefined) fields.set(name, parseField(`fields.${name}`, value));
  }
  for (const name of ['address', 'text'] as const) {
    if (!fields.has(name)) throw new Error(`fields.${name}: is required`);
  }
  return { name: setting.name, ...sender, fields };
}

/** What the first matching profile reads in the mail; null when the mail comes from no inquiry page. */
export function applyProfile(
  letter: Pick<Letter, 'from' | 'subject' | 'text'>,
  profiles: readonly FormProfile[],
): FormReading | null {
  const profile = profiles.find((one) => isFrom(letter, one));
  if (profile === undefined) return null;
  const lines = letter.text.split(/\r\n|[\n\r]/);
  const missing: string[] = [];
  const read = (name: FieldName): string | null => {
    const field = profile.fields.get(name);
    if (field === undefined) return null;
    const values =
      field.kind === 'labels' ? labelled(lines, field.labels, profile) : matched(letter.text, field);
    // A label or a pattern repeated in the customer's text must not put another address or number in place of the first.
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
