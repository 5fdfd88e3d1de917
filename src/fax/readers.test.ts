import { expect, it } from 'vitest';
import { openRecogniser } from './ocr.ts';

const bitmap = { width: 8, height: 8, data: Buffer.alloc(64, 255) };

it('a reader that is left out is never asked: no child is started for it', async () => {
  const killed: string[] = [];
  const ocr = openRecogniser({
    readers: ['field', 'page'],
    milliseconds: 1,
    onKilled: (reason) => killed.push(reason),
  });
  expect(await ocr.line(bitmap as never, '0123456789')).toBeNull();
  expect(killed).toEqual([]);
  // The other readers are asked, and have no time here.
  expect(await ocr.text(bitmap as never)).toBeNull();
  expect(killed).toHaveLength(1);
  await ocr.close();
});

it.each([undefined, [], ['field', 'line', 'page']])('%j asks all', async (readers) => {
  const killed: string[] = [];
  const ocr = openRecogniser({
    ...(readers === undefined ? {} : { readers }),
    milliseconds: 1,
    onKilled: (reason) => killed.push(reason),
  });
  await ocr.line(bitmap as never, '0123456789');
  expect(killed).toHaveLength(1);
  await ocr.close();
});
