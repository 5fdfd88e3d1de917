import { createHash } from 'node:crypto';

/** A row as the driver gives it; every table is mapped by hand in the file that owns it. */
export type Row = Readonly<Record<string, unknown>>;

/** SQLite answers a raw query with rows, PostgreSQL with a result that holds them. */
export function rowsOf(answer: Row[] | { rows: Row[] }): Row[] {
  return Array.isArray(answer) ? answer : answer.rows;
}

/** Bytes a key may have in an index: PostgreSQL refuses rows over about 2,700, and a Message-ID can be any length. */
const keyBytesMax = 400;

/** A text as both databases can index it: itself when short, else its digest. */
export function indexKey(text: string): string {
  if (Buffer.byteLength(text) <= keyBytesMax) return text;
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Addresses are looked up without regard to case. */
export function addressKey(address: string): string {
  return indexKey(address.toLowerCase());
}

/**
 * ISO text with milliseconds and `Z`, the one form in which instants compare as text. An offset or missing
 * milliseconds are allowed on the way in; anything else is our own mistake and throws.
 */
export function instant(text: string): string {
  const at = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(at.getTime()))
    throw new RangeError(`not an instant: ${text}`);
  return at.toISOString();
}

export function instantOrNull(text: string | null): string | null {
  return text === null ? null : instant(text);
}

export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

export function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

/** PostgreSQL refuses NUL in text. Both databases keep U+FFFD in its place, so that no sender can block the intake. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD');
  return value;
}
