import { describe, expect, it } from 'vitest';
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
  receivedAt: new Date('2026-11-20T03:00:00Z'),
  ...over,
});
const closed = (days: number): Ticket =>
  ticket({
    state: 'closed',
    closedAt: new Date(Date.parse('2026-11-20T03:00:00Z') - days * 86_400_000).toISOString(),
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
