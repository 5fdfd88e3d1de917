/**
 * Bounces that only say in words what came back: qmail, exim, sendmail, Notes, old Exchange, Japanese carriers and
 * providers. Who could not be reached and why is read from the lines; who returned it is decided elsewhere.
 */
import { bounceSubject, bounceText, daemon, delayText } from '../inquiry/bounce-wording.ts';
import type { DeliveryReport, Letter } from '../inquiry/letter.ts';
import { strictAddress } from './headers.ts';
import { bounceChars, reportRecipients } from './limits.ts';

type Recipient = DeliveryReport['recipients'][number];

const idLine = /^[> \t]{0,10}message-?id\s?[:：]\s{0,4}(<[^<>\s]{1,250}>|[^<>\s]{1,200}@[^<>\s]{1,200})/gim;
const diagnosticChars = 500;
/** A recipient's reason stands on its line or within so many below it. */
const reasonLines = 8;

/** The Message-IDs named in a text, as `<…>`. */
export function idsIn(text: string): string[] {
  const found = [...text.slice(0, bounceChars).matchAll(idLine)].map((match) => match[1] ?? '');
  return found.map((id) => (id.startsWith('<') ? id : `<${id}>`)).slice(0, reportRecipients);
}

/** Below these lines stands what came back, or its headers: addresses there are not those that failed. */
const returned =
  /^[ \t]{0,6}[-=_*]{2,60}[ \t]{0,4}(?:below this line is a copy|this is a copy|original message|returned message|unsent message|undelivered message|(?:the )?header(?:s)? (?:of|from)|the body of|enclosed is|送信された(?:メール|メッセージ)|元の(?:メール|メッセージ)|返送されたメール|(?:以下|下記)は[^\n]{0,20}(?:コピー|写し|元の))|^(?:received: (?:from|by)|return-path: )/im;

const addressPattern = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{3,200}/g;
/** Enhanced codes of RFC 3463; nothing longer, such as an IP address or a version. */
const enhanced = /(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;
/** What a server answered: the code and its words on one line. */
const reply = /(?:^|[^\d.@-])((?:421|4[35][0-9]|5[0357][0-9])(?:[ -].{0,300}|$))/;
const reasons =
  /user unknown|unknown user|no such (?:user|mailbox|address|recipient)|(?:user|mailbox|recipient|account)[^\n]{0,40}(?:not (?:exist|found|available|listed)|unknown|disabled|full|invalid)|does not exist|invalid (?:recipient|address)|address rejected|over quota|host (?:unknown|not found)|domain not found|relaying denied|宛先不明|あて先不明|存在しない|存在しません|見つかりません|見つからなかった|受信拒否|容量/i;

/** The report such a mail makes, or null when it names nothing. */
export function wordsReport(
  letter: Pick<Letter, 'from' | 'subject' | 'headers' | 'text'>,
  returnedIds: readonly string[],
): DeliveryReport | null {
  const text = letter.text.slice(0, bounceChars);
  const from = letter.from?.address.toLowerCase() ?? '';
  if (!daemon.test(from) && !/^postmaster@/.test(from) && !bounceSubject.test(letter.subject)) {
    if (!bounceText.test(text)) return null;
  }
  const above = text.slice(0, returned.exec(text)?.index ?? text.length);
  const recipients = recipientsIn(above, from, failedField(letter));
  const originalMessageIds = [...new Set([...returnedIds, ...idsIn(text)])].slice(0, reportRecipients);
  return recipients.length === 0 && originalMessageIds.length === 0
    ? null
    : { recipients, originalMessageIds };
}

/** `X-Failed-Recipients` of exim and Gmail. */
function failedField({ headers }: Pick<Letter, 'headers'>): readonly string[] {
  const value = headers.find(({ name }) => name === 'x-failed-recipients')?.value ?? '';
  return value.split(',').flatMap((one) => strictAddress(one) ?? []);
}

/** Each address that is named before the returned mail, with what stands beside and below it. */
function recipientsIn(text: string, from: string, failed: readonly string[]): readonly Recipient[] {
  const lines = text.replaceAll(/\n{3,}/g, '\n\n').split('\n');
  const delayed = delayText.test(text);
  const named = new Map<string, string>(failed.map((address) => [address, '']));
  for (const [at, line] of lines.entries()) {
    for (const match of line.slice(0, 1_000).matchAll(addressPattern)) {
      const address = strictAddress(match[0].replace(/[.,;:]{1,200}$/, ''));
      if (address === null || sameHouse(address, from) || named.get(address)) continue;
      if (named.size >= reportRecipients && !named.has(address)) break;
      named.set(address, reasonAt(lines, at));
    }
  }
  // One reason for all stands somewhere above or below them.
  const whole = reasonAt(lines, 0, lines.length);
  return [...named].map(([address, reason]) => {
    const diagnostic = hasCode(reason) || (reason !== '' && !hasCode(whole)) ? reason : whole;
    return {
      address,
      action: delayed ? 'delayed' : '',
      status: enhanced.exec(diagnostic)?.[1] ?? '',
      diagnostic,
    };
  });
}

/** The postmaster who writes gives his own address for questions. */
function sameHouse(address: string, from: string): boolean {
  return address.toLowerCase() === from || daemon.test(address) || /^postmaster@/i.test(address);
}

function hasCode(reason: string): boolean {
  return enhanced.test(reason) || reply.test(reason);
}

/** The server's words on this line or soon below it, up to the next address that stands alone. */
function reasonAt(lines: readonly string[], at: number, span = reasonLines): string {
  let words = '';
  for (let down = at; down < Math.min(at + span, lines.length); down += 1) {
    const line = (lines[down] ?? '').slice(0, 1_000).trim();
    if (down > at && span === reasonLines && /^[<"]?[^\s<>"]{1,64}@[^\s<>"]{1,200}[>"]?:?$/.test(line)) break;
    const said = enhanced.test(line) ? line : reply.exec(line)?.[1];
    if (said !== undefined) return said.slice(0, diagnosticChars);
    if (words === '' && reasons.test(line)) words = line;
  }
  return words.slice(0, diagnosticChars);
}
