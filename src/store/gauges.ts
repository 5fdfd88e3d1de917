import type { Knex } from 'knex';
import type { Gauges } from '../desk/ports.ts';
import { type Row, rowsOf, textOrNull } from './row.ts';

/** Counts for whoever watches the daemon. Partial indexes answer all but the tickets, whose index of states does. */
export async function gauges(q: Knex, now: string): Promise<Gauges> {
  const rows = async (sql: string, bindings: readonly string[] = []): Promise<readonly Row[]> =>
    rowsOf(await q.raw(sql, [...bindings]));
  const waiting = await rows(
    'select lane, count(*) as n, min(received_at) as oldest from received where outcome is null group by lane',
  );
  const [queued] = await rows(
    `select count(*) as n, coalesce(sum(case when attempts > 0 then 1 else 0 end), 0) as retried,
      coalesce(sum(case when not_before <= ? then 1 else 0 end), 0) as due,
      min(case when not_before <= ? then not_before end) as oldest
      from outbox where state = 'queued'`,
    [now, now],
  );
  const letters = await rows(
    `select 'sending' as state, count(*) as n from outbox where state = 'sending'
      union all select 'uncertain', count(*) from outbox where state = 'uncertain'
      union all select 'failed', count(*) from outbox where state = 'failed'
      union all select 'held', count(*) from outbox where state = 'held'`,
  );
  const [quarantined] = await rows("select count(*) as n from received where outcome = 'quarantined'");
  const tickets = await rows(
    `select state, count(*) as n from tickets
      where state in ('open', 'review', 'awaiting-number', 'answered') group by state`,
  );
  const count = (found: readonly Row[], key: string, word: string) =>
    Number(found.find((row) => row[key] === word)?.['n'] ?? 0);
  const lane = (word: string) => ({
    count: count(waiting, 'lane', word),
    oldest: textOrNull(waiting.find((row) => row['lane'] === word)?.['oldest']),
  });
  return {
    waiting: { mail: lane('mail'), fax: lane('fax'), again: lane('again'), returned: lane('returned') },
    outbox: {
      queued: Number(queued?.['n']),
      due: Number(queued?.['due']),
      retried: Number(queued?.['retried']),
      oldestDue: textOrNull(queued?.['oldest']),
      sending: count(letters, 'state', 'sending'),
      failed: count(letters, 'state', 'failed'),
      held: count(letters, 'state', 'held'),
      uncertain: count(letters, 'state', 'uncertain'),
    },
    quarantined: Number(quarantined?.['n']),
    tickets: {
      open: count(tickets, 'state', 'open'),
      review: count(tickets, 'state', 'review'),
      'awaiting-number': count(tickets, 'state', 'awaiting-number'),
      answered: count(tickets, 'state', 'answered'),
    },
  };
}
