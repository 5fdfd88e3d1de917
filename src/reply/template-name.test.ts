import { readdirSync, readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { cpuMs } from '../../test/cpu-time.ts';
import { parseTemplates } from './template.ts';
import { findAnswerTemplate } from './template-name.ts';

const folder = new URL('../../templates/', import.meta.url);
const parsed = parseTemplates(
  readdirSync(folder).map((fileName) => ({
    fileName,
    text: readFileSync(new URL(fileName, folder), 'utf8'),
  })),
);
if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems));
const { templates } = parsed;

test.each([
  ['パッチ案内', 'answer-patch'],
  ['ﾊﾟｯﾁ', 'answer-patch'],
  ['patch', 'answer-patch'],
  ['answer-patch', 'answer-patch'],
  ['answer-patch.liquid', 'answer-patch'],
  ['ＰＡＴＣＨ', 'answer-patch'],
  ['標準', 'answer'],
  ['answer', 'answer'],
  ['質問返し', 'answer-question'],
  ['バージョンアップ', 'answer-version-up'],
  ['Version Up', 'answer-version-up'],
  ['サーバ変更', 'answer-migration'],
  ['データ移行', 'answer-migration'],
  ['ライセンスキー', 'answer-licence-key'],
  ['対象外', 'answer-out-of-scope'],
  ['期間', 'answer-period'],
  ['完了', 'answer-closing'],
])('%s is %s', (word, name) => {
  expect(findAnswerTemplate(templates, word)).toMatchObject({ kind: 'found', template: { name } });
});

test.each([
  ['パッチ案内です', ['パッチ案内']],
  ['パッチ案', ['パッチ案内']],
  ['パッヂ案内', ['パッチ案内']],
  ['ライセンスキ一', ['ライセンスキー']],
  ['移行', ['サーバー変更']],
  ['acknowledgement', []],
  ['本日中にご連絡します', []],
  ['', []],
])('%s is none, near %j', (word, near) => {
  expect(findAnswerTemplate(templates, word)).toEqual({ kind: 'unknown', near });
});

it('takes no time over a long word', () => {
  expect(cpuMs(() => void findAnswerTemplate(templates, 'パッチ'.repeat(300_000)))).toBeLessThan(500);
});
