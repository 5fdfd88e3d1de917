/** `uketsuke reply REF --template T --body-file F`: queues an answer and says when it leaves, or logs a call (spec 8). */
import { randomUUID } from 'node:crypto';
import { isoJst } from '../calendar/jst.ts';
import { type Answered, answerByMail, answerByPhone } from '../desk/answer-by-command.ts';
import { recipientsOfItem } from '../desk/answer-item.ts';
import { composeItem } from '../desk/compose-item.ts';
import { faxNumberOf, shownRecipients } from '../desk/fax-out.ts';
import type { SendingDesk } from '../desk/house.ts';
import { surnameOf } from '../reply/answer.ts';
import type { Directive } from '../reply/directive-shape.ts';
import { byFax, readValue } from '../reply/directive-value.ts';
import { type Door, Failed, UsageError } from './door.ts';

export interface ReplyOptions {
  readonly template: string;
  readonly bodyFile: string;
  readonly via?: string;
  readonly to?: string;
  readonly cc?: string;
  readonly set?: readonly string[];
  readonly author?: string;
  readonly urgent?: boolean;
}

export async function reply(door: Door, refText: string, options: ReplyOptions): Promise<void> {
  const via = options.via ?? 'mail';
  if (!['mail', 'fax', 'phone'].includes(via))
    throw new UsageError(`--via: "${via}" is none of mail, fax, phone`);
  if (via === 'fax' && options.to !== undefined)
    throw new UsageError('--to: a fax goes to the registered number of the contract; leave --to out');
  const directives = directivesOf(via === 'fax' ? { ...options, to: byFax } : options);
  const text = new TextDecoder('utf-8', { fatal: false }).decode(door.readBytes(options.bodyFile));
  const desk = await door.desk();
  const command = {
    ref: refText.normalize('NFKC').trim().toUpperCase(),
    author: authorOf(desk, options.author),
    text: text
      .replace(/^\ufeff/, '')
      .replace(/\r\n?/g, '\n')
      .trimEnd(),
    directives,
    key: `command:${randomUUID()}`,
  };
  const done = await (via === 'phone' ? answerByPhone : answerByMail)(desk, command, door.now());
  await tell(door, desk, command.ref, done);
}

async function tell(door: Door, desk: SendingDesk, ref: string, done: Answered): Promise<void> {
  if (done.kind === 'refused') throw new Failed(`reply: ${done.reasons.join('\n')}`);
  if (done.kind === 'logged') {
    door.print({ ref, via: 'phone' }, `The call is on ${ref}, which is answered now.`);
    return;
  }
  const { item, warnings } = done;
  const fax = faxNumberOf(item);
  const { to: addresses, cc } = recipientsOfItem(item);
  const to = shownRecipients(fax, addresses);
  const at = item.notBefore === null ? null : isoJst(new Date(item.notBefore));
  const { subject, body } = await composeItem(desk, item, new Date(item.notBefore ?? door.now()));
  const document = {
    id: item.id,
    ref,
    via: fax === null ? 'mail' : 'fax',
    to,
    cc,
    subject,
    notBefore: at,
    warnings,
    body,
  };
  const lines = [
    `Letter ${item.id} to ${[...to, ...cc].join(', ')} leaves ${at === null ? 'when the calendar is known' : `at ${at}`}.`,
    ...warnings.map((one) => `  note: ${one}`),
    `Take it back with: uketsuke outbox cancel ${item.id}`,
    '',
    `Subject: ${subject}`,
    '',
    body.trimEnd(),
  ];
  door.print(document, lines.join('\n'));
}

/** The options that mean what a directive means are read by its rule. */
function directivesOf({ template, to, cc, set = [], urgent }: ReplyOptions): readonly Directive[] {
  const read = (kind: 'answer' | 'to' | 'cc' | 'set', value: string): Directive => {
    const found = readValue(kind, value);
    if (found.kind === 'fault')
      throw new UsageError(`--${kind === 'answer' ? 'template' : kind}: ${found.text}`);
    return found.directive;
  };
  return [
    read('answer', template),
    ...(to === undefined ? [] : [read('to', to)]),
    ...(cc === undefined ? [] : [read('cc', cc)]),
    ...set.map((one) => read('set', one)),
    ...(urgent === true ? [{ kind: 'urgent' } as const] : []),
  ];
}

/** Who signs: the member of staff named, or the only one there is, else the desk. */
function authorOf({ house }: SendingDesk, name: string | undefined) {
  const found = house.staff.filter(
    (one) => name === undefined || one.name === name || surnameOf(one.name) === name || one.address === name,
  );
  if (name !== undefined && found.length !== 1)
    throw new UsageError(
      `--author: "${name}" is no member of staff: ${house.staff.map((one) => one.name).join(', ')}`,
    );
  return found.length === 1 ? found[0]! : { name: '', address: '' };
}
