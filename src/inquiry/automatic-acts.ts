/**
 * What an automatic letter does in words, however it is worded: it thanks for an inquiry, says that it arrived, names a
 * number for it, promises an answer; or it says that somebody is away, and when or where an answer is to be had.
 * Each of these acts alone also occurs in people's mail; the pairs below do not, unless a person asks beside them.
 */
const inquiry =
  'お?問い?合わ?せ|ご(?:質問|依頼|相談|意見|要望|注文|予約|応募|申し?込み?|請求|登録|連絡|用件|報告)|お?申し?込み?|チケット|リクエスト|資料請求|メール|メッセージ|フォーム|ケース|インシデント|サポート依頼|課題|タスク|手続き';
const gratitude =
  '(?:を|頂|いただ|くださ|下さ|賜|お寄せ|お送り|頂戴し|、|の|にて|まして|誠に|き|り|い){0,8}(?:まして)?[、 ]{0,2}(?:誠に|まことに|本当に|大変)?(?:ありがとう|有難う|有り難う|感謝|ご礼|お礼)';
const answer = '(?:ご?(?:連絡|回答|返信|返答|案内|対応)|お返事)';

const japanese = {
  thanks: new RegExp(
    `(?:お?問い?合わ?せ|ご(?:応募|注文|予約|請求|登録|利用|質問|相談|意見|要望|愛顧)|お?申し?込み?|資料請求|ダウンロード)${gratitude}`,
  ),
  /** As people thank who answer. */
  regards: new RegExp(`(?:ご連絡|メール|メッセージ)${gratitude}`),
  receipt: new RegExp(
    `(?:${inquiry})[^。\\n]{0,40}(?:受け?付け?|承り|うけたまわり|受領|受信|受理|拝受|拝見|お預かり|受け取|届き|到着|登録|起票|作成|追加|送信)(?:が正常に|が完了|を完了|完了|いた|致|し(?:まし|た|ており)|され|させて|ました|まし|ております|のお知らせ|の(?:ご)?(?:連絡|確認))`,
  ),
  /** As only who was asked says it. */
  accepts:
    /(?:お?問い?合わ?せ|お?申し?込み?|送信|ご(?:注文|予約|応募|依頼|質問|相談|意見|要望|登録))[^。\n「」]{0,16}(?:受け?付け|承り|受領|受理)(?:(?:いた|致)しました|ました|が?完了)(?!ので|が、|ため|と)/,
  promise: new RegExp(
    `(?:担当(?:者|部署|部門|の者|係|営業|スタッフ|課)?|弊社|当社|スタッフ|サポート(?:窓口|センター|デスク)?|オペレーター|事務局|窓口)[^。\\n]{0,20}(?:より|から|にて|が)[^。\\n]{0,30}${answer}|(?:内容|詳細)[^。\\n]{0,12}確認[^。\\n]{0,24}${answer}|(?:追って|改めて|あらためて|後日|後ほど|のちほど|順次|順番に|折り返し|近日中|早急に|できるだけ早|確認のうえ|確認の上)[^。\\n]{0,24}(?:${answer}|調査)|(?:\\d{1,2}|数|[一二三四五])\\s?(?:～|から|-)?\\s?\\d{0,2}\\s?(?:営業日|時間|日|週間|[かヶケ]月)(?:以内|ほど|程度|前後|後|かか)|しばらく(?:の間)?お待ち|(?:お時間|日数)を?(?:いただ|頂|要)|回答(?:を|まで)[^。\\n]{0,10}お待ち|翌営業日|翌日以降|以降の?ご(?:対応|回答|連絡)|個別の(?:ご)?(?:回答|返信)|参考とさせて`,
  ),
  reference:
    /(?:受付|受理|お?問い?合わ?せ|チケット|ケース|インシデント|リクエスト|案件|整理|管理|照会|予約|注文|申込|お客様)(?: ?|の)(?:番号|No\.?|ID|コード)[^\n]{0,4}[:：.は#\s]{1,4}[[【#]{0,2}[A-Za-z]{0,8}[-#]?\d{2,}|\[(?:#|Ticket ?#|Ticket ID: ?|Case:? ?|Ref:? ?|[A-Z]{2,10}-)\d{1,20}\]|ref:_[0-9A-Za-z]{5,40}/,
  away: /(?:不在に|不在と|不在の(?:ため|為)|不在です|不在となり|休暇(?:中|を|の(?:ため|為)|と|です|に入)|お休み(?:を|させ|と|中)|休み(?:です|に|を|の(?:ため|為))|休んで(?:おり|い)|休業(?:と|いた|中|し|させ|期間|に入)|出張(?:中|の(?:ため|為)|して|に出)|研修(?:中|の(?:ため|為))|外出(?:中|して)|席を外|(?:会社|職場|席|社|オフィス)を(?:離れ|空け)|育児休業|産前|産後|産休|育休|休職|(?:休暇|休業)を取得|(?:退職|退社|離職)(?:いた|致|し|とな)|異動(?:いた|致|し|に|とな)|担当を(?:離れ|外れ)|入院|療養|忌引|短時間勤務|運転中|会議中|離席)/,
  /** Says that nobody is there at this hour, which people say of others as well. */
  closed: /営業時間外|受付時間外|業務時間外|時間外(?:の|に)|定休日|年末年始の?(?:休|お休み)|休業日/,
  later: new RegExp(
    `(?:戻り?次第|戻りましたら|帰社(?:後|次第|しだい)|出社(?:後|次第|しだい)|休(?:暇|み|業)明け|復帰(?:後|次第|予定)|以降[^。\\n]{0,4}に?、?(?:順次|改めて)?)[^。\\n]{0,30}(?:${answer}|確認|拝見)|復帰予定|(?:返信|返事|回答|対応|連絡|確認)[^。\\n]{0,14}(?:遅れ|遅く|お時間|できません|出来ません|できない|できかね|いたしかね|致しかね)|(?:お?急ぎ|緊急|至急)(?:の)?(?:ご?(?:用|要)?(?:件|場合|際|とき|時|方|連絡|対応))[^。\\n]{0,60}(?:連絡|電話|携帯|まで|宛|へ|@)|(?:期間|不在|休暇|休業|出張)中[^。\\n]{0,40}(?:連絡|返信|対応|確認|いただ|頂|ご用件|担当)|(?:営業|業務|受付)(?:を|は)?(?:再開|開始)|(?:から|より)(?:通常)?(?:営業|業務|出社|出勤)|翌営業日|代わりに[^。\\n]{0,30}(?:連絡|対応)|後任|(?:アドレス|メール)[^。\\n]{0,12}(?:無効|使用でき|使えなく)`,
  ),
};

const english = {
  thanks:
    /\bthank(?:s| you)(?: very much| so much)? for (?:contacting|reaching|getting in touch|writing|submitting|filing|applying|registering|signing up|subscribing|your (?:recent )?(?:inquiry|enquiry|request|interest|submission|order|application|support))/i,
  regards: /\bthank(?:s| you)(?: very much| so much)? for your (?:recent )?(?:e-?mail|message)/i,
  receipt:
    /\b(?:we|i) (?:have |'ve )?(?:just |now |successfully )?(?:received|got|recorded|logged) your|\bwe've received your|\byour (?:[a-z]{1,12} ){0,2}(?:e-?mail|message|request|inquiry|enquiry|ticket|case|submission|issue|question)\b[^.\n]{0,60} (?:has|have) (?:now )?been (?:successfully )?(?:received|created|logged|opened|registered|submitted|assigned|recorded|forwarded|added)|\b(?:ticket|case|request|incident|issue)\b(?:[^.\n]|\.(?=\S)){0,60} (?:has been|was|is) (?:now )?(?:created|opened|logged|received|registered|assigned)|just confirming that we got your|\b(?:we|i)(?:'ve| have)? (?:created|opened|logged|registered) (?:a|an|your) (?:new )?(?:ticket|case|request|incident)\b|\breceived (?:a|your) (?:request|ticket|message)/i,
  accepts: /\bthis is (?:an )?(?:automated|automatic) (?:confirmation|acknowledge?ment)/i,
  promise:
    /\b(?:will|shall|'ll)\b[^.\n]{0,30}\b(?:get back|respond|reply|answer|be in touch|contact you|review|follow up|reach out|be (?:reviewed|answered|processed|handled))|\b(?:typically|usually|normally) (?:reply|respond|answer)|\bas soon as (?:possible|we can)|\bwithin (?:the next )?(?:\d{1,3}|one|two|three|a few) (?:business |working )?(?:hours?|days?)|\bshortly\b|\bin the order|we're on it|\b(?:is|are) being (?:reviewed|processed|handled|held)/i,
  reference:
    /\b(?:ticket|case|request|incident|issue) [A-Z]{2,10}[-#]?\d{3,}|\b(?:reference|ticket|case|tracking|request|incident|issue)(?: (?:number|id|no\.?|ref(?:erence)?|key))?\s?(?:is|:|#|=|\[|\(){1,2}\s{0,2}[[#(]{0,2}[A-Z]{0,8}[-#]?\d{2,}/i,
  away: /\b(?:i am|i'm|i will be|i'll be|we are|currently|am)\b[^.\n]{0,30}\b(?:out of (?:the |my )?office|on (?:[a-z]{1,12} ){0,2}(?:leave|vacation|holidays?|business trip)|away|travell?ing|unavailable)|\bno longer (?:with|works?|employed|in use|monitored)|\bout of (?:the )?office\b|\booo until\b/i,
  closed:
    /\b(?:office|we|support) (?:is|are|will be) (?:currently )?closed|outside (?:of )?(?:our )?(?:business|office|working|support) hours/i,
  later:
    /\b(?:limited|no|intermittent|without) access to (?:my )?e-?mails?|\b(?:upon|on|when|after|until) my return|\b(?:will|shall) (?:return|be back|reply|respond)|\bback (?:in the office|on)|\b(?:urgent|immediate(?:ly)?|emergency|assistance|matters?)\b[^.\n]{0,50}\b(?:contact|call|please|reach|e-?mail)|\b(?:response|reply|replies) (?:may|will|might) be delayed|\bdelay(?:ed)? in (?:my )?(?:response|reply)|\bplease (?:contact|direct|send)/i,
};

/** What a filter before a mailbox or the mailbox writes: what it kept or cut off, wants confirmed, or has no room for. */
const filters =
  /メールボックス[^。\n]{0,20}(?:容量|上限)[^。\n]{0,20}(?:達し|超え|いっぱい)|\b(?:is|are|was|were|has been|have been) (?:being )?(?:held|quarantined|blocked|placed in quarantine)\b|\b(?:awaiting|awaits) (?:your )?(?:confirmation|approval|moderation)|\bconfirm (?:that )?you(?: a|')re (?:a |not a )?(?:human|real person|person|robot)|\bverify your (?:e-?mail )?address\b|(?:メール|添付(?:ファイル)?|メッセージ)[^。\n]{0,16}(?:隔離|保留|ブロック|検疫)(?:しま|いた|され|中)|添付ファイル[^。\n]{0,24}(?:ポリシー|セキュリティ|ウイルス|規定)[^。\n]{0,16}(?:削除|除去|無害化|分離)(?:しま|いた|され)/i;

/** What a program writes that collects messages: that there are some. */
const collects =
  /(?:新しい|新着)の?(?:メッセージ|通知|コメント|投稿|お知らせ|返信|回答)が(?:[^。\n「」]{0,6}(?:届いています|届きました|あります|投稿され)|[0-9]{1,4}件)(?!」|と|が|の)|メンションしました(?!が|け|の)/;
const addressGone =
  /アドレス(?:は|が)[^。\n]{0,24}(?:廃止(?:され|し|いた|と)|(?:使用|使わ|利用)(?:され|れ)?て?(?:おり|い)ません|使(?:われ|え)なく)/;

/** An absence notice is short; who writes more says something else as well. */
const noticeCharsMax = 600;

/** The acts of an automatic letter that stand in this text, in words; null where there are too few to tell. */
export function automaticActs(written: string): string | null {
  const text = written.replaceAll('御', 'ご');
  if (filters.test(text)) return 'it says what a filter did to mail';
  if (collects.test(text)) return 'it says that messages wait somewhere';
  if (addressGone.test(text)) return 'it says that an address is no more';
  for (const words of [japanese, english]) {
    const does = (act: keyof typeof japanese): boolean => words[act].test(text);
    const thanks = does('thanks');
    const receives = does('receipt') || thanks || does('regards');
    if (receives && (does('promise') || does('closed')))
      return 'it thanks for an inquiry and promises an answer';
    if ((does('receipt') || thanks) && does('reference'))
      return 'it gives a number to an inquiry that arrived';
    if (does('accepts')) return 'it says that an inquiry was accepted';
    if (does('away') && (does('later') || receives)) return 'it says that somebody is away';
    if (does('closed') && does('later')) return 'it says when somebody is there again';
    if (does('away') && text.length <= noticeCharsMax) return 'it says nothing but that somebody is away';
  }
  return null;
}
