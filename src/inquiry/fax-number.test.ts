import { describe, expect, it } from 'vitest';
import { contract } from '../../test/findings.ts';
import type { Contact, Contract, SupportNumber } from './contract.ts';
import type { FaxDocument, FaxNumber } from './fax.ts';
import { asReading, callerContact, settledByCaller, together, withHints } from './fax-number.ts';

const reader = { reader: 'field' as const, raw: 'CL-1234-5678', confidence: 0.9 };
const number = (over: Partial<FaxNumber> = {}): FaxNumber => ({
  value: null,
  where: 'opening',
  raw: 'CL-1234-5678',
  decision: 'uncertain',
  reason: 'only one reader',
  candidates: [{ value: 'CL-1234-5678', readers: [reader] }],
  box: null,
  ...over,
});
const fax = (over: Partial<FaxDocument> = {}): FaxDocument => ({
  channel: 'fax',
  kind: 'inquiry',
  from: null,
  subject: '',
  text: '本文',
  header: '',
  number: number(),
  numberSeconds: 0,
  pages: [
    { page: 1, text: '本文', confidence: 90, seconds: 1, outcome: 'image', detail: '', turned: 0, png: null },
  ],
  unread: 0,
  strip: null,
  ...over,
});

describe('what the caller settles (spec 3.4)', () => {
  it('one reading that is the only contract of a trusted caller', () => {
    expect(settledByCaller(number(), 'CL-1234-5678')).toMatchObject({
      value: 'CL-1234-5678',
      decision: 'accepted',
    });
  });

  it.each<[string, FaxNumber, string | null]>([
    ['a caller nobody vouches for, or with several contracts', number(), null],
    ['another contract', number(), 'CL-2345-6789'],
    [
      'a number only a near match or the header line points to',
      number({ candidates: [{ value: 'CL-1234-5678', readers: [] }] }),
      'CL-1234-5678',
    ],
    ['two numbers on the page', number({ decision: 'ambiguous' }), 'CL-1234-5678'],
    ['a number that is not at the start', number({ where: 'body' }), 'CL-1234-5678'],
    ['no number', number({ decision: 'missing', candidates: [] }), 'CL-1234-5678'],
  ])('not: %s', (_why, seen, only) => {
    expect(settledByCaller(seen, only)).toEqual(seen);
  });
});

it('hints stand behind what was read, once each', () => {
  const hinted = withHints(number(), ['CL-1234-5678', 'CL-2345-6789']);
  expect(hinted.candidates).toEqual([
    { value: 'CL-1234-5678', readers: [reader] },
    { value: 'CL-2345-6789', readers: [] },
  ]);
});

it('a reading of a fax in the words of a mail', () => {
  expect(asReading(number())).toMatchObject({
    value: null,
    decision: 'uncertain',
    candidates: [{ value: 'CL-1234-5678', raw: 'CL-1234-5678', verdict: 'fits' }],
  });
});

describe('who may be written to about a fax', () => {
  const person = (email: string, fax = ''): Contact => ({
    ...{ company: '', department: '', name: '', phone: '' },
    email,
    fax,
  });
  const on = (value: string, ...contacts: Contact[]): Contract => ({
    ...contract,
    number: value as SupportNumber,
    contacts,
  });
  const caller = '0350641328';
  const sato = person('sato@example.jp', caller);

  it.each<[string, readonly Contract[], Contract | null, string | null]>([
    [
      'the contact with that number',
      [on('CL-1', person('a@example.jp'), sato)],
      on('CL-1'),
      'sato@example.jp',
    ],
    [
      'else the first of the contract',
      [on('CL-1', person('', caller), person('a@example.jp'))],
      on('CL-1'),
      'a@example.jp',
    ],
    [
      'without a number: the same person on all contracts',
      [on('CL-1', sato), on('CL-2', sato)],
      null,
      'sato@example.jp',
    ],
    [
      'without a number: different people',
      [on('CL-1', sato), on('CL-2', person('b@example.jp', caller))],
      null,
      null,
    ],
    ['not registered on the contract in question', [on('CL-1', sato)], on('CL-2'), null],
    ['a whole domain is nobody', [on('CL-1', person('@example.jp', caller))], on('CL-1'), null],
    ['no mail address', [on('CL-1', person('', caller))], on('CL-1'), null],
    ['not registered at all', [], on('CL-1'), null],
  ])('%s', (_why, registeredOn, asked, email) => {
    expect(callerContact(registeredOn, asked, caller)?.email ?? null).toBe(email);
  });

  it('nobody, when the caller hides the number', () => {
    expect(callerContact([on('CL-1', sato)], on('CL-1'), null)).toBeNull();
  });
});

describe('several files of one fax', () => {
  const accepted = (value: string) =>
    fax({ number: number({ value, decision: 'accepted', candidates: [{ value, readers: [reader] }] }) });
  it('pages are counted on, and the number may stand on either', () => {
    const whole = together([
      fax({ number: number({ decision: 'missing', candidates: [] }), unread: 1 }),
      accepted('CL-1'),
    ]);
    expect(whole).toMatchObject({
      number: { value: 'CL-1', decision: 'accepted' },
      unread: 1,
      text: '本文\n\n本文',
    });
    expect(whole.pages.map(({ page }) => page)).toEqual([1, 2]);
  });

  it('two numbers are for a person', () => {
    expect(together([accepted('CL-1'), accepted('CL-2')]).number).toMatchObject({
      value: null,
      decision: 'ambiguous',
    });
  });
});
