/** What staff are told about a message besides its text, in Japanese: where the number stood, what was repaired or doubtful. Pure. */
import type { ReadingNote } from '../inquiry/letter.ts';
import type { NumberReading } from '../inquiry/opening.ts';
import { faxRemarks } from './fax-remarks.ts';
import type { Findings } from './look-up.ts';
import { isMachine } from './verdict.ts';

const rawCharsMax = 40;

const places: Readonly<Record<NonNullable<NumberReading['where']>, string>> = {
  opening: '冒頭',
  subject: '件名',
  body: '本文(冒頭以外)',
};

/** `冒頭 2行目「サポート番号：ＣＬ…」`, or null when nothing was read. */
export function numberPlace(reading: NumberReading, isFax = false): string | null {
  if (reading.where === null || reading.raw === null) return null;
  if (isFax)
    return `FAX${reading.where === 'opening' ? ' 1枚目' : ''}「${reading.raw.slice(0, rawCharsMax)}」`;
  const line = reading.line === null ? '' : ` ${reading.line}行目`;
  return `${places[reading.where]}${line}「${reading.raw.slice(0, rawCharsMax)}」`;
}

const limits: Readonly<Record<string, string>> = {
  time: '読取に時間がかかりすぎたため、途中で打ち切りました',
  'text-bytes': '本文が長すぎるため、途中までを読み取りました',
  'html-bytes': '本文(HTML)が長すぎるため、途中までを読み取りました',
  'text-lines': '本文の行数が多すぎるため、途中までを読み取りました',
};

const fields: Readonly<Record<string, string>> = {
  address: 'メールアドレス',
  text: 'お問合せ内容',
  number: 'サポートサービス番号',
  name: 'お名前',
  company: '会社名',
};

const notes: Readonly<Record<ReadingNote['kind'], string>> = {
  'charset-rescued': '文字コードの表示が誤っていたため、推定して読み取りました',
  'charset-unclean': '文字化けが残っています。uketsuke tickets save で原本を取り出してご確認ください',
  shortened: '長すぎるため、途中までを読み取りました',
  'html-only': 'HTMLのみのメールです',
  'html-unreadable': 'HTMLから本文を読み取れませんでした。原本をご確認ください',
  'header-repaired': 'ヘッダーの不備を補いました',
  'several-from': '差出人が複数あります',
  'no-text': '本文がありません',
  'encrypted-body': '本文が暗号化されています',
  'raw-text': '構造が壊れているため、原文のまま表示しています',
};

const leftOnServer: Readonly<Record<string, string>> = {
  'too-large-to-fetch':
    'サイズが上限を超えるため、ヘッダーのみを受け取りました。本文はメールサーバーに残っています。メールソフトでご確認ください',
  unfetchable:
    'メールサーバーから取得できないため、ヘッダーのみを受け取りました。本文はメールサーバーに残っています。メールソフトでご確認ください',
};

export function remarksOf(findings: Findings): readonly string[] {
  const { letter, limit, form, fax, authentication, fromStaff } = findings;
  return [
    ...(authentication.verdict === 'fail'
      ? ['送信者認証に失敗しています。なりすましの可能性があります']
      : []),
    ...(authentication.broken
      ? ['差出人ドメインの電子署名(DKIM)が一致しません(転送途中の変更、または改ざんの可能性)']
      : []),
    ...(limit === null
      ? []
      : [leftOnServer[limit] ?? `${limits[limit] ?? '読取の上限を超えました'}。続きは原本をご確認ください`]),
    ...(form?.missing.map(
      (field) => `問合せページの「${fields[field] ?? field}」を読み取れません(設定名: ${form.profile})`,
    ) ?? []),
    ...(fromStaff
      ? [
          '差出人は担当者のアドレスですが、通知への返信で送信者認証に合格したものではないため、指示としては扱っていません',
        ]
      : isMachine(findings)
        ? ['自動送信メール、または返信を受け取らない差出人の可能性があります']
        : []),
    // The details are the reader's own English, for `uketsuke read`.
    ...(fax === null ? letter.notes.map(({ kind }) => notes[kind]) : faxRemarks(fax)),
  ];
}
