/**
 * What went wrong with the database, as the one question that matters: try again? Unknown means later.
 * `stop` means that another try can only do harm or cannot help: stop accepting, leave mail where it is, tell a
 * person. The message says what to do.
 */
export type StoreError = Error & { readonly kind: 'again' | 'stop' };

interface Remedy {
  readonly kind: StoreError['kind'];
  readonly text: string;
}

const again = (text: string): Remedy => ({ kind: 'again', text });
const stop = (text: string): Remedy => ({ kind: 'stop', text });

const corrupt = stop('the database is damaged; stop the program and restore the last backup');
const full = again('no room on the disk of the database; free some, the program goes on by itself');
const busy = again('the database stayed locked by another process; it is tried again');
const readOnly = stop('the database is read-only; check owner and mode of the data folder and its mount');
const refused = stop('the database refuses this user; check the user and password of `database`');
const away = again('the database server cannot be reached; it is tried again');

/** SQLite by name, PostgreSQL by SQLSTATE (or its class), the network by errno. */
const remedies: Readonly<Record<string, Remedy>> = {
  SQLITE_CORRUPT: corrupt,
  SQLITE_NOTADB: corrupt,
  SQLITE_FULL: full,
  SQLITE_BUSY: busy,
  SQLITE_LOCKED: busy,
  SQLITE_READONLY: readOnly,
  SQLITE_PERM: readOnly,
  SQLITE_CANTOPEN: stop('the database file cannot be opened; check that its folder exists and is writable'),
  SQLITE_IOERR: again('reading or writing the database failed; check the disk and the system log'),
  XX001: corrupt,
  XX002: corrupt,
  53: again('the database server is short of disk, memory or connections; mend that, it is tried again'),
  40: busy,
  '55P03': busy,
  28: refused,
  '42501': refused,
  '3D000': stop('the database named in `database` does not exist; create it'),
  25006: again('the database server is read-only, perhaps a standby; it is tried again'),
  57: away,
  '08': away,
  ECONNREFUSED: away,
  ECONNRESET: away,
  ENOTFOUND: away,
  EPIPE: away,
  ETIMEDOUT: away,
};

/** The code a driver gave, found down the chain of causes. */
function codeOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string') return code;
  }
  return '';
}

/** Whether the database gave way to another transaction: the same work can be done again at once. */
export function gaveWay(error: unknown): boolean {
  return ['SQLITE_BUSY', 'SQLITE_LOCKED', '40001', '40P01', '55P03'].includes(codeOf(error));
}

/** Whether what is stored cannot be read any more. */
export function isDamage(error: unknown): boolean {
  return ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'XX001', 'XX002'].includes(codeOf(error));
}

/** The same error in words an operator can act on; errors that are not the world's doing pass unchanged. */
export function explained(error: unknown): unknown {
  if (error instanceof Error && 'kind' in error) return error;
  const code = codeOf(error);
  const remedy = remedies[code] ?? (/^[0-9A-Z]{5}$/.test(code) ? remedies[code.slice(0, 2)] : undefined);
  if (remedy === undefined) return error;
  return storeError(remedy.kind, `${remedy.text} (${code}: ${(error as Error).message})`, error);
}

export function storeError(kind: StoreError['kind'], message: string, cause?: unknown): StoreError {
  return Object.assign(new Error(message, { cause }), { kind });
}
