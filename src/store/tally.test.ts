import { describe, expect, test } from 'vitest';
import { acceptance, ignoring, letter } from '../../test/decision.ts';
import { onBothDatabases } from '../../test/store-trial.ts';

onBothDatabases('audit', (trial) => {
  const { claimed, decided, sql } = trial;

  describe('audit', () => {
    test('counts what is accepted, queued and decided', async () => {
      await decided();
      await trial.store.received.accept(acceptance());
      await trial.store.commit(ignoring(await claimed()));
      expect(await trial.store.received.tally()).toEqual({
        accepted: 3,
        queued: 1,
        outcomes: { 'ticket-opened': 1, ignored: 1 },
        contradictions: [],
      });
    });

    test.each<[string, (q: never, id: number) => string[]]>([
      ['belongs to ticket 777', (_, id) => [`update received set ticket_id = 777 where id = ${id}`]],
      ['was decided but has no outcome', (_, id) => [`update received set outcome = null where id = ${id}`]],
      ['but no ticket', (_, id) => [`update received set ticket_id = null where id = ${id}`]],
      ['has no message', (_, id) => [`update received set ticket_id = null where id = ${id}`]],
      ['without a reason', (_, id) => [`update received set reason = null where id = ${id}`]],
      ['is held for its number', (_, id) => [`update received set outcome = 'held' where id = ${id}`]],
      [
        'is a duplicate of nothing',
        (_, id) => [`update received set outcome = 'duplicate' where id = ${id}`],
      ],
      ['is a duplicate of 777', (_, id) => [`update received set duplicate_of = 777 where id = ${id}`]],
      ['without holding its identity', () => ['delete from content_keys']],
      ['are missing', () => ['delete from blobs']],
      ['do not match their digest', () => ["update blobs set digest = 'g' || substr(digest, 2)"]],
      ['was sent without', () => ["update outbox set state = 'sent'"]],
      [
        '2 letters were sent under',
        () => ["update outbox set state = 'sent', message_id = '<1>', sent_at = created_at"],
      ],
      ['points to a ticket', () => ['update outbox set ticket_id = 777']],
      ['is failed without a reason', () => ["update outbox set state = 'failed'"]],
      ['is being sent by nobody', () => ["update outbox set state = 'sending'"]],
    ])('says when something %s', async (sentence, spoil) => {
      const { id } = await decided({ letters: [letter(), letter({ onceKey: 'second:{ticket}' })] });
      await sql(async (q) => {
        // A damaged file or a hand at the tables is what the audit is for, so the guards are switched off.
        if (trial.dialect === 'sqlite') await q.raw('pragma foreign_keys = off');
        await q.transaction(async (trx) => {
          if (trial.dialect === 'postgres') await trx.raw('set local session_replication_role = replica');
          for (const statement of spoil(undefined as never, id)) await trx.raw(statement);
        });
      });
      const { contradictions } = await trial.store.received.tally();
      expect(contradictions.join('\n')).toContain(sentence);
    });
  });
});
