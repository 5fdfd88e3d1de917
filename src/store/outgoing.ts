import type { Knex } from 'knex';
import type {
  Aftermath,
  NewLetter,
  OutboxItem,
  OutboxState,
  OutboxStore,
  Settlement,
  Stop,
} from '../desk/ports.ts';
import type { StrangerCounts } from '../reply/withhold.ts';
import { type LetterKind, STAFF_KINDS } from '../ticket/ticket.ts';
import { blob, keepBlob } from './blobs.ts';
import { freeDeadClaims } from './claims.ts';
import { type Database, forOneWorker } from './database.ts';
import { gathered, values } from './gather.ts';
import { isDead, newLease, noLease, sendLeaseMs } from './lease.ts';
import { addressKey, indexKey, instant, instantOrNull, numberOrNull, type Row, textOrNull } from './row.ts';
import { type About, changeTicket, writeEvents } from './tickets.ts';

export function outboxStore(db: Database, leaseClock: () => number): OutboxStore {
  async function many(query: (q: Knex) => Knex.QueryBuilder): Promise<readonly OutboxItem[]> {
    const rows: Row[] = await db.read((q) => query(q).select());
    return rows.map(toItem);
  }
  const countTo = gathered((questions: readonly (readonly string[])[]) =>
    db.read((q) => countEach(q, questions)),
  );
  const countStrangers = gathered((questions: readonly (readonly string[])[]) =>
    db.read((q) => countFirstLetters(q, questions)),
  );
  return {
    due: (now, limit, kinds) => db.read((q) => due(q, instant(now), limit, kinds)),
    begin: (id, attempt) =>
      db.write(async (trx) => {
        const waiting: Row | undefined = await trx('outbox')
          .where({ id, state: 'queued' })
          .forUpdate()
          .first();
        if (waiting === undefined) return null;
        const lease = newLease(leaseClock(), sendLeaseMs);
        await trx('outbox')
          .where({ id })
          .update({
            state: 'sending',
            attempts: Number(waiting['attempts']) + 1,
            message_id: attempt.messageId,
            subject: attempt.subject,
            digest: await keepBlob(trx, attempt.bytes),
            attempted_at: instant(attempt.at),
            body_begun: 0,
            owner: lease.owner,
            token: lease.token,
            lease_until: lease.until,
          });
        return lease.token;
      }),
    bodyBegins: (id, token) =>
      db.write(async (trx) => {
        const held = await trx('outbox')
          .where({ id, token, state: 'sending' })
          .update({ body_begun: 1, lease_until: leaseClock() + sendLeaseMs });
        return held === 1;
      }),
    settle: (id, token, settlement, aftermath) =>
      db.write((trx) => settle(trx, { id, token, state: 'sending' }, settlement, aftermath)),
    putAside: (id, settlement, aftermath) =>
      db.write(async (trx) => {
        if (await settle(trx, { id, state: 'queued' }, settlement, aftermath)) return true;
        // What is held goes nowhere by itself; it can still be given up.
        return (
          settlement.kind === 'cancelled' && (await settle(trx, { id, state: 'held' }, settlement, aftermath))
        );
      }),
    resolve: (id, from, settlement, aftermath, messageId) =>
      db.write(async (trx) => {
        for (const state of from) {
          if (!(await settle(trx, { id, state }, settlement, aftermath))) continue;
          const letter = trx('outbox').where({ id });
          // Tries are counted anew; what has arrived left with its last attempt.
          if (settlement.kind === 'later') await letter.update({ attempts: 0 });
          if (settlement.kind === 'sent')
            await letter.update({
              sent_at: trx.raw('coalesce(attempted_at, sent_at)'),
              message_id: trx.raw('coalesce(message_id, ?)', [messageId ?? null]),
            });
          return true;
        }
        return false;
      }),
    recover: async (now, follow) => {
      // Asked every few seconds: where nothing is being sent, nobody takes the write lock.
      const sending: Row | undefined = await db.read((q) =>
        q('outbox').where({ state: 'sending' }).first('id'),
      );
      if (sending === undefined) return [];
      return db.write((trx) => recover(trx, instant(now), leaseClock(), follow));
    },
    add: (now, letters) =>
      db.write((trx) =>
        writeLetters(trx, { at: now, ticketId: null, receivedId: null, outboxId: null }, letters),
      ),
    last: async (kind) =>
      (await many((q) => q('outbox').where({ kind }).orderBy('id', 'desc').limit(1)))[0] ?? null,
    get: async (id) => (await many((q) => q('outbox').where({ id })))[0] ?? null,
    list: () => many((q) => q('outbox').orderBy('id')),
    ofTicket: (ticketId) => many((q) => q('outbox').where({ ticket_id: ticketId }).orderBy('id')),
    bytes: (id) =>
      db.read(async (q) => {
        const row: Row | undefined = await q('outbox').where({ id }).whereNotNull('digest').first('digest');
        return row === undefined ? null : blob(q, String(row['digest']));
      }),
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

/**
 * Letters whose time has come, by that time; those the calendar knows no time for come last, so that however many
 * of them wait, they keep nothing else from leaving.
 */
async function due(
  q: Knex,
  now: string,
  limit: number,
  kinds?: readonly LetterKind[],
): Promise<readonly OutboxItem[]> {
  const queued = () => {
    const all = q('outbox').where({ state: 'queued' }).orderBy(['not_before', 'id']);
    return kinds === undefined ? all : all.whereIn('kind', kinds);
  };
  const dated: Row[] = await queued().where('not_before', '<=', now).limit(limit);
  const undated: Row[] =
    dated.length < limit
      ? await queued()
          .whereNull('not_before')
          .limit(limit - dated.length)
      : [];
  return [...dated, ...undated].map(toItem);
}

/**
 * The settlement always stands, for it tells what happened in the world. A change to a ticket that somebody else
 * changed meanwhile is left out, and an event says so: the newer decision knew more.
 */
async function settle(
  trx: Knex,
  where: { id: number; token?: string; state: OutboxState },
  settlement: Settlement,
  aftermath: Aftermath,
): Promise<boolean> {
  const row: Row | undefined = await trx('outbox').where(where).forUpdate().first();
  if (row === undefined) return false;
  await trx('outbox').where({ id: where.id }).update(columnsOf(settlement));
  const about: About = {
    at: settlement.at,
    ticketId: aftermath.ticket?.id ?? numberOrNull(row['ticket_id']),
    receivedId: numberOrNull(row['received_id']),
    outboxId: where.id,
  };
  await writeEvents(trx, about, aftermath.events);
  const actor = aftermath.events[0]?.actor ?? 'system';
  if (aftermath.ticket !== null && !(await changeTicket(trx, about, aftermath.ticket, actor)))
    await writeEvents(trx, about, [
      { kind: 'not-changed', actor, reason: 'the ticket changed while the letter was on its way' },
    ]);
  await writeLetters(trx, about, aftermath.letters);
  return true;
}

function columnsOf(settlement: Settlement): Readonly<Record<string, unknown>> {
  const common = { ...noLease, reason: settlement.reason };
  switch (settlement.kind) {
    case 'sent':
      return { ...common, state: 'sent', sent_at: instant(settlement.at) };
    case 'later':
      return { ...common, state: 'queued', not_before: instantOrNull(settlement.notBefore) };
    default:
      return { ...common, state: settlement.kind };
  }
}

function writeLetters(trx: Knex, about: About, letters: readonly NewLetter[]): Promise<void> {
  return writeAllLetters(trx, [[about, letters]]);
}

/** Writes letters once each: a key that exists is passed over. */
export async function writeAllLetters(
  trx: Knex,
  all: readonly (readonly [About, readonly NewLetter[]])[],
): Promise<void> {
  const rows = all.flatMap(([about, letters]) => letters.map((letter) => letterRow(about, letter)));
  if (rows.length > 0) await trx('outbox').insert(rows).onConflict('once_key_id').ignore();
}

function letterRow(about: About, letter: NewLetter) {
  if (about.ticketId === null && letter.onceKey.includes('{ticket}'))
    throw new Error(`a letter without a ticket has the key ${letter.onceKey}`);
  const onceKey = letter.onceKey.replaceAll('{ticket}', String(about.ticketId));
  return {
    kind: letter.kind,
    ticket_id: about.ticketId,
    received_id: about.receivedId,
    to_address: letter.to,
    to_id: addressKey(letter.to),
    once_key: onceKey,
    once_key_id: indexKey(onceKey),
    not_before: instantOrNull(letter.notBefore),
    data: JSON.stringify(letter.data),
    state: letter.held === undefined ? 'queued' : 'held',
    reason: letter.held ?? null,
    attempts: 0,
    created_at: instant(about.at),
    body_begun: 0,
  };
}

/** Takes letters out of the queue. False when one that must not leave has begun to. */
export async function stopLetters(trx: Knex, about: About, stops: readonly Stop[]): Promise<boolean> {
  for (const { id, state, reason, must } of stops) {
    // What is held stays cancellable; what is cancelled stays so.
    const stoppable = state === 'held' ? ['queued'] : ['queued', 'held'];
    const stopped = await trx('outbox').where({ id }).whereIn('state', stoppable).update({ state, reason });
    if (stopped === 1)
      await writeEvents(trx, { ...about, outboxId: id }, [
        { kind: `letter-${state}`, actor: 'system', reason },
      ]);
    else if (must) return false;
  }
  return true;
}

async function recover(
  trx: Knex,
  now: string,
  clock: number,
  follow: (item: OutboxItem) => readonly NewLetter[],
): Promise<readonly OutboxItem[]> {
  await freeDeadClaims(trx, clock);
  const sending: Row[] = await forOneWorker(trx('outbox').where({ state: 'sending' }).orderBy('id').select());
  const changed: OutboxItem[] = [];
  for (const row of sending) {
    if (Number(row['lease_until']) > clock && !isDead(String(row['owner']))) continue;
    const uncertain = row['body_begun'] === 1;
    const reason = uncertain
      ? 'the sender died after the body was begun: nobody knows whether it arrived'
      : 'the sender died before the body was begun: queued again';
    const update = { ...noLease, state: uncertain ? 'uncertain' : 'queued', reason };
    await trx('outbox').where({ id: row['id'] }).update(update);
    const about: About = {
      at: now,
      ticketId: numberOrNull(row['ticket_id']),
      receivedId: numberOrNull(row['received_id']),
      outboxId: Number(row['id']),
    };
    await writeEvents(trx, about, [
      { kind: 'letter', actor: 'system', reason: `sending → ${update.state}: ${reason}` },
    ]);
    const item = toItem({ ...row, ...update });
    await writeLetters(trx, about, follow(item));
    changed.push(item);
  }
  return changed;
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

function toItem(row: Row): OutboxItem {
  return {
    id: Number(row['id']),
    kind: row['kind'] as LetterKind,
    ticketId: numberOrNull(row['ticket_id']),
    receivedId: numberOrNull(row['received_id']),
    to: String(row['to_address']),
    onceKey: String(row['once_key']),
    notBefore: textOrNull(row['not_before']),
    data: JSON.parse(String(row['data'])) as OutboxItem['data'],
    state: row['state'] as OutboxState,
    reason: textOrNull(row['reason']),
    attempts: Number(row['attempts']),
    createdAt: String(row['created_at']),
    attemptedAt: textOrNull(row['attempted_at']),
    messageId: textOrNull(row['message_id']),
    subject: textOrNull(row['subject']),
    sentAt: textOrNull(row['sent_at']),
  };
}
