/** What a gateway's report on a fax of ours changes: kept on the ticket, told to staff when it failed (spec 5.3). Pure. */
import { reopened } from './answer-fate.ts';
import { base } from './decision.ts';
import { faxNumberOf } from './fax-out.ts';
import type { FaxReport } from './fax-report.ts';
import type { House } from './house.ts';
import type { Findings } from './look-up.ts';
import type { Decision } from './ports.ts';
import { staffLetters } from './queueing.ts';

/** Anybody can write such words: a failure is told and opens the ticket again, nothing is sent anew by itself. */
export function faxReported(
  findings: Findings,
  { item, ticket, fate }: FaxReport,
  house: House,
  now: Date,
): Decision {
  const failed = fate !== 'delivered';
  const again = failed && item.kind === 'answer' && ticket !== null ? reopened(ticket) : {};
  const subject = findings.letter.subject.slice(0, 200);
  const key = `fax-report:${item.id}:${fate}`;
  return {
    ...base(findings, now, 'bounce-recorded', `fax ${fate}`, null),
    ticket:
      ticket === null
        ? { kind: 'none' }
        : 'state' in again
          ? { kind: 'change', change: { ...again, id: ticket.id, version: ticket.version } }
          : { kind: 'attach', id: ticket.id },
    letters:
      failed && !findings.message.quiet
        ? staffLetters(house, now, 'bounce', key, { letter: item.id, reason: subject })
        : [],
    events: [{ kind: 'fax-report', actor: 'system', reason: `fax to ${faxNumberOf(item)}: ${fate}` }],
  };
}
