/** The checks behind `uketsuke doctor`: what is wrong and how to mend it, one line each (spec 7). */
import { statfsSync } from 'node:fs';
import { connect } from 'node:net';
import { addDays, dayOf } from './calendar/jst.ts';
import { knownUntil } from './calendar/reception-calendar.ts';
import { check as checkCalendar } from './calendar/reception-hours.ts';
import type { Check } from './command/door.ts';
import type { Config } from './config.ts';
import type { OpenDesk } from './daemon.ts';

/** The calendar's end is told so early that next year's closures can still be entered (threat 82). */
const horizonWarnDays = 92;
const relayMsMax = 5_000;

export async function* checks(
  config: Config,
  open: () => Promise<OpenDesk>,
  now: () => Date,
): AsyncIterable<Check> {
  const ok = (check: string, message: string): Check => ({ check, status: 'ok', message });
  const warn = (check: string, message: string): Check => ({ check, status: 'warn', message });
  const fail = (check: string, message: string): Check => ({ check, status: 'fail', message });
  yield config.file === null
    ? warn(
        'configuration',
        'none given: the embedded default is used; copy etc/uketsuke.yaml, fill it in and name it with --config',
      )
    : ok('configuration', `${config.file} is valid`);
  let desk: OpenDesk;
  try {
    desk = await open();
  } catch (error) {
    yield fail('start', (error as Error).message);
    return;
  }
  yield ok('data folder', `${config.dataDir} can be written`);
  yield ok('templates', `${desk.house.templates.size} templates are sound`);
  const contracts = await desk.store.contracts.count();
  yield contracts > 0
    ? ok('database', `open, ${contracts} contracts registered`)
    : warn(
        'database',
        'open, but no contract is registered: every number is unknown; run uketsuke contracts import FILE.csv',
      );
  yield calendar(config, now());
  yield config.staff.length > 0
    ? ok('staff', `${config.staff.length} members are notified`)
    : warn('staff', 'nobody is notified of new tickets; list name and address under staff');
  yield await relay(config);
  yield config.addressExtension === '+'
    ? ok('replies', 'answers come back by a signed address and by our Message-ID')
    : ok(
        'replies',
        'answers come back by our Message-ID; set addressExtension to "+" if the mail server keeps cltech+…@ together',
      );
  if (config.mailboxes.length > 0) {
    yield fail(
      'mailboxes',
      'this version does not poll mailboxes yet; deliver by SMTP or LMTP, or use uketsuke intake',
    );
  }
  const disk = statfsSync(config.dataDir);
  const free = disk.bavail * disk.bsize;
  const megabytes = `${Math.floor(free / 1_000_000)} MB free`;
  yield free > 1.5 * config.smtp.maxBytes
    ? ok('disk', megabytes)
    : fail('disk', `${megabytes}: mail is refused until there is more`);
}

function calendar(config: Config, now: Date): Check {
  const until = knownUntil(config.calendar);
  const today = dayOf(now);
  if (today > until) {
    return {
      check: 'calendar',
      status: 'fail',
      message: `ends on ${until}: nothing is sent; enter the closures and set hours.closuresKnownUntil`,
    };
  }
  const found = checkCalendar(config.calendar, now);
  const state = found.open
    ? `open until ${found.closesAt}`
    : `closed (${found.reason}), opens ${found.opensAt ?? 'at an unknown time'}`;
  if (addDays(today, horizonWarnDays) > until) {
    return {
      check: 'calendar',
      status: 'warn',
      message: `${state}; known only until ${until}: enter the coming closures and move hours.closuresKnownUntil on`,
    };
  }
  if (config.hours.closuresKnownUntil === undefined) {
    return {
      check: 'calendar',
      status: 'warn',
      message: `${state}; hours.closuresKnownUntil is not set: closures nobody entered count as working days`,
    };
  }
  return { check: 'calendar', status: 'ok', message: `${state}; known until ${until}` };
}

function relay(config: Config): Promise<Check> {
  const { relay } = config;
  if (relay === undefined) {
    const message = `none: letters are written to ${config.dataDir}/sent and reach nobody; set relay.host to send`;
    return Promise.resolve({ check: 'relay', status: 'warn', message });
  }
  const where = `${relay.host}:${relay.port}`;
  return new Promise((resolve) => {
    const socket = connect({ host: relay.host, port: relay.port });
    const end = (status: Check['status'], message: string) => {
      socket.destroy();
      resolve({ check: 'relay', status, message });
    };
    const mend = 'check relay.host, relay.port and the firewall; letters wait until it answers';
    socket.setTimeout(relayMsMax, () =>
      end('fail', `${where} gives no greeting within ${relayMsMax / 1000} s; ${mend}`),
    );
    socket.once('error', (error) =>
      end('fail', `${where} cannot be reached (${(error as NodeJS.ErrnoException).code}); ${mend}`),
    );
    socket.once('data', (data) =>
      data.toString('latin1').startsWith('220')
        ? end('ok', `${where} answers`)
        : end('fail', `${where} answers, but not as an SMTP server; ${mend}`),
    );
  });
}
