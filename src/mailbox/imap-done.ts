/** Marks accepted mails as done on the server (spec 2.1): moved, or flagged. Every answer is checked. */
import type { ImapFlow } from 'imapflow';
import type { Journal } from '../desk/ports.ts';
import { type Connection, connectMailbox, type MailboxAccess } from './imap-connection.ts';

/** The setting `done: flag`: mails stay in the folder with these; the keyword tells ours from read by people. */
export const doneByFlag = 'flag';
const flags = ['\\Seen', '$Uketsuke'];

const byUid = { uid: true } as const;

/** The UIDs that are done: moved, flagged where they could not be moved, or gone. Rejects when the connection is lost. */
export async function markDone(
  connection: Connection,
  mailbox: string,
  uids: readonly number[],
  done: string,
  log: Journal,
): Promise<readonly number[]> {
  const { client } = connection;
  const left = done === doneByFlag ? uids : await move(connection, uids, done);
  if (left.length === 0) return uids;
  if (done !== doneByFlag) {
    const reason = connection.lastRefusal() || 'the server moved only a part';
    log.warn('mail-not-moved', { mailbox, folder: done, mails: left.length, reason, instead: 'flagged' });
  }
  if (await client.messageFlagsAdd(left.join(','), flags, byUid)) return uids;
  const still = await present(client, left);
  if (still.length > 0)
    log.warn('mail-not-marked', { mailbox, mails: still.length, reason: connection.lastRefusal() });
  return uids.filter((uid) => !still.includes(uid));
}

/** Moves, making the folder when it is missing. Returns those that are still where they were. */
async function move(
  connection: Connection,
  uids: readonly number[],
  folder: string,
): Promise<readonly number[]> {
  const { client } = connection;
  let moved = await client.messageMove(uids.join(','), folder, byUid);
  if (!moved && client.usable) {
    const made = await client.mailboxCreate(folder).catch(() => null);
    if (made?.created) moved = await client.messageMove(uids.join(','), folder, byUid);
  }
  const map = moved ? moved.uidMap : undefined;
  const rest = uids.filter((uid) => !map?.has(uid));
  return rest.length === 0 ? [] : present(client, rest);
}

/** A UID without an answer was deleted under us or moved unseen (an answer lost on the way): only a look tells. */
async function present(client: ImapFlow, uids: readonly number[]): Promise<readonly number[]> {
  if (!client.usable) throw new Error('the connection was lost while mails were being marked as done');
  const found = await client.search({ uid: uids.join(',') }, byUid);
  if (!found) throw new Error('the server does not say which mails are still there');
  return uids.filter((uid) => found.includes(uid));
}

/** For `doctor`: what is there, in words. Rejects with words that say what to mend. */
export async function inspectMailbox(access: MailboxAccess & { readonly done: string }): Promise<string> {
  const connection = await connectMailbox(access);
  const { client } = connection;
  try {
    const waiting = `${access.folder} holds ${client.mailbox ? client.mailbox.exists : 0} mails`;
    if (access.done === doneByFlag) return `${waiting}; what is done is flagged`;
    const folders = await client.list();
    const delimiter = folders[0]?.delimiter ?? '/';
    const there = folders.some(
      ({ path }) => path === access.done || path.endsWith(`${delimiter}${access.done}`),
    );
    if (there) return `${waiting}; folder ${access.done} is there`;
    const made = await client.mailboxCreate(access.done).catch(() => null);
    if (made !== null) return `${waiting}; folder ${access.done} was made`;
    throw new Error(
      `${access.host} does not let ${access.user} make the folder ${access.done} (${connection.lastRefusal()}): make it there, or set mailboxes[].done to another folder or to flag`,
    );
  } finally {
    await client.logout().catch(() => {});
    client.close();
  }
}
