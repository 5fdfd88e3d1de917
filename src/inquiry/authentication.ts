/** What our own mail server found out about the sender (RFC 8601). No verdict is not failure (spec 6). */
import type { HeaderField } from './letter.ts';

export interface Verdict {
  readonly verdict: 'pass' | 'fail' | 'none';
  /** In English, for staff. */
  readonly detail: string;
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
export function verdict(
  headers: readonly HeaderField[],
  authservId: string | null,
  fromDomain: string,
): Verdict {
  if (authservId === null || authservId === '')
    return { verdict: 'none', detail: 'no authservId is configured' };
  const first = headers.find((field) => field.name === 'authentication-results');
  if (first === undefined) return { verdict: 'none', detail: 'the mail carries no Authentication-Results' };
  const [server = '', ...parts] = withoutComments(first.value).split(';');
  const name = (server.trim().split(/\s+/)[0] ?? '').toLowerCase();
  if (name !== authservId.trim().toLowerCase()) {
    return { verdict: 'none', detail: `the first Authentication-Results is by ${name || 'nobody'}` };
  }
  const domain = fromDomain.toLowerCase().replace(/\.$/, '');
  const results = parts.map(parse).filter((result) => result !== null);
  const dmarc = results.filter(
    ({ method, properties }) =>
      method === 'dmarc' &&
      (!properties.has('header.from') || domainOf(properties.get('header.from')) === domain),
  );
  if (dmarc.some(({ result }) => result === 'fail')) return { verdict: 'fail', detail: 'dmarc=fail' };
  if (domain !== '') {
    if (dmarc.some(({ result }) => result === 'pass')) return { verdict: 'pass', detail: 'dmarc=pass' };
    for (const { method, result, properties } of results) {
      if (result !== 'pass') continue;
      const dkim = properties.get('header.d') ?? properties.get('header.i');
      if (method === 'dkim' && domainOf(dkim) === domain)
        return { verdict: 'pass', detail: `dkim=pass d=${domain}` };
      const path = properties.get('smtp.mailfrom') ?? properties.get('smtp.mail');
      if (method === 'spf' && domainOf(path) === domain)
        return { verdict: 'pass', detail: `spf=pass for ${domain}` };
    }
  }
  return { verdict: 'none', detail: 'nothing that passed belongs to the domain of the From' };
}
