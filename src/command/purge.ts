/** `uketsuke purge`: what `retention` lets go, now instead of tonight (spec 6). */
import { isoJst } from '../calendar/jst.ts';
import { purgeBefore, purgeOlder } from '../desk/purge.ts';
import type { Door } from './door.ts';

export async function purge(door: Door, options: { readonly dryRun?: boolean }): Promise<void> {
  const { retention } = door.config;
  if (retention === null)
    throw new Error('purge: retention is not set, so everything is kept; set it to a number of days');
  const dryRun = options.dryRun === true;
  const purged = await purgeOlder(await door.desk(), retention, door.now(), { dryRun });
  const before = isoJst(purgeBefore(retention, door.now()));
  door.print(
    { before, dryRun, ...purged },
    `${dryRun ? 'Would delete' : 'Deleted'} the bytes of ${purged.messages} messages and ${purged.letters} letters of before ${before}: ${purged.bytes} bytes. Tickets and events stay; what waits for somebody keeps its bytes.`,
  );
}
