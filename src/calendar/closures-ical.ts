/**
 * Closures from an iCalendar file (RFC 5545), as calendar programs export them. Every day in Asia/Tokyo that an
 * event touches is closed: an event with times closes whole days, because a letter must not leave in its midst.
 * Times without a zone are Tokyo's. `TRANSP` is not looked at: programs export all-day events as free time.
 */
import ICAL from 'ical.js';
import type { Closure } from './closures.ts';
import { holidaysKnownUntil } from './holidays.ts';
import { type IcalEvent, instantsOf, readEvent, readRule, type Zones } from './ical-event.ts';
import { addDays, type Day, dayOf, instantAt } from './jst.ts';
import { occurrences } from './recurrence.ts';

interface Block {
  /** Counted from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

/**
 * Closures in order of their first day. Recurring events are counted out to the end of the holiday table, past
 * which nothing leaves anyway. Throws one Error for the file that names line, event and field of each mistake.
 */
export function parseClosuresIcal(text: string): readonly Closure[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const problems: string[] = [];
  const zones = new Map<string, ICAL.Timezone>();
  const attempt = <T>(where: string, task: () => T): T | null => {
    try {
      return task();
    } catch (error) {
      problems.push(`${where}: ${(error as Error).message}`);
      return null;
    }
  };
  for (const block of blocks(lines, 'VTIMEZONE')) {
    attempt(`line ${block.line}: VTIMEZONE`, () => {
      const component = parseBlock(block);
      zones.set(String(component.getFirstPropertyValue('tzid')), new ICAL.Timezone(component));
    });
  }
  const found = blocks(lines, 'VEVENT').map((block) => ({
    block,
    event: attempt(titleOf(block), () => readEvent(parseBlock(block), zones)),
  }));
  const events = found.flatMap(({ event }) => event ?? []);
  const closures = found.flatMap(({ block, event }) =>
    event ? (attempt(titleOf(block), () => closuresOf(event, events, zones)) ?? []) : [],
  );
  if (problems.length === 0) attempt('iCalendar', () => checkFrame(lines.join('\r\n')));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return closures.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
}

/** The lines of each component of this name; one that never ends runs to the next or to the end of the file. */
function blocks(lines: readonly string[], name: string): readonly Block[] {
  const begin = new RegExp(`^BEGIN:${name}\\s*$`, 'i');
  const end = new RegExp(`^END:${name}\\s*$`, 'i');
  const starts = lines.flatMap((line, index) => (begin.test(line) ? index : []));
  return starts.map((start, index) => {
    const rest = lines.slice(start, starts[index + 1]);
    const last = rest.findIndex((line) => end.test(line));
    return { line: start + 1, lines: last < 0 ? rest : rest.slice(0, last + 1) };
  });
}

function parseBlock(block: Block): ICAL.Component {
  return new ICAL.Component(ICAL.parse(block.lines.join('\r\n')));
}

function titleOf(block: Block): string {
  const summary = block.lines.find((line) => /^SUMMARY[;:]/i.test(line))?.replace(/^[^:]*:/, '');
  return `line ${block.line}: VEVENT ${summary ?? 'without SUMMARY'}`;
}

/** Components, balanced and to the end: half a file is no list of closures. */
function checkFrame(source: string): void {
  const parsed = ICAL.parse(source) as unknown[];
  const calendars = typeof parsed[0] === 'string' ? [parsed] : (parsed as unknown[][]);
  if (calendars.length === 0 || calendars.some(([name]) => name !== 'vcalendar')) {
    throw new Error('the file is not one VCALENDAR or several');
  }
}

function closuresOf(event: IcalEvent, events: readonly IcalEvent[], zones: Zones): readonly Closure[] {
  if (event.cancelled) return [];
  const from = dayOf(event.start);
  const to = dayOf(new Date(Math.max(event.start.getTime(), event.end.getTime() - 1)));
  const days = (instantAt(to, '00:00').getTime() - instantAt(from, '00:00').getTime()) / 86_400_000;
  const closure = (day: Day): Closure => ({ name: event.name, from: day, to: addDays(day, days) });
  if (event.replaces !== null) return [closure(from)];
  const rules = event.component.getAllProperties('rrule').map((property) => readRule(property, event));
  const excepted = new Set([
    ...instantsOf(event.component, 'exdate', zones).map(dayOf),
    ...events.flatMap((other) => (other.uid === event.uid && other.replaces !== null ? other.replaces : [])),
  ]);
  const starts = new Set([
    from,
    ...instantsOf(event.component, 'rdate', zones).map(dayOf),
    ...rules.flatMap((rule) => occurrences(rule, from, holidaysKnownUntil)),
  ]);
  return [...starts].filter((day) => !excepted.has(day)).map(closure);
}
