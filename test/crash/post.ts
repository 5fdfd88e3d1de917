/** The customers and their mail server: every mail is handed over again, the same bytes, until somebody says 250. */
import { createTransport } from 'nodemailer';
import { mail } from '../trial.ts';

export interface Fed {
  readonly from: string;
  readonly messageId: string;
  readonly raw: Buffer;
  /** Handings-over begun, and those that were confirmed: 250, or the end of `uketsuke intake` with code 0. */
  tries: number;
  confirmed: number;
}

const lanes = 2;
const replyMsMax = 20_000;
/** Far below the caps on letters to strangers, which are no loss and would look like one. */
const strangersMax = 30;
export const contracts = `number,customer,product,purchased_on,period_start,period_end,status,customised,contact_name,contact_email,contact_fax,contact_phone
CL-1234-5678,株式会社サンプル商事,ChatLuck,2025-03-20,2025-04-01,2027-03-31,active,no,,@sample.example.jp,,
`;

/** By turns an inquiry of a known sender, one without a number, and, at first, one of a stranger: three kinds of letter. */
export function write(n: number): Fed {
  const stranger = n % 3 === 2 && n < 3 * strangersMax;
  const from = `c${n}@${stranger ? 'freemail' : 'sample'}.example.jp`;
  const messageId = `<crash${n}@mail.example.jp>`;
  const number = n % 3 === 1 ? '' : 'CL-1234-5678\n\n';
  const raw = mail({
    from,
    messageId,
    subject: `お問合せ ${n}`,
    text: `${number}画面 ${n} が表示されません。\n`,
  });
  return { from, messageId, raw, tries: 0, confirmed: 0 };
}

/** Hands over what waits while `open()` holds. What was not confirmed waits again; now and then one comes twice. */
export async function deliver(
  waiting: Fed[],
  port: number,
  open: () => boolean,
  comesTwice: () => boolean,
): Promise<void> {
  const lane = async (): Promise<void> => {
    while (open()) {
      const fed = waiting.shift();
      if (fed === undefined) return;
      if (!(await handOver(fed, port))) waiting.unshift(fed);
      else if (fed.confirmed === 1 && comesTwice()) waiting.push(fed);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function handOver(fed: Fed, port: number): Promise<boolean> {
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
    socketTimeout: replyMsMax,
    greetingTimeout: replyMsMax,
  });
  fed.tries += 1;
  try {
    await transport.sendMail({ envelope: { from: fed.from, to: 'cltech@example.jp' }, raw: fed.raw });
    fed.confirmed += 1;
    return true;
  } catch {
    // Dropped, refused, or 451: a mail server tries again.
    return false;
  } finally {
    transport.close();
  }
}
