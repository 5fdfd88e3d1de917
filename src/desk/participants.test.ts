import { describe, expect, it } from 'vitest';
import { findingsOf, letterOf, ticketOf } from '../../test/findings.ts';
import type { Participant } from '../ticket/ticket.ts';
import type { House } from './house.ts';
import type { Findings } from './look-up.ts';
import { joined, participantsOf } from './participants.ts';

const house = {
  addresses: ['cltech@example.jp'],
  staff: [{ name: '鈴木', address: 'Suzuki@example.jp' }],
  from: { name: '', address: 'desk@example.jp' },
} as unknown as House;
const letter = letterOf({
  to: ['cltech@example.jp', 'CLTECH+cabc@example.jp', 'kato@example.jp'].map((address) => ({
    name: '',
    address,
  })),
  cc: ['suzuki@example.jp', 'desk@example.jp', 'sato@example.jp', 'x@example.org'].map((address) => ({
    name: '',
    address,
  })),
});
const told = (over: Partial<Findings>, role: 'author' | 'stranger' = 'author') =>
  participantsOf(findingsOf({ letter, ...over }), house, role).map((one) => `${one.address} ${one.role}`);

describe('who joins a ticket (spec 4)', () => {
  const form = { profile: '', address: '', name: null, company: null, number: null, text: null, missing: [] };
  it.each<[string, Partial<Findings>, readonly string[]]>([
    [
      'the author and whom he copied, never ours or staff',
      {},
      ['sato@example.jp author', 'kato@example.jp copied', 'x@example.org copied'],
    ],
    ['a form names one', { form, channel: 'form' }, ['sato@example.jp author']],
    [
      'a From that failed authentication brings nobody',
      { authentication: { verdict: 'fail', by: 'spf', detail: '', broken: false } },
      ['sato@example.jp stranger'],
    ],
    ['nobody', { sender: null }, []],
    ['staff', { fromStaff: true }, []],
    ['ourselves', { sender: { name: '', address: 'cltech+x@example.jp' } }, []],
  ])('%s', (_why, over, expected) => expect(told(over)).toEqual(expected));

  it('a stranger alone', () => expect(told({}, 'stranger')).toEqual(['sato@example.jp stranger']));
});

describe('who takes part then', () => {
  const one = (role: Participant['role']): Participant => ({ address: 'x@example.org', name: '', role });
  it.each<[Participant['role'] | null, Participant['role'], Participant['role']]>([
    [null, 'author', 'author'],
    [null, 'stranger', 'stranger'],
    ['copied', 'author', 'author'],
    ['author', 'copied', 'author'],
    ['author', 'stranger', 'author'],
    ['copied', 'stranger', 'copied'],
    ['stranger', 'copied', 'stranger'],
    ['stranger', 'author', 'stranger'],
  ])('%s, then %s: %s', (before, added, after) => {
    const ticket = ticketOf({ participants: before === null ? [] : [one(before)] });
    expect(joined(ticket, [one(added)])).toEqual([one(after)]);
  });
});
