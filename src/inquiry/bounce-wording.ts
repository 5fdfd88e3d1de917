/** What mail systems write over and into a mail that comes back, in English and Japanese. */

export const bounceSubject =
  /^(?:undeliver(?:able|ed)|non-?deliver(?:able|y)|(?:mail )?un?deliverable|returned? (?:e?-?mail|to sender)|mail (?:delivery (?:failed|failure|subsystem|error|status|system|notification|problem|report|delayed)|transaction|could not)|delivery (?:status|notification|failure|failed|has failed|report|error|delay|problem)|delivery[_ ]failure|failed (?:delivery|mail)|failure delivery|(?:permanent )?delivery failure|delayed (?:mail|delivery)|message (?:delivery|undeliverable|status|delayed|could not|not delivered)|(?:mail )?failure notice|delivery reports? about|warning: (?:message|could not send|mail)|(?:your )?(?:e?-?mail|message) (?:could not be|was not|has not been|is) (?:delivered|delayed)|mail system error|mail error|user unknown|(?:e?-?mail )?bounced?\b|(?:【[^】]{1,20}】)?(?:配信|配送|配達|送信|送達)(?:不能|不可|遅延|エラー|失敗|できま|できな|に失敗|されま|状況通知)|配達不能|未配信|未送信|不達|エラーメール|(?:メール|ﾒｰﾙ|メッセージ)[をがはの]?(?:配信|送信|不達|配送|お届け|送達|送り)(?:[にでをの])?(?:失敗|エラー|でき|出来|不能|されま|遅延|通知)|(?:宛先|あて先|送信先|送り先)(?:の?(?:メール)?アドレス)?(?:不明|エラー|が見つ)|お届けでき|届けられ)/i;

/** Those that people do not write: English, or with the subject of the returned mail behind a colon. */
export const mailSystemSubject = /^(?:[\x20-\x7e]{1,500}$|[^:：]{2,14}\s?[:：]\s?\S)/;

/** Senders that return mail, by local part. */
export const daemon =
  /^(?:mailer[._-]?d(?:ae|e|ea)mon|mail[._-]?d(?:ae|e)mon|mdaemon|double-?bounce|microsoftexchange[0-9a-f]{8,40}|mail[._-]?delivery(?:[._-]?(?:system|subsystem))?|mmdf)(?:[+-][^@]{0,60})?@/;
/** Senders that return mail and write otherwise as well. */
export const postmaster =
  /^(?:postmaster|mail-?master|hostmaster|mail[._-]?system|mail-?admin(?:istrator)?|bounces?)(?:[+-][^@]{0,60})?@/;
export const daemonName =
  /^(?:mail (?:delivery|deliver|administrator|system|transport)|mailer-?daemon|system administrator|internet mail delivery|post ?master|システム管理者|メール(?:配送|配信|管理)|配信システム|interscan)/i;

/** Sentences that only stand in returned mail. */
export const bounceText =
  /^[ \t>　]{0,6}(?:-{1,40} ?the following addresses had|-{2,40} ?(?:transcript of session follows|failure reasons|returned message|original message was|below this line is a copy)|hi\. this is the\b|this is the (?:mail system at host|postfix program|mail delivery|mail system|qmail|courier)|this (?:is an automatically generated delivery|message was created automatically by mail|report relates to a message)|(?:a message that you sent|the following message|your message|your mail|the mail you sent|this message)[^\n]{0,120}(?:could not be delivered|was not delivered|undeliver|did not reach|has been delayed|was delayed|has not (?:yet )?been delivered|cannot be delivered|wasn't delivered|couldn't be delivered|not been delivered)|delivery (?:to|has failed to) (?:the|these) (?:following )?recipients?|delivery is delayed to|the (?:following )?(?:user\(s\)|recipients?|address(?:\(?es\)?)?)[^\n]{0,60}(?:account is temporarily|failed|rejected|could not|not (?:be )?reached|unknown|undeliver)|each of the following recipients was rejected|diagnostic information for administrators|remote (?:host|server) said|i(?:'m| am) (?:afraid i wasn't able to deliver|not going to try again)|unable to deliver (?:message|mail|your message)|address not found|message (?:blocked|not delivered)|reporting-mta:|final-recipient:|管理者用の?診断情報|次の受信者(?:またはグループ|\(s\))?[^\n]{0,20}(?:配信|届)|(?:次の|以下の|下記の)?(?:あて先|宛先|送信先|受信者|メールアドレス|アドレス)[^\n。]{0,50}(?:配信|送信|お?届け|配送|送達|見つか)[^\n。]{0,16}(?:できません|出来ません|でした|失敗|されません|せん)|(?:お客[様さ]の?|あなたの?|送信(?:された|した)|この|ご送信(?:いただいた|の)?|本|下記の?|以下の?)[^\n。]{0,12}(?:メール|ﾒｰﾙ|メッセージ|文書)[^\n。]{0,50}(?:配信|送信|お?届け|配送|送達|届|遅延)[^\n。]{0,16}(?:できません|出来ません|でした|失敗|されません|られません|していません|ています|せん)|(?:メール|ﾒｰﾙ|メッセージ)(?:を|は|が)(?:配信|送信|お届け|配送)[^\n。]{0,6}(?:できません|出来ません|されません)でした|(?:宛先|あて先)(?:が)?不明|(?:サーバー|サーバ)の生成|送信先エラー|(?:user|host|mailbox) unknown|アドレス不明|メールは配信されませんでした|[^\n]{0,80}さんに?宛てのメールは配信)/im;

/** What says that it is still being tried. */
export const delayText =
  /will (?:be retried|keep trying|continue to (?:try|be attempted)|be re-?attempted|retry)|retry(?:ing)? (?:for|until|timeout not)|(?:has|have|was|been|is) (?:been )?delayed|warning message only|you do not need to resend|no (?:further )?action is required|delivery attempts will continue|could not send message for past|まだ(?:配信|届|送信)|配信(?:が|を)?(?:遅延|遅れ|試み)|再(?:送|試行)[^。\n]{0,16}(?:します|いたし|続け|試み|しています|されます)|引き続き[^。\n]{0,12}(?:配信|送信|再送)|遅延して/i;
