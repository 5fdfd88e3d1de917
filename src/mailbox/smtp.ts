/**
 * Mail handed to us over SMTP or LMTP. The promise of this edge (spec 2.1): 250 is said only after `accept`
 * resolved, which is after the commit; whatever else goes wrong on our side is 451 and the peer tries again.
 * Only CRLF.CRLF ends a message, so nothing inside one can start another (threat 47). The bytes are handed on
 * as sent: no Received or Return-Path line is added, peer and envelope stand beside them.
 */
import { isIP, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Journal } from '../desk/ports.ts';
import { canonical, parseListen, peerRule, recipientRule } from './smtp-rules.ts';

const CLIENTS_MAX = 500;
const RECIPIENTS_MAX = 100;
const IDLE_MS_MAX = 120_000;
/** SIGTERM gives the whole daemon 10 s (spec 7). */
const CLOSE_MS_MAX = 8_000;
/** Messages of full size that may be in memory together; one more is told to come again. */
const FULL_MESSAGES_HELD_MAX = 4;
/** Commands of smtp-server that a desk has no use for; the last one lets a peer write a second address. */
const COMMANDS_OFF = ['AUTH', 'WIZ', 'SHELL', 'KILL', 'XFORWARD'];

export interface ListenerOptions {
  /** `127.0.0.1:2525`, `[::1]:2525`; port 0 takes a free one. */
  readonly listen: string;
  readonly addresses: readonly string[];
  readonly maxBytes: number;
  /**
   * Addresses or networks (`192.0.2.0/24`) of mail servers of ours: their mail is marked trusted, and they may name
   * the client they speak for (XCLIENT). Everybody may still deliver.
   */
  readonly trustedPeers: readonly string[];
  readonly addressExtension: '+' | 'none';
  /** Ours as well, whatever the extension: an address that bears a mark we signed. */
  readonly isMarked?: (address: string) => boolean;
  readonly lmtp?: boolean;
  /** PEM key and certificate; STARTTLS is offered only with them. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly closeMsMax?: number;
}

export interface HandedMail {
  /** As sent, dot-stuffing undone. */
  readonly raw: Buffer;
  readonly source: {
    readonly kind: 'smtp' | 'lmtp';
    /** Who connected. */
    readonly peer: string;
    readonly trusted: boolean;
    /** Address of the server the sender used; null behind a server of ours that does not name it. */
    readonly client: string | null;
    /** '' is the null return path. */
    readonly returnPath: string;
    /** Lower case, extension kept, each once. */
    readonly recipients: readonly string[];
  };
}

export interface SmtpListener extends AsyncDisposable {
  readonly port: number;
  /** Stops accepting, lets messages in hand finish for a bounded time, then ends every connection. */
  close(): Promise<void>;
}

/** Starts listening. Throws an Error saying what to change when the address cannot be used. */
export async function openSmtpListener(
  options: ListenerOptions,
  accept: (mail: HandedMail) => Promise<void>,
  log: Journal,
): Promise<SmtpListener> {
  const { host, port } = parseListen(options.listen);
  const isOurs = recipientRule(options.addresses, options.addressExtension);
  const isTrusted = peerRule(options.trustedPeers);
  const closeMsMax = options.closeMsMax ?? CLOSE_MS_MAX;
  const kind = options.lmtp ? 'lmtp' : 'smtp';
  /** Sessions between DATA and its reply. */
  const busy = new Set<string>();
  const memory = { bytes: 0, bytesMax: FULL_MESSAGES_HELD_MAX * options.maxBytes };
  let closing: Promise<void> | null = null;

  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Error | null> {
    const held = await collect(stream, memory);
    // Of a message too large smtp-server says 552 5.3.4 by itself (`rejectOversized`).
    if (held.kind === 'too-large') return null;
    if (held.kind === 'crowded') return reply(451, 'Too much mail at once, try again later');
    if (held.kind === 'broken-off') return reply(451, 'Not received in full, try again');
    const { peer, trusted, client } = partiesOf(session, isTrusted);
    try {
      const source = {
        kind,
        peer,
        trusted,
        client,
        returnPath: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
        recipients: [...new Set(session.envelope.rcptTo.map((to) => canonical(to.address)))],
      } as const;
      await accept({ raw: held.raw, source });
      return null;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error('smtp-not-accepted', { peer, bytes: held.raw.length, reason });
      return reply(451, 'Temporary failure, try again later');
    } finally {
      memory.bytes -= held.raw.length;
    }
  }

  /** smtp-server knows addresses and no networks: those of trusted peers that have connected. */
  const namingPeers: string[] = [];
  const server = new SMTPServer({
    ...(options.tls ?? {}),
    lmtp: options.lmtp ?? false,
    size: options.maxBytes,
    rejectOversized: true,
    hideENHANCEDSTATUSCODES: false,
    logger: false,
    disableReverseLookup: true,
    // Japanese carriers send return paths such as `a..b.@…`, which strict parsing would turn away for good.
    lenientAddressParsing: true,
    disabledCommands: options.tls ? COMMANDS_OFF : [...COMMANDS_OFF, 'STARTTLS'],
    maxClients: CLIENTS_MAX,
    maxRecipients: RECIPIENTS_MAX,
    socketTimeout: IDLE_MS_MAX,
    useXClient: namingPeers,
    closeTimeout: closeMsMax,
    onRcptTo(to, session, done) {
      if (!isOurs(to.address) && options.isMarked?.(to.address) !== true)
        return done(reply(550, 'No such mailbox here'));
      const known = session.envelope.rcptTo.some((one) => canonical(one.address) === canonical(to.address));
      // LMTP owes one reply for each accepted RCPT (RFC 2033 §4.2), smtp-server gives one for each address.
      if (known && options.lmtp) return done(reply(452, 'Recipient given twice, send it separately'));
      done();
    },
    onData(stream, session, done) {
      busy.add(session.id);
      void take(stream, session)
        .then((refusal) => done(refusal))
        .finally(() => {
          busy.delete(session.id);
          if (closing) sayGoodbye();
        });
    },
  });
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    const address = plainAddress(socket.remoteAddress ?? '');
    if (isTrusted(address) && !namingPeers.includes(address)) namingPeers.push(address);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('error', (error) => log.warn('smtp-connection', { error: error.message }));

  function sayGoodbye(): void {
    for (const connection of [...server.connections]) {
      if (!busy.has(connection.id)) connection.send(421, 'Shutting down', false);
    }
  }
  function close(): Promise<void> {
    closing ??= new Promise<void>((resolve) => {
      server.close(() => resolve());
      sayGoodbye();
    }).then(() => {
      for (const socket of sockets) socket.destroy();
    });
    return closing;
  }

  const boundPort = await listen(server, host, port);
  return { port: boundPort, close, [Symbol.asyncDispose]: close };
}

/** Who connected, and whom the sender used: after XCLIENT the session speaks for somebody else. */
function partiesOf(
  session: SMTPServerSession,
  isTrusted: (address: string) => boolean,
): { readonly peer: string; readonly trusted: boolean; readonly client: string | null } {
  const first = session.xClient.get('ADDR:DEFAULT');
  const named = plainAddress(session.remoteAddress);
  if (typeof first === 'string')
    return { peer: plainAddress(first), trusted: true, client: isIP(named) === 0 ? null : named };
  const trusted = isTrusted(named);
  return { peer: named, trusted, client: trusted ? null : named };
}

/** Without the marks of a mapped IPv4 address, and of an IPv6 one as XCLIENT writes it. */
function plainAddress(address: string): string {
  return address.replace(/^ipv6:/i, '').replace(/^::ffff:/i, '');
}

function listen(server: SMTPServer, host: string, port: number): Promise<number> {
  const advice: Record<string, string> = {
    EADDRINUSE: 'another program has this port: stop it, or choose another port in smtp.listen',
    EACCES: 'ports below 1024 need a privilege: choose a higher one in smtp.listen',
    EADDRNOTAVAIL: 'this machine has no such address: correct smtp.listen',
  };
  return new Promise((resolve, reject) => {
    server.server.once('error', (error: NodeJS.ErrnoException) => {
      const what = advice[error.code ?? ''] ?? error.message;
      reject(new Error(`cannot listen for mail on ${host}:${port}: ${what}`, { cause: error }));
    });
    server.listen(port, host, () => {
      const bound = server.server.address();
      resolve(bound !== null && typeof bound === 'object' ? bound.port : port);
    });
  });
}

type Held =
  | { readonly kind: 'whole'; readonly raw: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'crowded' }
  | { readonly kind: 'broken-off' };

/**
 * Reads one message to its end and keeps no more than the limits allow. The bytes of a whole message stay
 * counted in `memory` until the caller gives them back.
 */
function collect(stream: SMTPServerDataStream, memory: { bytes: number; bytesMax: number }): Promise<Held> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    let fault: 'too-large' | 'crowded' | null = null;
    const drop = () => {
      memory.bytes -= bytes;
      bytes = 0;
      chunks = [];
    };
    stream.on('data', (chunk: Buffer) => {
      if (stream.sizeExceeded) fault = 'too-large';
      else if (memory.bytes + chunk.length > memory.bytesMax) fault ??= 'crowded';
      if (fault !== null) return drop();
      chunks.push(chunk);
      bytes += chunk.length;
      memory.bytes += chunk.length;
    });
    let ended = false;
    stream.once('end', () => {
      ended = true;
      resolve(fault === null ? { kind: 'whole', raw: Buffer.concat(chunks) } : { kind: fault });
    });
    // The peer went away in the middle: smtp-server destroys the stream, and it never ends.
    stream.once('error', () => {});
    stream.once('close', () => {
      if (ended) return;
      drop();
      resolve({ kind: 'broken-off' });
    });
  });
}

function reply(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
