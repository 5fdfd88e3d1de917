/** Everything a decision about one message needs, looked up before it is taken: wait first, decide once. */
import type { Verdict } from '../inquiry/authentication.ts';
import { type Screening, screen } from '../inquiry/automatic-mail.ts';
import type { Contract } from '../inquiry/contract.ts';
import { gatewayOf } from '../inquiry/fax-gateway.ts';
import type { Letter, Mailbox } from '../inquiry/letter.ts';
import { type NumberReading, opensWithNumber, readNumber } from '../inquiry/opening.ts';
import { applyProfile, type FormReading } from '../inquiry/profile.ts';
import { textDigest } from '../inquiry/same-text.ts';
import { markOf, readMark, readMessageId } from '../reply/mark.ts';
import { type Circumstances, countedSince, type StrangerCounts } from '../reply/withhold.ts';
import { referencesIn } from '../ticket/reference.ts';
import { type Belonging, belonging } from '../ticket/thread.ts';
import { type Channel, isStaffMail, type Ticket } from '../ticket/ticket.ts';
import { bouncesToldPerHourMax } from './bounce-notice.ts';
import { type Caller, findCaller, followedFax } from './fax-caller.ts';
import { type FaxReport, findFaxReport } from './fax-report.ts';
import type { Desk } from './house.ts';
import { callerKey } from './last-word.ts';
import type { Acceptance, ClaimedMessage, OutboxItem, Received } from './ports.ts';
import type { FaxArrival } from './read-fax.ts';
import { type Astray, findStaffReply, goesOn, type StaffReply } from './staff-reply.ts';

/** A password mail follows its encrypted attachment within this time (spec 4). */
const passwordMs = 60 * 60_000;
/** The same content from the same sender within this time is a likely repeat (spec 4). */
const repeatMs = 3 * 86_400_000;

/** What the mail itself says, before anything is looked up. */
interface Read {
  /** How the customer wrote; the inquiry page and the fax gateway are not the customer. */
  readonly channel: Channel;
  readonly form: FormReading | null;
  /** The mail comes from a fax gateway, with or without pages: it is never answered itself. */
  readonly gateway: boolean;
  /** Who asks: From, the customer a form names, or the registered person behind a fax number. */
  readonly sender: Mailbox | null;
  /** Where a fax back to the caller goes, when there is nobody to mail. */
  readonly faxBack: Caller['faxBack'];
  readonly screening: Screening;
  /** Of the mail itself: a form is as believable as the server that sent it. */
  readonly authentication: Verdict;
  readonly reading: NumberReading;
}

/** The same content from the same sender, seen before. */
interface Repeat {
  readonly of: Received | null;
  /** A letter of ours answered it, so that this one needs none. */
  readonly answered: boolean;
}

export interface Findings extends Read {
  readonly message: ClaimedMessage;
  readonly fax: FaxArrival | null;
  readonly letter: Letter;
  /** The limit of the reader that was passed, or null. */
  readonly limit: string | null;
  readonly fromStaff: boolean;
  /** A reply of staff to a mail of ours, with all proofs; whatever lacks one is an ordinary mail. */
  readonly staffReply: StaffReply | Astray | null;
  /** Mails that staff, with proof, forward in this one. */
  readonly forwarded: readonly Acceptance[];
  /** Why mail of this sender is ignored, or null. */
  readonly blocked: string | null;
  /** Contract of the number that was read; null when there is none in the registry. */
  readonly contract: Contract | null;
  /** Contract of a ticket that closed too long ago, when its participant goes on without a number (spec 4). */
  readonly inherited: Contract | null;
  /** Contracts the sender, or the caller's fax number, is registered on. */
  readonly registeredOn: readonly Contract[];
  readonly belonging: Belonging;
  /** Messages of the ticket this one belongs to, oldest first. */
  readonly ticketMessages: readonly Received[];
  /** Letters of that ticket, oldest first. */
  readonly ticketLetters: readonly OutboxItem[];
  /** The ticket a mark of ours names, whoever wrote. */
  readonly marked: Ticket | null;
  /** Letter of ours that a mark in this message names: what bounced, what was answered, what came back. */
  readonly ours: OutboxItem | null;
  /** What a fax gateway says became of a fax of ours. */
  readonly faxReport: FaxReport | null;
  /** Our own mail, come back: its Message-ID is ours. */
  readonly returned: boolean;
  readonly textDigest: string | null;
  readonly repeat: Repeat;
  readonly undeliverable: readonly string[];
  readonly sentTo: (address: string) => Circumstances['sent'];
  /** Null when the sender is registered on the contract in question, or gets no letter anyway. */
  readonly strangers: StrangerCounts | null;
  /** Other letters of ours that came back within the last hour; of a bounce alone, counted up to a bound. */
  readonly bouncedBefore: number;
}

export async function lookUp(
  desk: Desk,
  message: ClaimedMessage,
  letter: Letter,
  limit: string | null,
  authentication: Verdict,
  now: Date,
  fax: FaxArrival | null = null,
): Promise<Findings> {
  const { house, store } = desk;
  const seen = readIt(desk, message, letter, authentication);
  const caller = fax === null ? null : await findCaller(desk, message.source, seen.authentication, fax);
  const read: Read = caller === null ? seen : { ...seen, ...caller, channel: 'fax', form: null };
  const { sender, reading } = read;
  const address = sender?.address ?? '';
  const registeredOn =
    caller?.registeredOn ?? (address === '' ? [] : await store.contracts.registeredOn(address));
  const contract =
    registeredOn.find((one) => one.number === reading.value) ??
    (reading.value === null ? null : await store.contracts.find(reading.value));
  const marks = await findMarks(desk, message, letter);
  const belongs =
    fax === null
      ? await findBelonging(desk, message, letter, marks.ticket, read, registeredOn, contract)
      : await followedFax(desk, fax, reading);
  const oldNumber =
    belongs.kind === 'new' && belongs.reason === 'closed-long-ago' && reading.decision === 'missing'
      ? belongs.linkedTo?.number
      : null;
  // Text recognised twice differs; the files of a fax delivered twice do not.
  const digest = fax === null ? textDigest(letter) : fax.digests.join(' ');
  const candidates = [address, ...letter.replyTo.map((one) => one.address)].filter((one) => one !== '');
  return {
    ...read,
    message,
    fax,
    letter,
    limit,
    fromStaff: house.staff.some((one) => one.address === address),
    staffReply:
      read.form === null && fax === null
        ? await findStaffReply(desk, letter, read.authentication, message.source.recipients)
        : null,
    forwarded: [],
    // A registered customer is never silenced: the address may have been forged by whom staff meant.
    blocked: registeredOn.length > 0 ? null : await blockOf(desk, address, fax),
    contract,
    inherited: oldNumber == null ? null : await store.contracts.find(oldNumber),
    registeredOn,
    belonging: belongs,
    ticketMessages: 'ticket' in belongs ? await store.received.ofTicket(belongs.ticket.id) : [],
    ticketLetters: 'ticket' in belongs ? await store.outbox.ofTicket(belongs.ticket.id) : [],
    marked: marks.ticket,
    ours: marks.item,
    faxReport: fax === null && seen.gateway ? await findFaxReport(desk, letter, marks.item, now) : null,
    returned: marks.returned,
    textDigest: digest,
    repeat: await findRepeat(desk, message, address, digest),
    undeliverable: await store.outbox.undeliverable(candidates),
    sentTo: await countLetters(desk, candidates, now),
    strangers: await countStrangers(desk, read, registeredOn, contract, now),
    bouncedBefore:
      read.screening.kind === 'bounce' && marks.item !== null
        ? await store.outbox.bouncedSince(countedSince(now).hour, bouncesToldPerHourMax)
        : 0,
  };
}

function readIt({ house }: Desk, message: ClaimedMessage, letter: Letter, authentication: Verdict): Read {
  const form = applyProfile(letter, house.formProfiles);
  const reading = readNumber(house.mask, letter, form);
  return {
    channel:
      message.source.kind === 'staff' && message.source.name === 'phone'
        ? 'phone'
        : form === null
          ? 'mail'
          : 'form',
    form,
    faxBack: null,
    gateway: gatewayOf(letter, house.faxGateways) !== null,
    sender: form === null ? letter.from : formSender(form),
    screening: screen(letter, {
      returnPath: message.source.returnPath,
      ourAddresses: house.addresses,
      staffAddresses: house.staff.map((one) => one.address),
      robots: house.robots,
      numbered: opensWithNumber(reading),
    }),
    authentication,
    reading,
  };
}

/** The customer a form names; null when the form does not give a plain address. */
export function formSender(form: FormReading): Mailbox | null {
  return form.address === null ? null : { name: form.name ?? '', address: form.address };
}

function numbersAtStart(reading: NumberReading): readonly string[] {
  const found = reading.candidates.filter((one) => one.where === 'opening' || one.where === 'subject');
  return [...new Set(found.flatMap((one) => one.value ?? []))];
}

async function blockOf({ store }: Desk, address: string, fax: FaxArrival | null): Promise<string | null> {
  const key = fax === null ? address : callerKey(fax.call.caller ?? '');
  return key === '' ? null : store.blocked(key);
}

interface Marks {
  readonly ticket: Ticket | null;
  readonly item: OutboxItem | null;
  readonly returned: boolean;
}

/** Verified marks of ours: in the envelope, in To and Cc, in the threading headers, in a returned original. */
async function findMarks(desk: Desk, message: ClaimedMessage, letter: Letter): Promise<Marks> {
  const { keys, addresses } = desk.house;
  const own = letter.messageId === null ? null : readMessageId(keys, letter.messageId);
  const addressed = [
    ...message.source.recipients,
    ...letter.to.map((one) => one.address),
    ...letter.cc.map((one) => one.address),
  ];
  const tokens = addressed.flatMap((address) => markOf(address, addresses) ?? []);
  const fromAddress = tokens.flatMap((token) => readMark(keys, token) ?? []);
  const ids = [
    ...(letter.report?.originalMessageIds ?? []),
    ...[...letter.inReplyTo].reverse(),
    ...[...letter.references].reverse(),
  ];
  const fromIds = ids.flatMap((id) => readMessageId(keys, id) ?? []);
  // Return paths name letters, to customers (b) and to staff (s); a reply address names the ticket (c).
  const letterMark = own ?? fromAddress.find((mark) => mark.purpose !== 'c') ?? fromIds[0];
  const ticketMark = fromAddress.find((mark) => mark.purpose === 'c');
  const item = letterMark === undefined ? null : await desk.store.outbox.get(letterMark.id);
  const ticketId = ticketMark?.id ?? item?.ticketId ?? null;
  return {
    ticket: ticketId === null ? null : await goesOn(desk.store, await desk.store.tickets.byId(ticketId)),
    item,
    returned: own !== null,
  };
}

async function findBelonging(
  { store }: Desk,
  message: ClaimedMessage,
  letter: Letter,
  signed: Ticket | null,
  { sender, authentication, reading }: Read,
  registeredOn: readonly Contract[],
  contract: Contract | null,
): Promise<Belonging> {
  // A From that failed authentication is nobody's: it takes part in nothing.
  const address = authentication.verdict === 'fail' ? '' : (sender?.address ?? '');
  const ticketOf = async (id: number | null | undefined) =>
    id == null ? null : goesOn(store, await store.tickets.byId(id));
  let tagged: Ticket | null = null;
  for (const tag of referencesIn(letter.subject))
    tagged ??= await goesOn(store, await store.tickets.byRef(tag));
  const referred = await store.received.byMessageIds([...letter.inReplyTo, ...letter.references]);
  const since = new Date(Date.parse(message.receivedAt) - passwordMs).toISOString();
  const encrypted = address === '' ? null : await store.received.encryptedFrom(address, since);
  const before = encrypted !== null && encrypted.receivedAt <= message.receivedAt;
  return belonging({
    signed,
    tagged,
    earlier: await ticketOf(referred.find((one) => one.ticketId !== null)?.ticketId),
    passwordFor: before ? await ticketOf(encrypted.ticketId) : null,
    sender: address,
    registeredOn: (number) => registeredOn.some((one) => one.number === number),
    numbers: numbersAtStart(reading),
    contract,
    receivedAt: new Date(message.receivedAt),
  });
}

async function findRepeat(
  { store }: Desk,
  message: ClaimedMessage,
  address: string,
  digest: string | null,
): Promise<Repeat> {
  const none: Repeat = { of: null, answered: false };
  if (digest === null || address === '') return none;
  const since = new Date(Date.parse(message.receivedAt) - repeatMs).toISOString();
  const found = await store.received.sameText(address, digest, since);
  if (found === null || found.ticketId === null || found.receivedAt > message.receivedAt) return none;
  const letters = await store.outbox.ofTicket(found.ticketId);
  const answered = letters.some(
    (one) => !isStaffMail(one.kind) && one.state !== 'failed' && one.state !== 'cancelled',
  );
  return { of: found, answered };
}

async function countStrangers(
  { store }: Desk,
  { sender, screening }: Read,
  registeredOn: readonly Contract[],
  contract: Contract | null,
  now: Date,
): Promise<StrangerCounts | null> {
  const known = registeredOn.some((one) => contract === null || one.number === contract.number);
  if (known || sender === null || !screening.mayAnswer) return null;
  return store.outbox.countStrangers(sender.address.replace(/^.*@/, ''), countedSince(now));
}

async function countLetters(
  { store }: Desk,
  addresses: readonly string[],
  now: Date,
): Promise<Findings['sentTo']> {
  const counts = new Map<string, Circumstances['sent']>();
  for (const one of new Set(addresses)) counts.set(one, await store.outbox.countTo(one, countedSince(now)));
  return (one) => counts.get(one) ?? { queued: 0, hour: 0, day: 0 };
}
