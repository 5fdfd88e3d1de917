import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { saveNew } from './file-save.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'save-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('makes the folder, overwrites nothing, and says what was there', () => {
  const inside = join(folder, 'new', 'one');
  expect(saveNew(inside, '図.png', Buffer.from('1'))).toEqual({
    path: join(inside, '図.png'),
    how: 'written',
  });
  expect(saveNew(inside, '図.png', Buffer.from('1')).how).toBe('same');
  expect(saveNew(inside, '図.png', Buffer.from('2')).path).toBe(join(inside, '図 (2).png'));
  expect(saveNew(inside, '図.png', Buffer.from('2')).how).toBe('same');
  expect(readFileSync(join(inside, '図.png'), 'utf8')).toBe('1');
});

it('is for its owner alone and never a program (threat 61)', () => {
  const { path } = saveNew(join(folder, 'new'), 'invoice.exe', Buffer.from('MZ'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('follows no link', () => {
  const target = join(folder, 'target');
  symlinkSync(target, join(folder, 'a.txt'));
  expect(saveNew(folder, 'a.txt', Buffer.from('x')).path).toBe(join(folder, 'a (2).txt'));
  expect(readdirSync(folder).sort()).toEqual(['a (2).txt', 'a.txt']);
});

it('a long Japanese name keeps its ending', () => {
  const { path } = saveNew(folder, `${'長'.repeat(100)}.xlsx`, Buffer.from('x'));
  expect(path).toMatch(/長\.xlsx$/);
});

it('says what to do when it cannot write', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => saveNew(join(folder, 'file'), 'a', Buffer.from(''))).toThrow(
    /cannot be written \(E\w+\); name a folder/,
  );
});
