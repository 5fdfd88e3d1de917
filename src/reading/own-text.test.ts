import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMs } from '../../test/cpu-time.ts';
import { splitOwnText } from './own-text.ts';

const folder = new URL('../../fixtures/own-text/', import.meta.url);

describe('fixtures', () => {
  test.each(readdirSync(folder))('%s', (name) => {
    const content = readFileSync(new URL(name, folder), 'utf8');
    const [reason, text = '', own, quoted, signature] = content.split(/\n=== \w+\n/);
    expect(splitOwnText(text), reason).toEqual({ own, quoted, signature: signature?.replace(/\n$/, '') });
  });
});

test('text made from HTML has no quotations marked by pipes', () => {
  const text = '上です\n|一\n|二\n|三';
  expect(splitOwnText(text, true).own).toBe(text);
  expect(splitOwnText(text).own).toBe('上です');
});

test('no line is lost or doubled', () => {
  const bare = (line: string) => line.replace(/^[ \t\u3000]{0,3}(?:[>＞][ \t\u3000]?)+/, '').trim();
  const line = fc.constantFrom(
    'あ',
    '> い',
    '>',
    '',
    '-- ',
    '----------',
    '株式会社A',
    'TEL 03-0000-0000',
    'From: a',
    'Date: b',
    'Subject: c',
    'On 2026/11/20, A wrote:',
    '｜う',
    '-----Original Message-----',
    'です。',
    'iPhoneから送信',
    '2026/11/20 10:00、Aのメール:',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(line, { maxLength: 30 }).map((all) => all.join('\n')),
  );
  fc.assert(
    fc.property(text, (source) => {
      const { own, quoted, signature } = splitOwnText(source);
      const lines = (part: string) =>
        part
          .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)
          .map(bare)
          .filter((one) => one !== '');
      expect([...lines(own), ...lines(quoted), ...lines(signature)].sort()).toEqual(lines(source).sort());
    }),
    { numRuns: 1000 },
  );
});

test.each([
  '>',
  '> ',
  '\n',
  '-',
  '- ',
  '--\n',
  'On ',
  'On 2026\n',
  'On 2026/11/20 x\n',
  '2026/11/20\n',
  '2026/11/20 10:00 a@',
  'From: a\n',
  'From: a\n\n',
  '-----Original ',
  '｜',
  '｜a\n',
  '――\n',
  '―――――\nTEL\n',
  'a@',
  'あ',
  '\r',
  '*',
  ' ',
  '\t',
  '　',
  'あ\n> い\n',
  '-----\n',
  'forwarded by ',
])('1 MB of %j takes linear time', (unit) => {
  const time = (chars: number) => {
    const text = unit.repeat(Math.ceil(chars / unit.length));
    return cpuMs(() => void splitOwnText(text));
  };
  // Quadratic work on 1 MB takes minutes; the margin is for a busy machine.
  expect(time(1_000_000)).toBeLessThan(10_000);
});
