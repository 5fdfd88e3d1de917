import { describe, expect, it, test } from 'vitest';
import { answered, FACTS, problems, templates } from '../../test/answer-samples.ts';
import { cpuMs } from '../../test/cpu-time.ts';
import { type AnswerFacts, answerTitles, composeAnswer, settingsOf, surnameOf } from './answer.ts';

describe('templates by name', () => {
  it('are nine', () => {
    expect(answerTitles(templates)).toEqual(
      expect.arrayContaining([
        '標準',
        '質問返し',
        'バージョンアップ',
        'パッチ案内',
        'サーバー変更',
        'ライセンスキー',
        '対象外',
        '期間',
        '完了',
      ]),
    );
  });

  test.each<[string, string | null, Partial<AnswerFacts>, string]>([
    [
      'an unknown one',
      'パッチ案',
      {},
      'template: 型「パッチ案」はありません。「パッチ案内」のことでしょうか。',
    ],
    ['no template of staff', 'neutral', {}, 'template: 型「neutral」はありません。使える型: '],
    ['a sentence', '本日中に\r\nご連絡', {}, 'template: 型「本日中に ご連絡」はありません。'],
    [
      'a missing setting',
      'パッチ',
      {},
      'setting: 型「パッチ案内」には設定「patch」が必要です。例) #設定 patch=…',
    ],
    [
      'an empty setting',
      'パッチ',
      { settings: { patch: '\u0000 ' } },
      'setting: 型「パッチ案内」には設定「patch」',
    ],
    [
      'an unknown setting',
      null,
      { settings: { patch: 'a' } },
      'setting: 型「標準」に設定「patch」はありません。使える設定: answer_intro、closing_line',
    ],
    [
      'a slot for a setting',
      null,
      { settings: { addressee: 'evil' } },
      'setting: 型「標準」に設定「addressee」はありません。',
    ],
    ['no text', null, { text: ' \n' }, 'no-text: 型「標準」には本文が必要です。'],
    ['too much text', null, { text: 'あ'.repeat(200_001) }, 'too-long: '],
  ])('%s is told to the author', (_what, name, change, expected) => {
    expect(problems(change, name)[0]?.startsWith(expected), problems(change, name)[0]).toBe(true);
  });

  it('need no text where they say it themselves', () => {
    expect(answered({ text: '', settings: { patch: '2026.11-p1' } }, 'パッチ').body).toContain(
      '  パッチ: 2026.11-p1\n',
    );
    expect(answered({ text: '' }, '完了').subject).toBe('[R-20261218-0001] お問合せの対応完了について');
  });

  it('hold a setting as data, on one line', () => {
    const patch = '{{ ref }}\r\nBcc: x\u2028■';
    expect(answered({ settings: { patch } }, 'パッチ').body).toContain('  パッチ: {{ ref }} Bcc: x ■\n');
  });
});

test.each([
  ['佐藤 花子', '佐藤'],
  ['佐藤　花子', '佐藤'],
  ['佐藤', '佐藤'],
])('the surname of %s is %s', (name, expected) => expect(surnameOf(name)).toBe(expected));

it('reads settings from directives', () => {
  expect(
    settingsOf([
      { kind: 'answer', template: null },
      { kind: 'set', key: 'patch', value: 'a' },
    ]),
  ).toEqual({ patch: 'a' });
});

test.each(['あ', 'a', ' ', '\n', '様\n', 'お世話', 'いつも', '>', '-', 'よろしく', '以上、', '様'])(
  'takes 200,000 characters of %j in little time',
  (piece) => {
    const took = cpuMs(() => {
      composeAnswer(templates, null, {
        ...FACTS,
        text: piece.repeat(200_000 / piece.length),
        question: piece.repeat(500_000),
      });
    });
    expect(took).toBeLessThan(3_000);
  },
);
