/**
 * The composition root: everything is opened here in boot order, handed what it needs, and closed in reverse.
 * The clock is handed on from here.
 */
import { accessSync, constants, mkdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf } from './calendar/jst.ts';
import { clockOf } from './clock.ts';
import type { Role } from './command/door.ts';
import { type Config, ConfigError, readSecret } from './config.ts';
import { queueDigest } from './desk/digest.ts';
import { dispatchDue } from './desk/dispatch.ts';
import type { House, OpenDesk } from './desk/house.ts';
import type { Courier, Journal, Lane } from './desk/ports.ts';
import { nightOf, purgeOlder } from './desk/purge.ts';
import { receiveWaiting } from './desk/receive.ts';
import { openFaxReader } from './fax/fax.ts';
import { identify } from './mailbox/digest.ts';
import type { SmtpListener } from './mailbox/smtp.ts';
import { peerRule } from './mailbox/smtp-rules.ts';
import { openCourier } from './outbox/courier.ts';
import { openFileCourier } from './outbox/file-courier.ts';
import { deskLeftBehind, foreignKey } from './own-key.ts';
import { openProver } from './proof/prover.ts';
import { openReader } from './reading/sandbox.ts';
import { markOf, readMark } from './reply/mark.ts';
import { type Job, openJob } from './schedule.ts';
import { openSecretKeys } from './secret-key.ts';
import { counting, metrics, notReady } from './status.ts';
import { openStore } from './store/open.ts';
import { loadTemplates } from './templates.ts';

/** The safety net behind the doorbells: a mail or a letter another process left waits at most this long. */
const readTickMs = 5_000;
const sendTickMs = 2_000;
/** Whether the night's purge is due; only where `retention` is set. */
const purgeTicks = '*/10 * * * *';
/** Mail is refused for now below this share of the largest message, as Postfix does (threat 75). */
const freeSpaceFactor = 1.5;
/** A mail or letter in hand at SIGTERM has this long; everything must end within 10 s (spec 7). */
const finishMsMax = 6_000;

/** Store, reader, courier and the rules of the house; no listener and no schedule. */
export async function openDesk(
  config: Config,
  journal: Journal,
  now = clockOf(config),
  reader = openReader(),
): Promise<OpenDesk> {
  prepareFolder(config.dataDir);
  const templates = loadTemplates(config.templatesDir);
  const house: House = {
    mask: config.mask,
    calendar: config.calendar,
    addresses: config.addresses,
    staff: config.staff,
    from: config.from,
    desk: config.desk,
    addressExtension: config.addressExtension,
    authservId: config.authservId ?? null,
    robots: config.robots,
    formProfiles: config.formProfiles,
    faxGateways: config.faxGateways,
    trustedPeer: peerRule(config.smtp.trustedPeers),
    templates,
    keys: openSecretKeys(config.dataDir),
    hours: config.outbox.hours,
    reminders: config.outbox.reminders,
    perMinute: config.outbox.perMinute,
    faxesAtOnce: config.ocr.workers,
    digest: config.digest === false ? null : config.digest,
    undoMs: config.outbox.undoMinutes * 60_000,
  };
  const store = await ownStore(config, journal);
  const faxReader = openFaxReader({
    workers: config.ocr.workers,
    readers: config.ocr.readers,
    onKilled: (reason) => journal.warn('fax-reader-killed', { reason }),
  });
  const prover = openProver();
  const courier = courierOf(config, journal);
  return {
    house,
    store,
    reader,
    faxReader,
    prover,
    courier,
    journal,
    now,
    // What the first letter needs is loaded with it; pdfkit and its font weigh more than is needed on most days.
    pack: async (draft) => (await import('./outbox/compose.ts')).toBytes(draft),
    print: async (sheets, at) => (await import('./outbox/fax-print.ts')).printFax(sheets, at),
    identify,
    async accept(raw, source, receivedAt, quiet) {
      const { messageId, contentKey, returnPath } = identify(raw);
      const known = source.returnPath === null ? { ...source, returnPath } : source;
      const id = await store.received.accept({
        raw,
        source: known,
        receivedAt: receivedAt.toISOString(),
        messageId,
        contentKey,
        quiet,
      });
      journal.info('message-received', { message: id, source: source.kind, bytes: raw.length });
      return id;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([reader.close(), faxReader.close(), prover.close(), courier.close()]);
      await store.close();
    },
  };
}

/** @throws ConfigError when the key of this machine belongs to a desk in another database. */
async function ownStore(config: Config, log: Journal): ReturnType<typeof openStore> {
  const store = await openStore({ database: config.database, log });
  const left = await deskLeftBehind(config, store);
  if (left === null) return store;
  await store[Symbol.asyncDispose]();
  throw new ConfigError(left);
}

export interface Daemon extends AsyncDisposable {
  readonly desk: OpenDesk;
  /** Ports in use, 0 where there is no listener. */
  readonly smtpPort: number;
  readonly lmtpPort: number;
  readonly httpPort: number;
  /** Everything that waits is read and everything that is due has left; for tests and trials. */
  settle(): Promise<void>;
}

/** `through` lets a trial put something of its own between the desk and its edges: the crash tests die there. */
export async function startDaemon(
  config: Config,
  roles: readonly Role[],
  journal: Journal,
  now = clockOf(config),
  through = (desk: OpenDesk): OpenDesk => desk,
  reader = openReader(),
): Promise<Daemon> {
  const { journal: counted, counts } = counting(journal);
  const polled = new Map<string, Date | null>();
  const open: AsyncDisposable[] = [];
  const keep = <T extends AsyncDisposable>(one: T): T => {
    open.push(one);
    return one;
  };
  // All that work on the desk stop at once, each in its own time of at most 10 s (spec 7); the desk closes last.
  const close = async () => {
    const [desk, ...working] = open.splice(0);
    await Promise.all(working.map((one) => one[Symbol.asyncDispose]()));
    await desk?.[Symbol.asyncDispose]();
  };
  try {
    const desk = through(keep(await openDesk(config, counted, now, reader)));
    const send = roles.includes('send') ? keep(sendingJob(desk)) : null;
    const decided = () => send?.ring();
    const fax = roles.includes('read') ? keep(readingJob(desk, 'fax', decided, decided)) : null;
    const again = roles.includes('read') ? keep(readingJob(desk, 'again', decided, () => fax?.ring())) : null;
    const others = () => {
      fax?.ring();
      again?.ring();
    };
    const read = roles.includes('read') ? keep(readingJob(desk, 'mail', decided, others)) : null;
    const returned = roles.includes('read') ? keep(readingJob(desk, 'returned', decided, others)) : null;
    const arrived = () => {
      read?.ring();
      returned?.ring();
    };
    const listen = async (address: string | false | undefined, lmtp: boolean) =>
      address && roles.includes('intake') ? keep(await listener(config, desk, address, lmtp, arrived)) : null;
    const smtp = await listen(config.smtp.listen, false);
    const lmtp = await listen(config.smtp.lmtp, true);
    const { listen: statusAt } = config.http;
    const state = { polled, counts, startedAt: now() };
    const status =
      statusAt === undefined
        ? null
        : keep(
            await (await import('./status-server.ts')).openStatusServer(statusAt, {
              ready: () => notReady(desk, polled, now()),
              metrics: () => metrics(desk, config, state, now()),
            }),
          );
    if (roles.includes('intake') && config.mailboxes.length > 0) {
      const { watchMailboxes } = await import('./mailboxes.ts');
      for (const { name } of config.mailboxes) polled.set(name, null);
      const watched = watchMailboxes(config, desk, () => checkRoom(config), await desk.store.quietBefore(), {
        // Its child is started while the mail is still being fetched.
        expected: () => (read === null ? undefined : desk.reader.warm()),
        arrived,
        polled: (mailbox) => void polled.set(mailbox, now()),
        // What another process reads is told by that one.
        leads: (mailbox, mine) => void (mine ? polled.set(mailbox, null) : polled.delete(mailbox)),
      });
      for (const one of watched) keep(one);
    }
    if (roles.includes('read') && config.retention !== null) keep(purgingJob(desk, config.retention)).ring();
    // What waited while the daemon was down is being fetched meanwhile.
    if (read !== null) desk.reader.warm();
    arrived();
    others();
    send?.ring();
    const foreign = await foreignKey(desk);
    if (foreign !== null) journal.error('secret-key-differs', { reason: foreign });
    journal.info('ready', {
      roles,
      smtp: smtp?.port ?? null,
      lmtp: lmtp?.port ?? null,
      http: status?.port ?? null,
      mailboxes: config.mailboxes.map((one) => one.name),
      relay:
        config.relay === undefined
          ? 'none: letters go to files'
          : `${config.relay.host}:${config.relay.port}`,
      dataDir: config.dataDir,
    });
    return {
      desk,
      smtpPort: smtp?.port ?? 0,
      lmtpPort: lmtp?.port ?? 0,
      httpPort: status?.port ?? 0,
      async settle() {
        arrived();
        await read?.idle();
        await returned?.idle();
        again?.ring();
        await again?.idle();
        fax?.ring();
        await fax?.idle();
        send?.ring();
        await send?.idle();
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One lane of the reading: neither the pages of a fax nor a bomb stand in the way of a mail. `deferred` rings the other lanes. */
function readingJob(desk: OpenDesk, lane: Lane, decided: () => void, deferred: () => void): Job {
  const work = (stopping: () => boolean) =>
    receiveWaiting(desk, lane, desk.now, stopping, { decided, deferred });
  const job = openJob(lane === 'mail' ? 'read' : `read-${lane}`, readTickMs, work, desk.journal);
  const edges = lane === 'fax' ? [desk.faxReader] : [desk.reader, desk.prover];
  return lastingAtMost(finishMsMax, job, async () => {
    await Promise.all(edges.map((edge) => edge.close()));
  });
}

function sendingJob(desk: OpenDesk): Job {
  /** The day whose morning list is known to be queued. */
  let listed = '';
  const work = async (stopping: () => boolean) => {
    if (dayOf(desk.now()) !== listed) listed = (await queueDigest(desk, desk.now())) ?? listed;
    await dispatchDue(desk, desk.now, stopping);
  };
  // The courier itself gives the letter in hand its time.
  return lastingAtMost(0, openJob('send', sendTickMs, work, desk.journal), () => desk.courier.close());
}

function purgingJob(desk: OpenDesk, retentionDays: number): Job {
  let done = '';
  const work = async (stopping: () => boolean) => {
    const night = nightOf(desk.now());
    if (night === done) return;
    const purged = await purgeOlder(desk, retentionDays, desk.now(), { stopping });
    desk.journal.info('purged', { ...purged });
    if (!stopping()) done = night;
  };
  return openJob('purge', purgeTicks, work, desk.journal);
}

/** Stopping waits for the message or letter in hand; after `msMax` its edge is closed and ends it. */
function lastingAtMost(msMax: number, job: Job, cutOff: () => Promise<void>): Job {
  return {
    ...job,
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => void cutOff(), msMax);
      await job[Symbol.asyncDispose]();
      clearTimeout(timer);
    },
  };
}

/** 250 is said after `accept` resolved; without room on the disk the peer is told to come back. */
async function listener(
  config: Config,
  desk: OpenDesk,
  listen: string,
  lmtp: boolean,
  arrived: () => void,
): Promise<SmtpListener> {
  const { addresses, addressExtension, smtp } = config;
  const options = {
    listen,
    lmtp,
    addresses,
    addressExtension,
    maxBytes: smtp.maxBytes,
    trustedPeers: smtp.trustedPeers,
    isMarked: (address: string) => {
      const mark = markOf(address, addresses);
      return mark !== null && readMark(desk.house.keys, mark) !== null;
    },
  };
  const { openSmtpListener } = await import('./mailbox/smtp.ts');
  return openSmtpListener(
    options,
    async ({ raw, source }) => {
      checkRoom(config);
      const { kind, peer, trusted, client, returnPath, recipients } = source;
      const from = { kind, name: peer, returnPath, recipients, peer: { trusted, client } };
      await desk.accept(raw, from, desk.now(), false);
      arrived();
    },
    desk.journal,
  );
}

function checkRoom({ dataDir, smtp }: Config): void {
  const disk = statfsSync(dataDir);
  if (disk.bavail * disk.bsize < freeSpaceFactor * smtp.maxBytes) {
    throw new Error(`disk of ${dataDir} is nearly full: mail is refused for now; free some space`);
  }
}

function courierOf(config: Config, journal: Journal): Courier {
  const { relay } = config;
  if (relay === undefined) return openFileCourier(join(config.dataDir, 'sent'), journal);
  return openCourier(
    {
      host: relay.host,
      port: relay.port,
      tls: relay.tls,
      ...(relay.user === undefined ? {} : { user: relay.user }),
      password: async () => readSecret('UKETSUKE_RELAY_PASSWORD', relay.passwordFile),
      name: config.from.address.split('@')[1]!,
    },
    journal,
    { closeMsMax: finishMsMax },
  );
}

/** @throws ConfigError saying which folder cannot be used and what to do. */
export function prepareFolder(folder: string): void {
  let owner: number;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    owner = statSync(folder).uid;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `data folder ${folder} cannot be written (${code}). Give this user the right to write there, or set dataDir (or UKETSUKE_DATA) to another folder.`,
    );
  }
  // What root makes there (the key, the journal of the database) the daemon's own user could not use.
  if (process.getuid?.() === 0 && owner !== 0)
    throw new ConfigError(
      `data folder ${folder} belongs to user ${owner} and this is root: run it as that user, with sudo -u '#${owner}'.`,
    );
}
