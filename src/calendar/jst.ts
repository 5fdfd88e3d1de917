/**
 * Days and instants of Asia/Tokyo by fixed arithmetic. Japan has kept UTC+9 without summer time since 1952,
 * so the host's zone and its zone data play no part.
 */

/** `YYYY-MM-DD` in Asia/Tokyo. Compares as text. */
export type Day = string;

const offsetMs = 9 * 3_600_000;
const dayMs = 86_400_000;
const timePattern =
  /^(\d{4}-\d\d-\d\d)(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?(?:(?<=:\d\d:\d\d)[.,](\d{1,9}))? ?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/i;

export function dayOf(instant: Date): Day {
  return tokyoText(instant).split('T')[0]!;
}

/** The instant of a wall-clock time `HH:MM` or `HH:MM:SS` on a day; `24:00` is the end of the day. */
export function instantAt(day: Day, time: string): Date {
  const match = /^(\d{1,2}):([0-5]\d)(?::([0-5]\d))?$/.exec(time);
  const seconds = match
    ? Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0)
    : Number.NaN;
  if (!(seconds <= 86_400)) throw new RangeError(`not a time of day: ${time}`);
  return new Date(midnightUtc(day) + seconds * 1000 - offsetMs);
}

/** `2026-09-24T09:00:00+09:00`, with milliseconds only where there are some. */
export function isoJst(instant: Date): string {
  return tokyoText(instant).replace(/(\.000)?Z$/, '+09:00');
}

export function addDays(day: Day, days: number): Day {
  return new Date(midnightUtc(day) + days * dayMs).toISOString().split('T')[0]!;
}

/**
 * Reads a time as people and scripts hand it in (spec 8): ISO 8601, without an offset Asia/Tokyo. Takes
 * `2026-09-24T09:00:00+09:00`, `2026-09-24 09:00`, `2026-09-24T00:00:00.5Z` or `2026-09-24` (00:00 in
 * Tokyo). Digits beyond the millisecond are cut. Null for everything else and for days and hours there are not.
 */
export function parseTime(text: string): Date | null {
  const match = timePattern.exec(text.trim());
  if (!match || !isDay(match[1]!)) return null;
  const [, day, time = '00:00', seconds = ':00', fraction = '', zone = '+09:00'] = match;
  const digits = zone.replace(':', '').padEnd(5, '0');
  const offset = /z/i.test(zone) ? 'Z' : `${digits.slice(0, 3)}:${digits.slice(3)}`;
  return new Date(Date.parse(`${day}T${time}${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`));
}

/** 2026-02-30 is none. */
function isDay(text: string): text is Day {
  return !Number.isNaN(midnightUtc(text)) && addDays(text, 0) === text;
}

/** The wall clock of Tokyo, written as if it were UTC. */
function tokyoText(instant: Date): string {
  return new Date(instant.getTime() + offsetMs).toISOString();
}

function midnightUtc(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}
