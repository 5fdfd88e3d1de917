/**
 * An IMAP mailbox that is watched for as long as it is open (spec 2.1): IDLE is the doorbell, a poll the safety net,
 * and every connection that is lost is followed by a new one. Trouble with one mailbox stays with that mailbox.
 */
import { createHash } from 'node:crypto';
import type { Journal } from '../desk/ports.ts';
import { pauseMs } from './imap-backoff.ts';
import {
  type Connection,
  connectMailbox,
  type MailboxAccess,
  type MailboxTrouble,
} from './imap-connection.ts';
import { openLead } from './imap-lead.ts';
import { type MailboxIntake, type Session, takeWaiting } from './imap-pass.ts';

const POLL_MS = 60_000;
/** While a login is refused, how often the secret is looked at for a change. */
const SECRET_LOOK_MS = 2_000;
/** While another process reads the mailbox, how often it is looked whether that one is gone. */
const STANDBY_LOOK_MS = 5_000;
/** SIGTERM gives the whole daemon 10 s (spec 7). */
const CLOSE_MS_MAX = 7_000;

export interface MailboxOptions extends MailboxAccess {
  /** Mails before it stay where they are; null takes all. */
  readonly since: Date | null;
  /** Folder for what is done, or `flag`. */
  readonly done: string;
}

/** Watches from now on until disposed. Never throws: what goes wrong is told to the log and tried again. */
export function openMailbox(options: MailboxOptions, intake: MailboxIntake, log: Journal): AsyncDisposable {
  const mailbox = options.name;
  const stop = openBell();
  let cut = new AbortController();
  let doorbell: Bell | null = null;
  const tries = new Map<number, number>();
  let stopped = false;
  let current: Connection | null = null;
  const lead = openLead(intake.ledger, mailbox, () => {
    log.warn('mailbox-lead-lost', { mailbox, reason: 'another process reads it now' });
    current?.client.close();
  });
  let waiting = false;

  /** Whether this process is the one that reads; those who wait say so once. */
  async function leads(): Promise<boolean> {
    const mine = await lead.take();
    if (waiting === mine) {
      waiting = !mine;
      intake.leads(mine);
      if (waiting) log.info('mailbox-standby', { mailbox, reason: 'another process reads it' });
    }
    return mine;
  }

  async function watch(): Promise<void> {
    for (let failures = 0; !stopped; ) {
      const startedAt = performance.now();
      cut = new AbortController();
      try {
        if (!(await leads())) {
          await stop.wait(STANDBY_LOOK_MS);
          continue;
        }
        current = await connectMailbox(options, cut.signal);
        await serve(current, () => {
          if (failures > 0) log.info('mailbox-recovered', { mailbox, failures });
          failures = 0;
          intake.passed();
        });
        if (!stopped) throw new Error('the server closed the connection');
        await current.client.logout();
      } catch (error) {
        current?.client.close();
        current = null;
        if (stopped) return;
        failures += 1;
        const refused = (error as Partial<MailboxTrouble>).kind === 'login';
        const ms = pauseMs(failures, refused, Math.random());
        const fields = { mailbox, failures, reason: (error as Error).message, retryMs: ms };
        if (refused) log.error('mailbox-login-refused', fields);
        else log.warn('mailbox-lost', { ...fields, heldMs: Math.round(performance.now() - startedAt) });
        await (refused ? pauseForSecret(ms) : stop.wait(ms));
      }
    }
  }

  async function serve(connection: Connection, passed: () => void): Promise<void> {
    const { client } = connection;
    const bell = openBell();
    doorbell = bell;
    client.on('exists', () => {
      intake.expect();
      bell.ring();
    });
    client.on('close', bell.ring);
    log.info('mailbox-connected', { mailbox, host: options.host, secure: client.secureConnection });
    const session: Session = {
      connection,
      intake,
      log,
      mailbox,
      account: `${options.user}@${options.host}/${options.folder}`,
      since: options.since,
      done: options.done,
      mailBytesMax: options.mailBytesMax,
      stopping: () => stopped,
      tries,
      numbering: null,
      seenUid: 0,
      markAgainAt: 0,
    };
    while (!stopped && client.usable) {
      bell.still();
      await takeWaiting(session);
      passed();
      if (stopped || !client.usable) return;
      // IDLE lasts until the next command breaks it. What it lacks to tell comes with the next poll.
      client.idle().catch(() => {});
      await bell.wait(POLL_MS);
    }
  }

  /** An access token that was renewed, a password that was corrected: both end the pause early. */
  async function pauseForSecret(ms: number): Promise<void> {
    const before = await fingerprint(options);
    for (const endAt = performance.now() + ms; !stopped && performance.now() < endAt; ) {
      await stop.wait(Math.min(SECRET_LOOK_MS, endAt - performance.now()));
      if ((await fingerprint(options)) !== before) return;
    }
  }

  const running = watch();
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      stop.ring();
      doorbell?.ring();
      // The group in hand is finished; a server that does not answer any more is not waited for.
      const timer = setTimeout(() => cut.abort(), current === null ? 0 : CLOSE_MS_MAX);
      await running;
      clearTimeout(timer);
      await lead[Symbol.asyncDispose]();
    },
  };
}

async function fingerprint(access: MailboxAccess): Promise<string> {
  try {
    const { kind, text } = await access.secret();
    return createHash('sha256').update(`${kind} ${text}`).digest('hex');
  } catch {
    return '';
  }
}

interface Bell {
  ring(): void;
  still(): void;
  wait(ms: number): Promise<void>;
}

/** A bell that keeps its ring until it is stilled. */
function openBell(): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    still: () => {
      rung = false;
    },
    /** Until the bell rings, or the time is over. */
    wait: (ms: number) =>
      new Promise<void>((resolve) => {
        const end = () => {
          clearTimeout(timer);
          wake = null;
          resolve();
        };
        const timer = setTimeout(end, ms);
        wake = end;
        if (rung) end();
      }),
  };
}
