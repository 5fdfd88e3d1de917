/**
 * Hands letters to the relay over nodemailer's SMTP connection, one at a time, and knows how far each got
 * (spec 5.4, threats 19 and 77–79). The order on the wire is MAIL, RCPT, DATA, 354, then `mayBegin`, then the
 * body: the calendar is asked when every recipient is accepted and the next byte would be the letter's first.
 * A no drops the connection with an empty DATA, of which no server makes a mail. From that question to the
 * final reply less than 60 s pass, because nothing starts in the last 60 s of a window (spec 5.1).
 *
 * Before the body everything unknown is `later`; from its first byte on everything but a complete refusal is
 * `uncertain`. 5xx to MAIL, RCPT, DATA or the body is `never`; refusals that concern us and not the letter
 * (greeting, TLS, login) are `later`, because an operator can mend them.
 */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import SMTPConnection, { type SMTPError } from 'nodemailer/lib/smtp-connection';
import type { Courier, Delivery, Journal, Parcel } from '../desk/ports.ts';
import { clean, envelopeFault, judge, type Progress } from './verdict.ts';

export interface Relay {
  readonly host: string;
  readonly port: number;
  /** `starttls` and `implicit` never fall back to plain text. */
  readonly tls: 'none' | 'starttls' | 'implicit';
  readonly user?: string;
  /** Read at each connect; null when there is none. */
  readonly password?: () => Promise<string | null>;
  /** What we call ourselves in EHLO. */
  readonly name?: string;
  /** PEM of a private authority that signed the relay's certificate. */
  readonly ca?: string;
}

export interface CourierLimits {
  /** DNS, connecting, greeting and TLS together. */
  readonly connectMsMax: number;
  /** From the first thought of a letter to the question `mayBegin`: a relay may delay strangers for long. */
  readonly envelopeMsMax: number;
  /** From the question `mayBegin` to the final reply: under the 60 s of spec 5.1. */
  readonly bodyMsMax: number;
  /** An unused connection is kept this long for the next letter. */
  readonly idleMsMax: number;
  /** `close` waits this long for the letter in hand (SIGTERM: 10 s for everything, spec 7). */
  readonly closeMsMax: number;
}

const LIMITS: CourierLimits = {
  connectMsMax: 20_000,
  envelopeMsMax: 90_000,
  bodyMsMax: 50_000,
  idleMsMax: 5_000,
  closeMsMax: 8_000,
};
const CHUNK_BYTES = 64 * 1024;
/** `stale`: a kept connection had gone before the relay said anything about this letter. */
type Attempt = { readonly delivery: Delivery; readonly stale: boolean };

/**
 * Opens no connection until the first letter. Never throws from `deliver`. With several recipients of which
 * the relay refuses some, the letter goes to the others and counts as `sent`; the reason names the refused.
 */
export function openCourier(relay: Relay, log: Journal, limits: Partial<CourierLimits> = {}): Courier {
  const bounds = { ...LIMITS, ...limits };
  const stop = new AbortController();
  let kept: SMTPConnection | null = null;
  let idle: NodeJS.Timeout | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let closing = false;

  async function attempt(parcel: Parcel, mayBegin: () => Promise<boolean>): Promise<Attempt> {
    clearTimeout(idle);
    const connection = kept?.destroyed === false ? kept : null;
    kept = null;
    const progress: Progress = { asked: false, shut: false, bodyBegun: false, bodyEnded: false };
    try {
      const used = connection ?? (await connect(relay, bounds, stop.signal));
      const delivery = await handOver(used, parcel, mayBegin, progress, bounds, stop.signal);
      if (!used.destroyed) keep(used);
      return { delivery, stale: false };
    } catch (caught) {
      const error = caught as SMTPError;
      const silent = error.responseCode === undefined || error.responseCode === 421;
      const stale = connection !== null && !progress.asked && silent && !stop.signal.aborted;
      return { delivery: judge(error, progress, `${relay.host}:${relay.port}`), stale };
    }
  }
  function keep(connection: SMTPConnection): void {
    kept = connection;
    idle = setTimeout(() => {
      kept = null;
      void leave(connection);
    }, bounds.idleMsMax);
    idle.unref();
  }
  async function carry(parcel: Parcel, mayBegin: () => Promise<boolean>): Promise<Delivery> {
    if (closing) return { kind: 'later', reason: 'the courier is closing' };
    const first = await attempt(parcel, mayBegin);
    const { delivery } = first.stale ? await attempt(parcel, mayBegin) : first;
    const { kind, reason } = delivery;
    const level = kind === 'sent' || kind === 'shut' ? 'info' : 'warn';
    log[level]('letter-carried', { messageId: parcel.messageId, outcome: kind, reason });
    return delivery;
  }

  return {
    deliver(parcel, mayBegin) {
      const fault = envelopeFault(parcel);
      if (fault) return Promise.resolve({ kind: 'never', reason: fault });
      const delivery = queue.then(() => carry(parcel, mayBegin));
      queue = delivery;
      return delivery;
    },
    async close() {
      closing = true;
      const timer = setTimeout(() => stop.abort(), bounds.closeMsMax);
      await queue;
      clearTimeout(timer);
      clearTimeout(idle);
      if (kept) await leave(kept);
      kept = null;
    },
  };
}

/** A connection that is greeted, encrypted where asked for, and logged in. Rejects with nodemailer's error. */
async function connect(relay: Relay, bounds: CourierLimits, signal: AbortSignal): Promise<SMTPConnection> {
  const password = relay.user === undefined ? null : await relay.password?.();
  if (relay.user !== undefined && !password) throw coded('no password is configured for the user', 'EAUTH');
  const connection = new SMTPConnection({
    host: relay.host,
    port: relay.port,
    name: relay.name,
    secure: relay.tls === 'implicit',
    requireTLS: relay.tls === 'starttls',
    ignoreTLS: relay.tls === 'none',
    tls: relay.ca === undefined ? {} : { ca: relay.ca },
    connectionTimeout: bounds.connectMsMax,
    greetingTimeout: bounds.connectMsMax,
    dnsTimeout: bounds.connectMsMax,
    socketTimeout: bounds.envelopeMsMax,
    socketCloseTimeout: 0,
  });
  // An idle connection may die with an error that concerns no letter.
  connection.on('error', () => {});
  return await bounded(connection, bounds.envelopeMsMax, signal, (done, fail) => {
    connection.connect((error) => {
      if (error) fail(error);
      else if (relay.user === undefined) done(connection);
      else {
        const login = { user: relay.user, pass: password ?? '' };
        connection.login(login, (refused) => (refused ? fail(refused) : done(connection)));
      }
    });
  });
}

/** One letter on an open connection: resolves only with `sent`, else closes the connection and rejects. */
function handOver(
  connection: SMTPConnection,
  parcel: Parcel,
  mayBegin: () => Promise<boolean>,
  progress: Progress,
  bounds: CourierLimits,
  signal: AbortSignal,
): Promise<Delivery> {
  const envelope = {
    from: parcel.envelopeFrom,
    to: [...parcel.recipients],
    size: parcel.bytes.length,
    use8BitMime: parcel.bytes.some((byte) => byte > 0x7f),
  };
  return bounded(connection, bounds.envelopeMsMax, signal, (done, fail, restart) => {
    async function* body(): AsyncGenerator<Buffer> {
      progress.asked = true;
      restart(bounds.bodyMsMax);
      const yes = await mayBegin();
      if (!yes) {
        progress.shut = true;
        throw new Error('not begun');
      }
      progress.bodyBegun = true;
      for (let at = 0; at < parcel.bytes.length; at += CHUNK_BYTES) {
        yield parcel.bytes.subarray(at, at + CHUNK_BYTES);
      }
      progress.bodyEnded = true;
    }
    // nodemailer first reads the stream after 354, and turns bare CR and LF into CRLF and stuffs dots on the way.
    connection.send(envelope, Readable.from(body(), { objectMode: false }), (error, info) => {
      if (error) return fail(error);
      if (!info || !progress.bodyEnded)
        return fail(new Error('the relay answered before it had the whole body'));
      const refused = (info.rejectedErrors ?? []).map((one) => ({
        recipient: one.recipient ?? '',
        reason: clean(one.response ?? one.message),
      }));
      const note = refused.map((one) => `refused for ${one.recipient}: ${one.reason} / `).join('');
      done({ kind: 'sent', reason: clean(note + info.response), refused });
    });
  });
}

/** Runs one stage of a connection until it is done, fails, dies, takes too long or the courier is closed. */
function bounded<T>(
  connection: SMTPConnection,
  msMax: number,
  signal: AbortSignal,
  start: (done: (value: T) => void, fail: (error: Error) => void, restart: (msMax: number) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let settled = false;
    const settle = () => {
      settled = true;
      clearTimeout(timer);
      connection.removeListener('error', fail);
      signal.removeEventListener('abort', onAbort);
      connection.removeListener('end', onEnd);
    };
    const done = (value: T) => {
      settle();
      resolve(value);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
      connection.close();
    };
    const restart = (nextMsMax: number) => {
      clearTimeout(timer);
      if (settled) return;
      timer = setTimeout(() => fail(coded(`no answer in ${nextMsMax} ms`, 'ETIMEDOUT')), nextMsMax);
    };
    const onAbort = () => fail(new Error('the courier was closed'));
    // Errors are told to the stage's own callback first; a connection that ends without one is still an end.
    const onEnd = () => setImmediate(() => fail(new Error('connection closed')));
    connection.on('error', fail);
    connection.on('end', onEnd);
    signal.addEventListener('abort', onAbort);
    restart(msMax);
    if (signal.aborted) onAbort();
    else start(done, fail, restart);
  });
}

/** Says goodbye; a relay that does not answer is left after a second. */
async function leave(connection: SMTPConnection): Promise<void> {
  if (connection.destroyed) return;
  const timer = setTimeout(() => connection.close(), 1_000);
  const ended = once(connection, 'end');
  connection.quit();
  await ended.catch(() => {});
  clearTimeout(timer);
}

function coded(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
