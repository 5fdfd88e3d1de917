import { expect, it } from 'vitest';
import { bounceNotice, bouncesToldPerHourMax } from './bounce-notice.ts';

const at = new Date('2026-11-20T01:30:00.000Z');
const letter = (id: number, kind: 'acknowledgement' | 'answer' = 'acknowledgement') => ({ id, kind });

it.each([
  ['matches no letter: once a day of Japan', null, 0, 'unmatched-bounce:2026-11-20'],
  ['few: each letter', letter(7), 0, 'bounce:7:permanent'],
  ['the last of the few', letter(7), bouncesToldPerHourMax - 1, 'bounce:7:permanent'],
  ['a storm: once an hour', letter(7), bouncesToldPerHourMax, 'bounces:2026-11-20T01'],
  ['an answer in a storm', letter(8, 'answer'), bouncesToldPerHourMax, 'bounce:8:permanent'],
])('%s', (_what, item, before, expected) => {
  expect(bounceNotice(item, 'permanent', before, at)).toBe(expected);
});

it('ten thousand in ten minutes are one word', () => {
  const minute = (count: number) => new Date(at.getTime() + (count * 600_000) / 10_000);
  const keys = (of: (count: number) => Parameters<typeof bounceNotice>[0], before: number) =>
    new Set(
      Array.from({ length: 10_000 }, (_one, count) =>
        bounceNotice(of(count), 'permanent', before, minute(count)),
      ),
    );
  expect(keys(() => null, 0).size).toBe(1);
  expect(keys((count) => letter(count), bouncesToldPerHourMax).size).toBe(1);
});
