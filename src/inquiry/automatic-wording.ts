/** Words of vacation notices and automatic receipts, Japanese and English: weak evidence only. */

const automaticWord =
  '(?:自動(?:返信|応答|回答|配信|送信|通知)(?:メール|ﾒｰﾙ)?|不在(?:通知|連絡|案内|返信|応答)|不在の(?:お知らせ|ご?連絡|ご?案内)|休暇(?:通知|連絡|のお知らせ|中)|出張中|(?:休暇|出張|休業)(?:のため|につき)(?:不在|、)?|開封済み|out of (?:the )?office|auto(?:matic|mated)?[ -]?(?:reply|response)|autoreply|vacation(?: reply| notice)?|away from (?:the |my )?office|i am (?:currently )?out of)';
const opener = '[\\s　【\\[［(（<＜《「*＊※]{0,4}';
const atStart = new RegExp(
  `^${opener}${automaticWord}(?:[\\s　]{0,3}(?:$|[】\\]］)）>＞》」:：]|(?:re|fw)[:：])|[\\s　]{0,3}[-–—―/／])`,
  'i',
);
const inBrackets =
  /[【[［(（<＜《※](?:本メールは)?(?:自動(?:返信|応答|回答|配信|送信|通知)(?:メール)?|(?:受付|受領)(?:完了|確認)(?:メール)?[・/／ ]?自動[^】\]］)）]{0,10})(?:です)?(?:[】\]］)）>＞》]|$)/;
const absence =
  /^(?:out of (?:the )?office|(?:ただ今|只今|現在)?(?:不在|休暇|出張)(?:に|のため|中|して|で))/i;
/** People who ask about the automatic answer of the product. */
export const question =
  /届[かき]|設定|について|の件|に関し|方法|でき(?:ない|ません)|教えて|機能|不具合|エラー|したい|ですか|でしょうか|ません|停止|解除|変更|[?？]/;

/** Subject of a vacation notice or an automatic receipt. An answer to one (`Re:`) is written by a person. */
export function automaticSubject(subject: string): boolean {
  const text = subject.normalize('NFKC').trim();
  if (/^(?:re|fw|fwd|返信|転送)\s?:/i.test(text)) return false;
  // What follows the colon is the subject of the mail that was answered, so it says nothing.
  if (new RegExp(`^${opener}${automaticWord}[\\]】)]?\\s?:`, 'i').test(text)) return true;
  return !question.test(text) && (atStart.test(text) || inBrackets.test(text) || absence.test(text));
}

export const automaticLine =
  /^[ \t　]{0,8}[※*＊・(（【]{0,3}[ 　]{0,2}(?:(?:この|本)(?:e?-?メール|メッセージ|ご?連絡)は[、,]?[^\n。]{0,20}(?:自動(?:的に|で)?(?:送信|返信|配信|応答|生成|発信)|送信専用)|this (?:is an auto(?:matic|mated)(?:ally generated)?|e?-?mail was (?:sent )?automatically|message was (?:sent |generated )?automatically))/im;

/** What mail systems write over a returned mail. */
export const bounceSubject =
  /^(?:undeliver(?:able|ed)|returned mail|mail delivery (?:failed|failure|subsystem|error)|delivery (?:status notification|failure|has failed)|failure notice|delivery reports? about|warning: (?:message|could not send)|mail system error|user unknown|配信不能|配信エラー|送信エラー|配信できません|配達不能|未配信|配信に失敗|メール(?:の)?(?:配信|送信)(?:に)?失敗|不達)/i;

/** Local parts of senders that take no replies. */
export const noReply =
  /^(?:[a-z0-9._+-]{0,40}[._+-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|dont[._-]?reply|not?[._-]?response|nobody|auto[._-]?(?:reply|response|responder|mailer)|system[._-]?mail|sender[._-]?only|henshin[._-]?fuka)(?:[._+-][a-z0-9._+-]{0,40}|\d{0,6})@/;
