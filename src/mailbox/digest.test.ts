import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMs } from '../../test/cpu-time.ts';
import { identify } from './digest.ts';

const base =
  'From: a@example.jp\r\nTo: desk@example.jp\r\nSubject: x\r\n y\r\nMessage-ID: <m@example.jp>\r\nContent-Type: text/plain\r\n\r\none\r\n\r\nFrom here\r\n> quoted\r\nlast\r\n';
const key = (text: string): string => identify(Buffer.from(text, 'latin1')).contentKey;

describe('the same mail whichever way it came', () => {
  const same: [string, string][] = [
    ['LF', base.replaceAll('\r\n', '\n')],
    ['mboxo', base.replace('\r\nFrom here', '\r\n>From here')],
    ['mboxrd twice', base.replace('\r\nFrom here', '\r\n>>From here')],
    ['trailing blank lines', `${base}\r\n\r\n`],
    ['no newline at the end', base.slice(0, -2)],
    [
      'other trace fields',
      `Return-Path: <b@x>\r\nReceived: from x\r\n by y\r\nDelivered-To: z\r\nX-Spam: no\r\n${base}`,
    ],
    ['an mbox line in front', `From a@example.jp Mon Nov 23 10:00:00 2026\r\n${base}`],
    ['folded elsewhere', base.replace('Subject: x\r\n y', 'Subject: x y')],
    ['case of names', base.replace('Subject:', 'SUBJECT:')],
    [
      'order of fields',
      base
        .replace('To: desk@example.jp\r\n', '')
        .replace('Subject:', 'To: desk@example.jp\r\nSubject:')
        .replace(/(Subject: x\r\n y\r\n)(Message-ID: [^\r]*\r\n)/, '$2$1'),
    ],
  ];
  it.each(same)('%s', (_name, text) => expect(key(text)).toBe(key(base)));
});

describe('two mails', () => {
  const different: [string, string][] = [
    ['body', base.replace('one', 'two')],
    ['subject', base.replace('Subject: x', 'Subject: z')],
    ['sender', base.replace('a@example.jp', 'b@example.jp')],
    ['Message-ID', base.replace('<m@', '<n@')],
    ['content type', base.replace('text/plain', 'text/html')],
    ['a quoted line', base.replace('> quoted', 'quoted')],
    ['a blank line within', base.replace('one\r\n\r\n', 'one\r\n')],
    ['a line among the fields that is none', base.replace('Subject:', 'one more\r\nSubject:')],
  ];
  it.each(different)('%s', (_name, text) => expect(key(text)).not.toBe(key(base)));
});

describe('two broken mails are two', () => {
  const pairs: [string, string, string][] = [
    ['without any header', 'CL-1234-5678 だけ', 'CL-2345-6789 だけ'],
    ['without any header, the rest the same', 'one\n\nrest', 'two\n\nrest'],
    ['nothing, and nothing readable', '', '\0\0\0'],
    [
      'CR alone behind a trace field',
      'Received: x\rFrom: a@b\r\rone\r\n',
      'Received: x\rFrom: a@b\r\rtwo\r\n',
    ],
    ['CR alone, no LF', 'Received: x\r\rone', 'Received: x\r\rtwo'],
  ];
  it.each(pairs)('%s', (_name, one, two) => expect(key(one)).not.toBe(key(two)));

  it('a line more anywhere in anything makes another mail', () => {
    const line = fc.constantFrom(
      'a',
      '',
      ' d',
      '\td',
      'Subject: e',
      'X-A: b',
      'Received: c',
      'From a',
      '\r',
      'f\rg',
      '\0',
      ': h',
    );
    const lines = fc.array(line, { maxLength: 12 });
    const ends = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(lines, fc.nat(12), ends, (all, at, end) => {
        const more = [...all.slice(0, at), 'one more', ...all.slice(at)];
        expect(key(more.join(end))).not.toBe(key(all.join(end)));
      }),
    );
  });
});

it('names id and return path', () => {
  expect(identify(Buffer.from(`Return-Path: <>\n${base}`))).toMatchObject({
    messageId: '<m@example.jp>',
    returnPath: '',
  });
  expect(key(base)).toMatch(/^<m@example\.jp> [0-9a-f]{64}$/);
  expect(key('Subject: x\n\nbody')).toMatch(/^[0-9a-f]{64}$/);
});

it('never throws, and line ends never matter', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(identify(Buffer.from(bytes)).contentKey).toMatch(/[0-9a-f]{64}$/);
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '', 'From b', '>From c', ' d', 'Subject: e')), (lines) => {
      const body = `From: a@b\n\n${lines.join('\n')}`;
      expect(key(body.replaceAll('\n', '\r\n'))).toBe(key(body));
    }),
  );
});

it('is linear', () => {
  for (const raw of [
    '\n'.repeat(5e6),
    `A: b\n\n${'>'.repeat(5e6)}`,
    `A:${' '.repeat(5e6)}`,
    `Message-ID: ${'<'.repeat(5e6)}`,
  ]) {
    expect(cpuMs(() => void identify(Buffer.from(raw)))).toBeLessThan(3_000);
  }
});
