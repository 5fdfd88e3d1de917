import type { Knex } from 'knex';
import type { Decision, FaxPage } from '../desk/ports.ts';
import { blob, keepBlob } from './blobs.ts';
import { type Row, textOrNull } from './row.ts';

/** Pages of a fax with their pictures, in the transaction that decides the message. */
export async function writeFax(
  trx: Knex,
  id: number,
  { pages, strip }: NonNullable<Decision['received']['fax']>,
): Promise<void> {
  const keep = async (png: Uint8Array | null) => (png === null ? null : keepBlob(trx, Buffer.from(png)));
  for (const { page, outcome, detail, text, confidence, turned, png } of pages) {
    const digest = await keep(png);
    await trx('fax_pages').insert({
      ...{ received_id: id, page, outcome, detail, text: text.replaceAll('\0', ''), turned, digest },
      confidence: Math.round(confidence),
    });
  }
  await trx('received')
    .where({ id })
    .update({ strip_digest: await keep(strip) });
}

export async function faxPages(q: Knex, id: number): Promise<readonly FaxPage[]> {
  const rows: Row[] = await q('fax_pages').where({ received_id: id }).orderBy('page');
  return rows.map((row) => ({
    page: Number(row['page']),
    outcome: row['outcome'] as FaxPage['outcome'],
    detail: String(row['detail']),
    text: String(row['text']),
    confidence: Number(row['confidence']),
    turned: Number(row['turned']),
  }));
}

/** Page 0 is the place where the number stands. */
export async function picture(q: Knex, id: number, page: number): Promise<Buffer | null> {
  const row: Row | undefined =
    page === 0
      ? await q('received').where({ id }).first('strip_digest as digest')
      : await q('fax_pages').where({ received_id: id, page }).first('digest');
  const digest = row === undefined ? null : textOrNull(row['digest']);
  return digest === null ? null : blob(q, digest);
}
