/** RFC 2047 words and RFC 2231 parameters, joined as bytes before they are decoded: mailers cut inside characters. */
import { decodeText } from './charset.ts';
import { headerDecodedBytes } from './limits.ts';

const word = /=\?([\w.:*'+()-]{1,60})\?([bq])\?([^?]*)\?=/gi;

function qBytes(text: string): Buffer {
  const plain = text.replaceAll('_', ' ');
  return Buffer.from(
    plain.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

interface Run {
  charset: string;
  bytes: Buffer[];
  /** Base64 whose words were cut inside a group of four. */
  base64: string;
}

function closed(run: Run): string {
  const rest = run.base64 === '' ? [] : [Buffer.from(run.base64, 'base64')];
  return decodeText(Buffer.concat([...run.bytes, ...rest]), run.charset).text;
}

function append(run: Run, encoding: string, payload: string): void {
  if (encoding.toLowerCase() === 'q') {
    if (run.base64 !== '') run.bytes.push(Buffer.from(run.base64, 'base64'));
    run.base64 = '';
    run.bytes.push(qBytes(payload));
    return;
  }
  run.base64 += payload.replace(/[^A-Za-z0-9+/=]/g, '');
  if (run.base64.endsWith('=') || run.base64.length % 4 === 0) {
    run.bytes.push(Buffer.from(run.base64, 'base64'));
    run.base64 = '';
  }
}

/** Decodes the encoded words of a field that is already text. White space between two words is dropped. */
export function decodeWords(value: string): string {
  if (!value.includes('=?')) return value;
  let out = '';
  let at = 0;
  let run: Run | null = null;
  for (const match of value.matchAll(word)) {
    const [whole, label = '', encoding = '', payload = ''] = match;
    const charset = label.replace(/\*.*$/, '').toLowerCase();
    const between = value.slice(at, match.index);
    const joined = run !== null && /^\s*$/.test(between);
    if (run !== null && !(joined && run.charset === charset)) {
      out += closed(run);
      run = null;
    }
    if (!joined) out += between;
    run ??= { charset, bytes: [], base64: '' };
    append(run, encoding, payload);
    at = match.index + whole.length;
  }
  if (run !== null) out += closed(run);
  return out + value.slice(at);
}

/** Raw field value to text: 8-bit bytes and bare JIS are read before anything in it is parsed. */
export function decodeRawField(bytes: Buffer): string {
  return decodeText(bytes.subarray(0, headerDecodedBytes), null)
    .text.replace(/\r?\n[ \t]*/g, ' ')
    .trim();
}

/** Main value (lower case) and parameters of a MIME field, continuations and encodings undone. */
export function parameters(value: string): { value: string; params: Map<string, string> } {
  const params = new Map<string, string>();
  const pieces = new Map<string, { index: number; text: string; encoded: boolean }[]>();
  const first = value.indexOf(';');
  const tail = first < 0 ? '' : value.slice(first);
  for (const match of tail.matchAll(/;\s*([^\s=;"]{1,60})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/g)) {
    const name = (match[1] ?? '').toLowerCase();
    const raw = (match[2] ?? '').trim();
    const text = raw.startsWith('"')
      ? raw
          .slice(1)
          .replace(/"$/, '')
          .replace(/\\(["\\])/g, '$1')
      : raw;
    const star = /^([^*]+)\*(\d{1,3})?(\*)?$/.exec(name);
    if (star === null) {
      if (!params.has(name)) params.set(name, decodeWords(text));
      continue;
    }
    const list = pieces.get(star[1] ?? '') ?? [];
    list.push({ index: Number(star[2] ?? 0), text, encoded: star[2] === undefined || star[3] !== undefined });
    pieces.set(star[1] ?? '', list);
  }
  for (const [name, list] of pieces) params.set(name, continued(list));
  const head = (first < 0 ? value : value.slice(0, first)).replace(/\([^()]*\)/g, '');
  return { value: head.trim().toLowerCase(), params };
}

function continued(list: { index: number; text: string; encoded: boolean }[]): string {
  list.sort((a, b) => a.index - b.index);
  let charset: string | null = null;
  const bytes = list.map((piece, position) => {
    if (!piece.encoded) return Buffer.from(piece.text, 'utf8');
    const start = position === 0 ? /^([^']*)'[^']*'/.exec(piece.text) : null;
    if (start !== null) charset = start[1] ?? null;
    const text = piece.text.slice(start?.[0].length ?? 0);
    return percentBytes(text);
  });
  return decodeText(Buffer.concat(bytes), charset).text;
}

function percentBytes(text: string): Buffer {
  return Buffer.concat(
    text
      .split(/(%[0-9a-f]{2})/i)
      .map((part) =>
        /^%[0-9a-f]{2}$/i.test(part) ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part, 'utf8'),
      ),
  );
}
