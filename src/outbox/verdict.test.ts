import { describe, expect, test } from 'vitest';
import { clean, envelopeFault } from './verdict.ts';

const to = (...recipients: string[]) => ({
  messageId: '<a@example.jp>',
  envelopeFrom: '',
  recipients,
  bytes: Buffer.alloc(0),
});

describe('addresses that may go on the wire', () => {
  test.each([
    'taro@example.jp',
    'Taro.Yamada+tag@sub.example.co.jp',
    'a..b@docomo.example.jp',
    'taro.@ezweb.example.jp',
    "o'neil=x_y-z@example.jp",
    'root@localhost',
    `${'a'.repeat(64)}@example.jp`,
  ])('%s', (address) => {
    expect(envelopeFault(to(address))).toBeNull();
    expect(envelopeFault({ ...to('x@example.jp'), envelopeFrom: address })).toBeNull();
  });
  test.each([
    '',
    '@example.jp',
    'taro@',
    'taro',
    'taro @example.jp',
    ' taro@example.jp',
    'taro@example.jp ',
    'taro@example.jp\r\nBcc: evil@example.com',
    'taro@example.jp\n',
    'taro@example.jp> SIZE=1 <evil@example.com',
    '<taro@example.jp>',
    'a@example.jp, b@example.jp',
    'a@example.jp;b@example.jp',
    'taro@evil.example@example.jp',
    '"ta ro"@example.jp',
    '"taro"@example.jp',
    'taro\0@example.jp',
    'taro\u2028@example.jp',
    '太郎@example.jp',
    'taro@例え.jp',
    'taro@example..jp',
    'taro@.example.jp',
    'taro@example.jp.',
    'taro@-example.jp',
    'taro@example-.jp',
    'taro@[192.0.2.1]',
    `${'a'.repeat(65)}@example.jp`,
    `a@${'b'.repeat(64)}.jp`,
    `a@${'b.'.repeat(130)}jp`,
  ])('not %j', (address) => {
    expect(envelopeFault(to('x@example.jp', address))).not.toBeNull();
    if (address !== '')
      expect(envelopeFault({ ...to('x@example.jp'), envelopeFrom: address })).not.toBeNull();
  });
  test('the null return path is one, no recipient is none', () => {
    expect(envelopeFault(to('x@example.jp'))).toBeNull();
    expect(envelopeFault(to())).not.toBeNull();
  });
});

test('the words of a relay become one printable line of at most 300 characters', () => {
  const said = clean(`550-5.1.1 no\r\n550 \u202eevil\u0000\u001b[31m\u2028${'長'.repeat(1e6)}`);
  expect(said).toMatch(/^550-5\.1\.1 no 550 evil \[31m 長/);
  expect(said.length).toBeLessThanOrEqual(300);
});
