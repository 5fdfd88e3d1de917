/** Finds the same inquiry sent again (spec 4, 重複?): a digest of what a person would call "the same content". */
import { createHash } from 'node:crypto';
import type { Letter } from './letter.ts';

/** SHA-256 over folded subject, own text and attachments; null when there is nothing to compare. */
export function textDigest(letter: Letter): string | null {
  const subject = fold(letter.subject.replace(/^(?:\s*(?:re|fw|fwd|転送|返信)\s*[:：])+/i, ''));
  const own = fold(letter.body.own);
  if (own === '' && letter.attachments.length === 0) return null;
  const attachments = letter.attachments.map((attachment) => attachment.digest).sort();
  return createHash('sha256')
    .update(JSON.stringify([subject, own, attachments]))
    .digest('hex');
}

function fold(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, '').toLowerCase();
}
