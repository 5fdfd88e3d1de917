/** Words of vacation notices and automatic receipts, Japanese and English: weak evidence only. */
import { question, work } from './person-wording.ts';

const automaticWord =
  '(?:ooo|自動(?:返信|応答|回答|配信|送信|通知)(?:メール|ﾒｰﾙ)?|不在(?:通知|連絡|案内|返信|応答)|不在の(?:お知らせ|ご?連絡|ご?案内)|休暇(?:通知|連絡|のお知らせ|中)|出張中|(?:休暇|出張|休業)(?:のため|につき)(?:不在|、)?|開封(?:済み|確認|通知)|out of (?:the )?office|auto(?:matic|mated)?[ -]?(?:reply|response)|autoreply|vacation(?: reply| notice)?|away from (?:the |my )?office|i am (?:currently )?out of)';
const opener = '[\\s　【\\[［(（<＜《「*＊※]{0,4}';
const atStart = new RegExp(
  `^${opener}${automaticWord}(?:[\\s　]{0,3}(?:$|[】\\]］)）>＞》」:：（(【\\[]|(?:re|fw)[:：])|[\\s　]{0,3}[-–—―/／])`,
  'i',
);
const inBrackets =
  /[【[［(（<＜《※](?:本メールは)?(?:(?:自動|代理)(?:返信|応答|回答|配信|送信|通知)(?:メール)?|(?:受付|受領)(?:完了|確認)(?:メール)?[・/／ ]?自動[^】\]］)）]{0,10})(?:です)?(?:[】\]］)）>＞》]|$)/;
const absence =
  /^(?:out of (?:the )?office|(?:ただ今|只今|現在)?(?:不在|休暇|出張)(?:に|のため|中|して|で))/i;
/** Ticket systems and forms say it in the subject, behind tags of their own: `[#12] Ticket received`. */
const tags = '(?:\\s{0,3}(?:[\\[【(（][^\\]】)）]{1,60}[\\]】)）]|#\\d{1,12})\\s{0,3}[-:：]?\\s{0,3}){0,4}';
const receiptSubject = new RegExp(
  `^\\s?\\[(?:request|ticket|case|リクエスト|チケット|ケース|お?問い?合わ?せ)[^\\]]{0,10}(?:received|受信|受領|受付)|^${tags}(?:auto[- ]?reply|auto[- ]?response|(?:your )?(?:support )?(?:ticket|request|case|message|inquiry|enquiry|e-?mail|application|submission|report|form|order)(?: ?[#:(]{0,2}[\\w-]{1,20}\\)?)? (?:has been |is |was )?(?:received|created|opened|registered|logged)|(?:we|i)(?:'ve| have)? (?:just )?received your|thank(?:s| you) for (?:contacting|your|reaching)|confirmation of your (?:request|inquiry|enquiry|message)|acknowledge?ment|[^:：]{0,14}(?:お?問い?合わ?せ|ご(?:質問|依頼|相談|連絡|意見|要望|応募|注文|予約|登録|請求)|お?申し?込み?|資料請求|メール|リクエスト|チケット|ケース)[^:：]{0,14}(?:受け?付け|受付|承り|受領|受信|受理|登録)[^:：]{0,8}(?:まし|完了|(?:お知らせ|ご?連絡|ご?案内|通知|確認)(?:メール)?|$)|[^:：]{0,14}(?:この度は)?(?:お?問い?合わ?せ|ご(?:応募|注文|予約|請求|登録)|お?申し?込み?|資料請求)(?:を)?(?:いただ|頂)?き?[、 ]?(?:誠に)?(?:ありがとう|有難う|御礼|のお礼|のご?確認)|(?:受付|受領|受信|送信|登録|発送|出荷|配達|決済|お支払い|予約|申込)(?:完了|確認|のお知らせ|のご案内|のご連絡|通知)(?:メール)?)`,
  'i',
);
/** What Outlook and others put before the subject they answer by themselves, in other languages. */
const foreignReply =
  /^(?:automatische antwort|abwesen(?:d|heit)|réponse automatique|respuesta automática|risposta automatica|resposta automática|automatisch antwoord|autosvar|自动回复|自動回覆|자동 회신|автоответ)/i;

/** A receipt of opening that some programs write in words. */
const receipt =
  /^(?:auto|read|not read|開封済み?|未開封|未読|既読|recall|取り消し|メッセージの取り消し)\s?:/i;

/** Subject of a vacation notice or an automatic receipt. An answer to one (`Re:`) is written by a person. */
export function automaticSubject(subject: string): boolean {
  const text = subject.normalize('NFKC').trim();
  if (/^(?:re|fw|fwd|返信|転送)\s?:/i.test(text)) return false;
  // What follows the colon is the subject of the mail that was answered, so it says nothing.
  if (new RegExp(`^${opener}${automaticWord}[\\]】)]?\\s?:`, 'i').test(text)) return true;
  if (foreignReply.test(text)) return true;
  // So it does behind the colon of a receipt.
  if (receiptSubject.test(text) && !question.test(text.replace(/[:：].*$/s, ''))) return true;
  // What a machine writes in brackets stands beside any subject; who asks about it names it and goes on.
  if (
    inBrackets.test(text) &&
    !/届|設定|について|の件|方法|でき|ません|不具合|エラー|止|消|文言|[?？]/.test(text)
  )
    return true;
  if (question.test(text)) return false;
  return atStart.test(text) || (absence.test(text) && !work.test(text));
}

const automaticBegins =
  '(?:^|。|[.!] )[ \\t　]{0,8}[※*＊・(（【<＜\\-－―─~～■●◆◇□]{0,6}[ 　]{0,2}(?:(?:なお|尚)[、,]?[ 　]?)?';
const sentBySystem =
  'システム(?:から|より|が)[^\\n。]{0,8}(?:送信|配信|通知|お送り)|自動(?:的に|で|にて)?[^\\n。]{0,4}(?:送信|返信|配信|応答|生成|発信|通知|お送り|送付|送られ|お届け)|送信専用|返信(?:は|を)?(?:お受け|受け付け)でき';
/** A line by which a mail says of itself that no person wrote it. */
export const automaticLine = new RegExp(
  `[(（【※]自動(?:送信|返信|応答|配信)(?:メール)?[)）】※][ \\t]{0,8}$|${automaticBegins}(?:(?:この|本|当|こちらの)(?:e?-?(?:メール|ﾒｰﾙ)|メッセージ|ご?連絡|ご?通知|ご?返信|アドレス)(?:アドレス|ｱﾄﾞﾚｽ)?(?:は[、,]?[^\\n。]{0,12}(?:使用|利用|使われ|確認)[^\\n。]{0,3}(?:しており?ません|されており?ません|していません|されていません|できません|停止|ておりません)|は[、,]?[^\\n。]{0,30}(?:${sentBySystem})|[にへ][^\\n。]{0,5}返信(?:を|して)?(?:いただ|頂|され)(?:いて|きまし|まし)て?も)|こちらは[、,]?自動(?:返信|送信|配信|応答)|(?:自動|システム)(?:による)?(?:返信|送信|配信|応答)(?:メール|ﾒｰﾙ|メッセージ)?(?:です|[)）]|となります|になります)|(?:メール(?:マガジン)?|メルマガ|本メール)?(?:の)?配信(?:の)?(?:停止|解除)[^\\n。]{0,25}(?:こちら|下記|以下|https?:)|this (?:is an? (?:auto(?:matic|mated)|system[- ]generated)|e?-?mail (?:was|is) (?:sent )?automatically|message (?:was|is) (?:sent |generated )?automatically)|(?:please )?do not reply (?:directly )?to this (?:e?-?mail|message))`,
  'im',
);

/** Local parts of senders that take no replies. */
export const noReply =
  /^(?:[a-z0-9._+-]{0,40}[._+-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|dont[._-]?reply|not?[._-]?response|nobody|auto[._-]?(?:reply|response|responder|mailer)|sender[._-]?only|henshin[._-]?fuka)(?:[._+-][a-z0-9._+-]{0,40}|\d{0,6})@/;

/** Whether a program tells by its subject what became of a mail in somebody's mailbox; people leave such words to it. */
export function opensOrRecalls(subject: string): boolean {
  return receipt.test(subject.normalize('NFKC').trim());
}

/** Names machines have by custom, and firms now and then: they count where no person asks. */
export const machineName =
  /^(?:jenkins|wordpress|logwatch|anacron|munin|mackerel|datadog|pagerduty|sentry|gitlab|github|bitbucket|redmine|backlog|notifications?|notify|notifier|robot|(?:chat)?bot|alerts?|monitor(?:ing)?|mailmag(?:azine)?|newsletters?|magazine|auto|nas[-_]?\d{0,3}|fax|printer|scanner|mfp\d{0,3}|spamfilter|(?:mail|spam|security|fax)[-_]?(?:filter|gateway|gw|scanner)|quarantine|antivirus|backup)@/;

/** How programs and firms announce to everybody; who has an inquiry asks something below it. */
export const announcement =
  /^(?!(?:re|fwd?|返信|転送)\s?:)(?:.{0,200}(?:のお?知らせ|のご?案内|(?:失敗|検出|隔離|削除|漏れ)通知)[】\])!\s]{0,4}$|\s?[【[](?:alert|warning|critical|problem|recovery|resolved|info|notice|情報|警告|復旧|自動通知)[】\]\s:])/i;
