#!/usr/bin/env node
/** Arguments, signals, exit code: 0 done, 1 failed, 2 wrong usage (spec 8). */
import { Command, CommanderError } from 'commander';
import { type Door, UsageError } from './command/door.ts';
import type { SettleOptions } from './command/outbox.ts';
import type { ReplyOptions } from './command/reply.ts';
import type { NewTicket } from './command/tickets-new.ts';
import { ConfigError, programVersion } from './config.ts';
import { operating } from './main-operating.ts';
import { type Globals, printer, throughDoor } from './open-door.ts';

function build(): Command {
  const root = new Command('uketsuke')
    .description(
      'Inbound gateway of a support desk: mail in, ticket and acknowledgement out, in reception hours only',
    )
    .option('--config <file>', 'configuration file; without it the embedded default is used')
    .option('--json', 'one JSON document on standard output')
    .version(programVersion(), '-V, --version', 'print the version');
  const through = (work: (door: Door) => Promise<void> | void) => throughDoor(root.opts<Globals>(), work);
  const group = (name: string, description: string) => root.command(name).description(description);

  root
    .command('start')
    .description('run the daemon')
    .option('--role <roles>', 'some of intake,read,send (default: all)')
    .action((options: { role?: string }) =>
      through(async (door) => (await import('./command/start.ts')).start(door, options)),
    );
  root
    .command('intake <files...>')
    .description('take mail files (.eml, mbox) in as if received and print each outcome')
    .option('--received-at <time>', 'time of receipt; no automatic letter is sent unless --acknowledge')
    .option('--acknowledge', 'send the automatic letters all the same')
    .action((files: string[], options: { receivedAt?: string; acknowledge?: boolean }) =>
      through(async (door) => (await import('./command/intake.ts')).intake(door, files, options)),
    );
  root
    .command('read <file>')
    .description('read a mail, PDF or TIFF and explain what was seen and why; changes nothing')
    .option('--contracts <file>', 'registry to look the number up in')
    .action((file: string, options: { contracts?: string }) =>
      through(async (door) => (await import('./command/read.ts')).read(door, file, options)),
    );

  const contracts = group('contracts', 'the registry of certificates');
  contracts
    .command('import <file>')
    .description('import a CSV file: all or nothing')
    .action((file: string) =>
      through(async (door) => (await import('./command/contracts.ts')).contractsImport(door, file)),
    );
  contracts
    .command('show <number>')
    .description('show one contract')
    .action((number: string) =>
      through(async (door) => (await import('./command/contracts.ts')).contractsShow(door, number)),
    );

  const tickets = group('tickets', 'the tickets');
  tickets
    .command('list')
    .description('list tickets')
    .option('--state <state>', 'only tickets in this state')
    .action((options: { state?: string }) =>
      through(async (door) => (await import('./command/tickets.ts')).ticketsList(door, options)),
    );
  tickets
    .command('show <ref>')
    .description('show one ticket: messages, letters, events')
    .action((ref: string) =>
      through(async (door) => (await import('./command/tickets.ts')).ticketsShow(door, ref)),
    );
  tickets
    .command('save <ref> <folder>')
    .description('write the mails of a ticket and the files in them into a folder; overwrites nothing')
    .action((ref: string, folder: string) =>
      through(async (door) => (await import('./command/tickets-save.ts')).ticketsSave(door, ref, folder)),
    );

  root
    .command('reply <ref>')
    .description('queue an answer to a ticket and print when it leaves, or log a call')
    .requiredOption(
      '--template <name>',
      'template of the answer: its name or a title (uketsuke templates list)',
    )
    .requiredOption('--body-file <file>', 'what you write, UTF-8')
    .option('--via <way>', 'mail, fax or phone', 'mail')
    .option('--to <addresses>', 'recipients in place of those by rule')
    .option('--cc <addresses>', 'copies in place of those by rule; none for nobody')
    .option('--set <key=value>', 'fill a setting of the template; may be repeated', collect, [])
    .option('--author <name>', 'member of staff who signs; default: the only one, else the desk')
    .option('--urgent', 'without the undo window')
    .action((ref: string, options: ReplyOptions) =>
      through(async (door) => (await import('./command/reply.ts')).reply(door, ref, options)),
    );

  const templates = group('templates', 'the letters');
  templates
    .command('list')
    .description('list templates, what staff call them and what they let staff set')
    .action(() => through(async (door) => (await import('./command/templates.ts')).templatesList(door)));
  templates
    .command('show <name>')
    .description('print one template')
    .action((name: string) =>
      through(async (door) => (await import('./command/templates.ts')).templatesShow(door, name)),
    );
  templates
    .command('check [files...]')
    .description('name what is wrong with the templates, or with these files, by line')
    .action((files: string[]) =>
      through(async (door) => (await import('./command/templates.ts')).templatesCheck(door, files)),
    );

  tickets
    .command('new')
    .description('open a ticket for a customer who called, or whose mail came another way')
    .requiredOption('--via <way>', 'phone or mail')
    .requiredOption('--subject <text>', 'what it is about')
    .requiredOption('--body-file <file>', 'what the customer asks, UTF-8')
    .option('--from <address>', "the customer's mail address; required with --via mail")
    .option('--name <name>', "the customer's name")
    .option('--number <number>', 'support service number')
    .action((options: NewTicket) =>
      through(async (door) => (await import('./command/tickets-new.ts')).ticketsNew(door, options)),
    );

  const blocked = group('blocked', 'senders whose mail is kept and ignored');
  blocked
    .command('list')
    .description('list them with the reason')
    .action(() => through(async (door) => (await import('./command/blocked.ts')).blockedList(door)));
  blocked
    .command('remove <address>')
    .description('let mail of this sender open tickets again')
    .action((address: string) =>
      through(async (door) => (await import('./command/blocked.ts')).blockedRemove(door, address)),
    );

  const review = group('review', 'what a person must decide');
  review
    .command('list')
    .description('list tickets in review')
    .action(() => through(async (door) => (await import('./command/review.ts')).reviewList(door)));
  review
    .command('show <ref>')
    .description('show what was read, the candidates for the number, and why a person is asked')
    .option('--pictures <folder>', 'write pictures of the pages of a fax there; overwrites nothing')
    .action((ref: string, options: { pictures?: string }) =>
      through(async (door) => (await import('./command/review.ts')).reviewShow(door, ref, options)),
    );
  review
    .command('accept <ref>')
    .description('open the ticket under this number, with its original time of receipt')
    .option(
      '--number <number>',
      'default: the number of the ticket, or the only registered one that was read',
    )
    .action((ref: string, options: { number?: string }) =>
      through(async (door) => (await import('./command/review.ts')).reviewAccept(door, ref, options)),
    );
  review
    .command('reject <ref>')
    .description('refuse the ticket: nothing goes out by itself')
    .action((ref: string) =>
      through(async (door) => (await import('./command/review.ts')).reviewReject(door, ref)),
    );

  const quarantine = group('quarantine', 'mails nobody could read');
  quarantine
    .command('list')
    .description('list mails that killed the reader three times, or held nothing readable')
    .action(() => through(async (door) => (await import('./command/quarantine.ts')).quarantineList(door)));
  quarantine
    .command('show <id>')
    .description('show where one came from, why it is here, and its first lines')
    .option('--save <folder>', 'write the mail as it came there; overwrites nothing')
    .action((id: string, options: { save?: string }) =>
      through(async (door) => (await import('./command/quarantine.ts')).quarantineShow(door, id, options)),
    );
  quarantine
    .command('retry <id>')
    .description('read one again, now, with its original time of receipt')
    .action((id: string) =>
      through(async (door) => (await import('./command/quarantine.ts')).quarantineRetry(door, id)),
    );

  const outbox = group('outbox', 'the letters that wait or have left');
  outbox
    .command('list')
    .description('list letters and when they leave')
    .action(() => through(async (door) => (await import('./command/outbox.ts')).outboxList(door)));
  outbox
    .command('cancel <id>')
    .description('cancel a letter that has not left')
    .action((id: string) =>
      through(async (door) => (await import('./command/outbox.ts')).outboxCancel(door, id)),
    );
  outbox
    .command('retry <id>')
    .description('send a letter again that is uncertain, failed or held, in reception hours, same Message-ID')
    .action((id: string) =>
      through(async (door) => (await import('./command/outbox.ts')).outboxRetry(door, id)),
    );
  outbox
    .command('settle <id>')
    .description('say what became of an uncertain letter; sends nothing')
    .option('--delivered', 'it arrived (a failed letter too: what follows from it happens now)')
    .option('--undelivered', 'it did not, and is not sent again')
    .action((id: string, options: SettleOptions) =>
      through(async (door) => (await import('./command/outbox.ts')).outboxSettle(door, id, options)),
    );
  outbox
    .command('run')
    .description('send what is due now and exit')
    .requiredOption('--once', 'one pass')
    .action(() => through(async (door) => (await import('./command/outbox.ts')).outboxRun(door)));

  const calendar = group('calendar', 'reception hours, holidays, closures');
  calendar
    .command('check <time>')
    .description('is the desk open at this time, and until or from when')
    .action((time: string) =>
      through(async (door) => (await import('./command/calendar.ts')).calendarCheck(door, time)),
    );
  calendar
    .command('list <from> <to>')
    .description('list windows and days off')
    .action((from: string, to: string) =>
      through(async (door) => (await import('./command/calendar.ts')).calendarList(door, from, to)),
    );

  root
    .command('report <month>')
    .description(
      'figures of a month (YYYY-MM): by channel, category and contract, minutes to the first answer',
    )
    .option('--csv <file>', 'write the table as CSV for a spreadsheet')
    .action((month: string, options: { csv?: string }) =>
      through(async (door) => (await import('./command/report.ts')).report(door, month, options)),
    );
  root
    .command('audit')
    .description('prove that every accepted message has its outcome')
    .action(() => through(async (door) => (await import('./command/audit.ts')).auditLedger(door)));
  root
    .command('doctor')
    .description('check everything and say how to mend it')
    .option('--probe', 'mail itself too, and say whether addresses can be extended; the daemon must run')
    .action(async (options: { probe?: boolean }) => {
      const { doctor, refused } = await import('./command/doctor.ts');
      try {
        await through((door) => doctor(door, options));
      } catch (error) {
        if (error instanceof ConfigError) return refused(printer(root.opts<Globals>()), error.message);
        throw error;
      }
    });
  root
    .command('demo')
    .description('show the whole road on sample mails in a throw-away folder')
    .action(async () => (await import('./demo.ts')).demo());
  operating(root, through);
  strict(root);
  return root;
}

/** Wrong usage throws instead of ending the process, in every command, and names the help that would have told. */
function strict(command: Command, path = 'uketsuke'): void {
  command
    .exitOverride()
    .allowExcessArguments(false)
    .showHelpAfterError(`${path} --help shows how it is used`)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'uketsuke: ')) });
  for (const child of command.commands) strict(child, `${path} ${child.name()}`);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** What the operator or the world did wrong is told in a sentence; a fault of ours also with its place. */
function tell(error: Error): void {
  const ours = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  const { message } = error;
  const text = ours ? `a fault of the program, please report it: ${error.stack}` : message;
  const many = !ours && message.includes('\n');
  process.stderr.write(
    many ? `uketsuke: ${message.split('\n').length} problems:\n${text}\n` : `uketsuke: ${text}\n`,
  );
}

async function main(): Promise<number> {
  // A reader that has seen enough (`uketsuke tickets list | head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  try {
    await build().parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    tell(error as Error);
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exitCode = await main();
