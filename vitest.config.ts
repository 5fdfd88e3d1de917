import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { builtIsFresh } from './test/built.ts';

/**
 * The longest, so that neither worker ends alone with one of them: without times of a former run Vitest begins with the
 * biggest files, and some of the longest are small.
 */
const begunFirst = [
  ...['test/crash', 'test/cli', 'test/fax-road', 'test/failure', 'test/zones', 'test/imap', 'test/backup'],
  ...['test/letters-flow', 'src/fax/recognise', 'src/reading/pattern-time', 'test/several', 'test/clock'],
  ...['src/store/workers', 'src/outbox/courier', 'test/hours', 'test/fax-answers', 'test/bombs'],
].map((name) => `${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = begunFirst.indexOf(relative(import.meta.dirname, moduleId));
      return at < 0 ? begunFirst.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

/**
 * The killable children are those of the build where it is fresh: each start of one from its source goes through tsx and
 * costs a second of a core.
 */
const compiledChildren = {
  name: 'compiled-children',
  transform(code: string, id: string): string | null {
    const place = relative(join(import.meta.dirname, 'src'), dirname(id));
    const child = /new URL\(['"]\.\/([\w-]+-child)\.ts['"], import\.meta\.url\)/g;
    if (place.startsWith('..') || !child.test(code) || !builtIsFresh()) return null;
    return code.replace(child, (_, name) => {
      const built = join(import.meta.dirname, 'dist/src', place, `${name}.js`);
      return `new URL(${JSON.stringify(pathToFileURL(built).href)})`;
    });
  },
};

export default defineConfig({
  plugins: [compiledChildren],
  test: {
    include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
