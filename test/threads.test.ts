/** Which ticket a mail belongs to, through the whole daemon: every clue of spec 4, from everybody who may send one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../src/desk/audit.ts';
import { importContracts } from '../src/desk/import-contracts.ts';
import type { Received, TicketChange } from '../src/desk/ports.ts';
import { parseContracts } from '../src/inquiry/contract-csv.ts';
import { canonicalNumber } from '../src/inquiry/support-number.ts';
import type { Ticket } from '../src/ticket/ticket.ts';
import {
  type Arrival,
  type MailText,
  mail,
  opened,
  registry,
  startTrial,
  type Trial,
  vouching,
} from './trial.ts';

const sato = 'sato@sample.example.jp';
const kato = 'kato@sample.example.jp';
const takahashi = 'takahashi@midori.example.jp';
const stranger = 'mallory@freemail.example.jp';
const number = 'CL-1234-5678';

let trial: Trial;
beforeAll(async () => {
  trial = await startTrial({
    now: '2026-11-02T10:00:00',
    yaml: [
      "addressExtension: '+'",
      vouching.trim(),
      'staff: [{ name: 鈴木, address: suzuki@example.jp }]',
      'outbox: { reminders: false }',
    ].join('\n'),
  });
});
afterAll(async () => {
  const found = await audit(trial.daemon.desk);
  expect(found.contradictions).toEqual([]);
  expect(found.balanced).toBe(true);
  expect(trial.journal.filter((one) => /failed/.test(one.event)).map((one) => one.fields)).toEqual([]);
  await trial[Symbol.asyncDispose]();
});

/** The clock goes on, so that the caps of one case do not reach into the next. */
let day = 0;
async function nextDay(): Promise<void> {
  for (day += 1; ; day += 1) {
    const time = new Date(Date.UTC(2026, 10, 2 + day, 1));
    const text = time.toISOString();
    if (time.getUTCDay() % 6 !== 0 && !['2026-11-03', '2026-11-23'].includes(text.slice(0, 10))) {
      return trial.goTo(time);
    }
  }
}
async function later(minutes: number): Promise<void> {
  await trial.goTo(new Date(trial.now().getTime() + minutes * 60_000));
}
const send = (over: MailText, to?: string) => trial.send(mail(over), undefined, to);
/** Letters to one address since the given count of arrivals. */
const to = (address: string, since = 0): readonly Arrival[] =>
  trial.arrivals.slice(since).filter((one) => one.to === address);
const notices = async (since: number): Promise<readonly string[]> =>
  Promise.all(to('suzuki@example.jp', since).map(async ({ raw }) => (await opened(raw)).subject));

/** A new inquiry, its ticket, and the letter that answered it. */
async function inquire(over: MailText = {}) {
  await nextDay();
  const since = trial.arrivals.length;
  const message = await send({ from: sato, ...over });
  const letter = to(over.from ?? sato, since).at(-1);
  const parsed = letter === undefined ? null : await opened(letter.raw);
  const replyTo = letter?.raw.toString('latin1').match(/^Reply-To: (.*)\r$/m)?.[1] ?? '';
  return {
    message,
    ticket: await trial.ticketOf(message),
    subject: parsed?.subject ?? '',
    text: parsed?.text ?? '',
    id: parsed?.messageId ?? '',
    replyTo,
  };
}
const reload = async (ticket: Ticket): Promise<Ticket> =>
  (await trial.daemon.desk.store.tickets.byId(ticket.id))!;
async function set(
  ticket: Ticket,
  change: Pick<TicketChange, 'state' | 'closedAt' | 'number'>,
): Promise<void> {
  const { id, version } = await reload(ticket);
  const event = { kind: 'state', actor: 'operator', reason: 'test' };
  const done = await trial.daemon.desk.store.change(
    trial.now().toISOString(),
    { id, version, ...change },
    [],
    [],
    [event],
  );
  expect(done).toBe('done');
}
const re = (subject: string) => `Re: ${subject}`;
const inReplyTo = (id: string) => [`In-Reply-To: ${id}`];

describe('a follow-up continues its ticket without a number (spec 4)', () => {
  const ways: readonly [string, (first: Awaited<ReturnType<typeof inquire>>) => [MailText, string?]][] = [
    ['by In-Reply-To to our letter', ({ id }) => [{ subject: '別件名', headers: inReplyTo(id) }]],
    [
      'by References alone',
      ({ id }) => [{ subject: '別件名', headers: [`References: <a@x.example.jp> ${id} <b@x.example.jp>`] }],
    ],
    [
      'by a Message-ID whose case a relay folded',
      ({ id }) => [{ subject: '別件名', headers: inReplyTo(id.toUpperCase()) }],
    ],
    [
      'by the signed address in To and in RCPT',
      ({ replyTo }) => [{ subject: '別件名', to: replyTo }, replyTo],
    ],
    ['by the signed address in RCPT alone', ({ replyTo }) => [{ subject: '別件名' }, replyTo]],
    ['by the reference in the subject', ({ subject }) => [{ subject: re(subject) }]],
    ['by the reference in full width', ({ ticket }) => [{ subject: `Ｒｅ：［${ticket.ref}］追加です` }]],
    [
      'by a reference behind one nobody knows',
      ({ ticket }) => [{ subject: `Re: [R-20200101-0001] [${ticket.ref}] 追加` }],
    ],
    [
      'by an own earlier mail',
      ({ message }) => [{ subject: '別件名', headers: inReplyTo(message.messageId!) }],
    ],
  ];
  it.each(ways)('%s', async (_way, how) => {
    const first = await inquire();
    const since = trial.arrivals.length;
    const [over, rcpt] = how(first);
    const next = await send({ from: sato, text: '追加の情報です。', ...over }, rcpt);
    expect(next).toMatchObject({ outcome: 'ticket-continued', ticketId: first.ticket.id });
    expect(to(sato, since)).toEqual([]);
    expect(await notices(since)).toEqual([expect.stringMatching(/^【追信】/)]);
  });

  it('from a contact of the contract who had no part in it, and from somebody the author copied', async () => {
    const first = await inquire({ headers: ['Cc: Ueda <ueda@partner.example.jp>'] });
    for (const from of [kato, 'ueda@partner.example.jp']) {
      const next = await send({ from, subject: re(first.subject), text: '私からも追加します。' });
      expect(next).toMatchObject({ outcome: 'ticket-continued', ticketId: first.ticket.id });
    }
    const all = await send({
      from: 'ueda@partner.example.jp',
      text: '全員に返信します。',
      headers: inReplyTo(first.message.messageId!),
    });
    expect(all).toMatchObject({ outcome: 'ticket-continued', ticketId: first.ticket.id });
  });

  it('from a stranger by the reference alone: a new ticket, linked, NEUTRAL, and the first learns nothing', async () => {
    const first = await inquire();
    const since = trial.arrivals.length;
    const next = await send({
      from: stranger,
      subject: re(first.subject),
      text: `${number}\n割り込みます。`,
    });
    expect(next).toMatchObject({ outcome: 'ticket-opened', reason: 'valid (unverified)' });
    expect(next.ticketId).not.toBe(first.ticket.id);
    expect((await trial.ticketOf(next)).linkedTo).toBe(first.ticket.id);
    expect((await opened(to(stranger, since)[0]!.raw)).subject).toContain('(ご登録内容の確認)');
    expect((await reload(first.ticket)).participants.map((one) => one.address)).toEqual([sato]);
  });

  it('a forged mark is no mark', async () => {
    const first = await inquire();
    const forged = first.id.replace(/^<(.)(..)/, (_all, a: string) => `<${a}zz`);
    const next = await send({ from: stranger, headers: inReplyTo(forged), text: 'こんにちは' });
    expect(next.outcome).toBe('held');
    expect((await trial.ticketOf(next)).linkedTo).toBeNull();
  });
});

describe('a signed mark from outside (spec 4)', () => {
  it('is attached and reviewed; no automatic mail, and its sender stays outside', async () => {
    const first = await inquire();
    const since = trial.arrivals.length;
    const outside = await send({
      from: stranger,
      headers: inReplyTo(first.id),
      text: '代わりに返信します。',
    });
    expect(outside).toMatchObject({ outcome: 'review', reason: 'stranger', ticketId: first.ticket.id });
    expect(to(stranger, since)).toEqual([]);
    expect((await reload(first.ticket)).participants).toContainEqual(
      expect.objectContaining({ address: stranger, role: 'stranger' }),
    );
    expect((await reload(first.ticket)).state).toBe('review');
    expect(await notices(since)).toEqual([expect.stringMatching(/^【要確認】/)]);
    const again = await send({ from: stranger, text: '再度です。' }, first.replyTo);
    expect(again).toMatchObject({ outcome: 'review', reason: 'stranger', ticketId: first.ticket.id });
    const tagged = await send({ from: stranger, subject: re(first.subject), text: 'タグだけです。' });
    expect(tagged.ticketId).not.toBe(first.ticket.id);
    // A customer who answers all makes nobody a participant whom staff have not accepted.
    await send({ from: sato, headers: [...inReplyTo(first.id), `Cc: ${stranger}`], text: '全員へ返信' });
    const third = await send({ from: stranger, headers: inReplyTo(first.id), text: '三度目です。' });
    expect(third).toMatchObject({ outcome: 'review', reason: 'stranger' });
  });

  it('on a closed ticket is not buried with it', async () => {
    const first = await inquire();
    await set(first.ticket, { state: 'closed', closedAt: trial.now().toISOString() });
    await send({ from: stranger, headers: inReplyTo(first.id), text: '閉じた後です。' });
    expect(await reload(first.ticket)).toMatchObject({ state: 'review', closedAt: null });
  });

  it('another contract’s number in a thread is a person’s business', async () => {
    const first = await inquire();
    const next = await send({ from: sato, headers: inReplyTo(first.id), text: 'CL-2345-6789\n別の件です。' });
    expect(next).toMatchObject({ outcome: 'review', reason: 'other-number', ticketId: first.ticket.id });
    expect(await reload(first.ticket)).toMatchObject({ state: 'review', number });
  });
});

describe('a From that failed authentication takes part in nothing', () => {
  const failed = ['Authentication-Results: mx.example.jp; dmarc=fail header.from=sample.example.jp'];
  it('by the reference: a new linked ticket, no letter, unverified, nobody joins', async () => {
    const first = await inquire();
    const since = trial.arrivals.length;
    const next = await send({
      from: sato,
      subject: re(first.subject),
      headers: [...failed, `Cc: ${stranger}`],
      text: `${number}\n至急です。`,
    });
    expect(next).toMatchObject({ outcome: 'ticket-opened', reason: 'valid (unverified)' });
    expect(next.ticketId).not.toBe(first.ticket.id);
    const ticket = await trial.ticketOf(next);
    expect(ticket).toMatchObject({ verified: false, linkedTo: first.ticket.id });
    expect(ticket.participants).toEqual([expect.objectContaining({ address: sato, role: 'stranger' })]);
    expect(to(sato, since)).toEqual([]);
    const [notice] = to('suzuki@example.jp', since);
    expect((await opened(notice!.raw)).text).toContain('送信者認証に失敗しています');
  });

  it('by a signed mark: attached, reviewed', async () => {
    const first = await inquire();
    const next = await send({ from: sato, headers: [...inReplyTo(first.id), ...failed], text: '偽物です。' });
    expect(next).toMatchObject({ outcome: 'review', reason: 'stranger', ticketId: first.ticket.id });
  });

  it('by an earlier mail', async () => {
    const first = await inquire();
    const headers = [...inReplyTo(first.message.messageId!), ...failed];
    const next = await send({ from: sato, headers, text: '偽物です。' });
    expect(next.outcome).toBe('held');
    expect(next.ticketId).not.toBe(first.ticket.id);
  });

  it('as the password of an encrypted attachment', async () => {
    const first = await encrypted();
    await later(10);
    const next = await send({ from: sato, headers: failed, text: 'パスワードは abc です。' });
    expect(next.ticketId).not.toBe(first.ticketId);
  });

  it('does not use up the acknowledgement of the true one', async () => {
    await nextDay();
    const text = `${number}\n同じ文面です。`;
    const since = trial.arrivals.length;
    await send({ from: sato, subject: '同文', text, headers: failed });
    expect(to(sato, since)).toEqual([]);
    const real = await send({ from: sato, subject: '同文', text });
    expect(real).toMatchObject({ outcome: 'ticket-opened', reason: 'valid (重複?)' });
    expect(to(sato, since)).toHaveLength(1);
  });

  it('no verdict, and the verdict of somebody else, change nothing', async () => {
    for (const server of ['mx.evil.example', 'mx.example.jp.evil.example']) {
      const headers = [`Authentication-Results: ${server}; dmarc=fail header.from=sample.example.jp`];
      const { ticket, subject } = await inquire({ headers });
      expect(ticket).toMatchObject({ state: 'open', verified: true });
      expect(subject).toContain('受け付けました');
    }
    const two = await inquire({
      headers: [
        'Authentication-Results: mx.example.jp; dmarc=pass header.from=sample.example.jp',
        'Authentication-Results: mx.evil.example; dmarc=fail header.from=sample.example.jp',
      ],
    });
    expect(two.message.facts?.authentication).toBe('pass');
    expect(two.ticket.verified).toBe(true);
  });
});

describe('states of a ticket that is written to', () => {
  it('answered becomes open', async () => {
    const first = await inquire();
    await set(first.ticket, { state: 'answered' });
    await send({ from: sato, headers: inReplyTo(first.id), text: 'もう一つ質問です。' });
    expect((await reload(first.ticket)).state).toBe('open');
  });

  it('closed opens again until the end of the 30th day, then a linked ticket inherits the number', async () => {
    const first = await inquire();
    await set(first.ticket, { state: 'closed', closedAt: '2026-10-10T01:00:00.000Z' });
    const since = trial.arrivals.length;
    const old = await trial.takeIn(
      mail({ from: sato, headers: inReplyTo(first.id), text: '続きです。' }),
      '2026-11-09T23:59:59',
    );
    expect(old).toMatchObject({ outcome: 'ticket-continued', ticketId: first.ticket.id });
    expect(await reload(first.ticket)).toMatchObject({ state: 'open', closedAt: null });
    expect(await notices(since)).toEqual([expect.stringMatching(/^【再開】/)]);
    await set(first.ticket, { state: 'closed', closedAt: '2026-10-10T01:00:00.000Z' });
    const late = await trial.takeIn(
      mail({ from: sato, headers: inReplyTo(first.id), text: '1日過ぎました。' }),
      '2026-11-10T00:00:00',
    );
    expect(late).toMatchObject({ outcome: 'ticket-opened', reason: 'valid' });
    expect(await trial.ticketOf(late)).toMatchObject({ number, verified: true, linkedTo: first.ticket.id });
    expect(await reload(first.ticket)).toMatchObject({ state: 'closed' });
  });

  it('rejected stays so, and a person sees the mail', async () => {
    const first = await inquire();
    await set(first.ticket, { state: 'rejected' });
    const next = await send({ from: sato, headers: inReplyTo(first.id), text: 'なぜですか。' });
    expect(next).toMatchObject({ outcome: 'review', reason: 'rejected-ticket', ticketId: first.ticket.id });
    expect((await reload(first.ticket)).state).toBe('rejected');
  });
});

describe('the answer to a request for the number', () => {
  const held = (over: MailText = {}) => inquire({ text: `番号を書き忘れました。${day}`, ...over });
  const quoted = (text: string, filled: string) =>
    text
      .split('\n')
      .map(
        (line) =>
          `> ${/^\s*サポートサービス番号:\s*$/.test(line) ? `  サポートサービス番号: ${filled}` : line}`,
      )
      .join('\n');

  it.each<[string, (text: string) => MailText]>([
    ['inside the quotation', (text) => ({ text: quoted(text, number) })],
    ['on top', (text) => ({ text: `${number} です。\n\n${quoted(text, '')}` })],
    ['in the subject', () => ({ subject: `番号は ${number}`, text: '件名のとおりです。' })],
  ])('%s opens it with its original time of receipt', async (_where, how) => {
    const first = await held();
    const receivedAt = first.message.receivedAt;
    expect(first.message).toMatchObject({ outcome: 'held', reason: 'missing' });
    await later(70);
    const since = trial.arrivals.length;
    const over = how(first.text);
    const next = await send({
      from: sato,
      subject: re(first.subject),
      headers: inReplyTo(first.id),
      ...over,
    });
    expect(next).toMatchObject({ outcome: 'ticket-continued', reason: 'valid', ticketId: first.ticket.id });
    expect(await reload(first.ticket)).toMatchObject({
      state: 'open',
      number,
      verified: true,
      openedAt: receivedAt,
      ref: first.ticket.ref,
    });
    expect(await trial.daemon.desk.store.received.get(first.message.id)).toMatchObject({
      outcome: 'ticket-opened',
      reason: 'valid',
    });
    const { events } = (await trial.daemon.desk.store.tickets.detail(first.ticket.ref))!;
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'outcome', reason: 'held → ticket-opened: valid' }),
    );
    expect(events).toContainEqual(expect.objectContaining({ reason: 'awaiting-number → open' }));
    const [ack] = to(sato, since);
    const { subject, text } = await opened(ack!.raw);
    expect(subject).toContain(`[${first.ticket.ref}] お問合せを受け付けました`);
    expect(text).toContain('10:00');
  });

  it('a colleague of the same contract may send it; a stranger’s is reviewed and his letter withheld', async () => {
    const first = await held();
    const since = trial.arrivals.length;
    const other = await send({ from: stranger, headers: inReplyTo(first.id), text: number });
    expect(other).toMatchObject({ outcome: 'review', reason: 'stranger', ticketId: first.ticket.id });
    expect(await reload(first.ticket)).toMatchObject({ state: 'awaiting-number', number: null });
    const foreign = await send({ from: takahashi, headers: inReplyTo(first.id), text: 'CL-2345-6789' });
    expect(foreign).toMatchObject({ outcome: 'review', reason: 'stranger' });
    expect(to(stranger, since).length + to(takahashi, since).length).toBe(0);
    const colleague = await send({ from: kato, headers: inReplyTo(first.id), text: number });
    expect(colleague).toMatchObject({ outcome: 'ticket-continued', reason: 'valid' });
    expect(await reload(first.ticket)).toMatchObject({ state: 'open', number, verified: true });
    expect(to(kato, since)).toHaveLength(1);
  });

  it('a wrong number first: asked once more quoting it, then the right one', async () => {
    const first = await held();
    let since = trial.arrivals.length;
    const wrong = await send({ from: sato, headers: inReplyTo(first.id), text: 'CL-9999-0001' });
    expect(wrong).toMatchObject({ outcome: 'ticket-continued', reason: 'unknown' });
    expect((await opened(to(sato, since)[0]!.raw)).text).toContain('「CL-9999-0001」');
    await send({ from: sato, headers: inReplyTo(first.id), text: 'CL-9999-0001 です。先ほどの通りです。' });
    expect(to(sato, since)).toHaveLength(1);
    expect((await trial.daemon.desk.store.received.get(first.message.id))!.outcome).toBe('held');
    since = trial.arrivals.length;
    const right = await send({ from: sato, headers: inReplyTo(first.id), text: number });
    expect(right.reason).toBe('valid');
    expect((await reload(first.ticket)).state).toBe('open');
    expect(to(sato, since)).toHaveLength(1);
  });

  it('malformed: asked again once at most; somebody else’s: NEUTRAL, unverified; expired: a person', async () => {
    const short = await held();
    await send({ from: sato, headers: inReplyTo(short.id), text: 'サポートサービス番号: CL-1234-567' });
    expect((await reload(short.ticket)).state).toBe('awaiting-number');
    const other = await held();
    const since = trial.arrivals.length;
    await send({ from: sato, headers: inReplyTo(other.id), text: 'CL-2345-6789' });
    expect(await reload(other.ticket)).toMatchObject({
      state: 'open',
      number: 'CL-2345-6789',
      verified: false,
    });
    const { text } = await opened(to(sato, since)[0]!.raw);
    expect(text).toMatch(/^お客様\n/);
    expect(text).not.toContain('みどり');
    const ito = 'ito@aozora.example.jp';
    const expired = await held({ from: ito });
    const before = trial.arrivals.length;
    const late = await send({ from: ito, headers: inReplyTo(expired.id), text: 'CL-3456-7890' });
    expect(late).toMatchObject({ outcome: 'ticket-continued', reason: 'expired' });
    expect((await reload(expired.ticket)).state).toBe('review');
    expect((await trial.daemon.desk.store.received.get(expired.message.id))!.outcome).toBe('review');
    expect((await opened(to(ito, before)[0]!.raw)).subject).toContain('サポートサービス期間ご確認');
  });

  it('a mail without the number gets no second request, and staff read what it says', async () => {
    const first = await held();
    const since = trial.arrivals.length;
    const next = await send({ from: sato, headers: inReplyTo(first.id), text: '番号が分かりません。' });
    expect(next).toMatchObject({ outcome: 'ticket-continued', reason: 'still waits for its number' });
    expect(to(sato, since)).toEqual([]);
    const [notice] = to('suzuki@example.jp', since);
    expect((await opened(notice!.raw)).subject).toMatch(/^【番号なし】/);
    expect((await opened(notice!.raw)).text).toContain('番号が分かりません。');
  });

  it('two tickets answered in the same words are two', async () => {
    await nextDay();
    const one = await send({ from: sato, subject: '一件目', text: '一件目です。' });
    const two = await send({ from: sato, subject: '二件目', text: '二件目です。' });
    const since = trial.arrivals.length;
    for (const message of [one, two]) {
      const ticket = await trial.ticketOf(message);
      const headers = inReplyTo((await request(ticket))!);
      await send({ from: sato, subject: '番号の件', headers, text: number });
    }
    expect(to(sato, since)).toHaveLength(2);
  });
});

async function request(ticket: Ticket): Promise<string | null> {
  const letters = await trial.daemon.desk.store.outbox.ofTicket(ticket.id);
  return letters.find((one) => one.kind === 'request-number')?.messageId ?? null;
}

/** One file, encrypted: general purpose bit 0 of a local file header is set. */
async function encrypted(over: { from?: string; number?: string } = {}): Promise<Received> {
  await nextDay();
  const zip = Buffer.alloc(40);
  zip.write('PK\x03\x04', 0, 'latin1');
  zip.writeUInt16LE(20, 4);
  zip.writeUInt16LE(1, 6);
  zip.writeUInt16LE(1, 26);
  zip.write('a', 30);
  const raw = mail({ from: over.from ?? sato, subject: `資料 ${day}` }).toString();
  const parts = [
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=UTF-8',
    '',
    `${over.number ?? number}\r\n資料を添付します。パスワードは別途お送りします。`,
    '--b',
    'Content-Type: application/zip; name=a.zip',
    'Content-Disposition: attachment; filename=a.zip',
    'Content-Transfer-Encoding: base64',
    '',
    zip.toString('base64'),
    '--b--',
    '',
  ];
  const head = raw.slice(0, raw.indexOf('Content-Type:'));
  const message = await trial.send(Buffer.from(head + parts.join('\r\n')));
  expect(message.facts?.encrypted).toBe(true);
  return message;
}

describe('the password of an encrypted attachment in a second mail (PPAP)', () => {
  it('within 60 minutes joins; a minute later it does not; with a number it does not', async () => {
    const first = await encrypted();
    await later(60);
    const since = trial.arrivals.length;
    const password = await send({ from: sato, subject: 'パスワード', text: 'パスワード: kaigi2026' });
    expect(password).toMatchObject({ outcome: 'ticket-continued', ticketId: first.ticketId });
    expect(to(sato, since)).toEqual([]);
    await later(1);
    const late = await send({ from: sato, subject: 'パスワード', text: 'パスワード: kaigi2027' });
    expect(late).toMatchObject({ outcome: 'held' });
    const second = await encrypted();
    await later(5);
    const numbered = await send({ from: sato, text: `${number}\n別の質問です。` });
    expect(numbered.outcome).toBe('ticket-opened');
    expect(numbered.ticketId).not.toBe(second.ticketId);
    const another = await send({ from: takahashi, text: 'パスワード: 12345' });
    expect(another.ticketId).not.toBe(second.ticketId);
  });
});

describe('the same once more', () => {
  it('the same content within 3 days is marked and not answered again; on the 4th day it is new', async () => {
    await nextDay();
    const once = { from: takahashi, subject: '同じ内容', text: 'CL-2345-6789\n起動しません。' };
    const start = trial.now().getTime();
    let since = trial.arrivals.length;
    const first = await send(once);
    const again = await send({ ...once, subject: 'Re: 同じ内容' });
    await trial.goTo(new Date(start + 3 * 86_400_000));
    const third = await send(once);
    for (const message of [again, third]) {
      expect(message).toMatchObject({ outcome: 'ticket-opened', reason: 'valid (重複?)' });
      expect((await trial.ticketOf(message)).repeatOf).toBe(first.ticketId);
    }
    await trial.goTo(new Date(start + 3 * 86_400_000 + 60_000));
    expect(to(takahashi, since)).toHaveLength(1);
    expect((await notices(since)).filter((one) => one.startsWith('【重複?】'))).toHaveLength(2);
    day += 8;
    await nextDay();
    since = trial.arrivals.length;
    const fourth = await send(once);
    expect(fourth).toMatchObject({ outcome: 'ticket-opened', reason: 'valid' });
    expect(to(takahashi, since)).toHaveLength(1);
  });

  it('identity is the Message-ID with the content, or the content alone', async () => {
    await nextDay();
    const text = (words: string) => `CL-2345-6789\n${words}`;
    const named = { from: takahashi, messageId: `<same.${process.pid}@midori.example.jp>` };
    const first = await send({ ...named, text: text('一') });
    const byFile = await trial.takeIn(mail({ ...named, text: text('一') }));
    const mbox = mail({ ...named, text: text('一') })
      .toString()
      .replaceAll('\r\n', '\n');
    const byMbox = await trial.takeIn(Buffer.from(`${mbox}\n\n`));
    for (const copy of [byFile, byMbox])
      expect(copy).toMatchObject({ outcome: 'duplicate', ticketId: first.ticketId });
    const other = await send({ ...named, text: text('二') });
    expect(other.outcome).toBe('ticket-opened');
    expect(other.ticketId).not.toBe(first.ticketId);
    const nameless = { from: takahashi, messageId: null };
    const third = await send({ ...nameless, text: text('三') });
    const fourth = await trial.takeIn(mail({ ...nameless, text: text('三') }));
    expect(fourth).toMatchObject({ outcome: 'duplicate', ticketId: third.ticketId });
    const fifth = await send({ ...nameless, text: text('四') });
    expect(fifth.outcome).toBe('ticket-opened');
  });
});

describe('a renewed period opens what waited for it (spec 3.5)', () => {
  it('with its original time, the letter follows; a second import changes nothing', async () => {
    const ito = 'ito@aozora.example.jp';
    const asked = await inquire({ from: ito, text: 'CL-3456-7890\nログインできません。' });
    const other = await inquire({ from: stranger, text: 'CL-3456-7890\nログインできません。' });
    const failed = ['Authentication-Results: mx.example.jp; dmarc=fail header.from=aozora.example.jp'];
    const forged = await inquire({ from: ito, text: 'CL-3456-7890\n偽物です。', headers: failed });
    const quiet = ['X-Auto-Response-Suppress: All'];
    const mute = await inquire({ from: ito, text: 'CL-3456-7890\n通知です。', headers: quiet });
    expect(mute.subject).toBe('');
    await nextDay();
    const since = trial.arrivals.length;
    const row = registry.split('\n').find((line) => line.startsWith('CL-3456-7890'))!;
    const csv = [registry.split('\n')[0], row, row.replace('2025-11-01,2026-10-31', '2026-11-01,2027-10-31')];
    const parsed = parseContracts(Buffer.from(`${csv.join('\n')}\n`), (text) =>
      canonicalNumber(trial.daemon.desk.house.mask, text),
    );
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    const renew = () => importContracts(trial.daemon.desk, parsed.contracts, trial.now());
    expect(await renew()).toEqual(expect.arrayContaining([asked.ticket.ref, other.ticket.ref]));
    await later(1);
    expect(await reload(asked.ticket)).toMatchObject({
      state: 'open',
      verified: true,
      openedAt: asked.message.receivedAt,
    });
    expect(await reload(other.ticket)).toMatchObject({ state: 'open', verified: false });
    expect(await reload(forged.ticket)).toMatchObject({ state: 'open', verified: false });
    expect(await trial.daemon.desk.store.received.get(asked.message.id)).toMatchObject({
      outcome: 'ticket-opened',
    });
    expect(to(stranger, since)).toEqual([]);
    const subjects = await Promise.all(to(ito, since).map(async ({ raw }) => (await opened(raw)).subject));
    expect(subjects.filter((one) => one.includes(asked.ticket.ref))).toEqual([
      expect.stringContaining('お問合せを受け付けました'),
    ]);
    for (const { ticket } of [forged, mute])
      expect(subjects.filter((one) => one.includes(ticket.ref))).toEqual([]);
    expect((await reload(mute.ticket)).state).toBe('open');
    expect(await renew()).toEqual([]);
    await later(1);
    expect(to(ito, since)).toHaveLength(subjects.length);
  });
});

describe('mail from inside', () => {
  it('what staff write without proof is an ordinary mail: shown on the ticket of its mark, or beside it', async () => {
    const first = await inquire();
    const since = trial.arrivals.length;
    const note = to('suzuki@example.jp').at(-1)!;
    const { messageId, subject } = await opened(note.raw);
    const staff = { from: 'suzuki@example.jp', subject: re(subject), text: '調査中です。' };
    const marked = await send({ ...staff, headers: inReplyTo(messageId!) });
    expect(marked).toMatchObject({ outcome: 'review', reason: 'stranger', ticketId: first.ticket.id });
    expect((await reload(first.ticket)).participants.map((one) => one.address)).toEqual([sato]);
    const pass = ['Authentication-Results: mx.example.jp; dmarc=pass header.from=example.jp'];
    const bare = await send({ ...staff, headers: pass, text: '証拠なし' });
    expect(bare.ticketId).not.toBe(first.ticket.id);
    expect((await trial.ticketOf(bare)).linkedTo).toBe(first.ticket.id);
    expect(to('cltech@example.jp', since)).toEqual([]);
    expect(await notices(since)).toHaveLength(2);
    const proven = await send({ ...staff, headers: [...pass, ...inReplyTo(messageId!)], text: '証拠あり' });
    expect(proven).toMatchObject({ reason: 'note from staff', ticketId: first.ticket.id });
  });

  it('our own letter that comes back is ignored and shown on its ticket', async () => {
    const first = await inquire();
    const since = trial.arrivals.length;
    const own = trial.arrivals.filter((one) => one.to === sato).at(-1)!;
    const back = await trial.send(Buffer.concat([Buffer.from('Received: from x\r\n'), own.raw]), '');
    expect(back).toMatchObject({ outcome: 'ignored', reason: 'own-mail', ticketId: first.ticket.id });
    expect(trial.arrivals).toHaveLength(since);
  });

  it('a mail from our own address, and one without From, get no letter and a person', async () => {
    await nextDay();
    const since = trial.arrivals.length;
    const ours = await send({ from: 'cltech@example.jp', text: 'テスト' });
    expect(ours).toMatchObject({ outcome: 'review', reason: 'missing' });
    expect((await trial.ticketOf(ours)).participants).toEqual([]);
    const raw = mail({ text: number })
      .toString()
      .replace(/^From: .*\r\n/, '');
    const nobody = await trial.send(Buffer.from(raw), '');
    expect(nobody.outcome).toMatch(/ticket-opened|review/);
    expect(trial.arrivals.slice(since).filter((one) => one.to !== 'suzuki@example.jp')).toEqual([]);
  });
});
