import { describe, expect, test } from 'vitest';
import { patternCost } from './pattern-cost.ts';

const cost = ([, source, flags]: RegExpExecArray) => patternCost(source!, flags!, 1_000);
const of = (pattern: RegExp) => cost(/^\/(.*)\/([a-z]*)$/s.exec(String(pattern))!);

describe('without end', () => {
  test.each([
    [/(a+)+b/, 'a loop in a loop'],
    [/(?<x>(?:(a+)))+b/, 'however many brackets stand around it'],
    [/(?:a|a)*b/, 'two ways for one character'],
    [/(?:a|aa)+b/, 'two ways for one word'],
    [/(?:a|[ab])*c/, 'two sets that overlap'],
    [/(?:a?a)*b/, 'one that may be left out'],
    [/(?:\d{1,4}-?){1,40}x/, 'numbers do not bound what grows by powers'],
    [/(?:a{0,40}){0,40}b/, 'nor do they here'],
    [/(?:ab?c?)*(?:\s*\S+)+x/, 'the second of two'],
    [/(?:[a-z]+|[A-Z]+)*9/i, 'alike only without case'],
    [/(?:\w+|ー|[あ-ん])+。|(?:あ|[ぁ-ん])*x/, 'in one of two choices'],
    [/(?=(a+)+b)x/, 'in what looks ahead'],
  ])('%s: %s', (pattern) => {
    expect(of(pattern).steps).toBe(Infinity);
  });
});

describe('with the power', () => {
  test.each([
    [/CL-\d{4}-\d{4}/, 1, 'nothing repeats'],
    [/^.*x/, 1, 'begins at one place only'],
    [/件名\s*(?<x>.+)/, 1, 'the rest is captured whatever it is'],
    [/件名\s*(?<x>[\s\S]*)/, 1, 'and over lines'],
    [/\s+x/, 2, 'begins at each place of a run anew'],
    [/【.*】x/, 2, 'begins at each 【, and goes on to the end'],
    [/^.*.*x/, 2, 'two loops share a line'],
    [/[^@\s]+@[^@\s]+\.jp/, 2, 'what stands between keeps the two apart'],
    [/(?:\S+\n)*x/, 2, 'each round ends with what the loop inside cannot take'],
    [/.+$/, 2, 'something objects behind a loop at the end'],
    [/(?:\s+[ab]{2}){0,3}x/, 2, 'a loop without a bound in one with a bound'],
    [/(?=.*foo)x/, 2, 'what looks ahead goes on to the end'],
    [/\S+@\S+\.jp/, 3, 'an @ is taken by all three'],
    [/.*.*x/, 3, 'begins at each place anew'],
    [/本文[\s\S]*?(?<x>[\s\S]*)--/, 3, 'a lazy loop is a loop'],
    [/^(?:ab)*(?:ab)*(?:ab)*x/, 3, 'they share a word, though no character'],
    [/^(?:ab)*(?:ba)*(?:bb)*x/, 1, 'they share none'],
  ])('%s: %i, %s', (pattern, power) => {
    expect(Math.round(Math.log(of(pattern).steps) / Math.log(1_000))).toBe(power);
  });
});

test('numbers bound a loop that holds no other', () => {
  expect(of(/^a{0,40}a{0,40}b/).steps).toBe(40_000);
  expect(of(/発信[^0-9]{0,40}[0-9() -]{7,20}(?!x)/).steps).toBeLessThanOrEqual(1_000 * 40 * 13);
  expect(of(/(?:[a-z]{5}[a-z]{5}){90}/).steps).toBeGreaterThan(0);
  expect(of(/(?:(?:abcdefghi){60}){60}/).steps).toBe(Infinity);
});

test('is told in time', () => {
  const letters = 'abcdefghij'.repeat(20);
  const dear = [
    `(?:${'a?'.repeat(150)})*x`,
    `(?:${letters})*x`,
    '[ab]*[bc]*'.repeat(40),
    `${'a*b*'.repeat(90)}x`,
  ];
  const start = process.cpuUsage();
  const steps = dear.map((source) => patternCost(source, '', 1_000).steps);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(3_000);
  expect(steps.map((one) => one > 1e8)).toEqual([true, false, true, true]);
});

test('says which parts share the text, and whether nothing fits', () => {
  expect(of(/件名.*[^@]+@x/).between.slice(-2)).toEqual(['.', '[^@]']);
  expect([of(/(?<x>a*)/).empty, of(/a|b?/).empty, of(/^$/).empty, of(/(?<x>a+)/).empty]).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test.each([
  [/[\]a]+\]x/, 1],
  [/[^\]]*\]/, 1],
  [/\u{3042}+あx/u, 1],
  [/\x61+ax/, 1],
  [/\p{L}+[^\p{L}]/u, 1],
  [/a{,3}b{x}/, 0],
  [/(?<!a)(?<=b)c\b\$\^\|/, 0],
])('the grammar of %s is followed', (pattern, loops) => {
  expect(of(pattern).between.length).toBe(loops);
});
