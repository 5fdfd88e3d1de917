/** A proven reply of staff, decided like every other message: all it asks for, or nothing and a word back (spec 5.3). Pure. */
import { explained } from '../reply/directive-rules.ts';
import type { Directive } from '../reply/directive-shape.ts';
import { type AnswerRequest, orderAnswer } from './answer-order.ts';
import { answerWork } from './answer-work.ts';
import { base } from './decision.ts';
import type { House } from './house.ts';
import { byStaff, probablyAutomatic } from './last-word.ts';
import type { Findings } from './look-up.ts';
import type { Decision, TicketChange } from './ports.ts';
import { type Note, staffNote } from './staff-mail.ts';
import {
  assigned,
  closed,
  type Done,
  idle,
  merged,
  numbered,
  phoned,
  refusedAsSpam,
  takenBack,
  type Work,
} from './staff-orders.ts';
import type { StaffReply } from './staff-reply.ts';

/** Notes of the reader after which the text may not be what its author wrote. */
const garbled = ['html-unreadable', 'encrypted-body', 'charset-unclean', 'raw-text'];

export function decideStaff(findings: Findings, reply: StaffReply, house: House, now: Date): Decision {
  const { instructions } = reply;
  const record = (reason: string, work: Work, note: Note | null): Decision =>
    recorded(findings, reply, now, reason, {
      ...work,
      letters: [
        ...work.letters,
        ...(note === null
          ? []
          : [staffNote(house, now, reply.author.address, String(findings.message.id), note)]),
      ],
    });
  const refuse = (...remarks: readonly string[]) =>
    record('refused', idle, { what: 'refused', remarks, echo: true });
  // A vacation notice is kept; a word back could be answered by it for ever. Mail of the past asks for nothing.
  const automatic = findings.screening.strength !== 'none';
  if (findings.message.quiet) return record('note from staff, taken in later', idle, null);
  if (instructions.kind === 'note') {
    if (automatic) return record(probablyAutomatic, idle, null);
    const remarks =
      instructions.strayLine === null
        ? ['お客様へ送るときは、先頭の行に「#回答」と書いて返信してください。']
        : [
            `${instructions.strayLine}行目の # の指示は、先頭の行にないため実行していません。先頭に書いてお送りください。`,
          ];
    return record('note from staff', idle, { what: 'note-kept', remarks, echo: true });
  }
  if (automatic) return refuse('自動送信のメールと思われるため、指示を実行していません。');
  if (instructions.kind !== 'directives') return refuse(explained(instructions));
  if (findings.limit !== null || findings.letter.notes.some(({ kind }) => garbled.includes(kind)))
    return refuse(
      '本文を最後まで正しく読み取れないため、指示を実行していません。テキスト形式でお送りください。',
    );
  return carriedOut(findings, reply, house, now, { ...instructions, record, refuse });
}

interface Asked {
  readonly directives: readonly Directive[];
  readonly body: string;
  readonly record: (reason: string, work: Work, note: Note | null) => Decision;
  readonly refuse: (...remarks: readonly string[]) => Decision;
}

function carriedOut(findings: Findings, reply: StaffReply, house: House, now: Date, asked: Asked): Decision {
  const { directives, body } = asked;
  const answers = directives.some(({ kind }) => kind === 'answer');
  // What closes the ticket has the last word on its state.
  const inOrder = [...directives].sort((a, b) => Number(a.kind === 'close') - Number(b.kind === 'close'));
  const done = inOrder.map((one) => ordered(one, reply, house, now, body, answers));
  const faults = done.filter((one) => typeof one === 'string');
  if (faults.length > 0) return asked.refuse(...faults);
  const work = together(done.filter((one) => typeof one !== 'string'));
  if (answers) return answered(findings, reply, house, now, asked, work);
  const words = directives.map(({ kind }) => kind).join(', ');
  // Who writes #メモ knows what becomes of it.
  const told = work.note ?? (work.remarks.length > 0 ? 'done' : null);
  return asked.record(`from staff: ${words}`, work, told === null ? null : { ...work, what: told });
}

/** One directive. Those that belong to the answer are read where it is ordered. */
function ordered(
  directive: Directive,
  reply: StaffReply,
  house: House,
  now: Date,
  body: string,
  answers: boolean,
): Done {
  switch (directive.kind) {
    case 'number':
      return numbered(reply, house, now);
    case 'assign':
      return assigned(house, directive.name);
    case 'close':
      return closed(reply, now, directive.category, answers);
    case 'phone':
      return phoned(reply, house, now, body);
    case 'merge':
      return merged(reply, now, directive.ref);
    case 'spam':
      return refusedAsSpam(reply, now, body);
    case 'cancel':
      return takenBack(reply);
    case 'note':
    case 'answer':
    case 'urgent':
    case 'set':
    case 'cc':
    case 'to':
      return idle;
  }
}

function answered(
  findings: Findings,
  reply: StaffReply,
  house: House,
  now: Date,
  asked: Asked,
  work: Work,
): Decision {
  const request: AnswerRequest = {
    ...reply,
    contract: reply.numbered?.contract ?? reply.contract,
    text: asked.body,
    directives: asked.directives,
    files: findings.letter.attachments,
    readMail: reply.to,
    key: String(findings.message.id),
  };
  const order = orderAnswer(request, house, now);
  if (order.kind === 'problems') return asked.refuse(...order.remarks);
  const { letter, held } = order;
  // What else was asked for knows more of the ticket than the answer does.
  const whole = together([answerWork(order, request, work.remarks, house, now), { ...work, remarks: [] }]);
  const note: Note | null =
    held === null ? null : { what: 'held', remarks: [held, ...work.remarks], answer: letter.onceKey };
  return asked.record(held === null ? 'answer from staff' : 'answer from staff, held', whole, note);
}

function together(works: readonly Work[]): Work {
  const last = <Key extends 'note' | 'answer' | 'block' | 'into'>(key: Key) =>
    works.findLast((one) => one[key] !== undefined);
  return {
    ...last('note'),
    ...last('block'),
    ...last('into'),
    change: Object.assign({}, ...works.map(({ change }) => change)),
    letters: works.flatMap(({ letters }) => letters),
    events: works.flatMap(({ events }) => events),
    stops: works.flatMap(({ stops }) => stops),
    earlier: works.find(({ earlier }) => earlier.length > 0)?.earlier ?? [],
    remarks: works.flatMap(({ remarks }) => remarks),
  };
}

/** The message stands on its ticket as a member of staff's; the ticket's version counts up whatever was asked. */
function recorded(findings: Findings, reply: StaffReply, now: Date, reason: string, work: Work): Decision {
  const { ticket, author } = reply;
  const plain = base(findings, now, 'ticket-continued', reason, null);
  const { facts } = plain.received;
  const own: TicketChange = { ...work.change, id: ticket.id, version: ticket.version };
  const { into } = work;
  return {
    ...plain,
    received: {
      ...plain.received,
      facts: facts === null ? null : { ...facts, kind: byStaff, number: null, numberReason: null },
    },
    ticket: {
      kind: 'change',
      change: into === undefined ? own : { ...into.change, id: into.ticket.id, version: into.ticket.version },
    },
    ...(into === undefined ? {} : { other: own }),
    earlier: work.earlier,
    letters: work.letters,
    events: [{ kind: 'staff-message', actor: author.name, reason }, ...work.events],
    stops: work.stops,
    ...(work.block === undefined ? {} : { block: work.block }),
  };
}
