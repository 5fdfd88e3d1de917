import { expect, it } from 'vitest';
import { parseMask } from '../inquiry/support-number.ts';
import { firstLook } from './first-look.ts';
import type { NumberFieldReading } from './number-field.ts';
import type { PageText, Recogniser } from './ocr.ts';
import type { Turn } from './straighten.ts';
import type { FaxImage } from './upright.ts';

const value = 'CL-4180-2537';
const bitmap = { width: 100, height: 200, grey: new Uint8Array(20_000).fill(255) };
const box = { x: 10, y: 20, width: 80, height: 10 };
const image: FaxImage = {
  ...{ kind: 'image', total: 1, page: bitmap, header: null },
  ...{ skewDegrees: 0, specks: 0, damaged: false },
};
const found = { value, confidence: 1, clear: 1, fixed: true, glyphs: [], box, boxed: false, strip: bitmap };
const says = (text: string): PageText => ({
  text,
  confidence: 90,
  lines: [{ words: [{ text, box }], box }],
});

/** What is asked, in order, of a page that stands `turn` away from upright; `known` is what is read once it is. */
async function asked(turn: Turn, known: { field?: NumberFieldReading; line?: string; top?: string }) {
  const calls: string[] = [];
  let upright = turn === 0;
  const answer = <Answer>(name: string, value: Answer | null): Promise<Answer | null> => {
    calls.push(name);
    return Promise.resolve(upright ? value : null);
  };
  const ocr: Recogniser = {
    field: () => answer('field', known.field ?? null),
    line: () => answer('line', known.line === undefined ? null : says(known.line)),
    text: () => answer('text', known.top === undefined ? null : says(known.top)),
    orientation: async () => {
      calls.push('orientation');
      return { turn, confidence: 9 };
    },
    close: async () => undefined,
  };
  const pages = {
    page: async () => {
      upright = true;
      return image;
    },
    png: async () => null,
    close: async () => undefined,
  };
  const search = { mask: parseMask('CL-9999-9999'), registry: null, hinted: [] };
  const look = await firstLook({ pages, ocr }, new Uint8Array(), image, search);
  return { calls: calls.join(' '), decision: look.sought.agreement.decision, turned: look.turned };
}

it.each([
  ['agreed at once: nothing else is asked', 0, { field: found, line: value }, 'field line', 'accepted'],
  [
    'on its head: turned before its top is read in vain',
    180,
    { field: found, line: value },
    'field orientation field line',
    'accepted',
  ],
  [
    'the second look fails, the text of the top agrees',
    0,
    { field: found, top: value },
    'field line line line text line',
    'accepted',
  ],
  [
    'and is not asked a third time where our own reader is not sure',
    0,
    { field: { ...found, confidence: 0.29 }, top: value },
    'field line line text line',
    'accepted',
  ],
  [
    'only our own reader finds it: the text, and then which way is up',
    0,
    { field: found },
    'field line line line text orientation',
    'uncertain',
  ],
  ['upright and nothing found', 0, {}, 'field orientation text', 'missing'],
  ['on its side and nothing found', 90, {}, 'field orientation field text', 'missing'],
] as const)('%s', async (_, turn, known, calls, decision) => {
  expect(await asked(turn, known)).toEqual({ calls, decision, turned: turn });
});
