import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMs } from '../../test/cpu-time.ts';
import { emailCell, phoneCell } from './contract-cells.ts';
import { parseContracts } from './contract-csv.ts';
import { placed } from './csv-table.ts';

const columns =
  'number,customer,product,purchased_on,period_start,period_end,status,customised,contact_name,contact_email,contact_fax,contact_phone';
const good =
  'CL-1234-5678,架空商事,ChatLuck,2025-03-20,2025-04-01,2026-03-31,active,no,太郎,taro@example.jp,,';

function canonical(text: string): string | null {
  const folded = text
    .normalize('NFKC')
    .trim()
    .toUpperCase()
    .replace(/[‐−ー]/g, '-');
  return /^CL-\d{4}-\d{4}$/.test(folded) ? folded : null;
}
const fixture = (name: string) => parseContracts(readFileSync(`fixtures/contracts/${name}`), canonical);
const parse = (...lines: string[]) => parseContracts(Buffer.from(lines.join('\n')), canonical);
function problems(result: ReturnType<typeof parseContracts>): string[] {
  if (!('problems' in result)) throw new Error('the file was taken');
  return result.problems.map(({ line, column, message }) => `${line} ${column}: ${message}`);
}
function taken(result: ReturnType<typeof parseContracts>) {
  if ('problems' in result) throw new Error(problems(result).join('\n'));
  return result;
}
const change = (index: number, value: string, line = good) =>
  line
    .split(',')
    .map((cell, at) => (at === index ? value : cell))
    .join(',');

describe('a good file', () => {
  test('gives each contract its periods in order and its contacts once', () => {
    const { contracts, warnings } = taken(fixture('sample.csv'));
    const taro = {
      company: '架空商事株式会社',
      department: '情報システム部',
      name: '架空 太郎',
      email: 'taro@example.jp',
      fax: '0300000001',
      phone: '0300000002',
    };
    expect(contracts[0]).toEqual({
      number: 'CL-1234-5678',
      customer: '架空商事株式会社',
      product: 'ChatLuck',
      purchasedOn: '2025-03-20',
      status: 'active',
      customised: false,
      periods: [
        { startsOn: '2025-04-01', endsOn: '2026-03-31' },
        { startsOn: '2026-04-01', endsOn: '2027-03-31' },
      ],
      contacts: [
        taro,
        { ...taro, department: '総務部', name: '架空 花子', email: '@example.jp', fax: '', phone: '' },
      ],
    });
    expect(contracts[1]).toMatchObject({
      status: 'cancelled',
      customised: true,
      contacts: [],
      purchasedOn: '2024-06-01',
    });
    expect(contracts).toHaveLength(2);
    expect(warnings).toEqual([]);
  });

  test.each(['sample-cp932-crlf.csv', 'sample-bom.csv'])('%s reads the same', (name) => {
    expect(fixture(name)).toEqual(fixture('sample.csv'));
  });

  test.each([
    ['CR line ends', `${columns}\r${good}\r`],
    [
      'columns in another order, in capitals and full width',
      `CONTACT_PHONE ,ｃｏｎｔａｃｔ_fax,${columns.slice(0, -26)}\n,,${good.slice(0, -2)}`,
    ],
    ['a full-width number', `${columns}\n${change(0, 'ＣＬ－１２３４－５６７８')}`],
    ['blank lines and rows of empty cells', `${columns}\n\n,,,,,,,,,,,\n${good}\n\n`],
    ['quotes around cells', `${columns}\n"CL-1234-5678",${good.slice(13)}`],
    ['words in capitals, dates with slashes', `${columns}\n${change(6, 'ACTIVE', change(4, '2025/4/1'))}`],
  ])('%s', (_, text) => {
    expect(taken(parse(text)).contracts).toEqual(taken(parse(columns, good)).contracts);
  });

  test('quotes hold commas, quotation marks and line ends; line numbers count on', () => {
    const { contracts } = taken(parse(columns, change(1, '"架空,\n""商事"""')));
    expect(contracts[0]?.customer).toBe('架空, "商事"');
    const wrong = parse(columns, change(1, '"架空\r\n商\n事"'), change(6, 'no'));
    expect(problems(wrong)).toEqual([expect.stringMatching(/^5 status: must be active or cancelled/)]);
  });

  test.each([
    ['2026-04-02,2027-04-01', 'gap from 2026-04-01 to 2026-04-02'],
    ['2026-04-01,2027-03-30', 'period 2026-04-01 to 2027-03-30 is not one year'],
    ['2026-03-31,2027-03-30', 'period from 2026-03-31 overlaps the one to 2026-03-31'],
    ['2025-03-01,2026-02-28', 'purchased_on 2025-03-20 is after the first period began'],
  ])('a second period %s is taken with a warning', (period, warning) => {
    const { contracts, warnings } = taken(
      parse(columns, good, good.replace('2025-04-01,2026-03-31', period)),
    );
    expect(contracts[0]?.periods).toHaveLength(2);
    expect(warnings.map(({ line, message }) => `${line} ${message}`)).toContain(`2 CL-1234-5678: ${warning}`);
  });

  test('a line that stands twice counts once, and is named: another period or contact may have been meant', () => {
    const { contracts, warnings } = taken(
      parse(columns, good, change(8, '花子'), change(0, 'ＣＬ－１２３４－５６７８')),
    );
    expect(contracts[0]?.contacts).toHaveLength(2);
    expect(contracts[0]?.periods).toHaveLength(1);
    expect(warnings).toEqual([{ line: 4, column: 'number', message: 'CL-1234-5678: says what line 2 says' }]);
  });

  test.each(['2024-02-29,2025-02-28', '2024-02-29,2025-02-27', '2023-03-01,2024-02-29'])(
    '%s is a year',
    (period) => {
      const line = change(3, '2023-01-01').replace('2025-04-01,2026-03-31', period);
      expect(taken(parse(columns, line)).warnings).toEqual([]);
    },
  );
});

test.each([
  [{ line: 4, column: '', message: 'has 3 cells' }, 'a.csv:4: has 3 cells'],
  [{ line: 2, column: 'number', message: 'is empty' }, 'a.csv:2: number: is empty'],
])('a problem is told by its place (%#)', (problem, words) => {
  expect(placed('a.csv', problem)).toBe(words);
});

describe('a bad file', () => {
  test('every bad cell of every line is named at once', () => {
    expect(problems(fixture('bad.csv'))).toEqual([
      '2 number: is not a support service number',
      '3 customer: is empty',
      '3 purchased_on: is a day that does not exist: 「2025-02-29」',
      '3 period_end: is not a date like 2026-04-01 or 2026/4/1: 「2025-03-31x」',
      '3 status: must be active or cancelled: 「stopped」',
      '3 customised: must be yes or no: 「maybe」',
      '3 contact_email: is not one mail address: 「taro@」',
      '3 contact_fax: has lost its leading zero: 「312345678」',
      '3 contact_phone: has not 10 or 11 digits: 「03-12」',
      '4 period_end: is before period_start 2025-04-01',
      '5 : has 3 cells instead of 12',
    ]);
  });

  test.each([
    ['', ['1 : the file is empty']],
    [columns, ['1 : there is no line below the columns']],
    [`${columns}\n${good.slice(0, -1)}`, ['2 : has 11 cells instead of 12']],
    [
      `${columns.replace('status', 'state')}\n${good}`,
      ['1 status: is missing', '1 state: is not a column of this file'],
    ],
    [`${columns},number\n${good},1`, ['1 number: is there twice']],
    [`${columns}\n${change(1, '"架空')}`, ['2 : a quotation mark that is never closed']],
    [`${columns}\n${change(1, '"架空"商事')}`, ['2 : text after a closing quotation mark']],
    [`${columns}\n${change(1, '架空"商事"')}`, ['2 : a quotation mark inside a cell without quotes']],
  ])('%s', (text, expected) => {
    expect(problems(parse(text))).toEqual(expected);
  });

  test.each([
    [1, '別の会社', 'customer'],
    [2, 'Other', 'product'],
    [3, '2025-03-21', 'purchased_on'],
    [6, 'cancelled', 'status'],
    [7, 'yes', 'customised'],
  ])('lines of one number must agree (column %i)', (index, value, column) => {
    const wrong = parse(columns, good, good, change(index, value));
    expect(problems(wrong)).toEqual([`4 ${column}: differs from line 2 for CL-1234-5678`]);
  });

  test('one period cannot end on two days', () => {
    expect(problems(parse(columns, good, change(5, '2026-04-30')))).toEqual([
      '3 period_end: the period from 2025-04-01 ends otherwise on line 2',
    ]);
  });

  test('neither UTF-8 nor CP932', () => {
    const text = Buffer.from(`${columns}\n${good}`, 'utf16le');
    expect(problems(parseContracts(Buffer.concat([Buffer.from([0xff, 0xfe]), text]), canonical))).toEqual([
      '1 : the file is neither UTF-8 nor CP932',
    ]);
  });

  test('a thousand problems show 200 and their count', () => {
    const wrong = problems(parse(columns, ...Array.from({ length: 1000 }, () => change(6, 'x'))));
    expect(wrong).toHaveLength(201);
    expect(wrong.at(-1)).toContain('and 800 more problems (1000 in all)');
  });
});

describe('cells', () => {
  test.each([
    ['０３－００００－０００１', '0300000001'],
    ['+81-3-0000-0001', '0300000001'],
    ['+81 (0)3 0000 0001', '0300000001'],
    ['(03) 0000.0001', '0300000001'],
    ['090ー0000ー0001', '09000000001'],
    ['+1 202 555 0100', '12025550100'],
    ['', ''],
  ])('telephone %s', (text, value) => expect(phoneCell(text)).toEqual({ value }));

  test.each(['300000001', '03-0000-00', 'なし', '03-0000-0001 内線5', '+', '+12', '03+0000'])(
    'no telephone: %s',
    (text) => expect(phoneCell(text)).toHaveProperty('wrong'),
  );

  test.each(['taro@example.jp', 'Taro.Y+a@sub.example.co.jp', '@example.jp'])('address %s', (text) =>
    expect(emailCell(text)).toEqual({ value: text.toLowerCase() }),
  );

  test.each([
    'taro',
    'taro@',
    '@',
    'taro@example',
    'a b@example.jp',
    'a@b@example.jp',
    'taro@-example.jp',
    'taro@example..jp',
    'taro@192.0.2.1',
    'taro@example.jp, hana@example.jp',
    '<taro@example.jp>',
    'ｔaro@example.jp',
    '@gmail.com',
    'a\r\nb@example.jp',
  ])('no address: %j', (text) => expect(emailCell(text)).toHaveProperty('wrong'));
});

test('no bytes throw, and what is taken has only real periods', () => {
  const cell = fc.oneof(
    fc.constantFrom(...good.split(','), '"', '""', '\n', ',', '2025/2/30'),
    fc.string({ unit: 'binary' }),
  );
  const lines = fc.array(
    fc.array(cell, { maxLength: 14 }).map((cells) => cells.join(',')),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(lines, (rest) => {
      const result = parse(columns, ...rest, good);
      if ('problems' in result) expect(result.problems.length).toBeGreaterThan(0);
      else
        for (const { periods } of result.contracts)
          expect(periods.every((p) => p.startsOn <= p.endsOn)).toBe(true);
    }),
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseContracts(bytes, canonical)));
});

test('any customer name survives quoting', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }), (name) => {
      const expected = name.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
      fc.pre(expected !== '');
      const { contracts } = taken(
        parse(
          columns,
          change(1, 'NAME').replace('NAME', () => `"${name.replaceAll('"', '""')}"`),
        ),
      );
      expect(contracts[0]?.customer).toBe(expected);
    }),
  );
});

test.each(['"', '""', ',', '\n', '\r', 'a"'])('a megabyte of %j is read in time', (unit) => {
  const bytes = Buffer.from(unit.repeat(1_000_000 / unit.length));
  const took = cpuMs(() => {
    parseContracts(bytes, canonical);
    parseContracts(Buffer.from(`${columns}\n${bytes}`), canonical);
  });
  expect(took).toBeLessThan(2_000);
});
