/** `uketsuke blocked list|remove`: senders whose mail is kept and ignored, and how to hear of them again. */
import { isoJst } from '../calendar/jst.ts';
import { type Door, Failed } from './door.ts';

export async function blockedList(door: Door): Promise<void> {
  const { store } = await door.desk();
  const entries = (await store.blocks()).map((one) => ({ ...one, at: isoJst(new Date(one.at)) }));
  const lines = entries.map(({ address, at, reason }) => `${address}  since ${at}  ${reason}`);
  door.print(entries, entries.length === 0 ? 'Nobody is blocked.' : lines.join('\n'));
}

export async function blockedRemove(door: Door, address: string): Promise<void> {
  const { store } = await door.desk();
  if (!(await store.unblock(address)))
    throw new Failed(`blocked: ${address} is not blocked; see uketsuke blocked list`);
  door.print(
    { address, blocked: false },
    `Mail of ${address} opens tickets again. What came meanwhile is kept, ignored.`,
  );
}
