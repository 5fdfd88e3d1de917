/** A subject as others wrote it, without what mailers and we put before it. */
import { oneLine } from './words.ts';

const NO_SUBJECT = '(件名なし)';
/** Ours in their subject, in any width: a letter carries one reference, or the customer answers under the wrong one. */
const REFERENCE_TAG =
  /[[［【] {0,2}[RrＲｒ][-－‐ー−][0-9０-９]{8}[-－‐ー−][0-9０-９]{4,12} {0,2}[\]］】][ \u3000]{0,4}/g;
const REPLY_MARK =
  /^(?:(?:re|fwd?|aw|sv|ｒｅ|ｆｗｄ?|返信|転送)(?:\[\d{1,3}\]|\(\d{1,3}\))?[ \u3000]{0,4}[:：][ \u3000]{0,4})/i;

/** One line without our reference; never empty. */
export function untaggedSubject(text: string): string {
  const subject = oneLine(text).replace(REFERENCE_TAG, '').trim();
  return subject === '' ? NO_SUBJECT : subject;
}

/** Without any `Re:`, `Fwd:`, 返信: before it as well, however many there are; an answer puts its own. */
export function bareSubject(text: string): string {
  const subject = untaggedSubject(text);
  let at = 0;
  for (;;) {
    // No mark is longer than this.
    const mark = REPLY_MARK.exec(subject.slice(at, at + 32));
    if (mark === null) break;
    at += mark[0].length;
  }
  return at >= subject.length ? NO_SUBJECT : subject.slice(at);
}
