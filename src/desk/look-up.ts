/** Everything a decision about one message needs, looked up before it is taken: wait first, decide once. */
import { type Verdict, verdict } from '../inquiry/authentication.ts';
import { type Screening, screen } from '../inquiry/automatic-mail.ts';
import type { Contract } from '../inquiry/contract.ts';
import type { Letter, Mailbox } from '../inquiry/letter.ts';
import { type NumberReading, readOpening } from '../inquiry/opening.ts';
import { applyProfile, type FormReading } from '../inquiry/profile.ts';
import { textDigest } from '../inquiry/same-text.ts';
import { markOf, readMark, readMessageId } from '../reply/mark.ts';
import { referencesIn } from '../ticket/reference.ts';
import { type Belonging, belonging } from '../ticket/thread.ts';
import type { Ticket } from '../ticket/ticket.ts';
import type { Desk } from './house.ts';
import type { ClaimedMessage, OutboxItem, Received } from './ports.ts';

/** A password mail follows its encrypted attachment within this time (spec 4). */
const passwordMs = 60 * 60_000;
/** The same content from the same sender within this time is a likely repeat (spec 4). */
const repeatMs = 3 * 86_400_000;

export interface Findings {
  readonly message: ClaimedMessage;
  readonly letter: Letter;
  /** The limit of the reader that was passed, or null. */
  readonly limit: string | null;
  readonly screening: Screening;
  readonly form: FormReading | null;
  /** Who asks: From, or the customer a form names. */
  readonly sender: Mailbox | null;
  readonly fromStaff: boolean;
  readonly authentication: Verdict;
  readonly reading: NumberReading;
  /** Contract of the number that was read; null when there is none in the registry. */
  readonly contract: Contract | null;
  /** Contract of a ticket that closed too long ago, when its participant goes on without a number (spec 4). */
  readonly inherited: Contract | null;
  /** Contracts the sender is registered on. */
  readonly registeredOn: readonly Contract[];
  readonly belonging: Belonging;
  /** Messages of the ticket this one belongs to, oldest first. */
  readonly ticketMessages: readonly Received[];
  /** Letter of ours that a mark in this message names: what bounced, what was answered, what came back. */
  readonly ours: OutboxItem | null;
  /** Our own mail, come back: its Message-ID is ours. */
  readonly returned: boolean;
  readonly textDigest: string | null;
  readonly repeatOf: Received | null;
  readonly undeliverable: readonly string[];
  readonly sentTo: (address: string) => {
    readonly queued: number;
    readonly hour: number;
    readonly day: number;
  };
}

export async function lookUp(
  desk: Desk,
  message: ClaimedMessage,
  letter: Letter,
  limit: string | null,
  now: Date,
): Promise<Findings> {
  const { house, store } = desk;
  const form = applyProfile(letter, house.formProfiles);
  const sender = form === null ? letter.from : formSender(form);
  const screening = screen(letter, {
    returnPath: message.source.returnPath,
    ourAddresses: house.addresses,
    staffAddresses: house.staff.map((one) => one.address),
  });
  const reading = readOpening(house.mask, {
    subject: letter.subject,
    own: form?.text ?? letter.body.own,
    quoted: letter.body.quoted,
    signature: letter.body.signature,
    field: form?.number ?? null,
  });
  const fromDomain = sender?.address.split('@')[1] ?? '';
  const registeredOn = sender === null ? [] : await store.contracts.registeredOn(sender.address);
  const contract = reading.value === null ? null : await store.contracts.find(reading.value);
  const marks = await findMarks(desk, message, letter);
  const address = sender?.address ?? '';
  const belongs = await findBelonging(desk, message, letter, marks.ticket, address, registeredOn, reading);
  const oldNumber =
    belongs.kind === 'new' && belongs.reason === 'closed-long-ago' && reading.decision === 'missing'
      ? belongs.linkedTo?.number
      : null;
  const digest = textDigest(letter);
  const since = new Date(Date.parse(message.receivedAt) - repeatMs).toISOString();
  const repeatOf =
    digest === null || address === '' ? null : await store.received.sameText(address, digest, since);
  const candidates = [address, ...letter.replyTo.map((one) => one.address)].filter((one) => one !== '');
  const counts = new Map(
    await Promise.all(
      [...new Set(candidates)].map(
        async (one) => [one, await store.outbox.countTo(one, lookBack(now))] as const,
      ),
    ),
  );
  return {
    message,
    letter,
    limit,
    screening,
    form,
    sender,
    fromStaff: house.staff.some((one) => one.address === address),
    authentication: verdict(letter.headers, house.authservId, fromDomain),
    reading,
    contract,
    inherited: oldNumber == null ? null : await store.contracts.find(oldNumber),
    registeredOn,
    belonging: belongs,
    ticketMessages: 'ticket' in belongs ? await store.received.ofTicket(belongs.ticket.id) : [],
    ours: marks.item,
    returned: marks.returned,
    textDigest: digest,
    repeatOf: repeatOf?.ticketId == null ? null : repeatOf,
    undeliverable: await store.outbox.undeliverable(candidates),
    sentTo: (one) => counts.get(one) ?? { queued: 0, hour: 0, day: 0 },
  };
}

function lookBack(now: Date): { hour: string; day: string } {
  return {
    hour: new Date(now.getTime() - 3_600_000).toISOString(),
    day: new Date(now.getTime() - 86_400_000).toISOString(),
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
  const letterMark = own ?? fromAddress.find((mark) => mark.purpose === 'b') ?? fromIds[0];
  const ticketMark = fromAddress.find((mark) => mark.purpose === 'c');
  const item = letterMark === undefined ? null : await desk.store.outbox.get(letterMark.id);
  const ticketId = ticketMark?.id ?? item?.ticketId ?? null;
  return {
    ticket: ticketId === null ? null : await desk.store.tickets.byId(ticketId),
    item,
    returned: own !== null,
  };
}

async function findBelonging(
  desk: Desk,
  message: ClaimedMessage,
  letter: Letter,
  signed: Ticket | null,
  sender: string,
  registeredOn: readonly Contract[],
  reading: NumberReading,
): Promise<Belonging> {
  const { store } = desk;
  const tags = referencesIn(letter.subject);
  const tagged = tags[0] === undefined ? null : await store.tickets.byRef(tags[0]);
  const referred = await store.received.byMessageIds([...letter.inReplyTo, ...letter.references]);
  const earlierId =
    referred.find((one) => one.ticketId !== null && one.facts?.from === sender)?.ticketId ?? null;
  const since = new Date(Date.parse(message.receivedAt) - passwordMs).toISOString();
  const withPassword = sender === '' ? null : await store.received.encryptedFrom(sender, since);
  const ticketOf = async (id: number | null | undefined) => (id == null ? null : store.tickets.byId(id));
  return belonging({
    signed,
    tagged,
    earlier: await ticketOf(earlierId),
    passwordFor: await ticketOf(withPassword?.ticketId),
    sender,
    registeredOn: (number) => registeredOn.some((contract) => contract.number === number),
    numbers: numbersAtStart(reading),
    receivedAt: new Date(message.receivedAt),
  });
}
