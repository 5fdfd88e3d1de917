/**
 * One connection to an IMAP server. imapflow never reconnects: after a close a new client is made. Nothing of its
 * log is kept but the code of the last refusal, so that no secret and no mail text can get into ours.
 */
import { ImapFlow, type ImapFlowOptions } from 'imapflow';

const CONNECT_MS_MAX = 20_000;
const GREETING_MS_MAX = 15_000;
/** Longer than the poll, so that a silent peer is found by the poll's own command. */
const SILENCE_MS_MAX = 90_000;
const IDLE_MS_MAX = 5 * 60_000;
/** A literal is at most the largest message we fetch and the frame around it; the library's default is 1 GB. */
const FRAME_BYTES = 1024 * 1024;

export interface MailboxAccess {
  readonly name: string;
  readonly host: string;
  readonly port?: number | undefined;
  /** `starttls` never falls back to plain text. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly user: string;
  /** Asked at each connect: tokens expire hourly. Rejects when the file cannot be read. */
  readonly secret: () => Promise<{ readonly kind: 'password' | 'token'; readonly text: string }>;
  /** Where the secret comes from, for people: a file, a variable. */
  readonly secretPlace: string;
  readonly folder: string;
  readonly mailBytesMax: number;
  /** Certificate of a private authority, PEM. */
  readonly ca?: string;
}

export interface Connection {
  readonly client: ImapFlow;
  /** Code or words of the last command the server refused. */
  readonly lastRefusal: () => string;
}

/** `login`: only a person can mend it. `later`: trying again may help. The message says what to check. */
export type MailboxTrouble = Error & { readonly kind: 'login' | 'later' };

/** Connects, logs in and opens the folder. Rejects with a `MailboxTrouble`; `cut` ends it at any time. */
export async function connectMailbox(access: MailboxAccess, cut?: AbortSignal): Promise<Connection> {
  const client = await login(access, cut);
  try {
    await client.client.mailboxOpen(access.folder);
  } catch (error) {
    client.client.close();
    if (!(error as { mailboxMissing?: boolean }).mailboxMissing) throw explained(access, error);
    const words = `${access.host} has no folder "${access.folder}" for ${access.user}: correct mailboxes[].folder or make the folder`;
    throw trouble('later', words, error);
  }
  return client;
}

async function login(access: MailboxAccess, cut?: AbortSignal): Promise<Connection> {
  const { host, tls, user } = access;
  let secret: Awaited<ReturnType<MailboxAccess['secret']>>;
  try {
    secret = await access.secret();
  } catch (error) {
    throw trouble('login', `no secret for ${user}: ${(error as Error).message}`, error);
  }
  let refusal = '';
  const listen = (entry: { err?: unknown }) => {
    const error = entry.err as { serverResponseCode?: string; responseText?: string } | undefined;
    refusal = error?.serverResponseCode || error?.responseText || refusal;
  };
  const quiet = () => {};
  const options: ImapFlowOptions = {
    host,
    port: access.port ?? (tls === 'implicit' ? 993 : 143),
    secure: tls === 'implicit',
    ...(tls === 'implicit' ? {} : { doSTARTTLS: tls === 'starttls' }),
    ...(access.ca === undefined ? {} : { tls: { ca: access.ca } }),
    auth: secret.kind === 'token' ? { user, accessToken: secret.text } : { user, pass: secret.text },
    logger: { debug: quiet, info: quiet, warn: listen, error: quiet, trace: quiet, fatal: quiet },
    clientInfo: { name: 'uketsuke', version: false, vendor: false, 'support-url': false },
    disableAutoIdle: true,
    maxIdleTime: IDLE_MS_MAX,
    connectionTimeout: CONNECT_MS_MAX,
    greetingTimeout: GREETING_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
    maxLiteralSize: access.mailBytesMax + FRAME_BYTES,
    maxResponseSize: access.mailBytesMax + 2 * FRAME_BYTES,
    maxLineLength: 64 * FRAME_BYTES,
  };
  const client = new ImapFlow(options);
  // Without a listener an error of the socket would end the process; the close that follows is what counts.
  client.on('error', quiet);
  cut?.addEventListener('abort', () => client.close(), { once: true });
  try {
    await client.connect();
  } catch (error) {
    client.close();
    throw explained(access, error);
  }
  return { client, lastRefusal: () => refusal.slice(0, 200) };
}

/** Codes of RFC 5530 by which a server says that the login may work later. */
const passing = new Set(['UNAVAILABLE', 'LIMIT', 'INUSE', 'SERVERBUG', 'CONTACTADMIN']);

function explained(access: MailboxAccess, error: unknown): MailboxTrouble {
  const found = error as Error & {
    code?: string;
    authenticationFailed?: boolean;
    serverResponseCode?: string;
    tlsFailed?: boolean;
  };
  const where = `${access.host}:${access.port ?? (access.tls === 'implicit' ? 993 : 143)}`;
  const code = found.code ?? found.serverResponseCode ?? '';
  if (found.authenticationFailed) {
    const words = `${where} refuses the login of ${access.user} (${found.serverResponseCode ?? 'no code'}): check mailboxes[].user and ${access.secretPlace}; a changed secret is tried at once`;
    return trouble(passing.has(found.serverResponseCode ?? '') ? 'later' : 'login', words, error);
  }
  if (found.tlsFailed || /CERT|TLS|SSL|SELF_SIGNED|VERIFY/.test(code) || /STARTTLS/.test(found.message)) {
    const words = `${where} gives no TLS that can be trusted (${code || found.message.slice(0, 100)}): check mailboxes[].tls, the port and the certificate (a private authority goes into NODE_EXTRA_CA_CERTS); nothing is sent in clear`;
    return trouble('later', words, error);
  }
  return trouble(
    'later',
    `${where} cannot be used (${code || found.message.slice(0, 100)}): check mailboxes[].host, port and tls, and the firewall; mail waits on the server`,
    error,
  );
}

function trouble(kind: MailboxTrouble['kind'], message: string, cause: unknown): MailboxTrouble {
  return Object.assign(new Error(message, { cause }), { kind });
}
