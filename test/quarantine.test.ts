/** What the reader dies of: it stands in nobody's way, is tried beside the mail, and its bytes stay in reach (spec 2). */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Door } from '../src/command/door.ts';
import { quarantineList, quarantineRetry, quarantineShow } from '../src/command/quarantine.ts';
import { loadConfig } from '../src/config.ts';
import { openDesk } from '../src/daemon.ts';
import { audit } from '../src/desk/audit.ts';
import type { OpenDesk } from '../src/desk/house.ts';
import type { Journal, Lane, Reader } from '../src/desk/ports.ts';
import { receiveWaiting } from '../src/desk/receive.ts';
import { saveNew } from '../src/file-save.ts';
import { at, mail, register } from './trial.ts';

const now = () => at('2026-11-24T10:00:00');
const silent: Journal = { info: () => {}, warn: () => {}, error: () => {} };
const source = {
  kind: 'smtp',
  name: '192.0.2.1',
  returnPath: 'sato@sample.example.jp',
  recipients: [],
} as const;

let dir: string;
let desk: OpenDesk;
/** Whether the reader dies of a mail that says POISON. */
let deadly = true;
const tries: { readonly poison: boolean; readonly suspect: boolean }[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'uketsuke-quarantine-'));
  writeFileSync(
    join(dir, 'uketsuke.yaml'),
    'dataDir: data\naddresses: [cltech@example.jp]\nstaff: [{ name: 鈴木, address: suzuki@example.jp }]\n',
  );
  const real = await openDesk(loadConfig(join(dir, 'uketsuke.yaml'), { env: {}, cwd: dir }), silent, now);
  const read: Reader['read'] = async (raw, suspect = false) => {
    const poison = raw.includes('POISON');
    tries.push({ poison, suspect });
    return poison && deadly ? { kind: 'killed', reason: 'time: over 1 ms' } : real.reader.read(raw, suspect);
  };
  desk = { ...real, reader: { ...real.reader, read } };
  deadly = true;
  tries.length = 0;
  await register(desk, now());
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

let minutes = 0;
function arrive(text: string): Promise<number> {
  minutes += 1;
  return desk.accept(
    mail({ text }),
    source,
    new Date(at('2026-11-24T08:00:00').getTime() + minutes * 1_000),
    false,
  );
}

const work = (lane: Lane) =>
  receiveWaiting(desk, lane, now, () => false, { decided: () => {}, deferred: () => {} });
const outcomeOf = async (id: number) => (await desk.store.received.get(id))?.outcome ?? null;

interface Printed {
  document: unknown;
  text: string;
}

async function run(command: (door: Door) => Promise<void>): Promise<Printed & { error: string | null }> {
  const printed: Printed = { document: null, text: '' };
  const door = {
    now,
    desk: async () => desk,
    save: saveNew,
    print: (document: unknown, text: string) => void Object.assign(printed, { document, text }),
  } as unknown as Door;
  const error = await command(door).then(
    () => null,
    (thrown: Error) => thrown.message,
  );
  return { ...printed, error };
}

it('stands in nobody’s way: after its first death it waits beside the mail', async () => {
  const bomb = await arrive('CL-1234-5678\n\nPOISON\n');
  const behind = await arrive('CL-1234-5678\n\n印刷できません。\n');
  await work('mail');
  expect([await outcomeOf(bomb), await outcomeOf(behind)]).toEqual([null, 'ticket-opened']);
  expect(tries.filter(({ poison }) => poison)).toEqual([{ poison: true, suspect: false }]);
  // Mail that comes now does not wait for the second try either.
  const later = await arrive('CL-1234-5678\n\n起動できません。\n');
  await work('mail');
  expect([await outcomeOf(bomb), await outcomeOf(later)]).toEqual([null, 'ticket-opened']);
  await work('again');
  expect(tries.filter(({ poison }) => poison).map(({ suspect }) => suspect)).toEqual([false, true, true]);
  expect(await desk.store.received.get(bomb)).toMatchObject({
    outcome: 'quarantined',
    reason: 'killed the reader: time: over 1 ms (3 times)',
  });
  expect(await audit(desk)).toMatchObject({ balanced: true, queued: 0 });
  const told = (await desk.store.outbox.list()).filter(({ data }) => data['event'] === 'quarantined');
  expect(told.map(({ to, receivedId }) => [to, receivedId])).toEqual([['suzuki@example.jp', bomb]]);
});

it('a mail that only needed more time gets it, and its ticket', async () => {
  const slow = await arrive('CL-1234-5678\n\nPOISON\n');
  await work('mail');
  deadly = false;
  await work('again');
  expect(await outcomeOf(slow)).toBe('ticket-opened');
});

it('is listed, shown without touching a parser, saved as it came, and tried again', async () => {
  const id = await arrive('CL-1234-5678\n\nPOISON \u202e\u0007 text\n');
  await work('mail');
  await work('again');
  const list = await run(quarantineList);
  expect(list.document).toMatchObject([
    {
      id,
      source: 'smtp',
      from: 'sato@sample.example.jp',
      reason: expect.stringContaining('killed the reader'),
    },
  ]);
  const folder = join(dir, 'out');
  const shown = await run((door) => quarantineShow(door, String(id), { save: folder }));
  expect(shown.document).toMatchObject({ id, file: join(folder, `message-${id}.eml`) });
  expect(shown.text).toContain('Message-ID: <');
  expect(shown.text).not.toMatch(/[\u0007\u202e]/);
  expect(existsSync(folder)).toBe(true);
  expect(readFileSync(join(folder, `message-${id}.eml`))).toEqual(await desk.store.received.raw(id));

  const failed = await run((door) => quarantineRetry(door, String(id)));
  expect(failed.error).toMatch(/cannot be read yet/);
  expect(await outcomeOf(id)).toBe('quarantined');
  deadly = false;
  const done = await run((door) => quarantineRetry(door, String(id)));
  expect(done).toMatchObject({
    error: null,
    document: { id, outcome: 'ticket-opened', number: 'CL-1234-5678' },
  });
  const message = (await desk.store.received.get(id))!;
  const ticket = await desk.store.tickets.byId(message.ticketId!);
  expect(ticket?.openedAt).toBe(message.receivedAt);
  expect((await run(quarantineList)).document).toEqual([]);
  expect(await audit(desk)).toMatchObject({ balanced: true });
});

it.each([
  ['x', 'is not an id'],
  ['0', 'is not an id'],
  ['99', 'there is no message 99'],
])('quarantine show %s', async (id, words) => {
  expect((await run((door) => quarantineShow(door, id, {}))).error).toContain(words);
});

it('what is not quarantined is left alone', async () => {
  const id = await arrive('CL-1234-5678\n\n印刷できません。\n');
  await work('mail');
  const { error } = await run((door) => quarantineRetry(door, String(id)));
  expect(error).toContain('is not quarantined, it is ticket-opened');
  expect(await outcomeOf(id)).toBe('ticket-opened');
});
