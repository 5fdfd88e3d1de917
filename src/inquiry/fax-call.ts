/** What a fax gateway's mail says: who called with how many pages, or what became of a fax we sent (spec 2.1, 5.3). Pure. */

import { type FaxField, type FaxGateway, parseFaxGateway } from './fax-gateway.ts';
import { afterLabel, matched } from './field-pattern.ts';
import type { Attachment, Letter } from './letter.ts';
import { phoneDigits } from './phone-number.ts';

const textCharsMax = 20_000;

/** One call as the gateway reports it. Numbers are digits in the registry's form. */
export interface FaxCall {
  readonly gateway: string;
  readonly caller: string | null;
  readonly claimed: string | null;
  /** Pages the gateway says it received; null when it does not say. */
  readonly pages: number | null;
}

/**
 * A gateway nobody listed, as far as the mail's own words tell: its layout, for explaining such a mail. The daemon
 * never goes by it, for anybody can write these words.
 */
export function probableGateway(
  letter: Pick<Letter, 'from' | 'subject' | 'text' | 'attachments'>,
): FaxGateway | null {
  if (faxFiles(letter).length === 0 || letter.from === null) return null;
  const text = letter.text.slice(0, textCharsMax);
  const hylafax = /^ *CommID: /m.test(text) && /^ *Pages: /m.test(text);
  const notice =
    /FAX|ファクス|ファックス/i.test(letter.subject.normalize('NFKC')) &&
    /受信|着信|received/i.test(`${letter.subject} ${text}`);
  if (!hylafax && !notice) return null;
  const layout = hylafax ? 'hylafax' : 'network-fax';
  return parseFaxGateway({ name: `${layout} (not listed)`, from: letter.from.address, layout });
}

/** Attachments that may be pages, by their first bytes and not by their names. */
export function faxFiles(letter: Pick<Letter, 'attachments'>): readonly Attachment[] {
  return letter.attachments.filter(({ type }) => type === 'application/pdf' || type === 'image/tiff');
}

export function readCall(letter: Pick<Letter, 'subject' | 'text'>, gateway: FaxGateway): FaxCall {
  const text = letter.text
    .slice(0, textCharsMax)
    .normalize('NFKC')
    .replace(/[‐‑‒–—―−─]/g, '-');
  const lines = text.split('\n');
  const values = (name: FaxField): readonly string[] => {
    for (const field of gateway.fields.get(name) ?? []) {
      const found =
        field.kind === 'labels' ? labelled(lines, field.labels) : matched(text, field).slice(0, 1);
      if (found.length > 0) return found;
    }
    return [];
  };
  const numbers = (name: FaxField) => new Set(values(name).flatMap((value) => phoneDigits(value) ?? []));
  // Two different numbers under one label: nobody knows which is the caller's.
  const only = (found: ReadonlySet<string>) => (found.size === 1 ? [...found][0]! : null);
  const callers = numbers('caller');
  const inSubject = gateway.callerInSubject && callers.size === 0 ? phoneDigits(letter.subject) : null;
  const pages = Number(/[0-9]{1,4}/.exec(values('pages')[0] ?? '')?.[0]);
  return {
    gateway: gateway.name,
    caller: only(callers) ?? inSubject,
    claimed: only(numbers('claimed')),
    pages: Number.isSafeInteger(pages) && pages > 0 ? pages : null,
  };
}

/** What a gateway's report says of a fax we sent; its subject has the first word. */
export type FaxFate = 'delivered' | 'failed' | 'unclear';

export function faxFate({ subject, text }: Pick<Letter, 'subject' | 'text'>): FaxFate {
  for (const words of [subject, text.slice(0, reportCharsMax)].map((one) => one.normalize('NFKC'))) {
    const failed =
      /失敗|エラー|不達|未送信|中止|話中|応答なし|できません|できなかった|fail|error|reject|killed|removed|blocked|timed ?out|not sent|busy|no answer/i;
    const delivered = /完了|成功|正常|送信しました|送信済|completed|success|delivered/i;
    if (failed.test(words)) return 'failed';
    if (delivered.test(words)) return 'delivered';
  }
  return 'unclear';
}

/** The report's own sentence stands at its top; what follows may be a transcript. */
const reportCharsMax = 300;

/** The rest of the label's line; a label alone on its line names what stands below it. */
function labelled(lines: readonly string[], labels: readonly string[]): readonly string[] {
  return lines.flatMap((line, at) => {
    const rest = afterLabel(line, labels);
    if (rest === null) return [];
    return [rest === '' ? (lines[at + 1] ?? '') : rest];
  });
}
