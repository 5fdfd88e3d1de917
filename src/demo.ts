/**
 * `uketsuke demo`: the main job on sample mails, in a folder of its own, with a clock of its own: a Friday
 * afternoon before a long weekend. Nothing leaves this machine; letters become files.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { japaneseDateTime } from './calendar/japanese-date.ts';
import { instantAt, isoJst } from './calendar/jst.ts';
import { loadConfig, packageRoot } from './config.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { audit } from './desk/audit.ts';
import { importContracts } from './desk/import-contracts.ts';
import { parseContracts } from './inquiry/contract-csv.ts';
import { canonicalNumber } from './inquiry/support-number.ts';
import { openLog } from './log.ts';

const samples = join(packageRoot(), 'fixtures', 'demo');
const say = (text = '') => process.stdout.write(`${text}\n`);

export async function demo(): Promise<void> {
  const config = loadConfig(join(samples, 'uketsuke.yaml'));
  rmSync(config.dataDir, { recursive: true, force: true });
  let now = instantAt('2026-11-20', '17:25:00');
  await using daemon = await startDaemon(config, ['intake', 'read', 'send'], openLog(config.log), () => now);
  const { desk } = daemon;
  const registry = parseContracts(readFileSync(join(samples, 'contracts.csv')), (text) =>
    canonicalNumber(config.mask, text),
  );
  if ('problems' in registry) throw new Error('the sample registry is damaged');
  await importContracts(desk, registry.contracts, now);

  say(`Uketsuke demonstration. The clock says ${isoJst(now)} (a Friday; Monday is a public holiday).`);
  say(
    `${registry.contracts.length} contracts are registered. Mails arrive by SMTP on 127.0.0.1:${daemon.smtpPort}:\n`,
  );
  const names = readdirSync(samples)
    .filter((name) => name.endsWith('.eml'))
    .sort();
  for (const name of names.filter((one) => one < '07')) await send(daemon, name);
  await send(daemon, names[0]!);
  now = instantAt('2026-11-20', '18:05:00');
  await send(daemon, names.find((one) => one.startsWith('07'))!);
  await tellMessages(daemon, 1);

  await tellFax(daemon, names.find((one) => one.startsWith('09'))!, join(config.dataDir, 'fax'));

  say('\nThe desk closed at 17:30. What has left, and what waits for the next reception hours:\n');
  await tellOutbox(daemon);

  now = instantAt('2026-11-24', '09:00:00');
  await daemon.settle();
  say(`\nThe clock moves to ${isoJst(now)}: the desk opens and the waiting letters leave.\n`);
  await tellOutbox(daemon);

  now = instantAt('2026-11-24', '09:10:00');
  const request = (await desk.store.outbox.list()).find((item) => item.kind === 'request-number')!;
  const held = await desk.store.tickets.byId(request.ticketId!);
  say(`\nThe customer of ${held!.ref} fills in the number inside the quotation and replies:\n`);
  const before = (await desk.store.received.tally()).accepted;
  await send(daemon, names.find((one) => one.startsWith('08'))!, {
    REF: held!.ref,
    'MESSAGE-ID': request.messageId!,
  });
  await tellMessages(daemon, before + 1);
  const opened = await desk.store.tickets.byId(held!.id);
  say(
    `  ${opened!.ref} is ${opened!.state} now, number ${opened!.number}, still received ${isoJst(new Date(opened!.openedAt))}.`,
  );

  await tellLetter(daemon, 'acknowledgement');

  now = instantAt('2026-11-24', '11:58:30');
  await tellAnswer(daemon, names.find((one) => one.startsWith('10'))!, held!.id);
  now = instantAt('2026-11-24', '13:00:00');
  await daemon.settle();
  say(`\nThe clock moves to ${isoJst(now)}.`);
  await tellLetter(daemon, 'answer');
  const answered = await desk.store.tickets.byId(held!.id);
  say(
    `\n  ${answered!.ref} is ${answered!.state}, ${answered!.firstAnswerMinutes} business minutes after it came in.`,
  );

  const found = await audit(desk);
  say(
    `\nAudit: ${found.accepted} accepted = ${found.decided} decided + ${found.queued} queued. ${found.balanced ? 'The ledger balances.' : 'It does NOT balance.'}`,
  );
  say(`\nEverything is in ${config.dataDir}; look with:`);
  say('  npx uketsuke --config fixtures/demo/uketsuke.yaml tickets list');
  say(`  npx uketsuke --config fixtures/demo/uketsuke.yaml tickets show ${held!.ref}`);
  say('  npx uketsuke --config fixtures/demo/uketsuke.yaml outbox list');
}

async function send(
  daemon: Daemon,
  name: string,
  slots: Readonly<Record<string, string>> = {},
): Promise<void> {
  let raw = readFileSync(join(samples, name), 'latin1');
  for (const [slot, value] of Object.entries(slots)) raw = raw.replaceAll(`{{${slot}}}`, value);
  const from = /^From: .{0,200}?([^\s<>@]{1,64}@[^\s<>]{1,250})>?\r?$/m.exec(raw)?.[1] ?? '';
  const transport = createTransport({
    host: '127.0.0.1',
    port: daemon.smtpPort,
    secure: false,
    ignoreTLS: true,
  });
  const to = daemon.desk.house.addresses[0]!;
  await transport.sendMail({ envelope: { from, to }, raw: Buffer.from(raw, 'latin1') });
  transport.close();
  await daemon.settle();
}

/** A fax is a mail of its gateway; what was read, by whom, and its pages as pictures. */
async function tellFax(daemon: Daemon, name: string, folder: string): Promise<void> {
  const { received } = daemon.desk.store;
  const before = (await received.tally()).accepted;
  say('\nA fax comes in, as its gateway mails it: one TIFF page. Reading it takes some seconds:\n');
  await send(daemon, name);
  await tellMessages(daemon, before + 1);
  const message = (await received.get(before + 1))!;
  for (const { value, readers } of message.facts?.fax?.candidates ?? [])
    say(`         ${value} was seen by ${[...new Set(readers.map(({ reader }) => reader))].join(', ')}`);
  const [page] = await received.pages(message.id);
  for (const line of (page?.text ?? '')
    .split('\n')
    .filter((one) => one.trim() !== '')
    .slice(0, 6))
    say(`         | ${line}`);
  mkdirSync(folder, { recursive: true });
  for (const [at, what] of ['number', 'page-1'].entries()) {
    const png = await received.picture(message.id, at);
    if (png === null) continue;
    writeFileSync(join(folder, `${what}.png`), png);
    say(
      `         ${what === 'number' ? 'where the number stands' : 'the whole page'}: ${join(folder, `${what}.png`)}`,
    );
  }
}

async function tellMessages(daemon: Daemon, first: number): Promise<void> {
  const { store } = daemon.desk;
  const { accepted } = await store.received.tally();
  for (let id = first; id <= accepted; id += 1) {
    const message = await store.received.get(id);
    if (message === null) continue;
    const ticket = message.ticketId === null ? null : await store.tickets.byId(message.ticketId);
    const facts = message.facts;
    say(
      `  ${isoJst(new Date(message.receivedAt)).slice(11, 16)}  ${facts === null ? 'the first mail once more' : `${facts.fax?.caller ?? facts.from}  「${facts.subject}」`}`,
    );
    if (facts?.numberReason) say(`         ${facts.numberReason}`);
    say(`         → ${message.outcome} (${message.reason})${ticket === null ? '' : `  ${ticket.ref}`}`);
  }
}

async function tellOutbox(daemon: Daemon): Promise<void> {
  for (const item of await daemon.desk.store.outbox.list()) {
    if (item.kind === 'notification') continue;
    const when =
      item.sentAt !== null
        ? `left ${japaneseDateTime(new Date(item.sentAt))}`
        : item.state === 'queued'
          ? `leaves ${item.notBefore === null ? 'at an unknown time' : japaneseDateTime(new Date(item.notBefore))}`
          : `${item.state}: ${item.reason}`;
    say(`  ${item.kind.padEnd(16)} ${item.to.padEnd(34)} ${when}`);
  }
}

/** A member of staff replies to the notification; what the desk is told at once. */
async function tellAnswer(daemon: Daemon, name: string, ticketId: number): Promise<void> {
  const { outbox, tickets } = daemon.desk.store;
  const ticket = (await tickets.byId(ticketId))!;
  const notice = (await outbox.ofTicket(ticketId)).findLast((one) => one.kind === 'notification');
  say(`\nAt 11:58:30 鈴木 replies to the notification of ${ticket.ref}; the mail begins with ＃回答:\n`);
  const before = (await daemon.desk.store.received.tally()).accepted;
  await send(daemon, name, { REF: ticket.ref, 'MESSAGE-ID': notice?.messageId ?? '' });
  await tellMessages(daemon, before + 1);
  const confirmation = (await outbox.ofTicket(ticketId)).findLast((one) => one.kind === 'confirmation');
  const bytes = confirmation === undefined ? null : await outbox.bytes(confirmation.id);
  if (bytes === null) return;
  const mail = await simpleParser(bytes);
  say(
    '\nThe undo window ends in the lunch break. 鈴木 is told so at once, with the exact letter below it:\n',
  );
  say(
    [`Subject: ${mail.subject}`, '', ...(mail.text ?? '').split('\n').slice(0, 8)]
      .map((line) => `  | ${line}`)
      .join('\n'),
  );
}

async function tellLetter(daemon: Daemon, kind: 'acknowledgement' | 'answer'): Promise<void> {
  const { outbox } = daemon.desk.store;
  const item = (await outbox.list()).find((one) => one.kind === kind && one.state === 'sent');
  const bytes = item === undefined ? null : await outbox.bytes(item.id);
  if (bytes === null) return;
  const mail = await simpleParser(bytes);
  say(`\n${kind === 'answer' ? 'The answer' : 'One of the letters'}, as ${item!.to} sees it:\n`);
  say(
    [`Subject: ${mail.subject}`, '', ...(mail.text ?? '').trimEnd().split('\n')]
      .map((line) => `  | ${line}`)
      .join('\n'),
  );
}
