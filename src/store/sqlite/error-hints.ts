import { CredWatchError, systemErrorCode } from '../../errors.ts';
import { BUSY_TIMEOUT_MS } from './driver.ts';

/** What SQLite and the system say, in words that help. */
const EXPLANATIONS: readonly [RegExp, (file: string) => [string, string]][] = [
  [
    /^SQLITE_NOTADB/,
    (file) => [
      `${file} is not a database`,
      'nothing was changed; name another file with --db or CRED_WATCH_DB',
    ],
  ],
  [
    /^SQLITE_CORRUPT/,
    (file) => [`the database ${file} is damaged`, 'move it away, or salvage it with `sqlite3 FILE .recover`'],
  ],
  [
    /^(SQLITE_FULL|ENOSPC|EDQUOT|SQLITE_IOERR_WRITE)/,
    (file) => [
      `there is no room left to write ${file}`,
      'free some space, or `cred-watch prune`; what was recorded is safe',
    ],
  ],
  [
    /^SQLITE_BUSY/,
    (file) => [
      `${file} has been locked for ${BUSY_TIMEOUT_MS / 1000} s`,
      'end the program that holds it, or try again',
    ],
  ],
  [
    /^(SQLITE_READONLY|SQLITE_CANTOPEN|EROFS|EACCES|EPERM|SQLITE_PERM)/,
    (file) => [`no permission to use ${file}`, 'run as the user who owns it, or name another file with --db'],
  ],
  [
    /^(ENOENT|ENOTDIR|EEXIST|ELOOP|ENAMETOOLONG)/,
    (file) => [`${file} cannot be a file`, 'check the path given with --db'],
  ],
];

/** Runs `action` on the database and turns what the system says when it fails into an error with a hint. */
export function withErrorHints<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = systemErrorCode(error);
    const known =
      error instanceof CredWatchError ? undefined : EXPLANATIONS.find(([pattern]) => pattern.test(code));
    if (known === undefined) throw error;
    const [message, hint] = known[1](file);
    throw new CredWatchError(message, hint, { cause: error });
  }
}
