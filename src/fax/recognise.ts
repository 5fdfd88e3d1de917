/**
 * A whole fax from its bytes (spec 2.3): the number on page one first, then the text page by page. A page that fails
 * is marked and costs only itself.
 */

import type { Box, FaxDocument, FaxNumber, FaxRegistry, PageReport } from '../inquiry/fax.ts';
import type { Mask } from '../inquiry/mask.ts';
import { readOpening } from '../inquiry/opening.ts';
import type { Agreement, FaxReading } from './agreement.ts';
import { type Bitmap, crop } from './bitmap.ts';
import { firstLook } from './first-look.ts';
import * as limits from './limits.ts';
import { decide, type NumberSearch, pageReadings } from './number-search.ts';
import type { PageText } from './ocr.ts';
import { numbersIn, withoutSpaces } from './page-text.ts';
import type { FaxPage } from './pages.ts';
import type { Turn } from './straighten.ts';
import { type FaxTools, uprightPage } from './upright.ts';

export interface FaxOptions {
  readonly mask: Mask;
  /** Null skips the conditions of spec 3.4 that need the registry. */
  readonly registry?: FaxRegistry | null;
  /** Numbers a header line or caller points to; they only rank candidates. */
  readonly hints?: (header: string) => readonly string[];
  /** The caller's number as the gateway tells it. */
  readonly from?: string | null;
  /** Makes a PNG of each page and of the strip with the number. */
  readonly pictures?: boolean;
  /** Told once, before the rest of page one is read. */
  readonly onNumber?: (number: FaxNumber, seconds: number) => void;
  readonly onPage?: (page: PageReport, total: number) => void;
  /** Every reading the last decision about an image rests on: what the benches decide again under other rules. */
  readonly onReadings?: (readings: readonly FaxReading[]) => void;
}

interface Read {
  readonly report: PageReport;
  readonly text: PageText | null;
  readonly bitmap: Bitmap | null;
}

/** What a page is whose decoder or recogniser died of it. */
const deaths: ReadonlySet<PageReport['outcome']> = new Set(['killed', 'unrecognised']);

/** Below this a page may stand on its head: upside-down Japanese is read, but never surely. */
const upsideDownConfidence = 70;

export async function readFax(tools: FaxTools, raw: Uint8Array, options: FaxOptions): Promise<FaxDocument> {
  const beganAt = performance.now();
  const seconds = () => (performance.now() - beganAt) / 1_000;
  const first = await firstPage(tools, raw, options, seconds);
  const pages = [first.read];
  options.onPage?.(first.read.report, first.total);
  const last = Math.min(first.total, limits.pagesRead);
  const lost = () => pages.filter(({ report: { outcome } }) => deaths.has(outcome)).length;
  for (let page = 2; page <= last && lost() < limits.pagesLost; page++) {
    const read = await laterPage(tools, raw, page, first.read.report.turned, options);
    pages.push(read);
    options.onPage?.(read.report, first.total);
  }
  const number =
    first.number.decision === 'missing' ? furtherDown(options.mask, first.number, pages) : first.number;
  const text = pages.map(({ report }) => report.text).join('\n\n');
  const strip = options.pictures === true ? await stripOf(tools, first.read.bitmap, number.box) : null;
  return {
    channel: 'fax',
    kind: 'inquiry',
    from: options.from ?? null,
    subject: /^.{0,4}件\s?名[\s:：|｜]*(\S.{0,199})$/mu.exec(first.read.report.text)?.[1]?.trim() ?? '',
    text,
    header: first.header,
    number,
    numberSeconds: first.numberSeconds,
    pages: pages.map(({ report }) => report),
    unread: Math.max(0, first.total - pages.length),
    strip,
  };
}

interface FirstPage {
  readonly read: Read;
  readonly number: FaxNumber;
  readonly numberSeconds: number;
  readonly header: string;
  readonly total: number;
}

async function firstPage(
  tools: FaxTools,
  raw: Uint8Array,
  options: FaxOptions,
  seconds: () => number,
): Promise<FirstPage> {
  const decoded = await tools.pages.page(raw, 1);
  const total = decoded.total;
  if (decoded.kind !== 'image') {
    const number =
      decoded.kind === 'text'
        ? typedNumber(options.mask, decoded.text)
        : nothing('uncertain', `Page one could not be read (${decoded.why}): a person must look at it.`);
    const numberSeconds = seconds();
    options.onNumber?.(number, numberSeconds);
    return { read: unrecognised(decoded, 1, seconds()), number, numberSeconds, header: '', total };
  }
  let search: NumberSearch = { mask: options.mask, registry: options.registry ?? null, hinted: [] };
  const { image, turned, sought } = await firstLook(tools, raw, decoded, search);
  const numberSeconds = seconds();
  options.onNumber?.(faxNumber(sought.agreement, sought.readings), numberSeconds);
  // The header stays upright on a page sent upside down, so it is taken from the page as it came.
  const top = decoded.header;
  const header = top === null ? '' : withoutSpaces((await tools.ocr.text(top))?.text ?? '').trim();
  search = { ...search, hinted: options.hints?.(header) ?? [] };
  const text = await tools.ocr.text(image.page);
  const more =
    text === null ? [] : await pageReadings(tools.ocr, image.page, options.mask, text, sought.readings);
  const readings = [...sought.readings, ...more];
  options.onReadings?.(readings);
  const number = faxNumber(decide(search, readings), readings);
  const png = options.pictures === true ? await tools.pages.png(image.page) : null;
  const report = imageReport(1, text, seconds(), turned, image.damaged, png);
  return { read: { report, text, bitmap: image.page }, number, numberSeconds, header, total };
}

async function laterPage(
  tools: FaxTools,
  raw: Uint8Array,
  page: number,
  turn: Turn,
  options: FaxOptions,
): Promise<Read> {
  const beganAt = performance.now();
  const seconds = () => (performance.now() - beganAt) / 1_000;
  const decoded = await tools.pages.page(raw, page, turn);
  if (decoded.kind !== 'image') return unrecognised(decoded, page, seconds());
  let [image, turned] = [decoded, turn];
  let text = await tools.ocr.text(image.page);
  if (text !== null && text.confidence < upsideDownConfidence) {
    const upright = await uprightPage(tools, raw, page, image.page, turn);
    const again = upright === null ? null : await tools.ocr.text(upright.image.page);
    if (upright !== null && again !== null && again.confidence > text.confidence)
      [image, turned, text] = [upright.image, upright.turn, again];
  }
  const png = options.pictures === true ? await tools.pages.png(image.page) : null;
  return { report: imageReport(page, text, seconds(), turned, image.damaged, png), text, bitmap: image.page };
}

function unrecognised(page: Exclude<FaxPage, { kind: 'image' }>, number: number, seconds: number): Read {
  const common = { page: number, seconds, turned: 0 as Turn, png: null };
  const report: PageReport =
    page.kind === 'text'
      ? { ...common, text: page.text, confidence: 100, outcome: 'text', detail: '' }
      : { ...common, text: '', confidence: 0, outcome: page.why, detail: page.detail };
  return { report, text: null, bitmap: null };
}

function imageReport(
  page: number,
  text: PageText | null,
  seconds: number,
  turned: Turn,
  damaged: boolean,
  png: Uint8Array | null,
): PageReport {
  return {
    page,
    text: text === null ? '' : withoutSpaces(text.text).trim(),
    confidence: text?.confidence ?? 0,
    seconds,
    outcome: text === null ? 'unrecognised' : 'image',
    detail: damaged ? 'only part of the page arrived' : '',
    turned,
    png,
  };
}

const nothing = (decision: 'missing' | 'uncertain', reason: string): FaxNumber => ({
  value: null,
  where: null,
  raw: null,
  decision,
  reason,
  candidates: [],
  box: null,
});

/** A text layer was typed, not recognised: the rules of mail hold. */
function typedNumber(mask: Mask, own: string): FaxNumber {
  const { value, where, raw, decision, reason, candidates } = readOpening(mask, {
    subject: '',
    own,
    quoted: '',
    signature: '',
  });
  const named = candidates.flatMap((one) => (one.value === null ? [] : [{ value: one.value, readers: [] }]));
  return {
    value,
    where: where === 'subject' ? null : where,
    raw,
    decision,
    reason,
    candidates: named,
    box: null,
  };
}

function faxNumber(agreement: Agreement, readings: readonly FaxReading[]): FaxNumber {
  const { decision, value, reason, ranked } = agreement;
  const best = ranked[0];
  const shown = readings.find((one) => one.value === (value ?? best)) ?? readings[0];
  return {
    value,
    where: shown === undefined ? null : 'opening',
    raw: shown?.raw ?? null,
    decision,
    reason,
    candidates: ranked.map((one) => ({
      value: one,
      readers: readings
        .filter((reading) => reading.value === one)
        .map(({ reader, raw, confidence }) => ({ reader, raw, confidence })),
    })),
    box: shown?.box ?? null,
  };
}

/**
 * Nothing in the upper half of page one: a number elsewhere was seen by one reader only, so a person must look,
 * except in a text layer, where it was typed.
 */
function furtherDown(mask: Mask, number: FaxNumber, pages: readonly Read[]): FaxNumber {
  const [first] = pages;
  if (first?.text === null && first.report.outcome === 'unrecognised')
    return nothing('uncertain', 'Page one could not be recognised: a person must look at it.');
  for (const { report, text } of pages) {
    if (report.outcome === 'text' && report.page > 1) {
      const typed = typedNumber(mask, report.text);
      if (typed.value !== null) {
        const reason = `Page ${report.page} bears ${typed.value}, but page one bears none.`;
        return { ...typed, where: 'body', decision: 'not-at-start', reason };
      }
    }
    const [below] = text === null ? [] : numbersIn(mask, text.lines);
    if (below === undefined) continue;
    const reader = { reader: 'page' as const, raw: below.raw, confidence: below.exact ? 1 : 0.5 };
    return {
      ...nothing(
        'uncertain',
        `${below.value} was seen on page ${report.page}, not in the upper half of page one.`,
      ),
      where: 'body',
      raw: below.raw,
      candidates: [{ value: below.value, readers: [reader] }],
      box: report.page === 1 ? below.box : null,
    };
  }
  return number;
}

/** The number with what stands around it, for the eye of a person. */
async function stripOf(tools: FaxTools, page: Bitmap | null, box: Box | null): Promise<Uint8Array | null> {
  if (page === null || box === null) return null;
  const margin = 2 * box.height;
  return tools.pages.png(
    crop(page, { x: 0, y: box.y - margin, width: page.width, height: box.height + 2 * margin }),
  );
}
