/** An answer staff have written becomes a letter in the outbox, or goes back with what is wrong with it (spec 5.3). Pure. */
import { earliest } from '../calendar/reception-hours.ts';
import type { Contract } from '../inquiry/contract.ts';
import { composeAnswer, settingsOf } from '../reply/answer.ts';
import { answerFilesBytesMax, whatFits } from '../reply/attachment.ts';
import type { Directive } from '../reply/directive-shape.ts';
import { type Correspondence, recipientsOf, remarksOn } from '../reply/recipients.ts';
import type { Participant, Ticket } from '../ticket/ticket.ts';
import { type AnswerData, answerData } from './answer-item.ts';
import { answersByFax } from './fax-out.ts';
import { gateHours, type House } from './house.ts';
import { lastFromCustomer } from './last-word.ts';
import type { MessageFacts, NewLetter, OutboxItem, Received, Stop } from './ports.ts';
import type { StaffMember } from './staff-reply.ts';

export interface AnswerRequest {
  readonly author: StaffMember;
  readonly text: string;
  readonly directives: readonly Directive[];
  readonly ticket: Ticket;
  readonly messages: readonly Received[];
  readonly letters: readonly OutboxItem[];
  readonly contract: Contract | null;
  /** Files that go along, as told in the confirmation. */
  readonly files: MessageFacts['attachments'];
  /** The mail of ours the author replied to; null when nothing tells what the author had read. */
  readonly readMail: OutboxItem | null;
  /** Unlike that of any other answer, e.g. the id of the message that holds it. */
  readonly key: string;
}

export type Ordered =
  | {
      readonly kind: 'ordered';
      readonly letter: NewLetter;
      /** Why it is held back, in Japanese for its author, or null. */
      readonly held: string | null;
      readonly warnings: readonly string[];
      /** Strangers the author named as recipients: they take part from now on. */
      readonly participants: readonly Participant[];
      /** Held answers of this author that this one takes the place of. */
      readonly stops: readonly Stop[];
    }
  | { readonly kind: 'problems'; readonly remarks: readonly string[] };

export function orderAnswer(request: AnswerRequest, house: House, now: Date): Ordered {
  const { author, directives, ticket, files, letters } = request;
  const last = lastFromCustomer(request.messages);
  const template = directives.find((one) => one.kind === 'answer')?.template ?? null;
  const settings = settingsOf(directives);
  const composed = composeAnswer(house.templates, template, trialFacts(request, house, settings));
  const recipients = whoGetsIt(request, last, house);
  const tooLarge = whatFits(files, answerFilesBytesMax).left.length > 0;
  if (composed.kind === 'problems' || recipients.kind === 'problem' || tooLarge) {
    return {
      kind: 'problems',
      remarks: [
        ...(composed.kind === 'problems' ? composed.problems.map(({ text }) => text) : []),
        ...(recipients.kind === 'problem' ? [recipients.text] : []),
        ...(tooLarge ? ['添付が多すぎるか、大きすぎます(合計約20MB、50件まで)。'] : []),
      ],
    };
  }
  const { to, cc, fax } = recipients;
  const held = whyHeld(request, last);
  const urgent = directives.some((one) => one.kind === 'urgent');
  const data: AnswerData = {
    to,
    cc,
    fax,
    template,
    text: request.text,
    settings,
    answers: last?.id ?? null,
    author: author.name,
    authorAddress: author.address,
    closes: directives.some((one) => one.kind === 'close'),
    files: files.length > 0 && fax === null,
  };
  return {
    kind: 'ordered',
    letter: {
      kind: 'answer',
      to: to[0]!,
      onceKey: `answer:${ticket.id}:${request.key}`,
      notBefore: leavesAt(house, now, urgent)?.toISOString() ?? null,
      data: { ...data },
      ...(held === null ? {} : { held: held.reason }),
    },
    held: held?.told ?? null,
    warnings: recipients.warnings,
    participants: accepted(ticket, [...to, ...cc]),
    stops: letters
      .filter((one) => one.state === 'held' && one.kind === 'answer')
      .filter((one) => held === null && answerData(one).authorAddress === author.address)
      .map(({ id }) => ({ id, state: 'cancelled', reason: 'a newer answer takes its place', must: false })),
  };
}

export type AnswerRecipients =
  | {
      readonly kind: 'recipients';
      readonly to: readonly string[];
      readonly cc: readonly string[];
      readonly fax: string | null;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'problem'; readonly text: string };

/** By fax or by mail, and to whom (spec 5.3). */
export function whoGetsIt(
  {
    directives,
    ticket,
    contract,
    files,
  }: Pick<AnswerRequest, 'directives' | 'ticket' | 'contract' | 'files'>,
  last: Received | null,
  house: House,
): AnswerRecipients {
  const fax = answersByFax(directives, last, contract, house);
  if (fax?.kind === 'problem') return fax;
  if (fax !== null) {
    const warnings = files.length === 0 ? [] : ['FAXでは添付ファイルを送れません。本文だけを送信します。'];
    return { kind: 'recipients', to: [fax.address], cc: [], fax: fax.number, warnings };
  }
  const found = recipientsOf(correspondence(ticket, last, contract, house), directives);
  return found.kind === 'problem'
    ? found
    : { kind: 'recipients', to: found.to, cc: found.cc, fax: null, warnings: remarksOn(found.flags) };
}

/** When an answer given now would leave: the undo window first (spec 5.3), then the gate. */
export function leavesAt(house: House, now: Date, urgent: boolean): Date | null {
  const from = urgent ? now : new Date(now.getTime() + house.undoMs);
  return earliest(house.calendar, gateHours(house, 'answer'), from);
}

/** Who may be written to about a ticket, from its customer's last message. */
export function correspondence(
  ticket: Ticket,
  last: Received | null,
  contract: Contract | null,
  house: House,
): Correspondence {
  // To and Cc of a form, a gateway's mail or a call are those of a machine.
  const byForm = ticket.channel !== 'mail' && last?.receivedAt === ticket.openedAt;
  return {
    from: last?.facts?.from ?? null,
    replyTo: byForm ? null : (last?.facts?.replyTo ?? null),
    to: byForm ? [] : (last?.facts?.to ?? []),
    cc: byForm ? [] : (last?.facts?.cc ?? []),
    participants: ticket.participants,
    contract,
    ours: [...house.addresses, house.from.address],
    staff: house.staff.map(({ address }) => address),
  };
}

/** The customer wrote what the author has not read, or somebody else has answered: one wins, the other is held. */
function whyHeld({ readMail, letters }: AnswerRequest, last: Received | null) {
  const answers = letters.filter((one) => one.kind === 'answer' && answerData(one).answers === last?.id);
  if (readMail !== null && last !== null && !hasRead(readMail, last)) {
    return {
      reason: 'the customer wrote before the answer was given',
      told: 'お客様から新しいメールが届いています。最新の通知をご確認のうえ、その通知に返信してください。',
    };
  }
  const waiting = answers.find((one) => ['queued', 'sending', 'uncertain'].includes(one.state));
  if (waiting !== undefined) {
    return {
      reason: 'another answer to the same message was given first',
      told: `同じお問合せへの回答が先に預けられています(${answerData(waiting).author})。差し替えるときは、先にその送信予約に「#取消」と返信してください。`,
    };
  }
  // Who replies to a mail of ours that is younger than the answer knows of it and adds to it.
  const sent = answers.find((one) => one.state === 'sent');
  const unaware =
    sent !== undefined && readMail?.kind === 'notification' && readMail.createdAt <= (sent.sentAt ?? '');
  if (!unaware) return null;
  return {
    reason: 'the message has been answered already',
    told: `このお問合せには回答を送信済みです(${answerData(sent!).author})。追加でお送りするときは、このメールに「#回答」と返信してください。`,
  };
}

/** A notification is read with its message; any other mail of ours tells what was there when it was written. */
function hasRead(mail: OutboxItem, last: Received): boolean {
  return (mail.receivedId ?? 0) >= last.id || mail.createdAt > (last.decidedAt ?? '');
}

/** Naming a stranger as a recipient accepts him (spec 4). */
function accepted(ticket: Ticket, named: readonly string[]): readonly Participant[] {
  return ticket.participants.map((one) =>
    one.role === 'stranger' && named.some((address) => address.toLowerCase() === one.address.toLowerCase())
      ? { ...one, role: 'copied' }
      : one,
  );
}

/** Only what can be wrong with an answer is looked for; the letter itself is worded when it leaves. */
function trialFacts({ author, ticket, text }: AnswerRequest, house: House, settings: AnswerData['settings']) {
  return {
    ref: ticket.ref,
    receivedAt: '',
    desk: house.desk,
    closureNotice: null,
    addressee: '',
    subject: ticket.subject,
    question: '',
    endCustomer: null,
    staff: { name: author.name, signature: null },
    text,
    settings,
    answeredOn: null,
    reopenUntil: '',
  };
}
