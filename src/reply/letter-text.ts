/**
 * Composes the machine's letters: picks the template, fills its slots (tone). Whatever others wrote is made
 * one clean line, or quoted lines, before it is put in; NEUTRAL is handed four facts and can leak nothing else.
 */
import type { FactsOf, LetterFacts, NeutralFacts } from './facts.ts';
import { closureBlock, hoursOf, signatureBlock } from './pieces.ts';
import type { Slots, TemplateName } from './slots.ts';
import { confirmationSlots, digestSlots, notificationSlots, staffNoteSlots } from './staff-slots.ts';
import { untaggedSubject } from './subject.ts';
import { renderTemplate, type Templates } from './template.ts';
import { lineOrNull, oneLine } from './words.ts';

/** Subject (one line) and body (laid out, lines end with `\n`) of a letter, as it would leave now. */
export function composeLetter<Kind extends keyof FactsOf>(
  templates: Templates,
  kind: Kind,
  facts: FactsOf[Kind],
): { readonly subject: string; readonly body: string } {
  const name = templateFor(kind, facts);
  const template = templates.get(name);
  if (template === undefined) throw new Error(`template ${name} is not loaded`);
  const all = facts as unknown as LetterFacts;
  const slots = kind === 'digest' ? digestSlots(all.digest) : { ...commonSlots(all), ...ownSlots(kind, all) };
  return renderTemplate(template, slots);
}

function templateFor<Kind extends keyof FactsOf>(kind: Kind, facts: FactsOf[Kind]): TemplateName {
  if (kind === 'acknowledgement') {
    const { afterHours } = facts as FactsOf['acknowledgement'];
    return afterHours === 'no'
      ? kind
      : afterHours === 'held'
        ? 'acknowledgement-after-hours'
        : 'acknowledgement-any-hour';
  }
  if (kind === 'fax-acknowledgement')
    return (facts as FactsOf['fax-acknowledgement']).fax.resend ? 'fax-resend' : kind;
  if (kind === 'period') return `period-${(facts as FactsOf['period']).period.kind}`;
  return kind;
}

function commonSlots(facts: NeutralFacts): Slots {
  return {
    ref: facts.ref,
    received_at: facts.receivedAt,
    desk_name: oneLine(facts.desk.name),
    desk_signature: signatureBlock(facts.desk),
    closure_notice: closureBlock(facts.closureNotice),
  };
}

function faxSlots({ fax, desk }: LetterFacts): Slots {
  return {
    pages: fax.pages,
    pages_unreadable: lineOrNull(fax.pagesUnreadable),
    desk_mail: oneLine(desk.mail),
    desk_hours: hoursOf(desk),
    desk_contact: lineOrNull(desk.tel ?? null) === null ? oneLine(desk.mail) : `TEL ${oneLine(desk.tel!)}`,
  };
}

/** `facts` holds what `FactsOf[kind]` names and is not read beyond that. */
function ownSlots(kind: Exclude<keyof FactsOf, 'digest'>, facts: LetterFacts): Slots {
  if (kind === 'neutral') return {};
  if (kind === 'confirmation') return confirmationSlots(facts.confirmation);
  if (kind === 'fax-acknowledgement') return faxSlots(facts);
  if (kind === 'staff-note') return staffNoteSlots(facts.staffNote);
  const subject = untaggedSubject(facts.subject);
  if (kind === 'notification') return { subject, ...notificationSlots(facts.notification) };
  const shared = { subject, addressee: facts.addressee.split('\n').map(oneLine).join('\n') };
  switch (kind) {
    case 'acknowledgement':
      return {
        ...shared,
        attachments_count: facts.attachmentsCount,
        number_not_at_start: facts.numberNotAtStart,
        end_customer: lineOrNull(facts.endCustomer),
        next_opening: lineOrNull(facts.nextOpening),
      };
    case 'request-number':
      return { ...shared, read_number: lineOrNull(facts.readNumber) };
    case 'period':
      return {
        ...shared,
        number: oneLine(facts.number),
        period_end: facts.period.kind === 'expired' ? facts.period.endedOn : null,
        service_from: facts.period.kind === 'not-started' ? facts.period.startsOn : null,
        renewal_desk: lineOrNull(facts.renewalDesk),
      };
    case 'reminder':
      return { ...shared, first_request_on: facts.firstRequestOn, close_on: facts.closeOn };
    case 'closing-notice':
      return { ...shared, reopen_until: facts.reopenUntil };
  }
}
