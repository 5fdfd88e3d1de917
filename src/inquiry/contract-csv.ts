import type { Contact, Contract, ServicePeriod, SupportNumber } from './contract.ts';
import {
  type CellValue,
  dayCell,
  emailCell,
  periodRemarks,
  phoneCell,
  textCell,
  wordCell,
} from './contract-cells.ts';
import { type CsvProblem, type CsvRow, csvRows, decodeCsv } from './csv-table.ts';

const required = [
  ...['number', 'customer', 'product', 'purchased_on', 'period_start', 'period_end', 'status', 'customised'],
  ...['contact_name', 'contact_email', 'contact_fax', 'contact_phone'],
];
const optional = ['contact_department', 'contact_company'];
const shared = [
  ...(['customer', 'product', 'status', 'customised'] as const).map((name) => [name, name] as const),
  ['purchased_on', 'purchasedOn'],
] as const;
const problemsShownMax = 200;

export type ContractFile =
  | { readonly contracts: readonly Contract[]; readonly warnings: readonly CsvProblem[] }
  | { readonly problems: readonly CsvProblem[] };

/** One line of the file, understood. */
interface Entry
  extends Pick<Contract, 'number' | 'customer' | 'product' | 'purchasedOn' | 'status' | 'customised'> {
  readonly line: number;
  readonly period: ServicePeriod;
  readonly contact: Contact;
}

/**
 * The registry file of `contracts import` (spec 3.5, 8): one line a contact and period, all lines of a number
 * together being its contract. Every problem is named by line and column, and with any problem nothing is imported;
 * at most 200 are listed, then their count. `contact_email` may be `@example.jp`, which registers the whole domain
 * where the operator allows it (spec 1). Empty contact cells make a contract without contact.
 *
 * @param canonical the written form of a support service number, or null when the text is none.
 */
export function parseContracts(bytes: Uint8Array, canonical: (text: string) => string | null): ContractFile {
  const text = decodeCsv(bytes);
  if (text === null) return failed([{ line: 1, column: '', message: 'the file is neither UTF-8 nor CP932' }]);
  const { rows, problems } = csvRows(text);
  const [header, ...lines] = rows;
  if (header === undefined) return failed([{ line: 1, column: '', message: 'the file is empty' }]);
  const columns = header.cells.map((cell) => cell.normalize('NFKC').trim().toLowerCase());
  const wrongHeader = headerProblems(header.line, columns);
  if (wrongHeader.length > 0) return failed(wrongHeader);
  const found: CsvProblem[] = [...problems];
  const broken = new Set(problems.map(({ line }) => line));
  const entries = lines
    .filter(({ line }) => !broken.has(line))
    .flatMap((row) => readRow(row, columns, canonical, found) ?? []);
  const contracts = byNumber(entries).map((group) => toContract(group, found));
  if (found.length > 0) return failed(found);
  if (lines.length === 0)
    return failed([{ line: header.line, column: '', message: 'there is no line below the columns' }]);
  return {
    contracts: contracts.map(({ contract }) => contract),
    warnings: contracts.flatMap(({ warnings }) => warnings),
  };
}

function failed(problems: readonly CsvProblem[]): ContractFile {
  const sorted = problems.toSorted((a, b) => a.line - b.line);
  const more = sorted.length - problemsShownMax;
  if (more <= 0) return { problems: sorted };
  const shown = sorted.slice(0, problemsShownMax);
  const message = `and ${more} more problems (${sorted.length} in all)`;
  return { problems: [...shown, { line: sorted[problemsShownMax]!.line, column: '', message }] };
}

function headerProblems(line: number, columns: readonly string[]): readonly CsvProblem[] {
  const known = [...required, ...optional];
  return [
    ...required
      .filter((name) => !columns.includes(name))
      .map((name) => ({ line, column: name, message: 'is missing' })),
    ...columns
      .filter((name) => !known.includes(name))
      .map((name) => ({ line, column: name.slice(0, 40), message: 'is not a column of this file' })),
    ...columns
      .filter((name, index) => known.includes(name) && columns.indexOf(name) < index)
      .map((name) => ({ line, column: name, message: 'is there twice' })),
  ];
}

/** Null, with all its problems noted, when the line cannot be understood. */
function readRow(
  row: CsvRow,
  columns: readonly string[],
  canonical: (text: string) => string | null,
  found: CsvProblem[],
): Entry | null {
  const { line, cells } = row;
  const before = found.length;
  const note = (column: string, message: string) => found.push({ line, column, message });
  if (cells.length !== columns.length) {
    note('', `has ${cells.length} cells instead of ${columns.length}`);
    return null;
  }
  const raw = (column: string) => cells[columns.indexOf(column)] ?? '';
  function cell<T>(column: string, read: (text: string) => CellValue<T>): T {
    const result = read(raw(column));
    if ('value' in result) return result.value;
    note(column, result.wrong);
    return undefined as T; // Never used: a line with a problem gives no entry.
  }
  const named = (text: string): CellValue<string> =>
    text.trim() === '' ? { wrong: 'is empty' } : textCell(text);
  const entry: Entry = {
    line,
    number: cell('number', (text) => {
      const value = canonical(text);
      return value === null
        ? { wrong: 'is not a support service number' }
        : { value: value as SupportNumber };
    }),
    customer: cell('customer', named),
    product: cell('product', textCell),
    purchasedOn: cell('purchased_on', dayCell),
    period: { startsOn: cell('period_start', dayCell), endsOn: cell('period_end', dayCell) },
    status: cell('status', (text) => wordCell(text, ['active', 'cancelled'])),
    customised: cell('customised', (text) => wordCell(text, ['yes', 'no'])) === 'yes',
    contact: {
      company: cell('contact_company', textCell),
      department: cell('contact_department', textCell),
      name: cell('contact_name', textCell),
      email: cell('contact_email', emailCell),
      fax: cell('contact_fax', phoneCell),
      phone: cell('contact_phone', phoneCell),
    },
  };
  if (found.length === before && entry.period.endsOn < entry.period.startsOn)
    note('period_end', `is before period_start ${entry.period.startsOn}`);
  return found.length === before ? entry : null;
}

function byNumber(entries: readonly Entry[]): readonly (readonly [Entry, ...Entry[]])[] {
  const groups = new Map<string, [Entry, ...Entry[]]>();
  for (const entry of entries) {
    const group = groups.get(entry.number);
    if (group === undefined) groups.set(entry.number, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}

/** The lines of one number must agree on the contract; equal periods and contacts are folded. */
function toContract(
  group: readonly [Entry, ...Entry[]],
  found: CsvProblem[],
): { readonly contract: Contract; readonly warnings: readonly CsvProblem[] } {
  const [first] = group;
  const { number, customer, product, purchasedOn, status, customised, line } = first;
  const periods = new Map<string, Entry>();
  const contacts = new Map<string, Contact>();
  const lines = new Map<string, number>();
  const warnings: CsvProblem[] = [];
  for (const entry of group) {
    // Harmless, but where a period or a contact was meant to be another one, this is how it shows.
    const told = JSON.stringify([entry.period, entry.contact]);
    const twin = lines.get(told);
    if (twin === undefined) lines.set(told, entry.line);
    else
      warnings.push({
        line: entry.line,
        column: 'number',
        message: `${number}: says what line ${twin} says`,
      });
    for (const [column, key] of shared)
      if (entry[key] !== first[key])
        found.push({
          line: entry.line,
          column,
          message: `differs from line ${line} for ${number}`,
        });
    const same = periods.get(entry.period.startsOn);
    if (same !== undefined && same.period.endsOn !== entry.period.endsOn) {
      const message = `the period from ${entry.period.startsOn} ends otherwise on line ${same.line}`;
      found.push({ line: entry.line, column: 'period_end', message });
    }
    if (same === undefined) periods.set(entry.period.startsOn, entry);
    const { name, email, fax, phone } = entry.contact;
    if (`${name}${email}${fax}${phone}` !== '') contacts.set(JSON.stringify(entry.contact), entry.contact);
  }
  const ordered = [...periods.values()]
    .map(({ period }) => period)
    .toSorted((a, b) => (a.startsOn < b.startsOn ? -1 : 1));
  const remarks = [...periodRemarks(ordered)];
  if (purchasedOn > ordered[0]!.startsOn)
    remarks.push(`purchased_on ${purchasedOn} is after the first period began`);
  return {
    contract: {
      number,
      customer,
      product,
      purchasedOn,
      status,
      customised,
      periods: ordered,
      contacts: [...contacts.values()],
    },
    warnings: [
      ...warnings,
      ...remarks.map((message) => ({ line, column: 'period_start', message: `${number}: ${message}` })),
    ],
  };
}
