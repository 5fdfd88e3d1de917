/** Text of others made fit to stand in a line of ours. */

/** C0 and C1 controls, line and paragraph separators. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/** Direction marks and overrides turn the order of what stands beside them (threats 38, 49). */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
/** Half a surrogate pair is no character and breaks encoders. */
const LONE_SURROGATE = /\p{Cs}/gu;

/** One line: breaks and other controls become one space, direction marks vanish; all else stays as written. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, ' ').replace(DIRECTION, '').replace(LONE_SURROGATE, '\ufffd').trim();
}

/** Several lines: every kind of line end becomes `\n`, other controls and direction marks vanish. */
export function plainLines(text: string): string {
  return text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
    .replace(DIRECTION, '')
    .replace(LONE_SURROGATE, '\ufffd');
}

/** One line for a slot that is tested with `if`: liquid holds empty text for true, null for false. */
export function lineOrNull(text: string | null): string | null {
  const line = text === null ? '' : oneLine(text);
  return line === '' ? null : line;
}
