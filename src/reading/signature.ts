/** Where a signature begins: only a block at the end, with contact lines and no sentences (spec 2.2). */

const linesMax = 20;
const lineCharsMax = 120;

const delimiter = /^-- $/;
const ruleLine = /^(?=.*[^\s].*)[\s\p{P}\p{S}ー]{3,}$/u;
const contact =
  /(?:株式会社|有限会社|合同会社|[(（]株[)）]|㈱|\b(?:TEL|FAX|PHONE|MOBILE|E-?MAIL|MAIL|URL|HP)\b|ＴＥＬ|ＦＡＸ|Ｔｅｌ|Ｆａｘ|℡|電話|携帯|内線|〒|https?:|www\.|[\w.+-]{1,64}@[\w-]{1,64}\.|\d{2,4}-\d{2,4}-\d{3,4}|部門?$|課$|\b(?:Inc|Ltd|Corp)\b)/i;
const sentence = /[。？！?!]\s*$|(?:です|ます|ません|ました|ください|下さい|でしょうか)\s*$/;
const disclaimer =
  /本メール|本電子メール|このメール|当メール|誤って|破棄|機密|confidential|移転|社名変更|営業時間/i;
const device =
  /^(?:iPhone|iPad|Android|スマートフォン|携帯).{0,20}から送信(?:しました)?[。.]?$|^Sent from my .{1,40}$|^Outlook for (?:iOS|Android).{0,40}$|^Get Outlook for .{1,60}$/i;

/** Index of the first line of the signature in a stretch of own text; its length when there is none. */
export function signatureStart(lines: readonly string[]): number {
  let end = lines.length;
  while (end > 0 && lines[end - 1]?.trim() === '') end--;
  const first = lines.findIndex((line) => line.trim() !== '');
  for (let at = Math.max(first + 1, end - linesMax); at < end; at++) {
    const line = lines[at] as string;
    if (line.length > lineCharsMax) continue;
    const below = lines.slice(at + 1, end);
    if (delimiter.test(line) || (device.test(line.trim()) && at === end - 1)) return at;
    if (ruleLine.test(line) && signs(below)) return at;
  }
  return lines.length;
}

/** Whether what stands below a rule is a signature and not a section of the message. */
function signs(below: readonly string[]): boolean {
  const words = below.filter((line) => line.trim() !== '' && !ruleLine.test(line.slice(0, lineCharsMax)));
  if (words.some((line) => line.length > lineCharsMax)) return false;
  const contacts = words.filter((line) => contact.test(line)).length;
  const sentences = words.filter(
    (line) => sentence.test(line) && !contact.test(line) && !disclaimer.test(line),
  );
  return sentences.length === 0 && contacts >= (words.length <= 4 ? 1 : 2);
}
