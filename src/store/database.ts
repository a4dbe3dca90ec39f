import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CredWatchError, systemErrorCode } from '../errors.ts';
import { assertNotForeign, foreign } from './file-header.ts';
import { openCopy } from './read-only-copy.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';
import { type Connection, loadDriver, notBuilt } from './sqlite-driver.ts';

/** A poll waits this long for its turn; an import gives way after every batch, so turns come soon. */
const BUSY_TIMEOUT = 30_000;

/** Setting WAL on a new file does not wait for its turn as everything else does: it is tried again instead. */
const WAL_ATTEMPTS = 500;
const WAL_PAUSE = 10;

export interface StoreLimits {
  /** Pages of 4 KiB beyond which the database does not grow: for tests of a full disk. */
  maxPages?: number;
}

/**
 * Opens the database for writing, creating it (mode 0600) and bringing its schema up to date.
 * @throws CredWatchError where the file is not ours, is newer than this program, or cannot be written
 */
export function openForWriting(path: string, { maxPages }: StoreLimits = {}): Connection {
  const file = resolve(path);
  return explained(file, () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const isNew = createPrivately(file);
    if (!isNew) assertNotForeign(file);
    const connection = connect(file);
    try {
      if (!isNew) assertOurs(connection, file);
      useWriteAheadLog(connection);
      connection.pragma('synchronous = NORMAL');
      connection.pragma('foreign_keys = ON');
      if (maxPages !== undefined) connection.pragma(`max_page_count = ${maxPages}`);
      migrate(connection, file);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  });
}

/**
 * Opens the database for reading; null where there is none. On a read-only mount, where SQLite cannot keep its
 * lock file, a copy is read.
 * @throws CredWatchError as {@link openForWriting}
 */
export function openForReading(path: string): Connection | null {
  const file = resolve(path);
  return explained(file, () => {
    const size = sizeOf(file);
    if (size === null || size === 0) return null;
    assertNotForeign(file);
    const connection = openDirectly(file) ?? openCopy(file, connect);
    // Another process has just made the file and not yet its tables.
    if (schemaVersion(connection) > 0) return connection;
    connection.close();
    return null;
  });
}

/** Null where SQLite cannot open the file in place although it is there: no lock file can be made beside it. */
function openDirectly(file: string): Connection | null {
  let connection: Connection | undefined;
  try {
    connection = connect(file, { readonly: true });
    assertOurs(connection, file);
    return connection;
  } catch (error) {
    connection?.close();
    if (/^SQLITE_(CANTOPEN|READONLY)/.test(systemErrorCode(error))) return null;
    throw error;
  }
}

function connect(file: string, options: { readonly?: boolean } = {}): Connection {
  const { Driver, nativeBinding } = loadDriver();
  try {
    return new Driver(file, {
      timeout: BUSY_TIMEOUT,
      readonly: options.readonly ?? false,
      ...(nativeBinding === undefined ? {} : { nativeBinding }),
    });
  } catch (error) {
    if (['ERR_DLOPEN_FAILED', 'MODULE_NOT_FOUND'].includes(systemErrorCode(error))) throw notBuilt(error);
    throw error;
  }
}

/** Makes the file before SQLite does, so that it is never readable by others; true if it is new or empty. */
function createPrivately(file: string): boolean {
  if (/^\s|\s$/.test(file)) {
    throw new CredWatchError(
      `a database's path cannot begin or end with a blank: '${file}'`,
      'choose another path',
    );
  }
  const size = sizeOf(file);
  if (size !== null) {
    if (size === 0) chmodSync(file, 0o600);
    return size === 0;
  }
  try {
    closeSync(openSync(file, 'wx', 0o600));
    // The umask may have taken more away than intended.
    chmodSync(file, 0o600);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
  return true;
}

/** Null where there is no such file. A pipe or device would hang the program, and a folder is a mistake. */
function sizeOf(file: string): number | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (!stats.isFile()) {
    throw new CredWatchError(`${file} is not a file`, 'name a database file with --db or CRED_WATCH_DB');
  }
  return stats.size;
}

function assertOurs(connection: Connection, file: string): void {
  const applicationId = connection.pragma('application_id', { simple: true }) as number;
  const tables = connection.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (applicationId !== APPLICATION_ID && tables > 0) throw foreign(file);
  const version = schemaVersion(connection);
  if (version > MIGRATIONS.length) {
    throw new CredWatchError(
      `${file} was written by a newer cred-watch (schema ${version}, this one knows ${MIGRATIONS.length})`,
      'nothing was changed; update cred-watch, or name another file with --db',
    );
  }
}

const schemaVersion = (connection: Connection) =>
  connection.pragma('user_version', { simple: true }) as number;

function useWriteAheadLog(connection: Connection): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      connection.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (attempt >= WAL_ATTEMPTS || systemErrorCode(error) !== 'SQLITE_BUSY') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_PAUSE);
    }
  }
}

function migrate(connection: Connection, file: string): void {
  if (schemaVersion(connection) === MIGRATIONS.length) return;
  connection
    .transaction(() => {
      // Another process may have been first, or may have made something else of the file.
      assertOurs(connection, file);
      for (const step of MIGRATIONS.slice(schemaVersion(connection))) connection.exec(step);
      connection.pragma(`application_id = ${APPLICATION_ID}`);
      connection.pragma(`user_version = ${MIGRATIONS.length}`);
    })
    .immediate();
}

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
      `${file} has been locked for ${BUSY_TIMEOUT / 1000} s`,
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
export function explained<T>(file: string, action: () => T): T {
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
