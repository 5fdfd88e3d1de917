/** One VEVENT of a calendar file, read strictly: every value must be a day or time there is. */
import ICAL from 'ical.js';
import { type Day, dayOf, isoJst, parseTime } from './jst.ts';
import type { Recurrence } from './recurrence.ts';

/** A closure longer than this is a slip of the year, which would silence the desk for good. */
const closureDaysMax = 366;
const ruleParts = ['BYDAY', 'BYMONTH', 'BYMONTHDAY', 'BYSETPOS'];

/** VTIMEZONE components of the file by TZID. */
export type Zones = ReadonlyMap<string, ICAL.Timezone>;

export interface IcalEvent {
  readonly component: ICAL.Component;
  readonly name: string;
  readonly uid: string;
  readonly start: Date;
  readonly end: Date;
  /** Tokyo day of the occurrence that this event stands in for, or null. */
  readonly replaces: Day | null;
  readonly cancelled: boolean;
}

/** Throws an Error that begins with the field. */
export function readEvent(component: ICAL.Component, zones: Zones): IcalEvent {
  const [start] = instantsOf(component, 'dtstart', zones);
  if (!start) throw new Error('DTSTART is missing');
  const [replaced] = instantsOf(component, 'recurrence-id', zones);
  if (component.getFirstProperty('recurrence-id')?.getFirstParameter('range')) {
    throw new Error('RECURRENCE-ID: RANGE is not understood; write the changed days as events of their own');
  }
  const end = endOf(component, start, zones);
  if (end < start) throw new Error('DTEND: the event ends before it begins');
  if (end.getTime() - start.getTime() > closureDaysMax * 86_400_000) {
    throw new Error(`DTEND: a closure lasts ${closureDaysMax} days at most`);
  }
  const text = (field: string) => String(component.getFirstPropertyValue(field) ?? '');
  return {
    component,
    name:
      text('summary')
        .replace(/[\s\p{Cc}]+/gu, ' ')
        .trim() || '休業日',
    uid: text('uid'),
    start,
    end,
    replaces: replaced ? dayOf(replaced) : null,
    cancelled: text('status').toUpperCase() === 'CANCELLED',
  };
}

/** DTEND is exclusive. Without an end a day lasts a day; equal ends, though not allowed, mean the day itself. */
function endOf(component: ICAL.Component, start: Date, zones: Zones): Date {
  const [end] = instantsOf(component, 'dtend', zones);
  if (end) return end;
  const duration = component.getFirstPropertyValue('duration');
  if (duration === null) return start;
  const seconds = ICAL.Duration.fromString(String(duration)).toSeconds();
  return new Date(start.getTime() + seconds * 1000);
}

/** The values of all properties of this name; a day is its 00:00 in Tokyo. */
export function instantsOf(component: ICAL.Component, field: string, zones: Zones): readonly Date[] {
  return component.getAllProperties(field).flatMap((property) => {
    const tzid = property.getFirstParameter('tzid');
    return (property.toJSON() as unknown[]).slice(3).map((value) => {
      // Eight digits without VALUE=DATE come out of ical.js as a time without digits.
      const text = String(value).replace(/T::$/, '');
      const at = parseTime(text);
      if (!at) throw new Error(`${field.toUpperCase()}: ${JSON.stringify(text)} is not a day or time`);
      if (!tzid || text.endsWith('Z') || !text.includes('T')) return at;
      const zone = zones.get(tzid);
      if (zone) {
        const time = ICAL.Time.fromString(text, undefined);
        time.zone = zone;
        return new Date(time.toUnixTime() * 1000);
      }
      if (/tokyo|japan|東京/i.test(tzid)) return at;
      throw new Error(`${field.toUpperCase()}: zone ${JSON.stringify(tzid)} is not in the file (VTIMEZONE)`);
    });
  });
}

/** The rule of an RRULE, or an Error where its days would not be counted out rightly. */
export function readRule(property: ICAL.Property, event: IcalEvent): Recurrence {
  const rule = property.getFirstValue() as ICAL.Recur;
  const parts = rule.parts as Readonly<Record<string, readonly (string | number)[]>>;
  const strange = Object.keys(parts).find((part) => !ruleParts.includes(part));
  if (strange) throw new Error(`RRULE: ${strange} is not understood`);
  const { freq } = rule;
  if (freq !== 'DAILY' && freq !== 'WEEKLY' && freq !== 'MONTHLY' && freq !== 'YEARLY') {
    throw new Error(`RRULE: FREQ=${freq} is not understood`);
  }
  // As written: ical.js rolls 30 February into March.
  const [, , , raw] = property.toJSON() as [string, object, string, { readonly until?: string }];
  const until = raw.until === undefined ? null : parseTime(raw.until.replace(/T::$/, ''));
  if (raw.until !== undefined && !until)
    throw new Error(`RRULE: UNTIL ${JSON.stringify(raw.until)} is not a day or time`);
  // The start as written, before its zone was looked at.
  const [, , , written] = event.component.getFirstProperty('dtstart')!.toJSON() as unknown[];
  if (Object.keys(parts).length > 0 && !isoJst(event.start).startsWith(String(written).slice(0, 10))) {
    throw new Error('RRULE: days named in another zone than Asia/Tokyo are not understood; write whole days');
  }
  const numbers = (part: string) => (parts[part] ?? []).map(Number);
  return {
    freq,
    interval: rule.interval,
    count: rule.count,
    until: until ? dayOf(until) : null,
    weekStart: rule.wkst - 1,
    months: numbers('BYMONTH'),
    monthDays: numbers('BYMONTHDAY'),
    weekdays: (parts['BYDAY'] ?? []).map((text) => ({
      ordinal: Number.parseInt(String(text), 10) || 0,
      weekday: ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'].indexOf(String(text).slice(-2).toUpperCase()),
    })),
    positions: numbers('BYSETPOS'),
  };
}
