/**
 * The sample the reader of the number is judged on: fields and empty pages, each drawn from its own seed, so that a
 * run can be cut, resumed and shared between processes without changing what is drawn.
 */
import type { Bitmap } from '../../src/fax/bitmap.ts';
import { createAtlas, type Face } from '../train/atlas.ts';
import { fax, type Kind, type Tier } from '../train/degrade.ts';
import { layOut, type Style, styles } from '../train/layout.ts';
import { createRandom, type Random } from '../train/random.ts';

export interface Drawn {
  readonly page: Bitmap;
  /** What is drawn ends here. */
  readonly rows: number;
  /** Null on a page without a number. */
  readonly truth: string | null;
  readonly groups: readonly string[];
  readonly note: string;
}

export interface Fonts {
  readonly unseen: readonly Face[];
  readonly trained: readonly Face[];
}

export async function loadFonts(): Promise<Fonts> {
  return { unseen: await createAtlas('test'), trained: await createAtlas('train') };
}

const size = { width: 1728, height: 600 };
const registrySeed = 2_000;

/** 2,000 numbers: half drawn at random, half neighbours of one of those in one digit. */
export function makeRegistry(): readonly string[] {
  const random = createRandom(registrySeed);
  const numbers = new Set<string>();
  const format = (digits: string) => `CL-${digits.slice(0, 4)}-${digits.slice(4)}`;
  while (numbers.size < 1_000) numbers.add(format(String(random.whole(0, 99_999_999)).padStart(8, '0')));
  const first = [...numbers];
  while (numbers.size < 2_000) {
    const digits = [...random.pick(first).replaceAll(/\D/g, '')];
    digits[random.whole(0, 7)] = String(random.whole(0, 9));
    numbers.add(format(digits.join('')));
  }
  return [...numbers];
}

/** Field `index` of `seed`: severities in equal parts, two thirds in fonts never trained on, a fifth copied. */
export function drawField(seed: number, index: number, fonts: Fonts, registry: readonly string[]): Drawn {
  const random = createRandom(seed * 1_000_003 + index);
  const tier = ((index % 3) + 1) as Tier;
  const kind: Kind = random.chance(0.2) ? 'copy' : 'scan';
  const pool = random.chance(0.67) ? fonts.unseen : fonts.trained;
  const hand = random.chance(0.33);
  const face = random.pick(pool.filter(({ font }) => font.hand === hand));
  const style: Style = random.chance(0.05) ? 'boxed' : random.pick(styles);
  const truth = random.pick(registry);
  const sheet = layOut({ ...size, face, style, number: truth, whole: true }, random);
  const groups = [
    `tier ${tier}`,
    kind,
    `${pool === fonts.unseen ? 'unseen' : 'trained'} ${hand ? 'hand' : 'print'}`,
    style === 'boxed' ? 'boxed' : 'unboxed',
  ];
  const { page } = fax(sheet, tier, kind, random);
  return { ...wholePage(page), truth, groups, note: `${face.font.name} ${style} tier ${tier} ${kind}` };
}

/** Page `index` of `seed` without a number, in fonts never trained on; `others` puts numbers of other kinds on it. */
export function drawEmpty(seed: number, index: number, fonts: Fonts, others: boolean): Drawn {
  const random: Random = createRandom(seed * 1_000_003 + (others ? 700_000 : 500_000) + index);
  const tier = ((index % 3) + 1) as Tier;
  const kind: Kind = random.chance(0.2) ? 'copy' : 'scan';
  const face = random.pick(fonts.unseen);
  const lines = others ? [otherNumber(random), otherNumber(random)] : [];
  const style = others ? 'colon' : random.pick(styles);
  const wish = { width: 1728, height: others ? 700 : 1143, face, style, number: null, whole: true, lines };
  const { page } = fax(layOut(wish, random), tier, kind, random);
  const groups = [`tier ${tier}`, kind];
  const note = `${face.font.name} tier ${tier} ${kind} ${lines.join(' / ')}`;
  return { ...wholePage(page), truth: null, groups, note };
}

/** What a customer's own numbers look like: other letters in the same form, longer and shorter ones, dates. */
function otherNumber(random: Random): string {
  const digits = (length: number) => Array.from({ length }, () => random.whole(0, 9)).join('');
  const letters = random.pick(['SL', 'PO', 'CI', 'GL', 'OL', 'CT', 'QL', 'DL', 'CE', 'XC', 'No', 'ID']);
  return random.pick([
    () => `製造番号 ${letters}-${digits(4)}-${digits(4)}`,
    () => `契約番号：${letters}${digits(8)}`,
    () => `サービス番号 ${letters}-${digits(4)}-${digits(4)}`,
    () => `契約番号 ${digits(4)}-${digits(4)}`,
    () => `契約番号 CL-${digits(4)}-${digits(5)}`,
    () => `No. ${digits(4)}-${digits(4)}-${digits(4)}`,
    () => `TEL 0${digits(2)}-${digits(4)}-${digits(4)}`,
    () => `2026-${digits(4)}-${digits(4)}`,
  ])();
}

/** The drawn head of a page on paper of full length, its sender's line blanked as `straighten` does. */
function wholePage(head: Bitmap): Pick<Drawn, 'page' | 'rows'> {
  const grey = new Uint8Array(head.width * 2_290).fill(255);
  grey.set(head.grey);
  grey.fill(255, 0, 46 * head.width);
  return { page: { width: head.width, height: 2_290, grey }, rows: head.height };
}
