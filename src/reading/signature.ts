/** Where a signature begins: only a block at the end, with contact lines and no sentences (spec 2.2). */

const linesMax = 20;
const lineCharsMax = 120;

const delimiter = /^-- $/;
/** The same with its space lost on the way; it needs contact lines below it. */
const bareDelimiter = /^[-－]{2}\s*$/;
const ruleLine = /^(?=.*[^\s].*)[\s\p{P}\p{S}ー]{3,}$/u;
const contact =
  /(?:株式会社|有限会社|合同会社|[(（]株[)）]|㈱|\b(?:TEL|FAX|PHONE|MOBILE|E-?MAIL|MAIL|URL|HP)\b|ＴＥＬ|ＦＡＸ|Ｔｅｌ|Ｆａｘ|℡|電話|携帯|内線|〒|https?:|www\.|[\w.+-]{1,64}@[\w-]{1,64}\.|\d{2,4}-\d{2,4}-\d{3,4}|(?:部門?|課|係|室|役所|役場|大学|病院|協会)(?:$|[ 　])|\b(?:Inc|Ltd|Corp)\b)/i;
const sentence = /[。？！?!]\s*$|(?:です|ます|ません|ました|ください|下さい|でしょうか)\s*$/;
const disclaimer =
  /^\s*[※＊*(（]|本メール|本電子メール|このメール|当メール|誤って|破棄|機密|confidential|移転|社名変更|営業時間/i;
/**
 * Lines of an inquiry form pasted between rules: it begins with the number, or has fields no signature has.
 */
const formNumber =
  /^[\s\p{P}\p{S}\d①-⑳]{0,8}(?:サポート|ｻﾎﾟｰﾄ|サービス|ｻｰﾋﾞｽ|契約|お客様)?(?:サービス|ｻｰﾋﾞｽ)?(?:証書)?の?(?:番号|No\b|Ｎｏ|ＮＯ|ナンバー|ID\b)/iu;
const formField =
  /^[\s\p{P}\p{S}\d①-⑳]{0,8}(?:(?:御|貴)?(?:会)?社名|法人名|団体名|契約者|お?客様名|ご?担当者?(?:名|様)|氏名|お名前|ご?連絡先|お?問い?合わ?せ|ご?質問|ご?用件|内容|現象|症状|件名|製品|バージョン|環境|発生)[^。\n]{0,12}(?:[:：】\]）)〕」]|$)/u;
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
    if ((ruleLine.test(line) || bareDelimiter.test(line)) && signs(below)) return at;
  }
  return lines.length;
}

/** Whether what stands below a rule is a signature and not a section of the message. */
function signs(below: readonly string[]): boolean {
  const words = below.filter((line) => line.trim() !== '' && !ruleLine.test(line.slice(0, lineCharsMax)));
  if (words.some((line) => line.length > lineCharsMax)) return false;
  if (formNumber.test(words[0] ?? '') || words.some((line) => formField.test(line))) return false;
  const contacts = words.filter((line) => contact.test(line)).length;
  const sentences = words.filter(
    (line) => sentence.test(line) && !contact.test(line) && !disclaimer.test(line),
  );
  return sentences.length === 0 && contacts >= (words.length <= 4 ? 1 : 2);
}
