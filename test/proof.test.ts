/** Who vouches for a sender, through the whole daemon and a real name server: by every way mail comes in. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Received, Source } from '../src/desk/ports.ts';
import { type NameServer, startNameServer } from './name-server.ts';
import { signer } from './signed-mail.ts';
import { type MailText, mail, opened, startTrial, type Trial, vouching } from './trial.ts';

const domain = 'sample.example.jp';
const ours = signer(domain);
const theirs = '198.51.100.7';
const forger = '203.0.113.66';
const staff = 'suzuki@example.jp';

let names: NameServer;
let trial: Trial;
/** The same desk, with a mail server in front that it trusts. */
let behind: Trial;
beforeAll(async () => {
  names = await startNameServer();
  names.set(...ours.record);
  names.set(domain, `v=spf1 ip4:${theirs} -all`);
  const options = { now: '2026-11-20T10:00:00', nameServer: names.address };
  const yaml = `authservId: mx.example.jp\nstaff: [{ name: 鈴木, address: ${staff} }]\n`;
  trial = await startTrial({ ...options, yaml });
  const front = yaml.replace(/^authservId.*\n/, vouching);
  behind = await startTrial({ ...options, yaml: front });
});
afterAll(async () => {
  await trial[Symbol.asyncDispose]();
  await behind[Symbol.asyncDispose]();
  await names[Symbol.asyncDispose]();
});

const heading = (results: string) => [`Authentication-Results: mx.example.jp; ${results}`];
const signed = (over: MailText = {}) => ours.sign(mail(over), { signTime: new Date('2026-11-20T00:00:00Z') });
const verdictOf = ({ facts }: Received) => [facts?.authentication, facts?.authenticationBy];

/** As if this server of the sender had handed it over. */
async function from(client: string, raw: Buffer): Promise<Received> {
  const source: Source = {
    kind: 'smtp',
    name: client,
    returnPath: `sato@${domain}`,
    recipients: ['cltech@example.jp'],
    peer: { trusted: false, client },
  };
  return taken(source, raw);
}

async function taken(source: Source, raw: Buffer): Promise<Received> {
  const { desk } = trial.daemon;
  const id = await desk.accept(raw, source, trial.now(), false);
  await trial.daemon.settle();
  return (await desk.store.received.get(id))!;
}

describe('by SMTP from a peer that is not trusted', () => {
  it.each([
    ['its own server', theirs, () => mail(), ['pass', 'spf']],
    ['a forger', forger, () => mail(), ['fail', 'spf']],
    ['a forger in our name', forger, () => mail({ headers: heading('dmarc=pass') }), ['fail', 'spf']],
    ['a forwarder that leaves the signature whole', forger, () => signed(), ['pass', 'dkim']],
    [
      'a program on this machine',
      '127.0.0.1',
      () => mail({ headers: heading('dmarc=pass') }),
      ['none', null],
    ],
    ['a server of our network', '10.0.0.5', () => mail(), ['none', null]],
  ] as const)('%s', async (_name, client, make, expected) => {
    expect(verdictOf(await from(client, await make()))).toEqual(expected);
  });

  it('a forged customer gets a ticket a person looks at, no letter, and staff see why', async () => {
    const since = trial.sink.mails.length;
    const message = await from(forger, mail({ text: 'CL-1234-5678\n\n鍵をください\n' }));
    expect(await trial.ticketOf(message)).toMatchObject({ verified: false });
    const mails = trial.sink.mails.slice(since);
    expect(mails.map(({ to }) => to)).toEqual([[staff]]);
    const { text } = await opened(mails[0]!.raw);
    expect(text).toMatch(/認証 {4}: 不合格\(SPF\)/);
    expect(text.replace(/\s/g, '')).toContain('なりすましの可能性');
  });

  it('the peer is the one that connected: over a real socket', async () => {
    const message = await trial.send(mail({ headers: heading('dmarc=pass') }));
    expect(message.source).toMatchObject({
      name: '127.0.0.1',
      peer: { trusted: false, client: '127.0.0.1' },
    });
    expect(verdictOf(message)).toEqual(['none', null]);
  });
});

describe('by SMTP from a mail server of ours', () => {
  /** Speaks to the daemon as a server in front would, naming the client when told. */
  async function hand(raw: Buffer, client: string | null): Promise<Received> {
    const { accepted } = await behind.daemon.desk.store.received.tally();
    const socket = connect(behind.daemon.smtpPort, '127.0.0.1');
    const say = async (line: string | Buffer) => {
      socket.write(line);
      const [heard] = (await once(socket, 'data')) as [Buffer];
      expect(heard.toString()).toMatch(/^[23]/);
    };
    await once(socket, 'data');
    await say('EHLO front.example.jp\r\n');
    if (client !== null) {
      await say(`XCLIENT ADDR=${client}\r\n`);
      await say('EHLO mail.example.jp\r\n');
    }
    await say(`MAIL FROM:<sato@${domain}>\r\n`);
    await say('RCPT TO:<cltech@example.jp>\r\n');
    await say('DATA\r\n');
    await say(Buffer.concat([raw, Buffer.from('\r\n.\r\n')]));
    socket.destroy();
    await behind.daemon.settle();
    return (await behind.daemon.desk.store.received.get(accepted + 1))!;
  }
  it.each([
    ['its word counts', mail({ headers: heading('dmarc=pass') }), null, ['pass', 'dmarc']],
    ['its no counts', mail({ headers: heading('dmarc=fail') }), theirs, ['fail', 'dmarc']],
    ['without a word and a client nothing is known', mail(), null, ['none', null]],
    ['it names the server of the sender', mail(), theirs, ['pass', 'spf']],
    ['it names a forger', mail(), forger, ['fail', 'spf']],
  ] as const)('%s', async (_name, raw, client, expected) => {
    expect(verdictOf(await hand(raw, client))).toEqual(expected);
  });
});

describe('forwarded by staff as an attachment', () => {
  it.each([
    [
      'a word of our server in it proves nothing',
      () => mail({ headers: heading('dmarc=pass') }),
      ['none', null],
    ],
    ['a signature does', () => signed(), ['pass', 'dkim']],
  ] as const)('%s', async (_name, make, expected) => {
    const source: Source = { kind: 'staff', name: `forwarded by ${staff}`, returnPath: null, recipients: [] };
    expect(verdictOf(await taken(source, await make()))).toEqual(expected);
  });
});

describe('as a file', () => {
  it.each([
    [
      'the word of our server',
      () => mail({ headers: heading('dkim=pass header.d=sample.example.jp') }),
      ['pass', 'dkim'],
    ],
    [
      'the word of another, and a signature',
      () => signed({ headers: ['Authentication-Results: mx.evil.example; dmarc=fail'] }),
      ['pass', 'dkim'],
    ],
    [
      'a word that says nothing, and a signature',
      () => signed({ headers: heading('spf=none') }),
      ['pass', 'dkim'],
    ],
    ['nothing', () => mail(), ['none', null]],
  ] as const)('%s', async (_name, make, expected) => {
    expect(verdictOf(await trial.takeIn(await make()))).toEqual(expected);
  });

  it('a signature that does not fit is no failure, and staff are told', async () => {
    const raw = Buffer.concat([
      await signed({ text: 'CL-1234-5678\n\n印刷できません\n' }),
      Buffer.from('広告\r\n'),
    ]);
    const message = await trial.takeIn(raw);
    expect(verdictOf(message)).toEqual(['none', null]);
    expect(message.facts?.remarks.join()).toContain('電子署名(DKIM)が一致しません');
  });

  it('two senders: nobody can say whom a proof is of', async () => {
    const raw = await signed({ from: `sato@${domain}, boss@${domain}`, headers: heading('dmarc=pass') });
    expect(verdictOf(await trial.takeIn(raw))).toEqual(['none', null]);
  });

  it('a name service that is silent is no failure, and the mail is decided', async () => {
    const raw = await ours.sign(mail(), { selector: 'elsewhere' });
    names.mood = 'silence';
    const message = await trial.takeIn(raw);
    names.mood = 'normal';
    expect(verdictOf(message)).toEqual(['none', null]);
    expect(message.outcome).toBe('ticket-opened');
  }, 20_000);
});
