/** Asks the readers for the number on page one: cheapest first, until two agree (spec 2.3, 3.4). */
import type { FaxRegistry } from '../inquiry/fax.ts';
import type { Mask } from '../inquiry/mask.ts';
import { type Agreement, agree, type FaxReading } from './agreement.ts';
import { type Bitmap, type Box, crop, rows, scaled } from './bitmap.ts';
import type { PageText, Recogniser } from './ocr.ts';
import { charactersOf, numberIn, numbersIn } from './page-text.ts';

export interface NumberSearch {
  readonly mask: Mask;
  readonly registry: FaxRegistry | null;
  readonly hinted: readonly string[];
}

/** The part of the page read before the whole of it: cover sheets and letters alike have the number there. */
const topShare = 0.36;
const lineScale = 1.5;
const stripScales = [1, 1.2];
const sureMin = 0.3;
const linesMax = 4;

export interface Sought {
  readonly readings: readonly FaxReading[];
  readonly agreement: Agreement;
}

/** By our own reader, and the second engine at the place it found. */
export async function seekInField(ocr: Recogniser, page: Bitmap, search: NumberSearch): Promise<Sought> {
  const upper = rows(page, 0, Math.ceil(page.height / 2));
  const field = await ocr.field(upper, search.mask);
  const readings: FaxReading[] = [];
  if (field !== null) {
    const { value, confidence, clear, fixed, boxed, box } = field;
    readings.push({
      reader: 'field',
      value,
      raw: value,
      confidence,
      clear,
      fixed,
      boxed,
      box,
      sharesBox: false,
    });
    const asWritten = scaled(crop(page, withMargin(box)), lineScale);
    readings.push(...(await lineReading(ocr, asWritten, search.mask, box, true)));
    // Rules, dirt and wide spaces upset an engine that reads lines: it may know the characters set close together.
    // Two narrow ones in a row it takes for one at one size and not at another; but asked often enough it says
    // anything, so it is asked again only where our own reader is sure of every character.
    for (const scale of confidence < sureMin ? stripScales.slice(0, 1) : stripScales) {
      if (readings.some((one) => one.reader === 'line' && one.value === value)) break;
      readings.push(...(await lineReading(ocr, scaled(field.strip, scale), search.mask, box, true)));
    }
  }
  return { readings, agreement: decide(search, readings) };
}

/** And in the text of the top of the page. */
export async function seekInText(
  ocr: Recogniser,
  page: Bitmap,
  search: NumberSearch,
  field: Sought,
): Promise<Sought> {
  const top = await ocr.text(rows(page, 0, Math.round(page.height * topShare)));
  if (top === null) return field;
  const more = await pageReadings(ocr, page, search.mask, top, field.readings);
  const readings = [...field.readings, ...more];
  return { readings, agreement: decide(search, readings) };
}

export const decide = (search: NumberSearch, readings: readonly FaxReading[]): Agreement =>
  agree(search.mask, readings, search.registry, search.hinted);

/** Numbers in the upper half of a page's text, each looked at a second time by the other model. */
export async function pageReadings(
  ocr: Recogniser,
  page: Bitmap,
  mask: Mask,
  text: PageText,
  before: readonly FaxReading[],
): Promise<readonly FaxReading[]> {
  const upper = text.lines.filter(({ box }) => box.y + box.height / 2 < page.height / 2);
  const found = numbersIn(mask, upper).map(
    ({ value, raw, box, exact, fixed }): FaxReading => ({
      reader: 'page',
      value,
      raw,
      confidence: exact ? 1 : 0.5,
      clear: 0,
      fixed,
      boxed: false,
      box,
      sharesBox: false,
    }),
  );
  const looked = before.filter(({ reader, sharesBox }) => reader === 'line' && !sharesBox);
  const boxes = found.map(({ box }) => box).filter((box) => !looked.some((one) => overlap(one.box, box)));
  const again: FaxReading[] = [];
  for (const box of boxes.slice(0, linesMax)) {
    const line = scaled(crop(page, withMargin(box)), lineScale);
    again.push(...(await lineReading(ocr, line, mask, box, false)));
  }
  return [...found, ...again];
}

async function lineReading(
  ocr: Recogniser,
  line: Bitmap,
  mask: Mask,
  box: Box,
  sharesBox: boolean,
): Promise<readonly FaxReading[]> {
  const read = await ocr.line(line, charactersOf(mask));
  const value = read === null ? null : numberIn(mask, read.text);
  if (value === null || read === null) return [];
  const confidence = read.confidence / 100;
  return [
    {
      reader: 'line',
      value,
      raw: read.text,
      confidence,
      clear: 0,
      fixed: false,
      boxed: false,
      box,
      sharesBox,
    },
  ];
}

function withMargin({ x, y, width, height }: Box): Box {
  const margin = Math.round(0.2 * height);
  return { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
}

function overlap(one: Box, other: Box): boolean {
  const middle = other.y + other.height / 2;
  return (
    middle > one.y &&
    middle < one.y + one.height &&
    one.x < other.x + other.width &&
    other.x < one.x + one.width
  );
}
