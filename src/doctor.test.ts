import { expect, it } from 'vitest';
import type { Gauges } from './desk/ports.ts';
import { backlog, noMailbox } from './doctor.ts';

const now = new Date('2026-11-24T01:00:00.000Z');
const none = { count: 0, oldest: null };
const gauges = (over: {
  mail?: Gauges['waiting']['mail'];
  outbox?: Partial<Gauges['outbox']>;
  quarantined?: number;
}): Gauges => ({
  waiting: { mail: over.mail ?? none, fax: none, again: none, returned: none },
  outbox: {
    ...{ queued: 0, due: 0, oldestDue: null, retried: 0, sending: 0, failed: 0, held: 0, uncertain: 0 },
    ...over.outbox,
  },
  quarantined: over.quarantined ?? 0,
  tickets: { open: 0, review: 0, 'awaiting-number': 0, answered: 0 },
});

it.each([
  ['nothing', {}, 'ok', 'nothing stands still'],
  ['a mail of a moment ago', { mail: { count: 1, oldest: '2026-11-24T00:50:00.000Z' } }, 'ok', 'nothing'],
  [
    'a mail of an hour ago',
    { mail: { count: 2, oldest: '2026-11-24T00:00:00.000Z' } },
    'warn',
    '2 mails wait to be read, the oldest for 60 minutes',
  ],
  [
    'a letter that could have left',
    { outbox: { due: 3, oldestDue: '2026-11-24T00:30:00.000Z' } },
    'warn',
    '3 letters could have left, the oldest 30 minutes ago',
  ],
  ['one nobody knows of', { outbox: { uncertain: 1 } }, 'warn', 'retry or settle'],
  ['a mail nobody could read', { quarantined: 4 }, 'warn', '4 mails could not be read'],
  ['letters that wait for the opening', { outbox: { queued: 9 } }, 'ok', 'nothing'],
] as const)('%s', (_what, over, status, words) => {
  const found = backlog(gauges(over), now);
  expect([found.status, found.message]).toEqual([status, expect.stringContaining(words)]);
});

it.each([
  ['127.0.0.1:2525', undefined, 'ok', 'hands it to 127.0.0.1:2525'],
  [false, '127.0.0.1:2424', 'ok', 'hands it to 127.0.0.1:2424'],
  ['127.0.0.1:2525', '127.0.0.1:2424', 'ok', 'hands it to 127.0.0.1:2525 or 127.0.0.1:2424'],
  [false, undefined, 'warn', 'list a mailbox under mailboxes'],
] as const)('a desk without a mailbox says where mail comes from (%s, %s)', (listen, lmtp, status, words) => {
  const found = noMailbox({ smtp: { listen, lmtp, trustedPeers: [], maxBytes: 50_000_000 } });
  expect([found.status, found.message]).toEqual([status, expect.stringContaining(words)]);
});
