import { expect, test } from 'vitest';
import { screen } from '../inquiry/automatic-mail.ts';
import { readOpening } from '../inquiry/opening.ts';
import { parseMask } from '../inquiry/support-number.ts';
import { readMail } from './mail.ts';

const mask = parseMask('CL-9999-9999');
const ours = { returnPath: 'a@example.jp', ourAddresses: ['desk@example.jp'], staffAddresses: [] };

/** Longer input than this shows nothing new: quadratic work on it takes seconds. */
const charsMax = 64_000;
const millisecondsMax = 50;

interface Seen {
  readonly pattern: RegExp;
  /** Length of the longest text it was given; patterns over bounded slices are timed over as much. */
  chars: number;
}

const units = [
  ...[
    'a',
    ' ',
    '\t',
    '\n',
    '　',
    'あ',
    'ー',
    '-',
    '--\n',
    '>',
    '> ',
    '|',
    '=',
    '<',
    '<a',
    '&',
    '(',
    '"',
    ';a=',
  ],
  ...[
    '@',
    'a@',
    '<a@b>',
    'CL-1234-5678 ',
    'C L ',
    '1 ',
    '2026',
    '番号',
    'サポート番号',
    'No.',
    'R-1',
    '自動',
  ],
  ...[
    'この',
    '【',
    '※',
    '本メールは',
    'On ',
    'From: a\n',
    'forwarded by ',
    '----\nTEL 03-0000-0000\n',
    '\x8e\xb1',
  ],
  ...[
    '転送者',
    '会社名',
    '配信停止',
    'message-id: ',
    '/Encrypt ',
    '<style',
    '. ',
    '*',
    '=?utf-8?q?',
    "''",
    '%E8',
  ],
];

async function read(unit: string): Promise<void> {
  const text = unit.repeat(Math.ceil(200_000 / unit.length));
  const field = text.slice(0, 70_000).replace(/[\r\n]/g, ' ');
  const heads = ['From', 'To', 'Subject', 'References', 'Date', 'Content-Type', 'Authentication-Results'];
  const mails = [
    `From: a@example.jp\n\n${text}`,
    `From: mailer-daemon@example.jp\nContent-Type: text/html\n\n${text}`,
    `Content-Type: multipart/mixed; boundary=b\n\n${text}`,
    `${heads.map((name) => `${name}: ${field}`).join('\n')}\n\nx`,
  ];
  for (const mail of mails) {
    const { letter } = await readMail(Buffer.from(mail));
    screen({ ...letter, body: { own: text, quoted: text, signature: text } }, ours);
    readOpening(mask, { own: text, quoted: text, signature: text, subject: letter.subject, field });
  }
}

/** Every pattern of the product that runs while hostile mail is read, with what it was given. */
async function patternsSeen(): Promise<ReadonlyMap<string, Seen>> {
  const seen = new Map<string, Seen>();
  const foreign = new Set<string>();
  const exec = RegExp.prototype.exec;
  // Making a stack trace runs patterns of its own.
  let asking = false;
  RegExp.prototype.exec = function (this: RegExp, text: string) {
    if (asking) return exec.call(this, text);
    const key = `/${this.source}/${this.flags}`;
    const known = seen.get(key);
    if (known !== undefined) known.chars = Math.max(known.chars, String(text).length);
    else if (!foreign.has(key)) {
      asking = true;
      const caller = new Error().stack?.split('\n').find((line, at) => at > 1 && line.includes('/')) ?? '';
      asking = false;
      if (/\/src\/(?:inquiry|reading)\//.test(caller))
        seen.set(key, { pattern: this, chars: String(text).length });
      else foreign.add(key);
    }
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
  return seen;
}

test('no pattern takes more than 50 ms over hostile text (threat 68)', async () => {
  const seen = await patternsSeen();
  expect(seen.size).toBeGreaterThan(90);
  const slow: string[] = [];
  for (const [key, { pattern, chars }] of seen) {
    const length = Math.min(chars, charsMax);
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
      const alone = new RegExp(pattern.source, pattern.flags);
      const run = (): number => {
        const begun = performance.now();
        alone.lastIndex = 0;
        alone.test(text);
        return performance.now() - begun;
      };
      // A busy machine may stop one run; a slow pattern is slow each time.
      if (run() > millisecondsMax && run() > millisecondsMax && run() > millisecondsMax)
        slow.push(`${key} over ${JSON.stringify(unit)} × ${length}`);
    }
  }
  expect(slow).toEqual([]);
}, 120_000);
