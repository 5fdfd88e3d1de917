/**
 * `uketsuke doctor --probe`: two mails to ourselves, one to an address with an extension, through the relay and the
 * mail server and back in by whatever way mail comes. Their Message-IDs are marks of ours, so they open no ticket.
 */
import type { Check } from './command/door.ts';
import type { OpenDesk } from './desk/house.ts';
import type { Received } from './desk/ports.ts';
import { draftLetter } from './reply/draft.ts';
import { markedAddress, signMark } from './reply/mark.ts';
import { messageIdFor } from './reply/message-id.ts';

export interface ProbeBounds {
  /** For the first of the two. */
  readonly waitMs: number;
  /** For the other one, after the first. */
  readonly graceMs: number;
}

const bounds: ProbeBounds = { waitMs: 90_000, graceMs: 30_000 };
const pollMs = 500;

interface Sent {
  readonly messageId: string;
  readonly to: string;
  /** Null when the relay took it, else its words. */
  readonly refused: string | null;
}

/** The daemon must run beside: it is the one that takes the mails in. */
export async function* probe(
  desk: OpenDesk,
  hasRelay: boolean,
  { waitMs, graceMs }: ProbeBounds = bounds,
): AsyncIterable<Check> {
  if (!hasRelay) {
    yield warn('probe', 'cannot mail itself: relay.host is not set');
    return;
  }
  const serial = Math.floor(Date.now() / 1000) * 2;
  const { address } = desk.house.from;
  const extended = markedAddress(address, signMark(desk.house.keys[0]!, 'b', serial + 1));
  const plain = await send(desk, address, serial);
  if (plain.refused !== null) {
    yield fail(
      'probe',
      `the relay does not take mail to ${address}: ${plain.refused}; correct relay, or from`,
    );
    return;
  }
  const marked = extended === null ? null : await send(desk, extended, serial + 1);
  const came = await arrival(desk, [plain.messageId], waitMs);
  if (came === null) {
    const seconds = Math.round(waitMs / 1000);
    yield fail(
      'probe',
      `a mail to ${address} did not come back within ${seconds} s; start the daemon beside this command, and see that mail to ${address} reaches mailboxes, smtp.listen or smtp.lmtp`,
    );
    return;
  }
  yield ok('probe', `a mail to ${address} came back by ${came.source.kind}`);
  const markedCame =
    marked === null || marked.refused !== null ? null : await arrival(desk, [marked.messageId], graceMs);
  yield extension(desk, marked, markedCame);
  yield await proof(desk, came);
}

async function send(desk: OpenDesk, to: string, serial: number): Promise<Sent> {
  const { house } = desk;
  const mark = signMark(house.keys[0]!, 'b', serial);
  const messageId = messageIdFor(mark, 'notification', house.from.address.split('@')[1]!);
  const drafted = draftLetter({
    kind: 'notification',
    from: house.from,
    to: [to],
    replyTo: null,
    subject: 'Uketsuke: doctor --probe',
    body: 'A mail of uketsuke doctor --probe to itself. It opens no ticket and can be deleted.\n',
    messageId,
    at: new Date(),
    inReplyTo: null,
    references: [],
  });
  if (drafted.kind === 'refused') return { messageId, to, refused: drafted.reason };
  const bytes = await desk.pack(drafted.draft);
  const parcel = { messageId, envelopeFrom: '', recipients: [to], bytes };
  const { kind, reason } = await desk.courier.deliver(parcel, async () => true);
  return { messageId, to, refused: kind === 'sent' || kind === 'uncertain' ? null : reason };
}

async function arrival(desk: OpenDesk, ids: readonly string[], waitMs: number): Promise<Received | null> {
  const until = performance.now() + waitMs;
  for (;;) {
    const found = (await desk.store.received.byMessageIds(ids))[0];
    if (found !== undefined) return found;
    if (performance.now() > until) return null;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Whether the mail server delivers cltech+…@ to cltech@, and what that means for the configuration. */
function extension({ house }: OpenDesk, marked: Sent | null, came: Received | null): Check {
  if (came !== null)
    return house.addressExtension === '+'
      ? ok('replies', `${marked!.to} came back: addresses can be extended, as configured`)
      : warn(
          'replies',
          `${marked!.to} came back: addresses can be extended; set addressExtension to "+", so that replies and bounces find their ticket by a signed address as well`,
        );
  const why =
    marked === null
      ? 'the local part of from is too long to be extended'
      : marked.refused === null
        ? `${marked.to} did not come back`
        : `${marked.to} was refused: ${marked.refused}`;
  return house.addressExtension === '+'
    ? fail(
        'replies',
        `${why}: replies to our letters are lost; set addressExtension to none, or let the mail server deliver extended addresses`,
      )
    : ok('replies', `${why}: addresses cannot be extended, and addressExtension is none as it must be`);
}

/** What our mail server wrote on the mail that came back, and whether we believe it. */
async function proof(desk: OpenDesk, came: Received): Promise<Check> {
  const { authservId } = desk.house;
  const raw = await desk.store.received.raw(came.id);
  const reading = raw === null ? null : await desk.reader.read(raw);
  const headers = reading === null || reading.kind === 'killed' ? [] : reading.letter.headers;
  const first = headers.find(({ name }) => name === 'authentication-results');
  const server = /^[\w.-]{1,255}/.exec(first?.value.trim() ?? '')?.[0] ?? null;
  const said = `the mail that came back: ${came.facts?.authentication ?? 'none'} (${came.facts?.authenticationDetail ?? ''})`;
  if (server === null)
    return authservId === null
      ? ok('sender proof', said)
      : warn(
          'sender proof',
          `${said}; it carries no Authentication-Results, though authservId is ${authservId}`,
        );
  if (server.toLowerCase() === authservId?.toLowerCase()) return ok('sender proof', said);
  return warn(
    'sender proof',
    `${said}; its first Authentication-Results is by ${server}: when that is your own mail server, set authservId to ${server}`,
  );
}

const ok = (check: string, message: string): Check => ({ check, status: 'ok', message });
const warn = (check: string, message: string): Check => ({ check, status: 'warn', message });
const fail = (check: string, message: string): Check => ({ check, status: 'fail', message });
