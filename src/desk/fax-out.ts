/** Letters that leave by fax: to a registered number only, through a gateway that faxes what is mailed to it (spec 5.2, 5.3). Pure. */
import type { Contact, Contract } from '../inquiry/contract.ts';
import { registeredContact } from '../inquiry/contract.ts';
import { faxAddress } from '../inquiry/fax-gateway.ts';
import { shownPhone } from '../inquiry/phone-number.ts';
import type { Directive } from '../reply/directive-shape.ts';
import { byFax } from '../reply/directive-value.ts';
import type { House } from './house.ts';
import type { OutboxItem, Received } from './ports.ts';

export type FaxRecipient =
  | { readonly kind: 'fax'; readonly number: string; readonly address: string }
  /** A Japanese sentence for the author. */
  | { readonly kind: 'problem'; readonly text: string };

/** The number a letter is faxed to; null when it goes by mail. */
export function faxNumberOf({ data }: Pick<OutboxItem, 'data'>): string | null {
  return typeof data['fax'] === 'string' ? data['fax'] : null;
}

/** Whom a letter greets: the contact of its address, or of the number it is faxed to. */
export function contactOf(contract: Contract, item: Pick<OutboxItem, 'to' | 'data'>): Contact | null {
  const number = faxNumberOf(item);
  return number === null
    ? registeredContact(contract, item.to)
    : (contract.contacts.find(({ fax }) => fax === number) ?? null);
}

/** Who gets it, as people read it. */
export function shownRecipients(number: string | null, to: readonly string[]): readonly string[] {
  return number === null ? to : [`FAX ${shownPhone(number)}`];
}

/**
 * Where an answer goes when it goes by fax: asked for (`#to FAX`), or to a customer who wrote by fax and has no mail
 * address. Null: by mail.
 */
export function answersByFax(
  directives: readonly Directive[],
  last: Received | null,
  contract: Contract | null,
  house: House,
): FaxRecipient | null {
  const typed = directives.flatMap((one) => (one.kind === 'to' ? one.addresses : []));
  const caller = last?.facts?.fax?.caller ?? null;
  const numbers = [...new Set(contract?.contacts.flatMap(({ fax }) => (fax === '' ? [] : [fax])) ?? [])];
  const called = caller !== null && numbers.includes(caller);
  if (!typed.includes(byFax)) {
    if (typed.length > 0 || !called || last?.facts?.from != null) return null;
    const address = faxAddress(house.faxGateways, caller);
    return address === null ? null : { kind: 'fax', number: caller, address };
  }
  if (typed.length > 1) return refused('FAXとメールの宛先は一緒に書けません。');
  const number = called ? caller : numbers.length === 1 ? numbers[0]! : null;
  if (number === null)
    return refused(
      numbers.length === 0
        ? 'この契約に登録されたFAX番号がありません。FAXは登録のある番号にだけ送れます。'
        : 'この契約にはFAX番号が複数あり、発信元の番号でもないため、送り先を決められません。メールまたは電話でご連絡ください。',
    );
  const address = faxAddress(house.faxGateways, number);
  return address === null
    ? refused('FAXを送信する設定(faxGateways の send)がありません。')
    : { kind: 'fax', number, address };
}

function refused(text: string): FaxRecipient {
  return { kind: 'problem', text };
}
