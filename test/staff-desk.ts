/** A trial with staff who answer by mail: their replies as their programs write them, and what came back to whom. */
import type { Received } from '../src/desk/ports.ts';
import {
  type Arrival,
  type MailText,
  mail,
  opened,
  startTrial,
  type Trial,
  type TrialOptions,
  vouching,
} from './trial.ts';

export const sato = 'sato@sample.example.jp';
export const suzuki = 'suzuki@example.jp';
export const tanaka = 'tanaka@example.jp';
const staff =
  'staff: [{ name: 鈴木 一郎, address: suzuki@example.jp }, { name: 田中, address: tanaka@example.jp }]\n';

/** What our mail server writes of a mail it believes. */
export function passed(domain = 'example.jp'): string {
  return `Authentication-Results: mx.example.jp; dmarc=pass header.from=${domain}`;
}

export function header({ raw }: Arrival, name: string): string {
  const head = raw.toString('latin1').replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: (.*)\r$`, 'm').exec(head)?.[1] ?? '';
}

export type StaffDesk = Awaited<ReturnType<typeof startStaffDesk>>;

export async function startStaffDesk(
  now: string,
  extension: '+' | 'none' = 'none',
  yaml = '',
  over: Pick<TrialOptions, 'csv' | 'faxReader'> = {},
) {
  const trial: Trial = await startTrial({
    now,
    yaml: `${vouching}${staff}addressExtension: '${extension}'\n${yaml}`,
    ...over,
  });
  const to = (address: string): readonly Arrival[] =>
    trial.arrivals.filter((one) => one.recipients.includes(address));
  const send = (over: MailText, rcpt?: string) => trial.send(mail(over), undefined, rcpt);
  return {
    trial,
    to,
    send,
    /** Letters that reached customers. */
    customers: () => trial.arrivals.filter((one) => ![suzuki, tanaka].includes(one.to)),
    last: async (address: string) => {
      const arrival = to(address).at(-1)!;
      return { ...(await opened(arrival.raw)), arrival };
    },
    answers: async () => (await trial.letters()).filter((one) => one.kind === 'answer'),
    ticket: async (message: Received) =>
      trial.ticketOf((await trial.daemon.desk.store.received.get(message.id))!),
    /** A reply to the last mail a member of staff got, or to the one given. */
    reply: async (
      text: string,
      over: Omit<MailText, 'to' | 'text'> & { on?: Arrival; by?: string; raw?: (raw: Buffer) => Buffer } = {},
    ): Promise<Received> => {
      const { on, by = suzuki, raw = (same: Buffer) => same, ...rest } = over;
      const mailed = on ?? to(by).at(-1)!;
      const { subject, messageId, text: quoted } = await opened(mailed.raw);
      const replyTo = header(mailed, 'Reply-To') || 'cltech@example.jp';
      const history = `\n\n2026年11月20日(金) 10:00 ChatLuck サポート窓口 <cltech@example.jp>:\n${quoted.replace(/^/gm, '> ')}`;
      const written = mail({
        from: by,
        to: replyTo,
        subject: `Re: ${subject}`,
        text: text + history,
        headers: [passed(), `In-Reply-To: ${messageId}`, `References: ${messageId}`],
        ...rest,
      });
      return trial.send(raw(written), undefined, replyTo);
    },
  };
}
