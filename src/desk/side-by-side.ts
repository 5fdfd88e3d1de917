/**
 * Messages that have nothing to do with one another are looked up and written together, with one way to the database
 * for all of them. Which those are is told twice: before they are looked up by whom and what they name, and once more
 * by what was decided. Whatever is in doubt is decided alone, after what came before it. Pure.
 */
import { applyProfile, type FormProfile } from '../inquiry/profile.ts';
import type { Decision } from './ports.ts';
import type { ReadMessage } from './read-message.ts';

/** The same messages in the same order, cut before each that must know what one before it brought about. */
export function sideBySide(
  read: readonly ReadMessage[],
  profiles: readonly FormProfile[],
): readonly (readonly ReadMessage[])[] {
  const runs: ReadMessage[][] = [];
  let named = new Set<string>();
  let open = false;
  for (const one of read) {
    const names = namesIn(one, profiles);
    const joins = open && names !== null && !names.some((name) => named.has(name));
    if (joins) runs.at(-1)!.push(one);
    else {
      runs.push([one]);
      named = new Set();
    }
    open = names !== null;
    for (const name of names ?? []) named.add(name);
  }
  return runs;
}

/** What tells two messages of one person, one conversation or one content; null for a message that goes alone. */
function namesIn(read: ReadMessage, profiles: readonly FormProfile[]): readonly string[] | null {
  if (read.kind !== 'read' || read.fax !== null || read.forwarded.length > 0) return null;
  const { message, letter } = read;
  const people = [letter.from?.address, applyProfile(letter, profiles)?.address];
  const replies = letter.replyTo.map((one) => one.address);
  const ids = [message.messageId, letter.messageId, ...letter.inReplyTo, ...letter.references];
  const known = [...people, ...replies, ...ids].flatMap((name) => name?.toLowerCase() ?? []);
  return [...known, message.contentKey];
}

/** Whether none of them changes or rests on a ticket of another, an address, or mails another one brought along. */
export function areApart(decisions: readonly Decision[]): boolean {
  const tickets = decisions.flatMap((decision) => [...new Set(ticketsOf(decision))]);
  if (new Set(tickets).size < tickets.length) return false;
  return decisions.every(
    ({ bounce, block, takes }) => bounce === null && block === undefined && takes === undefined,
  );
}

function ticketsOf({ ticket, other }: Decision): readonly number[] {
  const second = other === undefined ? [] : [other.id];
  switch (ticket.kind) {
    case 'open':
      return [...second, ...[ticket.opening.linkedTo, ticket.opening.repeatOf].flatMap((id) => id ?? [])];
    case 'change':
      return [...second, ticket.change.id];
    case 'attach':
      return [...second, ticket.id];
    case 'none':
      return second;
  }
}
