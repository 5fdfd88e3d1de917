import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { describe, expect, test } from 'vitest';
import { listener, logged, mail, open, pause, talk } from '../../test/smtp-listener.ts';

test('250 is said only after accept resolved, and the bytes are as sent', async () => {
  let accepted = false;
  const { mails, port } = await listener({}, async () => {
    await pause(200);
    accepted = true;
  });
  const client = await talk(port);
  expect(await client.envelope()).toMatch(/^250 /);
  expect(await client.say('DATA\r\n')).toMatch(/^354 /);
  expect(await client.say(`${mail}..dots\r\n.\r\n`)).toMatch(/^250 /);
  expect(accepted).toBe(true);
  expect(mails[0]?.raw.toString()).toBe(`${mail}.dots\r\n`);
  expect(mails[0]?.source).toEqual({
    kind: 'smtp',
    peer: '127.0.0.1',
    trusted: false,
    client: '127.0.0.1',
    returnPath: 'taro@customer.example.jp',
    recipients: ['cltech@example.jp'],
  });
});

test('accept fails: 451 without its reason, and the same mail is taken on the next try', async () => {
  let full = true;
  const { mails, port } = await listener({}, async () => {
    if (full) throw new Error('SQLITE_FULL /data/uketsuke.db');
  });
  for (const expected of [/^451 4\.3\.0 Temporary/, /^250 /]) {
    const client = await talk(port);
    await client.envelope();
    await client.say('DATA\r\n');
    expect(await client.say(`${mail}.\r\n`)).toMatch(expected);
    expect(client.all.join()).not.toContain('SQLITE');
    full = false;
  }
  expect(mails).toHaveLength(1);
  expect(logged.join()).toContain('SQLITE_FULL');
});

describe('recipients', () => {
  test.each([
    ['cltech@example.jp', '+', true],
    ['CLTECH@EXAMPLE.jp', 'none', true],
    ['cltech+abc234@example.jp', '+', true],
    ['ClTech+a+b@example.jp', '+', true],
    ['cltech+@example.jp', '+', false],
    ['cltech+abc@example.jp', 'none', false],
    ['cltechx@example.jp', '+', false],
    ['+abc@example.jp', '+', false],
    ['cltech@sub.example.jp', '+', false],
    ['cltech@example.com', '+', false],
    ['other@example.jp', '+', false],
    ['postmaster', '+', false],
    ['cltech%evil.example@example.jp', '+', false],
    ['サポート@example.jp', '+', false],
  ] as const)('%s with extension %s: %s', async (to, addressExtension, ours) => {
    const { port } = await listener({ addressExtension });
    const client = await talk(port);
    expect(await client.envelope(to)).toMatch(ours ? /^250 / : /^550 5\.1\.1 /);
    if (!ours) expect(await client.say('DATA\r\n')).toMatch(/^503 /);
  });
  test('a foreign recipient does not spoil ours; each of ours is named once, lower case', async () => {
    const { mails, port } = await listener({ addresses: ['cltech@example.jp', 'desk@例え.jp'] });
    const client = await talk(port);
    await client.envelope('CLtech+MARK2@example.jp', '');
    expect(await client.say('RCPT TO:<foreign@example.jp>\r\n')).toMatch(/^550 /);
    expect(await client.say('RCPT TO:<desk@xn--r8jz45g.jp>\r\n')).toMatch(/^250 /);
    expect(await client.say('RCPT TO:<cltech+mark2@example.jp>\r\n')).toMatch(/^250 /);
    await client.say('DATA\r\n');
    expect(await client.say(`${mail}.\r\n`)).toMatch(/^250 /);
    expect(mails[0]?.source.recipients).toEqual(['cltech+mark2@example.jp', 'desk@xn--r8jz45g.jp']);
    expect(mails[0]?.source.returnPath).toBe('');
  });
  test.each(['a..b@docomo.example.jp', 'taro.@ezweb.example.jp'])('return path %s is taken', async (from) => {
    const { port } = await listener();
    expect(await (await talk(port)).envelope('cltech@example.jp', from)).toMatch(/^250 /);
  });
});

test('no login, no STARTTLS without a certificate, nothing that lets a peer rewrite who it is', async () => {
  const { port } = await listener({ trustedPeers: ['192.0.2.0/24'] });
  const client = await talk(port);
  expect(client.all.join()).not.toMatch(/AUTH|STARTTLS|XCLIENT|XFORWARD/);
  for (const line of ['AUTH PLAIN AGEAYg==', 'STARTTLS', 'XFORWARD ADDR=192.0.2.1', 'WIZ x']) {
    expect(await client.say(`${line}\r\n`)).toMatch(/^500 /);
  }
  expect(await client.say('XCLIENT ADDR=192.0.2.1\r\n')).toMatch(/^550 /);
});

describe('XCLIENT by a mail server of ours', () => {
  async function through(attributes: string | null, trustedPeers = ['127.0.0.0/8']) {
    const { mails, port } = await listener({ trustedPeers });
    const client = await talk(port);
    if (attributes !== null) {
      expect(await client.say(`XCLIENT ${attributes}\r\n`)).toMatch(/^220 /);
      await client.say('EHLO mail.customer.example.jp\r\n');
    }
    await client.envelope();
    await client.say('DATA\r\n');
    await client.say(`${mail}.\r\n`);
    return mails[0]?.source;
  }
  test.each([
    ['none', null, null],
    ['IPv4', 'ADDR=198.51.100.7 NAME=mail.customer.example.jp', '198.51.100.7'],
    ['IPv6', 'ADDR=IPV6:2001:db8::7', '2001:db8::7'],
    ['unknown there', 'ADDR=[UNAVAILABLE]', null],
    ['a name alone', 'NAME=mail.customer.example.jp', null],
  ])('%s', async (_name, attributes, client) => {
    expect(await through(attributes)).toMatchObject({ peer: '127.0.0.1', trusted: true, client });
  });
  test('naming a trusted address lends no trust for a second time', async () => {
    const { port } = await listener({ trustedPeers: ['127.0.0.1'] });
    const client = await talk(port);
    await client.say('XCLIENT ADDR=127.0.0.1\r\n');
    await client.say('EHLO x\r\n');
    expect(await client.say('XCLIENT ADDR=198.51.100.7\r\n')).toMatch(/^550 /);
  });
});

test('STARTTLS with a certificate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cert-'));
  const [key, crt] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', crt];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...make, ...subject], { stdio: 'ignore' });
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(crt, 'utf8') };
  rmSync(folder, { recursive: true });
  const { mails, port } = await listener({ tls });
  const client = new SMTPConnection({ host: '127.0.0.1', port, requireTLS: true, tls: { ca: tls.cert } });
  open.push({ close: () => client.close() });
  await new Promise<void>((resolve, reject) =>
    client.connect((error) => (error ? reject(error) : resolve())),
  );
  const envelope = { from: 'a@example.jp', to: 'cltech@example.jp' };
  await new Promise<void>((resolve, reject) =>
    client.send(envelope, Buffer.from(mail), (error) => (error ? reject(error) : resolve())),
  );
  expect(mails).toHaveLength(1);
});

describe('LMTP', () => {
  test('one reply for each recipient', async () => {
    const { mails, port } = await listener({ lmtp: true, addresses: ['a@example.jp', 'b@example.jp'] });
    const client = await talk(port, 'LHLO client.example.jp');
    await client.envelope('a@example.jp');
    expect(await client.say('RCPT TO:<b@example.jp>\r\n')).toMatch(/^250 /);
    expect(await client.say('RCPT TO:<A@example.jp>\r\n')).toMatch(/^452 /);
    expect(await client.say('RCPT TO:<foreign@example.jp>\r\n')).toMatch(/^550 /);
    await client.say('DATA\r\n');
    expect(await client.say(`${mail}.\r\n`)).toMatch(/^250 /);
    expect(await client.hear()).toMatch(/^250 /);
    expect(await client.say('NOOP\r\n')).toMatch(/^250 /);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.source).toMatchObject({ kind: 'lmtp', recipients: ['a@example.jp', 'b@example.jp'] });
  });
  test('accept fails: 451 for each', async () => {
    const addresses = ['a@example.jp', 'b@example.jp'];
    const { port } = await listener({ lmtp: true, addresses }, () => Promise.reject(new Error('no')));
    const client = await talk(port, 'LHLO client.example.jp');
    await client.envelope('a@example.jp');
    await client.say('RCPT TO:<b@example.jp>\r\n');
    await client.say('DATA\r\n');
    expect(await client.say(`${mail}.\r\n`)).toMatch(/^451 4\.3\.0 /);
    expect(await client.hear()).toMatch(/^451 4\.3\.0 /);
  });
});

test.each([
  [[], false],
  [['127.0.0.1'], true],
  [['127.0.0.0/8', '::1'], true],
  [['192.0.2.0/24'], false],
] as const)('trusted peers %j: %s', async (trustedPeers, trusted) => {
  const { mails, port } = await listener({ trustedPeers });
  const client = await talk(port);
  await client.envelope();
  await client.say('DATA\r\n');
  await client.say(`${mail}.\r\n`);
  expect(mails[0]?.source.trusted).toBe(trusted);
});

test.each([
  [{ trustedPeers: ['localhost'] }, /smtp\.trustedPeers has "localhost"/],
  [{ trustedPeers: ['192.0.2.0/33'] }, /192\.0\.2\.0\/33/],
  [{ trustedPeers: ['192.0.2.0/'] }, /smtp\.trustedPeers/],
  [{ listen: '2525' }, /smtp\.listen is "2525"/],
  [{ listen: '127.0.0.1:70000' }, /smtp\.listen/],
  [{ listen: '192.0.2.1:0' }, /192\.0\.2\.1:0: this machine has no such address/],
])('%j cannot be opened, and the message names the key', async (options, message) => {
  await expect(listener(options)).rejects.toThrow(message);
});

test('a port in use: the message names the address and what to do', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => void other.close() });
  const { port } = other.address() as { port: number };
  await expect(listener({ listen: `127.0.0.1:${port}` })).rejects.toThrow(
    new RegExp(`127\\.0\\.0\\.1:${port}: another program has this port: stop it, or choose another`),
  );
});

test('two hundred clients at once, every mail once', async () => {
  const { mails, port } = await listener({}, () => pause(20));
  const replies = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const client = await talk(port);
      await client.envelope('cltech@example.jp', `a${index}@example.jp`);
      await client.say('DATA\r\n');
      return client.say(`${mail}.\r\n`);
    }),
  );
  expect(replies.filter((line) => line.startsWith('250 '))).toHaveLength(200);
  expect(new Set(mails.map(({ source }) => source.returnPath)).size).toBe(200);
});

describe('closing', () => {
  test('idle clients go at once, a message in hand is finished first', async () => {
    const opened = await listener({}, () => pause(300));
    const idle = await talk(opened.port);
    const busy = await talk(opened.port);
    await busy.envelope();
    await busy.say('DATA\r\n');
    const answer = busy.say(`${mail}.\r\n`);
    await pause(50);
    const started = Date.now();
    const closed = opened.listener.close();
    expect(await idle.hear()).toMatch(/^421 /);
    expect(await answer).toMatch(/^250 /);
    await closed;
    expect(Date.now() - started).toBeLessThan(2_000);
    expect(opened.mails).toHaveLength(1);
    await expect(talk(opened.port)).rejects.toThrow();
  });
  test('a client that never finishes is dropped after the bound, and nothing is accepted later', async () => {
    const opened = await listener({ closeMsMax: 200 });
    const slow = await talk(opened.port);
    await slow.envelope();
    await slow.say('DATA\r\n');
    slow.socket.write('Subject: x\r\n');
    const started = Date.now();
    await opened.listener.close();
    expect(Date.now() - started).toBeLessThan(1_500);
    slow.socket.write('.\r\n');
    await pause(100);
    expect(opened.mails).toEqual([]);
  });
});
