import { formatDuration } from '../../domain/time/duration.ts';
import { CredWatchError, type ErrorCode, getSystemErrorCode } from '../../errors.ts';
import { BUSY_TIMEOUT_MS } from './driver.ts';
import { findSystemCause } from './system-cause.ts';

/** What happened to the file, and what to do. */
type Explanation = readonly [pattern: RegExp, code: ErrorCode, message: string, hint: string];

const OTHER_PATH = 'name another file with --db or CRED_WATCH_DB';
const LOCAL_DISK =
  'keep the database on a local file system: network file systems often do not support locks';
const CHECK_DISK = 'check the disk and the system log, then try again; recorded samples are safe';
const REPORT_BUG = 'try again; if the error repeats, run the command with --debug and report the output';
const MAKE_ROOM = 'free some space, or run `cred-watch prune`; recorded samples are safe';

/**
 * Codes of the system (`EACCES`) and of SQLite (`SQLITE_BUSY_SNAPSHOT`). The first matching row applies.
 * https://www.sqlite.org/rescode.html
 */
const EXPLANATIONS: readonly Explanation[] = [
  [/^SQLITE_NOTADB/, 'DATABASE_NOT_OURS', 'FILE is not a database', `nothing was changed; ${OTHER_PATH}`],
  [
    /^SQLITE_(CORRUPT|FORMAT|MISMATCH|IOERR_(DATA|CORRUPTFS|SHORT_READ)|CONSTRAINT_(FOREIGNKEY|PRIMARYKEY|ROWID|UNIQUE))/,
    'DATABASE_DAMAGED',
    'the database FILE is damaged',
    'move the file away, or recover its data with `sqlite3 FILE .recover`',
  ],
  [/^(SQLITE_FULL|ENOSPC)/, 'DATABASE_FULL', 'no space left to write FILE', MAKE_ROOM],
  [/^EDQUOT/, 'DATABASE_FULL', 'the disk quota is too small to write FILE', MAKE_ROOM],
  [
    /^SQLITE_(BUSY|LOCKED)/,
    'DATABASE_BUSY',
    `another program has locked FILE for ${formatDuration(BUSY_TIMEOUT_MS / 1000)}`,
    'stop the program that holds the lock, or try again',
  ],
  [
    /^(SQLITE_(PROTOCOL|IOERR_(LOCK|UNLOCK|RDLOCK|CHECKRESERVEDLOCK|BLOCKED|SHMLOCK))|ENOLCK|EDEADLK)/,
    'DATABASE_IO_ERROR',
    'could not lock FILE',
    LOCAL_DISK,
  ],
  [
    /^(EMFILE|ENFILE)/,
    'DATABASE_IO_ERROR',
    'could not open FILE: too many open files',
    'raise the limit of open files (`ulimit -n`), or close other programs',
  ],
  [
    /^(SQLITE_NOMEM|SQLITE_IOERR_NOMEM|ENOMEM)/,
    'DATABASE_IO_ERROR',
    'not enough memory to use FILE',
    'close other programs, or raise the memory limit',
  ],
  [
    /^EROFS/,
    'DATABASE_NO_PERMISSION',
    'FILE is on a read-only file system',
    `mount the file system for writing, or ${OTHER_PATH}`,
  ],
  [
    /^SQLITE_READONLY_DBMOVED/,
    'DATABASE_INVALID_PATH',
    'FILE was moved or deleted while it was in use',
    'do not move the database while cred-watch runs; try again',
  ],
  [
    /^(SQLITE_(READONLY|PERM|AUTH|IOERR_AUTH)|EACCES|EPERM)/,
    'DATABASE_NO_PERMISSION',
    'no permission to use FILE',
    'run as the owner of the file and its folder, or name another file with --db',
  ],
  [/^ENOTDIR/, 'DATABASE_INVALID_PATH', 'could not use FILE: a folder in its path is a file', OTHER_PATH],
  [/^ENAMETOOLONG/, 'DATABASE_INVALID_PATH', 'could not use FILE: the name is too long', OTHER_PATH],
  [/^ELOOP/, 'DATABASE_INVALID_PATH', 'could not use FILE: its path has too many symbolic links', OTHER_PATH],
  [
    /^ENOENT/,
    'DATABASE_INVALID_PATH',
    'could not use FILE: the file or its folder does not exist',
    OTHER_PATH,
  ],
  [
    /^(EISDIR|EEXIST|SQLITE_CANTOPEN_(ISDIR|SYMLINK|FULLPATH|CONVPATH))/,
    'DATABASE_INVALID_PATH',
    'could not use the path FILE',
    `check the path, or ${OTHER_PATH}`,
  ],
  [
    /^SQLITE_CANTOPEN_NOTEMPDIR|^SQLITE_IOERR_GETTEMPPATH/,
    'DATABASE_NO_PERMISSION',
    'no temporary folder can be written, but FILE needs one',
    'set TMPDIR to a writable folder',
  ],
  [
    /^SQLITE_CANTOPEN/,
    'DATABASE_IO_ERROR',
    'could not open FILE, or a file next to it that SQLite needs',
    `check the folder and its file system, or ${OTHER_PATH}`,
  ],
  [
    /^SQLITE_(TOOBIG|NOLFS)|^E(FBIG|OVERFLOW)/,
    'DATABASE_FULL',
    'FILE is too large for this system',
    `run \`cred-watch prune\`, or ${OTHER_PATH}`,
  ],
  // SQLite does not distinguish a used-up quota from a failed disk.
  [
    /^SQLITE_IOERR_(WRITE|FSYNC|DIR_FSYNC|TRUNCATE|CLOSE|DIR_CLOSE|DELETE|SHMSIZE|\w+_ATOMIC)/,
    'DATABASE_IO_ERROR',
    'could not write FILE: the disk failed, or a quota is used up',
    CHECK_DISK,
  ],
  [/^SQLITE_IOERR/, 'DATABASE_IO_ERROR', 'could not read FILE: the disk failed', CHECK_DISK],
  [
    /^(EIO|ESTALE|ENXIO|ENODEV)/,
    'DATABASE_IO_ERROR',
    'could not read or write FILE: the disk failed',
    CHECK_DISK,
  ],
];

/** SQLite reports these codes for many errors of the system. */
const HIDES_CAUSE =
  /^SQLITE_(CANTOPEN|READONLY(?!_DBMOVED)|IOERR_(WRITE|FSYNC|DIR_FSYNC|TRUNCATE|DELETE|SHMOPEN|SHMSIZE))/;

interface Naming {
  /** Names the file in the message, for temporary files. */
  label?: string;
  /** Replaces the usual hint. */
  hint?: string;
}

/** Runs `action`. Errors of SQLite and of the system become {@link CredWatchError}s with a hint. */
export function withErrorHints<T>(file: string, action: () => T, naming: Naming = {}): T {
  try {
    return action();
  } catch (error) {
    throw explainError(file, error, naming);
  }
}

/** Returns the error itself if neither SQLite nor the system caused it. */
export function explainError(file: string, error: unknown, { label = file, hint }: Naming = {}): unknown {
  if (!(error instanceof Error) || !isEnvironmental(error)) return error;
  const systemCode = isSchemaError(error) ? 'SQLITE_CORRUPT' : (getSystemErrorCode(error) ?? '');
  const cause = label === file && HIDES_CAUSE.test(systemCode) ? findSystemCause(file) : null;
  const [, code, message, usualHint] = findExplanation(cause ?? '') ??
    findExplanation(systemCode) ?? [
      /^/,
      'DATABASE_IO_ERROR',
      `could not use FILE: ${systemCode}`,
      REPORT_BUG,
    ];
  return new CredWatchError(
    message.replace('FILE', () => label),
    hint ?? usualHint,
    { cause: error, code },
  );
}

const findExplanation = (code: string) => EXPLANATIONS.find(([pattern]) => pattern.test(code));

/** A database with a supported version has the known tables and values, so such an error means damage. */
const isSchemaError = (error: Error): boolean =>
  getSystemErrorCode(error) === 'SQLITE_ERROR' &&
  /^no such |malformed|already exists|^JSON cannot hold BLOB/.test(error.message);

/** False for values that SQLite rejects, because they are a mistake of the caller. */
function isEnvironmental(error: Error): boolean {
  if ('syscall' in error) return true;
  const code = getSystemErrorCode(error) ?? '';
  return /^(UNKNOWN_)?SQLITE_/.test(code) && !/^SQLITE_CONSTRAINT_(NOTNULL|CHECK|DATATYPE)/.test(code);
}
