/** The SMTP listener of a test and a client that says exactly what it is told; both are closed after each test. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect } from 'vitest';
import type { Journal } from '../src/desk/ports.ts';
import {
  type HandedMail,
  type ListenerOptions,
  openSmtpListener,
  type SmtpListener,
} from '../src/mailbox/smtp.ts';

export const logged: string[] = [];
export const note = (event: string, fields: object) => void logged.push(`${event} ${JSON.stringify(fields)}`);
export const journal: Journal = { info: note, warn: note, error: note };
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

export async function listener(
  options: Partial<ListenerOptions> = {},
  accept: (mail: HandedMail) => Promise<void> = async () => {},
): Promise<{ mails: HandedMail[]; listener: SmtpListener; port: number }> {
  const mails: HandedMail[] = [];
  const opened = await openSmtpListener(
    {
      listen: '127.0.0.1:0',
      addresses: ['CLTech@Example.JP'],
      maxBytes: 100_000,
      trustedPeers: [],
      addressExtension: '+',
      ...options,
    },
    async (mail) => {
      await accept(mail);
      mails.push(mail);
    },
    journal,
  );
  open.push(opened);
  return { mails, listener: opened, port: opened.port };
}

/** A client that says exactly what it is told, and reads one reply (its last line) at a time. */
export async function talk(port: number, hello = 'EHLO client.example.jp') {
  const socket: Socket = connect(port, '127.0.0.1');
  open.push({ close: () => void socket.destroy() });
  socket.on('error', () => {}).setMaxListeners(0);
  let heard = '';
  const all: string[] = [];
  socket.on('data', (chunk) => {
    heard += chunk.toString();
    all.push(chunk.toString());
  });
  const hear = async (): Promise<string> => {
    for (;;) {
      const match = /^\d{3} [^\n]*\n/m.exec(heard);
      if (match) {
        heard = heard.slice(match.index + match[0].length);
        return match[0].trim();
      }
      if (socket.destroyed) return 'closed';
      await Promise.race([once(socket, 'data'), once(socket, 'close'), pause(5_000)]);
    }
  };
  const say = (line: string | Buffer) => {
    socket.write(line);
    return hear();
  };
  expect(await hear()).toMatch(/^220 /);
  expect(await say(`${hello}\r\n`)).toMatch(/^250 /);
  const envelope = async (to = 'cltech@example.jp', from = 'taro@customer.example.jp') => {
    await say(`MAIL FROM:<${from}>\r\n`);
    return say(`RCPT TO:<${to}>\r\n`);
  };
  return { socket, say, hear, all, envelope };
}

export const mail = 'Subject: =?UTF-8?B?44GC?=\r\n\r\nbody\r\n';
