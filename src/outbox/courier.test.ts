import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Fault, type SinkOptions, startSink } from '../../test/sink.ts';
import type { Courier, Delivery, Journal, Parcel } from '../desk/ports.ts';
import { type CourierLimits, openCourier, type Relay } from './courier.ts';

const logged: string[] = [];
const note = (event: string, fields: object) => void logged.push(`${event} ${JSON.stringify(fields)}`);
const journal: Journal = { info: note, warn: note, error: note };
const yes = async () => true;
const parcel = (body = 'こんにちは', ...recipients: string[]): Parcel => ({
  messageId: '<ack.1@desk.example.jp>',
  envelopeFrom: 'desk+m@example.jp',
  recipients: recipients.length > 0 ? recipients : ['taro@example.jp'],
  bytes: Buffer.from(`Subject: x\r\n\r\n${body}\r\n`),
});
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function road(
  options: SinkOptions = {},
  relay: Partial<Relay> = {},
  limits: Partial<CourierLimits> = {},
) {
  const sink = await startSink(options);
  const courier = to(sink.port, relay, limits);
  open.splice(-1, 0, sink);
  return { sink, courier };
}
function to(port: number, relay: Partial<Relay> = {}, limits: Partial<CourierLimits> = {}): Courier {
  const courier = openCourier({ host: '127.0.0.1', port, tls: 'none', ...relay }, journal, limits);
  open.push(courier);
  return courier;
}

describe.each([{ pipelining: true }, { pipelining: false }])('the gate, $pipelining', (options) => {
  test('is asked after every recipient and before the first byte of the body', async () => {
    const { sink, courier } = await road(options);
    const ask = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      sink.events.push('GATE');
      return true;
    };
    expect((await courier.deliver(parcel('x', 'a@example.jp', 'b@example.jp'), ask)).kind).toBe('sent');
    expect(sink.events).toEqual(['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'RCPT', 'DATA', 'GATE', 'BODY', 'DOT']);
    expect(sink.mails[0]).toMatchObject({ from: 'desk+m@example.jp', to: ['a@example.jp', 'b@example.jp'] });
  });
  test('says no: the server got no mail, and the next letter goes', async () => {
    const { sink, courier } = await road(options);
    expect((await courier.deliver(parcel(), async () => false)).kind).toBe('shut');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sink.mails).toEqual([]);
    expect(sink.events).not.toContain('BODY');
    expect(sink.events).not.toContain('DOT');
    expect((await courier.deliver(parcel(), yes)).kind).toBe('sent');
    expect(sink.mails).toHaveLength(1);
  });
  test('is not asked when the recipient is refused', async () => {
    const { courier } = await road({
      ...options,
      faults: [{ at: 'rcpt', does: { kind: 'reply', code: 550 } }],
    });
    let asked = false;
    const ask = async () => {
      asked = true;
      return true;
    };
    expect((await courier.deliver(parcel(), ask)).kind).toBe('never');
    expect(asked).toBe(false);
  });
});

test('a gate that throws hands nothing over', async () => {
  const { sink, courier } = await road();
  const delivery = await courier.deliver(parcel(), () => Promise.reject(new Error('lease lost')));
  expect(delivery).toMatchObject({ kind: 'later', reason: expect.stringContaining('lease lost') });
  expect(sink.mails).toEqual([]);
});

const closed = (at: Fault['at']): Fault => ({ at, does: { kind: 'close' } });
const silent = (at: Fault['at']): Fault => ({ at, does: { kind: 'silence' } });
const says = (at: Fault['at'], code: number, text = 'no'): Fault => ({
  at,
  does: { kind: 'reply', code, text },
});
const quick = { connectMsMax: 500, envelopeMsMax: 800, bodyMsMax: 700 };

describe.each([true, false])('what each failure means, pipelining %s', (pipelining) => {
  test.each<[Fault, Delivery['kind']]>([
    [closed('greeting'), 'later'],
    [closed('ehlo'), 'later'],
    [closed('mail'), 'later'],
    [closed('rcpt'), 'later'],
    [closed('data'), 'later'],
    [closed('body'), 'uncertain'],
    [closed('dot'), 'uncertain'],
    [silent('greeting'), 'later'],
    [silent('ehlo'), 'later'],
    [silent('mail'), 'later'],
    [silent('rcpt'), 'later'],
    [silent('data'), 'later'],
    [silent('dot'), 'uncertain'],
    [says('greeting', 554), 'later'],
    [says('greeting', 421), 'later'],
    [says('ehlo', 421), 'later'],
    [says('mail', 421), 'later'],
    [says('mail', 451), 'later'],
    [says('mail', 550), 'never'],
    [says('mail', 530), 'later'],
    [says('rcpt', 421), 'later'],
    [says('rcpt', 450), 'later'],
    [says('rcpt', 550), 'never'],
    [says('data', 421), 'later'],
    [says('data', 451), 'later'],
    [says('data', 554), 'never'],
    [says('dot', 421), 'later'],
    [says('dot', 452), 'later'],
    [says('dot', 552), 'never'],
  ])('%j', async (fault, kind) => {
    const { sink, courier } = await road({ pipelining, faults: [fault] }, {}, quick);
    const delivery = await courier.deliver(parcel('x'.repeat(200_000)), yes);
    expect(delivery.kind).toBe(kind);
    if (kind !== 'uncertain') expect(sink.mails).toEqual([]);
    if (kind === 'never') expect(delivery.reason).toMatch(/^5\d\d .*no$/);
    // The courier is as good as new.
    expect((await courier.deliver(parcel(), yes)).kind).toBe('sent');
  });
});

test('a reply that comes just in time is a reply', async () => {
  const faults: Fault[] = [{ at: 'dot', does: { kind: 'slow', ms: 400 } }];
  const { courier } = await road({ faults }, {}, quick);
  expect((await courier.deliver(parcel(), yes)).kind).toBe('sent');
});

test('from the question to the answer the time is bounded, the gate included', async () => {
  const { sink, courier } = await road({}, {}, { bodyMsMax: 500 });
  const slow = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 1_000));
  expect((await courier.deliver(parcel(), slow)).kind).toBe('later');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(sink.mails).toEqual([]);
});

test('one of two recipients refused: sent, and the reason names the other', async () => {
  const faults = [{ ...says('rcpt', 550, 'no such user'), to: 'b@example.jp' }];
  const { sink, courier } = await road({ faults });
  const delivery = await courier.deliver(parcel('x', 'a@example.jp', 'b@example.jp'), yes);
  expect(delivery).toMatchObject({
    kind: 'sent',
    reason: expect.stringMatching(/refused for b@example\.jp: 550/),
  });
  expect(sink.mails[0]?.to).toEqual(['a@example.jp']);
});

test('nothing listens: later; a hostile address: never, without any connection', async () => {
  const { sink, courier } = await road();
  expect((await courier.deliver(parcel('x', 'a@example.jp> <evil@example.com'), yes)).kind).toBe('never');
  expect(sink.events).toEqual([]);
  await sink.close();
  expect((await courier.deliver(parcel(), yes)).kind).toBe('later');
  expect((await to(25, { host: 'no-such-host.invalid' }).deliver(parcel(), yes)).kind).toBe('later');
});

test('more than the relay takes: never', async () => {
  const { courier } = await road({ bytesMax: 1_000 });
  expect((await courier.deliver(parcel('x'.repeat(2_000)), yes)).kind).toBe('never');
});

describe('bytes', () => {
  const awkward = ['.', '..', '.a', '', '...', 'a.', '..b', '.\t', ''].join('\r\n');
  test('lines that begin with dots arrive as they left', async () => {
    const { sink, courier } = await road();
    const first = { ...parcel(), bytes: Buffer.from(`.first\r\n\r\n${awkward}\r\n`.repeat(3_000)) };
    await courier.deliver(first, yes);
    expect(sink.mails[0]?.raw.equals(first.bytes)).toBe(true);
  });
  test.each(['\n.\n', '\r.\r', '\r.\n', '\n.\r\n', '\r\n.\n', '\r\n.\r', '\r\n.\r\n'])(
    'a body with %j stays one mail, line ends made CRLF',
    async (ending) => {
      const { sink, courier } = await road();
      const smuggled = `a${ending}MAIL FROM:<evil@example.com>\r\nRCPT TO:<b@example.jp>\r\nDATA\r\nSubject: y`;
      expect((await courier.deliver(parcel(smuggled), yes)).kind).toBe('sent');
      expect((await courier.deliver(parcel('second'), yes)).kind).toBe('sent');
      expect(sink.mails).toHaveLength(2);
      const expected = parcel(smuggled)
        .bytes.toString()
        .replace(/\r\n|\r|\n/g, '\r\n');
      expect(sink.mails[0]?.raw.toString()).toBe(expected);
    },
  );
  test('8-bit text arrives untouched', async () => {
    const { sink, courier } = await road();
    await courier.deliver(parcel('日本語'.repeat(50_000)), yes);
    expect(sink.mails[0]?.raw.equals(parcel('日本語'.repeat(50_000)).bytes)).toBe(true);
  });
});

describe('one connection', () => {
  test('carries several letters, one at a time, and is left when idle', async () => {
    const { sink, courier } = await road({}, {}, { idleMsMax: 150 });
    let within = 0;
    const gate = async () => {
      within += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(within).toBe(1);
      within -= 1;
      return true;
    };
    const kinds = await Promise.all(Array.from({ length: 15 }, () => courier.deliver(parcel(), gate)));
    expect(new Set(kinds.map(({ kind }) => kind))).toEqual(new Set(['sent']));
    expect(sink.events.filter((event) => event === 'CONNECT')).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await courier.deliver(parcel(), yes);
    expect(sink.events.filter((event) => event === 'CONNECT')).toHaveLength(2);
  });
  test.each<Fault>([closed('mail'), says('mail', 421)])(
    'gone stale meanwhile is opened anew: %j',
    async (fault) => {
      const { sink, courier } = await road();
      await courier.deliver(parcel(), yes);
      sink.fail(fault);
      expect((await courier.deliver(parcel(), yes)).kind).toBe('sent');
      expect(sink.mails).toHaveLength(2);
    },
  );
  test('is never tried a second time once the gate was asked', async () => {
    const { sink, courier } = await road();
    await courier.deliver(parcel(), yes);
    sink.fail(closed('dot'));
    expect((await courier.deliver(parcel(), yes)).kind).toBe('uncertain');
    expect(sink.mails).toHaveLength(2);
  });
});

describe('closing', () => {
  test('lets the letter in hand finish, begins no other', async () => {
    const { sink, courier } = await road({ faults: [{ at: 'dot', does: { kind: 'slow', ms: 300 } }] });
    const first = courier.deliver(parcel(), async () => {
      void courier.close();
      return true;
    });
    const second = courier.deliver(parcel(), yes);
    expect((await first).kind).toBe('sent');
    expect((await second).kind).toBe('later');
    expect(sink.mails).toHaveLength(1);
  });
  test('ends a letter that hangs as what it is', async () => {
    const { courier } = await road({ faults: [silent('dot')] }, {}, { closeMsMax: 200 });
    const hanging = courier.deliver(parcel(), async () => {
      void courier.close();
      return true;
    });
    expect((await hanging).kind).toBe('uncertain');
  });
});

test('a relay that says yes before it has the body is not believed', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.write('220 liar\r\n');
    socket.on('data', (chunk) => {
      const line = chunk.toString();
      if (line.startsWith('DATA')) {
        socket.write('354 go\r\n250 already yours\r\n');
        socket.pause();
      } else if (/^(EHLO|MAIL|RCPT)/.test(line)) socket.write('250 ok\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const courier = to((server.address() as { port: number }).port);
  const big = { ...parcel(), bytes: Buffer.alloc(20_000_000, 'x\r\n') };
  expect((await courier.deliver(big, yes)).kind).toBe('uncertain');
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

describe('login and encryption', () => {
  const password = 'pass-word-9X';
  const auth = { user: 'desk', password };
  let folder: string;
  let cert: { key: string; cert: string };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cert-'));
    const [key, crt] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', crt];
    execFileSync('openssl', [...make, ...subject], { stdio: 'ignore' });
    cert = { key: readFileSync(key, 'utf8'), cert: readFileSync(crt, 'utf8') };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(['starttls', 'implicit'] as const)('%s with a certificate that holds: sent', async (tls) => {
    const { sink, courier } = await road(
      { tls, cert, auth },
      { tls, ca: cert.cert, user: 'desk', password: async () => password },
    );
    expect(await courier.deliver(parcel(), yes)).toMatchObject({ kind: 'sent' });
    expect(sink.mails).toHaveLength(1);
  });
  test.each<[string, SinkOptions['tls'], Relay['tls']]>([
    ['an expired self-signed certificate', 'starttls', 'starttls'],
    ['an expired self-signed certificate', 'implicit', 'implicit'],
    ['a relay without STARTTLS', 'none', 'starttls'],
    ['a plain port', 'none', 'implicit'],
  ])(
    '%s (%s, wanted %s): later, nothing in plain text, the advice names the key',
    async (_, offered, tls) => {
      const { sink, courier } = await road({ tls: offered! }, { tls }, { connectMsMax: 1_000 });
      const delivery = await courier.deliver(parcel(), yes);
      expect(delivery.kind).toBe('later');
      if (offered !== 'none' || tls === 'starttls') expect(delivery.reason).toContain('relay.tls');
      expect(sink.events).not.toContain('MAIL');
    },
  );
  test.each([password, 'wrong-secret-7', null])('login %s', async (given) => {
    const { courier } = await road({ auth }, { user: 'desk', password: async () => given });
    logged.length = 0;
    const delivery = await courier.deliver(parcel(), yes);
    expect(delivery.kind).toBe(given === password ? 'sent' : 'later');
    if (given !== password) expect(delivery.reason).toContain('relay.passwordFile');
    const secrets = [given, given && Buffer.from(`\0desk\0${given}`).toString('base64')].filter(
      (one) => one !== null,
    );
    for (const secret of secrets) expect(delivery.reason + logged.join()).not.toContain(secret);
  });
  test('a login is demanded and none is configured: later, the password is read anew each time', async () => {
    const { sink, courier } = await road({ auth });
    expect((await courier.deliver(parcel(), yes)).kind).toBe('later');
    const passwords = ['old-one-1234', password];
    const second = to(sink.port, { user: 'desk', password: async () => passwords.shift() ?? null });
    expect((await second.deliver(parcel(), yes)).kind).toBe('later');
    expect((await second.deliver(parcel(), yes)).kind).toBe('sent');
  });
});
