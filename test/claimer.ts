/**
 * A second process at the store, for tests: `claimer.ts DATABASE MODE`. `all` claims and decides until nothing is
 * left and prints the ids; `hold` claims one, `begin` and `body` begin a letter, and then wait to be killed.
 */
import { openStore } from '../src/store/open.ts';
import { ignoring } from './decision.ts';

const [database = '', mode = 'all'] = process.argv.slice(2);
const store = await openStore({ database });

if (mode === 'all') {
  const ids: number[] = [];
  for (;;) {
    const message = await store.received.claim();
    if (message === null) break;
    const committed = await store.commit(ignoring(message));
    if (committed.kind !== 'done') throw new Error(`message ${message.id}: ${committed.kind}`);
    ids.push(message.id);
  }
  await store.close();
  process.stdout.write(`${JSON.stringify(ids)}\n`);
} else {
  if (mode === 'hold') await store.received.claim();
  else {
    const [letter] = await store.outbox.due('2030-01-01T00:00:00Z', 1);
    if (letter === undefined) throw new Error('no letter is due');
    const attempt = {
      messageId: '<a@example.jp>',
      subject: 's',
      bytes: Buffer.from('b'),
      at: '2026-11-24T00:00:00Z',
    };
    const token = await store.outbox.begin(letter.id, attempt);
    if (mode === 'body' && token !== null) await store.outbox.bodyBegins(letter.id, token);
  }
  process.stdout.write('holding\n');
  setInterval(() => {}, 1_000);
}
