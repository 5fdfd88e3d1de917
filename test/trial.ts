/**
 * A whole desk for a test: the real daemon on a folder of its own, a real SMTP sink as its relay, and a clock
 * the test moves. What the sink receives is stamped with that clock.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { parseTime } from '../src/calendar/jst.ts';
import { type Config, loadConfig } from '../src/config.ts';
import { type Daemon, startDaemon } from '../src/daemon.ts';
import type { Desk, OpenDesk } from '../src/desk/house.ts';
import { importContracts } from '../src/desk/import-contracts.ts';
import type { FaxReader, Journal, OutboxItem, Reader, Received } from '../src/desk/ports.ts';
import { parseContracts } from '../src/inquiry/contract-csv.ts';
import { canonicalNumber } from '../src/inquiry/support-number.ts';
import { openProver } from '../src/proof/prover.ts';
import { openReader } from '../src/reading/sandbox.ts';
import { isStaffMail } from '../src/ticket/ticket.ts';
import { type Sink, startSink } from './sink.ts';

export const registry = `number,customer,product,purchased_on,period_start,period_end,status,customised,contact_name,contact_email,contact_fax,contact_phone,contact_department,contact_company
CL-1234-5678,株式会社サンプル商事,ChatLuck,2025-03-20,2025-04-01,2027-03-31,active,no,佐藤 花子,sato@sample.example.jp,03-0000-1111,03-0000-1112,情報システム部,株式会社サンプル商事
CL-1234-5678,株式会社サンプル商事,ChatLuck,2025-03-20,2025-04-01,2027-03-31,active,no,加藤 次郎,kato@sample.example.jp,,,,株式会社サンプル商事
CL-2345-6789,みどり工業株式会社,ChatLuck,2026-06-10,2026-06-16,2027-06-15,active,yes,高橋 一郎,takahashi@midori.example.jp,,,生産管理部,みどり工業株式会社
CL-3456-7890,有限会社あおぞら企画,ChatLuck,2025-10-20,2025-11-01,2026-10-31,active,no,伊藤 健,ito@aozora.example.jp,,,,有限会社あおぞら企画
CL-4567-8901,株式会社こはる,ChatLuck,2025-10-20,2025-11-01,2027-10-31,cancelled,no,春野,haruno@koharu.example.jp,,,,株式会社こはる
CL-5678-9012,株式会社これから,ChatLuck,2027-01-10,2027-02-01,2028-01-31,active,no,未来,mirai@korekara.example.jp,,,,株式会社これから
`;

export interface MailText {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly messageId?: string | null;
  readonly headers?: readonly string[];
}

let serial = 0;

/** A plain UTF-8 mail as bytes; every one has a Message-ID of its own unless told. */
export function mail(over: MailText = {}): Buffer {
  serial += 1;
  const from = over.from ?? 'sato@sample.example.jp';
  const id = over.messageId === undefined ? `<m${serial}.${process.pid}@sample.example.jp>` : over.messageId;
  const encoded = `=?UTF-8?B?${Buffer.from(over.subject ?? '動作について').toString('base64')}?=`;
  const lines = [
    `From: ${from}`,
    `To: ${over.to ?? 'cltech@example.jp'}`,
    `Subject: ${encoded}`,
    'Date: Fri, 20 Nov 2026 10:00:00 +0900',
    ...(id === null ? [] : [`Message-ID: ${id}`]),
    ...(over.headers ?? []),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=UTF-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    over.text ?? `CL-1234-5678\n\n動作についての質問 ${serial} です。\n`,
  ];
  return Buffer.from(lines.join('\r\n').replace(/\r?\n/g, '\r\n'));
}

export interface Arrival {
  readonly at: string;
  readonly from: string;
  /** The first recipient. */
  readonly to: string;
  readonly recipients: readonly string[];
  readonly raw: Buffer;
}

export interface Trial extends AsyncDisposable {
  readonly dir: string;
  readonly daemon: Daemon;
  readonly sink: Sink;
  /** Letters as they reached the sink, with the clock of the test. */
  readonly arrivals: Arrival[];
  readonly journal: { readonly event: string; readonly fields: Record<string, unknown> }[];
  readonly now: () => Date;
  /** Moves the clock (Asia/Tokyo unless the text says otherwise) and lets everything due happen. */
  goTo(time: string | Date): Promise<void>;
  /** By SMTP, then settled; `envelopeTo` is cltech@example.jp unless told. */
  send(raw: Buffer, envelopeFrom?: string, envelopeTo?: string): Promise<Received>;
  /** As `uketsuke intake` does. */
  takeIn(raw: Buffer, receivedAt?: string, quiet?: boolean): Promise<Received>;
  /** Letters to customers. */
  letters(): Promise<readonly OutboxItem[]>;
  ticketOf(
    message: Received,
  ): Promise<NonNullable<Awaited<ReturnType<Daemon['desk']['store']['tickets']['byId']>>>>;
  /** Stops the daemon and starts it again on the same folder. */
  restart(): Promise<void>;
}

export interface TrialOptions {
  readonly now: string;
  readonly yaml?: string;
  readonly csv?: string;
  /** The address of this desk; cltech@example.jp unless told. */
  readonly address?: string;
  /** Names are asked of this server; without it no question leaves the machine. */
  readonly nameServer?: string;
  /** Done to the folder before the daemon first starts. */
  readonly prepare?: (config: Config) => Promise<void>;
  /** In place of the one the daemon opens; nobody but the test closes it. */
  readonly faxReader?: FaxReader;
  /** Letters go to files in place of the sink. */
  readonly withoutRelay?: boolean;
}

/**
 * One child reads for all the desks of a test file: its start costs more than most tests do. A desk that closes leaves
 * it to the next; what the daemon does with a reader of its own, the tests with processes of their own show.
 */
const reader: Reader = { ...openReader(), close: async () => undefined };

export async function startTrial(options: TrialOptions): Promise<Trial> {
  const dir = mkdtempSync(join(tmpdir(), 'uketsuke-'));
  const sink = await startSink();
  const own = base.replaceAll('cltech@example.jp', options.address ?? 'cltech@example.jp');
  const relay = options.withoutRelay ? '' : `relay: { host: 127.0.0.1, port: ${sink.port} }\n`;
  writeFileSync(
    join(dir, 'uketsuke.yaml'),
    `${/^digest:/m.test(options.yaml ?? '') ? '' : 'digest: false\n'}${/^smtp:/m.test(options.yaml ?? '') ? own.replace(/^smtp:.*\n/m, '') : own}${relay}${options.yaml ?? ''}`,
  );
  const config = loadConfig(join(dir, 'uketsuke.yaml'), { env: {}, cwd: dir });
  let now = at(options.now);
  const entries: { event: string; fields: Record<string, unknown> }[] = [];
  const note = (event: string, fields: Readonly<Record<string, unknown>>) =>
    void entries.push({ event, fields });
  const journal: Journal = { info: note, warn: note, error: note };
  const start = () => {
    // No trial asks a name service of the network: port 9 of this machine answers nothing.
    const prover = openProver({ nameServers: [options.nameServer ?? '127.0.0.1:9'] });
    const through = (desk: OpenDesk): OpenDesk => ({
      ...desk,
      prover,
      faxReader: options.faxReader ?? desk.faxReader,
      [Symbol.asyncDispose]: async () => {
        await prover.close();
        await desk[Symbol.asyncDispose]();
      },
    });
    return startDaemon(config, ['intake', 'read', 'send'], journal, () => now, through, reader);
  };
  await options.prepare?.(config);
  let daemon = await start();
  const arrivals: Arrival[] = [];
  const collect = () => {
    for (const sunk of sink.mails.slice(arrivals.length)) {
      arrivals.push({
        at: now.toISOString(),
        from: sunk.from,
        to: sunk.to[0]!,
        recipients: sunk.to,
        raw: sunk.raw,
      });
    }
  };
  const settle = async () => {
    await daemon.settle();
    collect();
  };
  await register(daemon.desk, now, options.csv);
  return {
    dir,
    get daemon() {
      return daemon;
    },
    sink,
    arrivals,
    journal: entries,
    now: () => now,
    async goTo(time) {
      now = typeof time === 'string' ? at(time) : time;
      await settle();
    },
    async send(raw, envelopeFrom, envelopeTo = 'cltech@example.jp') {
      const { accepted } = await daemon.desk.store.received.tally();
      const from =
        envelopeFrom ?? /^From: .*?([^\s<>]+@[^\s<>]+)>?\r?$/m.exec(raw.toString('latin1'))?.[1] ?? '';
      const transport = createTransport({ host: '127.0.0.1', port: daemon.smtpPort, ignoreTLS: true });
      await transport.sendMail({ envelope: { from, to: envelopeTo }, raw });
      transport.close();
      await settle();
      return (await daemon.desk.store.received.get(accepted + 1))!;
    },
    async takeIn(raw, receivedAt, quiet = false) {
      const source = { kind: 'file', name: 'test.eml', returnPath: null, recipients: [] } as const;
      const id = await daemon.desk.accept(
        raw,
        source,
        receivedAt === undefined ? now : at(receivedAt),
        quiet,
      );
      await settle();
      return (await daemon.desk.store.received.get(id))!;
    },
    async letters() {
      return (await daemon.desk.store.outbox.list()).filter((item) => !isStaffMail(item.kind));
    },
    async ticketOf(message) {
      return (await daemon.desk.store.tickets.byId(message.ticketId!))!;
    },
    async restart() {
      await daemon[Symbol.asyncDispose]();
      daemon = await start();
    },
    async [Symbol.asyncDispose]() {
      await daemon[Symbol.asyncDispose]();
      await sink.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The trial speaks for the mail server in front: what it writes into Authentication-Results counts. */
export const vouching =
  'authservId: mx.example.jp\nsmtp: { listen: "127.0.0.1:0", trustedPeers: [127.0.0.1] }\n';

export async function register(desk: Desk, now: Date, csv = registry): Promise<void> {
  const parsed = parseContracts(Buffer.from(csv), (text) => canonicalNumber(desk.house.mask, text));
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  await importContracts(desk, parsed.contracts, now);
}

const base = `dataDir: data
addresses: [cltech@example.jp]
from: ChatLuck サポート窓口 <cltech@example.jp>
smtp: { listen: "127.0.0.1:0" }
desk: { name: ChatLuck サポート窓口, mail: cltech@example.jp, tel: 045-000-0000 }
`;

export function at(text: string): Date {
  const found = parseTime(text);
  if (found === null) throw new Error(`not a time: ${text}`);
  return found;
}

/** Decoded subject, body and the headers that matter, as a recipient's program shows them. */
export async function opened(raw: Buffer) {
  const parsed = await simpleParser(raw);
  return {
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    headers: parsed.headers,
    messageId: parsed.messageId,
  };
}
