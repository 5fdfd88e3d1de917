/** A letter as it would leave now: everything it is about is read again, then it is worded (spec 5.2). */
import { addBusinessDays } from '../calendar/business-day.ts';
import { noticeFor } from '../calendar/closures.ts';
import { japaneseDate, japaneseDateTime } from '../calendar/japanese-date.ts';
import { addDays, dayOf } from '../calendar/jst.ts';
import { check, earliest, reopensAt } from '../calendar/reception-hours.ts';
import { type Contract, registeredContact, standing } from '../inquiry/contract.ts';
import { shownPhone } from '../inquiry/phone-number.ts';
import { addresseeOf, endCustomerOf, STRANGER } from '../reply/addressee.ts';
import type { Carried } from '../reply/attachment.ts';
import { type Drafted, draftLetter } from '../reply/draft.ts';
import type { FactsOf, NeutralFacts } from '../reply/facts.ts';
import { faxSheets } from '../reply/fax-sheet.ts';
import { composeLetter } from '../reply/letter-text.ts';
import { markedAddress, signMark } from '../reply/mark.ts';
import { messageIdFor } from '../reply/message-id.ts';
import { reopenDaysMax } from '../ticket/thread.ts';
import { isStaffMail } from '../ticket/ticket.ts';
import { closingBusinessDays } from './aftermath.ts';
import { answerNamed, recipientsOfItem } from './answer-item.ts';
import { besideFlags } from './beside.ts';
import { answerLetter, answerNow, confirmationFacts, staffNoteFacts } from './compose-staff.ts';
import { digestNow } from './digest.ts';
import { isAboutLetter } from './enclosed.ts';
import { contactOf, faxNumberOf } from './fax-out.ts';
import { gateHours, type SendingDesk } from './house.ts';
import { notificationFacts } from './notification-facts.ts';
import { type Occasion, occasionOf } from './occasion.ts';
import type { OutboxItem } from './ports.ts';

export interface Composed {
  readonly subject: string;
  readonly body: string;
  readonly drafted: Drafted;
  /** '' is the null return path. */
  readonly envelopeFrom: string;
}

export async function composeItem(desk: SendingDesk, item: OutboxItem, now: Date): Promise<Composed> {
  return word(desk, await occasionOf(desk, item), now);
}

/** The words and headers of the letter on this occasion, at this instant. */
export async function word(
  desk: SendingDesk,
  occasion: Occasion,
  now: Date,
  attachments: readonly Carried[] = [],
): Promise<Composed> {
  const { item, ticket, message } = occasion;
  const { house } = desk;
  const { subject, body } = await text(desk, occasion, now, attachments);
  const sheets = await faxed(desk, occasion, subject, body, now);
  const key = house.keys[0]!;
  const toStaff = isStaffMail(item.kind);
  // Every Message-ID and return path is about the letter (b, s); only a reply address names the ticket (c).
  const mark = signMark(key, toStaff ? 's' : 'b', item.id);
  const extended = house.addressExtension === '+';
  // A reply address of staff names the letter, and so the ticket and its reader; it opens no door without them.
  const replyMark =
    ticket === null ? null : toStaff ? signMark(key, 'r', item.id) : signMark(key, 'c', ticket.id);
  const parent = toStaff ? null : (message?.messageId ?? null);
  const earlier = occasion.letters.filter(
    (one) => one.to === item.to && one.messageId !== null && one.id < item.id,
  );
  return {
    subject,
    body,
    drafted: draftLetter({
      kind: item.kind,
      from: house.from,
      ...recipientsOfItem(item),
      replyTo: extended && replyMark !== null ? markedAddress(house.from.address, replyMark) : null,
      subject: sheets?.subject ?? subject,
      body: sheets === null ? body : '',
      messageId: messageIdFor(mark, item.kind, house.from.address.split('@')[1]!),
      at: now,
      inReplyTo: parent,
      references: [parent ?? '', ...earlier.map((one) => one.messageId!)],
      attachments: sheets?.files ?? attachments,
    }),
    // A machine's letter must not be answered by machines; a person's answer has to come back when it cannot arrive.
    envelopeFrom:
      (extended ? markedAddress(house.from.address, mark) : null) ??
      (item.kind === 'answer' ? house.from.address : ''),
  };
}

/** A letter by fax is mail to the gateway that bears nothing but its sheets: some gateways fax what stands beside them. */
async function faxed(desk: SendingDesk, occasion: Occasion, subject: string, body: string, now: Date) {
  const { item, ticket } = occasion;
  const number = faxNumberOf(item);
  if (number === null) return null;
  const ref = ticket?.ref ?? '';
  const sheets = faxSheets({
    title: item.kind === 'answer' ? 'お問合せへのご回答' : subject,
    ref,
    addressee: await addressee(desk, occasion),
    number: shownPhone(number),
    leavesAt: japaneseDateTime(now),
    desk: desk.house.desk,
    body,
  });
  const bytes = await desk.print(sheets, now);
  return {
    subject: `[${ref}] FAX ${shownPhone(number)}`,
    files: [{ name: `${ref}.pdf`, type: 'application/pdf', bytes }],
  };
}

async function text(
  desk: SendingDesk,
  occasion: Occasion,
  now: Date,
  attachments: readonly Carried[] = [],
): Promise<{ readonly subject: string; readonly body: string; readonly title?: string }> {
  const { item, ticket, contract } = occasion;
  const { house } = desk;
  const common: NeutralFacts = {
    ref: ticket?.ref ?? '',
    receivedAt: japaneseDateTime(
      new Date(ticket?.openedAt ?? occasion.message?.receivedAt ?? item.createdAt),
    ),
    desk: house.desk,
    closureNotice: closureNotice(desk, now),
  };
  if (item.kind === 'notification') {
    const receivedAt = occasion.message?.receivedAt ?? item.createdAt;
    return composeLetter(house.templates, 'notification', {
      ...common,
      receivedAt: japaneseDateTime(new Date(receivedAt)),
      subject: occasion.message?.facts?.subject ?? '',
      notification: {
        ...notificationFacts(
          occasion,
          now,
          isAboutLetter(item) ? [] : await besideFlags(desk, occasion, now),
          attachments,
        ),
        answer: answerNow(house, occasion, now),
      },
    });
  }
  if (item.kind === 'digest')
    return composeLetter(house.templates, 'digest', { digest: await digestNow(desk, item, now) });
  if (item.kind === 'staff-note')
    return composeLetter(house.templates, item.kind, { ...common, staffNote: staffNoteFacts(occasion) });
  if (item.kind === 'confirmation') return confirmation(desk, occasion, common, now);
  if (item.kind === 'neutral') return composeLetter(house.templates, 'neutral', common);
  const today = dayOf(now);
  const shared = { ...common, subject: ticket?.subject ?? '', addressee: await addressee(desk, occasion) };
  switch (item.kind) {
    case 'answer':
      return answerLetter(house, occasion, shared, now);
    case 'acknowledgement':
      if (faxNumberOf(item) !== null)
        return composeLetter(house.templates, 'fax-acknowledgement', faxAcknowledgement(occasion, common));
      return composeLetter(house.templates, 'acknowledgement', acknowledgement(desk, occasion, shared, now));
    case 'request-number':
      if (faxNumberOf(item) !== null)
        return composeLetter(house.templates, 'fax-acknowledgement', faxAcknowledgement(occasion, common));
      return composeLetter(house.templates, item.kind, { ...shared, readNumber: textOf(item.data['read']) });
    case 'reminder':
      return composeLetter(house.templates, item.kind, {
        ...shared,
        firstRequestOn: japaneseDate(textOf(item.data['firstRequestOn']) ?? today),
        // The notice leaves at the opening of its day: what is promised is the last whole day before it.
        closeOn: japaneseDate(
          addBusinessDays(house.calendar, today, closingBusinessDays - 1) ?? addDays(today, 7),
        ),
      });
    case 'closing-notice':
      return composeLetter(house.templates, item.kind, {
        ...shared,
        reopenUntil: japaneseDate(addDays(today, reopenDaysMax)),
      });
    case 'period':
      return composeLetter(house.templates, 'period', { ...shared, ...period(occasion, contract) });
    default:
      throw new Error(`letter ${item.id}: nothing here words the kind ${item.kind}`);
  }
}

/** The answer it tells of is worded as it will leave, closure notice and all. */
async function confirmation(desk: SendingDesk, occasion: Occasion, common: NeutralFacts, now: Date) {
  const answer = answerNamed(occasion.item, occasion.letters);
  if (answer === null) throw new Error(`letter ${occasion.item.id}: its answer is gone`);
  const at = new Date(answer.sentAt ?? answer.notBefore ?? now);
  const rendered = await text(desk, await occasionOf(desk, answer), at);
  const facts = confirmationFacts(occasion, answer, { title: '', ...rendered }, now);
  return composeLetter(desk.house.templates, 'confirmation', { ...common, confirmation: facts });
}

/** 宛名 by the registered contact; a letter without contract data and one to a stranger greet お客様. */
async function addressee(desk: SendingDesk, { item, contract }: Occasion): Promise<string> {
  if (item.data['bare'] === true) return STRANGER;
  if (contract !== null) return addresseeOf(contactOf(contract, item), contract.customer);
  const names = (await desk.store.contracts.registeredOn(item.to)).map((one) =>
    addresseeOf(registeredContact(one, item.to), one.customer),
  );
  return new Set(names).size === 1 ? names[0]! : STRANGER;
}

function acknowledgement(
  desk: SendingDesk,
  { item, ticket, message, contract, letters }: Occasion,
  shared: NeutralFacts & { subject: string; addressee: string },
  now: Date,
): FactsOf['acknowledgement'] {
  const { calendar } = desk.house;
  const received = check(calendar, new Date(ticket?.openedAt ?? item.createdAt));
  const openNow = check(calendar, now).open;
  // Only the first letter of a ticket waited for the opening; a later one waited for a number or a period.
  const first = letters.every((one) => one.id >= item.id || isStaffMail(one.kind));
  const outside = first && !received.open && received.reason !== 'lunch';
  const contact = contract === null || item.data['bare'] === true ? null : contactOf(contract, item);
  const next = earliest(calendar, 'reception', now);
  return {
    ...shared,
    // The pages of a fax are the inquiry itself.
    attachmentsCount: message?.facts?.fax === undefined ? (message?.facts?.attachments.length ?? 0) : 0,
    numberNotAtStart: item.data['notAtStart'] === true,
    afterHours:
      !openNow && gateHours(desk.house, item.kind) !== 'reception' ? 'any-hour' : outside ? 'held' : 'no',
    nextOpening: next === null ? null : japaneseDateTime(next),
    endCustomer: endCustomerOf(contact, contract?.customer ?? ''),
  };
}

/** The page says what arrived, and nothing of the contract: it lies in a shared tray (tone 6). */
function faxAcknowledgement(
  { item, message }: Occasion,
  common: NeutralFacts,
): FactsOf['fax-acknowledgement'] {
  const fax = message?.facts?.fax;
  const unreadable = (fax?.pages ?? []).flatMap((outcome, at) =>
    outcome === 'text' || outcome === 'image' ? [] : [at + 1],
  );
  return {
    ...common,
    fax: {
      pages: (fax?.pages.length ?? 0) + (fax?.unread ?? 0),
      pagesUnreadable: unreadable.length === 0 ? null : unreadable.join('、'),
      resend: item.kind === 'request-number' || item.data['resend'] === true,
    },
  };
}

function period(
  { ticket }: Occasion,
  contract: Contract | null,
): Pick<FactsOf['period'], 'number' | 'period' | 'renewalDesk'> {
  if (ticket === null || contract === null) throw new Error('a letter about a period needs its contract');
  const found = standing(contract, dayOf(new Date(ticket.openedAt)));
  return {
    number: contract.number,
    renewalDesk: null,
    period:
      found.kind === 'not-started'
        ? { kind: 'not-started', startsOn: japaneseDate(found.startsOn) }
        : {
            kind: 'expired',
            endedOn: japaneseDate(
              found.kind === 'expired' ? found.endedOn : dayOf(new Date(ticket.openedAt)),
            ),
          },
  };
}

function closureNotice(desk: SendingDesk, now: Date): NeutralFacts['closureNotice'] {
  const closure = noticeFor(dayOf(now), desk.house.calendar.closures);
  if (closure === null) return null;
  const reopens = reopensAt(desk.house.calendar, closure);
  return {
    name: closure.name,
    from: japaneseDate(closure.from),
    to: japaneseDate(closure.to),
    reopens: reopens === null ? '受付再開日' : japaneseDateTime(reopens),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
