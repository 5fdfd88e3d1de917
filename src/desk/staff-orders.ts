/** What one directive of staff comes to, the answer apart: changes, events and sentences for its author (spec 5.3). Pure. */
import { surnameOf } from '../reply/answer.ts';
import type { Category } from '../ticket/category.ts';
import { categoryLabel } from '../ticket/category.ts';
import type { Ticket, TicketState } from '../ticket/ticket.ts';
import { firstAnswerMinutes } from './answer-fate.ts';
import { answerNamed } from './answer-item.ts';
import type { House } from './house.ts';
import { callerKey, lastFromCustomer } from './last-word.ts';
import { joined } from './participants.ts';
import type { Block, Stop } from './ports.ts';
import { type Change, settled, settleNumber, withdrawn } from './settle-number.ts';
import type { Note } from './staff-mail.ts';
import type { StaffReply } from './staff-reply.ts';

export interface Work extends Change {
  /** What was done, or must be known, in Japanese. */
  readonly remarks: readonly string[];
  readonly note?: Note['what'];
  /** Key of the answer whose text comes back with the note. */
  readonly answer?: string;
  readonly block?: Block;
  /** The ticket that goes on in place of this one. */
  readonly into?: { readonly ticket: Ticket; readonly change: Change['change'] };
}

/** Work done, or the sentence that says why not: then nothing at all is done. */
export type Done = Work | string;

export const idle: Work = { change: {}, letters: [], events: [], stops: [], earlier: [], remarks: [] };

/** `#番号`: the ticket opens under that number with its original time of receipt; the acknowledgement follows. */
export function numbered(reply: StaffReply, house: House, now: Date): Done {
  const { number, contract } = reply.numbered ?? { number: null, contract: null };
  if (number === null) return `番号の形式が正しくありません(${house.mask.text})。`;
  if (contract === null) return `番号 ${number} は登録にありません。先に契約を取り込んでください。`;
  const { known, standing, settles, ...work } = settleNumber(reply, contract, reply.author.name, house, now);
  return {
    ...idle,
    ...work,
    remarks: [
      `番号を ${number}(${contract.customer})としました。`,
      ...(standing === 'valid' ? [] : [`受信日はサービス期間外、または解約済みです(${standing})。`]),
      ...(known ? [] : ['差出人はこの契約に登録がありません。']),
      ...(settles && work.letters.length === 0
        ? ['受付確認は送信しません(自動メールを送れない差出人です)。']
        : []),
    ],
  };
}

/** `#担当`: by full name or surname. */
export function assigned(house: House, typed: string): Done {
  const plain = (name: string) => name.replace(/[\s\u3000]/g, '');
  const found = house.staff.filter(({ name }) => plain(name) === plain(typed) || surnameOf(name) === typed);
  const [one] = found;
  if (one === undefined || found.length > 1) {
    const names = house.staff.map(({ name }) => name).join('、');
    return `担当者「${typed}」を${one === undefined ? '登録から見つけられません' : '一人に絞れません'}。登録: ${names}`;
  }
  return { ...idle, change: { assignee: one.name }, remarks: [`担当を ${one.name} にしました。`] };
}

/** `#終了`; with an answer in the same mail the ticket closes when that has left. */
export function closed(reply: StaffReply, now: Date, category: Category | null, answered: boolean): Done {
  const waits = reply.letters.some((one) => one.kind === 'answer' && one.state === 'queued');
  if (waits && !answered)
    return '送信待ちの回答があります。送信後に「#終了」としてください(取りやめるときは「#取消」)。';
  const label = category === null ? '' : `(分類: ${categoryLabel(category)})`;
  return {
    ...idle,
    change: {
      ...(category === null ? {} : { category }),
      ...(answered ? {} : { state: 'closed', closedAt: now.toISOString() }),
    },
    remarks: [answered ? `回答の送信後に受付を終了します${label}。` : `受付を終了しました${label}。`],
  };
}

/** `#電話`: who said what and when stands on the ticket; the loop is closed without sending. */
export function phoned(
  reply: Pick<StaffReply, 'ticket' | 'messages' | 'letters' | 'author'>,
  house: House,
  now: Date,
  text: string,
): Work {
  const { ticket, author, letters } = reply;
  const waits = letters.some((one) => one.kind === 'answer' && one.state === 'queued');
  return {
    ...idle,
    change: {
      state: 'answered',
      closedAt: null,
      firstAnswerMinutes: firstAnswerMinutes(house, ticket, now),
    },
    events: [{ kind: 'phone-answer', actor: author.name, reason: text }],
    stops: withdrawn(letters, 'answered by telephone'),
    earlier: settled(reply, 'answered by telephone'),
    remarks: [
      '電話での回答を記録しました。',
      ...(waits ? ['送信待ちの回答があります。不要なときは「#取消」としてください。'] : []),
    ],
  };
}

/** `#統合`: everything of this ticket goes on in the one named. Two numbers are two customers and stay apart. */
export function merged(reply: StaffReply, now: Date, ref: string): Done {
  const { ticket, target, author } = reply;
  if (target === null) return `受付 ${ref} がありません。`;
  if (target.id === ticket.id) return `受付 ${ref} は、この受付自身です。`;
  if (target.number === null && ticket.number !== null)
    return `受付 ${target.ref} には番号がありません。${target.ref} の通知から「#統合 ${ticket.ref}」としてください。`;
  if (ticket.number !== null && target.number !== ticket.number)
    return `受付 ${target.ref} はサポートサービス番号が異なります。別のお客様の受付は統合できません。`;
  if (reply.letters.some((one) => one.kind === 'answer' && ['queued', 'sending', 'held'].includes(one.state)))
    return '送信待ちまたは保留中の回答があります。先に「#取消」としてください。';
  const unanswered = ticket.state !== 'answered' && ticket.state !== 'closed';
  const state: TicketState = target.number === null ? 'awaiting-number' : 'open';
  const participants = joined(target, ticket.participants);
  const added = participants.slice(target.participants.length).map(({ address }) => address);
  const event = { kind: 'merged', actor: author.name, reason: `${ticket.ref} → ${target.ref}` };
  return {
    ...idle,
    change: { state: 'closed', closedAt: now.toISOString(), mergedInto: target.id },
    into: {
      ticket: target,
      change: { participants, ...(unanswered ? { state, closedAt: null } : {}) },
    },
    events: [event],
    stops: withdrawn(reply.letters, `merged into ${target.ref}`),
    earlier: target.number === null ? [] : settled(reply, `merged into ${target.ref}`, 'ticket-continued'),
    remarks: [
      `受付 ${ticket.ref} を ${target.ref} に統合しました。以後のやりとりは ${target.ref} に続きます。`,
      ...(added.length === 0 ? [] : [`${target.ref} の関係者に加わった宛先: ${added.join(', ')}`]),
    ],
  };
}

/** `#迷惑`: closes, blocks the sender, sends nothing. A registered customer is never silenced by a forged sender. */
export function refusedAsSpam(reply: StaffReply, now: Date, text: string): Work {
  const { author, letters, customerOn, messages } = reply;
  const facts = lastFromCustomer(messages)?.facts ?? null;
  const address = facts?.from ?? (callerKey(facts?.fax?.caller ?? '') || null);
  const why = text === '' ? 'unwanted mail' : text.replace(/\s+/g, ' ').slice(0, 200);
  const block =
    address === null || customerOn.length > 0 ? null : { address, reason: `${why} (${author.name})` };
  return {
    ...idle,
    change: { state: 'closed', closedAt: now.toISOString() },
    ...(block === null ? {} : { block }),
    events: [{ kind: 'spam', actor: author.name, reason: block === null ? why : `${block.address}: ${why}` }],
    stops: [
      ...withdrawn(letters, 'closed as unwanted mail'),
      ...letters
        .filter((one) => one.kind === 'answer' && one.state === 'queued')
        .map(({ id }): Stop => ({ id, state: 'cancelled', reason: 'closed as unwanted mail', must: true })),
    ],
    remarks: [
      '受付を終了し、お客様への自動メールを取りやめました。',
      block === null
        ? '差出人は契約に登録があるか、不明のため、受信拒否にはしていません。'
        : `今後 ${block.address} からのメールは保管のみとし、受付を作成しません。`,
    ],
  };
}

/** `#取消`: the answer the confirmation tells of, else the one that waits; too late once it has begun to leave. */
export function takenBack(reply: StaffReply): Done {
  const { letters, to, author } = reply;
  const waiting = letters.filter((one) => one.kind === 'answer' && ['queued', 'held'].includes(one.state));
  const answer = answerNamed(to, letters) ?? (waiting.length === 1 ? waiting[0]! : null);
  if (answer === null) {
    return waiting.length === 0
      ? '取り消せる回答がありません。'
      : '送信待ちの回答が2件以上あります。取り消す回答の送信予約に返信してください。';
  }
  if (answer.state === 'cancelled')
    return { ...idle, note: 'cancelled', remarks: ['すでに取り消されています。'] };
  if (!waiting.includes(answer)) return { ...idle, note: 'too-late', remarks: [] };
  const stop: Stop = {
    id: answer.id,
    state: 'cancelled',
    reason: `taken back by ${author.name}`,
    must: true,
  };
  return { ...idle, note: 'cancelled', answer: answer.onceKey, stops: [stop], remarks: [] };
}
