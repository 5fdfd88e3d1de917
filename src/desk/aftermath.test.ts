import { describe, expect, it } from 'vitest';
import { itemOf, ticketOf } from '../../test/findings.ts';
import { defaultReceptionCalendar } from '../calendar/reception-calendar.ts';
import { aftermath, failureAftermath } from './aftermath.ts';
import type { House } from './house.ts';

const house = {
  calendar: defaultReceptionCalendar,
  hours: {},
  reminders: true,
  staff: [{ name: '鈴木', address: 'suzuki@example.jp' }],
} as unknown as House;
/** A Monday. */
const now = new Date('2026-11-16T10:00:00+09:00');
const waits = ticketOf({ state: 'awaiting-number', number: null });
const asked = itemOf({ kind: 'request-number', data: { remind: true } });

describe('what follows a letter that left', () => {
  it('the reminder after 3 business days, the closing notice after 5 more', () => {
    const [reminder] = aftermath(house, asked, waits, now).letters;
    expect(reminder).toMatchObject({ kind: 'reminder', notBefore: '2026-11-19T00:00:00.000Z' });
    const sent = itemOf({ kind: 'reminder', data: reminder!.data });
    const [closing] = aftermath(house, sent, waits, new Date(reminder!.notBefore!)).letters;
    // 2026-11-23 is a holiday.
    expect(closing).toMatchObject({ kind: 'closing-notice', notBefore: '2026-11-27T00:00:00.000Z' });
    expect(closing!.data['firstRequestOn']).toBe('2026-11-16');
  });

  it('nothing when nobody vouches for the sender, or reminders are off', () => {
    const unknown = itemOf({ kind: 'request-number', data: { remind: false } });
    expect(aftermath(house, unknown, waits, now).letters).toEqual([]);
    expect(aftermath({ ...house, reminders: false }, asked, waits, now).letters).toEqual([]);
  });

  it('the closing notice closes a ticket that still waits, and no other', () => {
    const notice = itemOf({ kind: 'closing-notice' });
    expect(aftermath(house, notice, waits, now).ticket).toMatchObject({ state: 'closed', version: 1 });
    expect(aftermath(house, notice, ticketOf(), now).ticket).toBeNull();
    expect(aftermath(house, notice, ticketOf({ state: 'review', number: null }), now).ticket).toBeNull();
  });
});

it.each([
  ['failed', 1],
  ['uncertain', 1],
  ['cancelled', 0],
] as const)('a letter that is %s: staff get %i mails', (kind, count) => {
  const settlement = { kind, at: now.toISOString(), reason: 'x' };
  const found = failureAftermath(house, asked, settlement, now);
  expect(found.letters).toHaveLength(count);
  expect(found.events).toMatchObject([{ kind: `letter-${kind}` }]);
  expect(failureAftermath(house, itemOf({ kind: 'notification' }), settlement, now).letters).toEqual([]);
});

it.each([
  ['failed', 'answered', 'open'],
  ['uncertain', 'closed', 'open'],
  ['failed', 'open', undefined],
  ['cancelled', 'answered', undefined],
  ['held', 'answered', undefined],
] as const)('an answer that is %s on a ticket that is %s: %s', (kind, before, after) => {
  const settlement = { kind, at: now.toISOString(), reason: 'x' };
  const found = failureAftermath(
    house,
    itemOf({ kind: 'answer' }),
    settlement,
    now,
    ticketOf({ state: before }),
  );
  expect(found.ticket?.state).toBe(after);
  const letter = failureAftermath(house, itemOf(), settlement, now, ticketOf({ state: before }));
  expect(letter.ticket).toBeNull();
});
