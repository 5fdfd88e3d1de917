/** Who takes part in a ticket (spec 4): the author, and the customer's own people in To and Cc. Pure. */
import type { Participant, Ticket } from '../ticket/ticket.ts';
import type { House } from './house.ts';
import type { Findings } from './look-up.ts';

/**
 * The people a message brings along; never our addresses or staff. A stranger by a signed mark, or a From that
 * failed authentication, is noted alone and takes no part until staff accept it.
 */
export function participantsOf(
  { sender, letter, channel, fromStaff, authentication }: Findings,
  house: House,
  role: 'author' | 'stranger',
): readonly Participant[] {
  if (sender === null || fromStaff || isOurs(house, sender.address)) return [];
  const author = { address: sender.address, name: sender.name };
  if (role === 'stranger' || authentication.verdict === 'fail') return [{ ...author, role: 'stranger' }];
  if (channel !== 'mail') return [{ ...author, role }];
  const copied = [...letter.to, ...letter.cc].filter(
    ({ address }) => address !== sender.address && !isOurs(house, address),
  );
  return [
    { ...author, role },
    ...copied.map(({ address, name }): Participant => ({ address, name, role: 'copied' })),
  ];
}

/** Those who take part already, and those who join. A stranger stays one, whoever copies him: staff accept, not a Cc. */
export function joined(ticket: Ticket, added: readonly Participant[]): readonly Participant[] {
  const known = new Map(ticket.participants.map((one) => [one.address, one]));
  for (const one of added) {
    const before = known.get(one.address);
    if (before === undefined || (before.role === 'copied' && one.role === 'author'))
      known.set(one.address, one);
  }
  return [...known.values()];
}

function isOurs(house: House, address: string): boolean {
  const plain = address.toLowerCase().replace(/^([^@+]*)\+[^@]*@/, '$1@');
  const ours = [...house.addresses, house.from.address, ...house.staff.map((one) => one.address)];
  return ours.some((one) => one.toLowerCase() === plain || one.toLowerCase() === address.toLowerCase());
}
