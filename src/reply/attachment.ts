/** Files a letter carries: names no mailer can stumble over, types that hide no second mail, sizes with a bound. */
import { oneLine } from './words.ts';

/** In base64 a notification stays under 10 MB, and an answer under the 30 MB many servers take. */
export const staffFilesBytesMax = 7_000_000;
export const answerFilesBytesMax = 20_000_000;
const FILES_MAX = 50;
const NAME_CHARACTERS_MAX = 100;
const TYPE = /^[a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,100}$/;

export interface Carried {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The file as it may be attached: no path, no control or direction mark, no device name, no mail in a mail. */
export function safeFile(file: Carried): Carried {
  return { name: safeName(file.name), type: safeType(file.type), bytes: file.bytes };
}

/** Files in their order while they fit together; the others are named in the letter instead. */
export function whatFits<File extends { readonly bytes: number }>(
  files: readonly File[],
  bytesMax: number,
): { readonly carried: readonly File[]; readonly left: readonly File[] } {
  const carried: File[] = [];
  const left: File[] = [];
  let sum = 0;
  for (const file of files) {
    const fits = carried.length < FILES_MAX && sum + file.bytes <= bytesMax;
    (fits ? carried : left).push(file);
    if (fits) sum += file.bytes;
  }
  return { carried, left };
}

function safeName(name: string): string {
  const last = oneLine(name).split(/[/\\]/).at(-1) ?? '';
  const clean = Array.from(last.replace(/[<>:"|?*]/g, '_'));
  const joined = clean.slice(0, NAME_CHARACTERS_MAX * 2).join('');
  const bare = joined.replace(/^[. \u3000]{1,200}|[. \u3000]{1,200}$/g, '');
  if (bare === '') return 'file';
  const safe = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(bare) ? `_${bare}` : bare;
  const characters = Array.from(safe);
  if (characters.length <= NAME_CHARACTERS_MAX) return safe;
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(last)?.[0] ?? '';
  return characters.slice(0, NAME_CHARACTERS_MAX - ending.length).join('') + ending;
}

/** A part of type message or multipart would be read as a mail of its own, and must not be base64 (RFC 2046 §5.2.1). */
function safeType(type: string): string {
  const plain = type.trim().toLowerCase();
  return TYPE.test(plain) && !/^(?:message|multipart)\//.test(plain) ? plain : 'application/octet-stream';
}
