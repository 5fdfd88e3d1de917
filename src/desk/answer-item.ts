/** What an answer in the outbox knows: enough to word it when it leaves (spec 5.2), and to whom it goes. Pure. */
import { faxNumberOf } from './fax-out.ts';
import type { LetterData, OutboxItem } from './ports.ts';

export interface AnswerData {
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** The number it is faxed to; `to` is then the gateway's address. Null: by mail. */
  readonly fax: string | null;
  /** As typed; null is the standard template. */
  readonly template: string | null;
  /** What the staff member wrote, directives taken off. */
  readonly text: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Id of the customer's message it answers; null where there is none. */
  readonly answers: number | null;
  /** Full name as configured, and the address that is told what becomes of it ('' is nobody's). */
  readonly author: string;
  readonly authorAddress: string;
  /** The ticket is closed when it has left. */
  readonly closes: boolean;
  /** The attachments of the message it was written in go along. */
  readonly files: boolean;
}

export function answerData({ data }: Pick<OutboxItem, 'data'>): AnswerData {
  const { to, cc, settings, template, answers } = data;
  return {
    to: listOf(to),
    cc: listOf(cc),
    fax: faxNumberOf({ data }),
    template: typeof template === 'string' ? template : null,
    text: textOf(data['text']),
    settings: settings !== null && typeof settings === 'object' && !isList(settings) ? settings : {},
    answers: typeof answers === 'number' ? answers : null,
    author: textOf(data['author']),
    authorAddress: textOf(data['authorAddress']),
    closes: data['closes'] === true,
    files: data['files'] === true,
  };
}

/** Everybody a letter goes to. */
export function recipientsOfItem(item: OutboxItem): {
  readonly to: readonly string[];
  readonly cc: readonly string[];
} {
  if (item.kind !== 'answer') return { to: [item.to], cc: [] };
  const { to, cc } = answerData(item);
  return { to, cc };
}

/** The answer a confirmation or a note to its author is about, among the letters of the ticket. */
export function answerNamed(item: OutboxItem, letters: readonly OutboxItem[]): OutboxItem | null {
  const key = item.kind === 'answer' ? item.onceKey : item.data['answer'];
  return letters.find((one) => one.kind === 'answer' && one.onceKey === key) ?? null;
}

type Value = LetterData[string] | undefined;

function listOf(value: Value): readonly string[] {
  return isList(value) ? value : [];
}

function isList(value: Value): value is readonly string[] {
  return Array.isArray(value);
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : '';
}
