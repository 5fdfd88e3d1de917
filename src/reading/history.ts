/** Where a mail begins to repeat an earlier one: attributions, separators, header blocks (spec 2.2). */

// Longer lines are prose; the cut also bounds every pattern below.
const markerCharsMax = 300;

/** Whether there is an address at all: longer runs on both sides would only be looked for from every character. */
const address = /[^\s<>@]@[^\s<>@]/;
const dated =
  /(?:\d{4}[年/.-] ?\d{1,2}[月/.-] ?\d{1,2}|\d{1,2}[ /.-](?:\d{1,2}|[A-Z][a-z]{2,8})[ /.-]\d{4}|[A-Z][a-z]{2,8} \d{1,2}, ?\d{4})/;
const wrote = /(?:wrote|writes|said) ?[:：]$/i;
const japaneseWrote =
  /(?:(?:のメール|のメッセージ|からのメール|からのメッセージ|の発言)|(?:書きました|書かれました|のたまいました)) ?[:：]$/;
const separator =
  /^[-－―ー─━–—_*=＝ ]{0,40}(?:original message|original appointment|forwarded message|forwarded by .{1,120}|reply message|begin forwarded message|元のメッセージ|元のメール|オリジナル(?:の)?メッセージ|転送メッセージ|転送された?メ(?:ッセージ|ール)|返信元メ(?:ッセージ|ール)|転送者.{0,120}|メ(?:ッセージ|ール)の?転送|転送|以下(?:は)?(?:元のメッセージ|転送メッセージ))[ :：]{0,3}([-－―ー─━–—_*=＝ ]{0,40})$/i;
const rule = /^[ \t]*[-_=－―─━＿]{5,}[ \t]*$/;
const headerLine =
  /^[ \t\u3000]{0,4}\*{0,2}(from|差出人|送信者|送信元|発信者|sent|date|送信日時|送信日|発信日時|受信日時|日時|日付|to|宛先|cc|件名|subject|題名)[ \t\u3000]{0,6}\*{0,2}[ \t]{0,3}[:：]/i;
const kinds: Readonly<Record<string, string>> = {
  from: 'from',
  差出人: 'from',
  送信者: 'from',
  送信元: 'from',
  発信者: 'from',
  sent: 'date',
  date: 'date',
  送信日時: 'date',
  送信日: 'date',
  発信日時: 'date',
  受信日時: 'date',
  日時: 'date',
  日付: 'date',
  to: 'to',
  宛先: 'to',
  cc: 'cc',
  件名: 'subject',
  題名: 'subject',
  subject: 'subject',
};

/**
 * Index of the line from which all is history: a separator, a header block, or an attribution whose mail
 * follows without quote marks. The number of lines when there is none.
 */
export function historyStart(lines: readonly string[], isQuoted: (line: string) => boolean): number {
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    if (line === '' || line.length > markerCharsMax || isQuoted(line)) continue;
    if (isSeparator(line)) return at;
    if (isHeaderBlock(lines, at)) return at > 0 && rule.test(lines[at - 1] as string) ? at - 1 : at;
    const span = isAttribution(lines, at);
    if (span === 0) continue;
    const next = followingText(lines, at + span);
    if (next !== undefined && !isQuoted(next) && !/^[ \t\u3000]{0,3}[|｜]/.test(next)) return at;
    at += span - 1;
  }
  return lines.length;
}

function followingText(lines: readonly string[], from: number): string | undefined {
  for (let at = from; at < lines.length; at++) if (lines[at]?.trim() !== '') return lines[at];
  return undefined;
}

function isSeparator(line: string): boolean {
  const match = separator.exec(line.trim());
  if (match === null) return false;
  // Without rules around it the words may be prose; `Begin forwarded message:` ends in a colon.
  return /^[-－―ー─━–—_*=＝]{2}/.test(line.trim()) || /[:：]$/.test(line.trim());
}

const timeOfDay = /\d{1,2}(?:[:：]|時 ?)\d{2}/;

/**
 * From, a date, and one of To, Cc and Subject in any order within six non-blank lines: Outlook, Gmail, Apple,
 * Notes, Thunderbird. Mail programs write an address or the time of day; the cover form of a person has neither.
 */
function isHeaderBlock(lines: readonly string[], at: number): boolean {
  const first = lines[at] as string;
  const opens = kindOf(first);
  if (opens === null) return false;
  const seen = new Set([opens]);
  let byMachine = marksMachine(opens, first);
  for (let next = at + 1; next < lines.length && next <= at + 10; next++) {
    const line = lines[next] as string;
    if (line.trim() === '') continue;
    const kind = kindOf(line);
    if (kind !== null) {
      seen.add(kind);
      byMachine ||= marksMachine(kind, line);
    }
    // Recipients wrap; two lines that are no header end the block.
    else if (kindOf(lines[next + 1] ?? '') === null) break;
  }
  return byMachine && seen.has('from') && seen.has('date') && (seen.has('to') || seen.has('subject'));
}

function marksMachine(kind: string, line: string): boolean {
  return kind === 'from' ? address.test(line) : kind === 'date' && timeOfDay.test(line);
}

function kindOf(line: string): string | null {
  const name = headerLine.exec(line.slice(0, markerCharsMax))?.[1];
  return name === undefined ? null : (kinds[name.toLowerCase()] ?? null);
}

/** How many lines an attribution takes that begins here, wrapped over at most three; 0 when none does. */
export function isAttribution(lines: readonly string[], at: number): number {
  let joined = '';
  for (let span = 1; span <= 3; span++) {
    const line = (lines[at + span - 1] ?? '').trim();
    if (line === '' || line.length > markerCharsMax) return 0;
    joined = joined === '' ? line : `${joined} ${line}`;
    if (attributes(joined)) return span;
    // Only a line that begins like one is read on: `On …`, or a date.
    if (!/^(?:On |Le |Am |\d{4}[年/.-])/.test(joined)) return 0;
  }
  return 0;
}

function attributes(text: string): boolean {
  const named =
    /(?:さん|様|氏|殿|くん)(?:は|が|から|より)?/.test(text) || address.test(text) || dated.test(text);
  if (wrote.test(text))
    return named || /^On .*\d/.test(text) || (!text.startsWith('On ') && text.length < 60);
  if (japaneseWrote.test(text)) return named;
  return /[:：]$/.test(text) && /^(?:On )?\d{4}[年/.-]/.test(text) && address.test(text);
}
