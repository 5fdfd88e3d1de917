import { expect, it } from 'vitest';
import { type Evidence, recordedVerdict, weigh } from './authentication.ts';

const ours = 'mx.desk.example.jp';
const cases: [string, string[], string | null, string, string][] = [
  ['dmarc pass', [`${ours}; dmarc=pass (p=none) header.from=example.jp`], ours, 'example.jp', 'pass'],
  [
    'dmarc fail wins',
    [`${ours}; dkim=pass header.d=example.jp; dmarc=fail header.from=example.jp`],
    ours,
    'example.jp',
    'fail',
  ],
  ['dkim of the From', [`${ours} 1; dkim=pass header.i=@Example.JP header.s=x`], ours, 'example.jp', 'pass'],
  ['spf of the From', [`${ours}; spf=pass smtp.mailfrom=taro@example.jp`], ours, 'example.jp', 'pass'],
  ['dkim of another', [`${ours}; dkim=pass header.d=evil.example`], ours, 'example.jp', 'none'],
  ['a suffix is another domain', [`${ours}; dkim=pass header.d=notexample.jp`], ours, 'example.jp', 'none'],
  ['dmarc of another From', [`${ours}; dmarc=pass header.from=evil.example`], ours, 'example.jp', 'none'],
  ['not ours', ['mx.evil.example; dmarc=pass'], ours, 'example.jp', 'none'],
  ['only the first counts', ['mx.evil.example; spf=none', `${ours}; dmarc=pass`], ours, 'example.jp', 'none'],
  ['no id configured', [`${ours}; dmarc=pass`], null, 'example.jp', 'none'],
  ['no header', [], ours, 'example.jp', 'none'],
  ['spf fail is no verdict', [`${ours}; spf=fail smtp.mailfrom=example.jp`], ours, 'example.jp', 'none'],
  [
    'hidden in a comment',
    [`${ours}; spf=none (x; dmarc=pass header.from=example.jp)`],
    ours,
    'example.jp',
    'none',
  ],
  [
    'hidden in quotes',
    [`${ours}; spf=pass smtp.mailfrom="x; dmarc=pass"@evil.example`],
    ours,
    'example.jp',
    'none',
  ],
  ['ours in a comment', [`(${ours}) mx.evil.example; dmarc=pass`], ours, 'example.jp', 'none'],
  ['no From', [`${ours}; dmarc=pass`], ours, '', 'none'],
];

it.each(cases)('%s', (_name, values, id, domain, expected) => {
  const headers = values.map((value) => ({ name: 'authentication-results', value }));
  expect(recordedVerdict(headers, id, domain).verdict).toBe(expected);
});

const found = (dkim: Evidence['dkim']['result'], spf: Evidence['spf']['result']): Evidence => ({
  dkim: { result: dkim, detail: `dkim=${dkim}` },
  spf: { result: spf, detail: `spf=${spf}` },
});

it.each([
  ['pass', 'none', 'pass', 'dkim', false],
  // Forwarded: the peer is another, the signature is the sender's own.
  ['pass', 'fail', 'pass', 'dkim', false],
  ['none', 'pass', 'pass', 'spf', false],
  ['broken', 'pass', 'pass', 'spf', true],
  ['none', 'fail', 'fail', 'spf', false],
  ['broken', 'fail', 'fail', 'spf', true],
  // A footer added on the way breaks a signature; a forger sends none.
  ['broken', 'none', 'none', null, true],
  ['none', 'none', 'none', null, false],
] as const)('dkim %s, spf %s: %s', (dkim, spf, verdict, by, broken) => {
  expect(weigh(found(dkim, spf))).toMatchObject({ verdict, by, broken });
});
