/** The mailboxes of the configuration, watched for the desk: what a mail of theirs is, and where their secrets come from. */
import { type Config, readSecret } from './config.ts';
import type { OpenDesk } from './desk/house.ts';
import type { Acceptance, Numbering } from './desk/ports.ts';
import { identify } from './mailbox/digest.ts';
import { type MailboxOptions, openMailbox } from './mailbox/imap.ts';
import type { FetchedMail } from './mailbox/imap-pass.ts';

type Setting = Config['mailboxes'][number];

/**
 * One connection each; closing them lets the mails in hand be accepted. `checkRoom` throws when the disk is nearly full.
 * Mail received before `quietBefore` gets no automatic letter (`Store.quietBefore`).
 */
export function watchMailboxes(
  config: Config,
  desk: OpenDesk,
  checkRoom: () => void,
  quietBefore: string | null,
  bells: {
    readonly expected: () => void;
    readonly arrived: () => void;
    /** This mailbox was looked through, or gave mail: it is well. */
    readonly polled: (mailbox: string) => void;
    /** This process reads the mailbox, or another one does. */
    readonly leads: (mailbox: string, mine: boolean) => void;
  },
): readonly AsyncDisposable[] {
  return config.mailboxes.map((setting) => {
    const accept = async (numbering: Numbering, mails: readonly FetchedMail[]) => {
      checkRoom();
      const acceptances = mails.map((one) => acceptanceOf(numbering, one, desk.now(), quietBefore));
      const ids = await desk.store.received.acceptAll(acceptances);
      for (const [index, message] of ids.entries()) {
        if (message === null) continue;
        const { uid, raw, kind } = mails[index]!;
        const { mailbox } = numbering;
        desk.journal.info('message-received', {
          message,
          source: 'imap',
          mailbox,
          uid,
          bytes: raw.length,
          kind,
        });
      }
      bells.polled(setting.name);
      if (mails.some((one) => one.kind !== 'before-since')) bells.arrived();
    };
    return openMailbox(
      mailboxOptions(config, setting),
      {
        ledger: desk.store.mailboxes,
        accept,
        expect: bells.expected,
        passed: () => bells.polled(setting.name),
        leads: (mine) => bells.leads(setting.name, mine),
      },
      desk.journal,
    );
  });
}

function acceptanceOf(
  numbering: Numbering,
  mail: FetchedMail,
  now: Date,
  quietBefore: string | null,
): Acceptance {
  const { messageId, contentKey, returnPath } = identify(mail.raw);
  const receivedAt = (mail.receivedAt ?? now).toISOString();
  const old = mail.kind === 'before-since';
  return {
    raw: mail.raw,
    source: { kind: 'imap', name: numbering.mailbox, returnPath, recipients: [] },
    receivedAt,
    messageId,
    // Headers alone are not the mail: their key must never stand in the way of the whole mail, however it comes.
    contentKey: mail.kind === 'whole' ? contentKey : `${mail.kind} ${numbering.mailbox} ${contentKey}`,
    quiet: quietBefore !== null && receivedAt < quietBefore,
    place: { ...numbering, uid: mail.uid },
    ...(old ? { ignored: { reason: 'before-since', at: now.toISOString() } } : {}),
    ...(mail.kind === 'whole' ? {} : { partial: mail.kind }),
  };
}

/** The secret is read at each connect: the environment first, then the file. */
export function mailboxOptions(config: Config, setting: Setting): MailboxOptions {
  const { name, host, port, tls, user, folder, since, done, passwordFile, tokenFile } = setting;
  const kind = tokenFile === undefined ? 'password' : 'token';
  const file = tokenFile ?? passwordFile;
  const variable = `UKETSUKE_MAILBOX_${name.toUpperCase().replaceAll('-', '_')}_${kind.toUpperCase()}`;
  return {
    ...{ name, host, port, tls, user, folder, since, done },
    mailBytesMax: config.smtp.maxBytes,
    secretPlace: `${file ?? `mailboxes[].${kind}File (not set)`} or the environment variable ${variable}`,
    secret: async () => {
      const text = readSecret(variable, file);
      if (!text) throw Object.assign(new Error('no secret'), { code: 'there is none' });
      return { kind, text };
    },
  };
}
