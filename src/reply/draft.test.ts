import { describe, expect, it, test } from 'vitest';
import { cpuMs } from '../../test/cpu-time.ts';
import type { LetterKind } from '../ticket/ticket.ts';
import { whatFits } from './attachment.ts';
import { addressOk, type Draft, type DraftInput, draftLetter } from './draft.ts';

const INPUT: DraftInput = {
  kind: 'acknowledgement',
  from: { name: '窓口', address: 'cltech@support.example.jp' },
  to: ['yamada@example.jp'],
  replyTo: null,
  subject: '件名',
  body: '本文\n',
  messageId: '<mark.acknowledgement@support.example.jp>',
  at: new Date('2026-12-31T15:00:05Z'),
  inReplyTo: '<a@example.jp>',
  references: [],
};

function drafted(change: Partial<DraftInput>): Draft {
  const result = draftLetter({ ...INPUT, ...change });
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.draft;
}
const file = (name: string, size: number, type = 'application/zip') => ({
  name,
  type,
  bytes: new Uint8Array(size),
});
const header = (draft: Draft, name: string) => draft.headers.find((one) => one.name === name)?.value;

describe('what leaves', () => {
  test.each<[LetterKind, string | undefined, string | undefined]>([
    ['acknowledgement', 'auto-replied', 'DR, RN, NRN, OOF, AutoReply'],
    ['request-number', 'auto-replied', 'DR, RN, NRN, OOF, AutoReply'],
    ['neutral', 'auto-replied', 'DR, RN, NRN, OOF, AutoReply'],
    ['period', 'auto-replied', 'DR, RN, NRN, OOF, AutoReply'],
    ['reminder', 'auto-generated', 'DR, RN, NRN, OOF, AutoReply'],
    ['closing-notice', 'auto-generated', 'DR, RN, NRN, OOF, AutoReply'],
    ['notification', 'auto-generated', 'All'],
    ['digest', 'auto-generated', 'All'],
    ['confirmation', 'auto-replied', 'All'],
    ['staff-note', 'auto-replied', 'All'],
    ['answer', undefined, undefined],
  ])('%s says %s', (kind, submitted, suppress) => {
    const draft = drafted({ kind });
    expect(header(draft, 'Auto-Submitted')).toBe(submitted);
    expect(header(draft, 'X-Auto-Response-Suppress')).toBe(suppress);
  });

  it('has one envelope: everybody in To and Cc, once', () => {
    const draft = drafted({
      to: ['a@example.jp', 'b@example.jp'],
      cc: ['c@example.jp', 'a@example.jp', 'c@example.jp'],
    });
    expect(draft).toMatchObject({ to: ['a@example.jp', 'b@example.jp'], cc: ['c@example.jp'] });
    expect(draft.recipients).toEqual(['a@example.jp', 'b@example.jp', 'c@example.jp']);
  });

  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\佐藤\\画面.png', '画面.png'],
    ['a\r\nContent-Type: text\u0000.txt', 'a Content-Type_ text .txt'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['con.txt', '_con.txt'],
    ['. .', 'file'],
    ['', 'file'],
    ['a"b;c=<d>.txt', 'a_b;c=_d_.txt'],
    [`${'あ'.repeat(200)}.xlsx`, `${'あ'.repeat(95)}.xlsx`],
  ])('carries a file named %j as %j', (name, expected) => {
    expect(drafted({ attachments: [file(name, 1)] }).attachments[0]?.name).toBe(expected);
  });

  test.each([
    ['image/png', 'image/png'],
    ['message/rfc822', 'application/octet-stream'],
    ['multipart/mixed; boundary=x', 'application/octet-stream'],
    ['multipart/mixed', 'application/octet-stream'],
    ['text/plain\r\nBcc: x', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('declares a file of type %j as %s', (type, expected) => {
    expect(drafted({ attachments: [file('a', 1, type)] }).attachments[0]?.type).toBe(expected);
  });

  it('names the files that do not fit', () => {
    const files = [3, 9, 5, 2].map((bytes) => ({ bytes }));
    expect(whatFits(files, 10)).toEqual({ carried: [files[0], files[2], files[3]], left: [files[1]] });
  });

  it('is dated in Japan', () => expect(drafted({}).date).toBe('Fri, 01 Jan 2027 00:00:05 +0900'));

  it('threads by clean ids only: the last twenty, each once, the parent last', () => {
    const many = Array.from({ length: 30 }, (_one, index) => `<${index}@x>`).join(' ');
    const draft = drafted({
      references: [`${many}\r\nBcc: evil@example.com <29@x> <b c@x> <${'y'.repeat(300)}@x>`],
    });
    expect(header(draft, 'In-Reply-To')).toBe('<a@example.jp>');
    expect(header(draft, 'References')).toBe(
      [...Array.from({ length: 19 }, (_one, index) => `<${index + 11}@x>`), '<a@example.jp>'].join(' '),
    );
  });

  it('does not thread without an id', () => {
    const draft = drafted({ inReplyTo: 'x\r\nBcc: y', references: ['none', '<>'] });
    expect(draft.headers.map(({ name }) => name)).toEqual(['Auto-Submitted', 'X-Auto-Response-Suppress']);
  });

  it('reads 900 KB of hostile references in no time', () => {
    const took = cpuMs(() => {
      for (const piece of ['<', '<a', '<a>', '> <', 'a'])
        drafted({ references: [piece.repeat(900_000 / piece.length)] });
    });
    expect(took).toBeLessThan(1_000);
  });

  it('has no control character in subject and name', () => {
    const hostile = 'a\r\nBcc: evil@example.com\u2028\u0000\u0085\u202eb\ud800';
    const draft = drafted({ subject: hostile, from: { name: hostile, address: INPUT.from.address } });
    expect(draft.subject).toBe('a Bcc: evil@example.com b\ufffd');
    expect(draft.from.name).toBe(draft.subject);
  });

  test.each<[string, Partial<DraftInput>]>([
    ['to', { to: ['a@example.jp', 'b@example.jp\r\nBcc: evil@example.jp'] }],
    ['cc', { cc: ['b@example.jp, evil@example.jp'] }],
    ['empty to', { to: [] }],
    ['51 recipients', { cc: Array.from({ length: 50 }, (_one, at) => `a${at}@example.jp`) }],
    ['size', { kind: 'answer', attachments: [file('a.zip', 20_000_001)] }],
    ['size, in mail to staff', { kind: 'notification', attachments: [file('a.zip', 6e6), file('b', 5e6)] }],
    ['51 files', { attachments: Array.from({ length: 51 }, () => file('a', 1)) }],
    ['from', { from: { name: '', address: 'a@example.jp> x <evil@example.jp' } }],
    ['replyTo', { replyTo: 'a@example.jp, evil@example.jp' }],
    ['messageId', { messageId: '<a@x> <b@x>' }],
    ['messageId without brackets', { messageId: 'a@x' }],
  ])('is refused for its %s', (_what, change) => {
    expect(draftLetter({ ...INPUT, ...change }).kind).toBe('refused');
  });
});

describe('addresses', () => {
  test.each([
    'a@example.jp',
    "o'neil+x=y@sub.example.co.jp",
    'a..b.@docomo.example.jp',
    'x@xn--eckwd4c7c.example',
  ])('takes %s', (address) => expect(addressOk(address)).toBe(true));
  test.each([
    '',
    '@',
    'a@',
    '@example.jp',
    'a@localhost',
    'a b@example.jp',
    'a@exa mple.jp',
    '"a b"@example.jp',
    'a@example.jp\n',
    'a@example.jp,b@example.jp',
    '<a@example.jp>',
    'a@[192.0.2.1]',
    'a@example..jp',
    'a@-example.jp',
    'a@example.jp.',
    'a@b@example.jp',
    'あ@example.jp',
    'a@例示.jp',
    'a\u0000@example.jp',
    'a\u2028@example.jp',
    '@a.jp:b@example.jp',
    `${'a'.repeat(65)}@example.jp`,
    `a@${'a'.repeat(64)}.jp`,
    `a@${'a.'.repeat(130)}jp`,
    'a(x)@example.jp',
    'a;b@example.jp',
  ])('refuses %j', (address) => expect(addressOk(address)).toBe(false));
});
