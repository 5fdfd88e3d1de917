import { describe, expect, it } from 'vitest';
import { type Circumstances, lettersPerDayMax, lettersPerHourMax, whyWithheld } from './withhold.ts';

const plain: Circumstances = {
  to: 'sato@example.jp',
  automatic: null,
  authentication: 'none',
  sent: { queued: 0, hour: 0, day: 0 },
  undeliverable: false,
  repeat: false,
};

describe('why an automatic letter is withheld (spec 5.2)', () => {
  it.each<[string, Partial<Circumstances>, RegExp | null]>([
    ['an ordinary inquiry', {}, null],
    ['no verdict is not failure', { authentication: 'none' }, null],
    ['nobody to write to', { to: null }, /no usable sender/],
    ['automatic mail', { automatic: 'Auto-Submitted: auto-replied' }, /auto-replied/],
    ['a failed verdict', { authentication: 'fail' }, /authentication/],
    ['an address that bounced', { undeliverable: true }, /bounced/],
    ['a repeat', { repeat: true }, /again/],
    ['one below the cap an hour', { sent: { queued: 2, hour: lettersPerHourMax - 3, day: 4 } }, null],
    ['the cap an hour, sent', { sent: { queued: 0, hour: lettersPerHourMax, day: 5 } }, /hour/],
    [
      'the cap an hour, queued over a weekend',
      { sent: { queued: lettersPerHourMax, hour: 0, day: 0 } },
      /hour/,
    ],
    ['one below the cap a day', { sent: { queued: 1, hour: 0, day: lettersPerDayMax - 2 } }, null],
    ['the cap a day', { sent: { queued: 1, hour: 0, day: lettersPerDayMax - 1 } }, /day/],
  ])('%s', (_why, over, expected) => {
    const found = whyWithheld({ ...plain, ...over });
    if (expected === null) expect(found).toBeNull();
    else expect(found?.reason).toMatch(expected);
  });
});
