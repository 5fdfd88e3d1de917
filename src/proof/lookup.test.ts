import { afterEach, beforeEach, expect, it } from 'vitest';
import { type NameServer, startNameServer } from '../../test/name-server.ts';
import { openLookup, within } from './lookup.ts';

let names: NameServer;
beforeEach(async () => {
  names = await startNameServer();
  names.set('example.jp', 'v=spf1 -all');
});
afterEach(() => names[Symbol.asyncDispose]());

it('keeps an answer, and asks again for what had none', async () => {
  const lookup = openLookup([names.address]);
  expect(await lookup('Example.JP', 'TXT')).toEqual([['v=spf1 -all']]);
  expect(await lookup('example.jp', 'TXT')).toEqual([['v=spf1 -all']]);
  for (let count = 0; count < 2; count += 1)
    await expect(lookup('gone.example.jp', 'TXT')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(names.asked).toEqual(['example.jp TXT', 'gone.example.jp TXT', 'gone.example.jp TXT']);
});

it.each(['a b.example.jp', 'a\0.example.jp', '', `${'a'.repeat(300)}.jp`, '-x'])(
  'asks nobody for %j',
  async (name) => {
    await expect(openLookup([names.address])(name, 'TXT')).rejects.toMatchObject({ code: 'ENODATA' });
    expect(names.asked).toEqual([]);
  },
);

it('leaves a name service alone that does not answer', async () => {
  names.mood = 'silence';
  const lookup = openLookup([names.address]);
  await Promise.allSettled(['a', 'b', 'c'].map((name) => lookup(`${name}.example.jp`, 'TXT')));
  const before = names.asked.length;
  await expect(lookup('example.jp', 'TXT')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  expect(names.asked).toHaveLength(before);
}, 20_000);

it('the dead servers of a stranger shut nobody out, and soon cost little', async () => {
  names.silent.add('evil.example');
  const lookup = openLookup([names.address]);
  for (const name of ['a', 'b', 'c'])
    await expect(lookup(`${name}.evil.example`, 'TXT')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  const before = performance.now();
  await expect(lookup('d.evil.example', 'TXT')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  expect(performance.now() - before).toBeLessThan(2_200);
  expect(await lookup('example.jp', 'TXT')).toEqual([['v=spf1 -all']]);
}, 20_000);

it('one mail waits for no longer than it may', async () => {
  names.mood = 'silence';
  const budget = within(openLookup([names.address]), 200);
  const before = performance.now();
  await expect(budget('example.jp', 'TXT')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  await expect(budget('example.jp', 'TXT')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  expect(performance.now() - before).toBeLessThan(2_200);
});
