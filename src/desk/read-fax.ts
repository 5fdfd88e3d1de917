/** The pages behind a gateway's mail: taken out, read, and put beside who called. Waits; decides nothing. */

import type { FaxDocument } from '../inquiry/fax.ts';
import type { FaxCall } from '../inquiry/fax-call.ts';
import { faxFiles, readCall } from '../inquiry/fax-call.ts';
import { gatewayOf } from '../inquiry/fax-gateway.ts';
import { together, withHints } from '../inquiry/fax-number.ts';
import type { Letter } from '../inquiry/letter.ts';
import { phoneNumbers } from '../inquiry/phone-number.ts';
import type { Desk } from './house.ts';
import type { ClaimedMessage } from './ports.ts';

/** A fax as it arrived. */
export interface FaxArrival {
  readonly call: FaxCall;
  readonly document: FaxDocument;
  /** SHA-256 of the files: the same fax delivered again has the same. */
  readonly digests: readonly string[];
}

export type FaxReading =
  | { readonly kind: 'fax'; readonly fax: FaxArrival }
  /** The child that takes the files out of the mail died of it. */
  | { readonly kind: 'killed'; readonly reason: string };

/** Whether the mail carries pages, and so belongs into the slow lane. */
export function bringsFax({ house }: Desk, letter: Letter): boolean {
  return gatewayOf(letter, house.faxGateways) !== null && faxFiles(letter).length > 0;
}

/** Reads all pages of a mail that brings a fax; the lease is renewed with each. Rejects while the reader closes. */
export async function readFax(desk: Desk, message: ClaimedMessage, letter: Letter): Promise<FaxReading> {
  const { house, store, journal } = desk;
  const gateway = gatewayOf(letter, house.faxGateways);
  if (gateway === null) throw new Error('not the mail of a fax gateway');
  const unpacked = await desk.reader.unpack(message.raw);
  if (unpacked.kind === 'killed') return unpacked;
  const call = readCall(letter, gateway);
  const [numbers, hinted] = [
    await store.contracts.numbers(),
    await pointedTo(desk, [call.caller, call.claimed]),
  ];
  const digests = new Set(faxFiles(letter).map(({ digest }) => digest));
  const documents: FaxDocument[] = [];
  for (const { content } of unpacked.attachments.filter(({ digest }) => digests.has(digest))) {
    const document = await desk.faxReader.read(content, {
      mask: house.mask,
      registry: { knows: (number) => numbers.has(number) },
      hints: () => hinted,
      pictures: true,
      onPage: ({ page, seconds, outcome }, total) => {
        journal.info('fax-page-read', { message: message.id, page, of: total, outcome, seconds });
        void store.received.renew(message.id, message.token).catch(() => undefined);
      },
    });
    documents.push(document);
  }
  const document = together(documents);
  const headers = await pointedTo(desk, phoneNumbers(document.header));
  const number = withHints(document.number, headers);
  return { kind: 'fax', fax: { call, document: { ...document, number }, digests: [...digests] } };
}

/** Contracts that fax numbers belong to: the caller's, and those its machine claims. They only rank candidates. */
async function pointedTo({ store }: Desk, faxes: readonly (string | null)[]): Promise<readonly string[]> {
  const numbers: string[] = [];
  for (const fax of faxes) {
    if (fax !== null) numbers.push(...(await store.contracts.registeredFax(fax)).map(({ number }) => number));
  }
  return [...new Set(numbers)];
}
