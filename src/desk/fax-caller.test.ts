import { expect, it } from 'vitest';
import { contract } from '../../test/findings.ts';
import { unproved, type Verdict } from '../inquiry/authentication.ts';
import type { Contract, SupportNumber } from '../inquiry/contract.ts';
import type { FaxDocument } from '../inquiry/fax.ts';
import { findCaller } from './fax-caller.ts';
import type { Desk } from './house.ts';
import type { Source } from './ports.ts';

const caller = '0355500142';
const own: Contract = {
  ...contract,
  contacts: [
    { company: '', department: '', name: '青山', email: 'aoyama@example.jp', fax: caller, phone: '' },
  ],
};
const other: Contract = { ...own, number: 'CL-9876-5432' as SupportNumber };
/** One reader saw the number, and nobody confirmed it. */
const document = {
  number: {
    ...{ value: null, where: 'opening', raw: own.number, decision: 'uncertain', reason: '', box: null },
    candidates: [{ value: own.number, readers: [{ reader: 'field', raw: own.number, confidence: 0.9 }] }],
  },
} as unknown as FaxDocument;

const verdict = (found: Verdict['verdict']): Verdict => ({ ...unproved(''), verdict: found });
const from = (kind: Source['kind'], name: string): Source => ({
  kind,
  name,
  returnPath: null,
  recipients: [],
});
const find = (source: Source, found: Verdict['verdict'], registered: readonly Contract[] = [own]) => {
  const desk = {
    house: { trustedPeer: (peer: string) => peer === '192.0.2.7', faxGateways: [] },
    store: {
      contracts: {
        registeredFax: async (fax: string) => (fax === caller ? registered : []),
        find: async (number: string) => registered.find((one) => one.number === number) ?? null,
      },
    },
  } as unknown as Desk;
  const call = { gateway: 'g', caller, claimed: null, pages: 1 };
  return findCaller(desk, source, verdict(found), { call, document, digests: [] });
};

it.each<[string, Source, Verdict['verdict'], readonly Contract[], string]>([
  ['an authenticated gateway', from('imap', 'desk'), 'pass', [own], 'accepted'],
  ['a gateway at a trusted address', from('smtp', '192.0.2.7'), 'none', [own], 'accepted'],
  ['anybody by SMTP', from('smtp', '198.51.100.9'), 'none', [own], 'uncertain'],
  ['a mailbox of that name', from('imap', '192.0.2.7'), 'none', [own], 'uncertain'],
  ['a caller with two contracts', from('imap', 'desk'), 'pass', [own, other], 'uncertain'],
  ['a gateway that failed authentication', from('smtp', '192.0.2.7'), 'fail', [own], 'uncertain'],
])(
  'one reading that is the caller’s only contract (spec 3.4), told by %s',
  async (_who, source, found, registered, decision) => {
    expect((await find(source, found, registered)).reading.decision).toBe(decision);
  },
);

it('a gateway that failed authentication names no caller, and nobody to write to', async () => {
  expect(await find(from('imap', 'desk'), 'fail')).toMatchObject({
    registeredOn: [],
    sender: null,
    faxBack: null,
  });
  expect(await find(from('imap', 'desk'), 'none')).toMatchObject({
    sender: { address: 'aoyama@example.jp' },
  });
});
