/** Mail from files (spec 2.1): one `.eml`, or an mbox told by its first line. Streams; an mbox may be a gigabyte. */
import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

export interface MailFile {
  readonly raw: Buffer;
  /** File name, with `#n` for the n-th mail of an mbox, counted from 1. */
  readonly name: string;
}

const mailBytesMax = 256 * 1024 * 1024;
const peekBytes = 64 * 1024;

async function sizeOf(path: string): Promise<number> {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Error(`${path}: no such file; check the path`);
    if (code === 'EACCES') throw new Error(`${path}: no permission to read it; check owner and mode`);
    throw error;
  }
  if (found.isDirectory()) throw new Error(`${path} is a directory; name the .eml or mbox files in it`);
  return found.size;
}

/** A mail begins with header fields; a PDF, an image or a picture of a mail does not. */
function checkMail(path: string, start: Buffer): void {
  const text = start
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .replace(/^[\r\n]{1,100}/, '');
  const known: [RegExp, string][] = [
    [/^%PDF-/, 'a PDF; `uketsuke read` reads it as a fax'],
    [/^(?:II\*\0|MM\0\*)/, 'a TIFF; `uketsuke read` reads it as a fax'],
    [/^\xd0\xcf\x11\xe0/, 'an Outlook .msg file; save the mail as .eml'],
    [/^PK\x03\x04/, 'a ZIP archive; unpack it first'],
    [/^\x1f\x8b/, 'a gzip file; unpack it first'],
  ];
  const other = known.find(([mark]) => mark.test(text));
  if (other !== undefined) throw new Error(`${path} is no mail but ${other[1]}`);
  const head = text.split(/\r?\n\r?\n|\r\r/, 1)[0] ?? '';
  if (!/(?:^|[\r\n])[A-Za-z][!-9;-~]{0,80}[ \t]*:/.test(head)) {
    throw new Error(
      `${path} is no mail: it has no header fields; save the mail with all its headers (.eml or mbox)`,
    );
  }
}

const separator = /^From \S.*\d{1,2}:\d{2}|^From \S+@\S+\s*$/;

/** Undoes mboxrd quoting of one mail; mboxo's `>From ` is the same bytes and read the same way. */
function unquote(raw: Buffer): Buffer {
  if (!raw.includes('>From ')) return raw;
  return Buffer.from(raw.toString('latin1').replace(/^>(>{0,100}From )/gm, '$1'), 'latin1');
}

/** Lines of a file with their ends. */
async function* fileLines(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    let at = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, at)) {
      const piece = chunk.subarray(at, end + 1);
      yield rest.length === 0 ? piece : Buffer.concat([...rest, piece]);
      rest = [];
      at = end + 1;
    }
    if (at < chunk.length) rest.push(chunk.subarray(at));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

async function* mbox(path: string): AsyncGenerator<MailFile> {
  let current: Buffer[] = [];
  let bytes = 0;
  let count = 0;
  let blankBefore = true;
  const mail = (): MailFile => {
    // The blank line in front of the next `From ` belongs to the mbox, not to the mail.
    if (current.length > 1 && /^\r?\n$/.test(current.at(-1)!.toString('latin1'))) current.pop();
    count += 1;
    return { raw: unquote(Buffer.concat(current)), name: `${basename(path)}#${count}` };
  };
  for await (const line of fileLines(path)) {
    const begins =
      blankBefore && line[0] === 0x46 && separator.test(line.subarray(0, 400).toString('latin1'));
    blankBefore = line.length <= 2 && /^\r?\n$/.test(line.toString('latin1'));
    if (begins) {
      if (current.length > 0) yield mail();
      current = [];
      bytes = 0;
      continue;
    }
    bytes += line.length;
    if (bytes > mailBytesMax)
      throw new Error(`${path}: mail ${count + 1} is larger than ${mailBytesMax} bytes`);
    current.push(line);
  }
  if (current.length > 0) yield mail();
}

async function read(path: string, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: bytesMax - 1 }) as AsyncIterable<Buffer>)
    chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The mails of a file, in order, one at a time. Throws an Error that says what to do. */
export async function* readMailFile(path: string): AsyncGenerator<MailFile> {
  const size = await sizeOf(path);
  const start = await read(path, peekBytes);
  if (start.length === 0) throw new Error(`${path} is empty; save the mail again`);
  const isMbox = /^From [^\r\n]*\r?\n/.test(start.subarray(0, 1000).toString('latin1'));
  checkMail(path, isMbox ? start.subarray(start.indexOf(0x0a) + 1) : start);
  if (isMbox) {
    yield* mbox(path);
    return;
  }
  if (size > mailBytesMax)
    throw new Error(`${path} is larger than ${mailBytesMax} bytes; no mail is that large`);
  yield { raw: size <= start.length ? start : await read(path, mailBytesMax), name: basename(path) };
}
