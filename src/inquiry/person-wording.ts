/**
 * What only people write to a support desk: they ask, they tell what does not work, they take up what was answered. An
 * acknowledgement or an absence notice does none of it, so these words outweigh any wording that looks automatic.
 * Every pattern has bounded gaps: none is slow on hostile text.
 */

/** In a subject: the automatic answer is what the mail is about. */
export const question =
  /届[かき]|設定|について|に関し|の件|方法|でき(?:ない|なく|なかった|ません|ず)|困って|障害|失敗|教えて|機能|不具合|エラー|したい|ですか|でしょうか|ません|停止|解除|変更|文字化け|[?？]/;

/** In the subject of a mail about returned mail. */
export const asksInSubject = /について|に関し|の件|教えて|方法|ですか|でしょうか|ますか|調査|[?？]/;

/** What people write about who are away themselves: 出張中にログインできず. */
export const work =
  /ログイン|アクセス|接続|表示|利用|使用|問い?合わ?せ|電話|連絡先|代理|引継|承認|申請|管理|画面|VPN/i;

/** A request only a person makes. */
const requests =
  /は[?？]|教えて(?:くだ|下|いただ|頂|もら|欲|ほ)|お教え|ご教[示授]|ご指導|困って[いお]|お?調べ(?:て|いただ|頂)|でしょうか|(?:です|ます|ません|ました|ない)か(?:[。、?？\s]|$)|ご(?:調査|対応|返答|指示|検討|手配|提供|送付|助言|見解)[^。\n]{0,8}(?:お願い|願い|いただ|頂|ください|下さい)|ご回答[^。\n]{0,8}(?:お願い|願い|いただけ|頂け|いただきたく|頂きたく|のほど)|(?:お尋ね|お伺い|質問|相談|問い?合わ?せ|お願い|ご連絡)(?:です|がござい|があり|が(?:1|2|一|二|数)|させて|したく|したい)|(?<!いただき|頂き)たい(?:です|。|と(?:思|考|の)|のです|ので|んです|\s{0,3}$)|したいのですが|したく(?:、|思|存|ご)|(?:方法|手順|原因|理由|可否|違い)[^。\n]{0,12}(?:知|教|不明|お願い|わかり|分かり)/;

/** What does not work; a machine that speaks of a case (届かない場合) tells of none. */
const subjectOf =
  'ログイン|ログオン|接続|送信|表示|起動|動作|印刷|保存|登録|変更|更新|削除|設定|同期|再生|アクセス|インストール|認証|反映|検索|ダウンロード|アップロード|閲覧|添付|共有|復元|移行|再開|作成|編集|開封|追加|取得|実行|完了|参照|選択|入力';
const symptoms = new RegExp(
  `(?:${subjectOf})(?:することが|画面が|が|も|は|を|に)?(?:でき(?:ない|ません|なく|ず)|出来(?:ない|ません|なく|ず)|され(?:ない|ません|なく|ず|ており?ません)|し(?:ない|ません|なく)|失敗|不可)(?!場合|際|とき|時)|エラー(?:が|と|メッセージ|画面|コード|番号)[^。\\n]{0,14}(?:出|発生|表示|でます|なり|返)|(?:届[かき]|動[かき]|開[かけき]|(?<!メール[はがを])見[えられ]|消え|使え|繋が[らり]|つなが[らり]|進[めま]|落ち|固ま|止ま|化け|入れ)(?:れ)?(?:ない|ません|なく|て(?:しま|い))(?!場合|際|とき|時|方)|不具合|文字化け|フリーズ|(?:動作|表示|反応|起動|処理|画面|検索|応答|通信|全体)[^。\\n]{0,12}(?:遅|重)[くい]`,
);

/** Parts of a program people write about, which a receipt has no reason to name. */
const product = /(?:画面|ボタン|機能|メニュー|マニュアル|プラグイン|チェックボックス)(?:が|を|に|で|の|は)/;

/** What takes up an answer of ours. */
const takesUp =
  /承知(?:いた|致|し)|了解(?:いた|致|し|です)|ご(?:回答|教示|案内|対応|説明|返答|助言)(?:を?(?:いただ|頂)き(?:まして)?)?[、 ]{0,2}(?:誠に)?(?:ありがとう|有難う)|試し(?:た|て|まし)|(?:無事|問題なく|現象|事象|再現|症状)|早速(?:の|に)|社内(?:で|にて)|上[長司]|(?:当方|弊社側|こちら側?)(?:で|にて)|(?:いただ|頂)いた(?:手順|ファイル|パッチ|方法)|(?:教えて|ご?(?:教示|案内|回答|提示|送付))(?:いただ|頂)いた/;

const english =
  /\b(?:could you|can you (?:please )?(?:tell|help|advise|check|explain|let)|how (?:do|can|should) (?:i|we)|is (?:there|it) (?:a |any |possible|supported)|what (?:should|can|do|must) (?:we|i)|why (?:do|does|did|is|are|was)|does [a-z]{2,30} (?:support|work|have|allow)|any idea|need help (?:with|asap)|(?:we|i)(?:'ll| will) (?:test|try|check)|works? (?:now|fine|again)|(?:please find |are |is )?attached (?:are|is|please|you)|please (?:advise|investigate|help (?:us|me)|tell (?:us|me))|(?:i|we) (?:cannot|can't|can not|could not|couldn't|are unable to|am unable to|would like to|need to) (?:log|open|send|receive|access|connect|install|use|see|find|print|save|change|know|ask)|(?:does|do|did|is|are) ?n[o']t (?:work|start|open|load|respond|display|appear))/i;

/** Whether a person asks for something here, or takes up what we said. */
export function personAsks(text: string): boolean {
  return requests.test(text) || takesUp.test(text) || english.test(text);
}

/** Whether a person asks, or tells what does not work; the latter mail systems do as well. */
export function personWrites(text: string): boolean {
  return personAsks(text) || symptoms.test(text) || product.test(text);
}

/** How a Japanese business mail of a person begins; vacation notices begin so as well, so it weighs little. */
export const greeting = /お世話(?:に|様)|はじめまして|初めてご連絡|突然のご連絡|お疲れ様/;
