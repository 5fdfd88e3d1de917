/** The filled-in line of our own request for the number (spec 3.2; letters 3, 4 and 7). */
import type { Sighting } from './support-number.ts';

const marks = '[\\s>＞》≫|｜\\p{Cf}*]*';
const requestLabel = new RegExp(`^${marks}サポートサービス番号`, 'u');
const requestAbove = /下の行に番号をご記入|下記をこのメールにご返信|受付番号[:：]\[?R-\d{8}-\d{4,}/;
const requestBelow = /証書に記載のもの|ご契約の会社名[:：]|番号は、お手元の「サポートサービス証書」/;

/**
 * The line of our own request (letters 3, 4 and 7), filled in: the label begins the line and the fixed
 * wording of the request stands around it. The letter about the period repeats the customer's number under
 * the same label, so its words (満了日, サービス開始日) refuse it.
 */
export function isOurRequest(lines: readonly string[], one: Sighting): boolean {
  if (one.label !== 'strong') return false;
  let at = one.line - 1;
  for (let back = 0; back < 3 && at > 0 && !requestLabel.test(lines[at] ?? ''); back++) at--;
  if (!requestLabel.test(lines[at] ?? '')) return false;
  const near = (from: number, to: number) =>
    lines
      .slice(Math.max(0, from), Math.max(0, to))
      .map((line) => line.slice(0, 200))
      .join('')
      .replace(/[\s>＞》≫|｜\p{Cf}]/gu, '');
  if (/満了|サービス開始日/.test(near(at - 4, at + 5))) return false;
  return requestAbove.test(near(at - 14, at)) || requestBelow.test(near(at, at + 6));
}
