/** Mail to staff about what they asked for: confirmation, and the short word back to an author. Pure. */
import type { StaffNoteFacts } from '../reply/staff-facts.ts';
import type { House } from './house.ts';
import type { LetterData, NewLetter } from './ports.ts';
import { newLetter } from './queueing.ts';
import type { StaffMember } from './staff-reply.ts';

export interface Note {
  readonly what: StaffNoteFacts['what'];
  /** Japanese sentences. */
  readonly remarks: readonly string[];
  /** Key of the answer whose text comes back with it. */
  readonly answer?: string;
  /** The text of the message itself comes back with it. */
  readonly echo?: boolean;
}

/** To the author alone; `key` makes it one. */
export function staffNote(house: House, now: Date, address: string, key: string, note: Note): NewLetter {
  const { what, remarks, answer = null, echo = false } = note;
  const data: LetterData = { what, remarks, answer, echo };
  return newLetter(house, now, 'staff-note', address, `staff-note:${key}:${address}`, data);
}

/** The exact letter, its recipients and its time, to the author and the rest of the desk (spec 5.3). */
export function confirmations(
  house: House,
  now: Date,
  author: StaffMember,
  answer: Pick<NewLetter, 'onceKey' | 'notBefore'>,
  warnings: readonly string[],
): readonly NewLetter[] {
  const addresses = [author.address, ...house.staff.map(({ address }) => address)].filter(
    (one) => one !== '',
  );
  return [...new Set(addresses)].map((address) =>
    newLetter(
      house,
      now,
      'confirmation',
      address,
      `confirmation:${answer.onceKey}:${answer.notBefore}:${address}`,
      {
        answer: answer.onceKey,
        warnings,
      },
    ),
  );
}
