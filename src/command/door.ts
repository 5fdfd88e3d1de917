/** What every command is handed: the way to the desk, the clock, and where to print. Commands never see SQL, IMAP or SMTP. */
import type { Config } from '../config.ts';
import type { SendingDesk } from '../desk/house.ts';
import type { Saved } from '../file-save.ts';
import type { FaxDocument, FaxRegistry } from '../inquiry/fax.ts';
import type { Reading, Unpacked } from '../inquiry/letter.ts';

/** The operator used a command wrongly: exit code 2, with what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command ran and the answer is no (an audit that does not balance): exit code 1, already told. */
export class Failed extends Error {
  override readonly name = 'Failed';
}

export const allRoles = ['intake', 'read', 'send'] as const;
export type Role = (typeof allRoles)[number];

export interface MailFile {
  readonly raw: Buffer;
  readonly name: string;
}

export interface Door {
  /** With `--json`: one document on standard output and nothing else. */
  readonly json: boolean;
  readonly now: () => Date;
  readonly config: Config;
  /** Opened at the first call, closed by main. */
  readonly desk: () => Promise<SendingDesk>;
  /** Reads one mail in the killable child, without touching the store. */
  readonly readMail: (raw: Buffer) => Promise<Reading>;
  /** The attachments of a mail with their bytes, taken out in the same child. */
  readonly unpack: (raw: Buffer) => Promise<Unpacked>;
  /** Reads a PDF or TIFF; null when the bytes are neither. `hints` names the contracts a header line points to. */
  readonly readFax: (
    raw: Uint8Array,
    registry: FaxRegistry | null,
    hints: (header: string) => readonly string[],
  ) => Promise<FaxDocument | null>;
  readonly mailsIn: (path: string) => AsyncIterable<MailFile>;
  /** Stores a mail as received; durable when it resolves. Returns its id. */
  readonly accept: (
    mail: MailFile,
    receivedAt: Date,
    quiet: boolean,
    by?: 'file' | 'staff',
  ) => Promise<number>;
  /** Writes a backup into a new folder while the daemon goes on. */
  readonly backUp: (folder: string) => Promise<BackupFacts>;
  /** Makes a desk of a backup in an empty place; `lostAt` null: nothing ran since the backup. */
  readonly restore: (folder: string, lostAt: Date | null) => Promise<RestoreFacts>;
  /** Runs the daemon until a signal. */
  readonly start: (roles: readonly Role[]) => Promise<void>;
  readonly readBytes: (path: string) => Buffer;
  /** Writes a file the operator names; one that is there is replaced. */
  readonly write: (path: string, text: string) => void;
  /** Writes a new file; what is there stays as it is. */
  readonly save: (folder: string, name: string, bytes: Uint8Array) => Saved;
  /** `probe`: mails itself as well. */
  readonly checks: (probe: boolean) => AsyncIterable<Check>;
  /** `document` with --json, else `text` (nothing when that is empty). */
  readonly print: (document: unknown, text: string) => void;
  /** Progress of long work, on standard error, only for people. */
  readonly progress: (line: string) => void;
}

export interface BackupFacts {
  /** ISO UTC: what was written before is in it. */
  readonly at: string;
  readonly database: 'sqlite' | 'postgres';
  readonly counts: { readonly messages: number; readonly tickets: number; readonly letters: number };
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

export interface RestoreFacts {
  readonly manifest: BackupFacts;
  readonly lostAt: string;
  readonly letters: readonly {
    readonly id: number;
    readonly kind: string;
    readonly to: string;
    readonly ref: string | null;
    readonly became: 'uncertain' | 'cancelled';
  }[];
}

export interface Check {
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
}
