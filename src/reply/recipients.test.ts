import { describe, expect, it, test } from 'vitest';
import type { Contract, SupportNumber } from '../inquiry/contract.ts';
import type { Directive } from './directive-shape.ts';
import { type Correspondence, recipientsOf, remarksOn } from './recipients.ts';

const contact = (email: string) => ({ company: '', department: '', name: '', email, fax: '', phone: '' });
const CONTRACT: Contract = {
  number: 'CL-1234-5678' as SupportNumber,
  customer: '例示商事株式会社',
  product: 'ChatLuck',
  purchasedOn: '2026-04-01',
  status: 'active',
  customised: false,
  periods: [],
  contacts: [contact('yamada@example.jp'), contact('@dealer.example.jp')],
};
const MAIL: Correspondence = {
  from: 'yamada@example.jp',
  replyTo: null,
  to: ['cltech@support.example.jp', 'suzuki@example.jp'],
  cc: ['tanaka@example.jp', 'sato@staff.example.jp'],
  participants: [],
  contract: CONTRACT,
  ours: ['cltech@support.example.jp'],
  staff: ['sato@staff.example.jp'],
};
const to = (...addresses: string[]): Directive => ({ kind: 'to', addresses });
const cc = (...addresses: string[]): Directive => ({ kind: 'cc', addresses });
const stranger = (address: string) => ({ address, name: '', role: 'stranger' as const });

function found(change: Partial<Correspondence> = {}, ...directives: readonly Directive[]) {
  const result = recipientsOf({ ...MAIL, ...change }, directives);
  if (result.kind === 'problem') throw new Error(result.text);
  const { flags, ...lists } = result;
  return { to: lists.to, cc: lists.cc, flags: flags.map(({ kind, address }) => `${kind} ${address}`) };
}

describe('who gets an answer', () => {
  test.each<[string, Partial<Correspondence>, readonly Directive[], string[], string[], string[]]>([
    [
      'author and the other customers',
      {},
      [],
      ['yamada@example.jp'],
      ['suzuki@example.jp', 'tanaka@example.jp'],
      [],
    ],
    [
      'ours with a mark, in any case, is ours',
      { to: ['CLTech+c7abc@Support.example.jp'], cc: [] },
      [],
      ['yamada@example.jp'],
      [],
      [],
    ],
    [
      'staff with an extension',
      { cc: ['Sato+x@staff.example.jp'], to: [] },
      [],
      ['yamada@example.jp'],
      [],
      [],
    ],
    [
      'everybody once',
      { to: ['YAMADA@example.jp', 'a@example.jp'], cc: ['A@example.jp'] },
      [],
      ['yamada@example.jp'],
      ['a@example.jp'],
      [],
    ],
    [
      'a registered Reply-To; who wrote stays in copy',
      { replyTo: 'desk@dealer.example.jp', to: [], cc: [] },
      [],
      ['desk@dealer.example.jp'],
      ['yamada@example.jp'],
      [],
    ],
    [
      'an unregistered Reply-To is not used',
      { replyTo: 'yamada@evil.example', to: [], cc: [] },
      [],
      ['yamada@example.jp'],
      [],
      ['reply-to yamada@evil.example'],
    ],
    [
      'a Reply-To without a contract is not used',
      { replyTo: 'b@example.jp', contract: null, to: [], cc: [] },
      [],
      ['yamada@example.jp'],
      [],
      ['reply-to b@example.jp'],
    ],
    [
      'a stranger in copy is left out',
      { participants: [stranger('tanaka@example.jp')] },
      [],
      ['yamada@example.jp'],
      ['suzuki@example.jp'],
      ['stranger tanaka@example.jp'],
    ],
    [
      'a foreign domain is flagged',
      { cc: ['kato@example.com'], to: [] },
      [],
      ['yamada@example.jp'],
      ['kato@example.com'],
      ['foreign kato@example.com'],
    ],
    [
      'a domain that only ends alike is foreign',
      { cc: ['kato@evil-example.jp'], to: [] },
      [],
      ['yamada@example.jp'],
      ['kato@evil-example.jp'],
      ['foreign kato@evil-example.jp'],
    ],
    [
      'the author of an unverified ticket is flagged',
      { from: 'yamada@private.example', to: [], cc: [] },
      [],
      ['yamada@private.example'],
      [],
      ['foreign yamada@private.example'],
    ],
    [
      'without a contract the author’s domain is home',
      { contract: null, cc: ['b@example.com'] },
      [],
      ['yamada@example.jp'],
      ['suzuki@example.jp', 'b@example.com'],
      ['foreign b@example.com'],
    ],
    [
      'an unfit address is left out',
      { cc: ['b@example.jp\r\nBcc: evil@example.com', 'x y@example.jp'], to: [] },
      [],
      ['yamada@example.jp'],
      [],
      [],
    ],
    [
      '#to replaces the author alone',
      {},
      [to('b@example.jp')],
      ['b@example.jp'],
      ['suzuki@example.jp', 'tanaka@example.jp'],
      [],
    ],
    [
      '#cc replaces the copies',
      {},
      [cc('b@example.jp'), cc('c@example.jp')],
      ['yamada@example.jp'],
      ['b@example.jp', 'c@example.jp'],
      [],
    ],
    ['#cc なし', {}, [cc()], ['yamada@example.jp'], [], []],
    ['#to of one in copy', {}, [to('tanaka@example.jp')], ['tanaka@example.jp'], ['suzuki@example.jp'], []],
    [
      'a stranger named by staff is accepted, and flagged',
      { from: 'x@example.com', to: [], cc: [], participants: [stranger('x@example.com')] },
      [to('x@example.com')],
      ['x@example.com'],
      [],
      ['foreign x@example.com'],
    ],
  ])('%s', (_what, change, directives, expectedTo, expectedCc, flags) => {
    expect(found(change, ...directives)).toEqual({ to: expectedTo, cc: expectedCc, flags });
  });

  test.each<[string, Partial<Correspondence>, readonly Directive[], RegExp]>([
    ['nobody', { from: null }, [], /送り先のお客様のアドレスがありません/],
    ['a stranger alone', { participants: [stranger('yamada@example.jp')] }, [], /送り先/],
    ['ourselves alone', { from: 'cltech@support.example.jp' }, [], /送り先/],
    ['staff alone', { from: 'sato@staff.example.jp' }, [], /送り先/],
    ['#to of ours', {}, [to('cltech@support.example.jp')], /当窓口または社員/],
    ['#cc of ours with a mark', {}, [cc('cltech+x@support.example.jp')], /当窓口または社員/],
    ['#cc of staff', {}, [cc('sato@staff.example.jp')], /当窓口または社員/],
    ['an unfit #to', {}, [to('a@b')], /正しくありません/],
    ['51 people', { cc: Array.from({ length: 51 }, (_one, at) => `a${at}@example.jp`) }, [], /多すぎます/],
  ])('%s is a problem', (_what, change, directives, text) => {
    expect(recipientsOf({ ...MAIL, ...change }, directives)).toEqual({
      kind: 'problem',
      text: expect.stringMatching(text),
    });
  });

  it('tells the flags in Japanese', () => {
    expect(remarksOn([{ kind: 'foreign', address: 'kato@example.com' }])).toEqual([
      'お客様のドメインと異なる宛先: kato@example.com',
    ]);
  });
});
