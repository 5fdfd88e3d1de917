/** Who vouches for the sender of a message (spec 6): our mail server's word where it may be believed, else our own checks. */
import { recordedVerdict, unproved, type Verdict, weigh } from '../inquiry/authentication.ts';
import type { Letter } from '../inquiry/letter.ts';
import type { Desk } from './house.ts';
import type { ClaimedMessage, Source } from './ports.ts';

/** Asked once for each message: the answer stays with its facts. */
export async function authenticate(
  { house, prover }: Desk,
  message: ClaimedMessage,
  letter: Letter,
): Promise<Verdict> {
  const domain = letter.from?.address.split('@')[1] ?? '';
  if (domain === '') return unproved('the mail names no usable sender');
  // Which of them a server looked at, and which one a reader sees, nobody can say.
  if (letter.notes.some(({ kind }) => kind === 'several-from'))
    return unproved('several senders stand in the From');
  const { peer, returnPath } = message.source;
  const recorded = mayBelieve(message.source)
    ? recordedVerdict(letter.headers, house.authservId, domain)
    : unproved('its Authentication-Results do not count, by the way it came');
  if (recorded.verdict !== 'none' || typeof message.partial === 'string') return recorded;
  const address = peer?.client ?? null;
  const evidence = await prover.prove({
    raw: message.raw,
    domain,
    at: message.receivedAt,
    spf: address === null || !returnPath ? null : { address, mailFrom: returnPath },
  });
  const found = weigh(evidence);
  return { ...found, detail: found.by === null ? `${recorded.detail}; ${found.detail}` : found.detail };
}

/**
 * Anybody can write a field in our name. Over SMTP it counts from a mail server of ours alone, and never in a mail that
 * staff forward: what lies in an attachment no server of ours has looked at.
 */
function mayBelieve({ kind, peer }: Source): boolean {
  return kind !== 'staff' && (peer === undefined || peer.trusted);
}
