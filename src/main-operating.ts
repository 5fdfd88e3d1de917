/** The commands of an operator's day, beside those of the desk (spec 7, 8). */
import type { Command } from 'commander';
import type { Door } from './command/door.ts';

type Through = (work: (door: Door) => Promise<void> | void) => Promise<void>;

export function operating(root: Command, through: Through): void {
  root
    .command('why <message>')
    .description('tell every step and decision about a message (id or Message-ID) or a ticket (R-…)')
    .action((asked: string) =>
      through(async (door) => (await import('./command/why.ts')).tellWhy(door, asked)),
    );
}
