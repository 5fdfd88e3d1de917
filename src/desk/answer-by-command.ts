/** An operator answers a ticket from the command line: the same letter, the same discipline, written in one transaction (spec 8). */
import type { Directive } from '../reply/directive-shape.ts';
import { type AnswerRequest, orderAnswer } from './answer-order.ts';
import { answerWork } from './answer-work.ts';
import type { Desk } from './house.ts';
import type { OutboxItem } from './ports.ts';
import { phoned, type Work } from './staff-orders.ts';
import { goesOn, type StaffMember } from './staff-reply.ts';

/** Changes tried again because somebody else changed the ticket meanwhile. */
const triesMax = 5;

export interface Command {
  readonly ref: string;
  readonly author: StaffMember;
  readonly text: string;
  readonly directives: readonly Directive[];
  /** Unlike that of any other answer. */
  readonly key: string;
}

export type Answered =
  | { readonly kind: 'queued'; readonly item: OutboxItem; readonly warnings: readonly string[] }
  | { readonly kind: 'logged' }
  /** Japanese sentences, or English where the operator asked for what cannot be. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };

export async function answerByMail(desk: Desk, command: Command, now: Date): Promise<Answered> {
  return again(desk, command, async (request) => {
    const order = orderAnswer(request, desk.house, now);
    if (order.kind === 'problems') return { kind: 'refused', reasons: order.remarks };
    if (order.held !== null) return { kind: 'refused', reasons: [order.held] };
    const work = answerWork(order, request, [], desk.house, now);
    const event = {
      kind: 'answer-ordered',
      actor: command.author.name || 'operator',
      reason: order.letter.to,
    };
    if (!(await write(desk, request, work, [event], now))) return null;
    const letters = await desk.store.outbox.ofTicket(request.ticket.id);
    const item = letters.find(({ onceKey }) => onceKey === order.letter.onceKey);
    if (item === undefined) throw new Error(`the answer to ${request.ticket.ref} was not written`);
    return { kind: 'queued', item, warnings: order.warnings };
  });
}

export async function answerByPhone(desk: Desk, command: Command, now: Date): Promise<Answered> {
  if (command.text.trim() === '')
    return { kind: 'refused', reasons: ['say what was answered: the body is empty'] };
  return again(desk, command, async (request) => {
    const author = { ...command.author, name: command.author.name || 'operator' };
    const work = phoned({ ...request, author }, desk.house, now, command.text.trim());
    return (await write(desk, request, work, [], now)) ? { kind: 'logged' } : null;
  });
}

async function write(
  { store }: Desk,
  { ticket }: AnswerRequest,
  work: Work,
  events: Work['events'],
  now: Date,
): Promise<boolean> {
  const change = { ...work.change, id: ticket.id, version: ticket.version };
  const written = [...events, ...work.events];
  return (
    (await store.change(now.toISOString(), change, work.earlier, work.letters, written, work.stops)) ===
    'done'
  );
}

async function again(
  { store }: Desk,
  command: Command,
  work: (request: AnswerRequest) => Promise<Answered | null>,
): Promise<Answered> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const ticket = await goesOn(store, await store.tickets.byRef(command.ref));
    if (ticket === null) return { kind: 'refused', reasons: [`there is no ticket ${command.ref}`] };
    const done = await work({
      ...command,
      ticket,
      messages: await store.received.ofTicket(ticket.id),
      letters: await store.outbox.ofTicket(ticket.id),
      contract: ticket.number === null ? null : await store.contracts.find(ticket.number),
      files: [],
      readMail: null,
    });
    if (done !== null) return done;
  }
  throw new Error(`${command.ref} is being changed by others all the time; try again`);
}
