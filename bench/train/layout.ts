/** Puts a page together: the number in one of its ways of writing, and what stands around it. */
import type { Face } from './atlas.ts';
import { blankSheet, drawGlyph, drawRule, type Sheet } from './draw.ts';
import type { Random } from './random.ts';
import { body, formLabels, labels } from './texts.ts';

export type Style =
  | 'colon'
  | 'fullwidth'
  | 'field'
  | 'boxed'
  | 'no'
  | 'spaced'
  | 'nohyphen'
  | 'bracket'
  | 'bare';
export const styles: readonly Style[] = [
  'colon',
  'fullwidth',
  'field',
  'boxed',
  'no',
  'spaced',
  'nohyphen',
  'bracket',
  'bare',
];

export interface Wish {
  readonly width: number;
  readonly height: number;
  readonly face: Face;
  readonly style: Style;
  /** Null for a page without a number. */
  readonly number: string | null;
  /** Lines to be set before the text, of a page without a number. */
  readonly lines?: readonly string[];
  /** A page's head: sender's line, title; otherwise a cut around the number. */
  readonly whole: boolean;
}

const wide = (text: string) =>
  text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)).replaceAll('－', '－');

export function layOut(wish: Wish, random: Random): Sheet {
  const sheet = blankSheet(wish.width, wish.height);
  const { face } = wish;
  const hand = face.font.hand;
  const em = wish.whole ? random.between(29, 38) : random.between(26, 48);
  const shear = random.chance(0.25) ? random.between(-0.05, hand ? 0.25 : 0.12) : 0;
  const shape = random.between(0.88, 1.12);
  const letterSpace = random.chance(0.3) ? random.between(-0.04, 0.16) * em : 0;

  const slant = (size: number) => ({
    across: size * shape * (hand ? random.between(0.92, 1.08) : 1),
    down: size * (hand ? random.between(0.93, 1.07) : 1),
    shear: shear + (hand ? random.between(-0.06, 0.06) : 0),
    turn: hand ? random.between(-0.06, 0.06) : 0,
    wave: hand ? random.between(0, 0.035) : 0,
    phase: random.between(0, 6),
  });
  /** Writes a line; returns where the pen ends. */
  const write = (text: string, x: number, y: number, size: number, space = 0, from: Face = face): number => {
    let pen = x;
    for (const char of text) {
      if (char === ' ' || char === '　') pen += size * (char === ' ' ? 0.35 : 1) + space;
      else {
        const how = slant(size);
        const glyph = from.glyph(char);
        const rise = hand ? random.between(-0.05, 0.05) * size : 0;
        drawGlyph(sheet, glyph, char, pen, y + rise, how);
        pen += (glyph.advance / 64) * how.across + space + (hand ? random.between(-0.02, 0.06) * size : 0);
      }
      if (pen > wish.width) break;
    }
    return pen;
  };

  const left = wish.whole ? random.between(140, 210) : random.between(20, 80);
  const step = em * random.between(1.5, 2);
  let y = wish.whole ? 150 + random.between(0, 60) : em * 1.3;
  if (wish.whole) {
    write(`2026年${random.whole(1, 12)}月${random.whole(1, 28)}日 FAX:${phone(random)} P. 1/1`, 30, 34, 27);
    if (random.chance(0.6)) {
      write('FAX送信状', wish.width * 0.42, y, em * 1.6);
      y += em * 2.4;
    }
  }
  const before = wish.whole ? random.whole(0, 3) : random.whole(0, 1);
  const table = wish.style === 'field' || wish.style === 'boxed';
  const column = left + em * 11;
  const tableRow = (label: string, fill: (x: number) => void) => {
    write(label, left + em * 0.4, y, em);
    fill(column + em * random.between(0.4, 0.8));
    const [top, rowHeight] = [y - em * 1.35, em * 1.9];
    const thick = random.between(1, 3.2);
    const right = Math.min(wish.width - 30, column + em * 22);
    for (const line of [top, top + rowHeight]) drawRule(sheet, left, line, right - left, thick);
    for (const line of [left, column, right]) drawRule(sheet, line, top, thick, rowHeight);
    y += rowHeight;
  };
  const other = () => {
    if (table) {
      const label = random.pick(formLabels);
      tableRow(
        label,
        (x) => void write(random.chance(0.3) ? phone(random) : random.pick(formLabels), x, y, em),
      );
    } else {
      write(random.chance(0.25) ? `TEL ${phone(random)}` : random.pick(body), left, y, em);
      y += step;
    }
  };
  for (let line = 0; line < before; line++) other();
  const number = wish.number;
  for (const line of wish.lines ?? []) {
    write(line, left, y, em);
    y += step;
  }
  if (number === null) for (let line = 0; line < 3; line++) other();
  else if (wish.style === 'boxed') tableRow(labels[0]!, (x) => boxes(number, x));
  else if (wish.style === 'field') tableRow(labels[0]!, (x) => void write(number, x, y, em, letterSpace));
  else {
    const written =
      wish.style === 'fullwidth'
        ? wide(number)
        : wish.style === 'nohyphen'
          ? number.replaceAll(/[^A-Z0-9]/g, '')
          : wish.style === 'spaced'
            ? random.chance(0.5)
              ? number.replaceAll('-', ' ')
              : number.replaceAll('-', ' - ')
            : number;
    const label =
      wish.style === 'bare'
        ? ''
        : wish.style === 'bracket'
          ? labels[3]!
          : wish.style === 'no'
            ? labels[1]!
            : random.pick(labels);
    const end = write(label, left, y, em, letterSpace / 2);
    write(
      written,
      end,
      y,
      em,
      wish.style === 'spaced' ? letterSpace + random.between(0, 0.2) * em : letterSpace,
    );
    y += step;
  }
  while (y < wish.height - em) {
    if (table && random.chance(0.5)) other();
    else {
      write(random.pick(body) + (random.chance(0.5) ? random.pick(body) : ''), left, y, em);
      y += step;
    }
  }
  return sheet;

  function boxes(text: string, x: number): void {
    const [across, down] = [em * random.between(1.05, 1.5), em * random.between(1.2, 1.5)];
    const thick = random.between(1, 3);
    const top = y - em * 0.42 - down / 2;
    let pen = x;
    const inBox = random.chance(0.3);
    for (const char of text) {
      const separator = !/[A-Z0-9]/.test(char);
      if (!separator || inBox) {
        for (const line of [top, top + down]) drawRule(sheet, pen, line, across + thick, thick);
        for (const side of [pen, pen + across]) drawRule(sheet, side, top, thick, down + thick);
      }
      const glyph = face.glyph(char);
      const how = slant(em);
      const ink = (glyph.left + glyph.width / 2) / 64;
      const off = hand ? random.between(-0.12, 0.12) : random.between(-0.05, 0.05);
      const space = separator && !inBox ? across * 0.7 : across;
      drawGlyph(sheet, glyph, char, pen + space / 2 - ink * how.across + off * em, y + off * em * 0.5, how);
      pen += space;
    }
  }
}

export function phone(random: Random): string {
  const four = () => String(random.whole(0, 9999)).padStart(4, '0');
  return random.pick([
    `0${random.whole(3, 6)}-${four()}-${four()}`,
    `0${random.whole(22, 99)}-${four().slice(1)}-${four()}`,
  ]);
}
