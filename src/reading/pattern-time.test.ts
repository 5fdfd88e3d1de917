import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { recordedVerdict } from '../inquiry/authentication.ts';
import { screen } from '../inquiry/automatic-mail.ts';
import { readOpening } from '../inquiry/opening.ts';
import { parseMask } from '../inquiry/support-number.ts';
import { readMail } from './mail.ts';

const mask = parseMask('CL-9999-9999');
const ours = { returnPath: 'a@example.jp', ourAddresses: ['desk@example.jp'], staffAddresses: [] };

/** Longer input than this shows nothing new: quadratic work on it takes seconds. */
const charsMax = 32_000;
const millisecondsMax = 50;

interface Seen {
  readonly pattern: RegExp;
  /** Length of the longest text it was given; patterns over bounded slices are timed over as much. */
  chars: number;
}

const blank = [
  ' ',
  '\t',
  '\n',
  '\r',
  '　',
  '> ',
  '. ',
  '1 ',
  'C L ',
  'On ',
  'CL-1234-5678 ',
  'forwarded by ',
];
const lines = ['--\n', 'From: a\n', '----\nTEL 03-0000-0000\n', 'message-id: ', '/Encrypt ', '\x8e\xb1'];
const solid =
  'a あ ー - > | = < <a & ( " ;a= @ a@ <a@b> 2026 番号 サポート番号 No. R-1 自動 この 【 ※ 本メールは 転送者 会社名 配信停止 <style * =?utf-8?q? %E8';
const units = [...blank, ...lines, ...solid.split(' ')];

async function read(unit: string): Promise<void> {
  const text = unit.repeat(Math.ceil(100_000 / unit.length));
  const field = text.slice(0, 70_000).replace(/[\r\n]/g, ' ');
  const heads = ['From', 'To', 'Subject', 'References', 'Date', 'Content-Type', 'Content-Disposition'];
  const mails = [
    `From: a@example.jp\n\n${text}`,
    `From: mailer-daemon@example.jp\nContent-Type: text/html\n\n${text}`,
    `Content-Type: multipart/mixed; boundary=b\n\n${text}`,
    `Subject: line ends of an old Mac\rFrom: a@example.jp\r\r${text}`,
    `${heads.map((name) => `${name}: ${field}`).join('\n')}\n\nx`,
  ];
  for (const mail of mails) {
    const { letter } = await readMail(Buffer.from(mail));
    screen({ ...letter, body: { own: text, quoted: text, signature: text } }, ours);
    recordedVerdict(
      [{ name: 'authentication-results', value: `mx; ${field.slice(0, 4_000)}` }],
      'mx',
      'example.jp',
    );
    readOpening(mask, { own: text, quoted: text, signature: text, subject: letter.subject, field });
  }
}

/** Our patterns stand in our files as literals, or are built of Japanese words; those of libraries do neither. */
const sources = ['../inquiry/', './']
  .map((folder) => new URL(folder, import.meta.url))
  .flatMap((folder) => readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8')))
  .join('\n');
const isOurs = ({ pattern }: Seen): boolean =>
  sources.includes(pattern.source) || /[^\x00-\x7f]/.test(pattern.source);

/** Every pattern of the product that runs while hostile mail is read, with what it was given. */
async function patternsSeen(): Promise<readonly Seen[]> {
  const seen = new Map<string, Seen>();
  // To spell a pattern out costs more than most of their runs: once for each is enough.
  const spelt = new WeakMap<RegExp, Seen>();
  const exec = RegExp.prototype.exec;
  RegExp.prototype.exec = function (this: RegExp, text: string) {
    let one = spelt.get(this);
    if (one === undefined) {
      const key = `/${this.source}/${this.flags}`;
      one = seen.get(key) ?? { pattern: this, chars: 0 };
      seen.set(key, one);
      spelt.set(this, one);
    }
    one.chars = Math.max(one.chars, String(text).length);
    return exec.call(this, text);
  };
  try {
    for (const unit of [
      'あ',
      '> a\n',
      '----\nTEL 03-0000-0000\n',
      '<div>',
      'サポート番号:\n',
      ';a="b"',
      '=?utf-8?q?a?= ',
      'a@b ',
    ]) {
      await read(unit);
    }
  } finally {
    RegExp.prototype.exec = exec;
  }
  return [...seen.values()].filter(isOurs);
}

test('no pattern takes more than 50 ms over hostile text (threat 68)', async () => {
  const seen = await patternsSeen();
  expect(seen.length).toBeGreaterThan(90);
  const slow: string[] = [];
  for (const { pattern, chars } of seen) {
    const length = Math.min(chars, charsMax);
    // A pattern over a short slice has no time to lose.
    if (length < 500) continue;
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
      const alone = new RegExp(pattern.source, pattern.flags);
      const run = (): number => {
        // CPU of this process, not the clock on the wall: other work on the machine does not count.
        const begun = process.cpuUsage();
        alone.lastIndex = 0;
        // A global pattern goes on behind each match, and that too must be linear in all.
        if (alone.global) text.replace(alone, '');
        else alone.test(text);
        return process.cpuUsage(begun).user / 1000;
      };
      // A busy machine may stop one run; a slow pattern is slow each time.
      if (run() > millisecondsMax && run() > millisecondsMax && run() > millisecondsMax)
        slow.push(`${pattern} over ${JSON.stringify(unit)} × ${length}`);
    }
  }
  expect(slow).toEqual([]);
}, 300_000);
