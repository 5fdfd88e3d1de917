/** `uketsuke backup` and `uketsuke restore`: a copy while the desk works, and a desk again that sends nothing twice. */
import { isoJst, parseTime } from '../calendar/jst.ts';
import { type Door, UsageError } from './door.ts';

export async function backup(door: Door, folder: string): Promise<void> {
  const made = await door.backUp(folder);
  const bytes = Object.values(made.files).reduce((sum, file) => sum + file.bytes, 0);
  const { messages, tickets, letters } = made.counts;
  door.print(
    { folder, ...made, at: isoJst(new Date(made.at)) },
    `${folder}: ${messages} messages, ${tickets} tickets, ${letters} letters as of ${isoJst(new Date(made.at))}, ${bytes} bytes. It holds the signing key: keep it as safe as the data folder.`,
  );
}

export interface RestoreOptions {
  readonly lostAt?: string;
  readonly nothingSince?: boolean;
}

export async function restore(door: Door, folder: string, options: RestoreOptions): Promise<void> {
  if (options.lostAt !== undefined && options.nothingSince === true)
    throw new UsageError('restore: give --lost-at or --nothing-since, not both');
  const typed = options.lostAt === undefined ? door.now() : parseTime(options.lostAt);
  if (typed === null) throw new UsageError(`restore --lost-at: "${options.lostAt}" is not a time`);
  const done = await door.restore(folder, options.nothingSince === true ? null : typed);
  const [backupAt, lostAt] = [done.manifest.at, done.lostAt].map((at) => isoJst(new Date(at)));
  const document = {
    ...{ folder, backupAt, lostAt, counts: done.manifest.counts },
    letters: done.letters,
  };
  door.print(document, story(document, options.nothingSince === true));
}

interface Document {
  readonly backupAt: string | undefined;
  readonly lostAt: string | undefined;
  readonly counts: { readonly messages: number; readonly tickets: number; readonly letters: number };
  readonly letters: Awaited<ReturnType<Door['restore']>>['letters'];
}

function story({ backupAt, lostAt, counts, letters }: Document, nothingSince: boolean): string {
  const { messages, tickets } = counts;
  const restored = `Restored as of ${backupAt}: ${messages} messages, ${tickets} tickets.`;
  if (nothingSince) return `${restored}\nWhat was queued leaves when its time comes.`;
  const doubtful = letters.filter(({ became }) => became === 'uncertain');
  const dropped = letters.length - doubtful.length;
  return [
    restored,
    `What the lost desk did until ${lostAt} is not known here:`,
    ...(doubtful.length === 0
      ? ['No letter to a customer waited.']
      : [
          `These ${doubtful.length} letters waited and may have left since. Look at the log of the relay, then for each`,
          '  uketsuke outbox settle ID --delivered   (it arrived)   or   uketsuke outbox retry ID   (it did not):',
          ...doubtful.map(({ id, kind, to, ref }) => `  ${id}  ${ref ?? '-'}  ${kind} to ${to}`),
        ]),
    ...(dropped === 0
      ? []
      : [`${dropped} mails to staff that waited were dropped: the morning list tells the same.`]),
    `Mail that came since ${backupAt} is not in the backup. Move it from the folder for done mails back to the inbox: what is known is recognised, and what was received before ${lostAt} gets no automatic letter.`,
    'New references go on with a gap, so that none is given twice. Then: uketsuke audit, uketsuke doctor, start.',
  ].join('\n');
}
