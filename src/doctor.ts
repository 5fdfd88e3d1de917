/** The checks behind `uketsuke doctor`: what is wrong and how to mend it, one line each (spec 7). */
import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { addDays, dayOf, isoJst } from './calendar/jst.ts';
import { knownUntil } from './calendar/reception-calendar.ts';
import { check as checkCalendar } from './calendar/reception-hours.ts';
import type { Check } from './command/door.ts';
import { type Config, isLoopback, readSecret } from './config.ts';
import { prepareFolder } from './daemon.ts';
import type { OpenDesk } from './desk/house.ts';
import type { Gauges } from './desk/ports.ts';
import { inspectMailbox } from './mailbox/imap-done.ts';
import { parseListen } from './mailbox/smtp-rules.ts';
import { mailboxOptions } from './mailboxes.ts';
import { foreignKey } from './own-key.ts';
import { openSecretKeys } from './secret-key.ts';
import { findDamage } from './store/damage.ts';
import { loadTemplates } from './templates.ts';

/** The calendar's end is told so early that next year's closures can still be entered (threat 82). */
const horizonWarnDays = 92;
const relayMsMax = 5_000;
/** Mail is read in seconds and letters leave in minutes; longer than this something is wrong. */
const standsMinutes = 15;

const ok = (check: string, message: string): Check => ({ check, status: 'ok', message });
const warn = (check: string, message: string): Check => ({ check, status: 'warn', message });
const fail = (check: string, message: string): Check => ({ check, status: 'fail', message });

/** Every check is made, whatever the ones before it found. */
export async function* checks(
  config: Config,
  open: () => Promise<OpenDesk>,
  now: Date,
): AsyncIterable<Check> {
  yield config.file === null
    ? warn(
        'configuration',
        'none given: the embedded default is used; copy etc/uketsuke.yaml, fill it in and name it with --config',
      )
    : ok('configuration', `${config.file} is valid`);
  if (config.startAt !== null)
    yield warn('clock', `UKETSUKE_CLOCK is set: it is ${isoJst(now)} here; unset it when the trial is over`);
  const folder = attempt('data folder', () => {
    prepareFolder(config.dataDir);
    return ok('data folder', `${config.dataDir} can be written`);
  });
  yield folder;
  const templates = attempt('templates', () =>
    ok('templates', `${loadTemplates(config.templatesDir).size} templates are sound`),
  );
  yield templates;
  if (folder.status === 'ok') yield attempt('signing key', () => signingKey(config.dataDir));
  if (folder.status === 'ok' && templates.status === 'ok') {
    const answer = await database(config, open);
    yield answer;
    if (answer.status !== 'fail')
      yield backlog(await (await open()).store.overview.gauges(now.toISOString()), now);
  }
  yield calendar(config, now);
  yield config.staff.length > 0
    ? ok(
        'staff',
        `${config.staff.map((one) => one.address).join(', ')} are notified of new tickets${config.digest === false ? '' : ', and get the morning list at 8:45'}`,
      )
    : warn('staff', 'nobody is notified of new tickets; list name and address under staff');
  yield await relay(config);
  yield config.addressExtension === '+'
    ? ok('replies', 'answers come back by a signed address and by our Message-ID')
    : ok(
        'replies',
        'answers come back by our Message-ID; set addressExtension to "+" if the mail server keeps cltech+…@ together',
      );
  yield senderProof(config);
  if (config.mailboxes.length === 0) yield noMailbox(config);
  for (const setting of config.mailboxes) yield await mailbox(config, setting);
  yield await faxes(config);
  yield ok(
    'retention',
    config.retention === null
      ? 'off: every mail is kept as it came; set retention to a number of days'
      : `bytes of what is done with are deleted after ${config.retention} days, every night; uketsuke purge --dry-run counts them`,
  );
  yield watching(config);
  if (folder.status === 'ok') yield attempt('disk', () => disk(config));
}

function attempt(check: string, work: () => Check): Check {
  try {
    return work();
  } catch (error) {
    return fail(check, (error as Error).message);
  }
}

function signingKey(dataDir: string): Check {
  const file = join(dataDir, 'secret.key');
  const keys = openSecretKeys(dataDir);
  return (statSync(file).mode & 0o077) === 0
    ? ok('signing key', `${file}, ${keys.length} in use; keep it in every backup`)
    : warn('signing key', `${file} can be read by others on this machine; run chmod 600 ${file}`);
}

async function database(config: Config, open: () => Promise<OpenDesk>): Promise<Check> {
  try {
    const desk = await open();
    const damage = await findDamage(config.database);
    if (damage !== null) return fail('database', damage);
    const foreign = await foreignKey(desk);
    if (foreign !== null) return fail('database', foreign);
    const contracts = await desk.store.contracts.count();
    return contracts > 0
      ? ok('database', `open, ${contracts} contracts registered`)
      : warn(
          'database',
          'open, but no contract is registered: every number is unknown; run uketsuke contracts import FILE.csv',
        );
  } catch (error) {
    return fail('database', (error as Error).message);
  }
}

/** What stands still, and what waits for a person. */
export function backlog({ waiting, outbox, quarantined }: Gauges, now: Date): Check {
  const minutes = (at: string | null) =>
    at === null ? 0 : Math.floor((now.getTime() - Date.parse(at)) / 60_000);
  const unread = minutes(waiting.mail.oldest);
  const due = minutes(outbox.oldestDue);
  const found = [
    unread > standsMinutes
      ? `${waiting.mail.count} mails wait to be read, the oldest for ${unread} minutes: does the daemon run?`
      : '',
    due > standsMinutes
      ? `${outbox.due} letters could have left, the oldest ${due} minutes ago: does the daemon run, and does the relay answer?`
      : '',
    outbox.uncertain > 0
      ? `${outbox.uncertain} letters are uncertain: uketsuke outbox list, then retry or settle each`
      : '',
    quarantined > 0 ? `${quarantined} mails could not be read: uketsuke quarantine list` : '',
  ].filter((one) => one !== '');
  return found.length === 0 ? ok('backlog', 'nothing stands still') : warn('backlog', found.join('; '));
}

/** The language data are installed with the program; without them every fax would wait for a person. */
async function faxes({ faxGateways, ocr }: Config): Promise<Check> {
  try {
    const { dataFolder } = await import('./fax/ocr-engine.ts');
    for (const language of ['jpn', 'eng', 'osd'] as const) dataFolder(language);
  } catch (error) {
    return fail('fax', `${(error as Error).message}; run npm ci again`);
  }
  return faxGateways.length > 0
    ? ok(
        'fax',
        `mail from ${faxGateways.map(({ from }) => from).join(', ')} is read as faxes by ${ocr.workers} OCR worker(s)`,
      )
    : ok('fax', 'OCR data are installed; list the gateway under faxGateways when faxes come by mail');
}

/** What a sender can be proved by, by each way mail comes in (spec 6). */
function senderProof({ authservId, mailboxes, smtp }: Config): Check {
  const checked = 'DKIM is checked here, and SPF too for mail by SMTP from other peers';
  const trusted = smtp.trustedPeers.join(', ');
  const inFront =
    trusted === ''
      ? 'smtp.trustedPeers is empty: list the mail servers of yours that hand mail on, or SPF judges them in place of the sender'
      : `mail from ${trusted} is a mail server of yours, which must drop what others write under its name`;
  if (authservId !== undefined)
    return ok(
      'sender proof',
      `the first Authentication-Results counts when ${authservId} wrote it (mailboxes, files, trusted peers); otherwise ${checked}; ${inFront}`,
    );
  const words = `${checked}; ${inFront}`;
  return mailboxes.length > 0 || trusted !== ''
    ? warn(
        'sender proof',
        `${words}; set authservId to the name your mail server writes, so that its word counts`,
      )
    : ok('sender proof', words);
}

function watching({ http }: Config): Check {
  const { listen } = http;
  if (listen === undefined)
    return ok('http', 'off; http.listen serves /healthz, /readyz and /metrics for a monitor');
  const { host } = parseListen(listen);
  return isLoopback(host)
    ? ok('http', `/healthz, /readyz and /metrics on ${listen} while the daemon runs`)
    : warn(
        'http',
        `${listen} can be reached from elsewhere and asks for no login: it tells nothing of customers, but let only the monitor in`,
      );
}

function disk(config: Config): Check {
  const { bavail, bsize } = statfsSync(config.dataDir);
  const megabytes = `${Math.floor((bavail * bsize) / 1_000_000)} MB free`;
  return bavail * bsize > 1.5 * config.smtp.maxBytes
    ? ok('disk', megabytes)
    : fail(
        'disk',
        `${megabytes} under ${config.dataDir}: mail is refused until there is more; free some space`,
      );
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

/** Fine where a mail server hands the mail on; else a desk without an ear. */
export function noMailbox({ smtp }: Pick<Config, 'smtp'>): Check {
  const doors = [smtp.listen, smtp.lmtp].filter((one) => typeof one === 'string');
  return doors.length > 0
    ? ok(
        'mailboxes',
        `none is watched: mail comes only from a mail server that hands it to ${doors.join(' or ')}`,
      )
    : warn(
        'mailboxes',
        'none is watched, and smtp.listen is false: only uketsuke intake brings mail; list a mailbox under mailboxes',
      );
}

/** Logs in, opens the folder, and makes the folder for what is done, as the daemon would. */
async function mailbox(config: Config, setting: Config['mailboxes'][number]): Promise<Check> {
  const check = `mailbox ${setting.name}`;
  try {
    const found = await inspectMailbox(mailboxOptions(config, setting));
    const message = `${setting.user} is logged in at ${setting.host}; ${found}`;
    if (setting.tls !== 'none' || isLoopback(setting.host)) return { check, status: 'ok', message };
    return {
      check,
      status: 'warn',
      message: `${message}; but its secret travels in clear: set tls to implicit or starttls`,
    };
  } catch (error) {
    return { check, status: 'fail', message: (error as Error).message };
  }
}

/** As a letter would go: connected, greeted, encrypted and logged in, but nothing handed over. */
async function relay(config: Config): Promise<Check> {
  const { relay } = config;
  if (relay === undefined) {
    const message = `none: letters are written to ${join(config.dataDir, 'sent')} and reach nobody; set relay.host to send`;
    return warn('relay', message);
  }
  const where = `${relay.host}:${relay.port}`;
  let pass: string | null = null;
  try {
    if (relay.user !== undefined) pass = readSecret('UKETSUKE_RELAY_PASSWORD', relay.passwordFile);
  } catch (error) {
    return fail('relay', `the password of relay.user: ${(error as Error).message}`);
  }
  try {
    if (relay.user !== undefined && pass === null)
      return fail(
        'relay',
        'relay.user is set without relay.passwordFile or UKETSUKE_RELAY_PASSWORD; set one',
      );
    const transport = createTransport({
      host: relay.host,
      port: relay.port,
      name: config.from.address.split('@')[1]!,
      secure: relay.tls === 'implicit',
      requireTLS: relay.tls === 'starttls',
      ignoreTLS: relay.tls === 'none',
      ...(relay.user === undefined ? {} : { auth: { user: relay.user, pass: pass ?? '' }, forceAuth: true }),
      connectionTimeout: relayMsMax,
      greetingTimeout: relayMsMax,
      socketTimeout: relayMsMax,
      dnsTimeout: relayMsMax,
    });
    await transport.verify().finally(() => transport.close());
    return ok('relay', `${where} answers${relay.user === undefined ? '' : ` and knows ${relay.user}`}`);
  } catch (error) {
    const { code = '', message, responseCode } = error as NodeJS.ErrnoException & { responseCode?: number };
    const mend = relayAdvice[code] ?? 'check relay.host, relay.port, relay.tls and the firewall';
    // A relay may repeat what it refuses: of a login only its code is told.
    const said =
      code === 'EAUTH' ? `refused the login of ${relay.user} (${responseCode ?? 'no code'})` : message;
    return fail('relay', `${where}: ${said}; ${mend}; letters wait until it is mended`);
  }
}

const relayAdvice: Readonly<Record<string, string>> = {
  EDNS: 'correct relay.host, or mend the name service',
  EAUTH: 'correct relay.user and the password',
  ETLS: 'the relay must offer valid TLS, or set relay.tls to what it offers',
};
