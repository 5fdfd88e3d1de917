import { expect, test } from 'vitest';
import { list } from './listing.ts';
import { defaultReceptionCalendar, type ReceptionCalendar } from './reception-calendar.ts';

const calendar: ReceptionCalendar = {
  ...defaultReceptionCalendar,
  closures: [{ name: '年末年始休暇', from: '2026-12-29', to: '2027-01-04' }],
  closuresKnownUntil: '2027-03-31',
};

test('the list has a line for every window and every day off', () => {
  const lines = list(calendar, '2026-12-28', '2027-01-05').map(
    ({ day, open, opensAt, closesAt, reason, name }) =>
      `${day} ${open} ${opensAt?.slice(11, 16)}-${closesAt?.slice(11, 16)} ${reason} ${name}`,
  );
  expect(lines).toEqual([
    '2026-12-28 true 09:00-12:00 open null',
    '2026-12-28 true 13:00-17:30 open null',
    '2026-12-29 false undefined-undefined closure 年末年始休暇',
    '2026-12-30 false undefined-undefined closure 年末年始休暇',
    '2026-12-31 false undefined-undefined closure 年末年始休暇',
    '2027-01-01 false undefined-undefined holiday 元日',
    '2027-01-02 false undefined-undefined weekend null',
    '2027-01-03 false undefined-undefined weekend null',
    '2027-01-04 false undefined-undefined closure 年末年始休暇',
    '2027-01-05 true 09:00-12:00 open null',
    '2027-01-05 true 13:00-17:30 open null',
  ]);
  expect(list(calendar, '2027-04-01', '2027-04-01').map(({ reason }) => reason)).toEqual(['unknown']);
  expect(list(calendar, '2027-01-05', '2027-01-04')).toEqual([]);
});
