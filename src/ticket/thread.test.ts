import { describe, expect, it } from 'vitest';
import type { Contract, SupportNumber } from '../inquiry/contract.ts';
import { belonging, type Clues } from './thread.ts';
import type { Ticket } from './ticket.ts';

const ticket = (over: Partial<Ticket> = {}): Ticket => ({
  id: 1,
  ref: 'R-20261101-0001',
  state: 'open',
  channel: 'mail',
  number: 'CL-1234-5678',
  verified: true,
  subject: '',
  openedAt: '2026-11-01T00:00:00.000Z',
  closedAt: null,
  linkedTo: null,
  repeatOf: null,
  category: null,
  assignee: null,
  firstAnswerMinutes: null,
  mergedInto: null,
  version: 1,
  participants: [{ address: 'sato@example.jp', name: '', role: 'author' }],
  ...over,
});
const clues = (over: Partial<Clues> = {}): Clues => ({
  signed: null,
  tagged: null,
  earlier: null,
  passwordFor: null,
  sender: 'sato@example.jp',
  registeredOn: () => false,
  numbers: [],
  contract: null,
  receivedAt: new Date('2026-11-20T23:59:59+09:00'),
  ...over,
});
const closed = (days: number): Ticket =>
  ticket({
    state: 'closed',
    closedAt: new Date(Date.parse('2026-11-20T23:59:59+09:00') - days * 86_400_000).toISOString(),
  });
/** Closed at this time of Tokyo. */
const closedAt = (time: string): Ticket =>
  ticket({ state: 'closed', closedAt: new Date(time).toISOString() });
const contract: Contract = {
  number: 'CL-1234-5678' as SupportNumber,
  customer: '株式会社サンプル商事',
  product: 'ChatLuck',
  purchasedOn: '2026-04-01',
  status: 'active',
  customised: false,
  periods: [],
  contacts: ['sato@example.jp', 'kato@example.jp', ''].map((email) => ({
    company: '',
    department: '',
    name: '',
    email,
    fax: '',
    phone: '',
  })),
};
const waiting = (author: string): Ticket =>
  ticket({
    number: null,
    state: 'awaiting-number',
    participants: [{ address: author, name: '', role: 'author' }],
  });
const stranger = 'mallory@example.org';
const colleague = { sender: 'kato@example.jp', registeredOn: (number: string) => number === 'CL-1234-5678' };

describe('which ticket a message belongs to (spec 4)', () => {
  const rows: readonly [string, Partial<Clues>, string, string?][] = [
    ['nothing to go by', {}, 'new', 'no thread'],
    ['our mark, by a participant', { signed: ticket() }, 'continues'],
    ['our mark, by a contact of the contract', { signed: ticket(), ...colleague }, 'continues'],
    ['our mark, from outside', { signed: ticket(), sender: stranger }, 'doubtful', 'stranger'],
    [
      'our mark, by somebody noted as a stranger before',
      {
        signed: ticket({ participants: [{ address: stranger, name: '', role: 'stranger' }] }),
        sender: stranger,
      },
      'doubtful',
      'stranger',
    ],
    ['a subject tag, by a participant', { tagged: ticket() }, 'continues'],
    [
      'a subject tag, by a stranger',
      { tagged: ticket(), sender: stranger },
      'new',
      'stranger-with-reference',
    ],
    ['a reply to an own earlier mail', { earlier: ticket() }, 'continues'],
    ['a reply to somebody else’s mail', { earlier: ticket(), sender: stranger }, 'new'],
    ['the password of an encrypted attachment', { passwordFor: ticket() }, 'continues'],
    ['a mail with a number is no password mail', { passwordFor: ticket(), numbers: ['CL-1234-5678'] }, 'new'],
    [
      'another contract’s number in the thread',
      { signed: ticket(), numbers: ['CL-9999-0000'] },
      'doubtful',
      'other-number',
    ],
    [
      'two numbers, one of them another’s',
      { signed: ticket(), numbers: ['CL-1234-5678', 'CL-9999-0000'] },
      'doubtful',
      'other-number',
    ],
    ['the ticket’s own number', { signed: ticket(), numbers: ['CL-1234-5678'] }, 'continues'],
    [
      'a number for a ticket that waits for one',
      { signed: ticket({ number: null, state: 'awaiting-number' }), numbers: ['CL-1234-5678'] },
      'continues',
    ],
    ['a ticket staff rejected', { signed: ticket({ state: 'rejected' }) }, 'doubtful', 'rejected-ticket'],
    [
      'a colleague sends the number a ticket waits for',
      { signed: waiting('sato@example.jp'), sender: 'kato@example.jp', numbers: ['CL-1234-5678'], contract },
      'continues',
    ],
    [
      'a contact sends his number into the ticket of a stranger',
      { signed: waiting(stranger), sender: 'kato@example.jp', numbers: ['CL-1234-5678'], contract },
      'doubtful',
      'stranger',
    ],
    [
      'a stranger sends the number a ticket of a contact waits for',
      { signed: waiting('sato@example.jp'), sender: stranger, numbers: ['CL-1234-5678'], contract },
      'doubtful',
      'stranger',
    ],
    ['our mark, nobody to believe', { signed: ticket(), sender: '' }, 'doubtful', 'stranger'],
    [
      'our mark, nobody to believe, and a contact without an address',
      { signed: waiting('sato@example.jp'), sender: '', numbers: ['CL-1234-5678'], contract },
      'doubtful',
      'stranger',
    ],
    ['a subject tag, nobody to believe', { tagged: ticket(), sender: '' }, 'new', 'stranger-with-reference'],
    ['an earlier mail, nobody to believe', { earlier: ticket(), sender: '' }, 'new', 'no thread'],
    ['a password mail, nobody to believe', { passwordFor: ticket(), sender: '' }, 'new', 'no thread'],
    ['the last minute of the 30th day', { signed: closedAt('2026-10-21T09:00:00+09:00') }, 'reopens'],
    [
      'the first minute of the 31st day',
      { signed: closedAt('2026-10-20T23:59:59+09:00') },
      'new',
      'closed-long-ago',
    ],
    ['closed 30 days ago', { signed: closed(30) }, 'reopens'],
    ['closed 31 days ago', { signed: closed(31) }, 'new', 'closed-long-ago'],
    ['the mark wins over the tag', { signed: ticket(), tagged: ticket({ id: 2 }) }, 'continues'],
  ];
  it.each(rows)('%s', (_why, given, kind, reason) => {
    const found = belonging(clues(given));
    expect(found.kind).toBe(kind);
    if (reason !== undefined) expect(found.reason).toBe(reason);
  });

  it('links a new ticket to the one a stranger named or that closed too long ago', () => {
    expect(belonging(clues({ tagged: ticket(), sender: stranger }))).toMatchObject({ linkedTo: { id: 1 } });
    expect(belonging(clues({ signed: closed(31) }))).toMatchObject({ linkedTo: { id: 1 } });
  });
});
