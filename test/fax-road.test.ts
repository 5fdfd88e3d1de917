/** The road of a fax, whole: pages in a gateway's mail, the number on them, the ticket, and who is told. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { audit } from '../src/desk/audit.ts';
import { acceptReview, rejectReview } from '../src/desk/review.ts';
import { type Dovecot, password, startDovecot } from './dovecot.ts';
import { faxPage, hylafaxMail, networkFaxMail } from './fax-mail.ts';
import { keptFaxReader } from './kept-fax-reader.ts';
import { mail, opened, startTrial, type Trial } from './trial.ts';

/** Each fax takes some seconds of a core; a busy machine may have none to spare. */
vi.setConfig({ testTimeout: 240_000 });

/** Of the page fixtures: CL-4180-2537 on `cover-fine.tif`, CL-6402-9158 on `cover-standard-upside-down.tif`. */
const head =
  'number,customer,product,purchased_on,period_start,period_end,status,customised,contact_name,contact_email,contact_fax,contact_phone,contact_department,contact_company';
const midori =
  'CL-4180-2537,みどり製紙株式会社,ChatLuck,2025-03-20,2025-04-01,2027-03-31,active,no,青山 晴子,aoyama@midori.example.jp,03-5550-0142,,総務部,みどり製紙株式会社';
const minami =
  'CL-6402-9158,株式会社みなみ,ChatLuck,2025-03-20,2025-04-01,2026-10-31,active,no,南 一郎,minami@minami.example.jp,06-5550-0199,,,株式会社みなみ';
const gateways = `faxGateways:
  - { name: hylafax, from: faxmaster@fax.example.jp, layout: hylafax }
  - { name: netfax, from: "@netfax.example.jp", layout: network-fax }
staff:
  - { name: 鈴木 一郎, address: suzuki@staff.example.jp }
`;
/** Tuesday, reception hours. */
const now = '2026-11-24T10:10:00';

const faxReader = keptFaxReader();
let trial: Trial;
const start = async (over: { csv?: string; yaml?: string; now?: string; ownReader?: boolean } = {}) => {
  trial = await startTrial({
    now: over.now ?? now,
    csv: [head, over.csv ?? `${midori}\n${minami}`].join('\n'),
    yaml: over.yaml ?? gateways,
    ...(over.ownReader ? {} : { faxReader }),
  });
};
afterEach(async () => {
  expect((await audit(trial.daemon.desk)).contradictions).toEqual([]);
  expect((await audit(trial.daemon.desk)).balanced).toBe(true);
  expect(trial.journal.filter((one) => /failed/.test(one.event)).map((one) => one.fields)).toEqual([]);
  await trial[Symbol.asyncDispose]();
});
const toCustomers = () => trial.arrivals.filter(({ to }) => !to.endsWith('@staff.example.jp'));
const toStaff = async () =>
  await opened(trial.arrivals.filter(({ to }) => to.endsWith('@staff.example.jp')).at(-1)!.raw);

describe('a fax from a registered number', () => {
  it('opens a ticket under the number on its page; the contact of that number is told by mail', async () => {
    await start();
    const raw = hylafaxMail({ caller: '03-5550-0142' });
    const message = await trial.send(raw);
    expect(message).toMatchObject({ outcome: 'ticket-opened', reason: 'valid' });
    const ticket = await trial.ticketOf(message);
    expect(ticket).toMatchObject({
      ref: 'R-20261124-0001',
      ...{ channel: 'fax', state: 'open', number: 'CL-4180-2537', verified: true },
      participants: [{ address: 'aoyama@midori.example.jp', role: 'author' }],
    });
    expect(toCustomers().map(({ to }) => to)).toEqual(['aoyama@midori.example.jp']);
    const letter = await opened(toCustomers()[0]!.raw);
    expect(letter.subject).toMatch(/^\[R-20261124-0001\] お問合せを受け付けました: FAX\(1枚\)/);
    expect(letter.text).toContain('青山 晴子 様');
    const told = await toStaff();
    expect(told.subject).toContain('【FAX】【新規】');
    expect(told.text).toContain('FAX 03-5550-0142 登録済み(青山 晴子)');
    expect(told.text).toContain('メッセージの送信に時間');
    // Kept: the original, a picture of each page and of the number, and the text.
    const { received } = trial.daemon.desk.store;
    expect(await received.raw(message.id)).toEqual(raw);
    expect(await received.pages(message.id)).toMatchObject([
      { page: 1, outcome: 'image', text: expect.stringContaining('みどり製紙株式会社') },
    ]);
    for (const page of [0, 1])
      expect((await received.picture(message.id, page))!.subarray(1, 4).toString()).toBe('PNG');
    expect(message.facts?.fax).toMatchObject({ caller: '0355500142', pages: ['image'], unread: 0 });
  });

  it('by a network-fax service in ISO-2022-JP, upside down, after the period: a letter about the period', async () => {
    await start();
    const files = [faxPage('cover-standard-upside-down.tif')];
    const message = await trial.send(networkFaxMail({ caller: '06-5550-0199', files }));
    expect(message).toMatchObject({ outcome: 'review', reason: 'expired' });
    expect(message.facts?.remarks).toContain('1枚目は向きを直して読み取りました');
    expect(toCustomers().map(({ to }) => to)).toEqual(['minami@minami.example.jp']);
  });

  it('outside reception hours it waits for the opening', async () => {
    await start({ now: '2026-11-24T17:40:00' });
    await trial.send(hylafaxMail({ caller: '0355500142' }));
    expect(toCustomers()).toEqual([]);
    await trial.goTo('2026-11-25T09:00:00');
    expect(toCustomers()).toHaveLength(1);
  });

  it('without a number on the page it is asked for it by mail', async () => {
    await start();
    const files = [faxPage('cover-without-number.tif')];
    const message = await trial.send(hylafaxMail({ caller: '0355500142', files }));
    expect(message).toMatchObject({ outcome: 'held', reason: 'missing' });
    expect((await opened(toCustomers()[0]!.raw)).subject).toContain('サポートサービス番号ご連絡のお願い');
    // The contact answers by mail, and the fax opens with its own time of receipt.
    await trial.goTo('2026-11-24T11:00:00');
    const { messageId } = await opened(toCustomers()[0]!.raw);
    const reply = mail({
      from: 'aoyama@midori.example.jp',
      text: 'CL-4180-2537',
      headers: [`In-Reply-To: ${messageId}`],
    });
    const answer = await trial.send(reply);
    expect(answer.ticketId).toBe(message.ticketId);
    expect(await trial.ticketOf(message)).toMatchObject({
      ...{ state: 'open', number: 'CL-4180-2537', channel: 'fax' },
      openedAt: '2026-11-24T01:10:00.000Z',
    });
  });

  it('a second fax about the same contract is offered as a continuation, never joined', async () => {
    await start();
    const first = await trial.send(hylafaxMail({ caller: '0355500142' }));
    const files = [faxPage('cover-fine.tif'), faxPage('cover-without-number.tif')];
    const second = await trial.send(hylafaxMail({ caller: '0355500142', pages: 2, files }));
    expect(second.ticketId).not.toBe(first.ticketId);
    expect(await trial.ticketOf(second)).toMatchObject({
      linkedTo: first.ticketId,
      subject: expect.stringMatching(/^FAX\(2枚\)/),
    });
  });

  it('the same files delivered again are marked, and acknowledged once', async () => {
    await start();
    const first = await trial.send(hylafaxMail({ caller: '0355500142' }));
    const again = await trial.send(hylafaxMail({ caller: '0355500142' }));
    expect(await trial.ticketOf(again)).toMatchObject({ repeatOf: first.ticketId });
    expect(toCustomers()).toHaveLength(1);
  });
});

describe('a fax from anybody else', () => {
  it('the ticket is unverified, nothing goes out, staff have a task', async () => {
    await start();
    // Hidden (what the machine says of itself makes nobody known), registered nowhere, registered on another contract.
    for (const caller of ['', '0459999999', '0655500199']) {
      const message = await trial.send(hylafaxMail({ caller }));
      expect(message).toMatchObject({ outcome: 'ticket-opened', reason: 'valid (unverified)' });
      expect(message.facts?.fax).toMatchObject({ caller: caller || null, claimed: '0355500142' });
      expect(await trial.ticketOf(message)).toMatchObject({ verified: false, participants: [] });
      expect((await toStaff()).text).toContain('登録のないFAX番号からの受信です');
    }
    expect(toCustomers()).toEqual([]);
    expect(await trial.letters()).toEqual([]);
  });

  it('a gateway whose mail failed authentication is not believed about the caller', async () => {
    await start({
      yaml: `${gateways}authservId: mx.example.jp\nsmtp: { listen: "127.0.0.1:0", trustedPeers: ["127.0.0.1"] }\n`,
    });
    const headers = [
      'Authentication-Results: mx.example.jp; dkim=fail header.d=fax.example.jp; spf=fail smtp.mailfrom=fax.example.jp; dmarc=fail header.from=fax.example.jp',
    ];
    const message = await trial.send(hylafaxMail({ caller: '0355500142', headers }));
    expect(message).toMatchObject({ outcome: 'ticket-opened', reason: 'valid (unverified)' });
    expect(message.facts?.fax?.caller).toBeNull();
    expect(toCustomers()).toEqual([]);
  });

  it('without a number a person looks: nobody can be asked', async () => {
    await start();
    const message = await trial.send(
      hylafaxMail({ caller: '', files: [faxPage('cover-without-number.tif')] }),
    );
    expect(message).toMatchObject({ outcome: 'review' });
    expect(toCustomers()).toEqual([]);
  });
});

describe('a reading that leaves a doubt', () => {
  /** The registry knows no CL-4180-2537, but a number that differs in one digit. */
  const near = midori.replace('CL-4180-2537', 'CL-4180-2538');

  it('is for a person: candidates and pictures go to staff, nothing to anybody else; what is accepted is acknowledged', async () => {
    await start({ csv: near, now: '2026-11-24T16:00:00' });
    const message = await trial.send(hylafaxMail({ caller: '' }));
    expect(message).toMatchObject({ outcome: 'review', reason: 'uncertain' });
    expect(toCustomers()).toEqual([]);
    const told = await toStaff();
    expect(told.subject).toContain('【FAX】【要確認】');
    expect(told.text).toContain('番号の候補: CL-4180-2537');
    expect(told.text).toContain('CL-4180-2538(読取ではなく');
    const staffMail = trial.arrivals.find(({ to }) => to.endsWith('@staff.example.jp'))!;
    const { attachments } = await simpleParser(staffMail.raw);
    expect(attachments.map(({ filename }) => filename)).toEqual(['fax0', '番号の場所.png', '1枚目.png']);

    const { desk } = trial.daemon;
    const { ref } = await trial.ticketOf(message);
    // One was read and is not registered, the other is registered and was not read: the machine takes neither.
    await expect(acceptReview(desk, ref, null, trial.now())).rejects.toThrow(/give --number; what was read/);
    await expect(acceptReview(desk, ref, 'CL-4180-2537', trial.now())).rejects.toThrow(/not registered/);
    await trial.goTo('2026-11-24T17:45:00');
    const accepted = await acceptReview(desk, ref, 'ＣＬ４１８０２５３８', trial.now());
    expect(accepted).toMatchObject({ number: 'CL-4180-2538', known: false, standing: 'valid' });
    await trial.goTo('2026-11-24T18:00:00');
    expect(toCustomers()).toEqual([]);
    await trial.goTo('2026-11-25T09:00:00');
    expect(toCustomers().map(({ to }) => to)).toEqual(['aoyama@midori.example.jp']);
    expect((await opened(toCustomers()[0]!.raw)).text).toContain('2026年11月24日(火) 16:00');
    expect(await trial.ticketOf(message)).toMatchObject({
      ...{ state: 'open', number: 'CL-4180-2538', openedAt: '2026-11-24T07:00:00.000Z' },
      participants: [{ address: 'aoyama@midori.example.jp', role: 'author' }],
    });
    expect((await desk.store.received.get(message.id))?.outcome).toBe('ticket-opened');
    await expect(acceptReview(desk, ref, 'CL-4180-2538', trial.now())).rejects.toThrow(/is open/);
  });

  it('a refused one stays, and nothing goes out', async () => {
    await start({ csv: near });
    const message = await trial.send(hylafaxMail({ caller: '0355500142' }));
    const { ref } = await trial.ticketOf(message);
    const before = toCustomers().length;
    await rejectReview(trial.daemon.desk, ref, trial.now());
    expect(await trial.ticketOf(message)).toMatchObject({ state: 'rejected' });
    await trial.goTo('2026-11-25T10:00:00');
    expect(toCustomers()).toHaveLength(before);
    await expect(rejectReview(trial.daemon.desk, 'R-20991231-0001', trial.now())).rejects.toThrow(
      /no ticket/,
    );
  });
});

describe('pages that cannot be read', () => {
  it.each([
    ['cut off', Buffer.from('%PDF-1.4\n%\xe2\xe3\n1 0 obj\n', 'latin1')],
    ['nothing but a mark', Buffer.from('II*\0\x08\0\0\0', 'latin1')],
  ])('%s: a ticket for a person, the original kept', async (_what, file) => {
    await start();
    const raw = hylafaxMail({ caller: '0355500142', files: [file] });
    const message = await trial.send(raw);
    expect(message).toMatchObject({ outcome: 'review', reason: 'uncertain' });
    expect(message.facts?.remarks.join()).toContain('ファイルが壊れています');
    expect(await trial.daemon.desk.store.received.raw(message.id)).toEqual(raw);
  });
});

describe('mail of a gateway without pages', () => {
  it('is shown to a person and never answered', async () => {
    await start();
    const headers = ['Auto-Submitted: auto-generated'];
    const message = await trial.send(hylafaxMail({ caller: '0355500142', files: [], headers }));
    expect(message).toMatchObject({ outcome: 'review' });
    expect(toCustomers()).toEqual([]);
  });
});

describe('OCR beside the mail', () => {
  it('a mail behind a fax does not wait for it', async () => {
    await start({ ownReader: true });
    const { desk } = trial.daemon;
    const source = { kind: 'file', name: 'x', returnPath: null, recipients: [] } as const;
    const fax = await desk.accept(hylafaxMail({ caller: '0355500142' }), source, trial.now(), false);
    const mails = [];
    for (let n = 0; n < 5; n += 1)
      mails.push(await desk.accept(mail({ from: 'aoyama@midori.example.jp' }), source, trial.now(), false));
    const settled = trial.daemon.settle();
    for (const id of mails) while ((await desk.store.received.get(id))?.outcome === null) await sleep(5);
    expect((await desk.store.received.get(fax))?.outcome).toBeNull();
    await settled;
    expect((await desk.store.received.get(fax))?.outcome).toBe('ticket-opened');
  });

  it('a daemon that stops in the middle of a fax reads it again afterwards', async () => {
    await start({ ownReader: true });
    const { desk } = trial.daemon;
    const source = { kind: 'file', name: 'x', returnPath: null, recipients: [] } as const;
    const id = await desk.accept(hylafaxMail({ caller: '0355500142' }), source, trial.now(), false);
    void trial.daemon.settle();
    // Less than any page takes.
    await sleep(200);
    const restarted = trial.restart();
    await sleep(0);
    // What the stop itself does after its six seconds of grace.
    await desk.faxReader.close();
    await restarted;
    expect(await trial.daemon.desk.store.received.get(id)).toMatchObject({ outcome: null });
    await trial.goTo('2026-11-24T10:30:00');
    expect(await trial.daemon.desk.store.received.get(id)).toMatchObject({ outcome: 'ticket-opened' });
    expect(toCustomers()).toHaveLength(1);
  });
});

describe('from a mailbox', () => {
  let dovecot: Dovecot;
  let folder: string;
  beforeAll(async () => {
    dovecot = await startDovecot();
    folder = mkdtempSync(join(tmpdir(), 'uketsuke-fax-'));
    writeFileSync(join(folder, 'password'), `${password}\n`);
  });
  afterAll(async () => {
    await dovecot.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('TIFF, faxrcvd mail, Dovecot, daemon, ticket, acknowledgement', async () => {
    await start({
      ownReader: true,
      yaml: `${gateways}mailboxes:\n  - { name: fax, host: 127.0.0.1, port: ${dovecot.imapPort}, tls: none, user: fax1, passwordFile: ${join(folder, 'password')}, since: all }\n`,
    });
    await dovecot.deliver('fax1', hylafaxMail({ caller: '0355500142' }));
    const { store } = trial.daemon.desk;
    for (let tries = 0; (await store.received.get(1))?.outcome == null; tries += 1) {
      if (tries > 600) throw new Error('the fax was not decided within 30 s');
      await sleep(50);
    }
    await trial.goTo('2026-11-24T10:11:00');
    const message = (await store.received.get(1))!;
    expect(message).toMatchObject({ outcome: 'ticket-opened', source: { kind: 'imap' } });
    expect(await trial.ticketOf(message)).toMatchObject({ channel: 'fax', number: 'CL-4180-2537' });
    expect(toCustomers().map(({ to }) => to)).toEqual(['aoyama@midori.example.jp']);
  });
});
