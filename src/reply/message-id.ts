import type { LetterKind } from '../ticket/ticket.ts';

/**
 * The Message-ID of a letter of ours, `<MARK.KIND@domain>`: deterministic, so that the same letter tried
 * again is the same mail (spec 5.4). `readMessageId` of `mark.ts` reads it.
 */
export function messageIdFor(mark: string, kind: LetterKind, domain: string): string {
  return `<${mark}.${kind}@${domain.toLowerCase()}>`;
}
