import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cpuMs } from '../../test/cpu-time.ts';
import { screen } from './automatic-mail.ts';
import type { Letter } from './letter.ts';

const ours = { ourAddresses: ['cltech@desk.example.jp'], staffAddresses: ['staff@desk.example.jp'] };

function letter(text: string): { letter: Letter; returnPath: string | null } {
  const gap = text.indexOf('\n\n');
  const headers = text
    .slice(0, gap)
    .split('\n')
    .map((line) => ({
      name: line.slice(0, line.indexOf(':')).toLowerCase(),
      value: line.slice(line.indexOf(':') + 1).trim(),
    }));
  const value = (name: string): string | undefined => headers.find((field) => field.name === name)?.value;
  const from = /^(.*?)<?([^<>\s]+@[^<>\s]+?)>?$/.exec(value('from') ?? '');
  const own = text.slice(gap + 2);
  const read: Letter = {
    messageId: '<m@example.jp>',
    inReplyTo: [],
    references: [],
    replyTo: [],
    to: [],
    cc: [],
    sentAt: null,
    attachments: [],
    report: null,
    notes: [],
    from: from === null ? null : { name: (from[1] ?? '').trim(), address: from[2] ?? '' },
    subject: value('subject') ?? '',
    headers,
    text: own,
    body: { own, quoted: '', signature: '' },
  };
  return { letter: read, returnPath: value('return-path')?.replace(/[<>]/g, '') ?? null };
}

const cases = (file: string): [string, string][] =>
  readFileSync(new URL(`../../fixtures/automatic/${file}`, import.meta.url), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((block) => [block.slice(0, block.indexOf('\n')), block.slice(block.indexOf('\n') + 1)]);

describe('automatic mail', () => {
  it.each(cases('automatic.txt'))('%s', (title, text) => {
    const [, kind, strength] = title.split(' | ');
    const { letter: read, returnPath } = letter(text);
    const result = screen(read, { ...ours, returnPath });
    expect(result).toMatchObject({ kind, strength, mayAnswer: false });
    expect(result.whyNot).not.toBeNull();
  });
});

describe('ordinary mail', () => {
  it.each(cases('ordinary.txt'))('%s', (_title, text) => {
    const { letter: read, returnPath } = letter(text);
    expect(screen(read, { ...ours, returnPath })).toEqual({
      kind: 'inquiry',
      strength: 'none',
      reasons: [],
      mayAnswer: true,
      whyNot: null,
    });
  });
  it.each(['staff@desk.example.jp', 'CLTECH@desk.example.jp'])('%s gets no letter', (address) => {
    const { letter: read } = letter(`From: ${address}\nSubject: x\n\nx`);
    expect(screen(read, { ...ours, returnPath: null })).toMatchObject({
      kind: 'inquiry',
      strength: 'none',
      mayAnswer: false,
    });
  });
});

it('is linear over hostile words', () => {
  const { letter: read } = letter(`From: a@example.jp\nSubject: x\n\nx`);
  const hostile = (text: string) => () =>
    void screen(
      { ...read, subject: text.slice(0, 500), body: { own: text, quoted: '', signature: text } },
      { ...ours, returnPath: text.slice(0, 5_000) },
    );
  // The first look compiles the patterns.
  hostile('x')();
  const pieces = [
    '自動',
    '【',
    'この',
    ' ',
    '不在の',
    'a-',
    '(',
    '※',
    'out of ',
    '自動返信',
    '　',
    'メール',
    'your ',
  ];
  for (const piece of pieces) {
    const look = hostile(piece.repeat(1_000_000 / piece.length));
    expect(Math.min(cpuMs(look), cpuMs(look))).toBeLessThan(50);
  }
});
