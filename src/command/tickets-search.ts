/** `uketsuke tickets search WORDS`: tickets in whose subjects, texts and recognised pages every word is found. */
import { isoJst } from '../calendar/jst.ts';
import { excerpt, searchWords } from '../inquiry/search-text.ts';
import { type Door, UsageError } from './door.ts';
import { stateNamed } from './tickets.ts';

export interface SearchOptions {
  readonly state?: string;
  readonly limit: string;
}

export async function ticketsSearch(
  door: Door,
  typed: readonly string[],
  options: SearchOptions,
): Promise<void> {
  const words = searchWords(typed.join(' '));
  if (words.length === 0) throw new UsageError('tickets search: give a word to look for');
  const limit = Number(options.limit);
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new UsageError(`tickets search --limit: "${options.limit}" is no number of tickets`);
  const state = stateNamed(options.state);
  const { store } = await door.desk();
  const found = await store.tickets.search({ words, limit, ...(state === undefined ? {} : { state }) });
  const documents = [];
  for (const { ref, messages } of found) {
    const ticket = (await store.tickets.byRef(ref))!;
    documents.push({
      ref,
      state: ticket.state,
      number: ticket.number,
      subject: ticket.subject,
      openedAt: isoJst(new Date(ticket.openedAt)),
      messages: messages.map(({ id, text }) => ({ id, excerpt: excerpt(text, words) })),
    });
  }
  const lines = documents.flatMap(({ ref, state: at, number, openedAt, subject, messages }) => [
    `${ref}  ${at.padEnd(15)} ${number ?? '-'}  ${openedAt}  ${subject}`,
    ...messages.map((one) => `    message ${one.id}: ${one.excerpt}`),
  ]);
  const more = documents.length === limit ? [`The first ${limit}; --limit shows more.`] : [];
  door.print(documents, lines.length === 0 ? 'Nothing is found.' : [...lines, ...more].join('\n'));
}
