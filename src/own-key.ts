/** Whether this machine signs as the others of its desk do, and for this desk alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { Desk } from './desk/house.ts';
import { readMessageId } from './reply/mark.ts';
import { storeFacts } from './store/copy.ts';

const looked = ['acknowledgement', 'request-number', 'neutral', 'notification'] as const;

/**
 * What to do when the newest letters of the desk were signed with a key this machine does not have, else null: answers
 * to them would open new tickets here, and replies of staff would be ordinary mail.
 */
export async function foreignKey({ house, store }: Pick<Desk, 'house' | 'store'>): Promise<string | null> {
  for (const kind of looked) {
    const letter = await store.outbox.last(kind);
    if (letter === null || letter.messageId === null) continue;
    if (readMessageId(house.keys, letter.messageId) === null)
      return `letter ${letter.id} was signed with a key that secret.key here does not hold: answers to it would not be recognised; stop the program and copy secret.key from the machine that sent it, or from a backup`;
  }
  return null;
}

/**
 * What to do when the database is empty and another desk lies beside the key, else null. References and ids would begin anew under
 * the same key: an answer to a letter of the old desk would find the ticket of somebody else.
 */
export async function deskLeftBehind(
  { dataDir, database }: Pick<Config, 'dataDir' | 'database'>,
  store: Pick<Desk['store'], 'received'>,
): Promise<string | null> {
  const file = join(dataDir, 'uketsuke.db');
  if (database === `sqlite:${file}` || !existsSync(file) || (await store.received.tally()).accepted > 0)
    return null;
  const { counts } = await storeFacts(`sqlite:${file}`);
  if (counts.messages + counts.letters === 0) return null;
  return `${file} holds a desk with ${counts.messages} messages and ${counts.letters} letters, but the database that is configured is empty: with one secret.key both would give the same references, and answers would reach the wrong ticket; name the old database again, or begin a new desk in an empty dataDir`;
}
