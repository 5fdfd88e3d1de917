import { expect, it } from 'vitest';
import type { FiguredTicket } from '../desk/overview.ts';
import type { Door } from './door.ts';
import { report } from './report.ts';

const ticket: FiguredTicket = {
  ref: 'R-20261101-0001',
  channel: 'mail',
  state: 'answered',
  number: 'CL-1234-5678',
  customer: '=cmd|例示\n商事',
  category: 'trouble',
  firstAnswerMinutes: 90,
  held: false,
  expired: false,
  review: false,
};

function doorWith(tickets: readonly FiguredTicket[]) {
  const seen = {
    spans: [] as string[][],
    written: new Map<string, string>(),
    document: null as unknown,
    text: '',
  };
  const door = {
    desk: async () => ({
      store: {
        overview: {
          opened: async (from: string, to: string) => {
            seen.spans.push([from, to]);
            return tickets;
          },
        },
      },
    }),
    write: (path: string, text: string) => void seen.written.set(path, text),
    print: (document: unknown, text: string) => Object.assign(seen, { document, text }),
  } as unknown as Door;
  return { door, seen };
}

it('asks for the month of Japan and prints a table whose columns stand under one another', async () => {
  const { door, seen } = doorWith([
    ticket,
    { ...ticket, number: null, customer: null, firstAnswerMinutes: null },
  ]);
  await report(door, '2026-11', {});
  expect(seen.spans).toEqual([['2026-10-31T15:00:00.000Z', '2026-11-30T15:00:00.000Z']]);
  expect(seen.text).toContain('CL-1234-5678 =cmd|例示 商事');
  expect(seen.text).toMatch(/^― 契約 ―$/m);
  expect(seen.text).toMatch(/^全体 +2 +1 +1 +90 +90 +0 +0 +0 +0$/m);
  expect(seen.document).toMatchObject({
    month: '2026-11',
    rows: [{ group: 'total', tickets: 2 }, {}, {}, {}, {}],
  });
  expect(seen.written.size).toBe(0);
});

it('writes a CSV no spreadsheet runs', async () => {
  const { door, seen } = doorWith([ticket]);
  await report(door, '2026-11', { csv: 'out.csv' });
  const csv = seen.written.get('out.csv')!;
  expect(csv.startsWith('\uFEFF月,区分,キー,名称,受付,')).toBe(true);
  expect(csv).toContain('2026-11,契約,CL-1234-5678,"\'=cmd|例示\n商事",1,1,0,90,90,0,0,0,0\r\n');
  expect(seen.text).toBe('out.csv is written.');
});

it('takes nothing but a month', async () => {
  await expect(report(doorWith([]).door, '11/2026', {})).rejects.toThrow(/2026-11/);
});
