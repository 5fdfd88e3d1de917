/** What is known about an attachment without opening it: a name to show, its real type, whether it is locked. */
import { oneLine } from './headers.ts';
import { fileNameChars } from './limits.ts';

/** A name for display only: the last path component, no controls, no direction marks, no trailing dots. */
export function displayName(name: string, fallback: string): string {
  const last = oneLine(name, 4_000).split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[. ]{1,200}/, '')
    .replace(/[. ]{1,200}$/, '');
  if (clean === '') return fallback;
  const safe = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(clean) ? `_${clean}` : clean;
  const chars = [...safe];
  if (chars.length <= fileNameChars) return safe;
  const dot = safe.lastIndexOf('.');
  const extension = dot > 0 && safe.length - dot <= 10 ? safe.slice(dot) : '';
  return chars.slice(0, fileNameChars - extension.length).join('') + extension;
}

const magic: readonly (readonly [string, string])[] = [
  ['25504446', 'application/pdf'],
  ['504b0304', 'application/zip'],
  ['504b0506', 'application/zip'],
  ['89504e470d0a1a0a', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['49492a00', 'image/tiff'],
  ['4d4d002a', 'image/tiff'],
  ['474946383761', 'image/gif'],
  ['474946383961', 'image/gif'],
  ['424d', 'image/bmp'],
  ['4d5a', 'application/x-msdownload'],
  ['7f454c46', 'application/x-executable'],
  ['d0cf11e0a1b11ae1', 'application/x-ole-storage'],
  ['377abcaf271c', 'application/x-7z-compressed'],
  ['526172211a07', 'application/vnd.rar'],
  ['1f8b08', 'application/gzip'],
  ['789f3e22', 'application/ms-tnef'],
];

/** MIME type by magic bytes, else what the sender declared. */
export function realType(head: Buffer, declared: string): string {
  const hex = head.subarray(0, 8).toString('hex');
  const found = magic.find(
    ([start, type]) => hex.startsWith(start) && (start.length > 4 || plausible(type, head)),
  );
  const clean = /^[a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,100}$/.test(declared) ? declared : null;
  if (found === undefined) {
    // Some PDF writers put a few bytes in front of the mark.
    if (head.subarray(0, 1024).includes('%PDF-')) return 'application/pdf';
    return clean ?? 'application/octet-stream';
  }
  const office = found[1] === 'application/zip' && clean?.startsWith('application/vnd.') === true;
  const ole =
    found[1] === 'application/x-ole-storage' && /^application\/(?:msword|vnd\.ms-)/.test(clean ?? '');
  return office || ole ? (clean ?? found[1]) : found[1];
}

/** `BM` and `MZ` alone also begin ordinary text. */
function plausible(type: string, head: Buffer): boolean {
  if (type === 'image/bmp') return head.length > 14 && head.readUInt32LE(6) === 0;
  return head.length > 64 && head.includes(0);
}

function zipLocked(head: Buffer, tail: Buffer): boolean {
  for (let at = 0, seen = 0; seen < 100 && at + 8 <= head.length; seen += 1) {
    if (head.readUInt32LE(at) !== 0x04034b50) break;
    if ((head.readUInt16LE(at + 6) & 1) === 1) return true;
    at = head.indexOf('PK\x03\x04', at + 4, 'latin1');
    if (at < 0) break;
  }
  for (let at = tail.indexOf('PK\x01\x02', 0, 'latin1'), seen = 0; at >= 0 && seen < 1000; seen += 1) {
    if (at + 10 <= tail.length && (tail.readUInt16LE(at + 8) & 1) === 1) return true;
    at = tail.indexOf('PK\x01\x02', at + 46, 'latin1');
  }
  return false;
}

/** True for a ZIP, PDF or Office file that needs a password. Looks at both ends only, unpacks nothing. */
export function needsPassword(type: string, head: Buffer, tail: Buffer): boolean {
  if (head.subarray(0, 2).toString('latin1') === 'PK') return zipLocked(head, tail);
  if (type === 'application/pdf') return pdfLocked(head) || pdfLocked(tail);
  if (head.subarray(0, 4).toString('hex') === 'd0cf11e0') {
    const stream = Buffer.from('EncryptedPackage', 'utf16le');
    return head.includes(stream) || tail.includes(stream);
  }
  return false;
}

/** `/Encrypt` as a key of a trailer or of a cross-reference stream: a reference or a dictionary follows. */
function pdfLocked(part: Buffer): boolean {
  return /\/Encrypt[\s\0]{0,20}(?:\d{1,10}[\s\0]{1,20}\d{1,5}[\s\0]{1,20}R|<<)/.test(part.toString('latin1'));
}
