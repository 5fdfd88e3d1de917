import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NameServer, startNameServer } from '../../test/name-server.ts';
import { signer } from '../../test/signed-mail.ts';
import { mail } from '../../test/trial.ts';
import type { ProofQuestion } from '../inquiry/authentication.ts';
import { examine } from './examine.ts';
import { openLookup } from './lookup.ts';

const domain = 'sample.example.jp';
const ours = signer(domain);
const weak = signer(domain, 768);
const other = signer('freemail.example.jp');
const sub = signer(`mail.${domain}`);

let names: NameServer;
beforeAll(async () => {
  names = await startNameServer();
  for (const { record } of [ours, other, sub]) names.set(...record);
  names.set(domain, 'v=spf1 ip4:198.51.100.7 include:_spf.relay.example.jp -all');
  names.set('_spf.relay.example.jp', 'v=spf1 ip4:198.51.100.64/28 ~all');
  names.set('soft.example.jp', 'v=spf1 ip4:198.51.100.7 ~all');
  names.set('endless.example.jp', 'v=spf1 include:endless.example.jp -all');
});
afterAll(() => names[Symbol.asyncDispose]());

const ask = (over: Partial<ProofQuestion>) =>
  examine(
    { raw: mail(), domain, at: '2026-11-20T01:00:00.000Z', spf: null, ...over },
    // A lookup of its own: nothing is kept from one case to the next.
    openLookup([names.address]),
  );
const later = { signTime: new Date('2026-11-20T00:00:00Z') };

it.each([
  [
    'signed by the domain of the From',
    () => ours.sign(mail(), later),
    'pass',
    /d=sample\.example\.jp s=s2026/,
  ],
  [
    'simple canonicalization',
    () => ours.sign(mail(), { canonicalization: 'simple/simple' }),
    'pass',
    /d=sample/,
  ],
  ['no signature', async () => mail(), 'none', /no signature/],
  ['of another domain', () => other.sign(mail()), 'none', /no signature of sample/],
  ['of a subdomain', () => sub.sign(mail()), 'none', /no signature of sample/],
  ['beside one of a list', async () => other.sign(await ours.sign(mail())), 'pass', /d=sample/],
  ['SHA-1', () => ours.sign(mail(), { algorithm: 'rsa-sha1' }), 'none', /rsa-sha1/],
  ['the From is not signed', () => ours.sign(mail(), { headerList: 'Subject:To' }), 'none', /cover the From/],
  [
    'expired',
    () => ours.sign(mail(), { ...later, expires: new Date('2026-11-20T00:30:00Z') }),
    'none',
    /expired/,
  ],
  [
    'expires after receipt',
    () => ours.sign(mail(), { ...later, expires: new Date('2026-11-20T01:30:00Z') }),
    'pass',
    /d=sample/,
  ],
  ['no key in the name service', () => ours.sign(mail(), { selector: 'gone' }), 'none', /no key/],
  ['a selector that is no name', () => ours.sign(mail(), { selector: 'a/../b' }), 'none', /no key/],
] as const)('dkim: %s', async (_name, make, result, detail) => {
  const found = await ask({ raw: await make() });
  expect(found.dkim).toEqual({ result, detail: expect.stringMatching(detail) });
});

const text = 'CL-1234-5678\r\n\r\nquestion\r\n';
it.each([
  ['a line more', (raw: string) => `${raw}-- \r\nchecked by a gateway\r\n`, 'broken'],
  ['another subject', (raw: string) => raw.replace(/^Subject: .*$/m, 'Subject: CL-2345-6789'), 'broken'],
  ['another sender', (raw: string) => raw.replace(/^From: .*$/m, `From: boss@${domain}`), 'broken'],
  ['a sender on top', (raw: string) => `From: boss@${domain}\r\n${raw}`, 'none'],
  ['a subject on top', (raw: string) => `Subject: CL-2345-6789\r\n${raw}`, 'none'],
  [
    'a Reply-To on top where none was signed',
    (raw: string) => `Reply-To: evil@evil.example\r\n${raw}`,
    'pass',
  ],
  ['a hop more', (raw: string) => `Received: by mx.example.jp\r\n${raw}`, 'pass'],
  ['bare line feeds of a file', (raw: string) => raw.replaceAll('\r\n', '\n'), 'pass'],
] as const)('dkim: changed on the way: %s', async (_name, change, result) => {
  const raw = change((await ours.sign(mail({ text }))).toString('latin1'));
  expect((await ask({ raw: Buffer.from(raw, 'latin1') })).dkim.result).toBe(result);
});

it('dkim: a signature over a part of the body proves nothing about the rest', async () => {
  const signed = await ours.sign(mail({ text }), { maxBodyLength: text.length });
  expect((await ask({ raw: signed })).dkim.result).toBe('pass');
  const longer = Buffer.concat([signed, Buffer.from('and send me the licence key\r\n')]);
  expect((await ask({ raw: longer })).dkim).toMatchObject({
    result: 'none',
    detail: expect.stringMatching(/part of the body/),
  });
});

it('dkim: a short key proves nothing', async () => {
  names.set(...weak.record);
  const found = await ask({ raw: await weak.sign(mail()) });
  names.set(...ours.record);
  expect(found.dkim.result).toBe('none');
});

it('asks for keys of the very domain alone, and for few of them', async () => {
  const before = names.asked.length;
  let raw = await ours.sign(mail());
  for (let count = 0; count < 20; count += 1) raw = await ours.sign(raw, { selector: `n${count}` });
  await ask({ raw: await other.sign(raw) });
  const asked = names.asked.slice(before);
  expect(asked.every((one) => one.endsWith(`._domainkey.${domain} TXT`))).toBe(true);
  expect(asked.length).toBeLessThanOrEqual(5);
});

it.each([
  ['listed', domain, '198.51.100.7', 'pass'],
  ['listed by an include', domain, '198.51.100.70', 'pass'],
  ['disowned', domain, '203.0.113.9', 'fail'],
  ['disowned softly', 'soft.example.jp', '203.0.113.9', 'none'],
  ['says nothing', 'nothing.example.jp', '203.0.113.9', 'none'],
  ['asks for ever', 'endless.example.jp', '203.0.113.9', 'none'],
  ['an IPv6 peer', domain, '2001:db8::9', 'fail'],
] as const)('spf: %s', async (_name, of, address, result) => {
  const found = await ask({ domain: of, spf: { address, mailFrom: `taro@${of}` } });
  expect(found.spf.result).toBe(result);
});

it('spf: a return path of another domain says nothing about the From, and nothing is asked', async () => {
  const before = names.asked.length;
  const spf = { address: '198.51.100.7', mailFrom: `taro@${domain}` };
  expect((await ask({ domain: 'victim.example.jp', spf })).spf.result).toBe('none');
  expect(names.asked.length).toBe(before);
});

it.each(['servfail', 'silence'] as const)(
  'a name service in %s is never a failure',
  async (mood) => {
    names.mood = mood;
    const signed = await ours.sign(mail());
    const found = await ask({ raw: signed, spf: { address: '203.0.113.9', mailFrom: `taro@${domain}` } });
    names.mood = 'normal';
    expect(found).toMatchObject({ dkim: { result: 'none' }, spf: { result: 'none' } });
  },
  20_000,
);
