import type { Knex } from 'knex';
import { up as up001 } from './001-start.ts';
import { up as up002 } from './002-mailboxes.ts';
import { up as up003 } from './003-answers.ts';
import { up as up004 } from './004-fax.ts';
import { up as up005 } from './005-peer.ts';
import { up as up006 } from './006-overview.ts';
import { up as up007 } from './007-gauges.ts';
import { up as up008 } from './008-restores.ts';
import { up as up009 } from './009-caps.ts';
import { up as up010 } from './010-search.ts';
import { up as up011 } from './011-purge.ts';
import { up as up012 } from './012-leaders.ts';

/** One forward step of the schema. The number at the start of the name orders the list and names the backup. */
export interface Migration {
  readonly name: string;
  readonly up: (trx: Knex.Transaction) => Promise<void>;
}

/**
 * The static, ordered list. Names carry no file extension, so a database made by `.ts` under tsx and one made
 * by `.js` in dist are the same. A name that was ever released is never changed or removed.
 */
export const migrations: readonly Migration[] = [
  { name: '001-start', up: up001 },
  { name: '002-mailboxes', up: up002 },
  { name: '003-answers', up: up003 },
  { name: '004-fax', up: up004 },
  { name: '005-peer', up: up005 },
  { name: '006-overview', up: up006 },
  { name: '007-gauges', up: up007 },
  { name: '008-restores', up: up008 },
  { name: '009-caps', up: up009 },
  { name: '010-search', up: up010 },
  { name: '011-purge', up: up011 },
  { name: '012-leaders', up: up012 },
];
