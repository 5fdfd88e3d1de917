/** What recognition wrote, as text people and rules can work with, and the way back to the place on the page. */
import type { Mask } from '../inquiry/mask.ts';
import { findNumbers, type Sighting } from '../inquiry/support-number.ts';
import type { Box } from './bitmap.ts';
import type { TextLine } from './ocr-engine.ts';

const japanese = '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}ー々〆、。，．・「」『』（）【】〔〕：；！？％～＿';
const spaceInJapanese = new RegExp(`(?<=[${japanese}]) +(?=[${japanese}])`, 'gu');
const spaceBesideJapanese = new RegExp(`(?<=[${japanese}]) (?=[!-~])|(?<=[!-~]) (?=[${japanese}])`, 'gu');

const tail = new RegExp(`[${japanese}]$`, 'u');
const head = new RegExp(`^[${japanese}]`, 'u');

/** tesseract sets spaces between Japanese characters; Japanese has none. */
export function withoutSpaces(text: string): string {
  return text.replace(spaceInJapanese, '').replace(spaceBesideJapanese, '');
}

export interface Written {
  readonly value: string;
  readonly raw: string;
  /** Where on the page: the words it was read from. */
  readonly box: Box;
  readonly labelled: boolean;
  /** Every character was read as it is, none folded from a look-alike. */
  readonly exact: boolean;
  /** The mask's fixed characters were read, not taken for granted. */
  readonly fixed: boolean;
}

/**
 * Numbers of the mask's form in recognised lines, read by the rules of mail (labels, telephone numbers, longer
 * numbers; spec 3.2 and 3.3), with letters and digits confused by position folded by the mask (spec 3.4).
 */
export function numbersIn(mask: Mask, lines: readonly TextLine[]): readonly Written[] {
  const plain = written(mask, lines, (word) => word, ' ');
  if (plain.length > 0) return plain;
  const dashed = written(mask, lines, dashes, '');
  return dashed.length > 0 ? dashed : damagedIn(mask, lines);
}

/** Between digits the prolonged sound mark, the kanji one and a line mean the hyphen. */
const dashes = (word: string): string => word.replace(/[一ー_~＿]+/g, '-');

function written(
  mask: Mask,
  lines: readonly TextLine[],
  spell: (word: string) => string,
  space: string,
): readonly Written[] {
  let text = '';
  const spans: { readonly from: number; readonly to: number; readonly box: Box }[] = [];
  for (const line of lines) {
    for (const word of line.words) {
      const gap = tail.test(text) && head.test(word.text) ? '' : text.endsWith('\n') ? '' : space;
      const spelt = gap + spell(word.text.replace(/\n/g, ' '));
      spans.push({ from: text.length, to: text.length + spelt.length, box: word.box });
      text += spelt;
    }
    text += '\n';
  }
  return findNumbers(mask, text).flatMap((one) => {
    const value = foldedValue(one);
    if (value === null) return [];
    const end = one.offset + one.raw.length;
    const boxes = spans.filter(({ from, to }) => from < end && to > one.offset).map(({ box }) => box);
    if (boxes.length === 0) return [];
    const exact = one.verdict === 'fits';
    return [
      { value, raw: one.raw, box: around(boxes), labelled: one.label === 'strong', exact, fixed: true },
    ];
  });
}

const foldedValue = (one: Sighting): string | null =>
  one.verdict === 'fits' ? one.value : one.verdict === 'confused' ? one.resembles : null;

function around(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** The number in one line read by the second model, which knows only the mask's characters. */
export function numberIn(mask: Mask, line: string): string | null {
  for (const text of [line, line.replace(/ /g, '')]) {
    const found = new Set(findNumbers(mask, text).flatMap((one) => foldedValue(one) ?? []));
    if (found.size === 1) return [...found][0] as string;
  }
  return variablePart(mask, line.replace(/ /g, ''))?.value ?? null;
}

const variableMin = 6;
const digitLike = '0-9OoQDIilSsBZz';
const asDigit: Readonly<Record<string, string>> = {
  O: '0',
  Q: '0',
  D: '0',
  I: '1',
  L: '1',

  S: '5',
  B: '8',
  Z: '2',
};

/**
 * The part of the number that varies, when the fixed letters before it were misread: they are known without reading.
 * Nothing but at most a few characters in their place may stand before it, so no telephone number fits.
 */
function variablePart(mask: Mask, text: string): { readonly value: string; readonly at: number } | null {
  const from = mask.prefix.length;
  const rest = mask.parts.slice(from);
  if (from === 0 || rest.filter(({ kind }) => kind === 'digit').length < variableMin) return null;
  if (rest.some(({ kind }) => kind === 'letter' || kind === 'literal')) return null;
  const shape = rest.map(({ kind }) => (kind === 'digit' ? `[${digitLike}]` : '-{0,2}')).join('');
  const found = new RegExp(`(?<![0-9][-/()]{0,2}[^0-9]{0,1})${shape}(?![-/]?[0-9])`).exec(text);
  if (found === null || /\d/.test(text.slice(Math.max(0, found.index - from - 1), found.index))) return null;
  const digits = [...found[0].replace(/-/g, '')].map((char) => asDigit[char.toUpperCase()] ?? char);
  const value = mask.parts
    .map(({ kind, char }) => (kind === 'digit' ? (digits.shift() as string) : char))
    .join('');
  return { value, at: found.index };
}

const announced = /番号|サ[ー-]ビス|サポ[ー-]ト/;
/** Telephone numbers, and addresses in which a number is part of something else. */
const foreign = /TEL|FAX|電話|ファ[クッ]|:\/\/|WWW|@/i;

/** A line that announces the number, or keeps one of its fixed letters, and has the part that varies whole. */
function damagedIn(mask: Mask, lines: readonly TextLine[]): readonly Written[] {
  return lines.flatMap((line) => {
    const text = line.words
      .map((word) => dashes(word.text.normalize('NFKC')))
      .join('')
      .replace(/ /g, '');
    const found = foreign.test(text) ? null : variablePart(mask, text);
    if (found === null) return [];
    const before = text.slice(Math.max(0, found.at - mask.prefix.length - 1), found.at).toUpperCase();
    const kept = [...mask.prefix].some((char) => before.includes(char));
    const labelled = announced.test(text.slice(0, found.at));
    if (!kept && !labelled) return [];
    const raw = text.slice(found.at - before.length, found.at + mask.parts.length);
    return [{ value: found.value, raw, box: numberBox(line, mask), labelled, exact: false, fixed: false }];
  });
}

/** The end of the line, as wide as a number is beside its height: where it begins is not known to the word. */
function numberBox(line: TextLine, mask: Mask): Box {
  const digits = line.words.filter(({ text }) => /\d/.test(text.normalize('NFKC')));
  const box = around(digits.length > 0 ? digits.map(({ box }) => box) : [line.box]);
  const before = Math.min(box.x, Math.round((mask.prefix.length + 1) * box.height));
  return { ...box, x: box.x - before, width: box.width + before };
}

/** What the second model may write: the mask's own letters and digits, and the hyphen. */
export function charactersOf(mask: Mask): string {
  const own = mask.parts.map(({ kind, char }) => (kind === 'literal' || kind === 'separator' ? char : ''));
  const digits = mask.parts.some(({ kind }) => kind === 'digit') ? '0123456789' : '';
  const letters = mask.parts.some(({ kind }) => kind === 'letter') ? 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' : '';
  return [...new Set(own.join('').toUpperCase().replace(/\s/g, '') + '-' + digits + letters)].join('');
}
