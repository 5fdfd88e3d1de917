/**
 * A relay to send to in tests: a real SMTP server on a free port of 127.0.0.1 that keeps what it gets and
 * misbehaves on demand. Faults are used up in the order given, each at the first command it fits.
 */
import { SMTPServer } from 'smtp-server';

export type Stage = 'greeting' | 'ehlo' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot';

export interface Fault {
  readonly at: Stage;
  /**
   * `close` drops the connection, `silence` never answers, `slow` answers after `ms`, `reply` answers with the
   * code (421 also closes). At `body` only `close`, `silence` and `slow` make sense. After `close` and
   * `silence` at `dot` the mail was taken nevertheless and stands in `mails`: the case a sender must not repeat.
   */
  readonly does:
    | { readonly kind: 'close' | 'silence' }
    | { readonly kind: 'slow'; readonly ms: number }
    | { readonly kind: 'reply'; readonly code: number; readonly text?: string };
  /** `rcpt` only: the recipient it is for. */
  readonly to?: string;
  /** How often; 1 unless told, `Infinity` for ever. */
  readonly times?: number;
}

export interface SunkMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
  /** ISO UTC, when the final dot arrived. */
  readonly at: string;
}

export interface Sink extends AsyncDisposable {
  readonly port: number;
  readonly mails: readonly SunkMail[];
  /** `CONNECT`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `BODY`, `DOT` as they came. Tests may add their own. */
  readonly events: string[];
  fail(...faults: Fault[]): void;
  /** Forgets the faults that are left. */
  heal(): void;
  close(): Promise<void>;
}

export interface SinkOptions {
  readonly faults?: readonly Fault[];
  /** AUTH is offered and required. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** PEM; without it the server's own expired self-signed certificate is used. */
  readonly cert?: { readonly key: string; readonly cert: string };
  readonly tls?: 'none' | 'starttls' | 'implicit';
  /** Whether PIPELINING is announced; yes unless told. */
  readonly pipelining?: boolean;
  readonly bytesMax?: number;
  /** 0 is a free port. */
  readonly port?: number;
}

type Handler = (command: Buffer, done: () => void) => void;

export async function startSink(options: SinkOptions = {}): Promise<Sink> {
  const waiting: { fault: Fault; left: number }[] = [];
  const fail = (...faults: Fault[]) => {
    for (const fault of faults) waiting.push({ fault, left: fault.times ?? 1 });
  };
  fail(...(options.faults ?? []));
  const mails: SunkMail[] = [];
  const events: string[] = [];
  const timers = new Set<NodeJS.Timeout>();

  function meet(stage: Stage, command = ''): Fault['does'] | null {
    const found = waiting.find(
      ({ fault, left }) => left > 0 && fault.at === stage && (!fault.to || command.includes(`<${fault.to}>`)),
    );
    if (!found) return null;
    found.left -= 1;
    return found.fault.does;
  }
  function later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  }

  const server = new SMTPServer({
    ...(options.cert ?? {}),
    logger: false,
    secure: options.tls === 'implicit',
    disableReverseLookup: true,
    allowInsecureAuth: true,
    authOptional: !options.auth,
    hidePIPELINING: options.pipelining === false,
    hide8BITMIME: false,
    ...(options.bytesMax ? { size: options.bytesMax, rejectOversized: true } : {}),
    disabledCommands: [
      ...(options.auth ? [] : ['AUTH']),
      ...(options.tls === 'starttls' ? [] : ['STARTTLS']),
    ],
    onAuth(auth, _session, done) {
      const right = auth.username === options.auth?.user && auth.password === options.auth?.password;
      done(null, right ? { user: auth.username } : { message: `bad login ${auth.password}` });
    },
    onConnect(session, done) {
      events.push('CONNECT');
      const connection = [...server.connections].find((one) => one.id === session.id);
      if (!connection) return done();
      const drop = () => connection._socket.destroy();
      // smtp-server has no hook before EHLO and DATA, so every command goes through the script first.
      const commands = connection as unknown as Record<string, Handler>;
      for (const stage of ['ehlo', 'auth', 'mail', 'rcpt', 'data'] as const) {
        const name = `handler_${stage.toUpperCase()}`;
        const original = commands[name]!.bind(connection);
        commands[name] = (command, next) => {
          events.push(stage.toUpperCase());
          const does = meet(stage, command.toString());
          if (does?.kind === 'close') drop();
          else if (does?.kind === 'slow') later(does.ms, () => original(command, next));
          else if (does?.kind === 'reply') {
            connection.send(does.code, does.text ?? 'scripted');
            next();
          } else if (!does) original(command, next);
        };
      }
      const does = meet('greeting');
      if (does?.kind === 'close') drop();
      else if (does?.kind === 'slow') later(does.ms, () => done());
      else if (does?.kind === 'reply') done(replied(does));
      else if (!does) done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      const drop = () => [...server.connections].find((one) => one.id === session.id)?._socket.destroy();
      stream.on('error', () => {});
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (chunks.length > 1) return;
        events.push('BODY');
        const does = meet('body');
        if (does?.kind === 'close') drop();
        else if (does) {
          stream.pause();
          if (does.kind === 'slow') later(does.ms, () => stream.resume());
        }
      });
      stream.once('end', () => {
        events.push('DOT');
        const does = meet('dot');
        if (does?.kind === 'reply') return done(replied(does));
        const { mailFrom, rcptTo } = session.envelope;
        const to = rcptTo.map(({ address }) => address);
        const mail = { from: mailFrom ? mailFrom.address : '', to, raw: Buffer.concat(chunks) };
        if (!stream.sizeExceeded) mails.push({ ...mail, at: new Date().toISOString() });
        if (does?.kind === 'close') drop();
        else if (does?.kind === 'slow') later(does.ms, () => done());
        else if (!does) done();
      });
    },
  });
  server.on('error', () => {});
  const sockets = new Set<{ destroy(): void }>();
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      const bound = server.server.address();
      resolve(bound !== null && typeof bound === 'object' ? bound.port : 0);
    });
  });
  function close(): Promise<void> {
    for (const timer of timers) clearTimeout(timer);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    return closed;
  }
  const heal = () => void waiting.splice(0);
  return { port, mails, events, fail, heal, close, [Symbol.asyncDispose]: close };
}

function replied(does: { readonly code: number; readonly text?: string }): Error {
  return Object.assign(new Error(does.text ?? 'scripted'), { responseCode: does.code });
}
