/** Words and marks around a support service number, in folded text (spec 3.3). Every pattern is bounded. */

// What may stand between a label and its number, or around a number alone on its line.
const trim = '[ :;=はがも→⇒⇨>》〉』」】〕）"\'“”’‘「『【〔《〈（<()\\[\\]{}*_|/.,、。・•■□●○※◆◇▼▶★☆#~-]';
const filler = `(?:\\([^()\\n0-9]{0,30}\\))?${trim}{0,16}(?:\\n${trim}{0,16}){0,2}`;
const named =
  '(?:サポ[ー-]ト ?(?:サ[ー-]ビス)? ?|サ[ー-]ビス ?|SUPPORT ?(?:SERVICE ?)?|SERVICE ?)(?:証書 ?)?の? ?' +
  '(?:番号|ナンバ[ー-]?|NUMBER|NO\\.|NO(?![A-Z])|NO(?=[A-Z]{0,4}[-0-9])|ID(?![A-Z]))';
const bare = '(?<![\\p{L}\\p{N}ー-])(?:番号|NO ?[.:]|NUMBER ?:)';

/** サポートサービス番号 and its short forms: what follows is clearly meant as the number. */
const strongLabel = new RegExp(named, 'gu');
const strongWithFiller = new RegExp(named + filler, 'gu');
/** 番号 and No. alone also label other things. */
const weakWithFiller = new RegExp(bare + filler, 'gu');
const onlyTrim = new RegExp(`^(?:${trim})*$`);

export type Label = 'strong' | 'weak';

/** Positions right behind a label and what may follow it, a line break included. */
export function labelledPositions(text: string): ReadonlyMap<number, Label> {
  const positions = new Map<number, Label>();
  for (const match of text.matchAll(weakWithFiller)) positions.set(match.index + match[0].length, 'weak');
  for (const match of text.matchAll(strongWithFiller)) positions.set(match.index + match[0].length, 'strong');
  return positions;
}

/** The same text, as long, without the letters of labels: サポートNo123 begins with 1. */
export function withoutLabels(text: string): string {
  return text.replace(strongLabel, (label) => '番'.repeat(label.length));
}

/** Whether a line holds nothing but marks. */
export function onlyMarks(text: string): boolean {
  return text.length <= 200 && onlyTrim.test(text);
}

/** A line that announces the value below it, as in `注文番号:`. */
export function announces(line: string): boolean {
  return /(?:[:]|番号|NO\.?|TEL|FAX|電話|ID) *[>)\]】」]? *$/.test(line.slice(-40));
}

export function afterPhoneLabel(before: string): boolean {
  return /(?:TEL|FAX|PHONE|MOBILE|電話|携帯|内線|直通|ファ[クッ]ク?ス)(?:番号)?[ :.()[\]]{0,6}$/.test(
    before.slice(-24),
  );
}

export const phoneShape = /^(?:\+?81[ -]?\d{1,4}|0\d{1,4})[ -]?\d{1,4}-\d{3,4}$|^0[5789]0\d{8}$/;
export const dateShape =
  /^(?:19|20)\d\d(?:[-/.年](?:1[0-2]|0?[1-9])[-/.月](?:3[01]|[12]\d|0?[1-9])|(?:1[0-2]|0[1-9])(?:3[01]|[12]\d|0[1-9]))(?!\d)/;

export type Barrier = 'url' | 'mail-address' | 'reference';

export interface BarredSpan {
  readonly start: number;
  readonly end: number;
  readonly kind: Barrier;
}

/** Stretches in which a number is part of something else: addresses, and our own 受付番号. Ordered by start. */
export function barredSpans(text: string): readonly BarredSpan[] {
  const spans: BarredSpan[] = [];
  for (const match of text.matchAll(/(?:(?:HTTPS?|FTP|FILE):\/\/|WWW\.)[!#-;=?-Z\\^_~]*/g)) {
    spans.push({ start: match.index, end: match.index + match[0].length, kind: 'url' });
  }
  for (const match of text.matchAll(/R-\d{8}-\d{4,}/g)) {
    spans.push({ start: match.index, end: match.index + match[0].length, kind: 'reference' });
  }
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    // Local part and domain are at most 64 and 255 octets (RFC 5321 §4.5.3.1).
    const local = /[A-Z0-9.!#$%&'*+/=?^_`{|}~-]{0,64}$/.exec(text.slice(Math.max(0, at - 64), at))?.[0] ?? '';
    const domain = /^[A-Z0-9.-]*/.exec(text.slice(at + 1, at + 256))?.[0] ?? '';
    if (local === '' || domain === '') continue;
    spans.push({ start: at - local.length, end: at + 1 + domain.length, kind: 'mail-address' });
  }
  return spans.sort((a, b) => a.start - b.start);
}
