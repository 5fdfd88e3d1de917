/** CSV for spreadsheets: RFC 4180, UTF-8 with a byte order mark, and no cell that would be run as a formula (threat 46). */

/** Full-width signs begin a formula as well in Japanese spreadsheets. */
const formula = /^[=+\-@＝＋－＠\t\r\n]/;

export function csvText(rows: readonly (readonly (string | number | null)[])[]): string {
  return `\uFEFF${rows.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')}`;
}

/** Numbers of ours stay numbers; text that begins like a formula gets a `'` in front. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
