/**
 * Is it a person who writes? (spec 5.2, RFC 3834 §2, RFC 5230 §4.6)
 *
 * Two strengths. **Strong** evidence is a field or format that only machines write: it decides `kind`.
 * **Weak** evidence (wording, sender names, envelope) also occurs in customers' mail: it leaves `kind` at
 * `inquiry`, only withholds the automatic letter and calls a person. Nothing is dropped for a wording.
 */
import { automaticActs } from './automatic-acts.ts';
import { fromFields } from './automatic-fields.ts';
import {
  announcement,
  automaticLine,
  automaticSubject,
  machineName,
  noReply,
  opensOrRecalls,
} from './automatic-wording.ts';
import type { Letter } from './letter.ts';
import { greeting, personWrites } from './person-wording.ts';
import { fromFormat, type MailKind, type Sign, wordsCharsMax } from './report-mail.ts';

export type { MailKind };

export interface Screening {
  readonly kind: MailKind;
  readonly strength: 'strong' | 'weak' | 'none';
  /** What was seen, in English, the strongest first. */
  readonly reasons: readonly string[];
  readonly mayAnswer: boolean;
  /** Why no automatic letter may leave; null when one may. */
  readonly whyNot: string | null;
}

export interface Surroundings {
  /** '' is the null path, null is unknown. */
  readonly returnPath: string | null;
  readonly ourAddresses: readonly string[];
  readonly staffAddresses: readonly string[];
  /** Robots of this house, as configured: addresses, or `@domain`, lower case. */
  readonly robots?: readonly string[];
  /** A support service number stands at the start of the text: no machine begins so. */
  readonly numbered?: boolean;
}

const order: readonly MailKind[] = ['bounce', 'report', 'auto-reply', 'bulk', 'inquiry'];

export function screen(letter: Letter, surroundings: Surroundings): Screening {
  const first = new Map<string, string>();
  for (const { name, value } of letter.headers) if (!first.has(name)) first.set(name, value.trim());
  const field = (name: string): string => first.get(name) ?? '';
  const address = letter.from?.address.toLowerCase() ?? '';
  const signs = [
    ...fromFormat(letter, field, address, surroundings.returnPath, surroundings.numbered === true),
    ...fromFields(letter, field, surroundings),
    ...fromEnvelope(letter, address, surroundings),
    ...(surroundings.numbered === true ? [] : fromWording(letter)),
  ];
  const strong = signs.filter((sign) => sign.strong);
  const kind = order.find((candidate) => strong.some((sign) => sign.kind === candidate)) ?? 'inquiry';
  const sorted = [...strong, ...signs.filter((sign) => !sign.strong)];
  const internal = ownSender(address, surroundings);
  const reasons = [...sorted.map((sign) => sign.reason), ...(internal === null ? [] : [internal])];
  return {
    kind,
    strength: strong.length > 0 ? 'strong' : signs.length > 0 ? 'weak' : 'none',
    reasons,
    mayAnswer: reasons.length === 0,
    whyNot: reasons[0] ?? null,
  };
}

/** Ourselves and staff are people or known machines: no letter, but no suspicion either. */
function ownSender(address: string, { ourAddresses, staffAddresses }: Surroundings): string | null {
  const among = (list: readonly string[]): boolean => list.some((one) => one.toLowerCase() === address);
  if (among(ourAddresses)) return 'the sender is an address of the desk itself';
  return among(staffAddresses) ? 'the sender is a member of staff' : null;
}

const noReplyName = /無返信|返信不可|送信専用|(?:no|do not)[ -]?reply/i;
const listMachine =
  /^(?:owner-[^@]{1,60}|[^@]{1,60}-(?:request|owner|bounces?)|listserv|majordomo|mailer-?daemon|mail-?daemon)@/;

/** Sender and return path. */
function* fromEnvelope(
  letter: Letter,
  address: string,
  { returnPath, robots = [] }: Surroundings,
): Generator<Sign> {
  const weak = (reason: string): Sign => ({ kind: 'inquiry', strong: false, reason });
  const path = (returnPath ?? '').toLowerCase();
  if (robots.some((one) => one === address || (one.startsWith('@') && address.endsWith(one))))
    yield { kind: 'bulk', strong: true, reason: `the sender ${address} is a robot by configuration` };
  if (address === '') yield weak('no usable From');
  if (returnPath === '') yield weak('the return path is null');
  // A department may be called purchase-request@; a list never writes under its own bounce address.
  else if (path !== address && listMachine.test(path.includes('@') ? path : `${path}@`)) {
    yield weak('the return path belongs to a list or a daemon');
  }
  if (noReply.test(address)) yield weak(`the sender ${address} takes no replies`);
  else if (noReplyName.test(letter.from?.name ?? '')) yield weak('the sender says that it takes no replies');
  if (
    /^(?:postmaster|[a-z0-9._+-]{1,60}-bounces?|listserv|majordomo|root|daemon|cron|www-data|apache|nagios|zabbix)@/.test(
      address,
    )
  ) {
    yield weak(`the sender is ${address}`);
  }
}

/** Below such a line a form repeats what was sent in: words of whoever filled it in, not of the machine. */
const echo =
  /^[ \t　]{0,4}(?:[■□◆◇●○▼【<＜[「*・\-=─━]{1,60}[ 　]{0,2})?(?:お?問い?合わ?せ|ご?(?:質問|相談|依頼|連絡|要望|意見)|メッセージ|本文|送信|入力|受付|ご?記入)(?:の)?(?:内容|本文|事項|情報)[^\n]{0,20}$/m;

const answersInvitation =
  /^(?:(?:承諾|辞退|仮承諾|仮の?予定|欠席|出席)(?:済み)?|accepted|declined|tentative(?:ly accepted)?|cancell?ed|キャンセル(?:済み)?)\s?[:：]/i;

function* fromWording({ subject, body, attachments, from }: Letter): Generator<Sign> {
  const weak = (reason: string): Sign => ({ kind: 'inquiry', strong: false, reason });
  const own = body.own.slice(0, wordsCharsMax);
  const echoAt = echo.exec(own)?.index ?? own.length;
  if (opensOrRecalls(subject)) return yield weak('the subject of a receipt that a mail program makes');
  // Who asks is a person, and may have pasted the automatic mail the question is about.
  if (personWrites(own.slice(0, echoAt))) return;
  // A click on an invitation writes no mail, but sends one.
  if (answersInvitation.test(subject) && attachments.some(({ type }) => type === 'text/calendar'))
    yield weak('the answer to an invitation');
  if (machineName.test(from?.address.toLowerCase() ?? '')) yield weak('the sender has the name of a machine');
  if (announcement.test(subject.normalize('NFKC')) && !greeting.test(own))
    yield weak('the subject of an announcement, and nobody asks anything below it');
  if (automaticSubject(subject)) yield weak('the subject of an automatic answer; probably automatic');
  if (automaticLine.test(own) || automaticLine.test(body.signature.slice(0, wordsCharsMax))) {
    yield weak('the text says that it was sent automatically');
  }
  const title = /^(?:re|fwd?|返信|転送)\s?[:：]/i.test(subject) ? '' : `${subject}\n`;
  const acts = automaticActs(`${title}${own}`.normalize('NFKC'));
  if (acts !== null) yield weak(`the text of an automatic answer: ${acts}; probably automatic`);
}
