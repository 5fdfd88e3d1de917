/** HTML mail as plain text: links readable, nothing fetched, quotations as `>` lines so that they are told apart. */
import { compile, type FormatCallback } from 'html-to-text';
import { htmlDepth, htmlElements } from './limits.ts';

/** Marks where Outlook's header block of the older mail begins; it wraps nothing, all that follows is old. */
const oldMailBegins = '\ue07f';

const cell: FormatCallback = (element, walk, builder) => {
  walk(element.children, builder);
  builder.addInline(' \u00a0');
};

const beginsOldMail: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  builder.addInline(oldMailBegins);
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 1 });
};

const line = { leadingLineBreaks: 1, trailingLineBreaks: 1 };
const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
const quotations = [
  'blockquote',
  'div.gmail_quote',
  'div.yahoo_quoted',
  'div.protonmail_quote',
  'div.zmail_extra',
];
const outlook = ['div#divRplyFwdMsg', 'div#appendonsend', 'div#mail-editor-reference-message-container'];
const skipped = ['img', 'head', 'title', 'script', 'style', 'svg', 'template', 'object', 'iframe'];

const convert = compile({
  wordwrap: false,
  formatters: { cell, beginsOldMail },
  selectors: [
    ...skipped.map((selector) => ({ selector, format: 'skip' })),
    ...headings.map((selector) => ({ selector, format: 'block', options: line })),
    ...['p', 'table', 'tr', 'pre'].map((selector) => ({
      selector,
      format: selector === 'pre' ? 'pre' : 'block',
      options: line,
    })),
    ...['td', 'th'].map((selector) => ({ selector, format: 'cell' })),
    ...quotations.map((selector) => ({
      selector,
      format: 'blockquote',
      options: { ...line, trimEmptyLines: true },
    })),
    ...outlook.map((selector) => ({ selector, format: 'beginsOldMail' })),
    { selector: 'div[style*="border-top:solid"]', format: 'beginsOldMail' },
    { selector: 'hr', format: 'horizontalLine', options: { ...line, length: 32 } },
    {
      selector: 'a',
      options: { hideLinkHrefIfSameAsText: true, linkBrackets: [' <', '>'], noAnchorUrl: true },
    },
  ],
});

/** Void elements and those that close by themselves never nest. */
const flat =
  /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|option|tr|td|th|thead|tbody|tfoot)$/i;

/** Whether elements are nested deeper, or are more, than the converter takes; one pass, pessimistic. */
function tooMuch(html: string): boolean {
  let depth = 0;
  let elements = 0;
  for (const match of html.matchAll(/<(\/?)([a-z][a-z0-9:-]{0,30})/gi)) {
    elements += 1;
    if (elements > 2 * htmlElements) return true;
    if (flat.test(match[2] ?? '')) continue;
    depth = match[1] === '/' ? Math.max(0, depth - 1) : depth + 1;
    if (depth > htmlDepth) return true;
  }
  return false;
}

const names: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: ' ',
  apos: "'",
};

function entity(whole: string, name: string): string {
  const digits = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name);
  if (digits === null) return names[name.toLowerCase()] ?? whole;
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/** Markup simply removed, for HTML the converter cannot take. */
function stripped(html: string): string {
  return html
    .replace(/<(?:br|\/?(?:p|div|tr|li|table|h[1-6]))\b[^<>]*>/gi, '\n')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&(#?[a-z0-9]{1,8});/gi, entity)
    .replace(/[ \t]{2,}/g, ' ')
    .replace(/\n[ \t]?(?:\n[ \t]?)+/g, '\n\n')
    .trim();
}

function quoteOldMail(text: string): string {
  let at = text.indexOf(oldMailBegins);
  while (at >= 0 && !/(?:差出人|送信者|from)\s?[:：]/i.test(text.slice(at, at + 400))) {
    at = text.indexOf(oldMailBegins, at + 1);
  }
  if (at < 0) return text.replaceAll(oldMailBegins, '');
  const old = text.slice(at).replaceAll(oldMailBegins, '').split('\n');
  return text.slice(0, at).replaceAll(oldMailBegins, '') + old.map((row) => `> ${row}`).join('\n');
}

/** Without elements nobody sees; one that is never closed hides all that follows. */
function withoutHidden(html: string): string {
  const lower = html.toLowerCase();
  let out = '';
  let at = 0;
  for (const { index, 1: name } of lower.matchAll(/<(head|style|script|title)\b/g)) {
    if (index < at) continue;
    out += html.slice(at, index);
    const end = lower.indexOf(`</${name}>`, index);
    if (end < 0) return out;
    at = end + `</${name}>`.length;
  }
  return out + html.slice(at);
}

/** Text of an HTML part. `readable` is false when only the bare words could be saved: a person must look. */
export function htmlToPlain(html: string): { text: string; readable: boolean } {
  if (tooMuch(html)) return { text: stripped(html), readable: false };
  try {
    const text = quoteOldMail(convert(html))
      .replace(/\u00a0/g, ' ')
      .replace(/(?<![ \t])[ \t]+$/gm, '');
    const blank = text.trim() === '';
    return {
      text,
      readable: !blank || stripped(withoutHidden(html)) === '',
    };
  } catch {
    return { text: stripped(html), readable: false };
  }
}
