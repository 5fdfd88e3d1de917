import type { Knex } from 'knex';
import type {
  FiguredTicket,
  Happened,
  MessageFacts,
  Overview,
  Standing,
  Trouble,
  WaitingTicket,
} from '../desk/ports.ts';
import type { Channel, LetterKind, Outcome, TicketState } from '../ticket/ticket.ts';
import type { Database } from './database.ts';
import { gauges } from './gauges.ts';
import { instant, numberOrNull, type Row, textOrNull } from './row.ts';

const namedMax = 10;
const troublesMax = 200;
const withTicket: readonly Outcome[] = ['ticket-opened', 'ticket-continued', 'held', 'review'];

/** Each answer is made of several statements: a daemon at work may add a row between two of them, which the next list tells. */
export function overview(db: Database): Overview {
  return {
    happened: (since, until) =>
      db.read(async (q) => {
        const span = { since: instant(since), until: instant(until) };
        return {
          outcomes: await outcomes(q, span),
          suspected: await suspected(q, span),
          troubles: await troubles(q, span),
        };
      }),
    gauges: (now) => db.read((q) => gauges(q, instant(now))),
    opened: (from, to) => db.read((q) => opened(q, instant(from), instant(to))),
    standing: () =>
      db.read(async (q): Promise<Standing> => {
        const counts: Row[] = await q('tickets')
          .whereIn('state', ['review', 'awaiting-number'])
          .groupBy('state', 'channel')
          .select('state', 'channel')
          .count({ n: '*' });
        return {
          waiting: await waiting(q),
          held: await held(q),
          tickets: counts.map((row) => ({
            state: row['state'] as TicketState,
            channel: row['channel'] as Channel,
            count: Number(row['n']),
          })),
          acknowledgements: await q('outbox')
            .where({ state: 'queued' })
            .whereIn('kind', ['acknowledgement', 'request-number', 'neutral', 'period'])
            .whereNotNull('not_before')
            .orderBy('not_before')
            .pluck('not_before'),
        };
      }),
  };
}

interface Span {
  readonly since: string;
  readonly until: string;
}

const decidedIn = (q: Knex, { since, until }: Span) =>
  q('received').where('decided_at', '>', since).where('decided_at', '<=', until);

async function outcomes(q: Knex, span: Span): Promise<Happened['outcomes']> {
  const rows: Row[] = await decidedIn(q, span)
    .whereNot({ outcome: 'duplicate' })
    .whereNot({ reason: 'before-since' })
    .groupBy('outcome')
    .select('outcome')
    .count({ n: '*' });
  return Object.fromEntries(rows.map((row) => [String(row['outcome']), Number(row['n'])]));
}

async function suspected(q: Knex, span: Span): Promise<Happened['suspected']> {
  const found = () =>
    decidedIn(q, span).where((one) =>
      one
        .where('received.reason', 'like', '%probably automatic%')
        .orWhere({ 'received.outcome': 'ignored', 'received.reason': 'bulk' }),
    );
  const total: Row | undefined = await found().count({ n: '*' }).first();
  const rows: Row[] = await found()
    .leftJoin('tickets', 'tickets.id', 'received.ticket_id')
    .orderBy('received.id')
    .limit(namedMax)
    .select('tickets.ref', 'received.facts');
  const first = rows.map((row) => {
    const facts = row['facts'] === null ? null : (JSON.parse(String(row['facts'])) as MessageFacts);
    return { ref: textOrNull(row['ref']), from: facts?.from ?? null, subject: facts?.subject ?? '' };
  });
  return { count: Number(total?.['n']), first };
}

/** What failed or bounced in the span, and every letter nobody knows the fate of, until a person settles it. */
async function troubles(q: Knex, { since, until }: Span): Promise<readonly Trouble[]> {
  const columns = ['tickets.ref', 'outbox.kind as letter', 'outbox.to_address'];
  const lost: Row[] = await q('events')
    .join('outbox', 'outbox.id', 'events.outbox_id')
    .leftJoin('tickets', 'tickets.id', 'outbox.ticket_id')
    .where('events.at', '>', since)
    .where('events.at', '<=', until)
    .where((one) =>
      one
        .where('events.kind', 'letter-failed')
        .orWhere((bounce) =>
          bounce.where('events.kind', 'bounce').where('events.reason', 'like', '% permanent'),
        ),
    )
    .orderBy('events.id')
    .limit(troublesMax)
    .select(...columns, 'events.kind as what');
  const uncertain: Row[] = await q('outbox')
    .leftJoin('tickets', 'tickets.id', 'outbox.ticket_id')
    .where('outbox.state', 'uncertain')
    .orderBy('outbox.id')
    .limit(troublesMax)
    .select(...columns);
  const told = (row: Row, what: Trouble['what']): Trouble => ({
    ref: textOrNull(row['ref']),
    what,
    kind: row['letter'] as LetterKind,
    to: String(row['to_address']),
  });
  return [
    ...lost.map((row) => told(row, row['what'] === 'bounce' ? 'bounce' : 'failed')),
    ...uncertain.map((row) => told(row, 'uncertain')),
  ];
}

async function held(q: Knex): Promise<Standing['held']> {
  const rows: Row[] = await q('tickets')
    .leftJoin('participants', (on) =>
      on.on('participants.ticket_id', 'tickets.id').andOnVal('participants.position', 0),
    )
    .where('tickets.state', 'awaiting-number')
    .orderBy('tickets.id', 'desc')
    .limit(namedMax)
    .select('tickets.ref', 'tickets.subject', 'participants.address');
  return rows.map((row) => ({
    ref: String(row['ref']),
    from: textOrNull(row['address']),
    subject: String(row['subject']),
  }));
}

/** Open tickets and those a person must look at, with what came since the last answer. */
async function waiting(q: Knex): Promise<readonly WaitingTicket[]> {
  const tickets: Row[] = await q('tickets')
    .leftJoin('contracts', 'contracts.number', 'tickets.number')
    .whereIn('tickets.state', ['open', 'review'])
    .orderBy('tickets.id')
    .select('tickets.*', 'contracts.customer');
  const ours = () => q('tickets').whereIn('state', ['open', 'review']).select('id');
  const answered: Row[] = await q('events')
    .whereIn('ticket_id', ours())
    .where({ kind: 'state' })
    .where((said) => said.where('reason', 'like', '%→ answered').orWhere('reason', 'like', '%→ closed'))
    .groupBy('ticket_id')
    .select('ticket_id')
    .max({ at: 'at' });
  const answeredAt = new Map(answered.map((row) => [String(row['ticket_id']), String(row['at'])]));
  const messages: Row[] = await q('received')
    .whereIn('ticket_id', ours())
    .whereIn('outcome', withTicket)
    .orderBy(['received_at', 'id'])
    .select('ticket_id', 'received_at');
  const since = new Map<string, string[]>();
  for (const row of messages) {
    const id = String(row['ticket_id']);
    if (String(row['received_at']) <= (answeredAt.get(id) ?? '')) continue;
    since.set(id, [...(since.get(id) ?? []), String(row['received_at'])]);
  }
  return tickets.map((row) => {
    const came = since.get(String(row['id'])) ?? [];
    return {
      ref: String(row['ref']),
      state: row['state'] as TicketState,
      subject: String(row['subject']),
      customer: textOrNull(row['customer']),
      assignee: textOrNull(row['assignee']),
      since: came[0] ?? String(row['opened_at']),
      messages: came.length,
    };
  });
}

/** Tickets first received in [from, to), but those that go on in another one; ever held, ever in review. */
async function opened(q: Knex, from: string, to: string): Promise<readonly FiguredTicket[]> {
  const within = () =>
    q('tickets')
      .where('tickets.opened_at', '>=', from)
      .where('tickets.opened_at', '<', to)
      .whereNull('tickets.merged_into');
  const rows: Row[] = await within()
    .leftJoin('contracts', 'contracts.number', 'tickets.number')
    .orderBy('tickets.id')
    .select('tickets.*', 'contracts.customer');
  const messages: Row[] = await q('received')
    .whereIn('ticket_id', within().select('id'))
    .whereIn('outcome', withTicket)
    .orderBy(['received_at', 'id'])
    .select('ticket_id', 'outcome', 'facts');
  const changes: Row[] = await q('events')
    .whereIn('ticket_id', within().select('id'))
    .whereIn('kind', ['outcome', 'state'])
    .select('ticket_id', 'reason');
  const words = new Map<string, Set<string>>();
  const result = new Map<string, string | null>();
  const note = (id: string, word: string) => {
    words.set(id, (words.get(id) ?? new Set()).add(word));
  };
  for (const row of messages) {
    const id = String(row['ticket_id']);
    note(id, String(row['outcome']));
    if (result.has(id)) continue;
    const facts = row['facts'] === null ? null : (JSON.parse(String(row['facts'])) as MessageFacts);
    result.set(id, facts?.result ?? null);
  }
  // What a change left behind: `held → ticket-opened: …`, `review → open`.
  for (const row of changes)
    for (const word of String(row['reason']).split(':')[0]!.split(' → '))
      note(String(row['ticket_id']), word);
  return rows.map((row) => {
    const id = String(row['id']);
    const ever = (word: string) => row['state'] === word || words.get(id)?.has(word) === true;
    return {
      ref: String(row['ref']),
      channel: row['channel'] as Channel,
      state: row['state'] as TicketState,
      number: textOrNull(row['number']),
      customer: textOrNull(row['customer']),
      category: textOrNull(row['category']),
      firstAnswerMinutes: numberOrNull(row['first_answer_minutes']),
      held: ever('held') || ever('awaiting-number'),
      expired: result.get(id) === 'expired',
      review: ever('review'),
    };
  });
}
