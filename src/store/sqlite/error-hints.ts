import { CredWatchError, type ErrorCode, getSystemErrorCode } from '../../errors.ts';
import { BUSY_TIMEOUT_MS } from './driver.ts';

interface Explanation {
  /** Matches the codes of SQLite (`SQLITE_BUSY`) and of the system (`EACCES`). */
  pattern: RegExp;
  code: ErrorCode;
  message: (file: string) => string;
  hint: string;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: /^SQLITE_NOTADB/,
    code: 'DATABASE_NOT_OURS',
    message: (file) => `${file} is not a database`,
    hint: 'nothing was changed; name another file with --db or CRED_WATCH_DB',
  },
  {
    pattern: /^SQLITE_CORRUPT/,
    code: 'DATABASE_DAMAGED',
    message: (file) => `the database ${file} is damaged`,
    hint: 'move the file away, or recover its data with `sqlite3 FILE .recover`',
  },
  {
    pattern: /^(SQLITE_FULL|ENOSPC|EDQUOT|SQLITE_IOERR_WRITE)/,
    code: 'DATABASE_FULL',
    message: (file) => `no space left to write ${file}`,
    hint: 'free some space, or run `cred-watch prune`; recorded samples are safe',
  },
  {
    pattern: /^SQLITE_BUSY/,
    code: 'DATABASE_BUSY',
    message: (file) => `another program has locked ${file} for ${BUSY_TIMEOUT_MS / 1000} s`,
    hint: 'stop the program that holds the lock, or try again',
  },
  {
    pattern: /^(SQLITE_READONLY|SQLITE_CANTOPEN|EROFS|EACCES|EPERM|SQLITE_PERM)/,
    code: 'DATABASE_NO_PERMISSION',
    message: (file) => `no permission to use ${file}`,
    hint: 'run as the owner of the file, or name another file with --db',
  },
  {
    pattern: /^(ENOENT|ENOTDIR|EEXIST|ELOOP|ENAMETOOLONG)/,
    code: 'DATABASE_INVALID_PATH',
    message: (file) => `could not use the path ${file}`,
    hint: 'check the path given with --db',
  },
];

/** Runs `action`. Errors of SQLite and of the system become {@link CredWatchError}s with a hint. */
export function withErrorHints<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const systemCode = getSystemErrorCode(error);
    const known = EXPLANATIONS.find(({ pattern }) => pattern.test(systemCode));
    if (known === undefined) throw error;
    const { message, hint, code } = known;
    throw new CredWatchError(message(file), hint, { cause: error, code });
  }
}
