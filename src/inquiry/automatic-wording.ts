/** Words of vacation notices and automatic receipts, Japanese and English: weak evidence only. */

const automaticWord =
  '(?:自動(?:返信|応答|回答|配信|送信|通知)(?:メール|ﾒｰﾙ)?|不在(?:通知|連絡|案内|返信|応答)|不在の(?:お知らせ|ご?連絡|ご?案内)|休暇(?:通知|連絡|のお知らせ|中)|出張中|(?:休暇|出張|休業)(?:のため|につき)(?:不在|、)?|開封(?:済み|確認|通知)|out of (?:the )?office|auto(?:matic|mated)?[ -]?(?:reply|response)|autoreply|vacation(?: reply| notice)?|away from (?:the |my )?office|i am (?:currently )?out of)';
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
  /届[かき]|設定|について|の件|に関し|方法|でき(?:ない|なく|なかった|ません|ず)|困って|障害|失敗|教えて|機能|不具合|エラー|したい|ですか|でしょうか|ません|停止|解除|変更|[?？]/;

/** What people write about who are away themselves: 出張中にログインできず. */
const work = /ログイン|アクセス|接続|表示|利用|使用|問い?合わ?せ|電話|連絡先|代理|引継|承認|VPN/i;

/** Subject of a vacation notice or an automatic receipt. An answer to one (`Re:`) is written by a person. */
export function automaticSubject(subject: string): boolean {
  const text = subject.normalize('NFKC').trim();
  if (/^(?:re|fw|fwd|返信|転送)\s?:/i.test(text)) return false;
  // What follows the colon is the subject of the mail that was answered, so it says nothing.
  if (new RegExp(`^${opener}${automaticWord}[\\]】)]?\\s?:`, 'i').test(text)) return true;
  if (question.test(text)) return false;
  return atStart.test(text) || inBrackets.test(text) || (absence.test(text) && !work.test(text));
}

/** A request only a person makes. */
export const asks =
  /教えて(?:くだ|下|いただ|頂|欲|ほ)|ご教[示授]|困って[いお]|ご調査|(?:届[かき]|動[かき]|開[かき]|表示され|入れ|繋が[らり]|つなが[らり])(?:ません|ない)(?:。|の(?:です|で、)|状況|状態|でしょう)|でしょうか/;

const automaticBegins =
  '^[ \\t　]{0,8}[※*＊・(（【<＜\\-－―─~～■●◆◇□]{0,6}[ 　]{0,2}(?:(?:なお|尚)[、,]?[ 　]?)?';
const sentBySystem =
  '自動(?:的に|で|にて)?[^\\n。]{0,4}(?:送信|返信|配信|応答|生成|発信|通知|お送り|送付|送られ|お届け)|送信専用|返信(?:は|を)?(?:お受け|受け付け)でき';
/** A line by which a mail says of itself that no person wrote it. */
export const automaticLine = new RegExp(
  `${automaticBegins}(?:(?:この|本|当|こちらの)(?:e?-?(?:メール|ﾒｰﾙ)|メッセージ|ご?連絡|ご?通知)(?:アドレス|ｱﾄﾞﾚｽ)?(?:は[、,]?[^\\n。]{0,30}(?:${sentBySystem})|[にへ][^\\n。]{0,5}返信(?:を|して)?(?:いただ|頂|され)(?:いて|きまし|まし)て?も)|こちらは[、,]?自動(?:返信|送信|配信|応答)|自動(?:返信|送信|配信|応答)(?:メール|ﾒｰﾙ|メッセージ)?(?:です|となります|になります)|(?:メール(?:マガジン)?|メルマガ|本メール)?(?:の)?配信(?:の)?(?:停止|解除)[^\\n。]{0,25}(?:こちら|https?:)|this (?:is an? (?:auto(?:matic|mated)|system[- ]generated)|e?-?mail (?:was|is) (?:sent )?automatically|message (?:was|is) (?:sent |generated )?automatically)|(?:please )?do not reply (?:directly )?to this (?:e?-?mail|message))`,
  'im',
);

/** What mail systems write over a returned mail. */
export const bounceSubject =
  /^(?:undeliver(?:able|ed)|non-?deliverable|returned mail|mail delivery (?:failed|failure|subsystem|error|status)|delivery (?:status notification|notification|failure|has failed|report)|delayed mail|message (?:delivery|undeliverable)|failure notice|delivery reports? about|warning: (?:message|could not send)|mail system error|user unknown|配信不能|配信遅延|配信エラー|送信エラー|配信できません|配達不能|未配信|配信に失敗|(?:メール|ﾒｰﾙ)(?:の)?(?:配信|送信|不達)(?:に)?(?:失敗|エラー)?|不達|エラーメール)/i;
/** Those that people do not write: English, or with the subject of the returned mail behind a colon. */
export const mailSystemSubject = /^(?:[\x20-\x7e]{1,500}$|[^:：]{2,12}\s?[:：]\s?\S)/;

/** Local parts of senders that take no replies. */
export const noReply =
  /^(?:[a-z0-9._+-]{0,40}[._+-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|dont[._-]?reply|not?[._-]?response|nobody|auto[._-]?(?:reply|response|responder|mailer)|sender[._-]?only|henshin[._-]?fuka)(?:[._+-][a-z0-9._+-]{0,40}|\d{0,6})@/;
