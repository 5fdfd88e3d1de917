/**
 * The only module that knows mailparser. It splits a mail into text parts and attachments; charsets, headers
 * and HTML are read by our own modules, because the library's answers for Japanese mail are often wrong.
 */
import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { type AttachmentStream, MailParser, type MessageText } from 'mailparser';
import { decodeText } from './charset.ts';
import { decodeRawField, parameters } from './encoded-words.ts';
import * as limits from './limits.ts';

export interface TextPart {
  readonly type: string;
  readonly text: string;
  readonly children: readonly TextPart[];
}

export interface FoundAttachment {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  readonly digest: string;
  readonly head: Buffer;
  readonly tail: Buffer;
  /** All of it, when it was asked for; else null. */
  readonly content: Buffer | null;
}

export interface Parts {
  readonly root: TextPart | null;
  readonly attachments: readonly FoundAttachment[];
  /** Limit that was passed, or null. */
  readonly limit: string | null;
  /** `label → charset` of each part whose label was wrong. */
  readonly rescued: readonly string[];
  readonly unclean: boolean;
}

/** mailsplit's node and mailparser's tree node, as far as they are touched here. */
interface SplitNode {
  root: boolean;
  contentType: string | false;
  encoding: string | false;
  charset: string | false;
  disposition: string | false;
  filename: string | false;
  headers: { getList(): { key: string; line: string }[] };
}

interface TreeNode {
  contentType: string | false;
  charset?: string;
  textContent?: string;
  children: TreeNode[];
  isAttachment?: boolean;
}

interface Inner {
  createNode(node: SplitNode): TreeNode;
  decoder: { decodeStream(charset: string): Transform };
  getTextContent(): { type: 'text' };
  tree: TreeNode | false;
}

interface State {
  limit: string | null;
  unclean: boolean;
  texts: number;
  readonly rescued: string[];
  readonly labels: { label: string | null; html: boolean }[];
  readonly budget: { text: number; html: number };
  readonly names: string[];
}

/** A part's field, decoded by us: bare JIS and Shift_JIS file names break the library's parser. */
function field(node: SplitNode, key: string): { value: string; params: Map<string, string> } | null {
  const line = node.headers.getList().find((entry) => entry.key === key)?.line;
  if (line === undefined) return null;
  return parameters(decodeRawField(Buffer.from(line.slice(line.indexOf(':') + 1), 'latin1')));
}

/** Corrects what a sloppy sender wrote before the library acts on it. */
function straighten(node: SplitNode, state: State): string {
  const type = field(node, 'content-type');
  const disposition = field(node, 'content-disposition');
  const name = disposition?.params.get('filename') ?? type?.params.get('name') ?? '';
  node.encoding = (node.encoding || '').replace(/["']/g, '').trim();
  const declared = (node.contentType || '')
    .slice(0, 200)
    .replace(/\scharset\s*=.*$/s, '')
    .trimEnd();
  if (/^(?:text|plain|text\/|html)$/.test(declared))
    node.contentType = declared === 'html' ? 'text/html' : 'text/plain';
  else node.contentType = declared || 'text/plain';
  const text = node.contentType === 'text/plain' || node.contentType === 'text/html';
  // The body of a mail is its text even when its sender marks it as an attachment.
  if (text && (node.root || (name === '' && state.texts === 0))) node.disposition = 'inline';
  else if (text && name !== '' && state.texts > 0) node.disposition = 'attachment';
  else if (node.disposition === '') node.disposition = false;
  return name;
}

function label(node: SplitNode): string | null {
  const declared = field(node, 'content-type')?.params.get('charset') ?? node.charset;
  if (declared) return declared;
  const line = node.headers.getList().find((entry) => entry.key === 'content-type')?.line ?? '';
  return /charset\s*=\s*"?([\w.:-]{1,40})/i.exec(line)?.[1] ?? null;
}

/** Collects one part's bytes and decodes them at the end, when all of them can be judged. */
function decoding(part: { label: string | null; html: boolean }, state: State): Transform {
  const chunks: Buffer[] = [];
  const pot = part.html ? 'html' : 'text';
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const room = state.budget[pot];
      if (chunk.length > room) state.limit ??= `${pot}-bytes`;
      if (room > 0) chunks.push(chunk.subarray(0, room));
      state.budget[pot] = Math.max(0, room - chunk.length);
      done();
    },
    flush(done) {
      const decoded = decodeText(Buffer.concat(chunks), part.label);
      if (decoded.rescued) state.rescued.push(`${part.label ?? 'no label'} → ${decoded.charset}`);
      if (!decoded.clean) state.unclean = true;
      this.push(Buffer.from(decoded.text, 'utf8'));
      done();
    },
  });
}

function plant(parser: MailParser, state: State): Inner {
  const inner = parser as unknown as Inner;
  const createNode = inner.createNode.bind(parser);
  inner.createNode = (node) => {
    const name = straighten(node, state);
    const made = createNode(node);
    if (made.isAttachment) state.names.push(name);
    else if (!/^multipart\//.test(made.contentType || '')) {
      state.texts += 1;
      made.charset = `part-${state.labels.length}`;
      state.labels.push({ label: label(node), html: made.contentType === 'text/html' });
    }
    return made;
  };
  inner.decoder = {
    decodeStream: (charset) =>
      decoding(state.labels[Number(charset.slice(5))] ?? { label: null, html: false }, state),
  };
  inner.getTextContent = () => ({ type: 'text' });
  return inner;
}

function drain(
  found: AttachmentStream,
  name: string,
  keep: boolean,
  done: (attachment: FoundAttachment) => void,
): void {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let bytes = 0;
  const content = found.content as Readable;
  content.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    if (keep) kept.push(chunk);
    bytes += chunk.length;
    const peek = limits.attachmentPeekBytes;
    if (head.length < peek) head = Buffer.concat([head, chunk.subarray(0, peek - head.length)]);
    tail =
      chunk.length >= peek
        ? Buffer.from(chunk.subarray(-peek))
        : Buffer.concat([tail, chunk]).subarray(-peek);
  });
  content.on('end', () => {
    done({
      name,
      type: (found.contentType || '').toLowerCase(),
      bytes,
      digest: hash.digest('hex'),
      head,
      tail,
      content: keep ? Buffer.concat(kept) : null,
    });
    found.release?.();
  });
}

function view(node: TreeNode): TextPart {
  return {
    type: (node.contentType || '').toLowerCase(),
    text: node.isAttachment ? '' : (node.textContent ?? ''),
    children: node.children.map(view),
  };
}

function* chunked(raw: Buffer): Generator<Buffer> {
  const size = 64 * 1024;
  for (let at = 0; at < raw.length; at += size) yield raw.subarray(at, at + size);
}

/** Splits a mail. Never rejects: a limit or an error gives what was read so far. `keep` takes the attachments' bytes along. */
export async function splitParts(raw: Buffer, deadlineAt: number, keep = false): Promise<Parts> {
  const state: State = {
    limit: null,
    unclean: false,
    texts: 0,
    rescued: [],
    labels: [],
    budget: { text: limits.textBytes, html: limits.htmlBytes },
    names: [],
  };
  const attachments: FoundAttachment[] = [];
  const parser = new MailParser({
    ignoreEmbedded: true,
    keepDeliveryStatus: true,
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipTextLinks: true,
    skipImageLinks: true,
    checksumAlgo: false,
    maxHeadSize: limits.headBytes,
    maxChildNodes: limits.parts,
  } as ConstructorParameters<typeof MailParser>[0]);
  const inner = plant(parser, state);
  const source = Readable.from(chunked(raw));
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => stop('time'), Math.max(1, deadlineAt - Date.now()));
    const stop = (limit: string | null): void => {
      clearTimeout(timer);
      if (limit !== null) state.limit ??= limit;
      resolve();
    };
    parser.on('data', (data: AttachmentStream | MessageText) => {
      if (data.type !== 'attachment') return;
      const name = state.names[attachments.length] ?? '';
      drain(data, name, keep, (attachment) => attachments.push(attachment));
    });
    parser.on('error', (error: Error & { code?: string }) =>
      stop(error.code === 'EMAXLEN' ? (/head/i.test(error.message) ? 'header-bytes' : 'parts') : 'parser'),
    );
    parser.on('end', () => stop(null));
    source.pipe(parser);
  });
  source.destroy();
  return {
    root: inner.tree ? view(inner.tree) : null,
    attachments,
    limit: state.limit,
    rescued: state.rescued,
    unclean: state.unclean,
  };
}
