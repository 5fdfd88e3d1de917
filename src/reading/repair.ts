/** Mends the frame of a mail before it is parsed: line ends, unfolded parameters, a boundary that does not fit. */
import { splitHead } from './headers.ts';

const headSearched = 256 * 1024;

function endOfHead(raw: Buffer): number {
  const window = raw.subarray(0, headSearched).toString('latin1');
  const end = /\n\r*\n/.exec(window);
  return end === null ? window.length : end.index + end[0].length;
}

/** Blank lines, a byte order mark or an mbox line in front of the first header would end the header block. */
function withoutPrelude(raw: Buffer): Buffer {
  let at = raw.subarray(0, 3).toString('hex') === 'efbbbf' ? 3 : 0;
  while (at < raw.length && (raw[at] === 0x0a || raw[at] === 0x0d)) at += 1;
  if (/^>?From [^\r\n:]{1,200}/.test(raw.subarray(at, at + 210).toString('latin1'))) {
    const end = /[\r\n]+/.exec(raw.subarray(at, at + 2000).toString('latin1'));
    if (end !== null) at += end.index + end[0].length;
  }
  return at === 0 ? raw : raw.subarray(at);
}

/** CR alone, or CR CR LF, ends lines in mail from old Macs and broken gateways: the parser loses From and text. */
export function mendLineEnds(raw: Buffer): Buffer {
  // A run is taken whole: `\r+\n|\r` looks for the end of a long run from each of its characters again.
  const mended = raw
    .toString('latin1')
    .replace(/\r+\n?/g, (run) => (run.endsWith('\n') ? '\n' : '\n'.repeat(run.length)));
  return Buffer.from(mended, 'latin1');
}

const looseParameter =
  /^(?:boundary|charset|name|filename|format|report-type|type|protocol|micalg)\*?\d?\*?\s*=/i;

/** `boundary=` on a line of its own without the white space that makes it a continuation. */
function foldParameters(raw: Buffer): Buffer {
  const end = endOfHead(raw);
  const head = raw.subarray(0, end).toString('latin1');
  const lines = head.split('\n');
  let mended = false;
  for (let index = 1; index < lines.length; index += 1) {
    if (!looseParameter.test(lines[index] ?? '') || !/^(?:content-|[ \t])/i.test(lines[index - 1] ?? ''))
      continue;
    const before = (lines[index - 1] ?? '').trimEnd();
    lines[index - 1] = before.endsWith(';') ? before : `${before};`;
    lines[index] = `\t${lines[index]}`;
    mended = true;
  }
  return mended ? Buffer.concat([Buffer.from(lines.join('\n'), 'latin1'), raw.subarray(end)]) : raw;
}

/** The mail as the parser should see it, and whether anything was mended. */
export function mendFrame(raw: Buffer): { bytes: Buffer; mended: boolean } {
  let bytes = withoutPrelude(raw);
  const head = bytes.subarray(0, endOfHead(bytes)).toString('latin1');
  if (/\r(?!\n)/.test(head)) bytes = mendLineEnds(bytes);
  bytes = foldParameters(bytes);
  return { bytes, mended: bytes.length !== raw.length };
}

/** A multipart whose boundary does not occur: the one its body uses, put in front; null when there is none. */
export function withFoundBoundary(raw: Buffer): Buffer | null {
  const bytes = /\r(?!\n)/.test(raw.subarray(0, 4 * headSearched).toString('latin1'))
    ? mendLineEnds(raw)
    : raw;
  const body = bytes.subarray(splitHead(bytes).bodyAt, splitHead(bytes).bodyAt + 4 * headSearched);
  const found = /(?:^|\n)--([!-~]{1,70})[ \t]*\r?\n(?:content-|mime-)[a-z-]{1,40}[ \t]*:/i.exec(
    body.toString('latin1'),
  );
  const boundary = found?.[1];
  if (boundary === undefined || /["\\]/.test(boundary)) return bytes === raw ? null : bytes;
  const head = `Content-Type: multipart/mixed; boundary="${boundary}"\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}
