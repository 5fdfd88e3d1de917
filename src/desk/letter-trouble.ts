/**
 * What went wrong with a letter and what to do about it, in the words of staff (spec 5.4). The recorded reason comes from the
 * courier (`outbox/verdict.ts`), the store and the dispatcher; what is not known here is quoted as it stands. Pure.
 */
import type { OutboxItem } from './ports.ts';
import { inJapanese } from './superseded.ts';

/** Tried in this order; `$1` is what the first group found. */
const known: readonly (readonly [RegExp, string])[] = [
  [
    /^the body was begun and no answer came/,
    '本文を送り始めたあと、中継サーバーから受領の返事がないまま接続が切れました',
  ],
  [/^the sender died after the body was begun/, '本文を送っている途中でプログラムが停止しました'],
  [/^restored from a backup/, 'バックアップの時点では未送信でしたが、その後に送信済みの可能性があります'],
  [
    /refused the login|could not be logged in to/,
    '中継サーバーにログインできません。管理者に設定(relay.user、relay.passwordFile)の確認をご依頼ください',
  ],
  [
    /no encrypted connection to the relay/,
    '中継サーバーと暗号化通信ができません。管理者に設定(relay.tls)と証明書の確認をご依頼ください',
  ],
  [
    /^relay \S+: (?:4\d\d)/,
    '中継サーバーが一時的に受け取りませんでした。時間をおいて送り直すと届く可能性があります',
  ],
  [/^relay \S+: /, '中継サーバーに接続できません。管理者にご確認ください'],
  [/^4\d\d/, '中継サーバーが一時的に受け取りませんでした。時間をおいて送り直すと届く可能性があります'],
  [/^5\d\d/, '中継サーバーが受け取りを拒否しました。宛先をご確認ください'],
  [/^not a mail address|^the letter has no recipient/, '宛先のアドレスが正しくありません'],
  [/^could not be worded/, '文面を作成できませんでした。管理者にログの確認をご依頼ください'],
];
const gaveUp = /^not handed over in (\d+) attempts on (\d+) business days: (.*)$/s;

/** One or two sentences without a full stop at the end; null where only the record itself can be shown. */
export function troubleInWords(reason: string): string | null {
  const tried = gaveUp.exec(reason);
  if (tried !== null) {
    const why = troubleInWords(tried[3]!);
    return `${tried[2]}営業日のあいだに${tried[1]}回試みましたが、中継サーバーに渡せませんでした${why === null ? '' : `。${why}`}`;
  }
  const found = known.find(([pattern]) => pattern.test(reason));
  if (found !== undefined) return found[1];
  const told = inJapanese(reason);
  return told === reason ? null : told;
}

/** What a person can do about it now; the commands are an operator's. */
export function whatToDo({ id, state }: Pick<OutboxItem, 'id' | 'state'>): readonly string[] {
  switch (state) {
    case 'uncertain':
      return [
        `届いたかどうかを中継サーバーの記録かお客様にご確認ください。届いていたとき: uketsuke outbox settle ${id} --delivered`,
        `届いていなかったとき: uketsuke outbox retry ${id} (同じメールをもう一度送ります)、送らないときは uketsuke outbox settle ${id} --undelivered`,
      ];
    case 'failed':
      return [
        `原因が除かれたときは uketsuke outbox retry ${id} で送り直せます。ほかの方法でのご連絡もご検討ください`,
      ];
    default:
      return [];
  }
}
