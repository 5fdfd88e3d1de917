/** The first half of the road: what a message in hand says, and who vouches for it. Nothing is decided here and nothing is written. */
import type { Verdict } from '../inquiry/authentication.ts';
import type { Letter } from '../inquiry/letter.ts';
import { authenticate } from './authenticate.ts';
import { findForwarded } from './forwarded.ts';
import type { Desk } from './house.ts';
import type { Acceptance, ClaimedMessage, Lane } from './ports.ts';
import { bringsFax, type FaxArrival, readFax } from './read-fax.ts';

export type ReadMessage = { readonly message: ClaimedMessage } & (
  | {
      readonly kind: 'read';
      readonly letter: Letter;
      readonly limit: string | null;
      readonly authentication: Verdict;
      readonly fax: FaxArrival | null;
      /** Mails that staff forward in this one. */
      readonly forwarded: readonly Acceptance[];
    }
  /** It brings a fax, whose pages are read in the lane of faxes. */
  | { readonly kind: 'other-lane' }
  /** The same message was decided before: there is nothing to read. */
  | { readonly kind: 'twin'; readonly of: NonNullable<ClaimedMessage['twin']> }
  /** The reader died of it. */
  | { readonly kind: 'killed'; readonly reason: string }
  /** It could not be read, and not through its own doing or through a fault of ours: `isWorldTrouble` tells. */
  | { readonly kind: 'failed'; readonly error: unknown }
);

/** Never rejects. Pages of a fax are read in the lane of faxes only. */
export async function readMessage(desk: Desk, message: ClaimedMessage, lane: Lane): Promise<ReadMessage> {
  if (message.twin !== null) return { message, kind: 'twin', of: message.twin };
  try {
    const reading = await desk.reader.read(message.raw, message.kills > 0);
    if (reading.kind === 'killed') return { message, kind: 'killed', reason: reading.reason };
    const { letter } = reading;
    const limit = message.partial ?? (reading.kind === 'limited' ? reading.limit : null);
    const isFax = bringsFax(desk, letter);
    if (isFax && lane !== 'fax') return { message, kind: 'other-lane' };
    const pages = isFax ? await readFax(desk, message, letter) : null;
    if (pages?.kind === 'killed') return { message, ...pages };
    const authentication = await authenticate(desk, message, letter);
    const inside = await findForwarded(desk, message, letter, authentication);
    if (inside.kind === 'killed') return { message, ...inside };
    const fax = pages?.fax ?? null;
    return { message, kind: 'read', letter, limit, authentication, fax, forwarded: inside.mails };
  } catch (error) {
    return { message, kind: 'failed', error };
  }
}
