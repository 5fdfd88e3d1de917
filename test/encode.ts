/** Text to bytes in the charsets a browser decodes, by turning its decoders round; ISO-2022-JP as CP50221 writes it. */

const tables = new Map<string, ReadonlyMap<string, readonly number[]>>();

function tableOf(charset: string): ReadonlyMap<string, readonly number[]> {
  const known = tables.get(charset);
  if (known !== undefined) return known;
  const table = new Map<string, readonly number[]>();
  const decoder = new TextDecoder(charset);
  const add = (...bytes: number[]) => {
    const text = decoder.decode(Uint8Array.from(bytes));
    if ([...text].length === 1 && text !== '\ufffd' && !table.has(text)) table.set(text, bytes);
  };
  for (let one = 0; one < 256; one += 1) add(one);
  if (/^(?:shift_jis|euc-|gb|big5)/.test(charset))
    for (let one = 0x81; one < 0xff; one += 1) for (let two = 0x40; two < 0xff; two += 1) add(one, two);
  tables.set(charset, table);
  return table;
}

/** Null when the charset lacks a character of the text. */
export function encode(charset: string, text: string): Buffer | null {
  if (charset === 'utf-8') return Buffer.from(text);
  if (charset === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (charset === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  if (charset === 'iso-2022-jp') return jis(text);
  // Node decodes 0x80 to 0x9F of windows-1252 as C1 controls; they are punctuation.
  const table = tableOf(charset);
  const bytes = [...text].map((one) => (charset === 'windows-1252' ? cp1252(one) : null) ?? table.get(one));
  return bytes.includes(undefined) ? null : Buffer.from(bytes.flatMap((one) => one ?? []));
}

const punctuation = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
function cp1252(character: string): readonly number[] | null {
  const at = punctuation.indexOf(character);
  return at < 0 ? null : [0x80 + at];
}

function jis(text: string): Buffer | null {
  const out: number[] = [];
  const escapes: Readonly<Record<string, readonly number[]>> = {
    B: [0x1b, 0x28, 0x42],
    D: [0x1b, 0x24, 0x42],
    I: [0x1b, 0x28, 0x49],
  };
  let mode = 'B';
  const into = (next: string) => {
    if (next !== mode) out.push(...(escapes[next] ?? []));
    mode = next;
  };
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) {
      into('B');
      out.push(code);
    } else if (code >= 0xff61 && code <= 0xff9f) {
      into('I');
      out.push(code - 0xff40);
    } else {
      const pair = encode('euc-jp', character);
      if (pair === null || pair.length !== 2) return null;
      into('D');
      out.push(...[...pair].map((byte) => byte & 0x7f));
    }
  }
  into('B');
  return Buffer.from(out);
}
