import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CredWatchError, type ErrorCode } from '../../../src/errors.ts';
import { explainError, withErrorHints } from '../../../src/store/sqlite/error-hints.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const OTHER_PATH = 'name another file with --db or CRED_WATCH_DB';
const CHECK_DISK = 'check the disk and the system log, then try again; recorded samples are safe';
const MAKE_ROOM = 'free some space, or run `cred-watch prune`; recorded samples are safe';
const REPORT_BUG = 'try again; if the error repeats, run the command with --debug and report the output';

interface Explained {
  code: ErrorCode;
  message: string;
  hint: string;
  /** Codes of SQLite without their prefix. */
  sqlite?: string;
  /** Codes of the system. */
  system?: string;
}

/** https://www.sqlite.org/rescode.html, without SQLITE_OK, notices and warnings. */
const EXPLAINED: readonly Explained[] = [
  {
    code: 'DATABASE_NOT_OURS',
    message: 'FILE is not a database',
    hint: `nothing was changed; ${OTHER_PATH}`,
    sqlite: 'NOTADB',
  },
  {
    code: 'DATABASE_DAMAGED',
    message: 'the database FILE is damaged',
    hint: 'move the file away, or recover its data with `sqlite3 FILE .recover`',
    sqlite: `CORRUPT CORRUPT_INDEX CORRUPT_SEQUENCE CORRUPT_VTAB IOERR_CORRUPTFS IOERR_DATA IOERR_SHORT_READ
      FORMAT MISMATCH CONSTRAINT_FOREIGNKEY CONSTRAINT_UNIQUE CONSTRAINT_PRIMARYKEY CONSTRAINT_ROWID`,
  },
  {
    code: 'DATABASE_FULL',
    message: 'no space left to write FILE',
    hint: MAKE_ROOM,
    sqlite: 'FULL',
    system: 'ENOSPC',
  },
  {
    code: 'DATABASE_FULL',
    message: 'the disk quota is too small to write FILE',
    hint: MAKE_ROOM,
    system: 'EDQUOT',
  },
  {
    code: 'DATABASE_FULL',
    message: 'FILE is too large for this system',
    hint: `run \`cred-watch prune\`, or ${OTHER_PATH}`,
    sqlite: 'TOOBIG NOLFS',
    system: 'EFBIG EOVERFLOW',
  },
  {
    code: 'DATABASE_BUSY',
    message: 'another program has locked FILE for 30s',
    hint: 'stop the program that holds the lock, or try again',
    sqlite: 'BUSY BUSY_RECOVERY BUSY_SNAPSHOT BUSY_TIMEOUT LOCKED LOCKED_SHAREDCACHE LOCKED_VTAB',
  },
  {
    code: 'DATABASE_IO_ERROR',
    message: 'could not lock FILE',
    hint: 'keep the database on a local file system: network file systems often do not support locks',
    sqlite: `PROTOCOL IOERR_LOCK IOERR_UNLOCK IOERR_RDLOCK IOERR_CHECKRESERVEDLOCK IOERR_BLOCKED
      IOERR_SHMLOCK`,
    system: 'ENOLCK EDEADLK',
  },
  {
    code: 'DATABASE_IO_ERROR',
    message: 'could not open FILE: too many open files',
    hint: 'raise the limit of open files (`ulimit -n`), or close other programs',
    system: 'EMFILE ENFILE',
  },
  {
    code: 'DATABASE_IO_ERROR',
    message: 'not enough memory to use FILE',
    hint: 'close other programs, or raise the memory limit',
    sqlite: 'NOMEM IOERR_NOMEM',
    system: 'ENOMEM',
  },
  {
    code: 'DATABASE_NO_PERMISSION',
    message: 'FILE is on a read-only file system',
    hint: `mount the file system for writing, or ${OTHER_PATH}`,
    system: 'EROFS',
  },
  {
    code: 'DATABASE_NO_PERMISSION',
    message: 'no permission to use FILE',
    hint: 'run as the owner of the file and its folder, or name another file with --db',
    sqlite: `READONLY READONLY_RECOVERY READONLY_CANTLOCK READONLY_ROLLBACK READONLY_CANTINIT
      READONLY_DIRECTORY PERM AUTH AUTH_USER IOERR_AUTH`,
    system: 'EACCES EPERM',
  },
  {
    code: 'DATABASE_NO_PERMISSION',
    message: 'no temporary folder can be written, but FILE needs one',
    hint: 'set TMPDIR to a writable folder',
    sqlite: 'CANTOPEN_NOTEMPDIR IOERR_GETTEMPPATH',
  },
  {
    code: 'DATABASE_INVALID_PATH',
    message: 'FILE was moved or deleted while it was in use',
    hint: 'do not move the database while cred-watch runs; try again',
    sqlite: 'READONLY_DBMOVED',
  },
  {
    code: 'DATABASE_INVALID_PATH',
    message: 'could not use the path FILE',
    hint: `check the path, or ${OTHER_PATH}`,
    sqlite: 'CANTOPEN_ISDIR CANTOPEN_SYMLINK CANTOPEN_FULLPATH CANTOPEN_CONVPATH',
    system: 'EISDIR EEXIST',
  },
  ...(
    [
      ['ENOTDIR', 'a folder in its path is a file'],
      ['ENAMETOOLONG', 'the name is too long'],
      ['ELOOP', 'its path has too many symbolic links'],
      ['ENOENT', 'the file or its folder does not exist'],
    ] as const
  ).map(
    ([system, reason]): Explained => ({
      code: 'DATABASE_INVALID_PATH',
      message: `could not use FILE: ${reason}`,
      hint: OTHER_PATH,
      system,
    }),
  ),
  {
    code: 'DATABASE_IO_ERROR',
    message: 'could not open FILE, or a file next to it that SQLite needs',
    hint: `check the folder and its file system, or ${OTHER_PATH}`,
    sqlite: 'CANTOPEN CANTOPEN_DIRTYWAL',
  },
  {
    code: 'DATABASE_IO_ERROR',
    message: 'could not write FILE: the disk failed, or a quota is used up',
    hint: CHECK_DISK,
    sqlite: `IOERR_WRITE IOERR_FSYNC IOERR_DIR_FSYNC IOERR_TRUNCATE IOERR_CLOSE IOERR_DIR_CLOSE IOERR_DELETE
      IOERR_DELETE_NOENT IOERR_SHMSIZE IOERR_BEGIN_ATOMIC IOERR_COMMIT_ATOMIC IOERR_ROLLBACK_ATOMIC`,
  },
  {
    code: 'DATABASE_IO_ERROR',
    message: 'could not read FILE: the disk failed',
    hint: CHECK_DISK,
    sqlite: `IOERR IOERR_READ IOERR_FSTAT IOERR_ACCESS IOERR_SHMOPEN IOERR_SHMMAP IOERR_SEEK IOERR_MMAP
      IOERR_CONVPATH IOERR_VNODE IOERR_IN_PAGE`,
  },
  {
    code: 'DATABASE_IO_ERROR',
    message: 'could not read or write FILE: the disk failed',
    hint: CHECK_DISK,
    system: 'EIO ESTALE ENXIO ENODEV',
  },
];

/** Codes without an explanation. The message shows the code. */
const OTHER_CODES = [
  ...split('ERROR INTERNAL ABORT ABORT_ROLLBACK INTERRUPT NOTFOUND EMPTY SCHEMA MISUSE RANGE', 'SQLITE_'),
  'UNKNOWN_SQLITE_ERROR_9999',
  'EINVAL',
];

/** SQLite reports these codes for many errors of the system. */
const HIDES_CAUSE = new Set(
  split(
    `CANTOPEN CANTOPEN_DIRTYWAL CANTOPEN_ISDIR CANTOPEN_SYMLINK CANTOPEN_FULLPATH CANTOPEN_CONVPATH
    CANTOPEN_NOTEMPDIR READONLY READONLY_RECOVERY READONLY_CANTLOCK READONLY_ROLLBACK READONLY_CANTINIT
    READONLY_DIRECTORY IOERR_WRITE IOERR_FSYNC IOERR_DIR_FSYNC IOERR_TRUNCATE IOERR_DELETE IOERR_DELETE_NOENT
    IOERR_SHMOPEN IOERR_SHMSIZE`,
    'SQLITE_',
  ),
);

function split(names: string, prefix = ''): string[] {
  return names
    .split(/\s+/)
    .filter((name) => name !== '')
    .map((name) => `${prefix}${name}`);
}

const databaseFile = () => {
  const file = join(temporaryFolder(), 'samples.db');
  writeFileSync(file, '');
  return file;
};

const CASES: [string, Explained][] = [
  ...EXPLAINED.flatMap((expected) =>
    [...split(expected.sqlite ?? '', 'SQLITE_'), ...split(expected.system ?? '')].map(
      (name): [string, Explained] => [name, expected],
    ),
  ),
  ...OTHER_CODES.map((name): [string, Explained] => [
    name,
    { code: 'DATABASE_IO_ERROR', message: `could not use FILE: ${name}`, hint: REPORT_BUG },
  ]),
];

const createError = (code: string) =>
  Object.assign(new Error('internal'), code.includes('SQLITE_') ? { code } : { code, syscall: 'open' });

const PATH = EXPLAINED.find(({ system }) => system?.includes('ENOENT'));

describe('an error becomes one sentence and a hint', () => {
  test.for(CASES)('the error %s has a message, a code and a hint', ([name, expected]) => {
    const file = databaseFile();
    const cause = createError(name);
    assertExplained(explainError(file, cause), file, expected, cause);
  });

  test.for(CASES)(
    'the error %s of a missing file has its own message, or names the path as the cause',
    ([name, own]) => {
      const file = join(temporaryFolder(), 'missing', 'samples.db');
      const cause = createError(name);
      const expected = HIDES_CAUSE.has(name) ? PATH : own;
      assertExplained(explainError(file, cause), file, expected, cause);
      // A temporary file has another name, so its own path is unknown.
      const label = `a copy of ${file}`;
      const hint = 'use another folder';
      assertExplained(explainError(file, cause, { label }), label, own, cause);
      assertExplained(explainError(file, cause, { label, hint }), label, { ...own, hint }, cause);
    },
  );
});

function assertExplained(error: unknown, file: string, expected: Explained | undefined, cause: Error): void {
  if (!(error instanceof CredWatchError)) throw new Error('not explained');
  const { code, message, hint } = error;
  expect({ code, message, hint }).toEqual({
    code: expected?.code,
    message: expected?.message.replace('FILE', file),
    hint: expected?.hint,
  });
  expect(error.cause).toBe(cause);
}

test.each([
  ['no such table: samples', 'SQLITE_ERROR', 'the database samples.db is damaged'],
  ['malformed database schema', 'SQLITE_ERROR', 'the database samples.db is damaged'],
  ['table series already exists', 'SQLITE_ERROR', 'the database samples.db is damaged'],
  ['there is no such table', 'SQLITE_ERROR', 'could not use samples.db: SQLITE_ERROR'],
  ['no such table: samples', 'SQLITE_ABORT', 'could not use samples.db: SQLITE_ABORT'],
])('the error %j with the code %s means: %s', (text, code, message) => {
  expect(explainError('samples.db', Object.assign(new Error(text), { code }))).toMatchObject({ message });
});

test('an action without an error returns its result', () => {
  expect(withErrorHints('samples.db', () => 7)).toBe(7);
});

test('a value that SQLite rejects and a bug of the caller are not explained', () => {
  for (const error of [
    Object.assign(new Error('NOT NULL constraint failed'), { code: 'SQLITE_CONSTRAINT_NOTNULL' }),
    Object.assign(new Error('CHECK constraint failed'), { code: 'SQLITE_CONSTRAINT_CHECK' }),
    Object.assign(new Error('cannot store TEXT value'), { code: 'SQLITE_CONSTRAINT_DATATYPE' }),
    Object.assign(new Error('of another driver'), { code: 'MY_SQLITE_FULL' }),
    Object.assign(new TypeError('wrong'), { code: 'ERR_INVALID_ARG_TYPE' }),
    'SQLITE_FULL',
    new RangeError('too many parameters'),
  ]) {
    expect(explainError('samples.db', error)).toBe(error);
  }
});

test('a name with $& is shown unchanged', () => {
  const error = explainError('$&.db', Object.assign(new Error(), { code: 'SQLITE_FULL' }));
  expect(error).toMatchObject({ message: 'no space left to write $&.db' });
});

describe('SQLite hides the error of the system', () => {
  const cannotOpen = () => {
    throw Object.assign(new Error('unable to open database file'), { code: 'SQLITE_CANTOPEN' });
  };

  test('a missing file is named as the cause', () => {
    const file = join(temporaryFolder(), 'missing', 'samples.db');
    expect(() => withErrorHints(file, cannotOpen)).toThrow(
      `could not use ${file}: the file or its folder does not exist`,
    );
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(isRoot)(
    `a folder without write permission is named as the cause${isRoot ? ' (skipped: root can write every file)' : ''}`,
    () => {
      const file = databaseFile();
      chmodSync(file, 0o400);
      expect(() => withErrorHints(file, cannotOpen)).toThrow(`no permission to use ${file}`);
    },
  );
});
