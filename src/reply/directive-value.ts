/** What stands after a directive's word, read strictly: a value that is not plainly right is refused (spec 6). */
import { categoryLabels, categoryOf } from '../ticket/category.ts';
import type { Directive, DirectiveFault } from './directive-shape.ts';
import { type DirectiveKind, shown } from './directive-words.ts';
import { addressOk } from './draft.ts';
import { oneLine } from './words.ts';

type Value =
  | { readonly kind: 'value'; readonly directive: Directive }
  | { readonly kind: 'fault'; readonly fault: DirectiveFault; readonly text: string };

const BRACKETS = /^[「『【"'“‘[(（]+|(?<![」』】"'”’\])）])[」』】"'”’\])）]+$/g;
const NOBODY = /^(?:なし|無し|none|no|-)$/i;
/** `#to FAX`: by fax to the registered number, in place of addresses. */
export const byFax = 'fax';
const NAME_CHARACTERS_MAX = 40;
const VALUE_CHARACTERS_MAX = 500;
const ADDRESSES_MAX = 20;

/** @param text the rest of the line, trimmed, as typed. */
export function readValue(kind: DirectiveKind, text: string): Value {
  const folded = fold(text);
  switch (kind) {
    case 'answer':
      return taken({ kind, template: folded === '' ? null : folded });
    case 'urgent':
      return folded === '' ? taken({ kind }) : bad(`「${shown(kind)}」の後には何も書けません。`);
    case 'number': {
      const number = folded.replace(/\s/g, '').toUpperCase();
      if (number === '') return missing(kind, '#番号 CL-1234-5678');
      return /^[A-Z0-9-]{1,40}$/.test(number)
        ? taken({ kind, number })
        : bad(`番号「${folded}」を読み取れません。`);
    }
    case 'assign': {
      const name = folded.replace(/(?:さん|様|氏)$/, '').trim();
      if (name === '') return missing(kind, '#担当 佐藤');
      return name.length > NAME_CHARACTERS_MAX ? bad('担当者の名前が長すぎます。') : taken({ kind, name });
    }
    case 'merge': {
      const ref = folded.replace(/\s/g, '').toUpperCase();
      if (ref === '') return missing(kind, '#統合 R-20260924-0001');
      return /^R-\d{8}-\d{4,12}$/.test(ref)
        ? taken({ kind, ref })
        : bad(`「${folded}」は受付番号ではありません。`);
    }
    case 'close': {
      if (folded === '') return taken({ kind, category: null });
      const category = categoryOf(folded);
      return category === null
        ? bad(`分類「${folded}」はありません。使える分類: ${categoryLabels().join('、')}`)
        : taken({ kind, category });
    }
    case 'set':
      return setting(text);
    case 'cc':
    case 'to':
      return addresses(kind, folded);
    default:
      return taken({ kind });
  }
}

/** `key=value`: the key folded, the value as typed, for it stands in the letter. */
function setting(text: string): Value {
  const equals = text.search(/[=＝]/);
  const key = fold(text.slice(0, Math.max(equals, 0))).toLowerCase();
  const value = oneLine(text.slice(equals + 1));
  if (equals < 0 || key === '' || value === '') return missing('set', '#設定 patch=修正版の名前');
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(key)) return bad(`設定「${key}」という項目はありません。`);
  return value.length > VALUE_CHARACTERS_MAX
    ? bad(`設定「${key}」の値が長すぎます。`)
    : taken({ kind: 'set', key, value });
}

/** Addresses with or without a name; Outlook writes `a@example.jp<mailto:a@example.jp>`. */
function addresses(kind: 'cc' | 'to', folded: string): Value {
  if (folded === '') return missing(kind, `${shown(kind)} suzuki@example.jp`);
  if (kind === 'cc' && NOBODY.test(folded)) return taken({ kind, addresses: [] });
  if (kind === 'to' && /^(?:fax|ファ[クッ]ク?ス)$/i.test(folded)) return taken({ kind, addresses: [byFax] });
  const parts = folded.replace(/<mailto:[^<>]*>/gi, ' ').split(/[,;、；]/);
  const found = parts.flatMap((part) => {
    const named = /^[^<>@]*<([^<>\s]*)>$/.exec(part.trim());
    return named === null ? part.split(' ').filter((one) => one !== '') : [named[1]!];
  });
  const wrong = found.find((one) => !addressOk(one));
  if (wrong !== undefined) return bad(`「${wrong}」はメールアドレスとして正しくありません。`);
  if (found.length === 0) return missing(kind, `${shown(kind)} suzuki@example.jp`);
  if (found.length > ADDRESSES_MAX) return bad(`宛先が多すぎます(${ADDRESSES_MAX}件まで)。`);
  return taken({ kind, addresses: found.map(lowerDomain) });
}

function lowerDomain(address: string): string {
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + address.slice(at).toLowerCase();
}

/** Widths, hyphens and spaces of the IME made one; brackets around the whole taken off. */
function fold(text: string): string {
  return oneLine(text.normalize('NFKC'))
    .replace(/[‐‑‒–—―−─]/g, '-')
    .replace(/(?<=[A-Za-z0-9-])[ーｰ](?=[A-Za-z0-9])/g, '-')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s{1,1000}/g, ' ')
    .trim()
    .replace(BRACKETS, '')
    .trim();
}

function taken(directive: Directive): Value {
  return { kind: 'value', directive };
}

function missing(kind: DirectiveKind, example: string): Value {
  return { kind: 'fault', fault: 'no-value', text: `「${shown(kind)}」の内容がありません。例) ${example}` };
}

function bad(text: string): Value {
  return { kind: 'fault', fault: 'bad-value', text };
}
