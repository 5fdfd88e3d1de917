import { describe, expect, it } from 'vitest';
import { excerpt, searchText, searchWords } from './search-text.ts';

const finds = (word: string, text: string) =>
  searchWords(word).every((one) => searchText(text).includes(one));

describe('a word is found however the text spells it', () => {
  it.each([
    ['設定', '初期設定ができません', 'two characters'],
    ['印', '印刷', 'one character'],
    ['ログイン', 'ﾛｸﾞｲﾝできない', 'half-width kana with its mark'],
    ['ﾛｸﾞｲﾝ', 'ログイン', 'the other way round'],
    ['chatluck', 'ＣｈａｔＬｕｃｋ', 'full-width letters'],
    ['CL-1234', 'cl－1234', 'another hyphen'],
    ['CL-1234', 'CL−1234-5678', 'a minus sign'],
    ['設定', '初期設\r\n定', 'wrapped by a mail program'],
    ['設定変更', '設 定 変 更', 'with the gaps of a recogniser'],
    ['サーバー', 'サー\nバー', 'wrapped after a long vowel'],
    ['サーバ 再起動', '再起動したがサーバが', 'two words in any order'],
    ['が', 'か\u3099', 'composed'],
    ['error 500', 'Error   500', 'one space or several'],
    ['設定', '設\u200b定', 'a character nobody sees'],
    ['㈱', '株式会社 (株)サンプル', 'a sign that stands for three'],
  ])('%s in %j: %s', (word, text) => expect(finds(word, text)).toBe(true));

  it.each([
    ['設定', '設置の予定'],
    ['印刷', '印 a 刷'],
    ['error1', 'error 1'],
    ['カナ', 'かな'],
    ['ー', '-'],
    ['設定', '設 a 定'],
  ])('%s is not in %j', (word, text) => expect(finds(word, text)).toBe(false));
});

it('nothing to look for is nothing', () => {
  expect(searchWords(' \u3000\n')).toEqual([]);
  expect(searchWords('設定\u3000設定 変更')).toEqual(['設定', '変更']);
});

it('shows what stands around, without cutting a character in two', () => {
  const text = searchText(`${'あ'.repeat(100)}設定${'い'.repeat(100)}`);
  expect(excerpt(text, ['設定'])).toBe(`…${'あ'.repeat(20)}設定${'い'.repeat(38)}…`);
  expect(excerpt('設定', ['設定'])).toBe('設定');
  expect(excerpt('𠮷'.repeat(50), ['x'], 10)).toBe(`${'𠮷'.repeat(10)}…`);
});
