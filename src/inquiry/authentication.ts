/**
 * Who vouches for the sender: our own mail server (RFC 8601), or what an edge checked itself (SPF, RFC 7208; DKIM,
 * RFC 6376). Only what is proved of the very domain of the From counts. No verdict is not failure (spec 6).
 */
import type { HeaderField } from './letter.ts';

export interface Verdict {
  readonly verdict: 'pass' | 'fail' | 'none';
  /** What proved it, or disproved it; null when nothing did. */
  readonly by: 'dmarc' | 'dkim' | 'spf' | null;
  /** In English, for operators. */
  readonly detail: string;
  /** A signature of the domain of the From does not fit: the mail was changed on its way, or forged. */
  readonly broken: boolean;
}

/** What an edge is asked about a mail. */
export interface ProofQuestion {
  readonly raw: Uint8Array;
  /** Of the From, lower case: only what is proved of this very domain counts. */
  readonly domain: string;
  /** Signatures are judged as of then. */
  readonly at: string;
  /** The peer that handed the mail over, and the return path it named; null when no peer of the sender is known. */
  readonly spf: { readonly address: string; readonly mailFrom: string } | null;
}

/** What an edge found out about the domain of the From, with a few words each. */
export interface Evidence {
  /** `broken`: there is a signature and it does not fit. `none`: there is none, or it could not be checked. */
  readonly dkim: { readonly result: 'pass' | 'broken' | 'none'; readonly detail: string };
  /** `fail`: the domain says of this very peer that it may not write for it (`-all`). */
  readonly spf: { readonly result: 'pass' | 'fail' | 'none'; readonly detail: string };
}

export function unproved(detail: string): Verdict {
  return { verdict: 'none', by: null, detail, broken: false };
}

/**
 * A broken signature alone is no failure: gateways and lists that add a line break it, and a forger would leave it
 * out (RFC 6376 §6.3). A peer the domain itself disowns is one, unless a signature fits all the same.
 */
export function weigh({ dkim, spf }: Evidence): Verdict {
  const broken = dkim.result === 'broken';
  if (dkim.result === 'pass') return { verdict: 'pass', by: 'dkim', detail: dkim.detail, broken };
  const detail = `${dkim.detail}; ${spf.detail}`;
  if (spf.result === 'none') return { verdict: 'none', by: null, detail, broken };
  return { verdict: spf.result, by: 'spf', detail, broken };
}

/** Comments may nest and quoted strings may hold anything; one pass. */
function withoutComments(value: string): string {
  let out = '';
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at] as string;
    if (character === '\\' && (quoted || depth > 0)) {
      at += 1;
      continue;
    }
    if (character === '"' && depth === 0) quoted = !quoted;
    else if (character === '(' && !quoted) depth += 1;
    else if (character === ')' && !quoted && depth > 0) depth -= 1;
    else if (depth > 0) continue;
    // A separator inside quotes must not begin a result of its own.
    else if (quoted && (character === ';' || character === ' ' || character === '=')) out += '_';
    else out += character;
  }
  return out;
}

interface Result {
  readonly method: string;
  readonly result: string;
  readonly properties: ReadonlyMap<string, string>;
}

function parse(text: string): Result | null {
  const [head = '', ...rest] = text
    .replace(/\s+/g, ' ')
    .replace(/ ?= ?/g, '=')
    .trim()
    .toLowerCase()
    .split(/\s+/);
  const [method = '', result = ''] = head.split('=');
  if (result === '') return null;
  const properties = rest.map((word) => {
    const at = word.indexOf('=');
    return [word.slice(0, at), word.slice(at + 1)] as const;
  });
  return { method: method.replace(/\/.*$/, ''), result, properties: new Map(properties) };
}

function domainOf(value: string | undefined): string {
  return (value ?? '').slice((value ?? '').lastIndexOf('@') + 1).replace(/\.$/, '');
}

/**
 * Reads the first Authentication-Results only, and only when our server wrote it: later ones may have come with
 * the mail. Passed is DMARC, or DKIM (`d=`) or SPF (`smtp.mailfrom`) with the very domain of the From.
 */
export function recordedVerdict(
  headers: readonly HeaderField[],
  authservId: string | null,
  fromDomain: string,
): Verdict {
  if (authservId === null || authservId === '') return unproved('no authservId is configured');
  const first = headers.find((field) => field.name === 'authentication-results');
  if (first === undefined) return unproved('the mail carries no Authentication-Results');
  const [server = '', ...parts] = withoutComments(first.value).split(';');
  const name = (server.trim().split(/\s+/)[0] ?? '').toLowerCase();
  if (name !== authservId.trim().toLowerCase())
    return unproved(`the first Authentication-Results is by ${name || 'nobody'}`);
  const told = (verdict: 'pass' | 'fail', by: Verdict['by'], detail: string): Verdict => {
    return { verdict, by, detail, broken: false };
  };
  const domain = fromDomain.toLowerCase().replace(/\.$/, '');
  const results = parts.map(parse).filter((result) => result !== null);
  const dmarc = results.filter(
    ({ method, properties }) =>
      method === 'dmarc' &&
      (!properties.has('header.from') || domainOf(properties.get('header.from')) === domain),
  );
  if (dmarc.some(({ result }) => result === 'fail')) return told('fail', 'dmarc', 'dmarc=fail');
  if (domain !== '') {
    if (dmarc.some(({ result }) => result === 'pass')) return told('pass', 'dmarc', 'dmarc=pass');
    for (const { method, result, properties } of results) {
      if (result !== 'pass') continue;
      const dkim = properties.get('header.d') ?? properties.get('header.i');
      if (method === 'dkim' && domainOf(dkim) === domain)
        return told('pass', 'dkim', `dkim=pass d=${domain}`);
      const path = properties.get('smtp.mailfrom') ?? properties.get('smtp.mail');
      if (method === 'spf' && domainOf(path) === domain) return told('pass', 'spf', `spf=pass for ${domain}`);
    }
  }
  return unproved('nothing that passed belongs to the domain of the From');
}
