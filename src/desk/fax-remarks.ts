/** What staff are told of a fax besides its text, in Japanese: pages, caller, candidates for the number. Pure. */
import type { FaxReader } from '../inquiry/fax.ts';
import { shownPhone } from '../inquiry/phone-number.ts';
import type { FaxArrival } from './read-fax.ts';

const pageWords: Readonly<Record<string, string>> = {
  unrecognised: '文字を読み取れませんでした(画像は保存しています)',
  encrypted: 'パスワードで保護されています。再送をご依頼ください',
  malformed: 'ファイルが壊れています。原本をご確認ください',
  'no-such-page': 'ページがありません',
  'too-large': '大きすぎるため読み取っていません',
  'too-small': '小さすぎるため読み取っていません',
  blank: '白紙です(裏表逆の可能性があります)',
  killed: '読取が中断しました。原本をご確認ください',
};

const readers: Readonly<Record<FaxReader, string>> = { page: '全文', line: '行', field: '番号欄' };
const headerCharsMax = 80;

export function faxRemarks({ call, document }: FaxArrival): readonly string[] {
  const { pages, unread, number, header } = document;
  const arrived = pages.length + unread;
  const candidates = number.candidates.map(({ value, readers: by }) => {
    const who = by.map(({ reader }) => readers[reader]);
    return `${value}(${who.length === 0 ? '読取ではなく、発信元・登録番号からの推定' : `読取: ${who.join('・')}`})`;
  });
  return [
    call.caller === null ? '発信元のFAX番号は分かりません' : `発信元のFAX番号: ${shownPhone(call.caller)}`,
    ...(header === '' ? [] : [`送信機が印字した発信元: ${header.slice(0, headerCharsMax)}`]),
    ...(number.decision === 'accepted' || candidates.length === 0
      ? []
      : [`番号の候補: ${candidates.join('、')}`]),
    ...pages.flatMap(({ page, outcome }) =>
      pageWords[outcome] === undefined ? [] : [`${page}枚目: ${pageWords[outcome]}`],
    ),
    ...pages.flatMap(({ page, turned }) => (turned === 0 ? [] : [`${page}枚目は向きを直して読み取りました`])),
    ...(unread === 0 ? [] : [`${pages.length + 1}枚目以降の${unread}枚は読み取らずに保存しています`]),
    ...(call.pages === null || call.pages === arrived
      ? []
      : [`受信の通知では${call.pages}枚ですが、ファイルは${arrived}枚です`]),
  ];
}
