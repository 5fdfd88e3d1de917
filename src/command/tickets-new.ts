/** `uketsuke tickets new --via phone|mail`: a ticket for a customer who called, or whose mail came another way (spec 8). */
import { randomUUID } from 'node:crypto';
import { canonicalNumber } from '../inquiry/support-number.ts';
import { addressOk } from '../reply/draft.ts';
import { oneLine } from '../reply/words.ts';
import { type Door, Failed, UsageError } from './door.ts';
import { outcomeOf } from './intake.ts';

export interface NewTicket {
  readonly via: string;
  readonly subject: string;
  readonly bodyFile: string;
  readonly from?: string;
  readonly name?: string;
  readonly number?: string;
}

export async function ticketsNew(door: Door, options: NewTicket): Promise<void> {
  const { via, from } = options;
  if (via !== 'phone' && via !== 'mail') throw new UsageError(`--via: "${via}" is none of phone, mail`);
  if (from === undefined && via === 'mail') throw new UsageError('--from: say whose mail it is');
  if (from !== undefined && !addressOk(from)) throw new UsageError(`--from: "${from}" is no mail address`);
  const { house } = await door.desk();
  const number = options.number === undefined ? null : canonicalNumber(house.mask, options.number);
  if (options.number !== undefined && number === null)
    throw new UsageError(`--number: "${options.number}" does not fit the mask ${house.mask.text}`);
  const body = door
    .readBytes(options.bodyFile)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  if (body.trim() === '') throw new Failed(`${options.bodyFile}: is empty; write what the customer asks`);
  const raw = written(
    options,
    number === null ? body : `サポートサービス番号: ${number}\n\n${body}`,
    house.addresses[0]!,
  );
  const id = await door.accept({ raw, name: via }, door.now(), false, 'staff');
  const result = await outcomeOf(door, id, options.bodyFile);
  const { outcome, reason, ticket } = result;
  if (ticket === null) throw new Failed(`tickets new: message ${id} is ${outcome ?? 'queued'} (${reason})`);
  door.print({ ref: ticket, outcome, reason, number: result.number }, `${ticket}: ${outcome} (${reason})`);
}

/** The inquiry as a mail of the customer, so that it goes the road of every other one. */
function written({ from, name, subject }: NewTicket, body: string, to: string): Buffer {
  const encoded = (text: string) => {
    // An encoded word holds at most 75 characters (RFC 2047 §2).
    const pieces = oneLine(text).match(/.{1,12}/gsu) ?? [''];
    return pieces.map((piece) => `=?UTF-8?B?${Buffer.from(piece).toString('base64')}?=`).join('\r\n ');
  };
  const sender = name === undefined ? `<${from}>` : `${encoded(name)} <${from}>`;
  return Buffer.from(
    [
      ...(from === undefined ? [] : [`From: ${sender}`]),
      `To: ${to}`,
      `Subject: ${encoded(subject)}`,
      `Message-ID: <${randomUUID()}@tickets-new.invalid>`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=UTF-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(body).toString('base64').replace(/.{76}/g, '$&\r\n'),
      '',
    ].join('\r\n'),
  );
}
