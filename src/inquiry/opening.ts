/**
 * Decides which support service number opens an inquiry (冒頭, 約款 2(1); spec 3.2): within the first ten
 * non-blank lines of the customer's own text, in the subject, or filled in on the line of our own request.
 */
import type { SupportNumber } from './contract.ts';
import type { Letter, OwnText } from './letter.ts';
import type { Mask } from './mask.ts';
import { lower, misfit, quote } from './number-reason.ts';
import { lineBreak } from './number-text.ts';
import { isOurRequest } from './own-request.ts';
import { findNumbers, type Sighting } from './support-number.ts';

interface OpeningText extends OwnText {
  readonly subject: string;
  /** Value of the number field of a form (spec 2.1): counts as standing at the start. */
  readonly field?: string | null;
}

export interface NumberCandidate {
  readonly raw: string;
  readonly value: SupportNumber | null;
  readonly where: 'opening' | 'subject' | 'body' | 'quoted' | 'signature';
  /** Line of that part, from 1; null for the subject and a form field. */
  readonly line: number | null;
  /** `fits`, or why it does not count. */
  readonly verdict: Sighting['verdict'];
}

/** The `number` object of `uketsuke read` (spec 8), without the registry. */
export interface NumberReading {
  readonly value: SupportNumber | null;
  readonly where: 'opening' | 'subject' | 'body' | null;
  readonly raw: string | null;
  /** `uncertain`: a fax that needs a person. */
  readonly decision: 'accepted' | 'not-at-start' | 'missing' | 'malformed' | 'ambiguous' | 'uncertain';
  /** One English sentence for staff. */
  readonly reason: string;
  readonly candidates: readonly NumberCandidate[];
  readonly line: number | null;
}

/** A number of the right form stands in the first lines of the customer's own text, whatever it comes to. */
export function opensWithNumber({ candidates }: NumberReading): boolean {
  return candidates.some(({ where, value }) => where === 'opening' && value !== null);
}

interface Placed extends NumberCandidate {
  readonly sighting: Sighting;
  readonly place: string;
}

const openingLines = 10;
/** A pasted log may be a megabyte; a number that opens an inquiry stands far above this. */
const searchedCharsMax = 100_000;
/** A log may hold thousands of look-alikes; staff read the first ones. */
const candidatesMax = 50;

/** The number of a mail. On the inquiry page the customer's words and number stand in its fields, not in the mail's own text. */
export function readNumber(
  mask: Mask,
  { subject, body }: Pick<Letter, 'subject' | 'body'>,
  form: { readonly text: string | null; readonly number: string | null } | null,
): NumberReading {
  return readOpening(mask, {
    subject,
    own: form?.text ?? body.own,
    quoted: body.quoted,
    signature: body.signature,
    field: form?.number ?? null,
  });
}

export function readOpening(mask: Mask, whole: OpeningText): NumberReading {
  const text = {
    ...whole,
    own: searched(whole.own),
    quoted: searched(whole.quoted),
    signature: searched(whole.signature),
  };
  const all = candidatesOf(mask, text);
  const at = (...places: readonly NumberCandidate['where'][]) =>
    all.filter((one) => places.includes(one.where));
  const start = at('opening', 'subject');
  const body = at('body');
  const first = start.find((one) => one.value !== null);
  const told = (
    decision: NumberReading['decision'],
    one: Placed | undefined,
    reason: string,
  ): NumberReading => ({
    value: one !== undefined && (decision === 'accepted' || decision === 'not-at-start') ? one.value : null,
    where: one === undefined ? null : (one.where as NumberReading['where']),
    raw: one?.raw ?? null,
    decision,
    reason,
    candidates: all
      .slice(0, candidatesMax)
      .map(({ raw, value, where, line, verdict }) => ({ raw, value, where, line, verdict })),
    line: one?.line ?? null,
  });

  if (first !== undefined) {
    const other = start.find((one) => contradicts(mask, one, first));
    if (other === undefined) return told('accepted', first, `${quote(first)} reads as ${first.value}.`);
    const second = other.value === null ? `does not fit the mask ${mask.text}` : `reads as ${other.value}`;
    return told(
      'ambiguous',
      first,
      `${quote(first)} reads as ${first.value}, but ${lower(quote(other))} ${second}.`,
    );
  }
  const malformed = start.find((one) => one.sighting.meant);
  if (malformed !== undefined) return told('malformed', malformed, misfit(mask, malformed));
  const below = body.find((one) => one.value !== null);
  if (below !== undefined) {
    const other = body.find((one) => one.value !== null && one.value !== below.value);
    if (other !== undefined) {
      return told(
        'ambiguous',
        below,
        `${quote(below)} reads as ${below.value}, but ${lower(quote(other))} reads as ${other.value}; none stands at the start.`,
      );
    }
    return told(
      'not-at-start',
      below,
      `${quote(below)} reads as ${below.value}, but stands below the first ${openingLines} lines.`,
    );
  }
  const malformedBelow = body.find((one) => one.sighting.meant);
  if (malformedBelow !== undefined) return told('malformed', malformedBelow, misfit(mask, malformedBelow));
  const passed = all[0];
  if (passed === undefined)
    return told('missing', undefined, 'Nothing in the message looks like a support service number.');
  return told('missing', undefined, `No number stands at the start; ${lower(misfit(mask, passed))}`);
}

function candidatesOf(mask: Mask, text: OpeningText): readonly Placed[] {
  const place = (
    sighting: Sighting,
    where: NumberCandidate['where'],
    line: number | null,
    name: string,
  ): Placed => ({
    raw: sighting.raw,
    value: sighting.value,
    where,
    line,
    verdict: sighting.verdict,
    sighting,
    place: name,
  });
  const lines = text.own.split(lineBreak);
  const filled = lines.flatMap((line, index) => (isBlank(line) ? [] : [index + 1]));
  const lastLine = filled[openingLines - 1] ?? Number.POSITIVE_INFINITY;
  // The label makes whatever stands in the field meant as the number.
  const field = text.field ? findNumbers(mask, `サポートサービス番号: ${text.field}`) : [];
  return [
    ...field.map((one) => place(one, 'opening', null, 'The number field of the form')),
    ...findNumbers(mask, text.own).map((one) => {
      // Our own letter about an unknown number repeats it; some mailers do not mark what they quote.
      const ours = (lines[one.line - 1] ?? '').slice(0, 200).includes('と記載されておりましたが');
      const near = one.line <= lastLine || isOurRequest(lines, one);
      const where = ours ? 'quoted' : near ? 'opening' : 'body';
      return place(one, where, one.line, `Line ${one.line} of the message`);
    }),
    ...findNumbers(mask, text.subject).map((one) => place(one, 'subject', null, 'The subject')),
    ...inQuotation(mask, text.quoted).map(({ one, ours }) =>
      ours
        ? place(one, 'opening', one.line, `The line of our request (line ${one.line} of the quoted text)`)
        : place(one, 'quoted', one.line, `Line ${one.line} of the quoted text`),
    ),
    ...findNumbers(mask, text.signature).map((one) =>
      place(one, 'signature', one.line, `Line ${one.line} of the signature`),
    ),
  ];
}

/** Cut between lines, so that no number is cut in two. */
function searched(text: string): string {
  if (text.length <= searchedCharsMax) return text;
  const cut = text.slice(0, searchedCharsMax);
  return cut.slice(0, cut.lastIndexOf('\n') + 1 || undefined);
}

function inQuotation(mask: Mask, quoted: string): readonly { one: Sighting; ours: boolean }[] {
  const lines = quoted.split(lineBreak);
  return findNumbers(mask, quoted).map((one) => ({ one, ours: isOurRequest(lines, one) }));
}

/** Blank also when it holds only invisible characters or quote marks. */
function isBlank(line: string): boolean {
  return /^[\s>＞\p{Cf}]*$/u.test(line);
}

/**
 * Another number at the start. A look-alike meant as the number contradicts too, unless it resembles the
 * same one: it may be the right number mistyped, and then the one that fits is another customer's.
 * Without a label only a look-alike of nearly full length does, since product names may share the prefix.
 */
function contradicts(mask: Mask, one: Placed, first: Placed): boolean {
  if (one.value !== null) return one.value !== first.value;
  const { meant, label, resembles, raw, verdict } = one.sighting;
  if (!meant || verdict === 'phone' || resembles === first.value) return false;
  return label === 'strong' || raw.replace(/[^\p{L}\p{N}]/gu, '').length >= mask.length - 1;
}
