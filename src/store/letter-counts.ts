/** What is asked before a letter may be queued or leave: how many there were, to whom, and what came back. */
import type { Knex } from 'knex';
import type { OutboxStore } from '../desk/ports.ts';
import type { StrangerCounts } from '../reply/withhold.ts';
import { STAFF_KINDS } from '../ticket/ticket.ts';
import type { Database } from './database.ts';
import { gathered, values } from './gather.ts';
import { toItem } from './letter-rows.ts';
import { addressKey, instant, type Row } from './row.ts';

type Asked = 'countTo' | 'countStrangers' | 'bouncedSince' | 'sentBetween' | 'latestTo' | 'undeliverable';

export function letterCounts(db: Database): Pick<OutboxStore, Asked> {
  const countTo = gathered((questions: readonly (readonly string[])[]) =>
    db.read((q) => countEach(q, questions)),
  );
  const countStrangers = gathered((questions: readonly (readonly string[])[]) =>
    db.read((q) => countFirstLetters(q, questions)),
  );
  return {
    countTo: (address, { hour, day }) => countTo([addressKey(address), instant(hour), instant(day)]),
    countStrangers: (domain, { hour, day }) =>
      countStrangers([domain.toLowerCase(), instant(hour), instant(day)]),
    bouncedSince: (at, limit) =>
      db.read(async (q) => {
        const letters: unknown[] = await q('events')
          .where('at', '>=', instant(at))
          .where({ kind: 'bounce' })
          .whereNotNull('outbox_id')
          .distinct('outbox_id')
          .limit(limit);
        return letters.length;
      }),
    sentBetween: (from, until) =>
      db.read(async (q) => {
        const row: Row | undefined = await q('outbox')
          .where({ state: 'sent' })
          .whereBetween('sent_at', [instant(from), instant(until)])
          .whereNotIn('kind', [...STAFF_KINDS])
          .count({ n: '*' })
          .first();
        return Number(row?.['n']);
      }),
    latestTo: (address) =>
      db.read(async (q) => {
        const row: Row | undefined = await q('outbox')
          .where({ to_id: addressKey(address), state: 'sent' })
          .orderBy('id', 'desc')
          .first();
        return row === undefined ? null : toItem(row);
      }),
    undeliverable: gathered(async (questions) => {
      const asked = [...new Set(questions.flat().map(addressKey))];
      const found = new Set<string>(
        asked.length === 0
          ? []
          : await db.read((q) => q('undeliverable').whereIn('address_id', asked).pluck('address_id')),
      );
      return questions.map((addresses) => addresses.filter((address) => found.has(addressKey(address))));
    }),
  };
}

/** Each question is an address, and the instants from which a letter counts for the hour and for the day. */
async function countEach(q: Knex, questions: readonly (readonly string[])[]) {
  const asked = values(
    q,
    questions.map((one, place) => [place, ...one]),
  );
  const counted = (condition: string, name: string) =>
    q.raw(`coalesce(sum(case when ${condition} then 1 else 0 end), 0) as ??`, [name]);
  const rows: Row[] = await q
    .from(q.raw('? as asked', [asked]))
    .join('outbox', 'to_id', 'asked.column2')
    .whereNotIn('kind', [...STAFF_KINDS, 'answer'])
    .whereRaw("(state in ('queued', 'sending') or (state = 'sent' and sent_at >= asked.column4))")
    .groupBy('asked.column1')
    .select(
      { place: 'asked.column1' },
      // What follows a request waits for days and is counted when it leaves: it must not use up today's letters.
      counted("state <> 'sent' and kind not in ('reminder', 'closing-notice')", 'queued'),
      counted("state = 'sent' and sent_at >= asked.column3", 'hour'),
      counted("state = 'sent'", 'day'),
    );
  const byPlace = new Map(rows.map((row) => [Number(row['place']), row]));
  return questions.map((_, place) => {
    const row = byPlace.get(place);
    return {
      queued: Number(row?.['queued'] ?? 0),
      hour: Number(row?.['hour'] ?? 0),
      day: Number(row?.['day'] ?? 0),
    };
  });
}

/** Each question is a domain and two instants. The cap on all strangers bounds the rows there are at any time. */
async function countFirstLetters(q: Knex, questions: readonly (readonly string[])[]) {
  const days = questions.map(([, , day = '']) => day).sort();
  const rows: Row[] = await q('outbox')
    .whereRaw("kind in ('neutral', 'request-number')")
    .where('created_at', '>=', days[0]!)
    .whereNot({ state: 'cancelled' })
    .select('to_address', 'created_at');
  return questions.map(([domain = '', hour = '', day = '']): StrangerCounts => {
    const since = (at: string) => rows.filter((row) => String(row['created_at']) >= at);
    const counts = (some: (row: Row) => boolean) => ({
      hour: since(hour).filter(some).length,
      day: since(day).filter(some).length,
    });
    return {
      domain: counts((row) => String(row['to_address']).toLowerCase().endsWith(`@${domain}`)),
      all: counts(() => true),
    };
  });
}
