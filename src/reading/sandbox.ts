/** Hostile mail is read in a child process that can be killed; how that is done stands in `sandbox/children.ts`. */
import type { Reader } from '../desk/ports.ts';
import type { Reading, Unpacked } from '../inquiry/letter.ts';
import { openChildren } from '../sandbox/children.ts';
import * as limits from './limits.ts';

export interface ReaderJob {
  readonly kind: 'read' | 'unpack';
  readonly raw: Uint8Array;
}

export interface ReaderOptions {
  readonly milliseconds?: number;
  readonly firstTryMilliseconds?: number;
  readonly rssBytes?: number;
  readonly idleMilliseconds?: number;
  /** Children at once; the rest waits. */
  readonly children?: number;
  /** Another child module, for tests of the watch. */
  readonly childModule?: URL;
}

export function openReader(options: ReaderOptions = {}): Reader {
  const module = options.childModule ?? new URL('./reader-child.ts', import.meta.url);
  const milliseconds = options.milliseconds ?? limits.childMilliseconds;
  const open = (children: number) =>
    openChildren<ReaderJob, Reading | Unpacked>('reader', module, {
      milliseconds,
      rssBytes: options.rssBytes ?? limits.childRssBytes,
      idleMilliseconds: options.idleMilliseconds ?? limits.childIdleMilliseconds,
      jobs: limits.childMails,
      children,
    });
  const children = open(options.children ?? 1);
  // What killed a reader before waits for a child of its own, never in front of other mail.
  const suspects = open(1);
  const firstTry = Math.min(milliseconds, options.firstTryMilliseconds ?? limits.firstTryMilliseconds);
  let closing = false;
  const ask = async <Answer extends Reading | Unpacked>(job: ReaderJob, suspect = false) => {
    const ran = await (suspect
      ? suspects.run(job)
      : children.run(job, job.kind === 'read' ? firstTry : milliseconds));
    if (ran.kind === 'done') return ran.result as Answer;
    // A stop of the program is not the mail's doing: no death is counted, the mail is read again.
    if (closing) throw Object.assign(new Error('the reader is closing'), { kind: 'again' as const });
    return ran;
  };
  return {
    warm: () => children.warm(),
    read: (raw, suspect) => ask<Reading>({ kind: 'read', raw }, suspect),
    unpack: (raw) => ask<Unpacked>({ kind: 'unpack', raw }),
    close: async () => {
      closing = true;
      await Promise.all([children.close(), suspects.close()]);
    },
  };
}
