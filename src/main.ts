#!/usr/bin/env node
/** Arguments, signals, exit code: 0 done, 1 failed, 2 wrong usage (spec 8). */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { type Door, UsageError } from './command/door.ts';
import { type Config, loadConfig } from './config.ts';
import { allRoles, clockOf, type OpenDesk, openDesk, type Role, startDaemon } from './daemon.ts';
import { openLog } from './log.ts';

interface Globals {
  readonly config?: string;
  readonly json?: boolean;
}

/** Everything a command may use, opened when it is first asked for; `close` ends what was opened. */
function openDoor(globals: Globals): { door: Door; close: () => Promise<void> } {
  const config: Config = loadConfig(globals.config ?? null);
  const journal = openLog(config.log);
  // A single command tells its result on standard output; routine events would bury its errors.
  const quiet = openLog('warn');
  const now = clockOf(config);
  let opened: Promise<OpenDesk> | null = null;
  const desk = () => (opened ??= openDesk(config, quiet, now));
  const door: Door = {
    json: globals.json === true,
    now,
    config,
    desk,
    readMail: async (raw) => {
      const { openReader } = await import('./reading/sandbox.ts');
      const reader = openReader();
      return reader.read(raw).finally(() => reader.close());
    },
    async *mailsIn(path) {
      const { readMailFile } = await import('./mailbox/files.ts');
      yield* readMailFile(path);
    },
    accept: async ({ raw, name }, receivedAt, backFilled) =>
      (await desk()).accept(
        raw,
        { kind: 'file', name, returnPath: null, recipients: [] },
        receivedAt,
        backFilled,
      ),
    start: (roles) => runDaemon(config, roles, journal),
    readBytes: (path) => {
      try {
        return readFileSync(path);
      } catch (error) {
        throw new Error(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
      }
    },
    async *checks() {
      const { checks } = await import('./doctor.ts');
      yield* checks(config, desk, now);
    },
    print: (document, text) => {
      process.stdout.write(globals.json === true ? `${JSON.stringify(document, null, 2)}\n` : `${text}\n`);
    },
    progress: (line) => {
      if (globals.json !== true) process.stderr.write(`${line}\n`);
    },
  };
  return { door, close: async () => (await opened)?.[Symbol.asyncDispose]() };
}

/** Runs until SIGTERM or SIGINT; the message in hand is finished first (spec 7). */
async function runDaemon(
  config: Config,
  roles: readonly Role[],
  journal: ReturnType<typeof openLog>,
): Promise<void> {
  const daemon = await startDaemon(config, roles, journal);
  const signal = await new Promise<string>((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGINT', () => resolve('SIGINT'));
  });
  journal.info('stopping', { signal });
  await daemon[Symbol.asyncDispose]();
  journal.info('stopped', {});
}

function rolesOf(text: string | undefined): readonly Role[] {
  if (text === undefined) return allRoles;
  const names = text.split(',').map((one) => one.trim());
  const unknown = names.find((name) => !allRoles.includes(name as Role));
  if (unknown !== undefined) throw new UsageError(`--role: "${unknown}" is none of ${allRoles.join(', ')}`);
  return names as Role[];
}

function build(): Command {
  const root = new Command('uketsuke')
    .description(
      'Inbound gateway of a support desk: mail in, ticket and acknowledgement out, in reception hours only',
    )
    .option('--config <file>', 'configuration file; without it the embedded default is used')
    .option('--json', 'one JSON document on standard output')
    .showHelpAfterError('(uketsuke --help lists the commands)');
  /** Opens the door for one command and closes it whatever happens. */
  const through = async (work: (door: Door) => Promise<void> | void): Promise<void> => {
    const { door, close } = openDoor(root.opts<Globals>());
    try {
      await work(door);
    } finally {
      await close();
    }
  };
  const group = (name: string, description: string) => root.command(name).description(description);

  root
    .command('start')
    .description('run the daemon')
    .option('--role <roles>', 'some of intake,read,send (default: all)')
    .action((options: { role?: string }) => through((door) => door.start(rolesOf(options.role))));
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
    .description('read a mail and explain what was seen and why; changes nothing')
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
    .command('audit')
    .description('prove that every accepted message has its outcome')
    .action(() => through(async (door) => (await import('./command/audit.ts')).auditLedger(door)));
  root
    .command('doctor')
    .description('check everything and say how to mend it')
    .action(() => through(async (door) => (await import('./command/doctor.ts')).doctor(door)));
  root
    .command('demo')
    .description('show the whole road on sample mails in a throw-away folder')
    .action(async () => (await import('./demo.ts')).demo());
  strict(root);
  return root;
}

/** Wrong usage throws instead of ending the process, in every command. */
function strict(command: Command): void {
  command.exitOverride().allowExcessArguments(false);
  for (const child of command.commands) strict(child);
}

async function main(): Promise<number> {
  try {
    await build().parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`uketsuke: ${(error as Error).message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exitCode = await main();
