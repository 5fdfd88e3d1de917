/** Two of staff answer the same message in the same moment, from two processes on one database: one wins (spec 5.3). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { openDesk } from '../src/daemon.ts';
import { dispatchDue } from '../src/desk/dispatch.ts';
import type { OpenDesk } from '../src/desk/house.ts';
import { importContracts } from '../src/desk/import-contracts.ts';
import { receiveOne } from '../src/desk/receive.ts';
import { parseContracts } from '../src/inquiry/contract-csv.ts';
import { canonicalNumber } from '../src/inquiry/support-number.ts';
import { startPostgres } from './postgres.ts';
import { passed, suzuki, tanaka } from './staff-desk.ts';
import { at, mail, registry } from './trial.ts';

const rounds = 6;
const source = { kind: 'file', name: 'test.eml', returnPath: null, recipients: [] } as const;
const silent = { info: () => {}, warn: () => {}, error: () => {} };

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let folder: string;
beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), 'uketsuke-race-'));
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

it.each(['sqlite', 'postgres'])('on %s', { timeout: 120_000 }, async (dialect) => {
  const database =
    dialect === 'sqlite' ? `sqlite:${join(folder, 'race.db')}` : await postgres.database('race');
  const file = join(folder, `${dialect}.yaml`);
  const staff = `[{ name: 鈴木, address: ${suzuki} }, { name: 田中, address: ${tanaka} }]`;
  writeFileSync(
    file,
    `dataDir: ${join(folder, dialect)}\ndatabase: '${database}'\nauthservId: mx.example.jp\nstaff: ${staff}\n`,
  );
  const config = loadConfig(file, { env: {}, cwd: folder });
  let time = at('2026-11-13T10:00:00');
  const now = () => time;
  await using one = await openDesk(config, silent, now);
  await using two = await openDesk(config, silent, now);
  const parsed = parseContracts(Buffer.from(registry), (text) => canonicalNumber(config.mask, text));
  if ('problems' in parsed) throw new Error('the registry is damaged');
  await importContracts(one, parsed.contracts, time);
  const answersOf = async (ticketId: number) =>
    (await one.store.outbox.ofTicket(ticketId)).filter(({ kind }) => kind === 'answer');

  for (let round = 0; round < rounds; round += 1) {
    const inquiry = await one.accept(mail({ subject: `質問 ${round}` }), source, time, false);
    const { ticketId } = (await receiveOne(one, now, inquiry))!;
    await dispatchDue(one, now);
    const notices = (await one.store.outbox.ofTicket(ticketId!)).filter(
      ({ kind }) => kind === 'notification',
    );
    const given = async (desk: OpenDesk, from: string) => {
      const id = notices.find((item) => item.to === from)!.messageId;
      const raw = mail({ from, text: `#回答\n${from} の回答`, headers: [passed(), `In-Reply-To: ${id}`] });
      return desk.accept(raw, source, time, false);
    };
    const ids = [await given(one, suzuki), await given(two, tanaka)] as const;
    const decided = await Promise.all([receiveOne(one, now, ids[0]), receiveOne(two, now, ids[1])]);
    expect(decided.map((message) => message?.reason).sort()).toEqual([
      'answer from staff',
      'answer from staff, held',
    ]);
    expect((await answersOf(ticketId!)).map(({ state }) => state).sort()).toEqual(['held', 'queued']);
    time = new Date(time.getTime() + 5 * 60_000);
    await Promise.all([dispatchDue(one, now), dispatchDue(two, now)]);
    const states = await answersOf(ticketId!);
    expect(states.map(({ state }) => state).sort()).toEqual(['held', 'sent']);
    const note = (await one.store.outbox.ofTicket(ticketId!)).filter((item) => item.kind === 'staff-note');
    expect(note.map((item) => item.to)).toEqual([
      states[0]!.state === 'held' ? states[0]!.data['authorAddress'] : states[1]!.data['authorAddress'],
    ]);
  }
});
