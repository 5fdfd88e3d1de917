/** Every parser of ours over input nobody would write: it never throws, what it gives is bounded, and twice is once where it should be. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { letterOf } from '../../test/findings.ts';
import { recordedVerdict } from '../inquiry/authentication.ts';
import { screen } from '../inquiry/automatic-mail.ts';
import { parseContracts } from '../inquiry/contract-csv.ts';
import { readCall } from '../inquiry/fax-call.ts';
import { gatewayOf, parseFaxGateway } from '../inquiry/fax-gateway.ts';
import { readOpening } from '../inquiry/opening.ts';
import { phoneDigits } from '../inquiry/phone-number.ts';
import { applyProfile, parseFormProfile } from '../inquiry/profile.ts';
import { parseMask } from '../inquiry/support-number.ts';
import { safeFile } from '../reply/attachment.ts';
import { parseDirectives } from '../reply/directive.ts';
import { readMark, readMessageId } from '../reply/mark.ts';
import { referencesIn } from '../ticket/reference.ts';
import { displayName, needsPassword, realType } from './attachments.ts';
import { decodeText } from './charset.ts';
import { decodeRawField, decodeWords, parameters } from './encoded-words.ts';
import { mailboxes, messageIds, oneLine, readHead, splitHead, strictAddress } from './headers.ts';
import { htmlToPlain } from './html-text.ts';
import * as limits from './limits.ts';
import { readMail } from './mail.ts';
import { splitOwnText } from './own-text.ts';
import { mendFrame, withFoundBoundary } from './repair.ts';

/** Pieces such input is made of, and anything else between them. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'CL-1234-5678',
      'ＣＬ－１２',
      'サポートサービス番号：',
      '> ',
      '| ',
      '\n',
      '\r\n',
      '\r',
      '\t',
      '　',
      '\0',
      '\u2028',
      '\u200b',
      '\u202e',
      '\ufeff',
      '\ud83d',
    ],
    ...[
      'From: ',
      'To: a@example.jp',
      'Content-Type: ',
      'multipart/mixed; boundary=b',
      '--b',
      '--b--',
      'text/html',
      'charset=',
      'iso-2022-jp',
      'Content-Transfer-Encoding: base64',
      'filename*0*=',
      "''%E8%",
      '=?utf-8?b?',
      '=?iso-2022-jp?q?=1B',
      '?=',
      '\x1b$B',
      '\x1b(B',
    ],
    ...[
      '<',
      '>',
      '<div>',
      '<blockquote>',
      '</p>',
      '<!--',
      '&#x',
      '&amp;',
      '"',
      "'",
      '(',
      ')',
      ';',
      ',',
      ':',
      '@',
      '\\',
      '=',
      '+',
      '{{',
      '${',
      '__proto__',
    ],
    ...[
      '-----Original Message-----',
      'On 2026/1/1 a@b wrote:',
      '差出人: ',
      '-- ',
      '________',
      '#回答',
      '＃番号 ',
      '#to ',
      '#設定 a=',
      '#cc',
      'R-20261120-0001',
      '2026-02-30',
      'dkim=pass header.d=',
      '03-5550-0142',
      '【発信元番号】',
      'Sender: ',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const text = fc.array(piece, { maxLength: 40 }).map((all) => all.join(''));
const bytes = fc.oneof(
  text.map((one) => Buffer.from(one)),
  text.map((one) => Buffer.from(one, 'latin1')),
  fc.uint8Array({ maxLength: 200 }).map((one) => Buffer.from(one)),
);
const runs = { numRuns: 300 };
const always = <T>(input: fc.Arbitrary<T>, hold: (one: T) => void) =>
  fc.assert(fc.property(input, hold), runs);

const mask = parseMask('CL-9999-9999');
const labels = fc.constantFrom(
  null,
  'utf-8',
  'iso-2022-jp',
  'shift_jis',
  'euc-jp',
  'utf-16',
  'gbk',
  'x-unknown',
  '',
);
const keys = [{ id: 'a', secret: Buffer.alloc(32, 1) }] as unknown as Parameters<typeof readMark>[0];

describe('whatever the input', () => {
  it('the number at the start', () =>
    always(fc.tuple(text, text, text), ([own, quoted, subject]) => {
      const { value, decision, raw } = readOpening(mask, {
        own,
        quoted,
        subject,
        signature: quoted,
        field: null,
      });
      if (value !== null) {
        expect(value).toMatch(/^CL-\d{4}-\d{4}$/);
        expect(['accepted', 'not-at-start']).toContain(decision);
        expect(raw).not.toBeNull();
      }
    }));

  it('own text, history and signature hold every line once', () =>
    always(text, (one) => {
      const { own, quoted, signature } = splitOwnText(one);
      expect(own.length + quoted.length + signature.length).toBeLessThanOrEqual(one.length);
      // What is own stays own: read once more, nothing is lost to the history that was there.
      expect(splitOwnText(own).own.length).toBeLessThanOrEqual(own.length);
    }));

  it('charsets', () =>
    always(fc.tuple(bytes, labels), ([one, label]) => {
      const { text: read, charset, clean } = decodeText(one, label);
      expect(read.length).toBeLessThanOrEqual(one.length + 1);
      expect(charset).not.toBe('');
      if (clean) expect(read).not.toContain('\ufffd');
    }));

  it('header fields, addresses, ids', () =>
    always(bytes, (one) => {
      const { fields, bodyAt } = splitHead(one);
      expect(bodyAt).toBeLessThanOrEqual(one.length);
      const head = readHead(fields);
      expect([...head.subject].length).toBeLessThanOrEqual(limits.subjectChars);
      for (const { name, address } of [...head.to, ...head.cc, ...head.replyTo]) {
        expect(strictAddress(address)).toBe(address);
        expect(oneLine(name, limits.nameChars)).toBe(name);
      }
      for (const id of [...head.references, ...head.inReplyTo]) expect(id).toMatch(/^<[^<>\s]{1,250}>$/);
    }));

  it('encoded words and parameters', () =>
    always(text, (one) => {
      expect(decodeWords(one).length).toBeLessThanOrEqual(one.length);
      expect(decodeRawField(Buffer.from(one))).not.toMatch(/\n[ \t]/);
      expect(parameters(one).params.size).toBeLessThanOrEqual(one.length);
      expect(mailboxes(one).length).toBeLessThanOrEqual(limits.addresses);
      expect(messageIds(one).length).toBeLessThanOrEqual(limits.referenceIds);
    }));

  it('frames', () =>
    always(bytes, (one) => {
      const { bytes: mended } = mendFrame(one);
      expect(mended.length).toBeLessThanOrEqual(2 * one.length + 2);
      expect(mendFrame(mended).bytes.length).toBeLessThanOrEqual(2 * mended.length + 2);
      const found = withFoundBoundary(one);
      if (found !== null) expect(found.length).toBeLessThanOrEqual(one.length + 200);
    }));

  it('HTML', () =>
    always(text, (one) => {
      const { text: plain } = htmlToPlain(one);
      // A rule is drawn and a quotation marked; nothing else grows.
      expect(plain.length).toBeLessThanOrEqual(40 * one.length + 40);
    }));

  it('names and types of files', () =>
    always(fc.tuple(text, bytes), ([name, head]) => {
      const shown = displayName(name, 'attachment-1');
      expect(shown).not.toMatch(/[/\\\r\n\0\u202e\u2028]|^[. ]|[. ]$|^(?:con|nul)(?:\.|$)/i);
      expect(shown).not.toBe('');
      expect([...shown].length).toBeLessThanOrEqual(limits.fileNameChars);
      expect(displayName(shown, 'other')).toBe(shown);
      const safe = safeFile({ name: shown, type: name, bytes: head });
      expect(safeFile(safe)).toEqual(safe);
      expect(realType(head, name)).toMatch(/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/);
      expect([true, false]).toContain(needsPassword('application/pdf', head, head));
    }));

  it('directives of staff', () =>
    always(text, (one) => {
      expect(() => parseDirectives(one)).not.toThrow();
      expect(() => parseDirectives(`#回答 ${one}`)).not.toThrow();
    }));

  it('who vouches, marks and references', () =>
    always(text, (one) => {
      recordedVerdict([{ name: 'authentication-results', value: `mx; ${one}` }], 'mx', 'example.jp');
      expect(readMark(keys, one)).toBeNull();
      expect(readMessageId(keys, `<${one}@example.jp>`)).toBeNull();
      for (const ref of referencesIn(one)) expect(ref).toMatch(/^R-\d{8}-\d{4,}$/);
      expect(phoneDigits(one) ?? '0').toMatch(/^\+?\d+$/);
    }));

  it('the registry', () =>
    always(bytes, (one) => {
      const head = Buffer.from(
        'number,customer,product,purchased_on,period_start,period_end,status,customised,contact_name,contact_email,contact_fax,contact_phone\n',
      );
      for (const file of [one, Buffer.concat([head, one])]) {
        const read = parseContracts(file, () => null);
        expect('problems' in read || read.contracts.length === 0).toBe(true);
      }
    }));

  it('forms and fax gateways', () => {
    const form = parseFormProfile({
      name: 'f',
      from: 'form@example.jp',
      fields: { address: '【メールアドレス】', text: '/内容：(?<text>.*)/s' },
    });
    const gateway = parseFaxGateway({ name: 'g', from: 'fax@example.jp', layout: 'network-fax' });
    always(fc.tuple(text, text), ([body, subject]) => {
      const letter = letterOf({
        text: body,
        subject,
        body: { own: body, quoted: '', signature: '' },
        from: { name: '', address: 'form@example.jp' },
      });
      const read = applyProfile(letter, [form]);
      if (read?.address != null)
        expect(strictAddress(read.address)?.toLowerCase()).toBe(read.address.toLowerCase());
      expect(gatewayOf(letter, [gateway])).toBeNull();
      expect(readCall(letter, gateway).caller ?? '0').toMatch(/^\+?\d+$/);
      screen(letter, { returnPath: subject, ourAddresses: ['cltech@example.jp'], staffAddresses: [] });
    });
  });

  it('a whole mail', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, async (one) => {
        const { letter } = await readMail(one);
        expect(letter.text).not.toMatch(/[\x00-\x08\x0e-\x1f]/);
        expect(letter.headers.length).toBeLessThanOrEqual(limits.headerFields);
        // What is in no field and no part must not be lost: text that was there is somewhere.
        const words = /[A-Za-z]{4}/.test(one.toString('latin1'));
        const seen =
          letter.text +
          letter.subject +
          letter.headers.map(({ name, value }) => name + value).join('') +
          letter.attachments.map(({ name, bytes: size }) => name + size).join('');
        if (words) expect(seen).not.toBe('');
      }),
      { numRuns: 400 },
    );
  });
});
