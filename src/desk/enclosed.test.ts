import { expect, it } from 'vitest';
import { staffFilesBytesMax } from '../reply/attachment.ts';
import { enclosedFiles, filesTold } from './enclosed.ts';
import type { Desk } from './house.ts';
import type { Occasion } from './occasion.ts';

const picture = Buffer.alloc(500_000);

function desk(sizes: readonly number[] | null): Desk {
  const attachments = (sizes ?? []).map((bytes, at) => ({
    name: `${at}`,
    type: 'a/b',
    content: Buffer.alloc(bytes),
  }));
  return {
    store: { received: { raw: async () => Buffer.from('x'), picture: async () => picture } },
    reader: {
      unpack: async () =>
        sizes === null ? { kind: 'killed', reason: 'time' } : { kind: 'unpacked', attachments },
    },
  } as unknown as Desk;
}
const occasion = (sizes: readonly number[], fax: boolean, event = 'new') =>
  ({
    item: { kind: 'notification', data: { event } },
    message: {
      id: 1,
      facts: {
        ...(fax ? { fax: {} } : {}),
        attachments: sizes.map((bytes, at) => ({ name: `${at}`, bytes, encrypted: false })),
      },
    },
  }) as unknown as Occasion;

it.each([
  ['a fax and its pictures', [1_000], true, ['0', '番号の場所.png', '1枚目.png'], ['添付', '添付', '添付']],
  ['one picture fits', [staffFilesBytesMax - 600_000], true, ['0', '番号の場所.png'], ['添付', '添付']],
  ['no picture fits', [staffFilesBytesMax - 10], true, ['0'], ['添付']],
  [
    'the fax itself is too large',
    [staffFilesBytesMax + 1],
    true,
    ['番号の場所.png', '1枚目.png'],
    ['保管のみ(転送上限超)', '添付', '添付'],
  ],
  [
    'the second of three is too large',
    [10, staffFilesBytesMax, 10],
    false,
    ['0', '2'],
    ['添付', '保管のみ(転送上限超)', '添付'],
  ],
] as const)('%s', async (_name, sizes, fax, names, notes) => {
  const one = occasion(sizes, fax);
  const files = await enclosedFiles(desk(sizes), one);
  expect(files.map(({ name }) => name)).toEqual(names);
  // More than this a draft refuses.
  expect(files.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(staffFilesBytesMax);
  expect(filesTold(one.message!.facts!.attachments, files).map(({ note }) => note)).toEqual(notes);
});

it('what cannot be taken out is told as kept, and a mail about a letter carries nothing', async () => {
  const one = occasion([5], false);
  const files = await enclosedFiles(desk(null), one);
  expect(filesTold(one.message!.facts!.attachments, files)[0]!.note).toBe('保管のみ(取り出せませんでした)');
  expect(await enclosedFiles(desk([5]), occasion([5], false, 'bounce'))).toEqual([]);
});
