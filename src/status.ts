/** What the daemon tells of itself (spec 7): gathered from the store, the mailboxes and the calendar when it is asked for. */
import { statfsSync } from 'node:fs';
import { dayOf, instantAt } from './calendar/jst.ts';
import { knownUntil } from './calendar/reception-calendar.ts';
import { type Config, programVersion } from './config.ts';
import type { Desk } from './desk/house.ts';
import type { Gauges, Journal } from './desk/ports.ts';
import { by, gauge, type Metric, metricsText } from './status-text.ts';

/** A mailbox is looked at every minute; after so many missed looks something is wrong with it. */
const pollMsMax = 3 * 60_000;
const dayMs = 86_400_000;
const databaseMsMax = 5_000;

/** When each mailbox was last looked through without trouble; null: not yet. */
export type Polled = ReadonlyMap<string, Date | null>;

/** What this process has done since it started, counted from what it tells the log. */
export interface Counts {
  readonly messages: Record<string, number>;
  readonly letters: Record<string, number>;
}

export function counting(journal: Journal): { readonly journal: Journal; readonly counts: Counts } {
  const counts: Counts = { messages: {}, letters: {} };
  const add = (to: Record<string, number>, key: unknown) => {
    to[String(key)] = (to[String(key)] ?? 0) + 1;
  };
  const count = (event: string, fields: Readonly<Record<string, unknown>>) => {
    if (event === 'message-decided') add(counts.messages, fields['outcome']);
    if (event === 'letter-sent' || event === 'letter-not-sent') add(counts.letters, fields['state']);
  };
  const counted = (level: keyof Journal): Journal[keyof Journal] => {
    return (event, fields) => {
      count(event, fields);
      journal[level](event, fields);
    };
  };
  return { journal: { info: counted('info'), warn: counted('warn'), error: counted('error') }, counts };
}

/** Sentences that say what is not as it must be for mail to come in and be decided. */
export async function notReady(desk: Desk, polled: Polled, now: Date): Promise<readonly string[]> {
  const late = [...polled].flatMap(([name, at]) => {
    if (at === null) return [`mailbox ${name} has not been looked at yet`];
    const ms = now.getTime() - at.getTime();
    return ms <= pollMsMax ? [] : [`mailbox ${name} was last looked at ${Math.round(ms / 1000)} s ago`];
  });
  return (await gaugesOf(desk, now)) === null ? ['the database does not answer', ...late] : late;
}

/** Null when the database does not answer in time; what else is known is told all the same. */
async function gaugesOf(desk: Desk, now: Date): Promise<Gauges | null> {
  return inTime(desk.store.overview.gauges(now.toISOString()), databaseMsMax).catch(() => null);
}

/** Rejects when the work takes longer; the work goes on. */
export async function inTime<T>(work: Promise<T>, msMax: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${msMax} ms`)), msMax);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export async function metrics(
  desk: Desk,
  config: Config,
  state: { readonly polled: Polled; readonly counts: Counts; readonly startedAt: Date },
  now: Date,
): Promise<string> {
  const gauges = await gaugesOf(desk, now);
  const database = config.database.split(':')[0]!.replace('postgresql', 'postgres');
  const known =
    instantAt(knownUntil(config.calendar), '00:00').getTime() - instantAt(dayOf(now), '00:00').getTime();
  return metricsText([
    gauge('uketsuke_up', 'This process runs.', 1),
    {
      ...gauge('uketsuke_build_info', 'Version of the program and of Node.js, and the kind of database.', 1),
      samples: [[{ version: programVersion(), node: process.version, database }, 1]],
    },
    gauge('uketsuke_start_time_seconds', 'When this process started.', state.startedAt.getTime() / 1000),
    gauge(
      'uketsuke_resident_memory_bytes',
      'Memory of this process, its children not counted.',
      process.memoryUsage.rss(),
    ),
    gauge(
      'uketsuke_database_up',
      'The database answers; 0: what is counted in it is missing here.',
      gauges === null ? 0 : 1,
    ),
    ...(gauges === null ? [] : ofQueues(gauges, now)),
    by(
      'counter',
      'uketsuke_messages_total',
      'Messages decided by this process, by outcome.',
      'outcome',
      state.counts.messages,
    ),
    by(
      'counter',
      'uketsuke_letters_total',
      'Attempts to send made by this process, by what became of the letter.',
      'state',
      state.counts.letters,
    ),
    by(
      'gauge',
      'uketsuke_mailbox_last_good_poll_seconds',
      'When the mailbox was last looked through without trouble; 0: not since the start.',
      'mailbox',
      Object.fromEntries([...state.polled].map(([name, at]) => [name, (at?.getTime() ?? 0) / 1000])),
    ),
    gauge(
      'uketsuke_calendar_known_days',
      'Days until the calendar ends; on a day beyond it nothing is sent.',
      Math.round(known / dayMs),
    ),
    gauge('uketsuke_disk_free_bytes', 'Room on the disk of the data folder.', freeBytes(config.dataDir)),
  ]);
}

function ofQueues({ waiting, outbox, quarantined, tickets }: Gauges, now: Date): readonly Metric[] {
  const age = (at: string | null) => (at === null ? 0 : Math.max(0, now.getTime() - Date.parse(at)) / 1000);
  const lanes = <T>(value: (of: { readonly count: number; readonly oldest: string | null }) => T) =>
    Object.fromEntries(Object.entries(waiting).map(([lane, of]) => [lane, value(of)]));
  const { queued, sending, failed, held, uncertain } = outbox;
  return [
    by(
      'gauge',
      'uketsuke_messages_waiting',
      'Messages accepted and not yet decided; lane fax waits for OCR.',
      'lane',
      lanes(({ count }) => count),
    ),
    by(
      'gauge',
      'uketsuke_oldest_unread_age_seconds',
      'Age of the oldest of them; 0: none waits.',
      'lane',
      lanes(({ oldest }) => age(oldest)),
    ),
    gauge('uketsuke_messages_quarantined', 'Messages nobody could read.', quarantined),
    by('gauge', 'uketsuke_letters', 'Letters that are not done with.', 'state', {
      queued,
      sending,
      failed,
      held,
      uncertain,
    }),
    gauge('uketsuke_letters_due', 'Queued letters whose time has come.', outbox.due),
    gauge(
      'uketsuke_oldest_due_letter_age_seconds',
      'Since when the oldest of them could have left; 0: none.',
      age(outbox.oldestDue),
    ),
    gauge('uketsuke_letters_retried', 'Queued letters the relay has not taken so far.', outbox.retried),
    by('gauge', 'uketsuke_tickets', 'Tickets that are not done with.', 'state', tickets),
  ];
}

function freeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
