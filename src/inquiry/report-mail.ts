/** Bounces and reports by their format (RFC 3464, 8098, 5965, 7489, 8460) and by the words of mail systems. */
import {
  bounceSubject,
  bounceText,
  daemon,
  daemonName,
  mailSystemSubject,
  postmaster,
} from './bounce-wording.ts';
import type { Letter } from './letter.ts';
import { asksInSubject, greeting, personAsks, personWrites, question } from './person-wording.ts';

export type MailKind = 'inquiry' | 'auto-reply' | 'bulk' | 'bounce' | 'report';

export interface Sign {
  readonly kind: MailKind;
  readonly strong: boolean;
  readonly reason: string;
}

export type Field = (name: string) => string;

/** The words of a machine stand at the beginning; below them may stand a whole mail that came back. */
export const wordsCharsMax = 20_000;
/** File name of an aggregate report: receiver ! policy domain ! begin ! end (RFC 7489 §7.2.1.1). */
const aggregateReport =
  /^[\w.-]{1,200}[!_][\w.-]{1,200}[!_]\d{9,11}[!_]\d{9,11}(?:[!_][\w.-]{1,80})?\.(?:xml(?:\.gz)?|json(?:\.gz)?|zip|gz)$/i;

/** multipart/report of all sorts, and what mail systems say in words. */
export function* fromFormat(
  letter: Letter,
  field: Field,
  address: string,
  returnPath: string | null,
  numbered: boolean,
): Generator<Sign> {
  const sign = (kind: MailKind, reason: string): Sign => ({ kind, strong: true, reason });
  const type = field('content-type').toLowerCase();
  const report = /report-type\s*=\s*"?([a-z0-9_-]{1,40})/.exec(type)?.[1] ?? null;
  const carries = (pattern: RegExp): boolean =>
    pattern.test(type) || letter.attachments.some((one) => pattern.test(one.type));
  if (type.startsWith('multipart/report')) {
    if (report === 'delivery-status' || (report === null && letter.report !== null)) {
      yield sign('bounce', 'a delivery report (RFC 3464)');
    } else yield sign('report', `a report of type ${report ?? 'unknown'}`);
  } else if (carries(/^message\/(?:disposition-notification|feedback-report)/))
    yield sign('report', 'a receipt or a complaint (RFC 8098, RFC 5965)');
  else if (/^message\/(?:global-)?delivery-status/.test(type))
    yield sign('bounce', 'a delivery report (RFC 3464)');
  if (field('tls-report-domain') !== '' || carries(/^application\/tlsrpt/))
    yield sign('report', 'a TLS report (RFC 8460)');
  if (isAggregate(letter, address)) yield sign('report', 'a DMARC report (RFC 7489)');
  if (field('x-failed-recipients') !== '') yield sign('bounce', 'the field X-Failed-Recipients');
  if (daemon.test(address)) yield sign('bounce', `the sender is ${address}`);
  else if (!numbered || returnPath === '') yield* fromWords(letter, address, returnPath);
}

/** Reports by policy domain come as files; the subject and the sender are set by RFC 7489 §7.2.1.1 and by custom. */
function isAggregate({ subject, attachments }: Letter, address: string): boolean {
  if (/\breport domain: ?\S{1,200} submitter: ?\S/i.test(subject)) return true;
  if (attachments.some(({ name }) => aggregateReport.test(name))) return true;
  const packed = attachments.some(({ name }) => /\.(?:xml|json)(?:\.gz)?$|\.(?:zip|gz)$/i.test(name));
  return packed && /^[^@]{0,60}(?:dmarc|tls-?rpt|tlsreport|smtp-tls)[^@]{0,60}@/.test(address);
}

/**
 * A bounce that only says so. A machine's sender and its words together are a bounce; a person may forward one, or
 * write about one, so words without such a sender only withhold the letter, and those of somebody who asks do not.
 */
function* fromWords(
  { subject, body, from, attachments }: Letter,
  address: string,
  returnPath: string | null,
): Generator<Sign> {
  const text = `${body.own}\n${body.quoted}`.slice(0, wordsCharsMax);
  const titled = bounceSubject.test(subject);
  const told = bounceText.test(text);
  if (!titled && !told) return;
  const strong: Sign = { kind: 'bounce', strong: true, reason: 'the words and the sender of a bounce' };
  // Nobody but a machine writes with the null path.
  if (returnPath === '' || daemon.test(`${returnPath}@`)) return yield strong;
  const own = body.own.slice(0, wordsCharsMax);
  // Mail systems greet nobody; what did not work they tell as people do.
  if (personAsks(own) || greeting.test(own)) return;
  const head = subject.replace(/[:：].{0,500}$/s, '');
  if (asksInSubject.test(head)) return;
  const machine =
    postmaster.test(address) ||
    daemonName.test(from?.name ?? '') ||
    attachments.some(({ type }) => /^message\/(?:global-)?delivery-status$/.test(type));
  if (!titled) return;
  if (machine) yield strong;
  else if (told || (mailSystemSubject.test(subject) && !question.test(head) && !personWrites(own)))
    yield { kind: 'inquiry', strong: false, reason: 'the words of a bounce' };
}
