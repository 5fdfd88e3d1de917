import { describe, expect, it } from 'vitest';
import { contract, findingsOf, letterOf } from '../../test/findings.ts';
import type { Findings } from './look-up.ts';
import { judge, reasonOf } from './verdict.ts';

const stranger = { sender: { name: '', address: 'x@example.org' }, registeredOn: [] };
const read = (over: Partial<Findings['reading']>): Partial<Findings> => ({
  reading: { ...findingsOf().reading, ...over },
});
const missing: Partial<Findings> = { ...read({ value: null, decision: 'missing' }), contract: null };
const machine: Partial<Findings> = {
  screening: { kind: 'inquiry', strength: 'weak', reasons: ['x'], mayAnswer: false, whyNot: 'x' },
};
const form: Findings['form'] = {
  profile: 'page',
  address: 'sato@example.jp',
  name: null,
  company: null,
  number: null,
  text: 'x',
  missing: [],
};
const failed: Partial<Findings> = {
  authentication: { verdict: 'fail', by: 'spf', detail: '', broken: false },
};
const looks = { strength: 'weak', reasons: ['x'], mayAnswer: false, whyNot: 'x' } as const;
const weak: Partial<Findings> = { screening: { kind: 'inquiry', ...looks } };
const bulk: Partial<Findings> = { screening: { kind: 'bulk', ...looks } };
const on = '2026-11-20T01:00:00.000Z';

describe('what a number comes to (spec 3.2, 3.6)', () => {
  const rows: readonly [string, Partial<Findings>, string, string, string | null][] = [
    ['valid, known', {}, 'ticket-opened acknowledgement', 'valid', 'CL-1234-5678'],
    ['valid, a stranger', stranger, 'ticket-opened neutral', 'valid (unverified)', 'CL-1234-5678'],
    ['valid, known but forged', failed, 'ticket-opened neutral', 'valid (unverified)', 'CL-1234-5678'],
    [
      'below the start, known',
      read({ decision: 'not-at-start' }),
      'ticket-opened acknowledgement',
      'valid (not-at-start)',
      'CL-1234-5678',
    ],
    [
      'below the start, a stranger',
      { ...stranger, ...read({ decision: 'not-at-start' }) },
      'held request-number',
      'missing (not-at-start)',
      null,
    ],
    [
      'below the start, unknown',
      { ...read({ decision: 'not-at-start' }), contract: null },
      'held request-number',
      'missing (not-at-start)',
      null,
    ],
    ['unknown, known sender', { contract: null }, 'held request-number', 'unknown', null],
    ['unknown, a stranger', { ...stranger, contract: null }, 'held neutral', 'unknown', null],
    ['no number', missing, 'held request-number', 'missing', null],
    ['no number, machine', { ...missing, ...machine }, 'review bare', 'missing', null],
    ['a number, machine', machine, 'ticket-opened acknowledgement', 'valid', 'CL-1234-5678'],
    ['no number, nobody', { ...missing, sender: null }, 'review neutral', 'missing', null],
    ['no number, limit passed', { ...missing, limit: 'time' }, 'review bare', 'missing (limit time)', null],
    [
      'no number, unreadable',
      { ...missing, letter: letterOf({ notes: [{ kind: 'encrypted-body', detail: '' }] }) },
      'review bare',
      'missing',
      null,
    ],
    [
      'no number, mended',
      { ...missing, letter: letterOf({ notes: [{ kind: 'header-repaired', detail: '' }] }) },
      'held request-number',
      'missing',
      null,
    ],
    ['a form', { form }, 'ticket-opened acknowledgement', 'valid', 'CL-1234-5678'],
    ['a form that changed', { form: { ...form, missing: ['text'] } }, 'review bare', 'valid', 'CL-1234-5678'],
    [
      'a form by a machine',
      { ...missing, ...machine, form, channel: 'form' },
      'held request-number',
      'missing',
      null,
    ],
    [
      'inherited from a ticket closed long ago',
      { ...missing, inherited: contract },
      'ticket-opened acknowledgement',
      'valid',
      'CL-1234-5678',
    ],
    [
      'inherited by a stranger',
      { ...missing, ...stranger, inherited: contract },
      'ticket-opened neutral',
      'valid (unverified)',
      'CL-1234-5678',
    ],
    [
      'a stranger, probably automatic',
      { ...weak, ...stranger },
      'ticket-opened neutral',
      'valid (unverified, probably automatic)',
      'CL-1234-5678',
    ],
    [
      'a registered sender, it only looks automatic',
      weak,
      'ticket-opened acknowledgement',
      'valid',
      'CL-1234-5678',
    ],
    [
      'a registered sender’s list mail',
      bulk,
      'ticket-opened acknowledgement',
      'valid (probably automatic)',
      'CL-1234-5678',
    ],
    [
      'our own address',
      { ...stranger, screening: { kind: 'inquiry', ...looks, strength: 'none' } },
      'ticket-opened neutral',
      'valid (unverified)',
      'CL-1234-5678',
    ],
    [
      'what a fax gateway says of itself',
      { ...weak, ...stranger, gateway: true },
      'ticket-opened neutral',
      'valid (unverified)',
      'CL-1234-5678',
    ],
    [
      'headers alone',
      { message: { ...findingsOf().message, partial: 'mail-bytes' }, limit: 'mail-bytes' },
      'review bare',
      'valid (limit mail-bytes)',
      'CL-1234-5678',
    ],
  ];
  it.each(rows)('%s', (_why, over, expected, reason, number) => {
    const findings = findingsOf(over);
    const verdict = judge(findings, on, null);
    expect(`${verdict.outcome} ${verdict.letter}`).toBe(expected);
    expect(verdict.number).toBe(number);
    expect(reasonOf(findings, verdict)).toBe(reason);
  });

  it('the day of the ticket’s first message counts, in Tokyo', () => {
    expect(judge(findingsOf(), '2027-03-31T14:59:59.000Z', null).result).toBe('valid');
    expect(judge(findingsOf(), '2027-03-31T15:00:00.000Z', null).result).toBe('expired');
  });
});
