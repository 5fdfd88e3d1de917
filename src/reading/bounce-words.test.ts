import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMs } from '../../test/cpu-time.ts';
import { letterOf } from '../../test/findings.ts';
import { screen } from '../inquiry/automatic-mail.ts';
import { wordsReport } from './bounce-words.ts';
import { bounceChars, reportRecipients } from './limits.ts';

const from = { name: '', address: 'mailer-daemon@mx.example.jp' };
const words = (text: string, over: Partial<Parameters<typeof wordsReport>[0]> = {}) =>
  wordsReport({ from, subject: 'failure notice', headers: [], text, ...over }, []);
const first = (text: string) => words(text)?.recipients[0];

describe('a bounce in words', () => {
  it.each([
    ['the code on its line', '<a@x.example.jp>: 550 5.1.1 unknown', '5.1.1', ''],
    ['the code below it', '<a@x.example.jp>:\n  host said:\n  452 mailbox full', '', ''],
    ['the code in brackets', '<a@x.example.jp>:\nSorry, no mailbox here by that name. (#5.1.1)', '5.1.1', ''],
    ['a delay', 'will be retried\n a@x.example.jp\n 451 4.4.1 try again', '4.4.1', 'delayed'],
    ['an address of the network is no code', 'a@x.example.jp\n192.0.2.5.1.1 refused', '', ''],
    ['a version is no code', 'a@x.example.jp\nPostfix 3.5.2.1', '', ''],
  ])('%s', (_what, text, status, action) => {
    expect(first(text)).toMatchObject({ address: 'a@x.example.jp', status, action });
  });

  it('each recipient has its own reason', () => {
    const text = '<a@x.example.jp>:\n550 5.1.1 unknown\n\n<b@x.example.jp>:\n452 4.2.2 full';
    expect(words(text)?.recipients.map(({ status }) => status)).toEqual(['5.1.1', '4.2.2']);
  });

  it('who stands in the returned mail did not fail', () => {
    const text =
      '<a@x.example.jp>: 550 no\n\n--- Below this line is a copy of the message.\n\nTo: c@example.jp';
    expect(words(text)?.recipients.map(({ address }) => address)).toEqual(['a@x.example.jp']);
  });

  it('the daemon does not name itself', () => {
    expect(words('Please reply to postmaster@mx.example.jp')).toBeNull();
  });

  it.each(['Message-ID: <a@example.jp>', '> Message-Id: <a@example.jp>', 'Message-ID：a@example.jp'])(
    'finds the id in %s',
    (text) => expect(words(text)?.originalMessageIds).toEqual(['<a@example.jp>']),
  );

  it('a mail of a person is none', () => {
    const text = 'a@example.jp に届きません。教えてください。';
    expect(words(text, { from: { name: '', address: 'sato@example.jp' }, subject: '質問' })).toBeNull();
  });

  it('takes only so many', () => {
    const text = Array.from({ length: 500 }, (_one, count) => `<u${count}@x.example.jp>: 550`).join('\n');
    expect(words(text)?.recipients).toHaveLength(reportRecipients);
  });
});

const piece = fc.constantFrom(
  '自動返信',
  'お問い合わせ',
  'を受け付けました',
  '担当者より',
  'ご連絡',
  '不在',
  'の',
  '。',
  '\n',
  '<a@example.jp>',
  '550 5.1.1',
  'Message-ID: <',
  '-----',
  'R-20261120-0001',
  ' ',
  '教えてください',
);
const text = fc.oneof(
  fc.string(),
  fc.array(piece, { maxLength: 200 }).map((all) => all.join('')),
);

describe('whatever comes', () => {
  it('neither rule throws, and what may not be answered says why', () => {
    fc.assert(
      fc.property(text, text, text, fc.option(text, { nil: null }), (subject, own, name, returnPath) => {
        const headers = [
          { name: 'precedence', value: name },
          { name: 'auto-submitted', value: own },
        ];
        const body = { own, quoted: name, signature: subject };
        const letter = letterOf({ subject, text: own, body, headers, from: { name, address: `${name}@x` } });
        const found = screen(letter, { returnPath, ourAddresses: [subject], staffAddresses: [name] });
        expect(found.mayAnswer).toBe(found.whyNot === null);
        const report = words(own, { subject, headers });
        expect(report?.recipients.length ?? 0).toBeLessThanOrEqual(reportRecipients);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['a@b.example.jp ', '<', '550 ', '5.1.1 ', 'message-id: <', '----', '宛先', 'は', ' ', '\n', 'a@'])(
    'a megabyte of %j costs less than 50 ms',
    (unit) => {
      const long = unit.repeat(1_000_000 / unit.length);
      words(long.slice(0, 1_000));
      const look = () => void words(long);
      expect(Math.min(cpuMs(look), cpuMs(look), cpuMs(look))).toBeLessThan(50);
      expect(long.length).toBeGreaterThan(bounceChars);
    },
  );
});
