/** What the morning list says (tone 9c), and on which day one is due. Pure. */
import { businessMinutesBetween, isBusinessDay } from '../calendar/business-day.ts';
import { daysOffBetween } from '../calendar/days-off.ts';
import { addDays, type Day, dayOf, instantAt } from '../calendar/jst.ts';
import { openingsOn, type ReceptionCalendar } from '../calendar/reception-calendar.ts';
import { earliest } from '../calendar/reception-hours.ts';
import { hourMinute, monthDay, monthDayTime } from '../calendar/short-date.ts';
import type { DigestFacts } from '../reply/staff-facts.ts';
import type { Channel } from '../ticket/ticket.ts';
import type { Happened, ListedMail, Standing, Trouble, WaitingTicket } from './overview.ts';

const digestAt = '08:45';
/** How far back the business day before is looked for: the longest closure. */
const daysBackMax = 60;
const minuteMs = 60_000;

/** The day whose list is due: a business day from 8:45 until its last window closes; else null. */
export function digestDay(calendar: ReceptionCalendar, now: Date): Day | null {
  const day = dayOf(now);
  const closesAt = openingsOn(calendar, day).at(-1)?.closesAt;
  return closesAt !== undefined && instantAt(day, digestAt) <= now && now < closesAt ? day : null;
}

/** Where the first list of all begins: at 8:45 of the business day before. */
export function firstDigestSince(calendar: ReceptionCalendar, day: Day): Date {
  let before = addDays(day, -1);
  for (let days = 1; days < daysBackMax && isBusinessDay(calendar, before) !== true; days += 1)
    before = addDays(before, -1);
  return instantAt(before, digestAt);
}

export interface DigestInput {
  readonly since: Date;
  readonly until: Date;
  readonly now: Date;
  readonly happened: Happened;
  readonly standing: Standing;
  /** Business hours after which a ticket without an answer is marked. */
  readonly overdueHours: number;
  readonly perMinute: number;
}

export function digestFacts(calendar: ReceptionCalendar, input: DigestInput): DigestFacts {
  const { since, until, now, happened, standing, overdueHours } = input;
  const { outcomes, suspected } = happened;
  const minutes = ({ since: from }: WaitingTicket) => businessMinutesBetween(calendar, new Date(from), now);
  const rows = standing.waiting
    .map((ticket) => ({ ticket, waited: minutes(ticket) }))
    .sort((a, b) => b.waited - a.waited || (a.ticket.since < b.ticket.since ? -1 : 1));
  const isOverdue = (waited: number) => waited > overdueHours * 60;
  const run = daysOffBetween(calendar, dayOf(since), dayOf(until));
  const reviews = (channel: Channel) => countOf(standing, 'review', channel);
  return {
    day: monthDay(dayOf(now)),
    asOf: hourMinute(now),
    since: `${monthDayTime(since)} 以降`,
    daysOff: run === null ? null : `休業 ${monthDay(run.from)}～${monthDay(run.to)} をはさむ`,
    counts: {
      new: outcomes['ticket-opened'] ?? 0,
      followUp: outcomes['ticket-continued'] ?? 0,
      review: countOf(standing, 'review'),
      held: countOf(standing, 'awaiting-number'),
      total: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
    },
    acknowledgements: acknowledgements(calendar, input),
    overdue: { hours: overdueHours, count: rows.filter(({ waited }) => isOverdue(waited)).length },
    waiting: rows.map(({ ticket, waited }) => ({
      ref: ticket.ref,
      state: `${isOverdue(waited) ? '★' : ''}${stateOf(ticket)}`,
      waited: waited < 60 ? `営業 ${waited}分` : `営業 ${Math.floor(waited / 60)}時間`,
      assignee: ticket.assignee,
      customer: ticket.customer,
      subject: ticket.subject,
    })),
    review: {
      fax: reviews('fax'),
      mail: reviews('mail'),
      form: reviews('form'),
      phone: reviews('phone'),
    },
    held: standing.held.map(listed),
    failed: happened.troubles.map(({ ref, what, to }) => ({ ref: ref ?? '―', what: troubles[what], to })),
    junk: {
      count: suspected.count,
      first: suspected.first.map(listed),
    },
  };
}

function listed({ ref, from, subject }: ListedMail): DigestFacts['held'][number] {
  return { ref: ref ?? '―', from: from ?? '―', subject };
}

const troubles: Readonly<Record<Trouble['what'], string>> = {
  failed: '送信失敗',
  uncertain: '送信結果不明',
  bounce: '不達',
};

function stateOf({ state, messages }: WaitingTicket): string {
  if (state === 'review') return '要確認';
  return messages > 1 ? `未回答(${messages}通)` : '未回答';
}

function countOf({ tickets }: Standing, state: string, channel?: Channel): number {
  return tickets
    .filter((one) => one.state === state && (channel === undefined || one.channel === channel))
    .reduce((sum, { count }) => sum + count, 0);
}

/** Those that leave today, and when at the set rate: `9:00～9:05 に順次`. */
function acknowledgements(
  calendar: ReceptionCalendar,
  { now, standing, perMinute }: DigestInput,
): DigestFacts['acknowledgements'] {
  const midnight = instantAt(dayOf(now), '24:00');
  const times = standing.acknowledgements.map((at) => new Date(at)).filter((at) => at < midnight);
  const first = times[0];
  if (first === undefined) return { count: 0, when: null };
  const begins = earliest(calendar, 'reception', first > now ? first : now);
  if (begins === null || begins >= midnight) return { count: times.length, when: null };
  const takes = Math.ceil(times.length / perMinute) - 1;
  const ends = new Date(begins.getTime() + takes * minuteMs);
  const when = takes === 0 ? hourMinute(begins) : `${hourMinute(begins)}～${hourMinute(ends)}`;
  return { count: times.length, when: `${when} に順次` };
}
