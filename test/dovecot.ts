import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { freePort } from './free-port.ts';

export const password = 'canary-password-7Qm2';
export const token = 'canary-token-9Zk4';

export interface Dovecot {
  readonly imapPort: number;
  readonly imapsPort: number;
  /** Certificate of the server, which is its own authority. */
  readonly ca: string;
  readonly folder: string;
  /** By LMTP, as a mail server hands it over. */
  deliver(user: string, raw: Buffer): Promise<void>;
  /** By IMAP APPEND, with a time of receipt and into a folder (made when missing). */
  append(user: string, raws: readonly Buffer[], options?: { at?: Date; folder?: string }): Promise<void>;
  /** Every mail of a folder as UID, flags and source's first bytes; null when there is no such folder. */
  list(
    user: string,
    folder: string,
  ): Promise<readonly { uid: number; flags: readonly string[]; head: string }[] | null>;
  doveadm(...args: readonly string[]): string;
  /** A connection of the test's own. */
  client(user: string): Promise<ImapFlow>;
  stop(): Promise<void>;
}

/**
 * A throw-away Dovecot on 127.0.0.1 in a temporary folder, as root or an ordinary user. Any user name is a fresh
 * mailbox with `password`; `token` is taken by XOAUTH2. Names that begin with `full` have a namespace `Full/`
 * whose quota is used up.
 */
export async function startDovecot(): Promise<Dovecot> {
  const folder = mkdtempSync('/tmp/uketsuke-dovecot-');
  const [imapPort, imapsPort, lmtpPort] = [await freePort(), await freePort(), await freePort()];
  const tokens = await tokenServer();
  const key = join(folder, 'key.pem');
  const cert = join(folder, 'cert.pem');
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' });
  const configuration = join(folder, 'dovecot.conf');
  writeFileSync(join(folder, 'oauth2.conf'), tokens.configuration);
  writeFileSync(configuration, configure(folder, { imapPort, imapsPort, lmtpPort, key, cert }));
  const home = join(folder, 'home');
  mkdirSync(home);
  chmodSync(folder, 0o755);
  chmodSync(home, 0o777);
  const server = spawn(binary('dovecot'), ['-F', '-c', configuration], { stdio: 'ignore' });
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      const gone = new Promise((exit) => server.once('exit', exit));
      server.kill('SIGTERM');
      await gone;
    }
    await tokens.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(imapPort, server, join(folder, 'log'));
  } catch (error) {
    await stop();
    throw error;
  }
  const client = async (user: string) => {
    const one = new ImapFlow({
      host: '127.0.0.1',
      port: imapPort,
      secure: false,
      doSTARTTLS: false,
      auth: { user, pass: password },
      logger: false,
    });
    one.on('error', () => {});
    await one.connect();
    return one;
  };
  return {
    imapPort,
    imapsPort,
    ca: readFileSync(cert, 'utf8'),
    folder,
    client,
    deliver: (user, raw) => deliver(lmtpPort, user, raw),
    async append(user, raws, { at, folder: into = 'INBOX' } = {}) {
      const one = await client(user);
      if (into !== 'INBOX') await one.mailboxCreate(into);
      for (const raw of raws) await one.append(into, raw, [], at);
      await one.logout();
    },
    async list(user, of) {
      const one = await client(user);
      try {
        if (!(await one.status(of, { messages: true }).catch(() => false))) return null;
        await one.mailboxOpen(of);
        const query = { uid: true, flags: true, source: { maxLength: 2000 } };
        const rows = one.mailbox && one.mailbox.exists > 0 ? await one.fetchAll('1:*', query) : [];
        return rows.map((row) => ({
          uid: row.uid,
          flags: [...(row.flags ?? [])],
          head: (row.source ?? Buffer.alloc(0)).toString('latin1'),
        }));
      } finally {
        await one.logout();
      }
    },
    doveadm: (...args) =>
      execFileSync(binary('doveadm'), ['-c', configuration, ...args], { encoding: 'utf8' }),
    stop,
  };
}

function configure(
  folder: string,
  to: { imapPort: number; imapsPort: number; lmtpPort: number; key: string; cert: string },
): string {
  const asRoot = process.getuid?.() === 0;
  const { username, gid } = userInfo();
  const group = asRoot ? 'nogroup' : execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
  // Dovecot refuses to handle mail as root, and as an ordinary user it can be nobody else.
  const mailUser = asRoot ? 'nobody' : username;
  const internal = asRoot
    ? ''
    : `default_internal_user = ${username}\ndefault_internal_group = ${group}\ndefault_login_user = ${username}\n`;
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap lmtp
listen = 127.0.0.1
${internal}first_valid_uid = 1
first_valid_gid = ${asRoot ? 1 : Math.min(1, gid)}
ssl = yes
ssl_cert = <${to.cert}
ssl_key = <${to.key}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
mail_max_userip_connections = 100
mail_fsync = never
mail_location = maildir:~/Maildir
mail_plugins = quota
mailbox_list_index = yes
namespace inbox {
  inbox = yes
  separator = /
}
namespace full {
  prefix = Full/
  separator = /
  location = maildir:~/Full
  subscriptions = no
}
plugin {
  quota = count:User quota
  quota_rule = *:storage=4G
  quota2 = count:Full quota:ns=Full/
  quota2_rule = *:bytes=10
  quota_vsizes = yes
}
protocol imap {
  mail_plugins = quota imap_quota
}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${folder}/oauth2.conf
}
passdb {
  driver = static
  mechanisms = plain login
  args = password=${password}
}
userdb {
  driver = static
  args = uid=${mailUser} gid=${group} home=${folder}/home/%u allow_all_users=yes
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  process_min_avail = 1
  inet_listener imap {
    port = ${to.imapPort}
  }
  inet_listener imaps {
    port = ${to.imapsPort}
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${to.lmtpPort}
  }
}
`;
}

/** Says of the one token that it is good, as an OAuth2 provider would. */
async function tokenServer() {
  const { createServer: createHttp } = await import('node:http');
  const server = createHttp((request, response) => {
    const good = (request.url ?? '').endsWith(`=${token}`);
    response.writeHead(good ? 200 : 401, { 'content-type': 'application/json' });
    response.end(good ? '{"email":"token-user","active":true}' : '{"error":"invalid_token"}');
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    configuration: `tokeninfo_url = http://127.0.0.1:${port}/?access_token=\nintrospection_mode = get\nintrospection_url = http://127.0.0.1:${port}/?access_token=\nusername_attribute = email\nforce_introspection = no\n`,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function binary(name: string): string {
  const found = [
    '/usr/sbin',
    '/usr/bin',
    '/usr/local/sbin',
    '/usr/local/bin',
    ...(process.env['PATH'] ?? '').split(':'),
  ]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error('Dovecot is missing: bash test/needs.sh');
  return found;
}

async function ready(port: number, server: ChildProcess, log: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    if (server.exitCode !== null || tries > 300) {
      throw new Error(`Dovecot does not start: ${existsSync(log) ? readFileSync(log, 'utf8') : 'no log'}`);
    }
    const greeted = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('data', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
    }).finally(() => undefined);
    if (greeted) return;
    await sleep(50);
  }
}

async function deliver(port: number, user: string, raw: Buffer): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  const answer = lines(socket);
  const say = async (words: string | Buffer, wanted: string) => {
    socket.write(words);
    for (let line = await answer(); ; line = await answer()) {
      if (!line.startsWith(wanted)) throw new Error(`LMTP: ${line}`);
      if (line[3] !== '-') return;
    }
  };
  await say('', '220');
  await say('LHLO test\r\n', '250');
  await say('MAIL FROM:<sato@sample.example.jp>\r\n', '250');
  await say(`RCPT TO:<${user}>\r\n`, '250');
  await say('DATA\r\n', '354');
  const stuffed = raw.toString('latin1').replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..');
  await say(Buffer.from(`${stuffed}\r\n.\r\n`, 'latin1'), '250');
  socket.end('QUIT\r\n');
}

function lines(socket: Socket): () => Promise<string> {
  const kept: string[] = [];
  let rest = '';
  let wake: (() => void) | null = null;
  let ended = false;
  socket.on('data', (data) => {
    const parts = (rest + data.toString('latin1')).split('\r\n');
    rest = parts.pop()!;
    kept.push(...parts);
    wake?.();
  });
  socket.once('close', () => {
    ended = true;
    wake?.();
  });
  socket.once('error', () => {});
  return async () => {
    while (kept.length === 0) {
      if (ended) throw new Error('the connection was closed');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return kept.shift()!;
  };
}
