/** Whether this machine signs as the others of its desk do. */
import type { Desk } from './desk/house.ts';
import { readMessageId } from './reply/mark.ts';

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
