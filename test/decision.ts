import type {
  Acceptance,
  ClaimedMessage,
  Decision,
  MessageFacts,
  NewLetter,
  TicketOpening,
} from '../src/desk/ports.ts';

/** Plain data for tests of the store; every field can be set. */

let count = 0;

export function acceptance(over: Partial<Acceptance> = {}): Acceptance {
  count += 1;
  return {
    raw: Buffer.from(`Subject: ${count}\r\n\r\nbody \0\xff`, 'latin1'),
    source: {
      kind: 'smtp',
      name: '192.0.2.1',
      returnPath: 'taro@example.jp',
      recipients: ['cltech@example.jp'],
    },
    receivedAt: '2026-11-24T01:02:03.000Z',
    messageId: `<${count}@example.jp>`,
    contentKey: `key-${process.pid}-${count}`,
    quiet: false,
    ...over,
  };
}

export function facts(over: Partial<MessageFacts> = {}): MessageFacts {
  return {
    kind: 'inquiry',
    from: 'taro@example.jp',
    fromName: '架空 太郎',
    subject: '起動しません',
    number: 'CL-1234-5678',
    textDigest: 'digest',
    encrypted: false,
    attachments: [{ name: '図.png', bytes: 3, encrypted: false }],
    authentication: 'none',
    authenticationBy: null,
    authenticationDetail: '',
    text: '本文\0',
    result: 'valid',
    numberReason: 'first line',
    numberPlace: '冒頭 1行目',
    remarks: ['文字コードを直しました'],
    to: ['cltech@example.jp'],
    cc: [],
    replyTo: null,
    ...over,
  };
}

export function opening(over: Partial<TicketOpening> = {}): TicketOpening {
  return {
    state: 'open',
    channel: 'mail',
    number: 'CL-1234-5678',
    verified: true,
    subject: '起動しません',
    openedAt: '2026-11-24T01:02:03.000Z',
    openedOn: '2026-11-24',
    linkedTo: null,
    repeatOf: null,
    participants: [{ address: 'taro@example.jp', name: '架空 太郎', role: 'author' }],
    ...over,
  };
}

export function letter(over: Partial<NewLetter> = {}): NewLetter {
  return {
    kind: 'acknowledgement',
    to: 'taro@example.jp',
    onceKey: 'acknowledgement:{ticket}',
    notBefore: '2026-11-24T01:02:03.000Z',
    data: { text: 'あ', n: 1, yes: true, none: null },
    ...over,
  };
}

export function deciding(
  message: Pick<ClaimedMessage, 'id' | 'token'>,
  over: Partial<Omit<Decision, 'received'>> & { received?: Partial<Decision['received']> } = {},
): Decision {
  return {
    at: '2026-11-24T02:00:00.000Z',
    ticket: { kind: 'open', opening: opening() },
    earlier: [],
    letters: [],
    events: [],
    bounce: null,
    ...over,
    received: {
      id: message.id,
      token: message.token,
      outcome: 'ticket-opened',
      reason: 'valid number',
      facts: facts(),
      duplicateOf: null,
      ...over.received,
    },
  };
}

export function ignoring(message: Pick<ClaimedMessage, 'id' | 'token'>): Decision {
  return deciding(message, {
    ticket: { kind: 'none' },
    received: { outcome: 'ignored', reason: 'auto-reply', facts: null },
  });
}
