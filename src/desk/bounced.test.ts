import { expect, it } from 'vitest';
import type { DeliveryReport } from '../inquiry/letter.ts';
import { fateOf, whoBounced } from './bounced.ts';

type Recipient = Partial<DeliveryReport['recipients'][number]>;
it.each<[string, readonly Recipient[] | null, string]>([
  ['failed with 5.1.1', [{ action: 'failed', status: '5.1.1' }], 'permanent'],
  ['failed, no status', [{ action: 'failed' }], 'permanent'],
  ['failed after days of 4.x', [{ action: 'failed', status: '4.4.7' }], 'temporary'],
  ['failed, a code in the words alone', [{ action: 'failed', diagnostic: 'smtp 452 full' }], 'temporary'],
  ['delayed', [{ action: 'delayed', status: '4.4.1' }], 'temporary'],
  ['delayed, though it speaks of 5xx', [{ action: 'delayed', status: '5.0.0' }], 'temporary'],
  ['delivered', [{ action: 'delivered', status: '2.0.0' }], 'temporary'],
  ['words with 550', [{ diagnostic: '550 user unknown' }], 'permanent'],
  ['words with a longer number', [{ diagnostic: 'id 15501' }], 'unclear'],
  ['words alone', [{}], 'unclear'],
  ['nobody named', [], 'unclear'],
  ['no report at all', null, 'unclear'],
  ['one of two for good', [{ action: 'delayed' }, { action: 'failed', status: '5.1.1' }], 'permanent'],
])('a report that says %s', (_what, recipients, expected) => {
  expect(fateOf(reportOf(recipients))).toBe(expected);
});

const [sato, kato] = ['Sato@example.jp', 'kato@example.jp'];
const gone = { action: 'failed', status: '5.1.1' };
it.each<[string, readonly Recipient[] | null, readonly string[], string, boolean]>([
  ['the one we wrote to', [{ ...gone, address: 'sato@example.jp' }], [sato], sato, true],
  ['one of two', [{ ...gone, address: kato }], [sato, kato], kato, true],
  [
    'the lost one behind a late one',
    [
      { action: 'delayed', address: sato },
      { ...gone, address: kato },
    ],
    [sato, kato],
    kato,
    true,
  ],
  ['a full mailbox', [{ action: 'failed', status: '5.2.2', address: sato }], [sato], sato, false],
  ['suspected of spam', [{ action: 'failed', status: '5.7.1', address: sato }], [sato], sato, false],
  [
    'spam, where it was forwarded to',
    [{ action: 'failed', status: '5.7.1', address: 'x@far.example.jp' }],
    [sato],
    sato,
    false,
  ],
  ['gone where it was forwarded to', [{ ...gone, address: 'x@far.example.jp' }], [sato], sato, true],
  ['somebody else, of two', [{ ...gone, address: 'x@far.example.jp' }], [sato, kato], sato, false],
  ['late', [{ action: 'delayed', status: '4.4.1', address: sato }], [sato], sato, false],
  ['words alone', [{ address: sato }], [sato], sato, false],
  ['no report', null, [sato], sato, false],
])('whose mail came back: %s', (_what, recipients, everybody, address, closes) => {
  expect(whoBounced(reportOf(recipients), everybody)).toEqual({ address, closes });
});

function reportOf(recipients: readonly Recipient[] | null): DeliveryReport | null {
  const empty = { address: 'a@example.jp', action: '', status: '', diagnostic: '' };
  return recipients === null
    ? null
    : { recipients: recipients.map((one) => ({ ...empty, ...one })), originalMessageIds: [] };
}
