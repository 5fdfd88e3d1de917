/** The commands of an operator's day, beside those of the desk (spec 7, 8). */
import type { Command } from 'commander';
import type { RestoreOptions } from './command/backup.ts';
import type { Door } from './command/door.ts';
import type { ExportOptions } from './command/tickets-export.ts';
import type { SearchOptions } from './command/tickets-search.ts';

type Through = (work: (door: Door) => Promise<void> | void) => Promise<void>;

export function operating(root: Command, through: Through): void {
  root
    .command('why <message>')
    .description('tell every step and decision about a message (id or Message-ID) or a ticket (R-…)')
    .action((asked: string) =>
      through(async (door) => (await import('./command/why.ts')).tellWhy(door, asked)),
    );
  root
    .command('backup <folder>')
    .description('copy database and signing key into a new folder while the daemon goes on')
    .action((folder: string) =>
      through(async (door) => (await import('./command/backup.ts')).backup(door, folder)),
    );
  root
    .command('restore <folder>')
    .description('make a desk of a backup in an empty data folder; what may have been sent is not sent again')
    .option('--lost-at <time>', 'until when the lost desk went on (default: now)')
    .option('--nothing-since', 'the daemon had stopped before the backup: what is queued leaves')
    .action((folder: string, options: RestoreOptions) =>
      through(async (door) => (await import('./command/backup.ts')).restore(door, folder, options)),
    );
  root
    .command('purge')
    .description('delete the bytes retention lets go; the daemon does it every night')
    .option('--dry-run', 'only count them')
    .action((options: { dryRun?: boolean }) =>
      through(async (door) => (await import('./command/purge.ts')).purge(door, options)),
    );
  const tickets = root.commands.find((one) => one.name() === 'tickets')!;
  tickets
    .command('search <words...>')
    .description('find tickets by words in their subjects, texts and recognised fax pages; all must be found')
    .option('--state <state>', 'only tickets in this state')
    .option('--limit <count>', 'so many at most', '50')
    .action((words: string[], options: SearchOptions) =>
      through(async (door) =>
        (await import('./command/tickets-search.ts')).ticketsSearch(door, words, options),
      ),
    );
  tickets
    .command('export <folder> [refs...]')
    .description('write tickets with their mails and letters (.eml) and tables (CSV); overwrites nothing')
    .option('--state <state>', 'only tickets in this state')
    .option('--number <number>', 'only tickets of this support service number')
    .option('--from <time>', 'only those received at this time or later')
    .option('--to <time>', 'only those received before this time')
    .action((folder: string, refs: string[], options: ExportOptions) =>
      through(async (door) =>
        (await import('./command/tickets-export.ts')).ticketsExport(door, folder, refs, options),
      ),
    );
}
