/**
 * Where a staff member's own text greets, introduces and closes, so that the frame says none of it twice (tone
 * 10). What they wrote themselves moves to its place in the frame, unchanged.
 */

export interface AnswerParts {
  /** The 宛名 as typed, else null. */
  readonly addressee: string | null;
  /** お世話になっております and what belongs to it, else null. */
  readonly opening: string | null;
  /** The writer names himself there. */
  readonly introducesSelf: boolean;
  /** The text begins by saying what it is about. */
  readonly hasIntro: boolean;
  readonly text: string;
  /** The text invites a reply near its end, or is signed and has said all it wants to. */
  readonly invitesReply: boolean;
  /** The last line when it is a よろしくお願いいたします, '' when a signature ends the text, else null. */
  readonly closing: string | null;
  /** The text ends in a signature. */
  readonly isSigned: boolean;
}

const ADDRESSEE_LINES_MAX = 4;
const ADDRESSEE_CHARACTERS_MAX = 60;
const LINE_CHARACTERS_MAX = 200;
const SIGNATURE_LINES_MAX = 14;
/** A line that ends in a title of respect, with or without a comma. */
const ADDRESSEE = /(?:様|さま|御中|各位|[ 　]殿)[ 　]*[、,]?[ 　]*$/;
const SENTENCE = /[。？！?!]|(?:です|ます|ました)$/;
const OPENING =
  /^[ 　]*(?:いつも|大変|たいへん|平素|日頃|お世話|ご?無沙汰|お疲れ|拝啓|前略).{0,40}(?:お世話|平素|ありがと|有難|有り難|御礼|お礼|お疲れ|啓上|拝啓|前略|無沙汰)|^[ 　]*(?:お世話にな|お世話様|お疲れ様|拝啓|前略|平素(?:より|は))/;
const THANKS = /(?:ありがとうございます|有難うございます|御礼申し上げます|お礼申し上げます)。?$/;
const INTRO =
  /^[ 　]*(?:お問い?合わ?せ|ご質問|ご連絡|ご照会|ご依頼|ご相談|この度|このたび|先日|標記|首題|表題).{0,40}(?:件|につきまして|について|ありがとう|いただ|頂)/;
const CLOSING =
  /^[ 　]{0,20}(?:以上、?|今後とも|引き続き|何卒|何とぞ|どうぞ|では、?|お手数ですが、?|ご確認のほど、?){0,3}.{0,20}(?:よろしく|宜しく)(?:お願い|御願い)(?:いた|致|申|し).{0,12}$/;
const INVITES =
  /(?:ご不明|ご質問|お気づき).{0,40}(?:ください|下さい|ませ|いただ|頂)|ご?返信(?:ください|下さい|いただ|くださ)/;
const RULE = /^(?:-- ?|[-=_*―─━＿－＝*＊~～]{5,})[ 　]*$/;
const CONTACT = /@|TEL|FAX|ＴＥＬ|ＦＡＸ|E-?mail|電話|https?:/i;

/** @param names what the writer calls himself: the desk's name and the surname. */
export function partsOf(body: string, names: readonly string[]): AnswerParts {
  const lines = body.split('\n');
  const head = headOf(lines, names);
  const rest = lines.slice(head.length);
  const signed = signatureStart(rest);
  const isSigned = signed < rest.length;
  const tail = isSigned ? rest : withoutBlankEnd(rest);
  const last = isSigned ? '' : (tail.at(-1) ?? '');
  const closes = tail.length > 1 && last.length < LINE_CHARACTERS_MAX && CLOSING.test(last);
  const text = trimmedLines(closes ? tail.slice(0, -1) : tail);
  const near = text.slice(-3);
  return {
    addressee: head.addressee,
    opening: head.opening,
    introducesSelf: head.introducesSelf,
    hasIntro: INTRO.test((text[0] ?? '').slice(0, LINE_CHARACTERS_MAX)),
    text: text.join('\n'),
    invitesReply: isSigned || near.some((line) => INVITES.test(line.slice(0, LINE_CHARACTERS_MAX))),
    closing: closes ? last.trim() : isSigned ? '' : null,
    isSigned,
  };
}

function headOf(lines: readonly string[], names: readonly string[]) {
  const addresseeEnd = addresseeLines(lines);
  let at = skipBlank(lines, addresseeEnd);
  const from = at;
  const isSelf = (line: string) =>
    line.length < ADDRESSEE_CHARACTERS_MAX &&
    /(?:です|でございます|と申します)。?$/.test(line.trim()) &&
    names.some((name) => name !== '' && line.includes(name));
  const opens = OPENING.test((lines[at] ?? '').slice(0, LINE_CHARACTERS_MAX));
  let self = opens && names.some((name) => name !== '' && lines[at]!.includes(name));
  if (opens) at++;
  // At most thanks and a name follow, the name perhaps after a blank line.
  for (let more = 0; more < 2; more++) {
    const next = lines[at] ?? '';
    if (opens && next.length < LINE_CHARACTERS_MAX && THANKS.test(next.trim())) at++;
    else if (!self && isSelf(lines[skipBlank(lines, at)] ?? '')) {
      at = skipBlank(lines, at) + 1;
      self = true;
    }
  }
  const opening = lines.slice(from, at).join('\n');
  return {
    addressee: addresseeEnd === 0 ? null : trimmedLines(lines.slice(0, addresseeEnd)).join('\n'),
    opening: opening === '' ? null : opening,
    introducesSelf: self,
    length: opening === '' ? addresseeEnd : at,
  };
}

/** How many lines from the top are a 宛名: company, department and name, none of them a sentence. */
function addresseeLines(lines: readonly string[]): number {
  let end = 0;
  for (let at = 0; at < Math.min(lines.length, ADDRESSEE_LINES_MAX); at++) {
    const line = lines[at]!;
    if (line.trim() === '' && end > 0) break;
    if (line.length > ADDRESSEE_CHARACTERS_MAX || SENTENCE.test(line.trim()) || OPENING.test(line)) break;
    if (ADDRESSEE.test(line)) end = at + 1;
  }
  return end;
}

/** The line from which the text is a signature: a rule, and below it nothing but a few lines with an address or number. */
function signatureStart(lines: readonly string[]): number {
  const from = Math.max(1, lines.length - SIGNATURE_LINES_MAX);
  for (let at = from; at < lines.length; at++) {
    if (!RULE.test(lines[at]!.slice(0, LINE_CHARACTERS_MAX))) continue;
    const below = lines.slice(at + 1).filter((line) => line.trim() !== '');
    if (below.some((line) => CONTACT.test(line.slice(0, LINE_CHARACTERS_MAX)))) return at;
  }
  return lines.length;
}

function skipBlank(lines: readonly string[], from: number): number {
  let at = from;
  while (at < lines.length && lines[at]!.trim() === '') at++;
  return at;
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1);
}

function trimmedLines(lines: readonly string[]): readonly string[] {
  const kept = withoutBlankEnd(lines);
  return kept.slice(skipBlank(kept, 0));
}
