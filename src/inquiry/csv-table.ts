/** A CSV file as rows of cells by RFC 4180, in UTF-8 or CP932 as Japanese spreadsheets write them. Pure. */

export interface CsvRow {
  /** Line of the file on which the row begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** `column` is a column's name, or '' when the whole line is meant. */
export interface CsvProblem {
  readonly line: number;
  readonly column: string;
  readonly message: string;
}

/** As people are told: the file, the line, and the column where one is meant. */
export function placed(file: string, { line, column, message }: CsvProblem): string {
  return [`${file}:${line}`, column, message].filter((part) => part !== '').join(': ');
}

/** Strict UTF-8 with or without BOM, else strict CP932 (WHATWG `shift_jis`), else null. */
export function decodeCsv(bytes: Uint8Array): string | null {
  for (const label of ['utf-8', 'shift_jis']) {
    try {
      return new TextDecoder(label, { fatal: true }).decode(bytes);
    } catch {}
  }
  return null;
}

/**
 * Rows in order; blank lines and rows of empty cells are left out. Lines end with CRLF, LF or CR, and the line
 * numbers count those inside quotes too.
 */
export function csvRows(text: string): {
  readonly rows: readonly CsvRow[];
  readonly problems: readonly CsvProblem[];
} {
  const rows: CsvRow[] = [];
  const problems: CsvProblem[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const start = line;
    const cells: string[] = [];
    for (;;) {
      const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at);
      cells.push(cell.value);
      line += cell.value.split(/\r\n|\r|\n/).length - 1;
      at = cell.end;
      if (cell.problem !== null) problems.push({ line: start, column: '', message: cell.problem });
      if (text[at] !== ',') break;
      at += 1;
    }
    if (at < text.length) {
      at += text.startsWith('\r\n', at) ? 2 : 1;
      line += 1;
    }
    if (cells.some((cell) => cell.trim() !== '')) rows.push({ line: start, cells });
  }
  return { rows, problems };
}

interface Cell {
  readonly value: string;
  /** Where the comma, the line end or the end of the file stands. */
  readonly end: number;
  readonly problem: string | null;
}

function plainCell(text: string, start: number): Cell {
  const end = endOfCell(text, start);
  const value = text.slice(start, end);
  return {
    value,
    end,
    problem: value.includes('"') ? 'a quotation mark inside a cell without quotes' : null,
  };
}

function quotedCell(text: string, start: number): Cell {
  const parts: string[] = [];
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      parts.push(text.slice(at));
      return { value: parts.join('"'), end: text.length, problem: 'a quotation mark that is never closed' };
    }
    parts.push(text.slice(at, quote));
    at = quote + 2;
    if (text[quote + 1] === '"') continue;
    const end = endOfCell(text, quote + 1);
    const rest = text.slice(quote + 1, end).trim();
    return {
      value: parts.join('"'),
      end,
      problem: rest === '' ? null : 'text after a closing quotation mark',
    };
  }
}

function endOfCell(text: string, start: number): number {
  let end = start;
  while (end < text.length && !',\r\n'.includes(text[end]!)) end += 1;
  return end;
}
