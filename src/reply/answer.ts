/**
 * A staff answer as the customer will read it: the frame of tone 10 around the staff member's own words. Those
 * stay as typed; only long lines of Japanese prose are broken, never a command, a log, a URL or a table.
 */
import { type AnswerParts, partsOf } from './answer-parts.ts';
import type { Directive } from './directive-shape.ts';
import type { NeutralFacts } from './facts.ts';
import { verbatim } from './layout.ts';
import { closureBlock, signatureBlock } from './pieces.ts';
import { SETTABLE, type Slots } from './slots.ts';
import { bareSubject } from './subject.ts';
import { renderTemplate, type Template, type Templates } from './template.ts';
import { findAnswerTemplate, titleOf } from './template-name.ts';
import { asTyped, quotation } from './typed-text.ts';
import { oneLine, plainLines } from './words.ts';

const TEXT_CHARACTERS_MAX = 200_000;
const FAX_CONTACT =
  'ご不明な点がございましたら、受付番号をご記入のうえ、\nFAXまたは電子メールにてご連絡ください。';
/** Lines of our own mail to staff: they tell of other tickets, and must never reach a customer. */
const INTERNAL =
  /【操作】このメールに返信|^[> ]*■本文\(お客様が今回書いた部分\)|お客様に届く文面|先頭に # の行がない返信は社内メモ/m;

export interface AnswerFacts extends NeutralFacts {
  /** 宛名 by rule; `receivedAt` and `question` are those of the customer's message that is answered. */
  readonly addressee: string;
  readonly subject: string;
  readonly question: string;
  readonly endCustomer: string | null;
  /** It leaves on paper: nobody can reply to this mail. */
  readonly byFax?: boolean;
  /** Full name as configured; only the surname is shown. `signature` replaces the desk's. */
  readonly staff: { readonly name: string; readonly signature: string | null };
  /** What the staff member wrote, directives taken off. */
  readonly text: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Days as Japanese text, for the letter that closes. */
  readonly answeredOn: string | null;
  readonly reopenUntil: string;
}

export type AnswerProblem = {
  readonly kind: 'template' | 'setting' | 'no-text' | 'too-long' | 'internal';
  /** A Japanese sentence for the author. */
  readonly text: string;
};

export type Answer =
  | { readonly kind: 'answer'; readonly subject: string; readonly body: string; readonly title: string }
  | { readonly kind: 'problems'; readonly problems: readonly AnswerProblem[] };

/** The letter, or everything the author must mend before it can be queued. `name` null is the standard template. */
export function composeAnswer(templates: Templates, name: string | null, facts: AnswerFacts): Answer {
  const found = findAnswerTemplate(templates, name ?? 'answer');
  if (found.kind === 'unknown') {
    const near = found.near.map((title) => `「${title}」`).join('');
    const hint =
      near === '' ? `使える型: ${answerTitles(templates).join('、')}` : `${near}のことでしょうか。`;
    return {
      kind: 'problems',
      problems: [{ kind: 'template', text: `型「${oneLine(name ?? '')}」はありません。${hint}` }],
    };
  }
  const { template } = found;
  const text = plainLines(facts.text).trimEnd();
  const problems = problemsOf(template, facts.settings, text);
  if (problems.length > 0) return { kind: 'problems', problems };
  const slots = slotsOf(
    template,
    facts,
    partsOf(text, [oneLine(facts.desk.name), surnameOf(facts.staff.name)]),
  );
  return { kind: 'answer', title: titleOf(template), ...renderTemplate(template, slots) };
}

/** What `#設定` lines say, for `composeAnswer`; contradictions were refused when they were read. */
export function settingsOf(directives: readonly Directive[]): Readonly<Record<string, string>> {
  return Object.fromEntries(directives.flatMap((one) => (one.kind === 'set' ? [[one.key, one.value]] : [])));
}

/** `佐藤 花子` and `佐藤`: 佐藤. A name written without a space cannot be parted and stays whole. */
export function surnameOf(name: string): string {
  return oneLine(name).split(/[ \u3000]/)[0] ?? '';
}

/** Titles of all answer templates, for people. */
export function answerTitles(templates: Templates): readonly string[] {
  return [...templates.values()].filter(({ kind }) => kind === 'answer').map(titleOf);
}

function problemsOf(
  template: Template,
  settings: Readonly<Record<string, string>>,
  text: string,
): readonly AnswerProblem[] {
  const title = titleOf(template);
  const known = [...template.settings.map(({ key }) => key), ...SETTABLE];
  const missing = template.settings.filter(({ key, required }) => required && given(settings, key) === null);
  const unknown = Object.keys(settings).filter((key) => !known.includes(key));
  return [
    ...missing.map(({ key }) => setting(`型「${title}」には設定「${key}」が必要です。例) #設定 ${key}=…`)),
    ...unknown.map((key) =>
      setting(`型「${title}」に設定「${oneLine(key)}」はありません。使える設定: ${known.join('、')}`),
    ),
    ...(text === '' && template.textRequired
      ? [
          {
            kind: 'no-text',
            text: `型「${title}」には本文が必要です。「#回答」の次の行から書いてください。`,
          } as const,
        ]
      : []),
    ...(text.length > TEXT_CHARACTERS_MAX
      ? [{ kind: 'too-long', text: '本文が長すぎます。添付ファイルでお送りください。' } as const]
      : []),
    ...(INTERNAL.test(text)
      ? [
          {
            kind: 'internal',
            text: '社内向けの通知の文が本文に含まれています。引用の部分を消してお送りください。',
          } as const,
        ]
      : []),
  ];
}

function slotsOf(template: Template, facts: AnswerFacts, parts: AnswerParts): Slots {
  const surname = surnameOf(facts.staff.name);
  const { settings, desk } = facts;
  const ownSettings = template.settings.map(({ key }) => [key, given(settings, key)] as const);
  const self = surname === '' ? `${oneLine(desk.name)}です。` : `${oneLine(desk.name)}の${surname}です。`;
  return {
    ...Object.fromEntries(ownSettings),
    ref: facts.ref,
    received_at: facts.receivedAt,
    desk_name: oneLine(desk.name),
    desk_signature: signatureBlock(desk),
    closure_notice: closureBlock(facts.closureNotice),
    subject: bareSubject(facts.subject),
    addressee:
      parts.addressee === null
        ? facts.addressee.split('\n').map(oneLine).join('\n')
        : verbatim(parts.addressee),
    end_customer: facts.endCustomer === null ? null : oneLine(facts.endCustomer),
    opening: openingOf(parts, self),
    // Null lets the template say its own words; empty text says nothing because the author has said it.
    answer_intro: given(settings, 'answer_intro') ?? (parts.hasIntro ? '' : null),
    answer: parts.text === '' ? null : asTyped(parts.text),
    contact_line: parts.invitesReply ? '' : facts.byFax === true ? FAX_CONTACT : null,
    closing_line: given(settings, 'closing_line') ?? parts.closing,
    staff_surname: surname,
    staff_signature: parts.isSigned ? '' : ownSignature(facts, surname),
    question_quoted: quotation(facts.question, parts.text),
    answered_on: facts.answeredOn,
    reopen_until: facts.reopenUntil,
  };
}

function openingOf({ opening, introducesSelf }: AnswerParts, self: string): string {
  const greeting = 'いつもお世話になっております。';
  if (opening === null) return `${greeting}\n${self}`;
  if (!introducesSelf) return `${verbatim(opening)}\n${self}`;
  return /お世話|平素|ありがと|有難|礼|お疲れ|拝啓|前略/.test(opening)
    ? verbatim(opening)
    : `${greeting}\n${verbatim(opening)}`;
}

function ownSignature({ staff, desk }: AnswerFacts, surname: string): string {
  const own = staff.signature === null ? '' : plainLines(staff.signature).trimEnd();
  return own === '' ? signatureBlock(desk, surname) : own;
}

function given(settings: Readonly<Record<string, string>>, key: string): string | null {
  const value = Object.hasOwn(settings, key) ? oneLine(settings[key] ?? '') : '';
  return value === '' ? null : value;
}

function setting(text: string): AnswerProblem {
  return { kind: 'setting', text };
}
