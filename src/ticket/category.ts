/** What an inquiry was about, for the manager's figures (spec 4), and the words staff write for it. */

export type Category = 'operation' | 'trouble' | 'patch' | 'migration' | 'licence-key' | 'out-of-scope';

/** The first word of each is the label people see. */
const WORDS: Readonly<Record<Category, readonly string[]>> = {
  operation: ['操作', '操作方法', '設定', '設定方法', '仕様', '動作環境', 'operation', 'usage'],
  trouble: ['障害', '不具合', 'エラー', 'トラブル', 'trouble', 'bug'],
  patch: ['パッチ・バージョンアップ', 'パッチ', 'バージョンアップ', 'patch', 'version-up', 'upgrade'],
  migration: ['移行', 'データ移行', 'サーバー移行', 'サーバー変更', 'migration'],
  'licence-key': ['ライセンスキー', 'ライセンス', 'licence key', 'license key', 'licence', 'license'],
  'out-of-scope': ['対象外', 'サポート対象外', '範囲外', 'out of scope'],
};

const BY_WORD = new Map(
  Object.entries(WORDS).flatMap(([category, words]) =>
    [category, ...words].map((word) => [folded(word), category as Category] as const),
  ),
);

/** The category a word names in Japanese or English, whatever its width, spaces and prolonged sounds; else null. */
export function categoryOf(word: string): Category | null {
  return BY_WORD.get(folded(word)) ?? null;
}

export function categoryLabel(category: Category): string {
  return WORDS[category][0] ?? category;
}

/** All labels, in the order of spec 4. */
export function categoryLabels(): readonly string[] {
  return Object.values(WORDS).map(([label = '']) => label);
}

/** サーバー and サーバ are one word, and so are `version up` and `version-up`. */
function folded(word: string): string {
  return word
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Cf}ー・_-]/gu, '');
}
