/** What DKIM (RFC 6376) and SPF (RFC 7208) say about the very domain of the From; every doubt is `none`. */
import { dkimVerify, type SignatureResult } from 'mailauth/lib/dkim/verify.js';
import { spf } from 'mailauth/lib/spf/index.js';
import type { Evidence, ProofQuestion } from '../inquiry/authentication.ts';
import { failure, type Lookup } from './lookup.ts';

/** Keys asked for: a mail with 10,000 signatures is given up. */
const keysMax = 5;
/** Fields a reader takes once: one that stands twice but was signed once may have been put on top of a signed mail. */
const single = [
  'from',
  'reply-to',
  'subject',
  'to',
  'cc',
  'message-id',
  'in-reply-to',
  'references',
  'content-type',
  'content-transfer-encoding',
];

/** Never rejects: what goes wrong is in the detail. */
export async function examine(question: ProofQuestion, lookup: Lookup): Promise<Evidence> {
  const dkim = await signatures(question, lookup).catch((error: Error) => none('dkim', error.message));
  // A signature that fits needs no second proof, and may stand on a mail that was forwarded.
  return { dkim, spf: dkim.result === 'pass' ? none('spf', 'not asked') : await path(question, lookup) };
}

function none(method: string, why: string): { readonly result: 'none'; readonly detail: string } {
  return { result: 'none', detail: `${method}: ${why}` };
}

async function signatures({ raw, domain, at }: ProofQuestion, lookup: Lookup): Promise<Evidence['dkim']> {
  let asked = 0;
  // Only keys of the domain in question: no mail makes us ask for names of the sender's choice.
  const keys: Lookup = async (name, type) => {
    if (!name.toLowerCase().endsWith(`._domainkey.${domain}`) || type !== 'TXT' || asked >= keysMax)
      throw failure('ENODATA', 'not asked for');
    asked += 1;
    return lookup(name, type);
  };
  const { results, headers } = await dkimVerify(raw, { resolver: keys, curTime: new Date(at) });
  const aligned = results.filter((one) => domainOf(one) === domain);
  if (aligned.length === 0) return none('dkim', `no signature of ${domain}`);
  const names = (headers?.parsed ?? []).map(({ key }) => key ?? '');
  const fitting = aligned.filter((one) => one.status.result === 'pass');
  const proof = fitting.find((one) => flawOf(one, names) === null);
  if (proof !== undefined)
    return { result: 'pass', detail: `dkim=pass d=${domain} s=${word(proof.selector)}` };
  if (fitting.length > 0) return none('dkim', `signature of ${domain} ${flawOf(fitting[0]!, names)}`);
  const unclear = aligned.find((one) => !isBroken(one));
  const { comment = '', result } = (unclear ?? aligned[0]!).status;
  const why = `signature of ${domain}: ${word(comment || result)}`;
  return unclear === undefined ? { result: 'broken', detail: `dkim: ${why}` } : none('dkim', why);
}

function domainOf({ signingDomain }: SignatureResult): string {
  return (signingDomain ?? '').toLowerCase().replace(/\.$/, '');
}

/** The body or a signed field is not what was signed; no key, or a key out of reach, says nothing. */
function isBroken({ status }: SignatureResult): boolean {
  return status.result === 'fail' || status.comment === 'body hash did not verify';
}

/** Why a signature that fits proves nothing about what a reader sees, or null. */
function flawOf({ algo = '', status, signingHeaders }: SignatureResult, names: readonly string[]) {
  const signed = (signingHeaders?.keys ?? '').toLowerCase().split(': ');
  const times = (list: readonly string[], name: string) => list.filter((one) => one === name).length;
  if (!signed.includes('from')) return 'does not cover the From';
  // RFC 8301 §3.1: SHA-1 proves nothing.
  if (!/-sha256$/i.test(algo)) return `uses ${word(algo)}`;
  if ((status.underSized ?? 0) > 0) return 'covers only a part of the body';
  const doubled = single.find((name) => signed.includes(name) && times(names, name) > times(signed, name));
  return doubled === undefined ? null : `covers one of several ${doubled}`;
}

async function path({ spf: question, domain }: ProofQuestion, lookup: Lookup): Promise<Evidence['spf']> {
  if (question === null) return none('spf', 'the peer of the sender is not known, or not of another house');
  const { address, mailFrom } = question;
  if (mailFrom.slice(mailFrom.lastIndexOf('@') + 1).toLowerCase() !== domain)
    return none('spf', 'the return path is of another domain');
  try {
    const asked = { sender: mailFrom, ip: address, helo: domain, mta: 'uketsuke', resolver: lookup };
    const { result } = (await spf(asked)).status;
    if (result === 'pass' || result === 'fail')
      return { result, detail: `spf=${result} for ${domain} from ${address}` };
    return none('spf', `${result} for ${domain} from ${address}`);
  } catch (error) {
    return none('spf', (error as Error).message);
  }
}

/** What a mail or a name server wrote, as one short word or two. */
function word(text: string | undefined): string {
  return (text ?? '').replace(/[^\x20-\x7e]+/g, ' ').slice(0, 80);
}
