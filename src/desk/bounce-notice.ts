/** How often staff hear of mail that came back: of each letter while they are few, of a storm once (threat 8). Pure. */
import { dayOf } from '../calendar/jst.ts';
import type { OutboxItem } from './ports.ts';

/** So many letters that came back within an hour are told one by one *(ours)*; the morning list names all of them. */
export const bouncesToldPerHourMax = 20;

/**
 * The key under which staff are told, so that what has the same key is told once. What matches no letter of ours is
 * somebody's backscatter: one word a day. An answer that did not arrive is told in any case.
 * @param before other letters that came back within the last hour, counted up to `bouncesToldPerHourMax`.
 */
export function bounceNotice(
  letter: Pick<OutboxItem, 'id' | 'kind'> | null,
  fate: string,
  before: number,
  receivedAt: Date,
): string {
  if (letter === null) return `unmatched-bounce:${dayOf(receivedAt)}`;
  if (letter.kind === 'answer' || before < bouncesToldPerHourMax) return `bounce:${letter.id}:${fate}`;
  return `bounces:${receivedAt.toISOString().slice(0, 13)}`;
}
