/** docs/threats.md tells the truth about its tests; and the small rules it names that stand nowhere else. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOpening } from '../src/inquiry/opening.ts';
import { parseMask } from '../src/inquiry/support-number.ts';
import { readMail } from '../src/reading/mail.ts';

const root = join(import.meta.dirname, '..');
const document = readFileSync(join(root, 'docs', 'threats.md'), 'utf8');
const rows = document.split('\n').filter((line) => /^\| \d+ \|/.test(line));

interface Named {
  readonly file: string;
  readonly test: string;
}

/** `file.ts`: “test”; “test”; `fixtures/folder`: “file”. */
function named(text: string): readonly Named[] {
  return [...text.matchAll(/`((?:src|test|fixtures)\/[\w./-]+)`:((?:[\s;]*“[^”]+”)+)/g)].flatMap(
    ([, file = '', tests = '']) => [...tests.matchAll(/“([^”]+)”/g)].map(([, test = '']) => ({ file, test })),
  );
}

/** A file of a folder, or the title of a case in a file. */
function isFixture(place: string, name: string): boolean {
  if (existsSync(join(root, place, name))) return true;
  return place.endsWith('.txt') && readFileSync(join(root, place), 'utf8').includes(`## ${name}`);
}

describe('docs/threats.md', () => {
  it('has a test on every line', () => {
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter((row) => named(row).length === 0)).toEqual([]);
  });

  it('names tests that exist', () => {
    const missing = named(document).filter(({ file, test }) => {
      if (file.startsWith('fixtures/')) return !isFixture(file, test);
      if (!existsSync(join(root, file))) return true;
      const text = readFileSync(join(root, file), 'utf8');
      return !["'", '"', '`'].some((mark) => text.includes(`${mark}${test}${mark}`));
    });
    expect(missing).toEqual([]);
  });
});

const mask = parseMask('CL-9999-9999');
const openingOf = (text: string, subject = '') =>
  readOpening(mask, { subject, own: text, quoted: '', signature: '', field: null });

it('a display name is nobody', async () => {
  const raw = 'From: "cltech <cltech@example.jp> CL-1234-5678" <evil@evil.example>\r\nSubject: s\r\n\r\nx';
  const { letter } = await readMail(Buffer.from(raw));
  expect(letter.from?.address).toBe('evil@evil.example');
  expect(openingOf(letter.body.own, letter.subject).decision).toBe('missing');
});

it.each([
  ['CL-\u200b1234\u2060-\ufeff5678', 'CL-1234-5678'],
  ['ＣＬ－１２３４－５６７８', 'CL-1234-5678'],
  ['С\u200bL-1234-5678', null],
  ['СL-1234-5678', null],
  ['CL-1234-567８', 'CL-1234-5678'],
  ['CL-१२३४-5678', null],
  ['CL-1234-5б78', null],
  ['ᏟL-1234-5678', null],
])('zero-width characters are passed over, look-alikes never count', (text, value) => {
  expect(openingOf(text).value).toBe(value);
});
