/** The customers' mail that comes by way of a mailbox: a real Dovecot that lives through everything. */
import { setTimeout as sleep } from 'node:timers/promises';
import { password, startDovecot } from '../dovecot.ts';
import type { Life } from './life.ts';
import type { Fed } from './post.ts';

const user = 'desk';
/** Between two mails, so that most are taken by a pass of their own. */
const pauseMs = 150;

export interface CrashMailbox extends AsyncDisposable {
  /** Lines of the configuration; the password stands in the file `password` beside it. */
  readonly yaml: string;
  readonly password: string;
  /** One mail more in the folder. */
  post(fed: Fed, at: Date): Promise<void>;
  /** One after the other, as long as the daemon lives. */
  postWhile(life: Life, compose: () => Fed, now: () => Date): Promise<void>;
  /** Resolves when everything was taken and moved, or nothing left the folder for so long; with what is not so in the end. */
  emptied(standstillMsMax: number): Promise<readonly string[]>;
}

export async function openCrashMailbox(): Promise<CrashMailbox> {
  const server = await startDovecot();
  let posted = 0;
  const post: CrashMailbox['post'] = async (fed, at) => {
    fed.tries += 1;
    await server.append(user, [fed.raw], { at });
    fed.confirmed += 1;
    posted += 1;
  };
  const held = async (folder: string) => (await server.list(user, folder))?.length ?? 0;
  return {
    yaml: `mailboxes: [{ name: desk, host: 127.0.0.1, port: ${server.imapPort}, tls: none, user: ${user}, passwordFile: password, since: all }]`,
    password,
    post,
    async postWhile(life, compose, now) {
      while (life.alive) {
        await post(compose(), now());
        await sleep(pauseMs);
      }
    },
    async emptied(standstillMsMax) {
      let [left, changedAt] = [await held('INBOX'), Date.now()];
      while (left > 0 && Date.now() < changedAt + standstillMsMax) {
        await sleep(50);
        const now = await held('INBOX');
        if (now !== left) changedAt = Date.now();
        left = now;
      }
      const moved = await held('Processed');
      return left === 0 && moved === posted
        ? []
        : [`${posted} mails came into the mailbox: ${moved} are in Processed, ${left} still in INBOX`];
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
