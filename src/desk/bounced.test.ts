import { expect, it } from 'vitest';
import type { DeliveryReport } from '../inquiry/letter.ts';
import { fateOf } from './bounced.ts';

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
  const filled = recipients?.map((one) => ({
    address: 'a@example.jp',
    action: '',
    status: '',
    diagnostic: '',
    ...one,
  }));
  const report = filled === undefined ? null : { recipients: filled, originalMessageIds: [] };
  expect(fateOf(report)).toBe(expected);
});
