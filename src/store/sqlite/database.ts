import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import type { StoreLimits } from '../contract.ts';
import { openCopy } from './database-copy.ts';
import {
  type DatabaseConnection,
  openDatabase,
  prepareOrClose,
  readNumberPragma,
  requireRow,
} from './driver.ts';
import { withErrorHints } from './error-hints.ts';
import { assertNotForeignDatabase, createForeignDatabaseError } from './file-header.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

/** SQLite ignores its busy timeout when it enables WAL on a new file, so cred-watch retries. */
const WAL_ATTEMPTS = 500;
const WAL_PAUSE_MS = 10;

/**
 * Opens the database for writing. Creates the file (mode 0600) if it does not exist. Migrates an older
 * schema.
 * @throws CredWatchError if the file is not a database of cred-watch, has a newer schema, or cannot be
 *   written
 */
export function openForWriting(path: string, { maxPages }: StoreLimits = {}): DatabaseConnection {
  const file = resolve(path);
  return withErrorHints(file, () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const isNew = createPrivateFile(file);
    if (!isNew) assertNotForeignDatabase(file);
    return prepareOrClose(openDatabase(file), (connection) => {
      if (!isNew) assertOurs(connection, file);
      enableWriteAheadLog(connection);
      connection.pragma('synchronous = NORMAL');
      connection.pragma('foreign_keys = ON');
      if (maxPages !== undefined) connection.pragma(`max_page_count = ${maxPages}`);
      migrate(connection, file);
    });
  });
}

/**
 * Opens the database for reading. On a read-only mount, SQLite cannot create its lock file, so a copy is
 * opened.
 * @returns null if the file does not exist, or has no tables yet
 * @throws CredWatchError if the file is not a database of cred-watch, has a newer schema, or cannot be read
 */
export function openForReading(path: string): DatabaseConnection | null {
  const file = resolve(path);
  return withErrorHints(file, () => {
    const size = readFileSize(file);
    if (size === null || size === 0) return null;
    assertNotForeignDatabase(file);
    const connection = openDirectly(file) ?? openCheckedCopy(file);
    if (readSchemaVersion(connection) > 0) return connection;
    // Another process has just created the file, but not yet its tables.
    connection.close();
    return null;
  });
}

const openCheckedCopy = (file: string) =>
  prepareOrClose(openCopy(file), (connection) => assertOurs(connection, file));

/**
 * Opens a writable copy of a database that cannot be written. If the file does not exist or cannot be read,
 * opens an empty database in memory. Both are deleted when they are closed.
 */
export function openTemporary(path: string): DatabaseConnection {
  const file = resolve(path);
  const prepare = (connection: DatabaseConnection) => {
    // No folder may be writable.
    connection.pragma('temp_store = MEMORY');
    connection.pragma('synchronous = OFF');
    connection.pragma('foreign_keys = ON');
    migrate(connection, file);
  };
  try {
    if (readFileSize(file)) {
      assertNotForeignDatabase(file);
      return prepareOrClose(openCheckedCopy(file), (copy) => {
        // Without this check, a later query could fail at a damaged page.
        if (copy.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new Error('damaged');
        prepare(copy);
      });
    }
  } catch {
    // Any error means a temporary database without history.
  }
  return prepareOrClose(openDatabase(':memory:'), prepare);
}

/** Returns null if SQLite cannot create its lock file next to the database. */
function openDirectly(file: string): DatabaseConnection | null {
  try {
    return prepareOrClose(openDatabase(file, { readonly: true }), (direct) => assertOurs(direct, file));
  } catch (error) {
    if (/^SQLITE_(CANTOPEN|READONLY)/.test(getSystemErrorCode(error))) return null;
    throw error;
  }
}

/**
 * Creates the file before SQLite does, so that other users can never read it.
 * @returns true if the file is new or empty
 */
function createPrivateFile(file: string): boolean {
  if (/^\s|\s$/.test(file)) {
    throw new CredWatchError(
      `the database path '${file}' begins or ends with a space`,
      'choose another path',
      { code: 'DATABASE_INVALID_PATH' },
    );
  }
  const size = readFileSize(file);
  if (size !== null) {
    if (size === 0) chmodSync(file, 0o600);
    return size === 0;
  }
  try {
    closeSync(openSync(file, 'wx', 0o600));
    // The umask may have removed the owner's own permissions.
    chmodSync(file, 0o600);
  } catch (error) {
    if (getSystemErrorCode(error) !== 'EEXIST') throw error;
  }
  return true;
}

/** Returns null if the file does not exist. Throws for pipes and devices, which would block the program. */
function readFileSize(file: string): number | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (!stats.isFile()) {
    throw new CredWatchError(`${file} is not a file`, 'name a database file with --db or CRED_WATCH_DB', {
      code: 'DATABASE_INVALID_PATH',
    });
  }
  return stats.size;
}

function assertOurs(connection: DatabaseConnection, file: string): void {
  const applicationId = readNumberPragma(connection, 'application_id');
  const countTables = connection.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck();
  const tables = requireRow(countTables.get());
  const version = readSchemaVersion(connection);
  if (applicationId !== APPLICATION_ID && (tables > 0 || version > 0)) throw createForeignDatabaseError(file);
  if (version > MIGRATIONS.length) {
    throw new CredWatchError(
      `${file} was written by a newer cred-watch (schema ${version}, this version supports ${MIGRATIONS.length})`,
      'nothing was changed; update cred-watch, or name another file with --db',
      { code: 'DATABASE_TOO_NEW' },
    );
  }
}

const readSchemaVersion = (connection: DatabaseConnection) => readNumberPragma(connection, 'user_version');

function enableWriteAheadLog(connection: DatabaseConnection): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      connection.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (attempt >= WAL_ATTEMPTS || getSystemErrorCode(error) !== 'SQLITE_BUSY') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_PAUSE_MS);
    }
  }
}

function migrate(connection: DatabaseConnection, file: string): void {
  if (readSchemaVersion(connection) === MIGRATIONS.length) return;
  connection
    .transaction(() => {
      // Another process may have migrated or replaced the file in the meantime.
      assertOurs(connection, file);
      for (const step of MIGRATIONS.slice(readSchemaVersion(connection))) connection.exec(step);
      connection.pragma(`application_id = ${APPLICATION_ID}`);
      connection.pragma(`user_version = ${MIGRATIONS.length}`);
    })
    .immediate();
}
