/** `uketsuke tickets search` and `tickets export` as an operator meets them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Door, UsageError } from '../src/command/door.ts';
import { type ExportOptions, ticketsExport } from '../src/command/tickets-export.ts';
import { ticketsSearch } from '../src/command/tickets-search.ts';
import { loadConfig } from '../src/config.ts';
import { saveNew } from '../src/file-save.ts';
import { mail, startTrial, type Trial } from './trial.ts';

const first = 'R-20261123-0001';
const second = 'R-20261124-0001';
const raw = mail({
  subject: '=cmd|calc の印刷',
  text: 'CL-1234-5678\n\n初期設定の印刷\n"引用", =1+1\n',
  messageId: '<one@sample.example.jp>',
});
const folder = mkdtempSync(join(tmpdir(), 'uketsuke-search-'));
let trial: Trial;
beforeAll(async () => {
  trial = await startTrial({ now: '2026-11-24T10:00:00' });
  await trial.takeIn(raw, '2026-11-23T10:00:00', true);
  await trial.takeIn(mail({ from: 'takahashi@midori.example.jp', text: 'CL-2345-6789\n\nﾛｸﾞｲﾝできません' }));
  await trial.goTo('2026-11-24T10:01:00');
}, 60_000);
afterAll(async () => {
  await trial[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: the shape is what the test looks at
async function told(work: (door: Door) => Promise<void>): Promise<any> {
  let document: unknown;
  await work({
    now: trial.now,
    config: loadConfig(null, { env: {}, cwd: folder }),
    desk: async () => trial.daemon.desk,
    save: saveNew,
    print: (found: unknown) => {
      document = found;
    },
    progress: () => {},
  } as unknown as Door);
  return document;
}
const search = (words: readonly string[], options: { state?: string; limit?: string } = {}) =>
  told((door) => ticketsSearch(door, words, { limit: '50', ...options }));
const exported = (name: string, refs: readonly string[] = [], options: ExportOptions = {}) =>
  told((door) => ticketsExport(door, join(folder, name), refs, options));

describe('search', () => {
  it('two characters, with what stands around them; several words; a state', async () => {
    expect(await search(['設定'])).toEqual([
      expect.objectContaining({
        ref: first,
        messages: [{ id: 1, excerpt: expect.stringContaining('初期設定の印刷') }],
      }),
    ]);
    expect((await search(['ログイン'])).map((one: { ref: string }) => one.ref)).toEqual([second]);
    expect(await search(['印刷', '設定'])).toHaveLength(1);
    expect(await search(['印刷\u3000ログイン'])).toEqual([]);
    expect(await search(['印刷'], { state: 'closed' })).toEqual([]);
  });
  it.each([
    [['\u3000'], {}, 'give a word'],
    [['x'], { limit: '0' }, '--limit: "0"'],
    [['x'], { state: 'shut' }, '--state: "shut"'],
  ])('%j %j is wrong usage', async (words, options, said) => {
    await expect(search(words, options)).rejects.toThrow(said);
    await expect(search(words, options)).rejects.toBeInstanceOf(UsageError);
  });
});

describe('export', () => {
  it('mails as they came, letters as they left, and tables a spreadsheet may open', async () => {
    expect(await exported('all')).toMatchObject({ tickets: 2, messages: 2, letters: 1, bytesGone: 0 });
    expect(readFileSync(join(folder, 'all', `${first}-1.eml`))).toEqual(raw);
    const names = readdirSync(join(folder, 'all')).sort();
    expect(names).toEqual(expect.arrayContaining(['letters.csv', 'messages.csv', 'tickets.csv']));
    const [letter] = names.filter((name) => name.includes('-letter-'));
    expect(readFileSync(join(folder, 'all', letter!))).toEqual(trial.arrivals[0]!.raw);
    const tickets = readFileSync(join(folder, 'all', 'tickets.csv'));
    expect([...tickets.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(tickets.toString()).toContain(
      `${first},open,mail,CL-1234-5678,yes,'=cmd|calc の印刷,2026-11-23T10:00:00+09:00`,
    );
    const messages = readFileSync(join(folder, 'all', 'messages.csv'), 'utf8');
    expect(messages).toContain('""引用"", =1+1');
    expect(messages).not.toMatch(/(^|,)[=+@]/m);
  });
  it.each([
    ['by-ref', ['r-20261124-0001'], {}, [second]],
    ['by-number', [], { number: 'cl12345678' }, [first]],
    ['by-from', [], { from: '2026-11-24' }, [second]],
    ['by-to', [], { to: '2026-11-24' }, [first]],
    ['by-state', [], { state: 'closed' }, []],
  ])('%s', async (name, asked, options, refs) => {
    expect((await exported(name, asked, options)).tickets).toBe(refs.length);
    const rows = readFileSync(join(folder, name, 'tickets.csv'), 'utf8')
      .trim()
      .split('\r\n')
      .slice(1);
    expect(rows.map((row) => row.split(',')[0])).toEqual(refs);
  });
  it('overwrites nothing, names what is not there and what is wrong', async () => {
    await exported('twice', [first]);
    writeFileSync(join(folder, 'twice', 'tickets.csv'), 'mine');
    expect((await exported('twice', [first])).files[0]).toContain('tickets (2).csv');
    expect(readFileSync(join(folder, 'twice', 'tickets.csv'), 'utf8')).toBe('mine');
    await expect(exported('x', ['R-20200101-0001'])).rejects.toThrow(
      'R-20200101-0001: there is no such ticket',
    );
    await expect(exported('x', [first], { from: '2026-11-24' })).rejects.toThrow('does not fit the filter');
    await expect(exported('x', [], { from: 'noon' })).rejects.toBeInstanceOf(UsageError);
    await expect(exported('x', [], { number: '12' })).rejects.toBeInstanceOf(UsageError);
  });
});
