/**
 * Who gets a staff answer (spec 5.3): the author of the customer's last message, and in copy that message's other
 * customer addresses. Never one of ours, never staff, never a stranger staff have not accepted.
 */
import { type Contract, registeredContact } from '../inquiry/contract.ts';
import type { Participant } from '../ticket/ticket.ts';
import type { Directive } from './directive-shape.ts';
import { addressOk } from './draft.ts';

const RECIPIENTS_MAX = 50;
const REMARKS: Readonly<Record<RecipientFlag['kind'], string>> = {
  foreign: 'お客様のドメインと異なる宛先',
  stranger: '未確認の差出人のため宛先から外しました',
  'reply-to': '返信先の指定は登録がないため使っていません',
};

export interface Correspondence {
  /** The customer's last message. */
  readonly from: string | null;
  readonly replyTo: string | null;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly participants: readonly Participant[];
  readonly contract: Contract | null;
  /** Our own addresses, without extension, and those of staff. */
  readonly ours: readonly string[];
  readonly staff: readonly string[];
}

/** What the author must see before it leaves; `text` of each is Japanese, by `remarksOn`. */
export type RecipientFlag =
  /** Its domain is not the customer's. */
  | { readonly kind: 'foreign'; readonly address: string }
  /** Left out because staff have not accepted it. */
  | { readonly kind: 'stranger'; readonly address: string }
  /** The customer asked for replies elsewhere; that address is not registered and was not used. */
  | { readonly kind: 'reply-to'; readonly address: string };

export type Recipients =
  | {
      readonly kind: 'recipients';
      readonly to: readonly string[];
      readonly cc: readonly string[];
      readonly flags: readonly RecipientFlag[];
    }
  /** `text` is a Japanese sentence for the author. */
  | { readonly kind: 'problem'; readonly text: string };

/** Recipients by rule, each list replaced by what `#to` and `#cc` say. */
export function recipientsOf(mail: Correspondence, directives: readonly Directive[]): Recipients {
  const typedTo = typed(directives, 'to');
  const typedCc = typed(directives, 'cc');
  const inside = [...(typedTo ?? []), ...(typedCc ?? [])].find((one) => isInside(one, mail));
  if (inside !== undefined) {
    return {
      kind: 'problem',
      text: `「${inside}」は当窓口または社員のアドレスです。お客様への宛先には入れられません。`,
    };
  }
  const unfit = [...(typedTo ?? []), ...(typedCc ?? [])].find((one) => !addressOk(one));
  if (unfit !== undefined) {
    return { kind: 'problem', text: `「${unfit}」はメールアドレスとして正しくありません。` };
  }
  const author = authorOf(mail);
  const others = [...mail.to, ...mail.cc, ...(author === mail.from || mail.from === null ? [] : [mail.from])];
  const to = unique(typedTo ?? usable(author === null ? [] : [author], mail));
  const cc = unique(typedCc ?? usable(others, mail)).filter((one) => !holds(to, one));
  if (to.length === 0) {
    return {
      kind: 'problem',
      text: '送り先のお客様のアドレスがありません。「#to アドレス」で指定してください。',
    };
  }
  if (to.length + cc.length > RECIPIENTS_MAX) {
    return {
      kind: 'problem',
      text: `宛先が多すぎます(${RECIPIENTS_MAX}件まで)。「#to」「#cc」で絞ってください。`,
    };
  }
  const everybody = [...to, ...cc];
  const left = unique([...(mail.from === null ? [] : [mail.from]), ...mail.to, ...mail.cc]);
  const flags: RecipientFlag[] = [
    ...everybody
      .filter((one) => isForeign(one, mail))
      .map((address) => ({ kind: 'foreign', address }) as const),
    ...left
      .filter((one) => isStranger(one, mail) && !holds(everybody, one))
      .map((address) => ({ kind: 'stranger', address }) as const),
    ...(mail.replyTo === null || same(mail.replyTo, mail.from ?? '') || holds(to, mail.replyTo)
      ? []
      : [{ kind: 'reply-to', address: mail.replyTo } as const]),
  ];
  return { kind: 'recipients', to, cc, flags };
}

/** The flags as lines for the confirmation. */
export function remarksOn(flags: readonly RecipientFlag[]): readonly string[] {
  return flags.map(({ kind, address }) => `${REMARKS[kind]}: ${address}`);
}

/** From, or a Reply-To that is registered on the contract (threat 36). */
function authorOf({ from, replyTo, contract }: Correspondence): string | null {
  const registered = replyTo !== null && contract !== null && registeredContact(contract, replyTo) !== null;
  return registered ? replyTo : from;
}

function usable(addresses: readonly string[], mail: Correspondence): readonly string[] {
  return addresses.filter((one) => addressOk(one) && !isInside(one, mail) && !isStranger(one, mail));
}

/** Ours with any extension (`cltech+mark@…`) is ours. */
function isInside(address: string, { ours, staff }: Correspondence): boolean {
  const plain = address.replace(/^([^@+]*)\+[^@]*@/, '$1@');
  return [...ours, ...staff].some((one) => same(one, address) || same(one, plain));
}

function isStranger(address: string, { participants }: Correspondence): boolean {
  return participants.some((one) => one.role === 'stranger' && same(one.address, address));
}

function isForeign(address: string, { contract, from }: Correspondence): boolean {
  if (contract !== null && registeredContact(contract, address) !== null) return false;
  const registered = contract?.contacts.map(({ email }) => domainOf(email)).filter((one) => one !== '') ?? [];
  const home = registered.length > 0 ? registered : [domainOf(from ?? '')];
  return !home.includes(domainOf(address));
}

function typed(directives: readonly Directive[], kind: 'to' | 'cc'): readonly string[] | null {
  const found = directives.filter((one) => one.kind === kind);
  return found.length === 0 ? null : found.flatMap((one) => ('addresses' in one ? one.addresses : []));
}

function unique(addresses: readonly string[]): readonly string[] {
  return addresses.filter((one, at) => addresses.findIndex((other) => same(one, other)) === at);
}

function holds(addresses: readonly string[], address: string): boolean {
  return addresses.some((one) => same(one, address));
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
