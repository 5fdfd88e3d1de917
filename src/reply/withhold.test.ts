import { describe, expect, it } from 'vitest';
import {
  type Circumstances,
  lettersPerDayMax,
  lettersPerHourMax,
  lettersPerTicketMax,
  strangersMax,
  strangersNear,
  whyWithheld,
} from './withhold.ts';

const plain: Circumstances = {
  to: 'sato@example.jp',
  automatic: null,
  authentication: 'none',
  sent: { queued: 0, hour: 0, day: 0 },
  strangers: null,
  ofTicket: 0,
  undeliverable: false,
  repeat: false,
};

const few = { hour: 1, day: 1 };
const strangers = (over: Partial<NonNullable<Circumstances['strangers']>>) => ({
  strangers: { domain: few, all: few, ...over },
});

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
    ['few strangers', strangers({}), null],
    [
      'strangers of one domain, an hour',
      strangers({ domain: { hour: strangersMax.domain.hour, day: 100 } }),
      /an hour to one domain/,
    ],
    [
      'strangers of one domain, a day',
      strangers({ domain: { hour: 0, day: strangersMax.domain.day } }),
      /a day to one domain/,
    ],
    [
      'all strangers, an hour',
      strangers({ all: { hour: strangersMax.all.hour, day: 500 } }),
      /an hour to str/,
    ],
    [
      'all strangers, a day',
      strangers({ all: { hour: 0, day: strangersMax.all.day } }),
      /a day to strangers/,
    ],
    ['one below the cap of a ticket', { ofTicket: lettersPerTicketMax - 1 }, null],
    ['the cap of a ticket', { ofTicket: lettersPerTicketMax }, /one ticket/],
    ['the cap a day', { sent: { queued: 1, hour: 0, day: lettersPerDayMax - 1 } }, /day/],
  ])('%s', (_why, over, expected) => {
    const found = whyWithheld({ ...plain, ...over });
    if (expected === null) expect(found).toBeNull();
    else expect(found?.reason).toMatch(expected);
  });
});

describe('whether a cap on strangers lies within the next letters', () => {
  const counts = (hour: number, all = 0) => ({ domain: { hour, day: hour }, all: { hour: all, day: all } });
  const cap = strangersMax.domain.hour;
  it.each([
    ['far from it', counts(0), false],
    ['none of them reaches it', counts(cap - 11), false],
    ['the last of them reaches it', counts(cap - 10), true],
    ['passed already: none of them gets a letter', counts(cap), false],
    ['of all strangers', counts(0, strangersMax.all.hour - 1), true],
  ])('%s', (_why, found, expected) => {
    expect(strangersNear(found, 10)).toBe(expected);
  });
});
