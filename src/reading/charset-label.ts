/** Charset labels as mailers write them, to the names the decoder uses. */

/** Labels the platform does not know, or knows under a narrower meaning. */
const aliases: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  cp943: 'shift_jis',
  cp943c: 'shift_jis',
  ibm943: 'shift_jis',
  mskanji: 'shift_jis',
  cp942: 'shift_jis',
  windows932: 'shift_jis',
  sjiswin: 'shift_jis',
  sjis: 'shift_jis',
  cswindows31j: 'shift_jis',
  windows31j: 'shift_jis',
  xsjis: 'shift_jis',
  xmscp932: 'shift_jis',
  xeuc: 'euc-jp',
  xeucjp: 'euc-jp',
  eucjp: 'euc-jp',
  eucjpms: 'euc-jp',
  eucjpwin: 'euc-jp',
  ujis: 'euc-jp',
  cp51932: 'euc-jp',
  jis: 'iso-2022-jp',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  utf8mb4: 'utf-8',
  cp65001: 'utf-8',
  latin1: 'windows-1252',
  cp1252: 'windows-1252',
};

const iso2022JpLabel = /^(?:x|cs)?iso2022jp(?:ms|[0-9]|ext)?$|^cp5022[0-9]$|^windows5022[0-9]$/;

/** Labels that say nothing: plain ASCII, unknown, or a name of no charset. */
export function canonical(label: string | null): string | null {
  if (label === null) return null;
  const bare = label
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, '')
    .replace(/\*.*$/s, '');
  const key = bare.replace(/[^a-z0-9]/g, '');
  if (iso2022JpLabel.test(key)) return 'iso-2022-jp';
  if (/^(?:us|x|ansi)?ascii|^ansix34|^unknown|^default|^binary$|^8bit$|^$/.test(key)) return null;
  const known = aliases[key];
  if (known !== undefined) return known;
  try {
    const name = new TextDecoder(bare).encoding;
    return name === 'replacement' || name === 'x-user-defined' ? null : name;
  } catch {
    return null;
  }
}
