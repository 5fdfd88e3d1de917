/**
 * ISO-2022-JP as it is really sent: CP50220/50221/50222, JIS X 0212, half-width katakana by `ESC ( I`,
 * by SO/SI or as 8-bit bytes. The platform's own decoder knows only the standard.
 */

type Mode = 'ascii' | 'kana' | 'double' | 'supplement';

const eucJp = (bytes: number[]): string => new TextDecoder('euc-jp').decode(Uint8Array.from(bytes));

/** Length of an escape sequence at `at` and the mode it selects; null when it is none we know. */
function escapeAt(bytes: Uint8Array, at: number): { length: number; mode: Mode } | null {
  const [, first, second, third] = bytes.subarray(at, at + 4);
  if (first === 0x28) {
    if (second === 0x49) return { length: 3, mode: 'kana' };
    if (second === 0x42 || second === 0x4a || second === 0x48) return { length: 3, mode: 'ascii' };
  }
  if (first === 0x24) {
    if (second === 0x40 || second === 0x42) return { length: 3, mode: 'double' };
    if (second === 0x28 && (third === 0x40 || third === 0x42 || third === 0x4f || third === 0x51)) {
      return { length: 4, mode: 'double' };
    }
    if (second === 0x28 && third === 0x44) return { length: 4, mode: 'supplement' };
  }
  // `ESC & @` announces the revision of 1990 and is followed by the real designation.
  if (first === 0x26 && second === 0x40) return { length: 3, mode: 'ascii' };
  return null;
}

/** Decodes leniently: what cannot be read stays visible as it stands. A line ends in ASCII (RFC 1468). */
export function decodeIso2022Jp(bytes: Uint8Array): string {
  const out: string[] = [];
  let mode: Mode = 'ascii';
  let shifted = false;
  let euc: number[] = [];
  let plain: number[] = [];
  const flush = (): void => {
    if (euc.length > 0) out.push(eucJp(euc));
    if (plain.length > 0) out.push(String.fromCharCode(...plain));
    euc = [];
    plain = [];
  };
  const single = (code: number): void => {
    if (euc.length > 0 || plain.length >= 4096) flush();
    plain.push(code);
  };
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte === 0x1b) {
      const found = escapeAt(bytes, at);
      if (found !== null) {
        mode = found.mode;
        at += found.length - 1;
        continue;
      }
    }
    if (byte === 0x0e || byte === 0x0f) shifted = byte === 0x0e;
    else if (byte === 0x0a || byte === 0x0d) {
      mode = 'ascii';
      shifted = false;
      single(byte);
    } else if (byte >= 0xa1 && byte <= 0xdf) single(0xff61 + byte - 0xa1);
    else if (byte >= 0x80) single(0xfffd);
    else if ((mode === 'kana' || shifted) && byte >= 0x21 && byte <= 0x5f) single(0xff61 + byte - 0x21);
    else if ((mode === 'double' || mode === 'supplement') && byte >= 0x21 && byte <= 0x7e) {
      const next = bytes[at + 1];
      if (next === undefined || next < 0x21 || next > 0x7e) {
        single(0xfffd);
        continue;
      }
      if (plain.length > 0 || euc.length >= 8192) flush();
      if (mode === 'supplement') euc.push(0x8f);
      euc.push(byte | 0x80, next | 0x80);
      at += 1;
    } else single(byte);
  }
  flush();
  return out.join('');
}
