import { describe, expect, it } from 'vitest';
import { type Contract, standing } from './contract.ts';
import { type NumberResult, numberResult, triage } from './triage.ts';

describe('triage: every row of spec 3.6', () => {
  const rows: readonly [NumberResult, string, string, string, string][] = [
    // result, known sender: outcome and letter, anyone else: outcome and letter
    ['valid', 'ticket-opened', 'acknowledgement', 'ticket-opened', 'neutral'],
    ['missing', 'held', 'request-number', 'held', 'request-number'],
    ['malformed', 'held', 'request-number', 'held', 'request-number'],
    ['unknown', 'held', 'request-number', 'held', 'neutral'],
    ['expired', 'review', 'period', 'review', 'neutral'],
    ['not-started', 'review', 'period', 'review', 'neutral'],
    ['cancelled', 'review', 'bare', 'review', 'neutral'],
    ['ambiguous', 'review', 'bare', 'review', 'neutral'],
    ['uncertain', 'review', 'bare', 'review', 'neutral'],
  ];
  it.each(rows)('%s', (result, outcome, letter, otherOutcome, otherLetter) => {
    expect(triage(result, true)).toEqual({ outcome, letter });
    expect(triage(result, false)).toEqual({ outcome: otherOutcome, letter: otherLetter });
  });
});

const contract = (over: Partial<Contract> = {}): Contract => ({
  number: 'CL-1234-5678' as Contract['number'],
  customer: '株式会社サンプル商事',
  product: 'ChatLuck',
  purchasedOn: '2025-03-20',
  status: 'active',
  customised: false,
  periods: [
    { startsOn: '2025-04-01', endsOn: '2026-03-31' },
    { startsOn: '2026-05-01', endsOn: '2027-04-30' },
  ],
  contacts: [],
  ...over,
});

describe('standing: both ends inclusive, no end computed (約款 3)', () => {
  it.each([
    ['the day before the first purchase', '2025-03-19', { kind: 'not-started', startsOn: '2025-03-20' }],
    ['the day of the first purchase (3(1))', '2025-03-20', { kind: 'valid' }],
    ['the first day of the contract period', '2025-04-01', { kind: 'valid' }],
    ['the last day', '2026-03-31', { kind: 'valid' }],
    ['the day after, in a gap', '2026-04-01', { kind: 'expired', endedOn: '2026-03-31' }],
    ['the last day of the gap', '2026-04-30', { kind: 'expired', endedOn: '2026-03-31' }],
    ['the renewed period', '2026-05-01', { kind: 'valid' }],
    ['after everything', '2027-05-01', { kind: 'expired', endedOn: '2027-04-30' }],
  ])('%s', (_why, day, expected) => {
    expect(standing(contract(), day)).toMatchObject(expected);
  });

  it('only the earliest period reaches back to the purchase', () => {
    const late = contract({ purchasedOn: '2026-04-15' });
    expect(standing(late, '2026-04-20')).toEqual({ kind: 'expired', endedOn: '2026-03-31' });
  });

  it('a cancelled contract is cancelled on every day', () => {
    expect(standing(contract({ status: 'cancelled' }), '2026-06-01')).toEqual({ kind: 'cancelled' });
  });
});

describe('numberResult', () => {
  it('asks the registry only for a number that counts', () => {
    const reading = { value: 'CL-1234-5678', decision: 'accepted' } as const;
    expect(numberResult(reading, contract(), '2026-06-01').result).toBe('valid');
    expect(numberResult(reading, contract(), '2026-04-10').result).toBe('expired');
    expect(numberResult(reading, null, '2026-06-01').result).toBe('unknown');
    expect(numberResult({ value: null, decision: 'ambiguous' }, contract(), '2026-06-01').result).toBe(
      'ambiguous',
    );
  });
});
