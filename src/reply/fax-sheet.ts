/**
 * A letter as the pages of a fax (tone 6): whom it is for and from, how many pages there are, and the text in lines that
 * fit. Every page is numbered, so that a lost one is noticed; the support service number stands on none, for a fax
 * lies in a shared tray. Pure.
 */
import { displayWidth } from './display-width.ts';
import type { DeskFacts } from './facts.ts';
import { LINE_COLUMNS_MAX, wrapLine } from './layout.ts';
import { lineOrNull, oneLine, plainLines } from './words.ts';

const SHEET_LINES = 43;
const SHEETS_MAX = 30;
const RULE = '―'.repeat(LINE_COLUMNS_MAX / 2);

export interface FaxSheetFacts {
  /** e.g. `FAX受信のお知らせ`. */
  readonly title: string;
  readonly ref: string;
  /** 宛名: one to three lines. */
  readonly addressee: string;
  /** As people write it, e.g. `03-5550-0142`. */
  readonly number: string;
  /** As Japanese text. */
  readonly leavesAt: string;
  readonly desk: DeskFacts;
  /** Laid out, lines end with `\n`. */
  readonly body: string;
}

export interface FaxSheets {
  readonly title: string;
  /** Lines of each page. */
  readonly sheets: readonly (readonly string[])[];
}

/** Throws when the text is too long to be faxed. */
export function faxSheets(facts: FaxSheetFacts): FaxSheets {
  const head = (total: number) => headOf(facts, total);
  const body = plainLines(facts.body)
    .trimEnd()
    .split('\n')
    .flatMap((line) => wrapped(line.trimEnd()));
  const room = SHEET_LINES - head(1).length;
  const [first, rest] = [body.slice(0, room), body.slice(room)];
  // Each further page begins with a line of its own and a rule.
  const perSheet = SHEET_LINES - 2;
  const total = 1 + Math.ceil(rest.length / perSheet);
  if (total > SHEETS_MAX)
    throw new Error(`the letter has ${total} pages, too many for a fax (${SHEETS_MAX})`);
  const further = Array.from({ length: total - 1 }, (_none, at) => [
    spread(`受付番号 ${oneLine(facts.ref)}`, `${at + 2}/${total}枚`),
    RULE,
    ...rest.slice(at * perSheet, (at + 1) * perSheet),
  ]);
  return { title: oneLine(facts.title), sheets: [[...head(total), ...first], ...further] };
}

function headOf(
  { title, addressee, number, leavesAt, desk }: FaxSheetFacts,
  total: number,
): readonly string[] {
  const numbers = [
    ...(lineOrNull(desk.tel ?? null) === null ? [] : [`TEL ${oneLine(desk.tel!)}`]),
    ...(lineOrNull(desk.fax ?? null) === null ? [] : [`FAX ${oneLine(desk.fax!)}`]),
  ];
  const pages = total === 1 ? '全1枚(本紙のみ)' : `全${total}枚 1/${total}`;
  const whom = addressee.split('\n').map(oneLine);
  return [
    centred(oneLine(title)),
    '',
    ...whom.map((line, at) => `  ${at === 0 ? '送信先  ' : '        '} ${line}`),
    `  FAX      ${oneLine(number)}`,
    `  発信元   ${oneLine(desk.name)}`,
    ...(numbers.length === 0 ? [] : [`           ${numbers.join('   ')}`]),
    spread(`  送信日時 ${oneLine(leavesAt)}`, pages),
    RULE,
    '',
  ];
}

/** A quotation mark starts every part of a quoted line; what has no place to break is cut, for paper has an edge. */
function wrapped(line: string): readonly string[] {
  const lines = wrapLine(line, LINE_COLUMNS_MAX);
  return lines.flatMap((one) => (displayWidth(one) <= LINE_COLUMNS_MAX ? [one] : cutUp(one)));
}

function cutUp(line: string): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const char of line) {
    if (displayWidth(current + char) > LINE_COLUMNS_MAX) {
      lines.push(current);
      current = '';
    }
    current += char;
  }
  return [...lines, current];
}

function centred(line: string): string {
  return ' '.repeat(Math.max(0, Math.floor((LINE_COLUMNS_MAX - displayWidth(line)) / 2))) + line;
}

function spread(left: string, right: string): string {
  const gap = LINE_COLUMNS_MAX - displayWidth(left) - displayWidth(right);
  return `${left}${' '.repeat(Math.max(2, gap))}${right}`;
}
