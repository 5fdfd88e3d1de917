/** The manager's figures of a month (spec 4): what came, by what way and for what, and how long the first answer took. Pure. */
import { addDays, instantAt } from '../calendar/jst.ts';
import { type Category, categoryLabel, categoryOf } from '../ticket/category.ts';
import type { Channel } from '../ticket/ticket.ts';
import type { FiguredTicket } from './overview.ts';

export interface Figures {
  readonly tickets: number;
  readonly answered: number;
  /** No answer yet, and not refused by staff. */
  readonly unanswered: number;
  /** Business minutes to the first answer: the middle one (of two their mean), and that within which nine of ten lie. */
  readonly medianMinutes: number | null;
  readonly p90Minutes: number | null;
  readonly held: number;
  readonly expired: number;
  readonly review: number;
  readonly rejected: number;
}

/** One line of the report. */
export interface FigureRow extends Figures {
  readonly group: 'total' | 'channel' | 'category' | 'contract';
  /** The channel, the category or the support service number; '' for the total, and where there is none. */
  readonly key: string;
  readonly name: string;
}

const channels: Readonly<Record<Channel, string>> = {
  mail: 'メール',
  fax: 'FAX',
  form: '問合せページ',
  phone: '電話',
};
const channelOrder: readonly Channel[] = ['mail', 'fax', 'form', 'phone'];

/** The instants a month begins and ends at in Japan, or null when the text is no month. */
export function monthSpan(text: string): { readonly from: Date; readonly to: Date } | null {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return null;
  const first = `${text}-01`;
  const next = `${addDays(first, 31).slice(0, 7)}-01`;
  return { from: instantAt(first, '00:00'), to: instantAt(next, '00:00') };
}

/** The total, then each channel, category and contract that has tickets; contracts with the most tickets first. */
export function figureRows(tickets: readonly FiguredTicket[]): readonly FigureRow[] {
  const grouped = (
    group: FigureRow['group'],
    keyOf: (ticket: FiguredTicket) => string,
    nameOf: (key: string, some: readonly FiguredTicket[]) => string,
  ) =>
    Array.from(groups(tickets, keyOf), ([key, some]) => ({
      group,
      key,
      name: nameOf(key, some),
      ...figuresOf(some),
    }));
  const byChannel = grouped(
    'channel',
    ({ channel }) => channel,
    (key) => channels[key as Channel],
  );
  const byCategory = grouped(
    'category',
    ({ category }) => (category === null ? '' : (categoryOf(category) ?? category)),
    (key) => (key === '' ? '未分類' : categoryOf(key) === null ? key : categoryLabel(key as Category)),
  );
  const byContract = grouped(
    'contract',
    ({ number }) => number ?? '',
    (key, some) => (key === '' ? '契約なし' : (some[0]!.customer ?? '(台帳にありません)')),
  );
  const rank = (key: string) => (key === '' ? 1 : 0);
  return [
    { group: 'total', key: '', name: '全体', ...figuresOf(tickets) },
    ...byChannel.sort(
      (a, b) => channelOrder.indexOf(a.key as Channel) - channelOrder.indexOf(b.key as Channel),
    ),
    ...byCategory.sort((a, b) => rank(a.key) - rank(b.key) || b.tickets - a.tickets || compare(a.key, b.key)),
    ...byContract.sort((a, b) => rank(a.key) - rank(b.key) || b.tickets - a.tickets || compare(a.key, b.key)),
  ];
}

function groups<One>(list: readonly One[], keyOf: (one: One) => string): ReadonlyMap<string, readonly One[]> {
  const found = new Map<string, One[]>();
  for (const one of list) {
    const some = found.get(keyOf(one));
    if (some === undefined) found.set(keyOf(one), [one]);
    else some.push(one);
  }
  return found;
}

function figuresOf(tickets: readonly FiguredTicket[]): Figures {
  const minutes = tickets.flatMap(({ firstAnswerMinutes }) => firstAnswerMinutes ?? []).sort((a, b) => a - b);
  const count = (of: (ticket: FiguredTicket) => boolean) => tickets.filter(of).length;
  return {
    tickets: tickets.length,
    answered: minutes.length,
    unanswered: count((one) => one.firstAnswerMinutes === null && one.state !== 'rejected'),
    medianMinutes: median(minutes),
    p90Minutes: minutes[Math.ceil(minutes.length * 0.9) - 1] ?? null,
    held: count(({ held }) => held),
    expired: count(({ expired }) => expired),
    review: count(({ review }) => review),
    rejected: count(({ state }) => state === 'rejected'),
  };
}

function median(sorted: readonly number[]): number | null {
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  const upper = sorted[Math.floor(sorted.length / 2)];
  return lower === undefined || upper === undefined ? null : (lower + upper) / 2;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
