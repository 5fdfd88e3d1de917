/** Contracts as imported from the registry (約款 3), and what they say on a day. */

/** Canonical form by `supportNumber.mask`, e.g. `CL-1234-5678`. */
export type SupportNumber = string & { readonly __brand: 'SupportNumber' };

/** `YYYY-MM-DD` in Asia/Tokyo. Compares as text. */
export type Day = string;

export interface ServicePeriod {
  readonly startsOn: Day;
  readonly endsOn: Day;
}

export interface Contact {
  readonly company: string;
  readonly department: string;
  readonly name: string;
  /** Lower-case address; `@example.jp` registers the whole domain; '' when none. */
  readonly email: string;
  /** Digits only; '' when none. */
  readonly fax: string;
  readonly phone: string;
}

export interface Contract {
  readonly number: SupportNumber;
  readonly customer: string;
  readonly product: string;
  readonly purchasedOn: Day;
  readonly status: 'active' | 'cancelled';
  readonly customised: boolean;
  /** Ordered by start. */
  readonly periods: readonly ServicePeriod[];
  readonly contacts: readonly Contact[];
}

export type Standing =
  | { readonly kind: 'valid'; readonly period: ServicePeriod }
  | { readonly kind: 'expired'; readonly endedOn: Day }
  | { readonly kind: 'not-started'; readonly startsOn: Day }
  | { readonly kind: 'cancelled' };

/**
 * What a contract says on the day of receipt. Both ends of a period are inclusive; the end is never
 * computed (約款 3(4)). Only the earliest period reaches back to the first purchase (約款 3(1)).
 * In a gap between two periods the earlier one has expired.
 */
export function standing(contract: Contract, receivedOn: Day): Standing {
  if (contract.status === 'cancelled') return { kind: 'cancelled' };
  let endedOn: Day | null = null;
  for (const [index, period] of contract.periods.entries()) {
    const from =
      index === 0 && contract.purchasedOn < period.startsOn ? contract.purchasedOn : period.startsOn;
    if (receivedOn < from) {
      return endedOn === null ? { kind: 'not-started', startsOn: from } : { kind: 'expired', endedOn };
    }
    if (receivedOn <= period.endsOn) return { kind: 'valid', period };
    if (endedOn === null || period.endsOn > endedOn) endedOn = period.endsOn;
  }
  return { kind: 'expired', endedOn: endedOn ?? contract.purchasedOn };
}

/** Whether an address is registered on the contract, itself or by its domain (spec 1, known sender). */
export function registeredContact(contract: Contract, address: string): Contact | null {
  const wanted = address.toLowerCase();
  const domain = wanted.slice(wanted.lastIndexOf('@'));
  return (
    contract.contacts.find((contact) => contact.email === wanted) ??
    contract.contacts.find((contact) => contact.email !== '' && contact.email === domain) ??
    null
  );
}
