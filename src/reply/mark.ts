/**
 * Signed marks by which an answer, a bounce or a staff reply finds its ticket (spec 4). A mark is 27
 * characters of lower-case base32, so that it survives mailers that fold the case of local parts:
 *
 *     c   a7   aaaaaabc   k3mq…(16)
 *     │   │    │          └ HMAC-SHA256 over what stands before it, cut to 80 bits
 *     │   │    └ id, 40 bits
 *     │   └ id of the key
 *     └ purpose: c customer's reply, b bounce (VERP), s mail to staff, r reply of staff
 *
 * The purpose is under the HMAC: an address a customer has seen never opens the door of staff.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_CHARS = 8;
const ID_MAX = 2 ** 40 - 1;
const MAC_CHARS = 16;
const SHAPE = /^[cbsr][a-z2-7]{26}$/;
const MESSAGE_ID = /^<([a-z2-7]{27})\.([a-z-]{1,32})@[a-z0-9.-]{1,253}>$/;
/** RFC 5321 §4.5.3.1.1. */
const LOCAL_OCTETS_MAX = 64;

/** `c` customer's reply, `b` bounce (VERP), `s` mail to staff, `r` a member of staff's reply to it. */
export type MarkPurpose = 'c' | 'b' | 's' | 'r';

export interface MarkKey {
  /** Two characters of `[a-z2-7]`. */
  readonly id: string;
  readonly secret: Uint8Array;
}

export interface Mark {
  readonly purpose: MarkPurpose;
  readonly id: number;
}

/** The mark of an id (0 to 2^40 - 1), always the same for the same key, purpose and id. */
export function signMark(key: MarkKey, purpose: MarkPurpose, id: number): string {
  if (!Number.isInteger(id) || id < 0 || id > ID_MAX) throw new RangeError(`mark id out of range: ${id}`);
  if (!/^[a-z2-7]{2}$/.test(key.id))
    throw new RangeError(`mark key id is not two base32 characters: ${key.id}`);
  let digits = '';
  for (let rest = id, place = 0; place < ID_CHARS; place++, rest = Math.floor(rest / 32)) {
    digits = ALPHABET.charAt(rest % 32) + digits;
  }
  const payload = purpose + key.id + digits;
  return payload + macOf(key, payload);
}

/** What a mark says when one of the keys signed it, else null. Upper case is the same. */
export function readMark(keys: readonly MarkKey[], text: string): Mark | null {
  const mark = text.toLowerCase();
  if (!SHAPE.test(mark)) return null;
  const payload = mark.slice(0, -MAC_CHARS);
  const given = Buffer.from(mark.slice(-MAC_CHARS));
  const signed = keys.some(
    (key) => key.id === payload.slice(1, 3) && timingSafeEqual(Buffer.from(macOf(key, payload)), given),
  );
  if (!signed) return null;
  const id = [...payload.slice(3)].reduce((sum, digit) => sum * 32 + ALPHABET.indexOf(digit), 0);
  return { purpose: mark.charAt(0) as MarkPurpose, id };
}

/** Mark and kind of a Message-ID of ours when one of the keys signed it, else null. Some relays fold its case. */
export function readMessageId(
  keys: readonly MarkKey[],
  messageId: string,
): (Mark & { readonly kind: string }) | null {
  const [, text, kind] = MESSAGE_ID.exec(messageId.trim().toLowerCase()) ?? [];
  const mark = text === undefined ? null : readMark(keys, text);
  return mark === null || kind === undefined ? null : { ...mark, kind };
}

/** `cltech@…` with the mark as its extension; null when the local part would pass 64 octets. */
export function markedAddress(address: string, mark: string): string | null {
  const at = address.lastIndexOf('@');
  const local = `${address.slice(0, at)}+${mark}`;
  return at < 1 || Buffer.byteLength(local) > LOCAL_OCTETS_MAX ? null : local + address.slice(at);
}

/** The mark an address carries when it is one of ours with an extension, unproven, in lower case; else null. */
export function markOf(address: string, baseAddresses: readonly string[]): string | null {
  const whole = address.toLowerCase();
  const at = whole.lastIndexOf('@');
  const plus = whole.lastIndexOf('+', at);
  if (plus < 1) return null;
  const base = whole.slice(0, plus) + whole.slice(at);
  const mark = whole.slice(plus + 1, at);
  return SHAPE.test(mark) && baseAddresses.some((ours) => ours.toLowerCase() === base) ? mark : null;
}

/** 80 bits of HMAC-SHA256 in base32. */
function macOf(key: MarkKey, payload: string): string {
  const bytes = createHmac('sha256', key.secret).update(payload).digest();
  let text = '';
  for (let bit = 0; bit < MAC_CHARS * 5; bit += 5) {
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    text += ALPHABET.charAt((pair >> (11 - (bit & 7))) & 31);
  }
  return text;
}
