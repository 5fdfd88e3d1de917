/** `uketsuke review list|show|accept|reject`: what a person must decide, with what was read and where. */
import { isoJst } from '../calendar/jst.ts';
import type { SendingDesk } from '../desk/house.ts';
import type { Received, TicketDetail } from '../desk/ports.ts';
import { acceptReview, type Candidate, candidatesOf, ReviewRefused, rejectReview } from '../desk/review.ts';
import { type Door, Failed, UsageError } from './door.ts';
import { faxPictures } from './tickets-save.ts';

type Document = Awaited<ReturnType<typeof documentOf>>;

export async function reviewList(door: Door): Promise<void> {
  const desk = await door.desk();
  const documents: Document[] = [];
  for (const { ref } of await desk.store.tickets.list({ state: 'review' })) {
    const detail = await desk.store.tickets.detail(ref);
    if (detail !== null) documents.push(await documentOf(desk, detail));
  }
  const lines = documents.map(
    (one) =>
      `${one.ref}  ${one.channel.padEnd(4)}  ${one.number ?? one.candidates[0]?.value ?? '-'}  ${one.openedAt}  ${one.reason}  ${one.subject}`,
  );
  door.print(documents, documents.length === 0 ? 'Nothing waits for a person.' : lines.join('\n'));
}

export async function reviewShow(
  door: Door,
  ref: string,
  options: { readonly pictures?: string },
): Promise<void> {
  const desk = await door.desk();
  const detail = await desk.store.tickets.detail(refOf(ref));
  if (detail === null) throw new Failed(`review: there is no ticket ${ref}; see uketsuke review list`);
  const document = await documentOf(desk, detail);
  const pictures: string[] = [];
  for (const message of options.pictures === undefined ? [] : detail.messages) {
    for (const { name, bytes } of await faxPictures(desk.store, message.id)) {
      const { path, how } = door.save(options.pictures!, `${document.ref}-${message.id}-${name}`, bytes);
      if (path === null) throw new Failed(`review: ${name}: ${how}`);
      pictures.push(path);
    }
  }
  door.print({ ...document, pictures }, story(document, pictures));
}

export async function reviewAccept(
  door: Door,
  ref: string,
  options: { readonly number?: string },
): Promise<void> {
  const desk = await door.desk();
  const done = await told(() => acceptReview(desk, refOf(ref), options.number ?? null, door.now()));
  const { letter, standing, known } = done;
  const leaves = letter?.notBefore ?? null;
  const at = leaves === null ? null : isoJst(new Date(leaves));
  const lines = [
    `${done.ref} is open under ${done.number}, ${done.customer}.`,
    ...(standing === 'valid' ? [] : [`On the day of receipt the contract was ${standing}.`]),
    ...(known ? [] : ['The sender is not registered on this contract.']),
    letter === null
      ? 'No acknowledgement goes out: nobody with a mail address is known. Answer by telephone.'
      : `The acknowledgement to ${letter.to} leaves ${at ?? 'when the calendar is known'}.`,
  ];
  const json = letter === null ? null : { to: letter.to, notBefore: at };
  door.print({ ...done, letter: json }, lines.join('\n'));
}

export async function reviewReject(door: Door, ref: string): Promise<void> {
  const desk = await door.desk();
  const ticket = await told(() => rejectReview(desk, refOf(ref), door.now()));
  door.print(
    { ref: ticket.ref, state: 'rejected' },
    `${ticket.ref} is rejected: nothing goes out by itself, the messages are kept.`,
  );
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ReviewRefused)) throw error;
    if (error.message.startsWith('--number')) throw new UsageError(error.message);
    throw new Failed(`review: ${error.message}`);
  }
}

const refOf = (text: string) => text.normalize('NFKC').trim().toUpperCase();

async function documentOf(desk: SendingDesk, { ticket, messages }: TicketDetail) {
  const doubted = messages.findLast(({ outcome }) => outcome === 'review') ?? messages.at(-1);
  const fax = doubted?.facts?.fax;
  return {
    ref: ticket.ref,
    state: ticket.state,
    channel: ticket.channel,
    openedAt: isoJst(new Date(ticket.openedAt)),
    subject: ticket.subject,
    number: ticket.number,
    reason: doubted?.reason ?? '',
    because: doubted?.facts?.numberReason ?? null,
    from: fax?.caller ?? doubted?.facts?.from ?? null,
    candidates: await candidatesOf(desk, messages),
    pages: doubted === undefined ? [] : await pagesOf(desk, doubted),
    remarks: doubted?.facts?.remarks ?? [],
    text: doubted?.facts?.text ?? '',
  };
}

async function pagesOf({ store }: SendingDesk, { id }: Received) {
  const pages = await store.received.pages(id);
  return pages.map(({ page, outcome, confidence, detail }) => ({ page, outcome, confidence, detail }));
}

function story(document: Document, pictures: readonly string[]): string {
  const seen = ({ value, readers, customer }: Candidate) => {
    const by = readers.map((one) => `${one.reader} “${one.raw}” ${one.confidence.toFixed(2)}`).join(', ');
    return `candidate: ${value}  ${customer ?? '(not registered)'}  ${by === '' ? 'not read: the caller, the header line or a near number points to it' : by}`;
  };
  return [
    `${document.ref}  ${document.state}  by ${document.channel} from ${document.from ?? 'an unknown sender'}, received ${document.openedAt}`,
    `subject: ${document.subject}`,
    `number: ${document.number ?? 'none'}; ${document.reason}`,
    ...(document.because === null ? [] : [`because: ${document.because}`]),
    ...document.candidates.map(seen),
    ...document.pages.map(
      (one) =>
        `page ${one.page}: ${one.outcome}, confidence ${one.confidence}${one.detail === '' ? '' : ` (${one.detail})`}`,
    ),
    ...document.remarks.map((one) => `remark: ${one}`),
    ...pictures.map((one) => `picture: ${one}`),
    ...(document.pages.length > 0 && pictures.length === 0
      ? [`pictures of the pages: uketsuke review show ${document.ref} --pictures FOLDER`]
      : []),
    ...(document.state === 'review' || document.state === 'awaiting-number'
      ? [`decide: uketsuke review accept ${document.ref} [--number N], or review reject ${document.ref}`]
      : []),
    '',
    document.text,
  ].join('\n');
}
