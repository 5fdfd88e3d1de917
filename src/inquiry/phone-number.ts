/** Telephone and fax numbers as mails write them, folded to the registry's form (`phoneCell` of `contract-cells.ts`). */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

const written = /\+?[0-9(][0-9() .-]{6,24}[0-9]/g;
const textCharsMax = 500;

/** Digits of each number in the text, once: the national form of a Japanese one, else country code and number. */
export function phoneNumbers(text: string): readonly string[] {
  const folded = text
    .slice(0, textCharsMax)
    .normalize('NFKC')
    .replace(/[‐‑‒–—―−ー─]/g, '-');
  return [...new Set((folded.match(written) ?? []).flatMap((one) => digitsOf(one) ?? []))];
}

/** The one number in the text; null when there is none (非通知), or when there are two different ones. */
export function phoneDigits(text: string): string | null {
  const [first = null, ...others] = phoneNumbers(text);
  return others.length === 0 ? first : null;
}

/** Digits of the registry as people write them: `0355500142` is `03-5550-0142`. */
export function shownPhone(digits: string): string {
  return parsePhoneNumberFromString(digits, 'JP')?.formatNational() ?? digits;
}

function digitsOf(text: string): string | null {
  const parsed = parsePhoneNumberFromString(text, 'JP');
  if (parsed === undefined) return null;
  const { countryCallingCode, nationalNumber } = parsed;
  return countryCallingCode === '81' ? `0${nationalNumber}` : `${countryCallingCode}${nationalNumber}`;
}
