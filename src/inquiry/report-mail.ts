/** Bounces and reports by their format (RFC 3464, 8098, 5965, 7489, 8460) and by the words of mail systems. */
import { bounceSubject, mailSystemSubject, question } from './automatic-wording.ts';
import type { Letter } from './letter.ts';

export type MailKind = 'inquiry' | 'auto-reply' | 'bulk' | 'bounce' | 'report';

export interface Sign {
  readonly kind: MailKind;
  readonly strong: boolean;
  readonly reason: string;
}

export type Field = (name: string) => string;

const daemon = /^(?:mailer-?daemon|mail-?daemon)@/;
/** File name of an aggregate report: receiver ! policy domain ! begin ! end (RFC 7489 §7.2.1.1). */
const aggregateReport =
  /^[\w.-]{1,200}[!_][\w.-]{1,200}[!_]\d{9,11}[!_]\d{9,11}(?:[!_][\w.-]{1,80})?\.(?:xml(?:\.gz)?|json(?:\.gz)?|zip|gz)$/i;

/** multipart/report of all sorts, and what mail systems say in words. */
export function* fromFormat(
  letter: Letter,
  field: Field,
  address: string,
  returnPath: string | null,
): Generator<Sign> {
  const type = field('content-type').toLowerCase();
  const report = /report-type\s*=\s*"?([a-z0-9_-]{1,40})/.exec(type)?.[1] ?? null;
  const sign = (kind: MailKind, reason: string): Sign => ({ kind, strong: true, reason });
  if (type.startsWith('multipart/report')) {
    if (report === 'delivery-status' || (report === null && letter.report !== null)) {
      yield sign('bounce', 'a delivery report (RFC 3464)');
    } else yield sign('report', `a report of type ${report ?? 'unknown'}`);
  } else if (/^message\/(?:global-)?delivery-status/.test(type))
    yield sign('bounce', 'a delivery report (RFC 3464)');
  else if (/^message\/(?:disposition-notification|feedback-report)/.test(type))
    yield sign('report', `a report: ${type}`);
  if (field('tls-report-domain') !== '') yield sign('report', 'a TLS report (RFC 8460)');
  if (
    /\breport domain: ?\S{1,200} submitter: ?\S/i.test(letter.subject) ||
    letter.attachments.some(({ name }) => aggregateReport.test(name))
  )
    yield sign('report', 'a DMARC report (RFC 7489)');
  if (field('x-failed-recipients') !== '') yield sign('bounce', 'the field X-Failed-Recipients');
  if (daemon.test(address)) yield sign('bounce', `the sender is ${address}`);
  else if (bounceSubject.test(letter.subject)) {
    const machine = returnPath === '' || daemon.test(`${returnPath}@`) || address.startsWith('postmaster@');
    if (machine || letter.report !== null) yield sign('bounce', 'the subject and the sender of a bounce');
    else if (mailSystemSubject.test(letter.subject) && !question.test(letter.subject)) {
      yield { kind: 'inquiry', strong: false, reason: 'the subject of a bounce' };
    }
  }
}
