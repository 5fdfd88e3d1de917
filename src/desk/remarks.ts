/** What staff are told about a message besides its text, in Japanese: where the number stood, what was repaired or doubtful. Pure. */
import type { ReadingNote } from '../inquiry/letter.ts';
import type { NumberReading } from '../inquiry/opening.ts';
import type { Findings } from './look-up.ts';

const rawCharsMax = 40;

const places: Readonly<Record<NonNullable<NumberReading['where']>, string>> = {
  opening: '冒頭',
  subject: '件名',
  body: '本文(冒頭以外)',
};

/** `冒頭 2行目「サポート番号：ＣＬ…」`, or null when nothing was read. */
export function numberPlace(reading: NumberReading): string | null {
  if (reading.where === null || reading.raw === null) return null;
  const line = reading.line === null ? '' : ` ${reading.line}行目`;
  return `${places[reading.where]}${line}「${reading.raw.slice(0, rawCharsMax)}」`;
}

const notes: Readonly<Record<ReadingNote['kind'], string>> = {
  'charset-rescued': '文字コードの表示が誤っていたため、推定して読み取りました',
  'charset-unclean': '文字化けが残っています。原本をご確認ください',
  shortened: '長すぎるため、途中までを読み取りました',
  'html-only': 'HTMLのみのメールです',
  'html-unreadable': 'HTMLから本文を読み取れませんでした。原本をご確認ください',
  'header-repaired': 'ヘッダーの不備を補いました',
  'several-from': '差出人が複数あります',
  'no-text': '本文がありません',
  'encrypted-body': '本文が暗号化されています',
  'raw-text': '構造が壊れているため、原文のまま表示しています',
};

export function remarksOf({ letter, limit, form, screening, authentication }: Findings): readonly string[] {
  return [
    ...(authentication.verdict === 'fail' ? ['送信者認証に失敗しています(なりすましの可能性)'] : []),
    ...(limit === null ? [] : [`読取の上限を超えました(${limit})`]),
    ...(form?.missing.map((field) => `問合せページの項目を読み取れません(${form.profile}: ${field})`) ?? []),
    ...(form === null && screening.reasons.length > 0
      ? [`自動送信または返信を控える差出人の可能性: ${screening.reasons.join(' / ')}`]
      : []),
    ...letter.notes.map(({ kind, detail }) => `${notes[kind]}${detail === '' ? '' : ` (${detail})`}`),
  ];
}
