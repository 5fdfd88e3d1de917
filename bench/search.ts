/**
 * How long `tickets search` takes: `npx tsx bench/search.ts [--tickets 20000]`. Every ticket has a mail of about 600
 * characters, every tenth a fax page of 1,500; SQLite and a throw-away PostgreSQL. Prints one JSON line a database.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { searchWords } from '../src/inquiry/search-text.ts';
import { connect } from '../src/store/database.ts';
import { openStore } from '../src/store/open.ts';
import { facts } from '../test/decision.ts';
import { startPostgres } from '../test/postgres.ts';

const { values } = parseArgs({ options: { tickets: { type: 'string', default: '20000' } } });
const tickets = Number(values.tickets);
const words = '設定 印刷 画面 更新 移行 接続 起動 障害 手順 確認 登録 変更 帳票 検索 権限'.split(' ');
const text = (at: number, chars: number) =>
  Array.from({ length: chars / 6 }, (_, i) => `${words[(at * 7 + i * 3) % words.length]}をしました。`)
    .join('')
    .slice(0, chars);

async function fill(database: string): Promise<void> {
  const db = connect(database);
  const at = '2026-11-24T01:00:00.000Z';
  for (let from = 1; from <= tickets; from += 200)
    await db.write(async (trx) => {
      const ids = Array.from({ length: Math.min(200, tickets - from + 1) }, (_, i) => from + i);
      await trx('blobs').insert(ids.map((id) => ({ digest: `d${id}`, bytes: Buffer.from('x') })));
      await trx('tickets').insert(
        ids.map((id) => ({
          id,
          ref: `R-20261124-${String(id).padStart(4, '0')}`,
          state: 'open',
          channel: 'mail',
          verified: 1,
          subject: '件',
          opened_at: at,
          version: 1,
        })),
      );
      await trx('received').insert(
        ids.map((id) => ({
          ...{
            id,
            received_at: at,
            source_kind: 'file',
            source_name: '',
            recipients: '[]',
            content_key: `${id}`,
            content_key_id: `${id}`,
            quiet: 0,
          },
          ...{
            digest: `d${id}`,
            outcome: 'ticket-opened',
            reason: 'valid',
            decided_at: at,
            ticket_id: id,
            encrypted: 0,
            kills: 0,
          },
          facts: JSON.stringify(
            facts({ subject: `件名 ${id}`, text: `${text(id, 600)}${id === 4321 ? '給紙' : ''}` }),
          ),
        })),
      );
      const faxes = ids.filter((id) => id % 10 === 0);
      await trx('fax_pages').insert(
        faxes.map((id) => ({
          received_id: id,
          page: 1,
          outcome: 'text',
          detail: '',
          text: text(id, 1500),
          confidence: 90,
          turned: 0,
        })),
      );
    });
  await db.close();
}

async function measure(name: string, database: string): Promise<void> {
  const store = await openStore({ database });
  await fill(database);
  const timed = async (typed: string) => {
    const begun = performance.now();
    const found = await store.tickets.search({ words: searchWords(typed), limit: 50 });
    return { typed, found: found.length, ms: Math.round(performance.now() - begun) };
  };
  const first = await timed('給紙');
  const then = [];
  for (const typed of ['給紙', '設定', '設定 印刷', '無い言葉']) then.push(await timed(typed));
  process.stdout.write(`${JSON.stringify({ database: name, tickets, first, then })}\n`);
  await store.close();
}

const folder = mkdtempSync(join(tmpdir(), 'uketsuke-search-'));
const postgres = await startPostgres();
try {
  await measure('sqlite', `sqlite:${join(folder, 'search.db')}`);
  await measure('postgres', await postgres.database('search'));
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
