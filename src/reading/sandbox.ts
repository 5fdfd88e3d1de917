/** Hostile mail is read in a child process that can be killed; how that is done stands in `sandbox/children.ts`. */
import type { Reader } from '../desk/ports.ts';
import type { Reading } from '../inquiry/letter.ts';
import { openChildren } from '../sandbox/children.ts';
import * as limits from './limits.ts';

export interface ReaderOptions {
  readonly milliseconds?: number;
  readonly rssBytes?: number;
  readonly idleMilliseconds?: number;
  /** Children at once; the rest waits. */
  readonly children?: number;
  /** Another child module, for tests of the watch. */
  readonly childModule?: URL;
}

export function openReader(options: ReaderOptions = {}): Reader {
  const module = options.childModule ?? new URL('./reader-child.ts', import.meta.url);
  const children = openChildren<Buffer, Reading>('reader', module, {
    milliseconds: options.milliseconds ?? limits.childMilliseconds,
    rssBytes: options.rssBytes ?? limits.childRssBytes,
    idleMilliseconds: options.idleMilliseconds ?? limits.childIdleMilliseconds,
    jobs: limits.childMails,
    children: options.children ?? 1,
  });
  let closing = false;
  return {
    read: async (raw) => {
      const ran = await children.run(raw);
      if (ran.kind === 'done') return ran.result;
      // A stop of the program is not the mail's doing: no death is counted, the mail is read again.
      if (closing) throw Object.assign(new Error('the reader is closing'), { kind: 'again' as const });
      return ran;
    },
    close: () => {
      closing = true;
      return children.close();
    },
  };
}
