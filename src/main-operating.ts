/** The commands of an operator's day, beside those of the desk (spec 7, 8). */
import type { Command } from 'commander';
import type { RestoreOptions } from './command/backup.ts';
import type { Door } from './command/door.ts';

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
}
