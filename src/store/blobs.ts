import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Row } from './row.ts';

/** Keeps bytes once under their SHA-256 (lower-case hex), which it returns. */
export async function keepBlob(trx: Knex, bytes: Buffer): Promise<string> {
  return (await keepBlobs(trx, [bytes]))[0]!;
}

export async function keepBlobs(trx: Knex, blobs: readonly Buffer[]): Promise<readonly string[]> {
  const digests = blobs.map(digestOf);
  // Each once, for PostgreSQL takes a row only once, and in one order, so that two who keep the same never wait for each other.
  const rows = [...new Map(blobs.map((bytes, at) => [digests[at]!, bytes]))]
    .map(([digest, bytes]) => ({ digest, bytes, purged_at: null }))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  // Bytes that were purged and come again are kept again.
  await trx('blobs')
    .insert(rows)
    .onConflict('digest')
    .merge(['bytes', 'purged_at'])
    .whereNotNull('blobs.purged_at');
  return digests;
}

export async function blob(q: Knex, digest: string): Promise<Buffer | null> {
  const row: Row | undefined = await q('blobs').where({ digest }).whereNull('purged_at').first('bytes');
  return row === undefined ? null : (row['bytes'] as Buffer);
}

/** Several by digest; those that are not there are left out. */
export async function blobs(q: Knex, digests: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  if (digests.length === 0) return new Map();
  const rows: Row[] = await q('blobs').whereIn('digest', digests).whereNull('purged_at').select();
  return new Map(rows.map((row) => [String(row['digest']), row['bytes'] as Buffer]));
}

/** Bytes of each; neither database reads the blob itself for that. */
export async function blobSizes(q: Knex, digests: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const size = q.raw('length(bytes) as size');
  const rows: Row[] = await q('blobs').whereIn('digest', digests).select('digest', size);
  return new Map(rows.map((row) => [String(row['digest']), Number(row['size'])]));
}

/** Digests whose bytes do not match them. One blob is in memory at a time; the whole store is read. */
export async function damagedBlobs(q: Knex): Promise<readonly string[]> {
  const damaged: string[] = [];
  for (let after = ''; ; ) {
    const row: Row | undefined = await q('blobs')
      .where('digest', '>', after)
      .whereNull('purged_at')
      .orderBy('digest')
      .first();
    if (row === undefined) return damaged;
    after = String(row['digest']);
    if (digestOf(row['bytes'] as Buffer) !== after) damaged.push(after);
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
