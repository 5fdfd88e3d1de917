/**
 * Mail from a fax gateway (spec 2.1): which call it reports. The gateway is never the customer, and never answered.
 * Two layouts are ready-made: HylaFAX's `faxrcvd`, and a notice as Japanese network-fax services write it.
 */
import {
  afterLabel,
  type Field,
  type FieldSetting,
  isFrom,
  matched,
  type ProfileSender,
  parseField,
  parseSender,
} from './field-pattern.ts';
import type { Attachment, Letter } from './letter.ts';
import { phoneDigits } from './phone-number.ts';

export const faxLayouts = ['hylafax', 'network-fax'] as const;

export interface FaxGatewaySetting {
  readonly name: string;
  /** Address the gateway mails from, or `@domain`. */
  readonly from: string;
  /** Regular expression the subject must match. */
  readonly subject?: string | undefined;
  readonly layout?: (typeof faxLayouts)[number] | undefined;
  /** Address that faxes what is mailed to it, with `{number}` where the digits stand. */
  readonly send?: string | undefined;
  /** What stands elsewhere than in the layout. */
  readonly fields?:
    | {
        /** The caller's number as the telephone network gives it. */
        readonly caller?: FieldSetting | undefined;
        /** What the caller's machine says of itself (TSI): anybody can set it, so it only ranks candidates. */
        readonly claimed?: FieldSetting | undefined;
        readonly pages?: FieldSetting | undefined;
      }
    | undefined;
}

type FieldName = 'caller' | 'claimed' | 'pages';

export interface FaxGateway extends ProfileSender {
  readonly name: string;
  readonly fields: ReadonlyMap<FieldName, readonly Field[]>;
  /** `{number}@fax.example.jp`; null when this gateway only receives. */
  readonly send: string | null;
  /** Whether a number in the subject may be the caller's when the text names none. */
  readonly callerInSubject: boolean;
}

/** One call as the gateway reports it. Numbers are digits in the registry's form. */
export interface FaxCall {
  readonly gateway: string;
  readonly caller: string | null;
  readonly claimed: string | null;
  /** Pages the gateway says it received; null when it does not say. */
  readonly pages: number | null;
}

const layouts: Readonly<
  Record<(typeof faxLayouts)[number], Readonly<Record<FieldName, readonly FieldSetting[]>>>
> = {
  hylafax: { caller: [['CallID1']], claimed: [['Sender']], pages: [['Pages']] },
  'network-fax': {
    caller: [
      '/(?:発信|送信|差出)(?:元|者|人)?(?:(?!日時|時刻|日付|先|名)[^\\n0-9]){0,40}(?<caller>\\+?[0-9(][0-9() -]{7,20}[0-9])(?![0-9:\\/])/',
      '/相手(?:(?!日時|時刻|日付|名)[^\\n0-9]){0,40}(?<caller>\\+?[0-9(][0-9() -]{7,20}[0-9])(?![0-9:\\/])/',
      '/(?:Caller ?(?:ID|number)?|FAX from|From)[^\\n0-9]{0,40}(?<caller>\\+?[0-9(][0-9() -]{7,20}[0-9])(?![0-9:\\/])/i',
    ],
    claimed: ['/(?:TSI|CSID|Remote ?ID)[^\\n0-9]{0,20}(?<claimed>\\+?[0-9(][0-9() -]{7,20}[0-9])/i'],
    pages: [
      '/(?:ページ数?|頁数?|枚数|Pages?)[^\\n0-9]{0,10}(?<pages>[0-9]{1,4})/i',
      '/(?<pages>[0-9]{1,4}) ?(?:ページ|枚|頁|pages?)/i',
    ],
  },
};

/** Checks one entry of `faxGateways[]`. Throws an Error that begins with the key, e.g. `fields.caller: …`. */
export function parseFaxGateway(setting: FaxGatewaySetting): FaxGateway {
  const layout = layouts[setting.layout ?? 'network-fax'];
  const fields = new Map<FieldName, readonly Field[]>();
  for (const name of ['caller', 'claimed', 'pages'] as const) {
    const own = setting.fields?.[name];
    const values = own === undefined ? layout[name] : [own];
    fields.set(
      name,
      values.map((value) => parseField(`fields.${name}`, value)),
    );
  }
  const callerInSubject = setting.layout !== 'hylafax' && setting.fields?.caller === undefined;
  const send = setting.send ?? null;
  if (send !== null && !/^[A-Za-z0-9._+=-]*\{number\}[A-Za-z0-9._+=-]*@[A-Za-z0-9.-]+$/.test(send))
    throw new Error('send: must be an address that holds {number}, such as {number}@fax.example.jp');
  return { name: setting.name, ...parseSender(setting), send, fields, callerInSubject };
}

/** Where a letter goes to be faxed to this number; null when no gateway sends. */
export function faxAddress(gateways: readonly FaxGateway[], number: string): string | null {
  const sending = gateways.find((one) => one.send !== null && /^[0-9]{8,15}$/.test(number));
  return sending?.send?.replace('{number}', number) ?? null;
}

/** The gateway a mail comes from; null when none of ours sent it. */
export function gatewayOf(
  letter: Pick<Letter, 'from' | 'subject'>,
  gateways: readonly FaxGateway[],
): FaxGateway | null {
  return gateways.find((one) => isFrom(letter, one)) ?? null;
}

/**
 * A gateway nobody listed, as far as the mail's own words tell: its layout, for explaining such a mail. The daemon
 * never goes by it, for anybody can write these words.
 */
export function probableGateway(
  letter: Pick<Letter, 'from' | 'subject' | 'text' | 'attachments'>,
): FaxGateway | null {
  if (faxFiles(letter).length === 0 || letter.from === null) return null;
  const text = letter.text.slice(0, textCharsMax);
  const hylafax = /^ *CommID: /m.test(text) && /^ *Pages: /m.test(text);
  const notice =
    /FAX|ファクス|ファックス/i.test(letter.subject.normalize('NFKC')) &&
    /受信|着信|received/i.test(`${letter.subject} ${text}`);
  if (!hylafax && !notice) return null;
  const layout = hylafax ? 'hylafax' : 'network-fax';
  return parseFaxGateway({ name: `${layout} (not listed)`, from: letter.from.address, layout });
}

/** Attachments that may be pages, by their first bytes and not by their names. */
export function faxFiles(letter: Pick<Letter, 'attachments'>): readonly Attachment[] {
  return letter.attachments.filter(({ type }) => type === 'application/pdf' || type === 'image/tiff');
}

export function readCall(letter: Pick<Letter, 'subject' | 'text'>, gateway: FaxGateway): FaxCall {
  const text = letter.text
    .slice(0, textCharsMax)
    .normalize('NFKC')
    .replace(/[‐‑‒–—―−─]/g, '-');
  const lines = text.split('\n');
  const values = (name: FieldName): readonly string[] => {
    for (const field of gateway.fields.get(name) ?? []) {
      const found = field.kind === 'labels' ? labelled(lines, field.labels) : matched(text, field.pattern);
      if (found.length > 0) return found;
    }
    return [];
  };
  const numbers = (name: FieldName) => new Set(values(name).flatMap((value) => phoneDigits(value) ?? []));
  // Two different numbers under one label: nobody knows which is the caller's.
  const only = (found: ReadonlySet<string>) => (found.size === 1 ? [...found][0]! : null);
  const callers = numbers('caller');
  const inSubject = gateway.callerInSubject && callers.size === 0 ? phoneDigits(letter.subject) : null;
  const pages = Number(/[0-9]{1,4}/.exec(values('pages')[0] ?? '')?.[0]);
  return {
    gateway: gateway.name,
    caller: only(callers) ?? inSubject,
    claimed: only(numbers('claimed')),
    pages: Number.isSafeInteger(pages) && pages > 0 ? pages : null,
  };
}

/** What a gateway's report says of a fax we sent; its subject has the first word. */
export type FaxFate = 'delivered' | 'failed' | 'unclear';

export function faxFate({ subject, text }: Pick<Letter, 'subject' | 'text'>): FaxFate {
  for (const words of [subject, text.slice(0, reportCharsMax)].map((one) => one.normalize('NFKC'))) {
    const failed =
      /失敗|エラー|不達|未送信|中止|話中|応答なし|できません|できなかった|fail|error|reject|killed|removed|blocked|timed ?out|not sent|busy|no answer/i;
    const delivered = /完了|成功|正常|送信しました|送信済|completed|success|delivered/i;
    if (failed.test(words)) return 'failed';
    if (delivered.test(words)) return 'delivered';
  }
  return 'unclear';
}

/** The report's own sentence stands at its top; what follows may be a transcript. */
const reportCharsMax = 300;
const textCharsMax = 20_000;

/** The rest of the label's line; a label alone on its line names what stands below it. */
function labelled(lines: readonly string[], labels: readonly string[]): readonly string[] {
  return lines.flatMap((line, at) => {
    const rest = afterLabel(line, labels);
    if (rest === null) return [];
    return [rest === '' ? (lines[at + 1] ?? '') : rest];
  });
}
