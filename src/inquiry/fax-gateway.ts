/**
 * The fax gateways as configured (spec 9): whose mail is a fax, and where one is sent. A gateway is never the customer,
 * and never answered. Two layouts are ready-made: HylaFAX's `faxrcvd`, and a notice of Japanese network-fax services.
 */
import {
  type Field,
  type FieldSetting,
  isFrom,
  type ProfileSender,
  parseField,
  parseSender,
} from './field-pattern.ts';
import type { Letter } from './letter.ts';

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

export type FaxField = 'caller' | 'claimed' | 'pages';

export interface FaxGateway extends ProfileSender {
  readonly name: string;
  readonly fields: ReadonlyMap<FaxField, readonly Field[]>;
  /** `{number}@fax.example.jp`; null when this gateway only receives. */
  readonly send: string | null;
  /** Whether a number in the subject may be the caller's when the text names none. */
  readonly callerInSubject: boolean;
}

const layouts: Readonly<
  Record<(typeof faxLayouts)[number], Readonly<Record<FaxField, readonly FieldSetting[]>>>
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
  const fields = new Map<FaxField, readonly Field[]>();
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
