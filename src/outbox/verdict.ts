/** What may go on the wire, and what an attempt that failed means for its letter. Pure. */
import type { SMTPError } from 'nodemailer/lib/smtp-connection';
import type { Delivery, Parcel } from '../desk/ports.ts';

const REASON_CHARS_MAX = 300;
/** Login needed, mechanism too weak, login wrong, encryption needed (RFC 4954 §6): the operator's, not the letter's. */
const LOGIN_CODES = new Set([530, 534, 535, 538]);

/** How far one letter got. */
export interface Progress {
  asked: boolean;
  shut: boolean;
  bodyBegun: boolean;
  bodyEnded: boolean;
}

/** Why the envelope must not reach the wire, or null: nodemailer reads addresses leniently (threats 39 and 40). */
export function envelopeFault(parcel: Parcel): string | null {
  if (parcel.recipients.length === 0) return 'the letter has no recipient';
  const wrong = parcel.recipients.find((recipient) => !isAddress(recipient));
  if (wrong !== undefined) return `not a mail address: ${clean(wrong)}`;
  if (parcel.envelopeFrom !== '' && !isAddress(parcel.envelopeFrom)) {
    return `not a return path: ${clean(parcel.envelopeFrom)}`;
  }
  return null;
}

/** ASCII and unquoted; dots may stand anywhere before the @, as carriers in Japan gave such addresses out. */
function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  return (
    text.length <= 254 &&
    /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}$/.test(text.slice(0, Math.max(at, 0))) &&
    text
      .slice(at + 1)
      .split('.')
      .every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label))
  );
}

/** What a failure means for the letter. `error` is nodemailer's, or whatever else stopped the attempt. */
export function judge(error: SMTPError, progress: Progress, where: string): Delivery {
  const code = error.responseCode ?? 0;
  const said = clean(error.response ?? error.message ?? String(error));
  if (progress.shut) return { kind: 'shut', reason: 'not allowed to begin: nothing was handed over' };
  if (progress.bodyBegun) {
    const answered = error.code === 'EMESSAGE';
    if (answered && code >= 400 && code < 500) return { kind: 'later', reason: said };
    if (answered && code >= 500 && code < 600) return { kind: 'never', reason: said };
    return { kind: 'uncertain', reason: clean(`the body was begun and no answer came: ${said}`) };
  }
  if (error.code === 'EAUTH' || LOGIN_CODES.has(code)) {
    // The relay's words are left out: some repeat the login.
    const what = code ? `refused the login with ${code}` : 'could not be logged in to';
    return { kind: 'later', reason: `the relay ${where} ${what}: check relay.user and relay.passwordFile` };
  }
  if (isTlsFault(error)) {
    const advice = 'check relay.tls, relay.port and the certificate of the relay';
    return {
      kind: 'later',
      reason: clean(`no encrypted connection to the relay ${where}: ${advice} (${said})`),
    };
  }
  if (error.code === 'EENVELOPE' && code >= 500 && code < 600) return { kind: 'never', reason: said };
  if (error.code === 'EMESSAGE' && error.command === 'MAIL FROM') return { kind: 'never', reason: said };
  return { kind: 'later', reason: clean(`relay ${where}: ${said}`) };
}

function isTlsFault(error: SMTPError): boolean {
  const cause = /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/;
  return error.code === 'ETLS' || cause.test(`${error.originalCode ?? ''}`);
}

/** One printable line of bounded length: the relay's words stand in logs, lists and letters to staff. */
export function clean(text: string): string {
  return text
    .slice(0, 4 * REASON_CHARS_MAX)
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .slice(0, REASON_CHARS_MAX);
}
