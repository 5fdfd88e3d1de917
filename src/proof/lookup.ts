/**
 * Questions to the name service, bounded. Answers are kept for a while, because a customer's mails come in rows; when
 * no server answers, nobody waits for the next mail's questions as well.
 */
import { Resolver } from 'node:dns/promises';

export type Lookup = (name: string, type: string) => Promise<unknown>;

/** All questions one mail makes us ask; what is unanswered then is not proved. */
export const lookupMilliseconds = 5_000;
/** One question, to however many servers; each of them is asked twice. */
const askMilliseconds = 2_500;
const serverMilliseconds = 800;
/** What was answered is believed for so long, whatever its own time to live. */
const keptMilliseconds = 300_000;
const keptAnswers = 1_000;
/**
 * After so many questions in a row without an answer patience is short: a stranger's dead servers must not hold up other
 * mail. When a name that every name service knows is not answered either, it is away, and is left alone for a while.
 */
const silencesMax = 3;
const hurriedMilliseconds = 500;
const knownName = 'jp';
const awayMilliseconds = 60_000;
/** A name as it may stand in the DNS; what is none is answered with no data and asked of nobody. */
const namePattern = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?\.?$/i;

const silent = ['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED'];

/** `nameServers` as `127.0.0.1:5300`; without them those of the machine. */
export function openLookup(nameServers?: readonly string[]): Lookup {
  const resolver = new Resolver({ timeout: serverMilliseconds, tries: 2 });
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
      const patience = silences < silencesMax ? askMilliseconds : hurriedMilliseconds;
      const answer: unknown = await orLate(resolver.resolve(name, type), patience);
      silences = 0;
      if (kept.size >= keptAnswers) kept.delete(kept.keys().next().value!);
      kept.set(key, { answer, until: now + keptMilliseconds });
      return answer;
    } catch (error) {
      silences = isSilence(error) ? silences + 1 : 0;
      if (silences >= silencesMax && !(await isThere(resolver)))
        awayUntil = performance.now() + awayMilliseconds;
      throw error;
    }
  };
}

async function isThere(resolver: Resolver): Promise<boolean> {
  return orLate(resolver.resolveNs(knownName), hurriedMilliseconds).then(
    () => true,
    (error: unknown) => !isSilence(error),
  );
}

function isSilence(error: unknown): boolean {
  return silent.includes((error as NodeJS.ErrnoException).code ?? '');
}

/** The same lookup for one mail: after `milliseconds` in all, every question counts as unanswered. */
export function within(lookup: Lookup, milliseconds: number): Lookup {
  const until = performance.now() + milliseconds;
  return (name, type) => {
    const left = until - performance.now();
    return left <= 0 ? Promise.reject(late()) : orLate(lookup(name, type), left);
  };
}

function orLate<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds);
  });
  return Promise.race([answer, over]).finally(() => clearTimeout(timer));
}

function late(): Error {
  return failure('ETIMEOUT', 'no answer in time');
}

export function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
