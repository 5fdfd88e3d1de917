import type { Findings } from '../src/desk/look-up.ts';
import type { OutboxItem } from '../src/desk/ports.ts';
import type { Contract, SupportNumber } from '../src/inquiry/contract.ts';
import type { Letter } from '../src/inquiry/letter.ts';
import type { Ticket } from '../src/ticket/ticket.ts';

/** Plain data for tests of the pure rules of the desk: an ordinary mail of a registered contact, valid number on top. */

export const contract: Contract = {
  number: 'CL-1234-5678' as SupportNumber,
  customer: '株式会社サンプル商事',
  product: 'ChatLuck',
  purchasedOn: '2026-04-01',
  status: 'active',
  customised: false,
  periods: [{ startsOn: '2026-04-01', endsOn: '2027-03-31' }],
  contacts: [
    { company: '', department: '', name: '佐藤', email: 'sato@example.jp', fax: '', phone: '' },
    { company: '', department: '', name: '電話のみ', email: '', fax: '', phone: '03' },
  ],
};

export function letterOf(over: Partial<Letter> = {}): Letter {
  return {
    messageId: '<1@example.jp>',
    inReplyTo: [],
    references: [],
    from: { name: '佐藤', address: 'sato@example.jp' },
    replyTo: [],
    to: [{ name: '', address: 'cltech@example.jp' }],
    cc: [],
    subject: '起動しません',
    sentAt: null,
    headers: [],
    text: 'CL-1234-5678',
    body: { own: 'CL-1234-5678', quoted: '', signature: '' },
    attachments: [],
    report: null,
    notes: [],
    ...over,
  };
}

export function findingsOf(over: Partial<Findings> = {}): Findings {
  const letter = over.letter ?? letterOf();
  return {
    message: {
      id: 1,
      token: 't',
      lane: 'mail',
      twin: null,
      kills: 0,
      raw: Buffer.from(''),
      receivedAt: '2026-11-20T01:00:00.000Z',
      source: { kind: 'smtp', name: '', returnPath: 'sato@example.jp', recipients: [] },
      messageId: '<1@example.jp>',
      contentKey: 'k',
      quiet: false,
      outcome: null,
      reason: null,
      decidedAt: null,
      ticketId: null,
      facts: null,
    },
    fax: null,
    letter,
    limit: null,
    screening: { kind: 'inquiry', strength: 'none', reasons: [], mayAnswer: true, whyNot: null },
    channel: 'mail',
    form: null,
    gateway: false,
    faxBack: null,
    sender: letter.from,
    fromStaff: false,
    staffReply: null,
    forwarded: [],
    blocked: null,
    authentication: { verdict: 'none', by: null, detail: '', broken: false },
    reading: {
      value: contract.number,
      where: 'opening',
      raw: 'CL-1234-5678',
      decision: 'accepted',
      reason: '',
      candidates: [],
      line: 1,
    },
    contract,
    inherited: null,
    registeredOn: [contract],
    belonging: { kind: 'new', linkedTo: null, reason: 'no thread' },
    ticketMessages: [],
    ticketLetters: [],
    marked: null,
    ours: null,
    faxReport: null,
    returned: false,
    textDigest: 'd',
    repeat: { of: null, answered: false },
    undeliverable: [],
    sentTo: () => ({ queued: 0, hour: 0, day: 0 }),
    strangers: null,
    bouncedBefore: 0,
    ...over,
  };
}

export function ticketOf(over: Partial<Ticket> = {}): Ticket {
  return {
    id: 1,
    ref: 'R-20261120-0001',
    state: 'open',
    channel: 'mail',
    number: 'CL-1234-5678',
    verified: true,
    subject: '',
    openedAt: '2026-11-20T01:00:00.000Z',
    closedAt: null,
    linkedTo: null,
    repeatOf: null,
    category: null,
    assignee: null,
    firstAnswerMinutes: null,
    mergedInto: null,
    version: 1,
    participants: [{ address: 'sato@example.jp', name: '佐藤', role: 'author' }],
    ...over,
  };
}

export function itemOf(over: Partial<OutboxItem> = {}): OutboxItem {
  return {
    id: 10,
    kind: 'acknowledgement',
    ticketId: 1,
    receivedId: 1,
    to: 'sato@example.jp',
    onceKey: 'k',
    notBefore: null,
    data: {},
    state: 'queued',
    reason: null,
    attempts: 0,
    createdAt: '2026-11-20T01:00:00.000Z',
    attemptedAt: null,
    messageId: null,
    subject: null,
    sentAt: null,
    ...over,
  };
}
