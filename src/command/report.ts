/** `uketsuke report MONTH`: the figures of a month, for people, as JSON, and as CSV for a spreadsheet. */
import { type FigureRow, figureRows, monthSpan } from '../desk/figures.ts';
import { displayWidth } from '../reply/display-width.ts';
import { csvText } from './csv.ts';
import { type Door, UsageError } from './door.ts';

const columns = [
  ['tickets', '受付'],
  ['answered', '回答済'],
  ['unanswered', '未回答'],
  ['medianMinutes', '初回回答 中央値(営業分)'],
  ['p90Minutes', '90%値(営業分)'],
  ['held', '番号待ち'],
  ['expired', '期間外'],
  ['review', '要確認'],
  ['rejected', '対象外'],
] as const satisfies readonly (readonly [keyof FigureRow, string])[];

const headings: Readonly<Record<FigureRow['group'], string>> = {
  total: '全体',
  channel: '受付方法',
  category: '分類',
  contract: '契約',
};

export async function report(door: Door, month: string, options: { readonly csv?: string }): Promise<void> {
  const span = monthSpan(month.trim());
  if (span === null) throw new UsageError(`report: "${month}" is not a month; write it as 2026-11`);
  const { store } = await door.desk();
  const rows = figureRows(await store.overview.opened(span.from.toISOString(), span.to.toISOString()));
  if (options.csv !== undefined) door.write(options.csv, csvText(table(month, rows)));
  door.print(
    { month, rows },
    options.csv === undefined ? forPeople(month, rows) : `${options.csv} is written.`,
  );
}

function table(month: string, rows: readonly FigureRow[]): readonly (readonly (string | number | null)[])[] {
  const head = ['月', '区分', 'キー', '名称', ...columns.map(([, title]) => title)];
  return [
    head,
    ...rows.map((row) => [
      month,
      headings[row.group],
      row.key,
      row.name,
      ...columns.map(([key]) => row[key]),
    ]),
  ];
}

/** A table a group, its columns under one another; text of customers is one line. */
function forPeople(month: string, rows: readonly FigureRow[]): string {
  const cells = [
    ['', ...columns.map(([, title]) => title)],
    ...rows.map((row) => [
      oneLine(row.key === '' || row.group !== 'contract' ? row.name : `${row.key} ${row.name}`),
      ...columns.map(([key]) => (row[key] === null ? '-' : String(row[key]))),
    ]),
  ];
  const widths = cells[0]!.map((_cell, at) => Math.max(...cells.map((line) => displayWidth(line[at]!))));
  const lines = cells.map((line) =>
    line
      .map((cell, at) => {
        const space = ' '.repeat(widths[at]! - displayWidth(cell));
        return at === 0 ? cell + space : space + cell;
      })
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  return [
    `${month} に受け付けたもの`,
    head,
    ...rows.flatMap(({ group }, at) => [
      ...(group === rows[at - 1]?.group || group === 'total' ? [] : [`― ${headings[group]} ―`]),
      body[at]!,
    ]),
  ].join('\n');
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
