import { describe, expect, test } from 'vitest';
import { applyProfile, type FormProfileSetting, parseFormProfile } from './profile.ts';

const setting: FormProfileSetting = {
  name: 'inquiry-page',
  from: 'Web@form.example.jp',
  subject: '^【お問合せ】',
  fields: {
    address: '【メールアドレス】',
    number: '【サポートサービス番号】',
    name: '【お名前】',
    company: ['【会社名】', '【法人名】'],
    text: '【お問合せ内容】',
  },
};
const profiles = [parseFormProfile(setting)];
const form = `【法人名】株式会社サンプル商事
【お名前】 佐藤 一郎
【メールアドレス】
sato@Example.jp

【サポートサービス番号】ＣＬ１２３４５６７８
【お問合せ内容】
ログインできません。

再起動しても同じです。`;
const letter = (text: string, subject = '【お問合せ】1件', address = 'web@form.example.jp') => ({
  from: { name: '', address },
  subject,
  text,
});

test('the customer, not the web server, is who wrote', () => {
  expect(applyProfile(letter(form), profiles)).toEqual({
    profile: 'inquiry-page',
    address: 'sato@example.jp',
    name: '佐藤 一郎',
    company: '株式会社サンプル商事',
    number: 'ＣＬ１２３４５６７８',
    text: 'ログインできません。\n\n再起動しても同じです。',
    missing: [],
  });
});

test('other mail is no form', () => {
  expect(applyProfile(letter(form, '別件'), profiles)).toBeNull();
  expect(applyProfile(letter(form, undefined, 'sato@example.jp'), profiles)).toBeNull();
  expect(applyProfile({ ...letter(form), from: null }, profiles)).toBeNull();
});

test.each([
  [form.replace('【メールアドレス】', '【Eメール】'), ['address']],
  [form.replace('sato@Example.jp', '佐藤'), ['address']],
  [form.replace('sato@Example.jp', 'a@example.jp, b@example.jp'), ['address']],
  [form + '\n【メールアドレス】other@example.jp', ['address']],
  [form.replace('【お問合せ内容】', '【内容】'), ['text']],
  [form.replace('【サポートサービス番号】', '【番号】'), ['number']],
  ['', ['address', 'name', 'company', 'number', 'text']],
])('a changed layout names the field (%#)', (text, missing) => {
  expect([...(applyProfile(letter(text), profiles)?.missing ?? [])].sort()).toEqual([...missing].sort());
});

test('an empty number field is an answer, not a changed layout', () => {
  expect(applyProfile(letter(form.replace('ＣＬ１２３４５６７８', '')), profiles)).toMatchObject({
    number: null,
    missing: [],
  });
});

test('fields may be patterns, and a domain may stand for its addresses', () => {
  const one = parseFormProfile({
    ...setting,
    from: '@form.example.jp',
    fields: { address: '/^mail=(?<address>\\S+)$/m', text: '/^body=(?<text>.*)/ms' },
  });
  expect(applyProfile(letter('mail=a@example.jp\nbody=x\ny'), [one])).toMatchObject({
    address: 'a@example.jp',
    text: 'x\ny',
    number: null,
  });
});

test.each([
  [{ from: 'nobody' }, /^from: /],
  [{ subject: '(' }, /^subject: /],
  [{ fields: { ...setting.fields, address: '/(?<address>(/' } }, /^fields\.address: /],
  [{ fields: { ...setting.fields, address: '/(.+)/' } }, /^fields\.address: needs exactly one named group/],
  [{ fields: { ...setting.fields, number: '/(?<n>(a+)+b)/' } }, /^fields\.number: a can share/],
  [{ fields: { ...setting.fields, number: '/(?<n>a*)/' } }, /^fields\.number: fits where nothing stands/],
  [{ subject: '(a|a)*b' }, /^subject: a can share/],
  [{ fields: { ...setting.fields, number: '/(?<n>a)\\k<n>/' } }, /^fields\.number: back-references/],
  [{ fields: { ...setting.fields, text: '' } }, /^fields\.text: a label is empty/],
  [{ fields: { address: 'a' } as never }, /^fields\.text: is required/],
])('a bad setting is refused with its key (%#)', (change, message) => {
  expect(() => parseFormProfile({ ...setting, ...change })).toThrow(message);
});

describe('a field by a pattern', () => {
  const byPattern = (fields: Partial<FormProfileSetting['fields']>) =>
    [parseFormProfile({ ...setting, fields: { ...setting.fields, ...fields } })] as const;
  const address = { address: '/メールアドレス】\\s*(?<address>[^\\s@]+@[^\\s@]+)/' };

  test('gives what its group captures', () => {
    expect(applyProfile(letter(form), byPattern(address))?.address).toBe('sato@example.jp');
  });

  test.each([
    ['once more with the same value', '\n【メールアドレス】 sato@Example.jp', 'sato@example.jp', []],
    ['once more with another one', '\n【メールアドレス】 other@example.jp', null, ['address']],
  ])('that fits %s', (_what, more, value, missing) => {
    expect(applyProfile(letter(form + more), byPattern(address))).toMatchObject({ address: value, missing });
  });

  test('of the customer’s text takes the first place it fits', () => {
    const text = { text: '/お問合せ内容】\\n(?<text>[^【]+)/' };
    const found = applyProfile(letter(`${form}\n【お問合せ内容】\n二つ目`), byPattern(text));
    expect(found).toMatchObject({ text: 'ログインできません。\n\n再起動しても同じです。', missing: [] });
  });

  test.each([
    ['/\\s+(?<address>x)/', ' '],
    ['/【(?<address>.*)】x/', '【'],
    ['/^.*(?<address>a).*z/', 'a'],
    ['/(?<address>[^@\\s]+)@[^@\\s]+\\.jp/', 'a'],
    ['/発信.{0,40}(?<address>[0-9() -]{7,20})(?!z)/', '発信 '],
  ])('%s ends in time on the worst text', (pattern, unit) => {
    const text = unit.repeat(200_000);
    const profiles = byPattern({ address: pattern });
    const start = process.cpuUsage();
    applyProfile(letter(text), profiles);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(3_000);
  });
});
