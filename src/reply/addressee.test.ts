import { describe, expect, it, test } from 'vitest';
import { cpuMs } from '../../test/cpu-time.ts';
import type { Contact } from '../inquiry/contract.ts';
import { addresseeOf, endCustomerOf, STRANGER } from './addressee.ts';

const contact = (given: Partial<Contact>): Contact => ({
  company: '例示商事株式会社',
  department: '情報システム部',
  name: '山田 太郎',
  email: 'yamada@example.jp',
  fax: '',
  phone: '',
  ...given,
});

describe('宛名', () => {
  test.each([
    ['a person', {}, '例示商事株式会社\n情報システム部\n山田 太郎 様'],
    ['a person without department', { department: '' }, '例示商事株式会社\n山田 太郎 様'],
    ['a person alone', { company: '', department: '' }, 'お客様の会社\n山田 太郎 様'],
    ['a department', { name: '' }, '例示商事株式会社\n情報システム部 御中'],
    ['a company alone', { name: '', department: '' }, '例示商事株式会社 御中'],
    [
      'a whole domain: nobody knows who wrote',
      { email: '@example.jp' },
      '例示商事株式会社\n情報システム部 御中',
    ],
    ['様 already registered', { name: '山田様' }, '例示商事株式会社\n情報システム部\n山田 様'],
    ['殿 already registered', { name: '山田太郎 殿' }, '例示商事株式会社\n情報システム部\n山田太郎 様'],
    ['a surname that ends in 殿', { name: '鵜殿' }, '例示商事株式会社\n情報システム部\n鵜殿 様'],
    ['one character and 様', { name: '李様' }, '例示商事株式会社\n情報システム部\n李 様'],
    [
      '御中 already registered',
      { name: '', department: '情報システム部御中' },
      '例示商事株式会社\n情報システム部 御中',
    ],
    [
      '御中 on the company of a person',
      { company: '例示商事株式会社 御中' },
      '例示商事株式会社\n情報システム部\n山田 太郎 様',
    ],
    [
      'a post after the name',
      { name: '山田 太郎 部長' },
      '例示商事株式会社\n情報システム部\n部長 山田 太郎 様',
    ],
    ['a post joined to the name', { name: '山田課長' }, '例示商事株式会社\n情報システム部\n課長 山田 様'],
    ['post and 様', { name: '山田部長様' }, '例示商事株式会社\n情報システム部\n部長 山田 様'],
    [
      'a post with its section',
      { name: '山田 営業部長' },
      '例示商事株式会社\n情報システム部\n営業部長 山田 様',
    ],
    [
      'a post before the name',
      { name: '代表取締役 山田 太郎' },
      '例示商事株式会社\n情報システム部\n代表取締役 山田 太郎 様',
    ],
    ['a post without a name', { name: '部長' }, '例示商事株式会社\n情報システム部 御中'],
    ['a teacher', { name: '山田先生' }, '例示商事株式会社\n情報システム部\n山田先生'],
    ['a surname that ends like a department', { name: '阿部' }, '例示商事株式会社\n情報システム部\n阿部 様'],
    ['another', { name: '長谷部' }, '例示商事株式会社\n情報システム部\n長谷部 様'],
    [
      'a department in the name column',
      { name: 'ヘルプデスク', department: '' },
      '例示商事株式会社\nヘルプデスク 御中',
    ],
    ['the department twice', { name: '情報システム部' }, '例示商事株式会社\n情報システム部 御中'],
    ['(株) and 髙 as registered', { company: '(株)髙﨑㈱', department: '' }, '(株)髙﨑㈱\n山田 太郎 様'],
    [
      'line breaks and direction marks',
      { name: '山田\r\nBcc: x\u202e' },
      '例示商事株式会社\n情報システム部\n山田 Bcc: x 様',
    ],
  ])('%s', (_what, given, expected) => {
    const text = addresseeOf(contact(given), 'お客様の会社');
    expect(text).toBe(expected);
    expect(text).not.toMatch(/御中.*様$|様.*御中|様 様|[長役] 様/s);
  });

  it('greets whoever is not registered as お客様, and a contract without any name too', () => {
    expect(addresseeOf(null, '例示商事株式会社')).toBe(STRANGER);
    expect(addresseeOf(contact({ company: '', department: '', name: '' }), '')).toBe(STRANGER);
  });

  it('names the end customer only for a distributor', () => {
    const dealer = contact({ company: '販売店株式会社' });
    expect(addresseeOf(dealer, '例示商事株式会社')).not.toContain('例示商事');
    expect(endCustomerOf(dealer, '例示商事株式会社')).toBe('例示商事株式会社');
    expect(endCustomerOf(contact({}), '例示商事 (株)')).toBeNull();
    expect(endCustomerOf(contact({ company: '' }), '例示商事株式会社')).toBeNull();
    expect(endCustomerOf(null, '例示商事株式会社')).toBeNull();
  });

  it('takes long registered text in linear time', () => {
    const took = cpuMs(() => {
      for (const piece of [' ', '　', '営業', '第一', '部長', '様', 'あ殿'])
        addresseeOf(contact({ name: piece.repeat(50_000) }), '');
    });
    expect(took).toBeLessThan(500);
  });
});
