/** An answer as it would leave now, and the mail that tells staff about it (spec 5.3, tone 9b, 10). */
import { japaneseDate, japaneseDateTime } from '../calendar/japanese-date.ts';
import { addDays, dayOf } from '../calendar/jst.ts';
import { endCustomerOf } from '../reply/addressee.ts';
import { type Answer, composeAnswer } from '../reply/answer.ts';
import type { Carried } from '../reply/attachment.ts';
import type { NeutralFacts } from '../reply/facts.ts';
import type { ConfirmationFacts, NotificationFacts, StaffNoteFacts } from '../reply/staff-facts.ts';
import { reopenDaysMax } from '../ticket/thread.ts';
import { answerData, answerNamed } from './answer-item.ts';
import { leavesAt, whoGetsIt } from './answer-order.ts';
import { contactOf, shownRecipients } from './fax-out.ts';
import type { House, SendingDesk } from './house.ts';
import { lastFromCustomer } from './last-word.ts';
import type { Occasion } from './occasion.ts';
import type { OutboxItem } from './ports.ts';

/** @param common of the letter: `receivedAt` becomes that of the message that is answered. */
export function answerLetter(
  house: House,
  { item, ticket, message, messages, contract, letters }: Occasion,
  common: NeutralFacts & { readonly addressee: string },
  now: Date,
): Extract<Answer, { kind: 'answer' }> {
  const data = answerData(item);
  const contact = contract === null ? null : contactOf(contract, item);
  const before = letters.findLast((one) => one.kind === 'answer' && one.sentAt !== null)?.sentAt ?? null;
  // Who sent the number we had asked for asked the question before.
  const bringsNumber = message?.outcome === 'ticket-continued' && message.facts?.result != null;
  const question = bringsNumber ? (messages[0] ?? message) : message;
  const answer = composeAnswer(house.templates, data.template, {
    ...common,
    receivedAt: question === null ? common.receivedAt : japaneseDateTime(new Date(question.receivedAt)),
    subject: ticket?.subject ?? '',
    // What was recognised on a fax is not what its sender wrote, and lies before him on paper.
    question: question?.facts?.fax === undefined ? (question?.facts?.text ?? '') : '',
    byFax: data.fax !== null,
    // On the sheets it stands above the letter.
    addressee: data.fax === null ? common.addressee : '',
    endCustomer: endCustomerOf(contact, contract?.customer ?? ''),
    staff: { name: data.author, signature: null },
    text: data.text,
    settings: data.settings,
    answeredOn: before === null ? null : japaneseDate(dayOf(new Date(before))),
    reopenUntil: japaneseDate(addDays(dayOf(now), reopenDaysMax)),
  });
  if (answer.kind === 'answer') return answer;
  throw new Error(`answer ${item.id}: ${answer.problems.map(({ text }) => text).join(' ')}`);
}

/** The files an answer carries, with their bytes, from the mail it was written in. */
export async function filesOf(desk: SendingDesk, item: OutboxItem): Promise<readonly Carried[]> {
  if (item.kind !== 'answer' || !answerData(item).files || item.receivedId === null) return [];
  const raw = await desk.store.received.raw(item.receivedId);
  if (raw === null) throw new Error(`answer ${item.id}: the mail that holds its files is gone`);
  const unpacked = await desk.reader.unpack(raw);
  if (unpacked.kind === 'killed') throw new Error(`its attachments cannot be read: ${unpacked.reason}`);
  return unpacked.attachments.map(({ name, type, content }) => ({ name, type, bytes: content }));
}

/** What the confirmation says of its answer; `rendered` is that letter as it will leave. */
export function confirmationFacts(
  { item, messages }: Occasion,
  answer: OutboxItem,
  rendered: { readonly subject: string; readonly body: string; readonly title: string },
  now: Date,
): ConfirmationFacts {
  const { to, cc, author, files, fax } = answerData(answer);
  const at = answer.sentAt ?? answer.notBefore;
  const written = messages.find((one) => one.id === answer.receivedId);
  const { warnings } = item.data;
  return {
    leavesAt: at === null ? null : japaneseDateTime(new Date(at)),
    notToday: at !== null && dayOf(new Date(at)) !== dayOf(now),
    author,
    to: shownRecipients(fax, to),
    cc,
    template: rendered.title,
    attachments: files ? (written?.facts?.attachments ?? []) : [],
    warnings: Array.isArray(warnings) ? warnings : [],
    rendered,
  };
}

export function staffNoteFacts({ item, message, letters }: Occasion): StaffNoteFacts {
  const { what, remarks, echo } = item.data;
  const answer = answerNamed(item, letters);
  return {
    what: what as StaffNoteFacts['what'],
    remarks: Array.isArray(remarks) ? remarks : [],
    ownText: answer !== null ? answerData(answer).text : echo === true ? (message?.facts?.text ?? '') : '',
  };
}

/** What an answer given now would be: shown in every notification. */
export function answerNow(house: House, occasion: Occasion, now: Date): NotificationFacts['answer'] {
  const { ticket, messages, contract } = occasion;
  if (ticket === null) return undefined;
  const request = { directives: [], files: [], ticket, contract };
  const found = whoGetsIt(request, lastFromCustomer(messages), house);
  const at = leavesAt(house, now, false);
  return {
    leavesAt: at === null ? null : japaneseDateTime(at),
    to: found.kind === 'recipients' ? shownRecipients(found.fax, found.to) : [],
    cc: found.kind === 'recipients' ? found.cc : [],
  };
}
