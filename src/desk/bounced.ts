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
  const named = recipientsOfItem(ours);
  const everybody = [...named.to, ...named.cc];
  const address =
    (letter.report?.recipients ?? [])
      .map((one) => one.address.toLowerCase())
      .map((one) => everybody.find((known) => known.toLowerCase() === one))
      .find((one) => one !== undefined) ?? ours.to;
  const words = `mail to ${address} was returned (${fates[found]}): ${status || 'no status given'}`;
  return {
    ...base(findings, now, 'bounce-recorded', found, null),
    ticket:
      marked !== null && 'state' in again
        ? { kind: 'change', change: { ...again, id: marked.id, version: marked.version } }
        : ours.ticketId === null
          ? { kind: 'none' }
          : { kind: 'attach', id: ours.ticketId },
    bounce: { outboxId: ours.id, address, permanent: found === 'permanent' },
    letters: tell
      ? told(bounceNotice(ours, found, findings.bouncedBefore, new Date(message.receivedAt)), {
          letter: ours.id,
          reason: status,
        })
      : [],
    events: [{ kind: 'bounce', actor: 'system', reason: words }],
  };
}

/** `unclear`: it came back, but in words only; a person reads them before the address is given up. */
export function fateOf(report: DeliveryReport | null): 'permanent' | 'temporary' | 'unclear' {
  const fates = (report?.recipients ?? []).map(({ action, status, diagnostic }) => {
    const code = /^[245]/.exec(status)?.[0] ?? /(?:^|\D)([245])\d\d(?:\D|$)/.exec(diagnostic)?.[1];
    if (action === 'failed') return code === '4' ? 'temporary' : 'permanent';
    if (action !== '') return 'temporary';
    return code === '5' ? 'permanent' : code === undefined ? 'unclear' : 'temporary';
  });
  if (fates.includes('permanent')) return 'permanent';
  return fates.length > 0 && !fates.includes('unclear') ? 'temporary' : 'unclear';
}
