import { describe, expect, it } from 'vitest';
import { phoneCell } from './contract-cells.ts';
import { phoneDigits, shownPhone } from './phone-number.ts';

describe('one number, however it is written', () => {
  it.each([
    ['03-5064-1328', '0350641328'],
    ['０３－５０６４－１３２８', '0350641328'],
    ['03ー5064ー1328', '0350641328'],
    ['(03) 5064-1328', '0350641328'],
    ['+81 3 5064 1328', '0350641328'],
    ['81350641328', '0350641328'],
    ['+81-3-5064-1328', '0350641328'],
    ['0350641328', '0350641328'],
    ['050-1234-5678', '05012345678'],
    ['0120-123-456', '0120123456'],
    ['株式会社架空 <0350641328>', '0350641328'],
    ['FAX:045-000-1111', '0450001111'],
    ['+1 212 555 0123', '12125550123'],
  ])('%s', (text, digits) => {
    expect(phoneDigits(text)).toBe(digits);
  });

  it.each(['03-5064-1328', '+81 3 5064 1328', '0120-123-456', '050-1234-5678'])(
    'is what the registry makes of %s',
    (text) => {
      expect(phoneCell(text)).toEqual({ value: phoneDigits(text) });
    },
  );
});

it('is shown as people write it', () => {
  expect(shownPhone('0355500142')).toBe('03-5550-0142');
  expect(shownPhone('0120123456')).toBe('0120-123-456');
  expect(shownPhone('1')).toBe('1');
});

it.each(['', '非通知', 'ANONYMOUS', '<NONE>', '株式会社架空', '110', '2026', '03-5064-1328 / 06-4238-7328'])(
  'is none: %s',
  (text) => {
    expect(phoneDigits(text)).toBeNull();
  },
);
