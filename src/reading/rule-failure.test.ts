import { expect, test, vi } from 'vitest';
import { readMail } from './mail.ts';

// No known mail makes a rule throw, so one that always does stands in for the mail nobody has seen.
vi.mock('./own-text.ts', () => ({
  splitOwnText: () => {
    throw new Error('no such rule');
  },
}));

test('a rule that throws costs the distinction, never the mail', async () => {
  const { letter } = await readMail(Buffer.from('From: a@example.jp\nSubject: x\n\nCL-1234-5678\n> old\n'));
  expect(letter.body).toEqual({ own: 'CL-1234-5678\n> old\n', quoted: '', signature: '' });
  expect(letter.notes).toContainEqual({
    kind: 'raw-text',
    detail: 'telling own text from history failed: Error: no such rule',
  });
});
