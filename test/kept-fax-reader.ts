/**
 * The fax reader with a memory: what its children said of the same picture once they are not asked again. A test of the
 * road sends the same few pages over and over, and reading one takes seconds of a core. What is made of the
 * readings, by whose registry and for which caller, is decided anew each time.
 */
import { createHash } from 'node:crypto';
import { serialize } from 'node:v8';
import { afterAll } from 'vitest';
import type { FaxReader } from '../src/desk/ports.ts';
import { openRecogniser, type Recogniser } from '../src/fax/ocr.ts';
import { openPages, type Pages } from '../src/fax/pages.ts';
import { readFax } from '../src/fax/recognise.ts';

/** For all tests of a file: closed after the last of them. */
export function keptFaxReader(): FaxReader {
  const pages = openPages();
  const ocr = openRecogniser();
  afterAll(async () => void (await Promise.all([pages.close(), ocr.close()])));
  const tools = { pages: kept<Pages>(pages), ocr: kept<Recogniser>(ocr) };
  return { read: (raw, how) => readFax(tools, raw, how), close: async () => undefined };
}

/** Every method answers a question as it did the first time; a null, which may say that a child died, is not kept. */
function kept<T extends object>(asked: T): T {
  const answers = new Map<string, unknown>();
  const remembering = (name: string, method: (...question: unknown[]) => Promise<unknown>) => {
    return async (...question: unknown[]) => {
      const key = `${name} ${createHash('sha256').update(serialize(question)).digest('hex')}`;
      const answer = answers.get(key) ?? (await method(...question));
      if (answer !== null) answers.set(key, answer);
      return answer;
    };
  };
  return Object.fromEntries(
    Object.entries(asked).map(([name, method]) => [name, remembering(name, method)]),
  ) as T;
}
