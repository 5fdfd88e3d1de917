/**
 * The shape of a letter's body: lines of at most 70 half-width columns, broken by the Japanese rules
 * (禁則) and never inside a URL, mail address, number, date or Latin word. Quoted lines stay as they are,
 * and a run that cannot be broken stays long: a cut number is worse than a long line.
 */
import { displayWidth, graphemes } from './display-width.ts';

export const LINE_COLUMNS_MAX = 70;

/** 行頭禁則: closing brackets, stops, small kana, prolonged sounds and their half-width forms. */
const NEVER_FIRST = new Set([
  ...'、。，．・：；？！‼⁇⁈⁉ヽヾゝゞ々〻ー）］｝〉》」』】〕〗〙〟’”»〜～‐–゠…‥―％℃°′″',
  ...'ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ',
  ...'｡､｣･ｰﾞﾟｧｨｩｪｫｯｬｭｮ,.:;?!)]}%',
]);
/** 行末禁則: opening brackets and signs that belong to what follows. */
const NEVER_LAST = new Set('（［｛〈《「『【〔〖〘〝‘“«￥＄￡＃＠｢([{$#@¥£§※');
/** 分離禁止: these stand in pairs. */
const PAIRED = new Set('―…‥');
/** Graphemes of one word, number, address or URL: Latin and its relatives, ASCII signs, full-width digits. */
const WORD = /^[!-~\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Hangul}０-９＠－．＿／]/u;
/** A date with its era, weekday and clock time. Every repetition is bounded, so the search is linear. */
const DATE =
  /(?:明治|大正|昭和|平成|令和)?(?:午[前後])?(?:[0-9０-９元]{1,4}[年月日時分秒]){1,6}(?:[(（][日月火水木金土祝・]{1,4}[)）])?(?: ?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?/g;
/** The part before the value of a slot line such as `  件名    : `, or the mark of a list item. */
const HANGING = /^ +(?:[^ :：]{1,20} *[:：] *|・|[0-9]{1,3}\. )|^[・※]/;

/** Marks lines that are to stand as they are; no text of others can hold it (`plainLines`). */
const AS_IS = '\u0000';

/** The text marked so that `layOut` changes nothing in it: no wrapping, no trimming, every blank line kept. */
export function verbatim(text: string): string {
  return text.replace(/^/gm, AS_IS);
}

/** Lays out a whole body: wraps long lines, trims line ends, leaves at most one blank line, ends with one newline. */
export function layOut(body: string): string {
  const lines: string[] = [];
  for (const line of body.split('\n')) {
    if (line.startsWith('>')) {
      lines.push(line);
      continue;
    }
    if (line.startsWith(AS_IS)) {
      lines.push(line.slice(1));
      continue;
    }
    const trimmed = line.trimEnd();
    if (trimmed === '' && (lines.length === 0 || lines.at(-1) === '')) continue;
    lines.push(...wrapLine(trimmed, LINE_COLUMNS_MAX));
  }
  while (lines.at(-1) === '') lines.pop();
  return lines.join('\n').replaceAll(AS_IS, '') + '\n';
}

/** One line as lines of at most so many columns; what is carried over is indented to where the value began. */
export function wrapLine(line: string, columns: number): readonly string[] {
  if (displayWidth(line) <= columns) return [line];
  const hang = HANGING.exec(line)?.[0] ?? /^ */.exec(line)?.[0] ?? '';
  const indent = ' '.repeat(Math.min(displayWidth(hang), columns >> 1));
  const lines: string[] = [];
  let current = hang;
  let used = displayWidth(hang);
  let empty = true;
  for (const unit of unbreakableUnits(line.slice(hang.length))) {
    const width = displayWidth(unit);
    if (!empty && used + displayWidth(unit.trimEnd()) > columns) {
      lines.push(current.trimEnd());
      current = indent;
      used = indent.length;
    }
    current += unit;
    used += width;
    empty = false;
  }
  return [...lines, current.trimEnd()];
}

/** The text in pieces between which a line may end; spaces stay at the end of the piece before them. */
function unbreakableUnits(text: string): readonly string[] {
  const dates = insideDates(text);
  const units: string[] = [];
  let unit = '';
  let before = '';
  let spaced = false;
  let position = 0;
  for (const next of graphemes(text)) {
    if (before !== '' && next.trim() !== '' && !dates.has(position) && mayBreak(before, next, spaced)) {
      units.push(unit);
      unit = '';
    }
    unit += next;
    position += next.length;
    spaced = next.trim() === '';
    if (!spaced) before = next;
  }
  return unit === '' ? units : [...units, unit];
}

function mayBreak(before: string, next: string, spaced: boolean): boolean {
  if (NEVER_FIRST.has(next) && !(spaced && WORD.test(next))) return false;
  if (NEVER_LAST.has(before)) return false;
  if (spaced) return true;
  if (PAIRED.has(before) && before === next) return false;
  return !(WORD.test(before) && WORD.test(next));
}

/** Positions at which a line must not begin because they lie inside a date. */
function insideDates(text: string): ReadonlySet<number> {
  const inside = new Set<number>();
  for (const match of text.matchAll(DATE)) {
    for (let offset = 1; offset < match[0].length; offset++) inside.add(match.index + offset);
  }
  return inside;
}
