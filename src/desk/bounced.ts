/** What a delivery report changes (spec 5.4). Only a mark of ours proves which letter came back. Pure. */
import type { DeliveryReport } from '../inquiry/letter.ts';
import { isStaffMail } from '../ticket/ticket.ts';
import { reopened } from './answer-fate.ts';
import { recipientsOfItem } from './answer-item.ts';
import { bounceNotice } from './bounce-notice.ts';
import { base } from './decision.ts';
import type { House } from './house.ts';
import type { Findings } from './look-up.ts';
import type { Decision } from './ports.ts';
import { staffLetters } from './queueing.ts';

export function bounced(findings: Findings, house: House, now: Date): Decision {
  const { ours, letter, message } = findings;
  const told = (key: string, data: Readonly<Record<string, string | number>>) =>
    message.quiet ? [] : staffLetters(house, now, 'bounce', key, data);
  if (ours === null) {
    // Backscatter comes by the thousand: the ledger keeps every one.
    return {
      ...base(findings, now, 'bounce-recorded', 'unmatched', null),
      letters: told(bounceNotice(null, '', 0, new Date(message.receivedAt)), {}),
    };
  }
  const found = fateOf(letter.report);
  const status = (letter.report?.recipients ?? [])
    .map((one) => `${one.status} ${one.diagnostic}`.trim())
    .filter((one) => one !== '')
    .join('; ');
  const fates = {
    permanent: 'for good',
    temporary: 'not yet for good',
    unclear: 'for a reason nobody can tell',
  };
  const tell = found !== 'temporary' && !isStaffMail(ours.kind);
  const { marked } = findings;
  // An answer that did not arrive leaves the customer unanswered.
  const again =
    ours.kind === 'answer' && found !== 'temporary' && marked !== null && marked.id === ours.ticketId
      ? reopened(marked)
      : {};
  const { to, cc } = recipientsOfItem(ours);
  const { address, closes } = whoBounced(letter.report, [...to, ...cc]);
  const words = `mail to ${address} was returned (${fates[found]}): ${status || 'no status given'}`;
  return {
    ...base(findings, now, 'bounce-recorded', found, null),
    ticket:
      marked !== null && 'state' in again
        ? { kind: 'change', change: { ...again, id: marked.id, version: marked.version } }
        : ours.ticketId === null
          ? { kind: 'none' }
          : { kind: 'attach', id: ours.ticketId },
    bounce: { outboxId: ours.id, address, permanent: closes },
    letters: tell
      ? told(bounceNotice(ours, found, findings.bouncedBefore, new Date(message.receivedAt)), {
          letter: ours.id,
          reason: status,
        })
      : [],
    events: [{ kind: 'bounce', actor: 'system', reason: words }],
  };
}

type Fate = 'permanent' | 'temporary' | 'unclear';

/** `unclear`: it came back, but in words only; a person reads them before the address is given up. */
export function fateOf(report: DeliveryReport | null): Fate {
  const fates = (report?.recipients ?? []).map(fateOfOne);
  if (fates.includes('permanent')) return 'permanent';
  return fates.length > 0 && !fates.includes('unclear') ? 'temporary' : 'unclear';
}

function fateOfOne({ action, status, diagnostic }: DeliveryReport['recipients'][number]): Fate {
  const code = /^[245]/.exec(status)?.[0] ?? /(?:^|\D)([245])\d\d(?:\D|$)/.exec(diagnostic)?.[1];
  if (action === 'failed') return code === '4' ? 'temporary' : 'permanent';
  if (action !== '') return 'temporary';
  return code === '5' ? 'permanent' : code === undefined ? 'unclear' : 'temporary';
}

/** Refused for what the letter or the way is, not for the address: full, too large, suspected of spam (RFC 3463 §3). */
const notTheAddress = /^5\.(?:2\.[234]|[34567]\.\d{1,3})$/;

/**
 * Whose mail came back, and whether that closes the address. A report that names somebody we did not write to tells of
 * a forwarding; where the letter had several recipients nobody knows whose.
 * @param everybody the recipients of the letter, the first in To first.
 */
export function whoBounced(
  report: DeliveryReport | null,
  everybody: readonly string[],
): { readonly address: string; readonly closes: boolean } {
  const known = (report?.recipients ?? []).flatMap((one) => {
    const address = everybody.find((ours) => ours.toLowerCase() === one.address.toLowerCase());
    return address === undefined ? [] : [{ ...one, address }];
  });
  const lost = known.filter((one) => fateOfOne(one) === 'permanent');
  const closed = lost.find(({ status }) => !notTheAddress.test(status));
  if (known.length > 0)
    return { address: (closed ?? lost[0] ?? known[0])!.address, closes: closed !== undefined };
  const sole = everybody.length === 1 && fateOf(report) === 'permanent';
  const elsewhere = report?.recipients.every(({ status }) => notTheAddress.test(status)) ?? false;
  return { address: everybody[0] ?? '', closes: sole && !elsewhere };
}
