/**
 * Questions to the name service, bounded. Answers are kept for a while, because a customer's mails come in rows; when
 * no server answers, nobody waits for the next mail's questions as well.
 */
import { Resolver } from 'node:dns/promises';

export type Lookup = (name: string, type: string) => Promise<unknown>;

/** All questions one mail makes us ask; what is unanswered then is not proved. */
export const lookupMilliseconds = 5_000;
/** One question to one server, asked twice. */
const askMilliseconds = 1_500;
/** What was answered is believed for so long, whatever its own time to live. */
const keptMilliseconds = 300_000;
const keptAnswers = 1_000;
/** So many questions in a row without an answer: the name service is away, and is left alone for a while. */
const silencesMax = 3;
const awayMilliseconds = 60_000;
/** A name as it may stand in the DNS; what is none is answered with no data and asked of nobody. */
const namePattern = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?\.?$/i;

const silent = ['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED'];

/** `nameServers` as `127.0.0.1:5300`; without them those of the machine. */
export function openLookup(nameServers?: readonly string[]): Lookup {
  const resolver = new Resolver({ timeout: askMilliseconds, tries: 2 });
  if (nameServers !== undefined) resolver.setServers(nameServers);
  const kept = new Map<string, { readonly answer: unknown; readonly until: number }>();
  let silences = 0;
  let awayUntil = 0;
  return async (name, type) => {
    if (!namePattern.test(name)) throw failure('ENODATA', `no name: ${name.slice(0, 80)}`);
    const key = `${type} ${name.toLowerCase()}`;
    const now = performance.now();
    const before = kept.get(key);
    if (before !== undefined && before.until > now) return before.answer;
    if (awayUntil > now) throw failure('ETIMEOUT', 'the name service does not answer');
    try {
      const answer: unknown = await resolver.resolve(name, type);
      silences = 0;
      if (kept.size >= keptAnswers) kept.delete(kept.keys().next().value!);
      kept.set(key, { answer, until: now + keptMilliseconds });
      return answer;
    } catch (error) {
      silences = silent.includes((error as NodeJS.ErrnoException).code ?? '') ? silences + 1 : 0;
      if (silences >= silencesMax) awayUntil = performance.now() + awayMilliseconds;
      throw error;
    }
  };
}

/** The same lookup for one mail: after `milliseconds` in all, every question counts as unanswered. */
export function within(lookup: Lookup, milliseconds: number): Lookup {
  const until = performance.now() + milliseconds;
  return (name, type) => {
    const late = failure('ETIMEOUT', 'no answer in time');
    const left = until - performance.now();
    if (left <= 0) return Promise.reject(late);
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(late), left);
    });
    return Promise.race([lookup(name, type), over]).finally(() => clearTimeout(timer));
  };
}

export function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
