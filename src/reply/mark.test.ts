import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type MarkKey,
  type MarkPurpose,
  markedAddress,
  markOf,
  readMark,
  readMessageId,
  signMark,
} from './mark.ts';
import { messageIdFor } from './message-id.ts';

const KEY: MarkKey = { id: 'a7', secret: new Uint8Array(32).fill(7) };
const OLD: MarkKey = { id: 'zz', secret: new Uint8Array(32).fill(9) };
const PURPOSES: readonly MarkPurpose[] = ['c', 'b', 's', 'r'];
const anyMark = fc.record({
  purpose: fc.constantFrom(...PURPOSES),
  id: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
});

describe('signed marks', () => {
  it('reads back what it signed, in any case, under any known key', () => {
    fc.assert(
      fc.property(anyMark, fc.constantFrom(KEY, OLD), ({ purpose, id }, key) => {
        const mark = signMark(key, purpose, id);
        expect(mark).toMatch(/^[cbsr][a-z2-7]{26}$/);
        expect(readMark([KEY, OLD], mark)).toEqual({ purpose, id });
        expect(readMark([KEY, OLD], mark.toUpperCase())).toEqual({ purpose, id });
      }),
    );
  });

  it('is the same for the same ticket: pinned, marks in customers’ mailboxes must stay valid', () => {
    expect(signMark(KEY, 'c', 17)).toBe('ca7aaaaaaar7jzao5jqzx3wqlgz');
  });

  it('refuses a mark of which one character was changed', () => {
    fc.assert(
      fc.property(
        anyMark,
        fc.nat(26),
        fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz234567'),
        ({ purpose, id }, place, other) => {
          const mark = signMark(KEY, purpose, id);
          fc.pre(mark[place] !== other);
          const forged = mark.slice(0, place) + other + mark.slice(place + 1);
          expect(readMark([KEY, OLD], forged)).toBeNull();
        },
      ),
    );
  });

  it('refuses another purpose, an unknown key, and the right key id with another secret', () => {
    const mark = signMark(KEY, 'c', 5);
    expect(readMark([KEY], `s${mark.slice(1)}`)).toBeNull();
    expect(readMark([OLD], mark)).toBeNull();
    expect(readMark([{ id: KEY.id, secret: OLD.secret }], mark)).toBeNull();
    expect(readMark([], mark)).toBeNull();
  });

  test.each(['', 'c', ' ', `${'c'.repeat(27)}`, `${'a'.repeat(1_000_000)}`, 'ca7aaaaaaar\n', 'K'.repeat(27)])(
    'refuses %.20j',
    (text) => expect(readMark([KEY], text)).toBeNull(),
  );

  test.each([-1, 0.5, 2 ** 40, Number.NaN])('does not sign the id %d', (id) => {
    expect(() => signMark(KEY, 'c', id)).toThrow(RangeError);
  });

  it('does not sign with a key id that would not fit the shape', () => {
    expect(() => signMark({ id: 'A', secret: KEY.secret }, 's', 1)).toThrow(RangeError);
  });
});

describe('marked addresses', () => {
  const ours = ['cltech@support.example.jp', 'fax+in@support.example.jp'];
  it('carries the mark as extension and gives it back, whatever the case', () => {
    for (const base of ours) {
      const mark = signMark(KEY, 's', 123);
      const address = markedAddress(base, mark) ?? '';
      expect(address).toBe(base.replace('@', `+${mark}@`));
      expect(markOf(address.toUpperCase(), ours)).toBe(mark);
    }
  });

  it('stays within 64 octets or gives up', () => {
    const mark = signMark(KEY, 'b', 1);
    expect(markedAddress(`${'a'.repeat(36)}@example.jp`, mark)?.indexOf('@')).toBe(64);
    expect(markedAddress(`${'a'.repeat(37)}@example.jp`, mark)).toBeNull();
    expect(markedAddress('example.jp', mark)).toBeNull();
  });

  test.each([
    ['another domain', (mark: string) => `cltech+${mark}@evil.example`],
    ['another local part', (mark: string) => `other+${mark}@support.example.jp`],
    ['no extension', () => 'cltech@support.example.jp'],
    ['an extension that is no mark', () => 'cltech+news@support.example.jp'],
    ['a mark with more behind it', (mark: string) => `cltech+${mark}x@support.example.jp`],
    ['an address hidden in another', (mark: string) => `cltech+${mark}@support.example.jp@evil.example`],
    ['nothing', () => ''],
  ])('finds no mark in %s', (_what, address) => {
    expect(markOf(address(signMark(KEY, 'c', 9)), ours)).toBeNull();
  });
});

describe('Message-IDs of ours', () => {
  it('gives back mark and kind, whatever the case, and only under our key', () => {
    const id = messageIdFor(signMark(KEY, 'c', 42), 'closing-notice', 'Support.example.jp');
    expect(id).toMatch(/^<c[a-z2-7]{26}\.closing-notice@support\.example\.jp>$/);
    expect(readMessageId([KEY], id.toUpperCase())).toEqual({ purpose: 'c', id: 42, kind: 'closing-notice' });
    expect(readMessageId([OLD], id)).toBeNull();
  });

  test.each([
    '<CAF=abc@mail.example.jp>',
    '',
    '<>',
    '<a.b@c>',
    `<${'a'.repeat(27)}.x@y z>`,
    `<${'a'.repeat(27)}.x@y>`,
  ])('is not ours: %s', (id) => expect(readMessageId([KEY], id)).toBeNull());
});
